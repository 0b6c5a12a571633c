package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Several treasuries pay into one pot and the teams stand in one ranking. Each of them wants back, for the teams of its
// jurisdiction, about what it has paid in: docs/decisions/0108. This file counts that, for the case above a round's cases.

// Return is what one payer of a pot gets back by a ranking, with what rounds before have given it.
type Return struct {
	Lead     unit.ID     `json:"lead"`  // the case above, which has the payers
	No       string      `json:"no"`    // its number
	Payer    string      `json:"payer"` // region code; "" stands for organisations of no jurisdiction that has paid in
	Name     fault.Words `json:"name"`
	PaidIn   unit.Fen    `json:"paid_in"`  // by payers that have paid and did not take it back
	Received unit.Fen    `json:"received"` // by organisations of its jurisdiction, by cases that were admitted
	Least    unit.Fen    `json:"least"`    // of what it may receive
	Most     unit.Fen    `json:"most"`
}

// Outside says whether it received less or more than it may.
func (r Return) Outside() bool { return r.Received < r.Least || r.Received > r.Most }

// Ratio is received over paid in, in percent with two decimals, rounded down; "" where nothing was paid in.
func (r Return) Ratio() string { return percentOf(r.Received, r.PaidIn) }

// Bounds are the least and most of Ratio; "" where nothing was paid in.
func (r Return) Bounds() string {
	if r.PaidIn == 0 {
		return ""
	}
	return percentOf(r.Least, r.PaidIn) + "–" + percentOf(r.Most, r.PaidIn)
}

func percentOf(part, whole unit.Fen) string {
	if whole <= 0 {
		return ""
	}
	n := new(big.Int).Mul(big.NewInt(int64(part)), big.NewInt(100_00))
	n.Quo(n, big.NewInt(int64(whole)))
	return fmt.Sprintf("%d.%02d%%", n.Int64()/100, n.Int64()%100)
}

// pot is what the payers of one case have paid in, and what organisations of each of them got.
type pot struct {
	lead    Case
	regions []string // of the payers, the narrowest first
	paid    map[string]unit.Fen
	got     map[string]unit.Fen // "" is who belongs to none of them
	left    unit.Fen            // of what was paid in
}

// pots counts, for each case above the ranked ones, what was paid in and what rounds before have given away.
func (s *Service) pots(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, ranked []Ranked) (map[unit.ID]*pot, error) {
	out := map[unit.ID]*pot{}
	if sch.Round.Returns == nil {
		return out, nil
	}
	for _, r := range ranked {
		if r.Case.Parent == "" || out[r.Case.Parent] != nil {
			continue
		}
		p, err := s.potOf(ctx, tx, sch, r.Case.Parent)
		if err != nil {
			return nil, fmt.Errorf("pot of case %s: %w", r.Case.Parent, err)
		}
		out[r.Case.Parent] = p
	}
	return out, nil
}

func (s *Service) potOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, lead unit.ID) (*pot, error) {
	c, _, err := s.load(ctx, tx, lead)
	if err != nil {
		return nil, err
	}
	p := &pot{lead: c, paid: map[string]unit.Fen{}, got: map[string]unit.Fen{}}
	payers, err := s.newestPayers(ctx, tx, lead, sch.Round.Returns.Of)
	if err != nil {
		return nil, err
	}
	for _, x := range payers {
		if x.Gone {
			continue
		}
		if _, there := p.paid[x.Payer]; !there {
			p.regions = append(p.regions, x.Payer)
			p.paid[x.Payer] = 0
		}
		if x.State == scheme.PayerPaid {
			p.paid[x.Payer] += x.Fen
			p.left += x.Fen
		}
	}
	slices.SortFunc(p.regions, func(a, b string) int { // 340100 before 340000
		if d := len(strings.TrimRight(b, "0")) - len(strings.TrimRight(a, "0")); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	given, err := queryCases(ctx, tx, sqlUnder, string(lead), childrenMax)
	if err != nil {
		return nil, err
	}
	for _, x := range given {
		if x.Scheme != sch.ID || x.End == scheme.Refused {
			continue
		}
		if x.History, err = selectSteps(ctx, tx, x.ID); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(x.History, func(h Step) bool { return h.Action == sch.Round.Takes }) {
			continue
		}
		if err := s.gives(ctx, tx, sch, p, x); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// gives counts what the organisations of a case get by it.
func (s *Service) gives(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, p *pot, c Case) error {
	r := sch.Round.Returns
	for _, row := range c.field(fieldOf(r.For)).List {
		org, sum := row.Entry(columnOf(r.For)), row.Entry(columnOf(r.Sum)).Fen()
		o, err := s.c.Registry.Org(ctx, tx, org.Text)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return fmt.Errorf("organisation %s: %w", org.Text, err)
		}
		to := ""
		for _, region := range p.regions {
			if in, known := s.c.Regions.In(o.Region, unit.Region(region), s.today(tx.Now())); in && known {
				to = region
				break
			}
		}
		p.got[to] += sum
		p.left -= sum
	}
	return nil
}

// returns are what each payer gets by a plan, the case above with the lowest number first.
func (s *Service) returns(tx *db.Tx, sch *scheme.Scheme, pots map[unit.ID]*pot) (out []Return) {
	if sch.Round.Returns == nil {
		return nil
	}
	share := func(sum unit.Fen, param string) unit.Fen {
		x, _ := sch.Params.Get(param)
		return sum.Share(x.Value.Ratio())
	}
	for _, p := range pots {
		given := unit.Fen(0)
		for _, sum := range p.got {
			given += sum
		}
		for region, paid := range p.paid {
			r := Return{Lead: p.lead.ID, No: p.lead.No, Payer: region, Name: s.c.Regions.Name(unit.Region(region), s.today(tx.Now())),
				PaidIn: paid, Received: p.got[region], Least: paid - share(paid, sch.Round.Returns.Below), Most: paid + share(paid, sch.Round.Returns.Above)}
			if given == 0 { // where nobody gets anything nobody gets less than the others
				r.Least = 0
			}
			out = append(out, r)
		}
		if p.got[""] > 0 {
			out = append(out, Return{Lead: p.lead.ID, No: p.lead.No, Name: fault.Words{"未出资的地区", "jurisdictions that paid nothing"}, Received: p.got[""]})
		}
	}
	slices.SortFunc(out, func(a, b Return) int {
		if d := strings.Compare(a.No, b.No); d != 0 {
			return d
		}
		return strings.Compare(a.Payer, b.Payer)
	})
	return out
}

// within refuses a plan by which a payer gets back less or more than the scheme lets it: the first, by number and region.
func (p plan) within() error {
	for _, r := range p.returns {
		if r.Outside() {
			x := p.sch.Round.Returns
			return fault.New(fault.Conflict, "casework.round_return", "rule", x.Words, "payer", r.Name, "paid", r.PaidIn.String(), "gets", r.Received.String(),
				"least", r.Least.String(), "most", r.Most.String())
		}
	}
	return nil
}

func returnsJSON(all []Return) (string, error) {
	if all == nil {
		return "", nil
	}
	b, err := json.Marshal(all)
	return string(b), err
}

func returnsOf(text string) (out []Return, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, err
}
