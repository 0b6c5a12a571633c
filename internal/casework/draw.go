package casework

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// poolMax is how many a draw can be among: its public entry names each by a token.
const poolMax = 1000

// The kinds of the public entries of a draw.
const (
	leafPromised = "draw.promised"
	leafDrawn    = "draw.drawn"
)

// Drawing is a draw of a case. When the case comes into the stage from which the ask can be opened, a seed is made, kept
// encrypted, and its digest is published: nobody knows the pool then. At the opening the pool is fixed, everybody in
// conflict is left out with the reason, and the seed is published with what was drawn, so that anybody can draw again.
type Drawing struct {
	Ask        string
	Opening    int
	Words      fault.Words
	Promise    string // scheme.Commitment of the seed
	Promised   time.Time
	PromisedIn unit.ID   // public leaf
	Drawn      time.Time // zero while only promised
	DrawnIn    unit.ID

	Seed                     string // "" before
	Pool, Field, Digest      string
	Count, Reserves, PerUnit int
	Lots                     []DrawnLot
	Differ                   []string // what does not come out when it is drawn again; none is the rule

	box string
}

// DrawnLot is one of the pool.
type DrawnLot struct {
	Token  string
	Person unit.ID     // "" where the reader is not told who it is
	Name   fault.Words // likewise
	Unit   string
	UnitNo int
	Kept   []Tied // why he or she could not be drawn
	Place  int    // from 1; those after the count stand by; 0 was not drawn
	Mine   bool   // it is the reader
}

// Why somebody cannot be drawn.
const (
	tiedUnit     = "unit"     // belongs to the organisation
	tiedRelated  = "related"  // his or her organisation is affiliated with it
	tiedPerson   = "person"   // stands behind it, acts for it, or either declared a tie
	tiedDeclared = "declared" // declared a tie himself or herself
	tiedWorked   = "worked"   // the two organisations stood in one case lately
	tiedCompetes = "competes" // his or her organisation has a case of the same scheme
	tiedActed    = "acted"    // took part in the case
	tiedGone     = "gone"     // has no account in use
	tiedBusy     = "busy"     // owes as many opinions as one may, or more than those who are enough
)

// Tied is a conflict of interest, or another reason, for which somebody is left out.
type Tied struct {
	Why  string `json:"why"`
	Org  string `json:"org,omitempty"`  // to whom
	Note string `json:"note,omitempty"` // the kinds of the relations by which
}

// promise makes the seeds of the draws that can be opened from where the case stands now, each once.
func (s *Service) promise(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	for name, decl := range sch.Asks.All() {
		if decl.Draw == nil || !slices.ContainsFunc(sch.RowsFrom(c.Stage), func(r scheme.Row) bool { return slices.Contains(decl.OpenedBy, r.Action) }) {
			continue
		}
		made, err := selectDraws(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		opening := 1
		for _, d := range made {
			if d.Ask == name {
				opening = d.Opening + 1
				if d.Drawn.IsZero() || decl.Again != "" {
					opening = 0 // there is one, or those who were drawn are asked again
				}
			}
		}
		if opening == 0 {
			continue
		}
		d := Drawing{Ask: name, Opening: opening, Promised: tx.Now(), Pool: decl.Draw.From}
		seed, key := secretText(), secretText()
		if d.box, _, err = s.box(c.ID, drawBox(d), scheme.ListValue(scheme.TextValue(seed), scheme.TextValue(key))); err != nil {
			return err
		}
		d.Promise = scheme.Commitment(seed)
		if d.PromisedIn, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: leafPromised, Day: s.today(tx.Now()), Object: c.Object(),
			Fields: map[string]any{"scheme": sch.ID, "edition": sch.Digest, "ask": name, "promise": d.Promise}}); err != nil {
			return fmt.Errorf("promise a draw in case %s: %w", c.No, err)
		}
		if err := insertDraw(ctx, tx, c.ID, d); err != nil {
			return fmt.Errorf("promise a draw in case %s: %w", c.No, err)
		}
	}
	return nil
}

// secretText is 256 random bits, written in hexadecimal digits.
func secretText() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func drawBox(d Drawing) string { return fmt.Sprintf("draw/%s/%d", d.Ask, d.Opening) }

// draw fixes the pool, draws, publishes, and gives the seats. Where an ask is only opened again for those who failed,
// those who sat stay.
func (s *Service) draw(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, name string, decl scheme.Ask, was Asked) ([]Seat, error) {
	if was.Opening > 0 && decl.Again != "" {
		var out []Seat
		for _, x := range was.Seats {
			if x.Struck == "" {
				out = append(out, Seat{ID: x.ID, Kind: x.Kind, No: len(out) + 1})
			}
		}
		return out, nil
	}
	d, looked := c.hat.drawn(name)
	if !looked {
		var err error
		if d, err = s.lots(ctx, tx, s.hatOf(tx, c), sch, c, name, *decl.Draw); err != nil {
			return nil, err
		}
	}
	var err error
	if d.DrawnIn, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: leafDrawn, Day: s.today(tx.Now()), Object: c.Object(), Fields: d.public(sch)}); err != nil {
		return nil, fmt.Errorf("publish a draw of case %s: %w", c.No, err)
	}
	if err := markDrawn(ctx, tx, c.ID, d); err != nil {
		return nil, fmt.Errorf("draw in case %s: %w", c.No, err)
	}
	seats := d.seats()
	c.hat.sat(seats)
	return seats, nil
}

// lots fixes the pool of a draw that was promised and draws, and writes nothing. Too small a pool is a refusal that says for
// which reasons how many are left out.
func (s *Service) lots(ctx context.Context, tx *db.Tx, h *hat, sch *scheme.Scheme, c Case, name string, decl scheme.Draw) (d Drawing, err error) {
	d, key, err := s.promised(ctx, tx, sch, c, name)
	if err != nil {
		return d, err
	}
	terms, err := sch.DrawTerms(decl, s.facts(ctx, tx, sch, c))
	if err != nil {
		return d, err
	}
	d.Count, d.Reserves, d.PerUnit, d.Field, d.Drawn = terms.Count, terms.Reserves, terms.PerUnit, terms.Field, tx.Now()
	if d.Count+d.Reserves > seatsMax {
		return d, fault.New(fault.TooLarge, "casework.seats_many", "most", seatsMax)
	}
	if d.Lots, err = s.pool(ctx, tx, h, sch, c, d, terms, key); err != nil {
		return d, err
	}
	may := d.eligible()
	d.Digest = scheme.PoolDigest(may)
	drawn, standby := scheme.Lots(d.Seed, may, d.Count, d.Reserves, d.PerUnit)
	if len(drawn) < d.Count {
		return d, fault.New(fault.Conflict, "casework.pool_small", "pool", d.Pool, "all", len(d.Lots), "out", len(d.Lots)-len(may), "count", d.Count, "why", leftOutFor(d.Lots))
	}
	d.place(append(drawn, standby...))
	return d, nil
}

// TiedWords are the reasons for which somebody cannot be drawn.
var TiedWords = map[string]fault.Words{
	tiedUnit:     {"就职于当事单位", "belongs to a party"},
	tiedRelated:  {"所在单位与当事单位有关联", "his or her organisation is affiliated with a party"},
	tiedDeclared: {"本人申报与当事单位有利害关系", "declared a tie to a party"},
	tiedPerson:   {"本人与当事单位有关联", "is tied to a party"},
	tiedWorked:   {"所在单位近期与当事单位合作", "his or her organisation worked with a party lately"},
	tiedCompetes: {"所在单位申报了同一事项", "his or her organisation has a case of the same scheme"},
	tiedActed:    {"参与过本件的办理", "took part in the case"},
	tiedGone:     {"账户已停用", "has no account in use"},
	tiedBusy:     {"手上待评的已多", "owes more opinions already"},
}

// leftOutFor counts those who are left out by the first reason of each: «就职于当事单位 2；手上待评的已多 5».
func leftOutFor(all []DrawnLot) fault.Words {
	n := map[string]int{}
	for _, l := range all {
		if len(l.Kept) > 0 {
			n[l.Kept[0].Why]++
		}
	}
	var zh, en []string
	for _, why := range slices.Sorted(maps.Keys(n)) {
		zh, en = append(zh, fmt.Sprintf("%s %d", TiedWords[why][0], n[why])), append(en, fmt.Sprintf("%s %d", TiedWords[why][1], n[why]))
	}
	if len(zh) == 0 {
		return fault.Words{"无", "none"}
	}
	return fault.Words{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

// promised finds the draw that was promised and not made, and opens its box.
func (s *Service) promised(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, name string) (d Drawing, key string, err error) {
	made, err := selectDraws(ctx, tx, c.ID)
	if err != nil {
		return d, "", err
	}
	i := slices.IndexFunc(made, func(d Drawing) bool { return d.Ask == name && d.Drawn.IsZero() })
	if i < 0 {
		return d, "", fault.New(fault.Conflict, "casework.draw_not_promised", "ask", sch.Say(name))
	}
	d = made[i]
	v, _, err := s.unboxed(c.ID, drawBox(d), d.box)
	if err != nil || len(v.List) != 2 {
		return d, "", fmt.Errorf("seed of the draw of %s in case %s: %w", name, c.No, err)
	}
	d.Seed = v.List[0].Text
	if scheme.Commitment(d.Seed) != d.Promise {
		return d, "", fmt.Errorf("seed of the draw of %s in case %s is not what was promised", name, c.No)
	}
	return d, v.List[1].Text, nil
}

// tokenOf names somebody in one draw and nowhere else.
func tokenOf(key string, person unit.ID) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte("corridor/draw/token/1\n" + string(person)))
	return hex.EncodeToString(m.Sum(nil))[:16]
}

// eligible are the lots that can be drawn.
func (d Drawing) eligible() (out []scheme.Lot) {
	for _, l := range d.Lots {
		if len(l.Kept) == 0 {
			out = append(out, scheme.Lot{Token: l.Token, Unit: l.UnitNo})
		}
	}
	return out
}

// place writes down the order of those who were drawn and stand by.
func (d *Drawing) place(order []string) {
	for i := range d.Lots {
		d.Lots[i].Place = slices.Index(order, d.Lots[i].Token) + 1
	}
	slices.SortStableFunc(d.Lots, func(a, b DrawnLot) int {
		switch {
		case a.Place == b.Place:
			return strings.Compare(a.Token, b.Token)
		case a.Place == 0 || b.Place > 0 && b.Place < a.Place:
			return 1
		}
		return -1
	})
}

// seats are those of whoever was drawn, in the order in which they were.
func (d Drawing) seats() (out []Seat) {
	for _, l := range d.Lots {
		if l.Place > 0 && l.Place <= d.Count {
			out = append(out, Seat{ID: string(l.Person), Kind: "person", No: l.Place})
		}
	}
	return out
}

// public is all that is needed to draw again, and nobody's name.
func (d Drawing) public(sch *scheme.Scheme) map[string]any {
	pool, drawn, standby := []any{}, []any{}, []any{}
	for _, l := range d.Lots { // in the order in which they were drawn
		switch {
		case l.Place > d.Count:
			standby = append(standby, l.Token)
		case l.Place > 0:
			drawn = append(drawn, l.Token)
		}
	}
	for _, l := range d.eligible() {
		pool = append(pool, l.String())
	}
	slices.SortFunc(pool, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return map[string]any{"scheme": sch.ID, "edition": sch.Digest, "ask": d.Ask, "promise": d.Promise, "seed": d.Seed, "field": d.Field,
		"pool": pool, "digest": d.Digest, "left_out": int64(len(d.Lots) - len(pool)), "count": int64(d.Count), "reserves": int64(d.Reserves),
		"per_unit": int64(d.PerUnit), "drawn": drawn, "standby": standby}
}

// redraw draws again from what was kept, and says what does not come out as it did.
func (d Drawing) redraw() (differ []string) {
	if d.Drawn.IsZero() {
		return nil
	}
	say := func(ok bool, format string, args ...any) {
		if !ok {
			differ = append(differ, fmt.Sprintf(format, args...))
		}
	}
	say(scheme.Commitment(d.Seed) == d.Promise, "the seed is not the one that was promised")
	may := d.eligible()
	say(scheme.PoolDigest(may) == d.Digest, "the pool is not the one that was drawn from")
	drawn, standby := scheme.Lots(d.Seed, may, d.Count, d.Reserves, d.PerUnit)
	order := append(drawn, standby...)
	for _, l := range d.Lots {
		if want := slices.Index(order, l.Token) + 1; want != l.Place {
			say(false, "%s is drawn at %d, kept %d", l.Token, want, l.Place)
		}
	}
	return differ
}

// Redrawn draws again from a public entry alone: whoever has the two entries of a draw can do the same. ok is false where
// the fields are not those of a draw.
func Redrawn(fields map[string]any) (differ []string, ok bool) {
	text := func(name string) string { s, _ := fields[name].(string); return s }
	number := func(name string) int {
		switch n := fields[name].(type) {
		case float64:
			return int(n)
		case int64:
			return int(n)
		}
		return 0
	}
	list := func(name string) (out []string) {
		all, _ := fields[name].([]any)
		for _, x := range all {
			s, _ := x.(string)
			out = append(out, s)
		}
		return out
	}
	if text("seed") == "" || text("promise") == "" {
		return nil, false
	}
	d := Drawing{Promise: text("promise"), Seed: text("seed"), Digest: text("digest"), Count: number("count"), Reserves: number("reserves"), PerUnit: number("per_unit"), Drawn: time.Unix(1, 0)}
	for _, l := range list("pool") {
		token, n, _ := strings.Cut(l, "/")
		lot := DrawnLot{Token: token}
		if _, err := fmt.Sscanf(n, "%d", &lot.UnitNo); err != nil {
			return nil, false
		}
		d.Lots = append(d.Lots, lot)
	}
	d.place(append(list("drawn"), list("standby")...))
	return d.redraw(), true
}
