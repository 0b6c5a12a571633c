package catalogue

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Past says what organisations have delivered, by the books of this node: orders and introductions that were paid. It is asked in the
// caller's reading, for at most as many as are ranked; ends are the stages of schemes that count, with the field that names who delivered, "introduction/paid/provider"; who delivered nothing may be left out.
type Past interface {
	Delivered(ctx context.Context, tx *db.Tx, orgs, ends []string) (map[string]int, error)
}

// Because is a kind of reason for which two listings fit.
type Because string

// The reasons, in the order in which they are told.
const (
	SameWords    Because = "words"      // Said: what both say, as the one that was asked for says it
	SameIndustry Because = "industry"   // Said: the code of the division
	SameFields   Because = "fields"     // Said: the fields
	Accredited   Because = "accredited" // Said: CMA, CNAS, GLP
	Delivered    Because = "delivered"  // N: orders and introductions that were paid
	SameCity     Because = "city"
	SameProvince Because = "province"
	Recognised   Because = "recognised"
	WithinBudget Because = "within"
	OverBudget   Because = "over" // the one that speaks against
)

var becauses = []Because{SameWords, SameIndustry, SameFields, Accredited, Delivered, SameCity, SameProvince, Recognised, WithinBudget, OverBudget}

// Reason is why two listings fit, or what speaks against it.
type Reason struct {
	Because Because
	Said    []string
	N       int
}

// Match is a listing that fits another: an offer that answers a need, or a need that an offer answers.
type Match struct {
	Listing Listing
	Rank    float64 // against the best of the answer by words alone, so it may be above 1
	Share   float64 // how much of what is asked it speaks to, 0 to 1
	Reasons []Reason
}

// MatchQuery narrows what is looked for.
type MatchQuery struct {
	Kind     string      // "" is every kind that answers
	Province unit.Region // "" is everywhere
	Own      bool        // this node's only, not those of neighbours
}

// Matches are what fits a listing, the best first.
type Matches struct {
	Listing  Listing
	Need     bool // the listing is a need, and what fits are offers; else the other way round
	Kinds    []*kinds.Kind
	All      []Match
	Wordless bool // the listing says nothing that could be compared
}

type weights struct {
	Depth                                                                     int
	Share, Industry, Field, City, Province, Delivered, Accredited, Recognised float64
	Kinds                                                                     map[string]float64
	By                                                                        []string `yaml:"delivered_by"`
}

//go:embed match.yaml
var matchFile []byte

// matchWeights reads the file that the program carries; a damaged one is a mistake of the build.
var matchWeights = sync.OnceValue(func() (w weights) {
	if err := yaml.UnmarshalWithOptions(matchFile, &w, yaml.Strict()); err != nil {
		panic(fmt.Errorf("catalogue: match.yaml: %w", err))
	}
	return w
})

const (
	fieldsCounted    = 3
	deliveredCounted = 5
	matchesMax       = 100  // that are told
	fitsLeast        = 0.12 // of the best: what has less in common is no match
)

// Matches ranks what fits a listing that the actor may read: to a need the offers that answer it, to an offer the needs that it may
// answer, as far as they are published, not expired and of somebody else.
func (f *Finder) Matches(ctx context.Context, who access.Actor, id unit.ID, q MatchQuery) (m Matches, err error) {
	x, err := f.upToDate(ctx)
	if err != nil {
		return m, err
	}
	if m.Listing, err = f.s.Get(ctx, who, id); err != nil {
		return m, err
	}
	k, ok := f.s.kinds.Of(m.Listing.Kind)
	if !ok {
		return m, fault.New(fault.Conflict, "catalogue.kind_gone", "kind", m.Listing.Kind)
	}
	m.Need = k.Asking()
	filter := map[string][]string{}
	if m.Need {
		for _, id := range k.Wants(m.Listing.Fields) {
			other, _ := f.s.kinds.Of(id)
			m.Kinds = append(m.Kinds, other)
		}
	} else {
		m.Kinds = f.s.kinds.Answering(k.ID)
	}
	for _, other := range m.Kinds {
		if q.Kind == "" || q.Kind == other.ID {
			filter[FacetKind] = append(filter[FacetKind], other.ID)
		}
	}
	if len(filter[FacetKind]) == 0 {
		return m, nil
	}
	if q.Province != "" {
		filter[find.FacetProvince] = []string{string(q.Province)}
	}
	if q.Own {
		filter[FacetNode] = []string{OwnNode}
	}
	texts := asked(k, m.Listing)
	likes, err := x.Alike(ctx, find.Likeness{Texts: texts, Filter: filter, Limit: matchWeights().Depth})
	if err != nil {
		return m, err
	}
	m.Wordless = len(texts) == 0
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		m.All, err = f.ranked(ctx, tx, who, m, k, likes)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("what fits listing %s: %w", id, err)
	}
	return m, nil
}

// asked are the texts that a listing is compared by: its public fields with a weight, without codes, which are compared as such.
func asked(k *kinds.Kind, l Listing) (texts []find.Text) {
	for _, field := range k.Fields {
		if v := l.Fields[field.ID]; v != "" && field.Weight > 0 && !field.Private && !field.Coded() && field.ID != k.Key {
			texts = append(texts, find.Text{Weight: weightOf(field.Weight), Text: v})
		}
	}
	return texts
}

// ranked dresses what says the same with the other reasons, and sorts it.
func (f *Finder) ranked(ctx context.Context, tx *db.Tx, who access.Actor, m Matches, k *kinds.Kind, likes []find.Like) ([]Match, error) {
	w := matchWeights()
	today := f.s.today(tx)
	best := 0.0
	for _, l := range likes {
		best = max(best, l.Score)
	}
	var all []Match
	var owners []string
	for _, like := range likes {
		l, err := f.s.GetIn(ctx, tx, who, like.ID)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		other, ok := f.s.kinds.Of(l.Kind)
		if !ok || l.Owner == m.Listing.Owner || l.State != Published || f.s.expired(l, today) || !m.Need && !slices.Contains(other.Wants(l.Fields), k.ID) {
			continue
		}
		one := Match{Listing: l, Share: like.Share, Rank: (1-w.Share)*like.Score/best + w.Share*like.Share*f.scale(likes)}
		if part, ok := w.Kinds[l.Kind]; ok {
			one.Rank *= part
		}
		if len(like.Said) > 0 {
			one.Reasons = append(one.Reasons, Reason{Because: SameWords, Said: like.Said})
		}
		need, offer := m.Listing, l
		if !m.Need {
			need, offer = l, m.Listing
		}
		f.compared(&one, need, offer, w)
		owners = append(owners, offer.Owner)
		all = append(all, one)
	}
	if m.Need { // what is known of the owner of an offer tells its owner nothing
		if err := f.standingOf(ctx, tx, all, owners, today, w); err != nil {
			return nil, err
		}
	}
	for i := range all {
		slices.SortStableFunc(all[i].Reasons, func(a, b Reason) int {
			return slices.Index(becauses, a.Because) - slices.Index(becauses, b.Because)
		})
	}
	slices.SortStableFunc(all, func(a, b Match) int { return cmp.Compare(b.Rank, a.Rank) })
	if at := slices.IndexFunc(all, func(a Match) bool { return a.Rank < fitsLeast }); at >= 0 {
		all = all[:at]
	}
	return all[:min(len(all), matchesMax)], nil
}

// scale brings the best share of an answer to 1.
func (f *Finder) scale(likes []find.Like) float64 {
	best := 0.0
	for _, l := range likes {
		best = max(best, l.Share)
	}
	if best == 0 {
		return 0
	}
	return 1 / best
}

// compared adds the reasons that the two listings give.
func (f *Finder) compared(m *Match, need, offer Listing, w weights) {
	add := func(part float64, r Reason) {
		m.Rank *= 1 + part
		m.Reasons = append(m.Reasons, r)
	}
	if code := need.Fields["industry_code"]; code != "" && slices.Contains(offer.Fields.Values("industry_codes"), code) {
		add(w.Industry, Reason{Because: SameIndustry, Said: []string{code}})
	}
	var same []string
	tags := slices.Concat(offer.Fields.Values("fields"), offer.Fields.Values("object"), offer.Fields.Values("standard"))
	for _, tag := range need.Fields.Values("fields") {
		if slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) }) && len(same) < fieldsCounted {
			same = append(same, tag)
		}
	}
	if len(same) > 0 {
		add(w.Field*float64(len(same)), Reason{Because: SameFields, Said: same})
	}
	var holds []string
	text := strings.ToUpper(need.Fields["function"] + " " + need.Fields["indicator"] + " " + need.Fields["who"])
	for _, code := range offer.Fields.Values("accreditation") {
		if strings.Contains(text, strings.ToUpper(code)) {
			holds = append(holds, strings.ToUpper(code))
		}
	}
	if len(holds) > 0 {
		add(w.Accredited, Reason{Because: Accredited, Said: holds})
	}
	regions := f.s.c.Regions
	city := regions.City(need.Region)
	switch {
	case city != "" && city == regions.City(offer.Region):
		add(w.City, Reason{Because: SameCity, Said: []string{string(city)}})
	case regions.Province(need.Region) == regions.Province(offer.Region):
		add(w.Province, Reason{Because: SameProvince, Said: []string{string(regions.Province(need.Region))}})
	}
	f.priced(m, need, offer)
}

// priced says whether what is asked as a whole lies within the budget. A price by the hour or the sample says nothing of a whole.
func (f *Finder) priced(m *Match, need, offer Listing) {
	nk, _ := f.s.kinds.Of(need.Kind)
	ok, _ := f.s.kinds.Of(offer.Kind)
	if nk == nil || ok == nil || ok.For.Unit() != "whole" {
		return
	}
	budget, has := fenOf(need.Fields, nk.Price)
	price, asks := fenOf(offer.Fields, ok.Price)
	if !has || !asks || budget == 0 || price == 0 {
		return
	}
	why := WithinBudget
	if price > budget {
		why = OverBudget
	}
	m.Reasons = append(m.Reasons, Reason{Because: why})
}

// standingOf adds what the owners of the offers have delivered and are recognised for.
func (f *Finder) standingOf(ctx context.Context, tx *db.Tx, all []Match, owners []string, today unit.Day, w weights) error {
	done := map[string]int{}
	if f.c.Past != nil && len(owners) > 0 {
		distinct := slices.Compact(slices.Sorted(slices.Values(owners)))
		var err error
		if done, err = f.c.Past.Delivered(ctx, tx, distinct, w.By); err != nil {
			return err
		}
	}
	for i := range all {
		m := &all[i]
		if n := done[owners[i]]; n > 0 {
			m.Rank *= 1 + w.Delivered*float64(min(n, deliveredCounted))
			m.Reasons = append(m.Reasons, Reason{Because: Delivered, N: n})
		}
		f.mu.Lock()
		labels, err := f.labelsOf(ctx, tx, owners[i], today)
		f.mu.Unlock()
		if err != nil {
			return err
		}
		if len(labels) > 0 {
			m.Rank *= 1 + w.Recognised
			m.Reasons = append(m.Reasons, Reason{Because: Recognised, Said: labels})
		}
	}
	return nil
}
