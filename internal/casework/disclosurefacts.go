package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// labelFacts are the labels of an organisation that are in force on a day: of this registry, and those that neighbours certify.
func (s *Service) labelFacts(ctx context.Context, tx *db.Tx, org string, shows bool, day unit.Day) ([]federation.FactLabel, error) {
	out := []federation.FactLabel{}
	if !shows {
		return out, nil
	}
	here, err := s.c.Registry.Labels(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	there, err := s.c.Registry.LabelsAbroad(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	add := func(l registry.Label, title fault.Words) {
		if l.On(day) {
			out = append(out, federation.FactLabel{Label: l.Label, Title: title, Level: l.Level, Issuer: l.Issuer, Since: l.Since, Until: l.Until})
		}
	}
	for _, l := range here {
		add(l, registry.LabelWords(l.Label))
	}
	for _, l := range there {
		add(l.Label, l.Title)
	}
	slices.SortFunc(out, func(a, b federation.FactLabel) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.Since, b.Since))
	})
	return out, nil
}

// paidFacts are the cases of some schemes that money has left the books for, less what came back.
func (s *Service) paidFacts(ctx context.Context, tx *db.Tx, own []Case, schemes []string) ([]federation.FactPaid, error) {
	of, sums, last := map[string]Case{}, map[string]unit.Fen{}, map[string]unit.Day{}
	for _, c := range own {
		if slices.Contains(schemes, c.Scheme) {
			of[c.Object()] = c
		}
	}
	entries, err := selectPaidTo(ctx, tx, of, s.OutAccounts())
	if err != nil {
		return nil, fmt.Errorf("what was paid: %w", err)
	}
	for _, e := range entries {
		if sums[e.ref], err = sums[e.ref].Add(e.sum); err != nil {
			return nil, err
		}
		if e.sum > 0 {
			last[e.ref] = max(last[e.ref], s.today(e.at))
		}
	}
	out := []federation.FactPaid{}
	for ref, sum := range sums {
		if sum <= 0 {
			continue
		}
		c := of[ref]
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		out = append(out, federation.FactPaid{Case: c.No, Title: sch.Title, Stage: sch.Say(c.Stage), Sum: int64(sum), On: last[ref]})
	}
	slices.SortFunc(out, func(a, b federation.FactPaid) int { return cmp.Compare(a.Case, b.Case) })
	return out, nil
}

// contractFacts are the cases that stand as contracts.
func (s *Service) contractFacts(ctx context.Context, tx *db.Tx, own []Case, shows []scheme.Contracts) ([]federation.FactContract, error) {
	out := []federation.FactContract{}
	for _, c := range own {
		i := slices.IndexFunc(shows, func(x scheme.Contracts) bool { return x.Scheme == c.Scheme && slices.Contains(x.In, c.Stage) })
		if i < 0 {
			continue
		}
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		steps, err := selectSteps(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		x := federation.FactContract{Case: c.No, Title: sch.Title, Stage: sch.Say(c.Stage), With: c.Fields[shows[i].With].Text, Sum: int64(c.Fields[shows[i].Sum].Fen())}
		for _, h := range steps {
			if h.To == c.Stage {
				x.Since = s.today(h.At)
			}
		}
		if x.With != "" {
			o, err := s.c.Registry.Org(ctx, tx, x.With)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return nil, err
			}
			x.Name = o.Name
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b federation.FactContract) int { return cmp.Compare(a.Case, b.Case) })
	return out, nil
}
