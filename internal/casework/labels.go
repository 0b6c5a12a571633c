package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// mark enters in the registry what an action gives, renews or takes: the edition decided it, the case is its basis.
func (s *Service) mark(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, all []scheme.LabelEffect) error {
	day := s.today(tx.Now())
	for _, l := range all {
		org := l.To.Text
		if org == "" {
			org = c.Org
		}
		var err error
		switch l.Verb {
		case "issue":
			_, err = s.c.Registry.IssueLabel(ctx, tx, who, registry.Label{Org: org, Label: l.Label, Issuer: sch.Jurisdiction, Since: day, Until: until(day, l.For), Basis: c.Object()})
		case "renew":
			_, err = s.c.Registry.RenewLabel(ctx, tx, who, org, l.Label, day, until(day, l.For))
		case "revoke":
			err = s.c.Registry.RevokeLabel(ctx, tx, who, org, l.Label, day)
		}
		if err != nil {
			return fmt.Errorf("%s label %s in case %s: %w", l.Verb, l.Label, c.No, err)
		}
	}
	return nil
}

// until is the last day of a label that runs so long from a day; no day is without end.
func until(day unit.Day, v scheme.Value) unit.Day {
	switch {
	case v.Kind == scheme.Day:
		return v.Day()
	case v.Kind == scheme.Duration && v.Text == "y":
		y, m, d := day.Date()
		return unit.Date(y+int(v.Int), m, d).Add(-1)
	case v.Kind == scheme.Duration:
		return day.Add(int(v.Int) - 1)
	}
	return 0
}
