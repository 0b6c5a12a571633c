package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// visits is the history of a case as its clocks see it.
func visits(c Case, sch *scheme.Scheme) []scheme.Visit {
	out := []scheme.Visit{{Stage: sch.Start(), At: c.Opened}}
	for _, h := range c.History {
		if h.To != h.From {
			out = append(out, scheme.Visit{Stage: h.To, At: h.At})
		}
	}
	return out
}

// due is the due time of a row out of the present stage.
func (s *Service) due(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, row scheme.Row) (scheme.Due, error) {
	return sch.DueAt(row, visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
}

// waits lists who has to act in the present stage: each row of a person, and what happens when nobody does.
func (s *Service) waits(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) ([]Wait, error) {
	var out []Wait
	for _, row := range sch.RowsFrom(c.Stage) {
		if row.ByItself() || row.ByRound() {
			continue
		}
		due, err := s.due(ctx, tx, sch, c, row)
		if err != nil {
			return nil, fmt.Errorf("due time of %s in case %s: %w", row.Action, c.No, err)
		}
		for _, role := range row.Who {
			out = append(out, Wait{Role: role, Words: sch.Say(role), Action: row.Action, ActionWords: sch.Say(row.Action),
				Due: due.At, Provisional: due.Provisional, Late: !due.At.IsZero() && !tx.Now().Before(due.At)})
		}
	}
	return out, nil
}

// fires is when the stage's row by clock fires, as it is stored: 0 for never and for a provisional day.
func (s *Service) fires(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, now time.Time) (int64, error) {
	if c.End != "" {
		return 0, nil
	}
	_, due, found, err := sch.FiresAt(visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
	if err != nil || !found || due.Provisional {
		return 0, err
	}
	return db.Micros(due.At), nil
}

// Tick fires the clocks that are due, each case in an act of its own, at most ticksAtOnce, and says how many.
// A case whose firing fails does not hold up the others; the first failure is returned.
func (s *Service) Tick(ctx context.Context) (fired int, err error) {
	var due []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		due, err = selectFiring(ctx, tx, tx.Now(), ticksAtOnce)
		return err
	}); err != nil {
		return 0, fmt.Errorf("cases whose clock is due: %w", err)
	}
	var first error
	for _, id := range due {
		went := false
		err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			went, err = s.fire(ctx, tx, id)
			return err
		})
		if err != nil && first == nil {
			first = fmt.Errorf("fire the clock of case %s: %w", id, err)
		}
		if err == nil && went {
			fired++
		}
	}
	return fired, first
}

// fire takes the row by clock if it is still due: an act of a person may have come first.
func (s *Service) fire(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	c, err := selectCase(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if c.History, err = selectSteps(ctx, tx, id); err != nil {
		return false, err
	}
	sch, err := s.edition(c)
	if err != nil || c.End != "" {
		return false, err
	}
	row, due, found, err := sch.FiresAt(visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
	if err != nil || !found || due.Provisional || tx.Now().Before(due.At) {
		return false, err
	}
	q := scheme.Question{Stage: c.Stage, Action: row.Action, Answers: c.Answers, Purse: c.Purse, Facts: s.facts(ctx, tx, sch, c)}
	j, err := sch.Judge(q)
	if err != nil {
		return false, err
	}
	if !j.Goes {
		return false, fmt.Errorf("%s of case %s by clock does not go: %w", row.Action, c.No, refusal(sch, j))
	}
	if err := s.commit(ctx, tx, access.System("clock"), sch, &c, j, q, part{}, Action{Name: row.Action}); err != nil {
		return false, err
	}
	return true, s.byItself(ctx, tx, sch, &c)
}
