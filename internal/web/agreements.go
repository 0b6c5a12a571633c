package web

import (
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	planRows    = 2  // rows that the form for tasks begins with, and that "more" adds
	planRowsMax = 20 // rows of that form
	taskRows    = 200
)

type agreementsPage struct {
	All   []agreement.Agreement
	Pager pager
}

func (v *visit) agreements() error {
	all, err := v.s.c.Agreements.List(v.ctx())
	if err != nil {
		return err
	}
	p := agreementsPage{Pager: v.pager(len(all), pageRows)}
	if p.Pager.Total > 0 && p.Pager.From > 0 {
		p.All = all[p.Pager.From-1 : p.Pager.To]
	}
	return v.show("agreements", v.t("协议登记", "Agreements"), p)
}

type agreementPage struct {
	Agreement agreement.Agreement
	Plan      bool // this person may set up tasks
	Source    bool // and open the document
	Rows      tasksView
	Form      []planRow
}

// tasksView is a list of tasks as a part of a page.
type tasksView struct {
	Tasks  []agreement.Task
	Of     bool   // say under which agreement each stands
	Update bool   // this person may mark them as done
	Back   string // the page it stands on
}

// planRow is one row of the form that sets up tasks, as it was typed.
type planRow struct {
	Title, Owner, Due string
	Bad               map[string]string // what is wrong, by column
}

func (v *visit) agreement() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showAgreement(id, make([]planRow, planRows))
}

func (v *visit) showAgreement(id unit.ID, form []planRow) error {
	a, err := v.s.c.Agreements.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	v.under("/agreements", "协议登记", "Agreements")
	may := func(p access.Permission) bool { return access.MaySomewhere(v.who, p) == nil }
	return v.show("agreement", a.Title, agreementPage{Agreement: a, Plan: may(access.AgreementPlan), Source: may(access.DocumentRead), Form: form,
		Rows: tasksView{Tasks: a.Tasks, Update: may(access.TaskUpdate), Back: "/agreements/" + string(id)}})
}

// plan sets up the tasks whose rows are filled in, or only gives more rows.
func (v *visit) plan() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/agreements/" + string(id)
	var rows []planRow
	for i := range min(max(int(wholeNumber(f.Get("rows"))), planRows), planRowsMax) {
		get := func(name string) string { return strings.TrimSpace(f.Get(fmt.Sprintf("%s.%d", name, i))) }
		rows = append(rows, planRow{Title: get("title"), Owner: get("owner"), Due: get("due"), Bad: map[string]string{}})
	}
	if f.Get("more") != "" {
		return v.showAgreement(id, append(rows, make([]planRow, min(planRows, planRowsMax-len(rows)))...))
	}
	tasks, at, err := planned(rows)
	if err == nil {
		_, err = v.s.c.Agreements.Plan(v.ctx(), v.who, id, tasks)
	}
	if err == nil {
		return v.to(v.back, "planned")
	}
	// The room numbers the tasks that it was given; empty rows are not among them.
	anchor := func(field string) string {
		var n int
		var column string
		if _, scan := fmt.Sscanf(strings.Replace(field, ".", " ", 2), "tasks %d %s", &n, &column); scan != nil || n >= len(at) {
			return "plan"
		}
		rows[at[n]].Bad[column] = fault.Of(err).Sentence(v.lang)
		return fmt.Sprintf("%s-%d", column, at[n])
	}
	if !v.refused(err, anchor) {
		return err
	}
	return v.showAgreement(id, rows)
}

// planned are the tasks of the rows that say something, and the row of each.
func planned(rows []planRow) (tasks []agreement.Task, at []int, err error) {
	for i, r := range rows {
		if r.Title == "" && r.Due == "" {
			continue
		}
		at = append(at, i)
		t := agreement.Task{Title: r.Title, Owner: r.Owner}
		if r.Due != "" {
			if t.Due, err = unit.ParseDay(r.Due); err != nil {
				return nil, at, fault.Of(err).On(fmt.Sprintf("tasks.%d.due", len(at)-1))
			}
		}
		tasks = append(tasks, t)
	}
	return tasks, at, nil
}

type tasksPage struct {
	Rows   tasksView
	Counts map[string]int // of this page, by light
	Pager  pager
}

func (v *visit) tasks() error { return v.showTasks() }

func (v *visit) showTasks() error {
	all, total, err := v.s.c.Agreements.Tasks(v.ctx(), (v.pageNo()-1)*taskRows)
	if err != nil {
		return err
	}
	p := tasksPage{Rows: tasksView{Tasks: all, Of: true, Update: access.MaySomewhere(v.who, access.TaskUpdate) == nil, Back: "/tasks"},
		Counts: map[string]int{}, Pager: v.pager(total, taskRows)}
	for _, t := range all {
		p.Counts[string(t.Lamp.Light)]++
	}
	return v.show("tasks", v.t("任务", "Tasks"), p)
}

// finish marks a task as done with what shows it.
func (v *visit) finish() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	if err := v.s.c.Agreements.Finish(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), f.Get("evidence")); err != nil {
		v.back = "/tasks"
		if !v.refused(err, func(string) string { return "t-" + string(id) }) {
			return err
		}
		return v.showTasks()
	}
	return v.to(next(f.Get("next"))+"#t-"+string(id), "task_done")
}
