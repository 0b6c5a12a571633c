package web

import (
	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/unit"
)

// officeLate is how many late cases the page names; the queue has the others.
const officeLate = 20

// officePage is what stands on an officer's desk over all schemes.
type officePage struct {
	Stages   []casework.StageCount // of the own queue
	Total    int
	More     bool
	Late     []casework.Waiting // the earliest due first
	LateAll  int
	Soon     int
	Rounds   []casework.Round
	Budgets  []casework.Burn
	Money    bool // this person may read budgets
	Patterns []patternView
	Aside    int // patterns that were set aside
	Day      unit.Day
}

// Ready are the rounds that can be closed now.
func (p officePage) Ready() (n int) {
	for _, r := range p.Rounds {
		if r.Waiting > 0 && r.Passed {
			n++
		}
	}
	return n
}

// office shows rounds, queues, what is late, budgets and patterns on one page.
func (v *visit) office() error {
	p, err := v.onTheDesk()
	if err != nil {
		return err
	}
	if p.Money = access.MaySomewhere(v.who, access.BudgetRead) == nil; p.Money {
		if p.Budgets, err = v.s.c.Cases.Budgets(v.ctx(), v.who); err != nil {
			return err
		}
	}
	return v.show("office", v.t("岗位总览", "The desk at a glance"), p)
}

// onTheDesk is what waits for an officer over all schemes, budgets left out.
func (v *visit) onTheDesk() (p officePage, err error) {
	p.Day = unit.DayOf(v.now(), beijing)
	line, err := v.s.c.Cases.Line(v.ctx(), v.who, casework.QueueFilter{Page: 1, Rows: 1})
	if err != nil {
		return p, err
	}
	p.Stages, p.Total, p.More = line.Stages, line.Total, line.More
	late, err := v.s.c.Cases.Line(v.ctx(), v.who, casework.QueueFilter{Due: "late", Page: 1, Rows: officeLate})
	if err != nil {
		return p, err
	}
	p.Late, p.LateAll = late.Cases, late.Total
	soon, err := v.s.c.Cases.Line(v.ctx(), v.who, casework.QueueFilter{Due: "soon", Page: 1, Rows: 1})
	if err != nil {
		return p, err
	}
	p.Soon = soon.Total
	if p.Rounds, err = v.openRounds(); err != nil {
		return p, err
	}
	all, rules, err := v.s.c.Cases.Patterns(v.ctx(), v.who)
	if err != nil {
		return p, err
	}
	for _, x := range all {
		if x.Aside != nil {
			p.Aside++
			continue
		}
		p.Patterns = append(p.Patterns, v.patternView(x, rules))
	}
	return p, nil
}

// openRounds are the rounds for which cases wait, or whose decision is being carried out.
func (v *visit) openRounds() (out []casework.Round, err error) {
	all, err := v.s.c.Cases.Rounds(v.ctx(), v.who)
	for _, r := range all {
		going := r.Waiting > 0
		for _, c := range r.Closings {
			going = going || !c.Over
		}
		if going {
			out = append(out, r)
		}
	}
	return out, err
}

// waitsOf is what of a queue stands in a stage and is late, for the address of the queue.
func waitsOf(s casework.StageCount, late bool) string {
	path := withQuery(withQuery("/queue", "scheme", s.Scheme), "stage", s.Stage)
	if late {
		path = withQuery(path, "due", "late")
	}
	return path
}
