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

// Marked is what an action did to a label.
type Marked struct {
	Verb  string   `json:"verb"` // issue, renew, revoke
	Label string   `json:"label"`
	Org   string   `json:"org"`
	Until unit.Day `json:"until,omitzero"` // last day of what was given; no day is without end
	Gone  unit.Day `json:"gone,omitzero"`  // revoke: the first day on which the label was not in force any more, before this act; nothing was left to do
	Anew  bool     `json:"anew,omitempty"` // renew: the label had run out, and was given anew
}

// Says is what happened to the label, for people.
func (m Marked) Says() fault.Words {
	w := registry.LabelWords(m.Label)
	last := fault.Words{"，无截止日", ", without end"}
	if m.Until.Valid() {
		last = fault.Words{"，有效至 " + m.Until.String(), ", until " + m.Until.String()}
	}
	switch {
	case m.Gone.Valid():
		return fault.Words{fmt.Sprintf("“%s”此前已不再有效（自 %s 起），无须再撤销。", w[0], m.Gone), fmt.Sprintf("“%s” was not in force any more from %s on; nothing was left to take back.", w[1], m.Gone)}
	case m.Verb == "revoke":
		return fault.Words{"撤销“" + w[0] + "”。", "“" + w[1] + "” was taken back."}
	case m.Anew:
		return fault.Words{"“" + w[0] + "”已到期，重新授予" + last[0] + "。", "“" + w[1] + "” had run out and was given anew" + last[1] + "."}
	case m.Verb == "renew":
		return fault.Words{"延续“" + w[0] + "”" + last[0] + "。", "“" + w[1] + "” was renewed" + last[1] + "."}
	}
	return fault.Words{"授予“" + w[0] + "”" + last[0] + "。", "“" + w[1] + "” was given" + last[1] + "."}
}

// mark enters in the registry what an action gives, renews or takes: the edition decided it, the case is its basis. Taking back what is no
// more in force does nothing, and says so. What ran out is given anew by a renewal; what was taken back is not.
func (s *Service) mark(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, all []scheme.LabelEffect) (done []Marked, err error) {
	for _, l := range all {
		m := Marked{Verb: l.Verb, Label: l.Label, Org: l.To.Text}
		if m.Org == "" {
			m.Org = c.Org
		}
		switch l.Verb {
		case "issue":
			m, err = s.give(ctx, tx, who, sch, c, m, l.For)
		case "renew":
			m, err = s.renew(ctx, tx, who, sch, c, m, l)
		case "revoke":
			m, err = s.takeLabel(ctx, tx, who, c, m)
		}
		if err != nil {
			return nil, fmt.Errorf("%s label %s in case %s: %w", l.Verb, l.Label, c.No, err)
		}
		done = append(done, m)
	}
	return done, nil
}

func (s *Service) give(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, m Marked, term scheme.Value) (Marked, error) {
	day := s.today(tx.Now())
	l, err := s.c.Registry.IssueLabel(ctx, tx, who, registry.Label{Org: m.Org, Label: m.Label, Issuer: sch.Jurisdiction, Since: day, Until: until(day, term), Basis: c.Object()})
	if err != nil {
		return m, err
	}
	m.Until = l.Until
	return m, putHeld(ctx, tx, c.ID, m)
}

// renew gives another term, which follows the present one, or a term from the day on, which never shortens it; one without end stays so.
func (s *Service) renew(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, m Marked, e scheme.LabelEffect) (Marked, error) {
	day := s.today(tx.Now())
	l, there, err := s.c.Registry.NewestLabel(ctx, tx, m.Org, m.Label)
	switch {
	case err != nil:
		return m, err
	case there && l.On(day):
	case there && l.Revoked.Valid():
		return m, fault.New(fault.Conflict, "casework.label_taken_back", "label", registry.LabelWords(m.Label), "day", l.Revoked)
	case there && l.Since <= day:
		m.Anew = true
		return s.give(ctx, tx, who, sch, c, m, e.For)
	}
	switch m.Until = until(day, e.For); {
	case !l.Until.Valid():
		m.Until = 0
	case e.Next:
		m.Until = until(l.Until.Add(1), e.For)
	case m.Until.Valid():
		m.Until = max(m.Until, l.Until)
	}
	if _, err := s.c.Registry.RenewLabel(ctx, tx, who, m.Org, m.Label, day, m.Until); err != nil {
		return m, err
	}
	return m, putHeld(ctx, tx, c.ID, m)
}

// takeLabel revokes what is in force.
func (s *Service) takeLabel(ctx context.Context, tx *db.Tx, who access.Actor, c Case, m Marked) (Marked, error) {
	day := s.today(tx.Now())
	l, there, err := s.c.Registry.NewestLabel(ctx, tx, m.Org, m.Label)
	if err != nil {
		return m, err
	}
	switch {
	case !there || l.On(day):
		err = s.c.Registry.RevokeLabel(ctx, tx, who, m.Org, m.Label, day)
	case l.Revoked.Valid():
		m.Gone = l.Revoked
	default:
		m.Gone = l.Until.Add(1)
	}
	if err != nil {
		return m, err
	}
	return m, dropHeld(ctx, tx, c.ID, m)
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
