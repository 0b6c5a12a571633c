package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// recountAtOnce is how many open cases one piece of a recount looks at.
const recountAtOnce = 100

// Recount counts the clocks of open cases again after a holiday notice, from the case after from, and tells the parties
// of each case whose due time moves, with the time before and after: at most once a person for each notice. It is
// calendar.Recounter: next is "" at the end. A case whose edition is not there keeps its times, as it keeps its stage.
func (s *Service) Recount(ctx context.Context, tx *db.Tx, news unit.ID, before, after unit.Calendar, from unit.ID) (next unit.ID, err error) {
	open, err := selectOpen(ctx, tx, from, recountAtOnce)
	if err != nil {
		return "", fmt.Errorf("open cases after %q: %w", from, err)
	}
	for _, c := range open {
		sch, err := s.edition(c)
		if err != nil {
			continue
		}
		if err := s.recount(ctx, tx, news, before, after, sch, c); err != nil {
			return "", fmt.Errorf("case %s: %w", c.No, err)
		}
	}
	if len(open) < recountAtOnce {
		return "", nil
	}
	return open[len(open)-1].ID, nil
}

// under is the room as it would count with another calendar.
func (s *Service) under(cal Calendar) *Service {
	other := *s
	other.c.Calendar = cal
	return &other
}

func (s *Service) recount(ctx context.Context, tx *db.Tx, news unit.ID, before, after unit.Calendar, sch *scheme.Scheme, c Case) (err error) {
	if c.History, err = selectSteps(ctx, tx, c.ID); err != nil {
		return err
	}
	was, err := s.under(before).waits(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	now := s.under(after)
	if err := now.recountSeats(ctx, tx, sch, c); err != nil {
		return err
	}
	if c.Asks, err = now.asksOf(ctx, tx, sch, c.ID); err != nil {
		return err
	}
	at, err := now.times(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	if err := updateTimes(ctx, tx, c.ID, at); err != nil {
		return err
	}
	if err := now.reannounce(ctx, tx, sch, c); err != nil {
		return err
	}
	will, err := now.waits(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	return s.tellMoved(ctx, tx, news, sch, c, was, will)
}

// tellMoved tells whoever waits or is waited for that the due time moved. What happens by itself concerns the
// organisation whose case it is.
func (s *Service) tellMoved(ctx context.Context, tx *db.Tx, news unit.ID, sch *scheme.Scheme, c Case, was, will []Wait) error {
	var zh, en []string
	var to []notice.Audience
	said := map[string]bool{}
	for i, w := range will {
		if i >= len(was) || was[i].Role != w.Role || was[i].Action != w.Action || was[i].Due.Equal(w.Due) {
			continue
		}
		to = append(to, notice.Audience{Org: c.Org})
		if a, ok := s.audience(sch, c, w.Role); ok {
			to = append(to, a)
		}
		if line := w.ActionWords[0]; !said[line] {
			said[line] = true
			zh = append(zh, fmt.Sprintf("%s：%s → %s", w.ActionWords[0], s.until(was[i].Due), s.until(w.Due)))
			en = append(en, fmt.Sprintf("%s: %s → %s", w.ActionWords[1], s.until(was[i].Due), s.until(w.Due)))
		}
	}
	if len(to) == 0 || s.c.Notices == nil {
		return nil
	}
	org, err := s.toldOrg(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	n := notice.Notice{Kind: "case.due_moved", Object: c.Object(), Path: "/cases/" + string(c.ID), Org: org,
		Title: fault.Words{fmt.Sprintf("放假安排公布，期限有变：%s %s", sch.Title[0], c.No), fmt.Sprintf("A due time moved with the holiday notice: %s %s", sch.Title[1], c.No)},
		Text:  fault.Words{strings.Join(zh, "\n"), strings.Join(en, "\n")},
		Key:   c.Object() + "/calendar/" + string(news)}
	return s.tellEach(ctx, tx, n, to, "")
}

// until is the last moment in time of a due time, as people read it: a day, with the hour where it is not the day's end.
func (s *Service) until(due time.Time) string {
	if due.IsZero() {
		return "—"
	}
	local := due.Add(-time.Second).In(s.c.Calendar.Location())
	if local.Hour() == 23 && local.Minute() == 59 {
		return local.Format(time.DateOnly)
	}
	return due.In(s.c.Calendar.Location()).Format(time.DateOnly + " 15:04")
}
