package catalogue

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// Facets that every listing has, whatever its kind; the others have the ids of the fields that kinds count by.
const (
	FacetKind  = "kind"
	FacetOwner = "owner"
	FacetBand  = "band"  // of the price
	FacetLabel = "label" // what it is recognised for here: labels of the owner in force at this node, and what Recognises says
	FacetPer   = "per"   // what its price is for, by the place in kinds.Pers
	FacetNode  = "node"  // whose listing it is: the code of the node, OwnNode for this one's
)

// OwnNode is the code of this node in FacetNode.
const OwnNode = "own"

// Recognises says what of a listing this jurisdiction recognises from others, beside the labels in its own registry: labels that the
// owner holds elsewhere, or that the owner, or the kind of listing of that node, stands on a list. It is asked in the act or reading.
type Recognises interface {
	RecognisedOwner(ctx context.Context, tx *db.Tx, owner string, day unit.Day) ([]string, error)
	RecognisedKind(ctx context.Context, tx *db.Tx, node, kind string, day unit.Day) (bool, error)
}

// RecognisedKind is the code in FacetLabel of a listing of a neighbour whose kind is recognised.
const RecognisedKind = "recognised.listing"

// Bands are the lower ends of the bands of prices, in fen. They only sort what is shown.
var Bands = []unit.Fen{0, 100_00, 300_00, 1000_00, 3000_00, 10_000_00}

// BandOf is the code of a price's band: its lower end in yuan.
func BandOf(p unit.Fen) string {
	for _, low := range slices.Backward(Bands) {
		if p >= low {
			return strconv.FormatInt(int64(low)/100, 10)
		}
	}
	return ""
}

// Facets are the facets of all kinds. A field id that several kinds have is one facet.
func Facets(set *kinds.Set) []find.Facet {
	all := []find.Facet{{Name: FacetKind}, {Name: find.FacetProvince}, {Name: find.FacetCity}, {Name: FacetOwner}, {Name: FacetBand}, {Name: FacetPer}, {Name: FacetLabel, Many: true}, {Name: FacetNode}}
	for _, k := range set.All {
		for _, f := range k.Fields {
			if !f.Facet || f.Private {
				continue
			}
			i := slices.IndexFunc(all, func(a find.Facet) bool { return a.Name == f.ID })
			if i < 0 {
				i = len(all)
				all = append(all, find.Facet{Name: f.ID})
			}
			all[i].Many = all[i].Many || f.Many()
		}
	}
	return all
}

// listed says whether a listing is to be found.
func listed(l Listing) bool { return l.State == Published }

// weightOf brings the weights of kinds to those of the index: squared, so that a title counts more than a text that says
// the word again and again.
func weightOf(w int) int { return min(max(w*w/6, 1), 16) }

// codeCounted is the code that a listing is counted by: the list's own one for finer codes that it does not name.
func codeCounted(f kinds.Field, code string) string {
	if f.Open && len(code) == 6 {
		return code[:4] + "00"
	}
	return code
}

// Indexed is what the index is told of a published listing: its public fields by the kind, the place, the price, and what
// is known beside the listing itself: labels of the owner and the next free slot, zero for none.
func Indexed(set *kinds.Set, regions *unit.Regions, day unit.Day, l Listing, labels []string, free time.Time) find.Listing {
	city := regions.City(l.Region)
	if city == "" {
		city = regions.Province(l.Region)
	}
	e := find.Listing{ID: l.ID, Version: int64(l.Version), Price: find.NoPrice, Made: l.Published, Free: free.Truncate(time.Minute), Codes: map[string][]string{
		FacetKind: {l.Kind}, FacetOwner: {l.Owner}, find.FacetProvince: {string(regions.Province(l.Region))}, find.FacetCity: {string(city)}, FacetLabel: labels, FacetNode: {cmp.Or(l.Origin, OwnNode)},
	}}
	place := regions.FullName(l.Region, day)
	e.Texts = append(e.Texts, find.Text{Weight: 1, Text: l.OwnerName[0] + "\n" + l.OwnerName[1]}, find.Text{Weight: 1, Text: place[0] + "\n" + place[1]})
	k, known := set.Of(l.Kind)
	if !known {
		return e
	}
	e.Texts = append(e.Texts, find.Text{Weight: 1, Text: k.ZH + "\n" + k.EN})
	for _, field := range k.Fields {
		v := l.Fields[field.ID]
		if v == "" || field.Private {
			continue
		}
		if field.Weight > 0 {
			text := v
			if field.Coded() {
				words := field.Show(v)
				text = words[0] + "\n" + words[1]
			}
			e.Texts = append(e.Texts, find.Text{Weight: weightOf(field.Weight), Text: text})
		}
		if field.Facet {
			for code := range strings.SplitSeq(v, "\n") {
				if code = codeCounted(field, code); len(code) > codeMax {
					code = strings.ToValidUTF8(code[:codeMax], "")
				}
				e.Codes[field.ID] = append(e.Codes[field.ID], code)
			}
		}
	}
	if pays, ok := fenOf(l.Fields, k.Price); ok && k.For.Unit() != "none" {
		hours := unit.Fen(max(1, k.For.Hours))
		e.Codes[FacetBand], e.Codes[FacetPer] = []string{BandOf(pays)}, []string{perCode(k.For.Unit())}
		e.Price = pays / hours
		if less, ok := fenOf(l.Fields, k.For.Academic); ok && less < pays {
			e.Less = (pays - less) / hours
		}
	}
	return e
}

func fenOf(fields map[string]string, id string) (unit.Fen, bool) {
	if id == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(fields[id], 10, 64)
	return unit.Fen(n), err == nil
}

// perCode is the code of what a price is for: codes are in the order of kinds.Pers.
func perCode(per string) string { return strconv.Itoa(slices.Index(kinds.Pers, per)) + "-" + per }

// entries are the changes that bring listings into the index, or out of it. Under mu.
func (f *Finder) entries(ctx context.Context, tx *db.Tx, all []Listing) ([]find.Change, error) {
	free, err := f.frees(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	out := make([]find.Change, len(all))
	for i, l := range all {
		if out[i], err = f.entry(ctx, tx, l, free[l.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// entry is the change of one listing that is next free at a moment, zero for none.
func (f *Finder) entry(ctx context.Context, tx *db.Tx, l Listing, free time.Time) (find.Change, error) {
	if !listed(l) {
		return find.Change{Listing: find.Listing{ID: l.ID}, Gone: true}, nil
	}
	day := f.s.today(tx)
	labels, err := f.labelsOf(ctx, tx, l.Owner, day)
	if err != nil {
		return find.Change{}, err
	}
	if f.c.Recognises != nil && l.Origin != "" {
		yes, err := f.recognisedKind(ctx, tx, l.Origin, l.Kind, day)
		if err != nil {
			return find.Change{}, err
		}
		if yes {
			labels = append(slices.Clone(labels), RecognisedKind)
		}
	}
	return find.Change{Listing: Indexed(f.s.kinds, f.s.c.Regions, day, l, labels, free)}, nil
}

const codeMax = 60 // bytes of a facet's value

// labelsOf are the labels of an owner in force on a day. They are kept until the next sweep. Under mu.
func (f *Finder) labelsOf(ctx context.Context, tx *db.Tx, owner string, day unit.Day) ([]string, error) {
	if on, known := f.labels[owner]; known {
		return on, nil
	}
	all, err := f.s.c.Registry.Labels(ctx, tx, owner)
	if err != nil {
		return nil, err
	}
	var on []string
	for _, l := range all {
		if l.On(day) && !slices.Contains(on, l.Label) {
			on = append(on, l.Label)
		}
	}
	if f.c.Recognises != nil {
		abroad, err := f.c.Recognises.RecognisedOwner(ctx, tx, owner, day)
		if err != nil {
			return nil, err
		}
		on = append(on, abroad...)
	}
	slices.Sort(on)
	on = slices.Compact(on)
	on = slices.Clip(on) // listings of the owner share it
	f.labels[owner] = on
	return on, nil
}

// recognisedKind is kept until the next sweep, too. Under mu.
func (f *Finder) recognisedKind(ctx context.Context, tx *db.Tx, node, kind string, day unit.Day) (bool, error) {
	key := node + "/" + kind
	if yes, known := f.kindsOf[key]; known {
		return yes, nil
	}
	yes, err := f.c.Recognises.RecognisedKind(ctx, tx, node, kind, day)
	if err == nil {
		f.kindsOf[key] = yes
	}
	return yes, err
}
