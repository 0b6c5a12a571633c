package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// visits is the history of a case as its clocks see it. What a person does without leaving the stage leaves the clock as
// it is; a clock that rings and stays, as every Monday, starts again.
func visits(c Case, sch *scheme.Scheme) []scheme.Visit {
	out := []scheme.Visit{{Stage: c.begun(), At: c.Opened}}
	for _, h := range c.History {
		if row, ok := sch.Row(h.From, h.Action); h.To != h.From || ok && row.ByClock() {
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
	if away(sch, c) {
		return nil, nil
	}
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

// times are the stored times of a case in microseconds; 0 is never.
type times struct {
	fires int64     // when the stage's row by clock fires
	due   int64     // when the next person is late
	waits []waitRow // who has to act, kept with the case
}

// times counts them for the present stage. A provisional day is never: it is counted again when the calendar comes.
func (s *Service) times(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (t times, err error) {
	if c.End != "" {
		return t, nil
	}
	_, due, found, err := sch.FiresAt(visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
	if err != nil {
		return t, err
	}
	if found && !due.Provisional {
		t.fires = db.Micros(due.At)
	}
	waits, err := s.waits(ctx, tx, sch, c)
	t.waits = s.waitRows(sch, c, waits, tx.Now())
	if sch.Overdue == "" {
		return t, err
	}
	for _, w := range waits {
		if _, desk := deskOf(sch, w.Role); !desk || w.Due.IsZero() || w.Provisional || !tx.Now().Before(w.Due) {
			continue
		}
		if at := db.Micros(w.Due); t.due == 0 || at < t.due {
			t.due = at
		}
	}
	return t, err
}

// deskOf is the desk of a role, if it is one.
func deskOf(sch *scheme.Scheme, role string) (string, bool) {
	r, ok := sch.Roles.Get(role)
	return r.Desk, ok && r.Desk != ""
}

// Tick fires the clocks that are due and tells who is to be told of what is late, each case in an act of its own, at most
// ticksAtOnce of each, and says how many. A case that fails does not hold up the others; the first failure is returned.
func (s *Service) Tick(ctx context.Context) (done int, err error) {
	if _, err := s.catchUp(ctx); err != nil {
		return 0, err
	}
	var errs []error
	for _, round := range []struct {
		query string
		one   func(context.Context, *db.Tx, unit.ID) (bool, error)
	}{{sqlFiring, s.fire}, {sqlDue, s.tellLate}, {sqlLateSeats, s.lateSeats}} {
		var due []unit.ID
		if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			due, err = selectTimed(ctx, tx, round.query, tx.Now(), ticksAtOnce)
			return err
		}); err != nil {
			return done, fmt.Errorf("cases whose time has come: %w", err)
		}
		for _, id := range due {
			went := false
			err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
				went, err = round.one(ctx, tx, id)
				return err
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("clock of case %s: %w", id, err))
			} else if went {
				done++
			}
		}
	}
	for _, more := range s.alsoTicks() {
		n, err := more(ctx)
		done += n
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return done, errs[0]
	}
	return done, nil
}

// alsoTicks is what goes on besides the clocks of cases: rounds whose steps are being taken, starts, reminders.
func (s *Service) alsoTicks() []func(context.Context) (int, error) {
	return []func(context.Context) (int, error){s.closeOn, s.startOn, s.remindSoon, s.owedAbroad, s.owedPayers, s.tellLost, s.lookAtEnded, s.takeBackDisclosures}
}

// fire takes the row by clock if it is still due: an act of a person may have come first.
func (s *Service) fire(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	c, sch, err := s.load(ctx, tx, id)
	if err != nil || c.End != "" {
		return false, err
	}
	row, due, found, err := sch.FiresAt(visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
	if err != nil || !found || due.Provisional || tx.Now().Before(due.At) {
		return false, err
	}
	if s.notClosing(ctx, tx, sch, c) != nil {
		return false, nil // a round has decided about it; the time is looked at again when its step was taken
	}
	if f, err := asRefusal(s.notWithBank(ctx, tx, sch, c, row.Action)); f != nil || err != nil {
		return false, err // it fires when the bank has answered
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
	return true, s.onwards(ctx, tx, sch, &c)
}
