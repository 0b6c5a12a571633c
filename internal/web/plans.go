package web

import (
	"strconv"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type plansPage struct {
	Plans []planView
	Plan  bool
}

// planView is a plan with its lists and how its tasks stand.
type planView struct {
	agreement.Agreement
	Lists  []agreement.List
	Counts []countOf
	Total  int
}

// plans lists the plans of tasks, each with its lists.
func (v *visit) plans() error {
	r := v.s.c.Agreements
	all, _, err := r.List(v.ctx(), v.who, agreement.Listing{Form: agreement.Plan, Rows: 200})
	if err != nil {
		return err
	}
	p := plansPage{Plan: access.MaySomewhere(v.who, access.AgreementPlan) == nil}
	for _, a := range all {
		lists, err := r.Lists(v.ctx(), v.who, a.ID)
		if err != nil {
			return err
		}
		sum, err := r.Sum(v.ctx(), v.who, agreement.Query{Agreement: a.ID})
		if err != nil {
			return err
		}
		p.Plans = append(p.Plans, planView{a, lists, countsOf(sum.Counts, "/tasks?agreement="+string(a.ID)), sum.Counts.Total()})
	}
	return v.show("plans", v.t("计划与清单", "Plans and lists"), p)
}

type listPage struct {
	List    agreement.List
	Entries []agreement.Entry
	Counts  []countOf
	Pager   pager
	Plan    bool
	Typed   string
	Cases   []casework.Case // that carry it out
}

const listRows = 200

func (v *visit) list() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showList(id, "")
}

func (v *visit) showList(id unit.ID, typed string) error {
	r := v.s.c.Agreements
	l, err := r.OneList(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := listPage{List: l, Pager: v.pager(l.Tasks, listRows), Typed: typed}
	if p.Entries, err = r.Entries(v.ctx(), v.who, id, v.pageNo(), listRows); err != nil {
		return err
	}
	sum, err := r.Sum(v.ctx(), v.who, agreement.Query{List: id})
	if err != nil {
		return err
	}
	p.Counts = countsOf(sum.Counts, "/tasks?list="+string(id))
	if p.Cases, err = v.casesOfPlan(id); err != nil {
		return err
	}
	p.Plan = access.MaySomewhere(v.who, access.AgreementPlan) == nil
	v.under("/plans", "计划与清单", "Plans and lists")
	return v.show("list", l.Name.In(v.lang), p)
}

// enlist puts tasks, named by their codes, into a list.
func (v *visit) enlist() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/lists/" + string(id)
	var tasks []unit.ID
	for _, code := range splitNames(f.Get("codes")) {
		one, e := v.s.c.Agreements.ByCode(v.ctx(), v.who, code)
		if e != nil {
			err = e
			break
		}
		tasks = append(tasks, one)
	}
	if err == nil {
		err = v.s.c.Agreements.Enlist(v.ctx(), v.who, id, f.Get("section"), tasks)
	}
	if err == nil {
		return v.to(v.back, "saved")
	}
	if !v.refused(err, func(string) string { return "codes" }) {
		return err
	}
	return v.showList(id, f.Get("codes"))
}

// exportList is a list as a file, in its own order and with its own numbers.
func (v *visit) exportList() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	l, err := v.s.c.Agreements.OneList(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	all, err := v.s.c.Agreements.Entries(v.ctx(), v.who, id, 1, sheetRows)
	if err != nil {
		return err
	}
	shares, err := v.s.c.Agreements.Shares(v.ctx(), v.who, agreement.Query{List: id})
	if err != nil {
		return err
	}
	t := sheetOf{Name: l.Name.In(v.lang), Head: append(append([]string{v.t("序号", "No."), v.t("板块", "Section")}, v.taskHead()...), v.moneyHead()...)}
	for _, e := range all {
		t.Rows = append(t.Rows, append(append([]string{strconv.Itoa(e.No), e.Section}, v.taskCells(e.Task)...), moneyCells(shares[e.Task.ID])...))
	}
	return v.downloadTable("list", t)
}

type listImportPage struct {
	List    agreement.List
	Columns []fault.Words
	Report  *agreement.Imported
	Bad     []badTask
	Dry     bool
}

// badTask is a cell of a list that cannot be taken, with its sentence.
type badTask struct {
	agreement.BadCell
	Sentence string
}

func (v *visit) listImport() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showListImport(id, listImportPage{})
}

func (v *visit) showListImport(id unit.ID, p listImportPage) (err error) {
	if p.List, err = v.s.c.Agreements.OneList(v.ctx(), v.who, id); err != nil {
		return err
	}
	for _, c := range agreement.ImportColumns {
		p.Columns = append(p.Columns, c.Words)
	}
	v.under("/plans", "计划与清单", "Plans and lists")
	v.under("/lists/"+string(id), p.List.Name[0], p.List.Name[1])
	return v.show("listimport", v.t("从表格导入", "Import from a spreadsheet"), p)
}

// importList looks at a spreadsheet or takes it in: all rows, or none.
func (v *visit) importList() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/lists/" + string(id) + "/import"
	l, err := v.s.c.Agreements.OneList(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := listImportPage{Dry: f.Get("do") != "take"}
	_, content, err := f.given("file")
	if err == nil {
		var rep agreement.Imported
		rep, err = v.s.c.Agreements.Import(v.ctx(), v.who, l.Plan, id, content, p.Dry)
		p.Report = &rep
		for _, b := range rep.Bad {
			p.Bad = append(p.Bad, badTask{b, b.Fault.Sentence(v.lang)})
		}
	}
	if err != nil {
		p.Report = nil
		if !v.refused(err, func(string) string { return "file" }) {
			return err
		}
	} else if len(p.Bad) > 0 {
		v.status(fault.Invalid.Status())
	} else if !p.Dry {
		return v.to("/lists/"+string(id), "imported")
	}
	return v.showListImport(id, p)
}

// listTemplate is an empty spreadsheet with the columns of a list.
func (v *visit) listTemplate() error {
	b, err := agreement.Template(v.lang)
	if err != nil {
		return err
	}
	return v.download("tasks.xlsx", xlsxType, b)
}

// leaderPage is one page for who has a minute: what is red, what waits, who holds it, what is to be decided.
type leaderPage struct {
	Counts   []countOf
	Leads    []leadView
	Late     []heldView
	LateAll  int
	Problems []agreement.Task
	Verify   []agreement.Task
	Soon     []agreement.Task
	Plans    []planView
	Pending  bool
}

const leaderRows = 8 // of each part, so that it stays one page

func (v *visit) leader() error {
	r := v.s.c.Agreements
	sum, err := r.Sum(v.ctx(), v.who, agreement.Query{})
	if err != nil {
		return err
	}
	p := leaderPage{Counts: countsOf(sum.Counts, "/tasks"), Pending: sum.Provisional}
	for _, l := range sum.Leads[:min(len(sum.Leads), leaderRows)] {
		p.Leads = append(p.Leads, leadView{l, withQuery("/tasks", "lead", l.Lead.Key())})
	}
	held, total, err := r.Late(v.ctx(), v.who, agreement.Query{})
	if err != nil {
		return err
	}
	p.LateAll = total
	for _, h := range held[:min(len(held), leaderRows)] {
		h.Tasks = h.Tasks[:min(len(h.Tasks), 3)]
		h.Blocks = h.Blocks[:min(len(h.Blocks), 3)]
		p.Late = append(p.Late, heldView{Held: h, Path: partyPath(h.Holder)})
	}
	for _, part := range []struct {
		q    agreement.Query
		into *[]agreement.Task
	}{{agreement.Query{Problem: true}, &p.Problems}, {agreement.Query{Light: "check"}, &p.Verify}, {agreement.Query{Light: "amber", Sort: agreement.ByDue}, &p.Soon}} {
		part.q.Rows = leaderRows
		if *part.into, _, err = r.Find(v.ctx(), v.who, part.q); err != nil {
			return err
		}
	}
	v.under("/tasks", "承诺与任务", "Promises and tasks")
	return v.show("leader", v.t("一页通览", "On one page"), p)
}

type practicalPage struct {
	Lists []practicalList
}

// practicalList is a public list with its projects.
type practicalList struct {
	agreement.List
	Entries []agreement.Entry
	Counts  []countOf
}

// practical is what the public follows: the projects of public lists, and how each stands.
func (v *visit) practical() error {
	r := v.s.c.Agreements
	lists, err := r.Lists(v.ctx(), access.Actor{}, "")
	if err != nil {
		return err
	}
	var p practicalPage
	for _, l := range lists {
		if !l.Public {
			continue
		}
		entries, err := r.Entries(v.ctx(), access.Actor{}, l.ID, 1, listRows)
		if err != nil {
			return err
		}
		sum, err := r.Sum(v.ctx(), access.Actor{}, agreement.Query{List: l.ID})
		if err != nil {
			return err
		}
		p.Lists = append(p.Lists, practicalList{l, entries, countsOf(sum.Counts, "/tasks?list="+string(l.ID))})
	}
	return v.show("practical", v.t("实事项目公示", "Practical projects"), p)
}
