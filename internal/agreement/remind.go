package agreement

import (
	"context"
	"fmt"
	"net/url"
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
	mileStep        = "milestone" // a node that is near or late
	verifyStep      = "verify"    // evidence waits for who verifies
)

// Digest is what one holder is reminded of on a day: how many tasks, nodes and verifications, and the first by name.
type Digest struct {
	Holder Party          // who leads, or who verifies; the zero party is the office of this node
	Count  map[string]int // by step; "before" is a due day that comes near, "milestone" a node, "verify" evidence that waits
	First  []Reminded
	tasks  map[string][]unit.ID
}

// Reminded is one line of what somebody is reminded of.
type Reminded struct {
	Step  string
	Code  string // of the task
	Title string // of the task, or of the node
	Due   unit.Day
}

// remindedOf writes that a holder is reminded of something.
func remindedOf(holders map[string]*Digest, p Party, one Reminded) *Digest {
	d := holders[p.Key()]
	if d == nil {
		d = &Digest{Holder: p, Count: map[string]int{}, tasks: map[string][]unit.ID{}}
		holders[p.Key()] = d
	}
	d.Count[one.Step]++
	if len(d.First) < digestShown {
		d.First = append(d.First, one)
	}
	return d
}

// due is what happens on a day to tasks with one due day.
type due struct {
	day  unit.Day
	step string
}

// lateStep is a step that is reached when a day is past by so many working days.
type lateStep struct {
	days int
	id   string
}

// steps says which due days reach which step of supervision between two days.
func (s supervision) steps(cal unit.Calendar, after, today unit.Day) []due {
	late := make([]lateStep, len(s.Steps))
	for i, st := range s.Steps {
		late[i] = lateStep{st.Late, st.ID}
	}
	return reached(cal, after, today, s.Before, late)
}

// days says which days of this kind are to be reminded of between two days.
func (n nearAndLate) days(cal unit.Calendar, after, today unit.Day) []due {
	late := make([]lateStep, len(n.Late))
	for i, days := range n.Late {
		late[i] = lateStep{days, beforeStep}
	}
	return reached(cal, after, today, n.Before, late)
}

// reached says which days reach which step between two days: later than the one, up to the other. A step is reached
// once, on a working day; days that were missed are made up for. It is pure: it depends on the calendar and the rules.
func reached(cal unit.Calendar, after, today unit.Day, before []int, steps []lateStep) (all []due) {
	first, last := today, today
	furthest := 0
	for _, n := range before {
		furthest = max(furthest, n)
	}
	for n, d := 0, today; n <= furthest; d++ {
		last = d
		n, _ = cal.WorkdaysBetween(today, d+1)
	}
	latest := 0
	for _, st := range steps {
		latest = max(latest, st.days)
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
			for _, n := range before {
				if left <= n && leftBefore > n {
					all = append(all, due{d, beforeStep})
					break
				}
			}
			continue
		}
		for i := len(steps) - 1; i >= 0; i-- { // the furthest step that was reached; one notice a task
			if n := steps[i].days; late >= n && lateBefore < n {
				all = append(all, due{d, steps[i].id})
				break
			}
		}
	}
	return all
}

// daysOf are the steps by their day, with the first and the last day.
func daysOf(all []due) (steps map[unit.Day]string, first, last unit.Day) {
	steps = map[unit.Day]string{}
	for i, d := range all {
		steps[d.day] = d.step
		if i == 0 {
			first, last = d.day, d.day
		}
		first, last = min(first, d.day), max(last, d.day)
	}
	return steps, first, last
}

// Reminders computes whom to remind of what on a day, when the day of the last reminders was after: who leads of due days
// and nodes, who verifies of evidence that waits.
func (r *Register) Reminders(ctx context.Context, tx *db.Tx, after, today unit.Day) ([]*Digest, error) {
	holders, cal := map[string]*Digest{}, r.calendar()
	if steps, first, last := daysOf(r.rules.steps(cal, after, today)); len(steps) > 0 {
		if err := eachDue(ctx, tx, first, last, func(t Task) {
			step, ok := steps[t.Due]
			if !ok {
				return
			}
			d := remindedOf(holders, t.Lead, Reminded{step, t.Code, t.Title, t.Due})
			if step != beforeStep {
				d.tasks[step] = append(d.tasks[step], t.ID)
			}
		}); err != nil {
			return nil, err
		}
	}
	if days, first, last := daysOf(r.rules.Mile.days(cal, after, today)); len(days) > 0 {
		if err := eachMilestone(ctx, tx, first, last, func(t Task, m Milestone) {
			if days[m.Due] != "" {
				remindedOf(holders, t.Lead, Reminded{mileStep, t.Code, m.Title, m.Due})
			}
		}); err != nil {
			return nil, err
		}
	}
	if days, first, last := daysOf(r.rules.Verify.days(cal, after, today)); len(days) > 0 {
		if err := eachVerify(ctx, tx, first, last, func(t Task) {
			if days[t.VerifyBy] != "" {
				remindedOf(holders, t.Verifier.Party, Reminded{verifyStep, t.Code, t.Title, t.VerifyBy})
			}
		}); err != nil {
			return nil, err
		}
	}
	all := make([]*Digest, 0, len(holders))
	for _, d := range holders {
		all = append(all, d)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Holder.Key() < all[j].Holder.Key() })
	return all, nil
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
	for _, x := range d.First {
		switch x.Step {
		case mileStep:
			zh += fmt.Sprintf("%s 里程碑：%s（%s）\n", x.Code, short(x.Title), x.Due)
			en += fmt.Sprintf("%s milestone: %s (%s)\n", x.Code, short(x.Title), x.Due)
		case verifyStep:
			zh += fmt.Sprintf("%s 待核验：%s（到 %s）\n", x.Code, short(x.Title), x.Due)
			en += fmt.Sprintf("%s to verify: %s (by %s)\n", x.Code, short(x.Title), x.Due)
		default:
			zh += fmt.Sprintf("%s %s（期限 %s）\n", x.Code, short(x.Title), x.Due)
			en += fmt.Sprintf("%s %s (due %s)\n", x.Code, short(x.Title), x.Due)
		}
	}
	n := 0
	for _, c := range d.Count {
		n += c
	}
	path := "/tasks?view=late"
	if d.Count[beforeStep]+d.Count[mileStep] == n && d.Holder.Key() != "" {
		path = "/tasks?light=open&party=" + url.QueryEscape(d.Holder.Key())
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		_, err := r.c.Notices.Tell(ctx, tx, notice.Notice{To: r.audience(d.Holder, r.rules.Desk), Kind: "task.remind", Object: "tasks/" + d.Holder.Key(),
			Path: path, Key: "task.remind/" + today.String() + "/" + d.Holder.Key(),
			Title: fault.Words{fmt.Sprintf("任务提醒：%d 项临期或逾期", n), fault.Count(n, "", "task, milestone or verification is due soon or late", "tasks, milestones or verifications are due soon or late")[1]}, Text: fault.Words{zh, en}})
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
