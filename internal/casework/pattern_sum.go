package casework

import (
	"context"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// bounded is what a case may be granted, and what it is granted; false where its scheme has no such bound or nothing is granted yet.
func bounded(sch *scheme.Scheme, c Case, rules PatternRules) (granted, most unit.Fen, is bool) {
	for _, x := range rules.Sums.Of {
		if p, has := sch.Params.Get(x.Most); has && p.By == "" {
			if granted = c.Purse.Sums[x.Amount]; granted > 0 {
				return granted, p.Value.Fen(), true
			}
		}
	}
	return 0, 0, false
}

// summed are organisations whose cases of a scheme with one provider are granted more together than one case may be: each stays within
// its bound, as one that was split would.
func (s *Service) summed(ctx context.Context, tx *db.Tx, who access.Actor, all []tally, rules PatternRules) (out []Pattern, err error) {
	schemes := map[string]bool{}
	for _, t := range all {
		if t.n < rules.Sums.Cases {
			continue
		}
		if sch, err := s.Scheme(t.scheme); err == nil {
			for _, x := range rules.Sums.Of {
				_, amount := sch.Amounts.Get(x.Amount)
				_, most := sch.Params.Get(x.Most)
				schemes[t.scheme] = schemes[t.scheme] || amount && most
			}
		}
	}
	maps.DeleteFunc(schemes, func(_ string, is bool) bool { return !is })
	if len(schemes) == 0 {
		return nil, nil
	}
	ids, err := selectSchemeCases(ctx, tx, patternReach(who), db.Micros(tx.Now().Add(-time.Duration(rules.Sums.Days)*24*time.Hour)), slices.Sorted(maps.Keys(schemes)))
	if err != nil {
		return nil, err
	}
	found := map[string]*Pattern{}
	for _, id := range ids {
		c, err := selectCase(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		granted, most, is := bounded(sch, c, rules)
		provider := providerOf(sch, c)
		if !is || provider == "" {
			continue
		}
		key := c.Scheme + "/" + c.Org + "/" + provider
		if found[key] == nil {
			found[key] = &Pattern{Kind: SplitSums, Subject: key, Scheme: c.Scheme, Orgs: []string{c.Org}, Provider: provider, Days: rules.Sums.Days, Most: most} // of the newest
		}
		p := found[key]
		p.N, p.Sum = p.N+1, p.Sum+granted
		if len(p.ids) < patternCases {
			p.ids = append(p.ids, id)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if p := found[key]; p.N >= rules.Sums.Cases && p.Sum > p.Most {
			out = append(out, *p)
		}
	}
	return out, nil
}
