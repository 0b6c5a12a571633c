package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Announced is what an edition that is announced, and not yet in force, means for one organisation, beside the edition in force.
type Announced struct {
	Is, Was *scheme.Scheme // Was is nil where the scheme is new here
	From    unit.Day       // its first day
	After   Outlook        // judged with what is known today, as if it were its first day
	Before  *Outlook       // as of today; nil where no edition is in force today
	Rules   []RuleChange   // in the order of the new edition, those that are gone last
	Sums    []SumChange
}

// RuleChange is a rule of the main way that is new, gone, said otherwise or decided by another number, or whose answer differs.
type RuleChange struct {
	Name          string
	Words         fault.Words
	Before, After *OutlookRule // nil where the edition has no such rule
	Reworded      bool         // its condition or a number that it reads is not what it was
}

// SumChange is an amount on the main way, before and after; nil where the edition has none.
type SumChange struct {
	Name          string
	Words         fault.Words
	Before, After *scheme.Estimate
}

// Turns says that the organisation's own answer is another one.
func (c Announced) Turns() bool {
	return c.Before == nil || c.Before.Fit() != c.After.Fit() || c.Before.Verdict != c.After.Verdict
}

// Turns says that the answer of the rule is another one.
func (r RuleChange) Turns() bool {
	return r.Before == nil || r.After == nil || r.Before.Result != r.After.Result
}

// Announcements says, for each edition that is announced and begins after today, what changes for an organisation of the actor's: which
// rules and amounts, and whether its own answer does. Facts of the registry are those of today.
func (s *Service) Announcements(ctx context.Context, who access.Actor, org string) (o registry.Org, out []Announced, err error) {
	o, err = s.lookingAhead(ctx, who, org, true, func(tx *db.Tx, o registry.Org, own []Case, facts *world) error {
		out = nil
		for _, sch := range s.Schemes() {
			if first := sch.InForce[0].Day(); first <= facts.day || !forFirms(sch) || s.LastDay(sch).Valid() && s.LastDay(sch) < first {
				continue
			}
			c, err := s.announced(ctx, tx, who, sch, o, own, *facts)
			if err != nil {
				return fmt.Errorf("what %s %s changes for %s: %w", sch.ID, sch.Edition, org, err)
			}
			out = append(out, c)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Announced) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Is.ID, b.Is.ID)) })
	return o, out, err
}

func (s *Service) announced(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, o registry.Org, own []Case, today world) (c Announced, err error) {
	c = Announced{Is: sch, Was: s.replaced(sch), From: sch.InForce[0].Day()}
	then := today
	then.day = c.From
	if c.After, _, err = s.outlook(ctx, tx, who, sch, o, own, then); err != nil {
		return c, err
	}
	if c.Was != nil && s.inTime(c.Was, today.day) {
		before, _, err := s.outlook(ctx, tx, who, c.Was, o, own, today)
		if err != nil {
			return c, err
		}
		c.Before = &before
	}
	c.compare()
	return c, nil
}

// compare finds the rules and sums that differ.
func (c *Announced) compare() {
	var was []OutlookRule
	var sums []scheme.Estimate
	if c.Before != nil {
		was, sums = c.Before.Rules, c.Before.Sums
	}
	pick := func(all []OutlookRule, name string) *OutlookRule {
		if i := slices.IndexFunc(all, func(r OutlookRule) bool { return r.Need == name }); i >= 0 {
			return &all[i]
		}
		return nil
	}
	for i := range c.After.Rules {
		r := RuleChange{Name: c.After.Rules[i].Need, Words: c.After.Rules[i].Words, After: &c.After.Rules[i], Before: pick(was, c.After.Rules[i].Need)}
		if r.Before != nil {
			r.Reworded = otherwise(c.Was, c.Is, r.Name)
		}
		if r.Reworded || r.Turns() {
			c.Rules = append(c.Rules, r)
		}
	}
	for i := range was {
		if pick(c.After.Rules, was[i].Need) == nil {
			c.Rules = append(c.Rules, RuleChange{Name: was[i].Need, Words: was[i].Words, Before: &was[i]})
		}
	}
	find := func(all []scheme.Estimate, name string) *scheme.Estimate {
		if i := slices.IndexFunc(all, func(e scheme.Estimate) bool { return e.Name == name }); i >= 0 {
			return &all[i]
		}
		return nil
	}
	for i := range c.After.Sums {
		after := &c.After.Sums[i]
		before := find(sums, after.Name)
		if before == nil || before.Known != after.Known || before.Bounded != after.Bounded || before.Sum != after.Sum || before.Says != after.Says {
			c.Sums = append(c.Sums, SumChange{after.Name, c.Is.Say(after.Name), before, after})
		}
	}
	for i := range sums {
		if find(c.After.Sums, sums[i].Name) == nil {
			c.Sums = append(c.Sums, SumChange{sums[i].Name, c.Was.Say(sums[i].Name), &sums[i], nil})
		}
	}
}

// otherwise says whether a rule of two editions has another condition, or reads a parameter that has another value.
func otherwise(was, is *scheme.Scheme, rule string) bool {
	a, _ := was.Rules.Get(rule)
	b, _ := is.Rules.Get(rule)
	if a.When != b.When || a.Ask != b.Ask || a.Words != b.Words {
		return true
	}
	for _, name := range is.ParamsOf(rule) {
		x, there := was.Params.Get(name)
		y, _ := is.Params.Get(name)
		if !there || !x.Value.Equal(y.Value) {
			return true
		}
	}
	return false
}
