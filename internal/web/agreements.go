package web

import (
	"fmt"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// planRows is how many rows the form for setting up tasks shows.
const planRows = 4

func (v *visit) agreements() error {
	all, err := v.s.c.Agreements.List(v.ctx())
	if err != nil {
		return err
	}
	return v.show("agreements", v.t("协议登记", "Register of agreements"), all)
}

type agreementPage struct {
	Agreement agreement.Agreement
	Plan      bool
	Update    bool
	Source    bool // the reader may open the document
	Rows      []int
}

// pathID is the id in the address; anything else is not found.
func (v *visit) pathID() (unit.ID, error) {
	id, err := unit.ParseID(v.r.PathValue("id"))
	if err != nil {
		return "", fault.New(fault.NotFound, "web.no_page")
	}
	return id, nil
}

func (v *visit) agreement() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	a, err := v.s.c.Agreements.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	p := agreementPage{Agreement: a, Plan: access.MaySomewhere(v.who, access.AgreementPlan) == nil,
		Update: access.MaySomewhere(v.who, access.TaskUpdate) == nil, Source: access.MaySomewhere(v.who, access.DocumentRead) == nil}
	for i := range planRows {
		p.Rows = append(p.Rows, i)
	}
	return v.show("agreement", a.Title, p)
}

// plan sets up the tasks whose rows are filled in.
func (v *visit) plan() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	var tasks []agreement.Task
	for i := range planRows {
		get := func(name string) string { return v.r.PostForm.Get(fmt.Sprintf("%s.%d", name, i)) }
		if get("title") == "" && get("due") == "" {
			continue
		}
		t := agreement.Task{Title: get("title"), Owner: get("owner")}
		if due := get("due"); due != "" {
			if t.Due, err = unit.ParseDay(due); err != nil {
				return fault.Of(err).On(fmt.Sprintf("due.%d", i))
			}
		}
		tasks = append(tasks, t)
	}
	if _, err := v.s.c.Agreements.Plan(v.ctx(), v.who, id, tasks); err != nil {
		return err
	}
	return v.to("/agreements/"+string(id), "planned")
}

type tasksPage struct {
	Tasks  []agreement.Task
	Counts map[agreement.Light]int
	Pager  pager
	Update bool
}

func (v *visit) tasks() error {
	const rows = 200
	all, total, err := v.s.c.Agreements.Tasks(v.ctx(), (v.pageNo()-1)*rows)
	if err != nil {
		return err
	}
	p := tasksPage{Tasks: all, Counts: map[agreement.Light]int{}, Pager: v.pager(total, rows), Update: access.MaySomewhere(v.who, access.TaskUpdate) == nil}
	for _, t := range all {
		p.Counts[t.Lamp.Light]++
	}
	return v.show("tasks", v.t("任务", "Tasks"), p)
}

func (v *visit) finish() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	version := 0
	fmt.Sscan(v.r.PostForm.Get("version"), &version)
	if err := v.s.c.Agreements.Finish(v.ctx(), v.who, id, version, v.r.PostForm.Get("evidence")); err != nil {
		return err
	}
	return v.to("/tasks", "task_done")
}

// lampClass is the class and the words of a task's lamp.
type lampView struct {
	Class string
	Words fault.Words
}

func lamp(l agreement.Lamp) lampView {
	switch {
	case l.Light == agreement.Done:
		return lampView{"none", fault.Words{"已完成", "done"}}
	case l.LateDays > 0:
		class := "warn"
		if l.Light == agreement.Red {
			class = "stop"
		}
		return lampView{class, fault.Words{fmt.Sprintf("逾期 %d 个工作日", l.LateDays), fmt.Sprintf("%d working days late", l.LateDays)}}
	case l.Light == agreement.Red:
		return lampView{"stop", fault.Words{"已逾期", "late"}}
	case l.Light == agreement.Amber:
		return lampView{"warn", fault.Words{fmt.Sprintf("还剩 %d 个工作日", l.LeftDays), fmt.Sprintf("%d working days left", l.LeftDays)}}
	}
	return lampView{"ok", fault.Words{"按期", "on time"}}
}
