package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
)

const (
	pastCases = 200 // of a scheme, the newest, of which the pace is the median
	pastLeast = 5   // below which a median says nothing
)

// Outlook is what one open scheme means for an organisation today, before it asks for anything.
type Outlook struct {
	Scheme  *scheme.Scheme
	Verdict scheme.Result // of what can be judged now
	Rules   []OutlookRule // what fails first, then what cannot be had, then what a form or an officer decides, then what passes
	Sums    []scheme.Estimate
	Fills   []scheme.Field // what its own people fill in on the way
	Median  int            // days from submission to the end of the way, of past cases; -1 if there are too few
	Past    int            // cases that the median is of
	Clocks  []scheme.Value // else the time limits of those who decide, added up by unit
	May     bool           // this actor can begin now
	Under   *Case          // the case under which it is opened; nil if none is needed, or none stands open
	Above   fault.Words    // the scheme that it lives under; "" for none
	Running []Case         // cases of it that go on
}

// OutlookRule is a rule with what is to be done about it.
type OutlookRule struct {
	scheme.Answer
	Hangs bool        // on what will be filled in, or on an officer
	From  fault.Words // who can supply what is missing
}

// Outlooks judges every scheme in force that the organisation could ask for, today: those it qualifies for first.
func (s *Service) Outlooks(ctx context.Context, who access.Actor, org string) (o registry.Org, out []Outlook, err error) {
	o, err = s.lookingAhead(ctx, who, org, false, func(tx *db.Tx, o registry.Org, own []Case, facts *world) error {
		out, err = s.looks(ctx, tx, who, o, own, *facts)
		return err
	})
	return o, out, err
}

// looks judges every scheme in force for an organisation: those it qualifies for first.
func (s *Service) looks(ctx context.Context, tx *db.Tx, who access.Actor, o registry.Org, own []Case, facts world) (out []Outlook, err error) {
	for _, sch := range s.Schemes() {
		if !forFirms(sch) || !s.inTime(sch, facts.day) {
			continue
		}
		x, _, err := s.outlook(ctx, tx, who, sch, o, own, facts)
		if err != nil {
			return nil, fmt.Errorf("outlook of %s on %s: %w", o.Code, sch.ID, err)
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Outlook) int { return verdictRank[a.Verdict] - verdictRank[b.Verdict] })
	return out, nil
}

// verdictRank is the order in which outlooks are shown.
var verdictRank = map[scheme.Result]int{scheme.Pass: 0, scheme.NotKnown: 1, scheme.Fail: 2}

// forFirms says whether the first stage is a firm's.
func forFirms(sch *scheme.Scheme) bool {
	for _, row := range sch.RowsFrom(sch.Start()) {
		for _, name := range row.Who {
			if r, ok := sch.Roles.Get(name); ok && r.Party == "firm" {
				return true
			}
		}
	}
	return false
}

// outlook is one scheme's; w.c.Fields is what is assumed to stand in the form. It returns the facts by which it was judged, too.
func (s *Service) outlook(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, o registry.Org, own []Case, w world) (Outlook, *world, error) {
	x := Outlook{Scheme: sch, Median: -1}
	for i := range own {
		if own[i].Scheme == sch.ID && own[i].End == "" {
			x.Running = append(x.Running, own[i])
		}
	}
	typed := w.c.Fields
	if typed == nil {
		typed = map[string]scheme.Value{}
	}
	w.sch, w.c = sch, Case{Scheme: sch.ID, Edition: sch.Edition, EditionDigest: sch.Digest, Org: o.Code, Region: s.belongs(sch, o.Region, w.day), Stage: sch.Start(),
		Changed: tx.Now(), Fields: typed}
	x.May = s.startsFor(sch, who, o.Code)
	if sch.Parent != "" {
		up, err := s.Scheme(sch.Parent)
		if err != nil {
			return x, nil, err
		}
		x.Above = up.Title
		if x.Under = s.openAbove(sch, own); x.Under == nil {
			x.May = false
		} else {
			w.c.Parent = x.Under.ID
		}
	}
	way := s.MainWay(sch)
	look, err := sch.Outlook(way, &w)
	if err != nil {
		return x, nil, err
	}
	x.Verdict, x.Sums, x.Rules, x.Fills = look.Verdict, look.Sums, outlookRules(look), fillsOf(sch, way)
	if x.Median, x.Past, err = pace(ctx, tx, sch, way); err != nil {
		return x, nil, err
	}
	x.Clocks = clocksOf(sch, way)
	return x, &w, nil
}

// openAbove finds the case of the organisation under which one of the scheme can be opened now.
func (s *Service) openAbove(sch *scheme.Scheme, own []Case) *Case {
	for i := range own {
		up, err := s.edition(own[i])
		if err != nil || own[i].Scheme != sch.Parent || own[i].End != "" {
			continue
		}
		for _, ch := range up.Cases.All() {
			if ch.Scheme == sch.ID && ch.StartedBy != "" && slices.Contains(ch.In, own[i].Stage) {
				return &own[i]
			}
		}
	}
	return nil
}

// MainWay is the main way of an edition, kept for each: it takes the whole proof to find.
func (s *Service) MainWay(sch *scheme.Scheme) []scheme.Row {
	if way, ok := s.ways.Load(sch.Digest); ok {
		return way.([]scheme.Row)
	}
	way := sch.MainWay()
	s.ways.Store(sch.Digest, way)
	return way
}

func outlookRules(look scheme.Outlook) []OutlookRule {
	var out []OutlookRule
	for _, a := range look.Answers {
		r := OutlookRule{Answer: a, Hangs: slices.Contains(look.Hangs, a.Need)}
		if a.Result == scheme.NotKnown && !r.Hangs {
			r.From = suppliers(a.Saw)
		}
		out = append(out, r)
	}
	rank := func(r OutlookRule) int {
		switch {
		case r.Result == scheme.Fail:
			return 0
		case r.Hangs:
			return 2
		case r.Result == scheme.Pass:
			return 3
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b OutlookRule) int { return rank(a) - rank(b) })
	return out
}

// suppliers says who can supply facts that cannot be had.
func suppliers(saw []scheme.SeenFact) (w fault.Words) {
	for _, f := range saw {
		if f.Value.Known() {
			continue
		}
		from := fault.Words{"由登记部门或发证部门录入", "from the register that keeps it"}
		switch f.Name {
		case "firm.staff", "firm.revenue", "firm.rnd_spend":
			from = fault.Words{"由企业报送上一年度数据，登记部门录入", "from the organisation's last yearly report, entered by the registry"}
		case "firm.controller":
			from = fault.Words{"由企业申报实际控制人", "from the organisation, which states its controller"}
		case "available", "balance", "firm.open_cases", "paid_out", "already", "unused", "on_list":
			from = fault.Words{"由受理地的节点答复", "from the node that runs the scheme"}
		case "recognised", "related":
			from = fault.Words{"由对方所在地的节点答复", "from the node of the other organisation"}
		}
		return fault.Words{f.Words[0] + "：" + from[0], f.Words[1] + ": " + from[1]}
	}
	return w
}

// fillsOf are the fields that the firm's own people fill in on the way.
func fillsOf(sch *scheme.Scheme, way []scheme.Row) (out []scheme.Field) {
	seen := map[string]bool{}
	for _, row := range way {
		for _, f := range sch.NeedsField(row.Action) {
			if r, ok := sch.Roles.Get(f.By); ok && r.Party == "firm" && !seen[f.Name] {
				seen[f.Name] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// clocksOf adds up, by unit, the time limits of rows that are not the firm's own.
func clocksOf(sch *scheme.Scheme, way []scheme.Row) (out []scheme.Value) {
	sums := map[string]int64{}
	for _, row := range way {
		p, ok := sch.Params.Get(row.Clock)
		if !ok || p.Unit() != scheme.Duration || row.ByPerson() && sch.Party(row.Who[0]) {
			continue
		}
		v := p.Value
		if p.By != "" {
			v = p.Value.Entry("else")
		}
		sums[v.Text] += v.Int
	}
	for _, u := range []string{"h", "wd", "d", "y"} {
		if sums[u] > 0 {
			out = append(out, scheme.Value{Kind: scheme.Duration, Int: sums[u], Text: u})
		}
	}
	return out
}

// pace is the median of the days that past cases took from their first step to the last of the way.
func pace(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, way []scheme.Row) (median, past int, err error) {
	if len(way) == 0 {
		return -1, 0, nil
	}
	took, err := selectTook(ctx, tx, sch.ID, way[len(way)-1].Action, pastCases)
	if err != nil || len(took) < pastLeast {
		return -1, len(took), err
	}
	slices.Sort(took)
	const day = 24 * time.Hour
	return int((took[len(took)/2] + day - 1) / day), len(took), nil
}
