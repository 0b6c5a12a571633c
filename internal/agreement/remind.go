package agreement

import (
	"context"
	"fmt"
	"sort"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

const (
	remindedSetting = "agreement.reminded" // the last day whose reminders were told
	remindDaysMax   = 40                   // days that are made up for after a standstill
	digestShown     = 20                   // tasks named in one notice
	superviseChunk  = 100                  // steps written in one act
	beforeStep      = "before"
)

// Digest is what one holder is reminded of on a day: how many tasks at each step, and the first of them by name.
type Digest struct {
	Lead  Party
	Count map[string]int // by step; "before" is a due day that comes near
	First []Task         // ID, Code, Title, Due, Owner
	tasks map[string][]unit.ID
}

// due is what happens on a day to tasks with one due day.
type due struct {
	day  unit.Day
	step string
}

// steps says which due days reach which step between two days: later than the one, up to the other. A step is reached
// once, on a working day; days that were missed are made up for. It is pure: it depends on the calendar and the rules.
func (s supervision) steps(cal unit.Calendar, after, today unit.Day) (all []due) {
	first, last := today, today
	furthest := 0
	for _, n := range s.Before {
		furthest = max(furthest, n)
	}
	for n, d := 0, today; n <= furthest; d++ {
		last = d
		n, _ = cal.WorkdaysBetween(today, d+1)
	}
	latest := 0
	for _, st := range s.Steps {
		latest = max(latest, st.Late)
	}
	for n, d := 0, today; n <= latest; d-- {
		first = d
		n, _ = cal.WorkdaysBetween(d-1, after)
	}
	for d := first; d <= last; d++ {
		left, _ := cal.WorkdaysBetween(today, d)
		leftBefore, _ := cal.WorkdaysBetween(after, d)
		late, _ := cal.WorkdaysBetween(d, today)
		lateBefore, _ := cal.WorkdaysBetween(d, after)
		if d >= today {
			for _, n := range s.Before {
				if left <= n && leftBefore > n {
					all = append(all, due{d, beforeStep})
					break
				}
			}
			continue
		}
		for i := len(s.Steps) - 1; i >= 0; i-- { // the furthest step that was reached; one notice a task
			if n := s.Steps[i].Late; late >= n && lateBefore < n {
				all = append(all, due{d, s.Steps[i].ID})
				break
			}
		}
	}
	return all
}

// Reminders computes whom to remind of what on a day, when the day of the last reminders was after.
func (r *Register) Reminders(ctx context.Context, tx *db.Tx, after, today unit.Day) ([]*Digest, error) {
	steps := map[unit.Day]string{}
	first, last := today, today
	for _, d := range r.rules.steps(r.calendar(), after, today) {
		steps[d.day] = d.step
		first, last = min(first, d.day), max(last, d.day)
	}
	if len(steps) == 0 {
		return nil, nil
	}
	holders := map[string]*Digest{}
	err := eachDue(ctx, tx, first, last, func(t Task) {
		step, ok := steps[t.Due]
		if !ok {
			return
		}
		key := t.Lead.Key()
		d := holders[key]
		if d == nil {
			d = &Digest{Lead: t.Lead, Count: map[string]int{}, tasks: map[string][]unit.ID{}}
			holders[key] = d
		}
		d.Count[step]++
		if len(d.First) < digestShown {
			d.First = append(d.First, t)
		}
		if step != beforeStep {
			d.tasks[step] = append(d.tasks[step], t.ID)
		}
	})
	all := make([]*Digest, 0, len(holders))
	for _, d := range holders {
		all = append(all, d)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Lead.Key() < all[j].Lead.Key() })
	return all, err
}

// Tick tells the reminders and takes the steps of supervision of a day, once a day. It may be called at any time; what
// was told before a crash is not told again.
func (r *Register) Tick(ctx context.Context) (told int, err error) {
	var digests []*Digest
	var today unit.Day
	if err := r.c.DB.Read(ctx, func(tx *db.Tx) error {
		today = r.today(tx)
		text, err := tx.Setting(ctx, remindedSetting)
		if err != nil {
			return err
		}
		after, err := unit.ParseDay(text)
		if err != nil {
			after = today - 1
		}
		if after >= today {
			return nil
		}
		digests, err = r.Reminders(ctx, tx, max(after, today-remindDaysMax), today)
		return err
	}); err != nil {
		return 0, err
	}
	clock := access.Actor{Name: "agreement clock"}
	for _, d := range digests {
		if err := r.remind(ctx, d, today); err != nil {
			return told, err
		}
		for step, ids := range d.tasks {
			for len(ids) > 0 {
				n := min(len(ids), superviseChunk)
				if err := r.superviseAll(ctx, clock, step, ids[:n], today); err != nil {
					return told, err
				}
				ids = ids[n:]
			}
		}
		told++
	}
	return told, r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if text, err := tx.Setting(ctx, remindedSetting); err != nil || text == today.String() {
			return err
		}
		return tx.Set(ctx, remindedSetting, today.String())
	})
}

// remind tells one holder in one notice.
func (r *Register) remind(ctx context.Context, d *Digest, today unit.Day) error {
	if r.c.Notices == nil {
		return nil
	}
	var zh, en string
	for _, t := range d.First {
		zh += fmt.Sprintf("%s %s（期限 %s）\n", t.Code, short(t.Title), t.Due)
		en += fmt.Sprintf("%s %s (due %s)\n", t.Code, short(t.Title), t.Due)
	}
	n := 0
	for _, c := range d.Count {
		n += c
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		_, err := r.c.Notices.Tell(ctx, tx, notice.Notice{To: r.audience(d.Lead, r.rules.Desk), Kind: "task.remind", Object: "tasks/" + d.Lead.Key(),
			Path: "/tasks?view=late", Key: "task.remind/" + today.String() + "/" + d.Lead.Key(),
			Title: fault.Words{fmt.Sprintf("任务提醒：%d 项临期或逾期", n), fmt.Sprintf("%d tasks are due soon or late", n)}, Text: fault.Words{zh, en}})
		return err
	})
}

// superviseAll takes a step for tasks for which it was not taken on that day.
func (r *Register) superviseAll(ctx context.Context, clock access.Actor, step string, ids []unit.ID, today unit.Day) error {
	s, _ := r.step(step)
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			done, err := supervisedSince(ctx, tx, id, step, db.Micros(today.Start(r.c.Zone)))
			if err != nil || done {
				if err != nil {
					return err
				}
				continue
			}
			t, err := selectTask(ctx, tx, id)
			if err != nil {
				return err
			}
			reason := fmt.Sprintf("%s 到期 due %s", t.Code, t.Due)
			if s.To == "lead" { // the digest has told the lead
				until, _ := r.calendar().AddWorkdays(today, s.Answer)
				err = insertSupervision(ctx, tx, Supervision{ID: unit.NewID(tx.Now()), Task: id, Step: step, Reason: reason, At: tx.Now(), AnswerBy: until})
			} else {
				err = r.supervise(ctx, tx, clock, t, s, reason)
			}
			if err != nil {
				return err
			}
		}
		return r.record(ctx, tx, clock, "task.supervise", "tasks/"+step, fmt.Sprint(len(ids)))
	})
}
