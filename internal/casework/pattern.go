package casework

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// PatternKind is what is unusual about some cases.
type PatternKind string

// The patterns that are looked for.
const (
	SplitOrders    PatternKind = "split"      // one organisation goes to one provider again and again
	SplitSums      PatternKind = "sums"       // what they are granted comes together to more than one case may be granted
	OneProvider    PatternKind = "provider"   // one provider is named in most cases of a scheme
	SameController PatternKind = "controller" // several organisations of one controller
	SamePhone      PatternKind = "phone"      // several organisations with one telephone number
	FarAboveList   PatternKind = "price"      // what was billed lies far above the price that the calendar asked
)

// Pattern is something unusual about cases of a scheme, with what it rests on. It is a reason to look and decides nothing.
type Pattern struct {
	Kind     PatternKind
	Subject  string // names it among those of its kind
	Scheme   string
	Title    fault.Words // of the scheme
	Orgs     []string    // that asked; none where it is not about them
	Provider string      // "" for none
	Holder   string      // the actual controller; "" for none
	Names    map[string]fault.Words
	N        int      // cases, or organisations of one controller
	Of       int      // cases of the scheme in all, with OneProvider
	Days     int      // that were looked back
	Phone    string   // the last digits of the number that they share
	Listed   unit.Fen // with FarAboveList, of the case that lies furthest above: what the calendar asked
	Billed   unit.Fen // and what was agreed or billed
	Sum      unit.Fen // with SplitSums, what the cases are granted together
	Most     unit.Fen // and what one case may be granted
	Cases    []Case
	Aside    *Aside // it was set aside and has not grown since

	ids    []unit.ID // of the cases, where they were found one by one
	former []string  // subjects under which it may have been set aside before the node's secret was exchanged
}

// Aside is that an officer has looked at a pattern and let it be.
type Aside struct {
	Kind    PatternKind
	Subject string
	At      time.Time
	By      string
	Reason  string
	Cases   int // that it had then
}

// PatternRules are the numbers by which patterns are found.
type PatternRules struct {
	Basis    []string
	Verified bool
	Split    struct{ Days, Cases int }
	Sums     struct {
		Days, Cases int
		Of          []struct{ Amount, Most string } // an amount of a case, and the parameter of its scheme that bounds it
	}
	Provider struct{ Days, Cases, Percent int }

	Controller struct{ Days, Organisations int }
	Phone      struct{ Days, Organisations int }
	Price      struct{ Days, Percent int }
}

//go:embed patterns.yaml
var patternsFile []byte

// patternRules reads the file that the program carries; a damaged one is a mistake of the build.
var patternRules = sync.OnceValue(func() (r PatternRules) {
	if err := yaml.UnmarshalWithOptions(patternsFile, &r, yaml.Strict()); err != nil || len(r.Basis) != 2 {
		panic(fmt.Sprintf("patterns.yaml: %v", err))
	}
	return r
})

const (
	talliesMax   = 2000 // pairs that are looked at, the most frequent first
	patternCases = 20   // shown of one pattern
	patternsMax  = 100
	asidesMax    = 1000
)

// Patterns are what is unusual about the cases of the actor's places, those that were not set aside first, the largest first.
func (s *Service) Patterns(ctx context.Context, who access.Actor) (out []Pattern, rules PatternRules, err error) {
	rules = patternRules()
	if err := access.MaySomewhere(who, access.CaseQueue); err != nil {
		return nil, rules, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.patternsIn(ctx, tx, who)
		return err
	})
	return out, rules, err
}

// patternReach are the cases of the places in which the actor has a desk.
func patternReach(who access.Actor) where {
	r := access.ReachOf(who, access.CaseQueue)
	return reachWhere(access.Reach{All: r.All, Regions: r.Regions}, nil)
}

func (s *Service) patternsIn(ctx context.Context, tx *db.Tx, who access.Actor) (out []Pattern, err error) {
	rules := patternRules()
	since := func(days int) int64 { return db.Micros(tx.Now().Add(-time.Duration(days) * 24 * time.Hour)) }
	pairs, err := selectTallies(ctx, tx, sqlRepeated, patternReach(who), since(rules.Split.Days))
	if err != nil {
		return nil, err
	}
	for _, t := range pairs {
		if t.n >= rules.Split.Cases {
			out = append(out, Pattern{Kind: SplitOrders, Subject: t.scheme + "/" + t.org + "/" + t.with, Scheme: t.scheme, Orgs: []string{t.org}, Provider: t.with, N: t.n, Days: rules.Split.Days})
		}
	}
	all, err := selectTallies(ctx, tx, sqlCountedBy, patternReach(who), since(rules.Provider.Days))
	if err != nil {
		return nil, err
	}
	if pairs, err = selectTallies(ctx, tx, sqlRepeated, patternReach(who), since(rules.Provider.Days)); err != nil {
		return nil, err
	}
	out = append(out, concentrated(pairs, all, rules)...)
	for _, look := range []struct {
		days int
		by   func(context.Context, *db.Tx, []tally, PatternRules) ([]Pattern, error)
	}{{rules.Controller.Days, s.controlled}, {rules.Phone.Days, s.phoned}, {rules.Price.Days, func(ctx context.Context, tx *db.Tx, all []tally, rules PatternRules) ([]Pattern, error) {
		return s.overcharged(ctx, tx, who, all, rules)
	}}, {rules.Sums.Days, func(ctx context.Context, tx *db.Tx, all []tally, rules PatternRules) ([]Pattern, error) {
		return s.summed(ctx, tx, who, all, rules)
	}}} {
		if all, err = selectTallies(ctx, tx, sqlCountedBy, patternReach(who), since(look.days)); err != nil {
			return nil, err
		}
		found, err := look.by(ctx, tx, all, rules)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return s.dressed(ctx, tx, who, out)
}

// concentrated are the providers that most cases of a scheme name.
func concentrated(pairs, all []tally, rules PatternRules) (out []Pattern) {
	total, named := map[string]int{}, map[[2]string]int{}
	for _, t := range all {
		total[t.scheme] += t.n
	}
	for _, t := range pairs {
		named[[2]string{t.scheme, t.with}] += t.n
	}
	for k, n := range named {
		if of := total[k[0]]; of >= rules.Provider.Cases && n*100 >= of*rules.Provider.Percent {
			out = append(out, Pattern{Kind: OneProvider, Subject: k[0] + "/" + k[1], Scheme: k[0], Provider: k[1], N: n, Of: of, Days: rules.Provider.Days})
		}
	}
	return out
}

// controlled are organisations of one actual controller that have cases of one scheme.
func (s *Service) controlled(ctx context.Context, tx *db.Tx, all []tally, rules PatternRules) (out []Pattern, err error) {
	holder, orgs, day := map[string]string{}, map[[2]string][]string{}, s.today(tx.Now())
	for _, t := range all {
		h, known := holder[t.org]
		if !known {
			facts, err := s.c.Registry.Facts(ctx, tx, t.org, day)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return nil, err
			}
			h, _ = facts["firm.controller"].Value.(string)
			holder[t.org] = h
		}
		if h != "" {
			key := [2]string{t.scheme, h}
			orgs[key] = append(orgs[key], t.org)
		}
	}
	for k, these := range orgs {
		if len(these) >= rules.Controller.Organisations {
			slices.Sort(these)
			out = append(out, Pattern{Kind: SameController, Subject: k[0] + "/" + k[1], Scheme: k[0], Holder: k[1], Orgs: these, N: len(these), Days: rules.Controller.Days})
		}
	}
	return out, nil
}

// dressed adds names, cases and what was set aside, and sorts.
func (s *Service) dressed(ctx context.Context, tx *db.Tx, who access.Actor, all []Pattern) ([]Pattern, error) {
	asides, err := selectPatternAsides(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		p := &all[i]
		if sch, err := s.Scheme(p.Scheme); err == nil {
			p.Title = sch.Title
		} else {
			p.Title = fault.Words{p.Scheme, p.Scheme}
		}
		for _, a := range asides { // the newest first
			if a.Kind == p.Kind && (a.Subject == p.Subject || slices.Contains(p.former, a.Subject)) {
				if p.N <= a.Cases {
					p.Aside = &a
				}
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b Pattern) int {
		set := func(p Pattern) int { return map[bool]int{true: 1}[p.Aside != nil] }
		return cmp.Or(set(a)-set(b), b.N-a.N, strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Subject, b.Subject))
	})
	all = all[:min(len(all), patternsMax)]
	for i := range all {
		p := &all[i]
		ids := p.ids
		if ids == nil {
			ids, err = selectPatternCases(ctx, tx, patternReach(who), db.Micros(tx.Now().Add(-time.Duration(p.Days)*24*time.Hour)), *p)
			if err != nil {
				return nil, err
			}
		}
		for _, id := range ids {
			c, err := selectCase(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			if c, err = s.shown(ctx, tx, who, c); err != nil {
				return nil, err
			}
			p.Cases = append(p.Cases, c)
		}
		p.Names = map[string]fault.Words{}
		for _, code := range append(slices.Clone(p.Orgs), p.Provider, p.Holder) {
			if code == "" {
				continue
			}
			p.Names[code] = fault.Words{code, code}
			if o, err := s.c.Registry.Org(ctx, tx, code); err == nil {
				p.Names[code] = o.Name
			} else if fault.KindOf(err) != fault.NotFound {
				return nil, err
			}
		}
	}
	return all, nil
}

// SetAside lets a pattern be, with a reason; it shows again when it has grown.
func (s *Service) SetAside(ctx context.Context, who access.Actor, kind PatternKind, subject, reason string) error {
	if err := access.MaySomewhere(who, access.CaseQueue); err != nil {
		return err
	}
	reason, err := reasonGiven(reason)
	if err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		all, err := s.patternsIn(ctx, tx, who)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p Pattern) bool { return p.Kind == kind && p.Subject == subject })
		if i < 0 {
			return fault.New(fault.NotFound, "casework.pattern_unknown")
		}
		if all[i].Aside != nil {
			return nil // set aside twice is set aside
		}
		if _, err := tx.Exec(ctx, sqlInsertAside, string(kind), subject, db.Micros(tx.Now()), string(who.Person), who.Name, reason, all[i].N); err != nil {
			return fmt.Errorf("set aside %s %s: %w", kind, subject, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "pattern.aside", Object: "pattern/" + string(kind) + "/" + subject, Detail: fmt.Sprintf("%d cases: %s", all[i].N, reason)})
	})
}
