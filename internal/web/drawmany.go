package web

import (
	"net/url"
	"slices"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type drawRoundPage struct {
	Plan casework.DrawPlan
	Form *form
	Wide []casework.Panel // the cases that lack experts
}

// drawPath is where a round of draws is looked at and drawn.
func drawPath(x casework.DrawPlan) string {
	return "/panels/draw?" + url.Values{"scheme": {x.Scheme}, "action": {x.Action}, "parent": {string(x.Parent)}}.Encode()
}

// drawRound shows what a draw for many cases would do, before anybody is drawn.
func (v *visit) drawRound() error {
	q := v.r.URL.Query()
	return v.showDrawRound(q.Get("scheme"), q.Get("action"), q.Get("parent"), v.blank("d"))
}

func (v *visit) showDrawRound(scheme, action, parent string, f *form) error {
	plans, err := v.s.c.Cases.PlanDraws(v.ctx(), v.who, scheme)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(plans, func(p casework.DrawPlan) bool {
		return p.Scheme == scheme && p.Action == action && string(p.Parent) == parent
	})
	if i < 0 {
		return fault.New(fault.NotFound, "casework.draw_none")
	}
	p := drawRoundPage{Plan: plans[i], Form: f}
	for _, x := range p.Plan.Cases {
		if x.Short {
			p.Wide = append(p.Wide, x)
		}
	}
	v.under("/panels", "抽取前核对", "Before the draw")
	return v.show("drawround", v.t("成批抽取专家", "Draw for many cases"), p)
}

// drawMany draws for many cases and says what became of each.
func (v *visit) drawMany() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	r := casework.DrawRound{Scheme: f.Get("scheme"), Action: f.Get("action"), Parent: unit.ID(f.Get("parent")), Key: f.Get("key"), Answers: map[string]bool{}}
	for _, name := range f.Values["yes"] {
		r.Answers[name] = true
	}
	v.back = "/panels"
	done, err := v.s.c.Cases.DrawMany(v.ctx(), v.who, r)
	if err != nil {
		if !v.refusedForm(f.on("d"), err) {
			return err
		}
		return v.showDrawRound(r.Scheme, r.Action, string(r.Parent), f)
	}
	out := batchPage{Action: v.sayAction(r.Action), From: "/panels"}
	for _, x := range done {
		if x.Refused != nil {
			out.Refused = append(out.Refused, x)
			continue
		}
		out.Done = append(out.Done, x)
	}
	v.under("/panels", "抽取前核对", "Before the draw")
	return v.show("batch", v.t("成批抽取的结果", "What became of the draws"), out)
}
