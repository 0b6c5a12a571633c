package agreement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	tasksMax    = 100 // set up from one agreement at once
	evidenceMax = 2000
	taskPageMax = 200
)

// Task is one thing to be done under an agreement: by whom, until when.
type Task struct {
	ID        unit.ID
	Agreement unit.ID
	Of        string // title of the agreement
	Title     string
	Owner     string   // one of the parties, who has to do it
	Due       unit.Day // the day by whose end it should be done
	Original  unit.Day // the first due day, kept when Due is moved
	Done      time.Time
	Evidence  string // what shows that it is done
	Version   int    // counts changes; a change names the version it saw
	Lamp      Lamp   // follows from the day; see lamp.go
}

// Plan sets up tasks under an agreement as one act: all of them or none.
func (r *Register) Plan(ctx context.Context, who access.Actor, agreement unit.ID, tasks []Task) (planned []Task, err error) {
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := selectAgreement(ctx, tx, agreement)
		if err != nil {
			return err
		}
		if len(tasks) == 0 || len(tasks) > tasksMax {
			return fault.New(fault.Invalid, "agreement.tasks_number", "most", tasksMax).On("tasks")
		}
		planned = make([]Task, 0, len(tasks))
		for i, t := range tasks {
			t.ID, t.Agreement, t.Of, t.Original = unit.NewID(tx.Now()), a.ID, a.Title, t.Due
			if err := t.check(a, fmt.Sprintf("tasks.%d", i)); err != nil {
				return err
			}
			if err := insertTask(ctx, tx, t); err != nil {
				return fmt.Errorf("plan task %q: %w", t.Title, err)
			}
			planned = append(planned, t)
		}
		r.light(planned, tx.Now())
		return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "agreement.plan", Object: "agreement/" + string(a.ID), Detail: fmt.Sprint(len(tasks), " tasks")})
	})
	return planned, err
}

func (t *Task) check(a Agreement, field string) error {
	t.Title, t.Owner = strings.TrimSpace(t.Title), strings.TrimSpace(t.Owner)
	if t.Title == "" || len([]rune(t.Title)) > titleMax {
		return fault.New(fault.Invalid, "agreement.task_title", "most", titleMax).On(field + ".title")
	}
	party := false
	for _, p := range a.Parties {
		party = party || p == t.Owner
	}
	if !party {
		return fault.New(fault.Invalid, "agreement.owner_no_party", "owner", t.Owner).On(field + ".owner")
	}
	if !t.Due.Valid() {
		return fault.New(fault.Invalid, "agreement.due_missing").On(field + ".due")
	}
	if a.Signed.Valid() && t.Due < a.Signed {
		return fault.New(fault.Invalid, "agreement.due_before_signing", "signed", a.Signed).On(field + ".due")
	}
	return nil
}

// Finish marks a task as done with what shows it. Who saw an older version is told, and nothing changes.
func (r *Register) Finish(ctx context.Context, who access.Actor, id unit.ID, version int, evidence string) error {
	evidence = strings.TrimSpace(evidence)
	if evidence == "" || len([]rune(evidence)) > evidenceMax {
		return fault.New(fault.Invalid, "agreement.evidence_missing", "most", evidenceMax).On("evidence")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := selectTask(ctx, tx, id)
		if err != nil {
			return err
		}
		if !t.Done.IsZero() {
			return fault.New(fault.Conflict, "agreement.already_done")
		}
		if t.Version != version {
			return fault.New(fault.Conflict, "agreement.changed_meanwhile")
		}
		if err := finishTask(ctx, tx, id, evidence); err != nil {
			return fmt.Errorf("finish task %s: %w", id, err)
		}
		return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "agreement.finish", Object: "task/" + string(id)})
	})
}

// Task returns one task.
func (r *Register) Task(ctx context.Context, id unit.ID) (t Task, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if t, err = selectTask(ctx, tx, id); err != nil {
			return err
		}
		one := []Task{t}
		r.light(one, tx.Now())
		t = one[0]
		return nil
	})
	return t, err
}

// Tasks returns all tasks, the most urgent first, at most taskPageMax from an offset.
func (r *Register) Tasks(ctx context.Context, offset int) (all []Task, total int, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, total, err = selectAllTasks(ctx, tx, offset); err != nil {
			return err
		}
		r.light(all, tx.Now())
		return nil
	})
	return all, total, err
}
