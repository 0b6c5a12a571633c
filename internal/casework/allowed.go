package casework

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Allowed is an action that the actor's role has in the present stage, with what the rules say of it now.
type Allowed struct {
	Action      string
	Words       fault.Words
	To          string
	ToWords     fault.Words
	Role        string
	NeedsReason bool
	Asks        []Ask
	Judgement   scheme.Judgement // as of now, without a reason and without new answers
	Due         time.Time
	Provisional bool
	Late        bool
	Refused     *fault.Error // why this actor cannot in spite of the role: another person has to
}

// Ask is a rule that the acting officer answers with yes or no.
type Ask struct {
	Rule     string
	Words    fault.Words
	Answered *bool
}

// Allowed lists what the actor may do in the case now. It changes nothing.
func (s *Service) Allowed(ctx context.Context, who access.Actor, id unit.ID) (out []Allowed, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		v, err := s.veilFor(ctx, tx, sch, who, c)
		if err != nil {
			return err
		}
		if away(sch, c) {
			return nil
		}
		for _, row := range sch.RowsFrom(c.Stage) {
			p, mine := s.plays(sch, c, who, row)
			if !row.ByPerson() || !mine {
				continue
			}
			a, err := s.allowed(ctx, tx, sch, c, who, row, p)
			if err != nil {
				return err
			}
			a.Judgement = v.judgement(a.Judgement)
			out = append(out, a)
		}
		return nil
	})
	return out, err
}

func (s *Service) allowed(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, row scheme.Row, p part) (Allowed, error) {
	a := Allowed{Action: row.Action, Words: sch.Say(row.Action), To: row.To, ToWords: sch.Say(row.To), Role: p.role}
	for _, n := range sch.Needs[row.Action] {
		if _, isRule := sch.Rules.Get(n); n == "reason" && !isRule {
			a.NeedsReason = true
		}
	}
	for name, r := range sch.Rules.All() {
		if r.Ask == p.role && needs(sch, row.Action, name) {
			ask := Ask{Rule: name, Words: r.Words}
			if yes, given := c.Answers[name]; given {
				ask.Answered = &yes
			}
			a.Asks = append(a.Asks, ask)
		}
	}
	due, err := s.due(ctx, tx, sch, c, row)
	if err != nil {
		return a, err
	}
	a.Due, a.Provisional = due.At, due.Provisional
	a.Late = !due.At.IsZero() && !tx.Now().Before(due.At)
	// A reason is given with the act; the preview does not hold its absence against the action.
	j, _, _, err := s.judge(ctx, tx, sch, c, who, Action{Name: row.Action, Reason: "-"})
	if err == nil {
		err = s.notWithBank(ctx, tx, sch, c, row.Action)
	}
	a.Judgement = j
	a.Refused, err = asRefusal(err)
	return a, err
}

func needs(sch *scheme.Scheme, action, rule string) bool {
	for _, n := range sch.Needs[action] {
		if n == rule {
			return true
		}
	}
	return false
}
