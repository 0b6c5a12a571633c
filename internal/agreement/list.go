package agreement

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	listsMax    = 200    // of one plan
	listedMax   = 20_000 // tasks of one list
	eventsMax   = 500
	eventLength = 120 // runes of an event's name
)

// List is an ordered choice of the tasks of a plan: 165 key tasks, 18 items, 10 practical projects. One task may stand
// in several lists, with a number of its own in each, and is still one task.
type List struct {
	ID     unit.ID
	Plan   unit.ID
	Of     string // title of the plan
	Name   fault.Words
	Public bool // the public follows it: practical projects
	Tasks  int
}

// Entry is a task with its number and section in a list.
type Entry struct {
	No      int
	Section string
	Task    Task
}

// AddList makes a list under a plan or another instrument.
func (r *Register) AddList(ctx context.Context, who access.Actor, l List) (List, error) {
	l.Name[0], l.Name[1] = strings.TrimSpace(l.Name[0]), strings.TrimSpace(l.Name[1])
	if l.Name[1] == "" {
		l.Name[1] = l.Name[0]
	}
	if l.Name[0] == "" || len([]rune(l.Name[0])) > titleMax || len([]rune(l.Name[1])) > titleMax {
		return l, fault.New(fault.Invalid, "agreement.list_name", "most", titleMax).On("zh")
	}
	return l, r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.forPlanning(ctx, tx, who, l.Plan)
		if err != nil {
			return err
		}
		if l.Public && a.Secrecy != Public {
			return fault.New(fault.Conflict, "agreement.list_not_public").On("public")
		}
		l.ID = unit.NewID(tx.Now())
		if err := insertList(ctx, tx, l); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.list", "list/"+string(l.ID), l.Name[0])
	})
}

// Enlist puts tasks into a list, after those that stand there. A task that stands there already keeps its number.
func (r *Register) Enlist(ctx context.Context, who access.Actor, list unit.ID, section string, tasks []unit.ID) error {
	section = strings.TrimSpace(section)
	if len(tasks) == 0 || len(tasks) > tasksMax || len([]rune(section)) > eventLength {
		return fault.New(fault.Invalid, "agreement.tasks_number", "most", tasksMax).On("tasks")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error { return r.enlist(ctx, tx, who, list, section, tasks) })
}

func (r *Register) enlist(ctx context.Context, tx *db.Tx, who access.Actor, list unit.ID, section string, tasks []unit.ID) error {
	l, err := selectList(ctx, tx, list)
	if err != nil {
		return err
	}
	if _, err := r.forPlanning(ctx, tx, who, l.Plan); err != nil {
		return err
	}
	no, err := lastNo(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, id := range tasks {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if l.Public && t.Hidden {
			return fault.New(fault.Conflict, "agreement.list_not_public").On("tasks")
		}
		new, err := insertListed(ctx, tx, list, no+1, id, section)
		if err != nil {
			return fmt.Errorf("put task %s into list %s: %w", id, list, err)
		}
		if new {
			no++
		}
	}
	if no > listedMax {
		return fault.New(fault.TooLarge, "agreement.list_full", "most", listedMax)
	}
	return r.record(ctx, tx, who, "agreement.enlist", "list/"+string(list), fmt.Sprint(len(tasks)))
}

// Lists are the lists of a plan, or of every plan for "".
func (r *Register) Lists(ctx context.Context, who access.Actor, plan unit.ID) (all []List, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectLists(ctx, tx, plan, reachText(who))
		return err
	})
	return all, err
}

// OneList returns one list.
func (r *Register) OneList(ctx context.Context, who access.Actor, id unit.ID) (l List, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if l, err = selectList(ctx, tx, id); err != nil {
			return err
		}
		if _, err := r.visible(ctx, tx, who, l.Plan); err != nil {
			return fault.New(fault.NotFound, "agreement.list_unknown").Because(err)
		}
		return nil
	})
	return l, err
}

// Entries is one page of a list in its own order.
func (r *Register) Entries(ctx context.Context, who access.Actor, list unit.ID, page, rows int) (all []Entry, err error) {
	rows = min(max(rows, 1), listedMax)
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = selectEntries(ctx, tx, list, rows, (max(page, 1)-1)*rows, reachText(who)); err != nil {
			return err
		}
		tasks := make([]Task, len(all))
		for i := range all {
			tasks[i] = all[i].Task
		}
		r.light(tasks, tx.Now())
		for i := range all {
			all[i].Task = tasks[i]
		}
		return nil
	})
	return all, err
}

// ListsOf are the lists that a task stands in, with its number in each.
func (r *Register) ListsOf(ctx context.Context, who access.Actor, task unit.ID) (all []ListedAs, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectListsOf(ctx, tx, task, reachText(who))
		return err
	})
	return all, err
}

// ListedAs is a task's place in one list.
type ListedAs struct {
	List List
	No   int
}

// Cascade is what a task serves, up to the top, and what serves it.
func (r *Register) Cascade(ctx context.Context, who access.Actor, t Task) (above, below []Task, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		for at := t; at.Serves != "" && len(above) < len(Levels)*2; {
			if at, err = r.task(ctx, tx, who, at.Serves); err != nil {
				if fault.KindOf(err) == fault.NotFound {
					err = nil // what the actor may not know of
				}
				break
			}
			above = append([]Task{at}, above...)
		}
		if err != nil {
			return err
		}
		all, err := selectServing(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		for _, b := range all {
			if seen, err := r.task(ctx, tx, who, b.ID); err == nil {
				below = append(below, seen)
			}
		}
		return nil
	})
	return above, below, err
}

// Event is where several things were signed at once: a centralised signing.
type Event struct {
	ID         unit.ID
	Name       string
	Region     unit.Region
	Day        unit.Day
	Projects   int
	Investment unit.Fen // of its projects
}

// AddEvent enters an event.
func (r *Register) AddEvent(ctx context.Context, who access.Actor, e Event) (Event, error) {
	e.Name = strings.TrimSpace(e.Name)
	switch {
	case e.Name == "" || len([]rune(e.Name)) > eventLength:
		return e, fault.New(fault.Invalid, "agreement.event_name", "most", eventLength).On("name")
	case !e.Day.Valid():
		return e, fault.New(fault.Invalid, "agreement.due_missing").On("day")
	}
	return e, r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := r.mayPlan(who, []Party{{Code: string(e.Region)}}); err != nil {
			return err
		}
		if e.Region != "" && (r.c.Regions == nil || !r.c.Regions.Known(e.Region)) {
			return fault.New(fault.Invalid, "agreement.party_unknown", "code", string(e.Region)).On("region")
		}
		e.ID = unit.NewID(tx.Now())
		if err := insertEvent(ctx, tx, e); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.event", "event/"+string(e.ID), e.Name)
	})
}

// Events lists the events, the latest first, with how many public projects were signed and their investment.
func (r *Register) Events(ctx context.Context) (all []Event, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectEvents(ctx, tx)
		return err
	})
	return all, err
}
