package agreement

import (
	"context"
	"regexp"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	reportMax    = 1000 // runes of each part of a monthly report
	progressRows = 200
)

// Progress is the monthly report on a task. A later report for the same month takes the place of the earlier one, which
// stays.
type Progress struct {
	ID      unit.ID
	Month   string // 2026-03
	Done    string // what was done
	Next    string // what comes next
	Problem string // what others have to help with; "" is nothing
	Reached string // value of the indicator
	By      string
	At      time.Time
}

var monthForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Report enters the monthly progress of a task, by one who speaks for the lead or a partner.
func (r *Register) Report(ctx context.Context, who access.Actor, id unit.ID, version int, p Progress) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.forUpdate(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		if p.Month == "" {
			p.Month = r.today(tx).String()[:7]
		}
		if err := p.check(r.today(tx)); err != nil {
			return err
		}
		p.ID, p.By, p.At = unit.NewID(tx.Now()), string(who.Person), tx.Now()
		if err := insertProgress(ctx, tx, id, p); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterProgress, p); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.report", "task/"+string(id), p.Month)
	})
}

// check refuses a report that says nothing, too much, or of a month to come.
func (p *Progress) check(today unit.Day) error {
	p.Done, p.Next, p.Problem, p.Reached = strings.TrimSpace(p.Done), strings.TrimSpace(p.Next), strings.TrimSpace(p.Problem), strings.TrimSpace(p.Reached)
	for _, part := range []struct{ field, text string }{{"done", p.Done}, {"next", p.Next}, {"problem", p.Problem}} {
		if len([]rune(part.text)) > reportMax {
			return fault.New(fault.Invalid, "agreement.report_long", "most", reportMax).On(part.field)
		}
	}
	switch {
	case !monthForm.MatchString(p.Month) || p.Month > today.String()[:7]:
		return fault.New(fault.Invalid, "agreement.month", "month", p.Month).On("month")
	case p.Done == "":
		return fault.New(fault.Invalid, "agreement.report_empty").On("done")
	case p.Reached != "" && !decimal.MatchString(p.Reached):
		return fault.New(fault.Invalid, "agreement.measure_half").On("reached")
	}
	return nil
}

// Reach says that a milestone is reached.
func (r *Register) Reach(ctx context.Context, who access.Actor, id unit.ID, version, no int) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.forUpdate(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		for _, m := range t.Milestones {
			if m.No == no && !m.Done.Valid() {
				if err := reachMilestone(ctx, tx, id, no, r.today(tx)); err != nil {
					return err
				}
				if err := r.send(ctx, tx, t, letterReached, reachedBody{no, r.today(tx)}); err != nil {
					return err
				}
				return r.record(ctx, tx, who, "task.milestone", "task/"+string(id), m.Title)
			}
		}
		return fault.New(fault.NotFound, "agreement.milestone_unknown").On("milestone")
	})
}

// History is what was reported on a task: the newest first.
func (r *Register) History(ctx context.Context, who access.Actor, id unit.ID) (all []Progress, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.task(ctx, tx, who, id); err != nil {
			return err
		}
		all, err = selectProgress(ctx, tx, id)
		return err
	})
	return all, err
}
