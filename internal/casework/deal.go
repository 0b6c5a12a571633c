package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Purchase is what a scheme would do for an organisation that buys something of a provider at a price.
type Purchase struct {
	Outlook
	Deals []scheme.Deal
}

// Purchases judges every scheme in force through which something can be bought, as if the organisation ordered of the provider at
// the price today, and says for each way of paying what it bears at once and what comes back. price 0 is one that is not known.
// Nothing is kept of it.
func (s *Service) Purchases(ctx context.Context, who access.Actor, org, provider string, price unit.Fen) (o registry.Org, out []Purchase, err error) {
	o, err = s.lookingAhead(ctx, who, org, false, func(tx *db.Tx, o registry.Org, own []Case, facts *world) error {
		out = nil
		for _, sch := range s.Schemes() {
			to, sum, buys := sch.PriceOf()
			if !buys || !forFirms(sch) || !s.inTime(sch, facts.day) {
				continue
			}
			w := *facts
			w.c.Fields = map[string]scheme.Value{to: scheme.OrgValue(provider)}
			if price > 0 {
				w.c.Fields[sum] = scheme.MoneyValue(price)
			}
			look, judged, err := s.outlook(ctx, tx, who, sch, o, own, w)
			if err != nil {
				return fmt.Errorf("%s buys under %s: %w", org, sch.ID, err)
			}
			x := Purchase{Outlook: look}
			if x.Deals, err = sch.Deals(s.MainWay(sch), judged); err != nil {
				return fmt.Errorf("deals of %s: %w", sch.ID, err)
			}
			out = append(out, x)
		}
		return nil
	})
	return o, out, err
}

// Buys says whether something can be bought through a scheme in force here.
func (s *Service) Buys() bool {
	for _, sch := range s.Schemes() {
		if _, _, buys := sch.PriceOf(); buys && forFirms(sch) {
			return true
		}
	}
	return false
}

// lookingAhead reads, in one reading, what is asked of an organisation before it has a case: itself, its cases, and the facts of today. One
// of which the actor may not know is not found; with itself, one that the actor does not act for is not found either.
func (s *Service) lookingAhead(ctx context.Context, who access.Actor, org string, itself bool, look func(tx *db.Tx, o registry.Org, own []Case, facts *world) error) (o registry.Org, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return o, err
	}
	hidden := fault.New(fault.NotFound, "casework.org_hidden")
	if itself && !hasOrg(who, org) {
		return o, hidden
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if o, err = s.c.Registry.Org(ctx, tx, org); err != nil {
			return err
		}
		if access.May(who, access.CaseRead, access.Scope{Region: o.Region, Org: org}) != nil {
			return hidden
		}
		facts := &world{ctx: ctx, tx: tx, s: s, day: s.today(tx.Now())}
		if facts.firm, err = s.c.Registry.Facts(ctx, tx, org, facts.day); err != nil {
			return err
		}
		own, err := queryCases(ctx, tx, sqlOfOrg, org, childrenMax)
		if err != nil {
			return fmt.Errorf("cases of %s: %w", org, err)
		}
		return look(tx, o, own, facts)
	})
	return o, err
}
