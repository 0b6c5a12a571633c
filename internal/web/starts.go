package web

import (
	"corridor/internal/casework"
	"corridor/internal/unit"
)

type startsPage struct{ Starts []casework.Start }

func (v *visit) starts() error {
	all, err := v.s.c.Cases.Starts(v.ctx(), v.who)
	if err != nil {
		return err
	}
	return v.show("starts", v.t("免申即享开办", "Cases opened unasked"), startsPage{all})
}

type startPage struct {
	Start casework.Start
	State string
	Tabs  []navItem
	Orgs  []startedView
	Pager pager
}

type startedView struct {
	casework.StartedOrg
	Verdicts []verdictView
	Typed    string // the reason that was typed
}

func (v *visit) oneStart() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showStart(id, "", "")
}

// showStart shows a start; org and typed are what a refused decision was about.
func (v *visit) showStart(id unit.ID, org, typed string) error {
	state := v.r.URL.Query().Get("state")
	if state != "opened" && state != "dismissed" {
		state = "waits"
	}
	st, all, total, err := v.s.c.Cases.Start(v.ctx(), v.who, id, state, v.pageNo())
	if err != nil {
		return err
	}
	p := startPage{Start: st, State: state, Pager: v.pager(total, pageRows)}
	for _, x := range all {
		y := startedView{StartedOrg: x}
		for _, a := range x.Answers {
			y.Verdicts = append(y.Verdicts, verdictView{Answer: a})
		}
		if x.Org == org {
			y.Typed = typed
		}
		p.Orgs = append(p.Orgs, y)
	}
	at := "/starts/" + string(id)
	p.Tabs = []navItem{{Path: at, Name: v.t("待人工判断", "For a person to say"), Here: state == "waits"}, {Path: at + "?state=opened", Name: v.t("已开办", "Opened"), Here: state == "opened"},
		{Path: at + "?state=dismissed", Name: v.t("不开办", "Dismissed"), Here: state == "dismissed"}}
	v.under("/starts", "免申即享开办", "Cases opened unasked")
	return v.show("start", st.Title.In(v.lang), p)
}

func (v *visit) decideStart() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	org := v.r.PathValue("code")
	if _, err := v.s.c.Cases.DecideStart(v.ctx(), v.who, id, org, f.Get("do") == "open", f.Get("reason")); err != nil {
		if !v.refused(err, func(string) string { return "o-" + org }) {
			return err
		}
		return v.showStart(id, org, f.Get("reason"))
	}
	return v.to("/starts/"+string(id), "acted")
}
