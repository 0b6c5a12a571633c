package web

import (
	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/unit"
)

const (
	planRows    = 2  // rows that the form for tasks begins with
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
	Form      *group
	Owners    []option
}

// tasksView is a list of tasks as a part of a page.
type tasksView struct {
	Tasks  []agreement.Task
	Of     bool   // say under which agreement each stands
	Update bool   // this person may mark them as done
	Back   string // the page it stands on
}

func (v *visit) agreement() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	rows, _ := v.blank("").group("tasks", nil, planRows, planRowsMax)
	return v.showAgreement(id, rows)
}

func (v *visit) showAgreement(id unit.ID, form *group) error {
	a, err := v.s.c.Agreements.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	v.under("/agreements", "协议登记", "Agreements")
	var owners []option
	for _, p := range a.Parties {
		owners = append(owners, option{p, p})
	}
	may := func(p access.Permission) bool { return access.MaySomewhere(v.who, p) == nil }
	return v.show("agreement", a.Title, agreementPage{Agreement: a, Plan: may(access.AgreementPlan), Source: may(access.DocumentRead), Form: form, Owners: owners,
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
	rows, again := f.group("tasks", []string{"title", "owner?", "due"}, planRows, planRowsMax)
	if again {
		return v.showAgreement(id, rows)
	}
	var tasks []agreement.Task
	for _, r := range rows.filled() {
		tasks = append(tasks, agreement.Task{Title: r.Get("title"), Owner: r.Get("owner"), Due: r.day("due")})
	}
	if err = f.err(); err == nil {
		_, err = v.s.c.Agreements.Plan(v.ctx(), v.who, id, tasks)
	}
	if err == nil {
		return v.to(v.back, "planned")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showAgreement(id, rows)
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
