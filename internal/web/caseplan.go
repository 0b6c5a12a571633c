package web

import (
	"fmt"
	"slices"

	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// planChoices is how many instruments a field of type plan offers, the newest first.
const planChoices = 200

// plansOf are the instruments that an organisation signed, each with its lists, as a field of type plan offers them; what stands in the
// field is among them.
func (v *visit) plansOf(org, now string) (out []option) {
	r := v.s.c.Agreements
	all, _, err := r.List(v.ctx(), v.who, agreement.Listing{Party: org, Rows: planChoices})
	if err != nil {
		return nil
	}
	for _, a := range all {
		out = append(out, option{string(a.ID), a.Title})
		lists, err := r.Lists(v.ctx(), v.who, a.ID)
		if err != nil {
			return nil
		}
		for _, l := range lists {
			out = append(out, option{string(l.ID), a.Title + v.t("：", ": ") + l.Name.In(v.lang)})
		}
	}
	if now != "" && !slices.ContainsFunc(out, func(o option) bool { return o.Value == now }) {
		name, _ := v.planShown(scheme.TextOf(scheme.Plan, now))
		out = append(out, option{now, name})
	}
	return out
}

// planShown is a plan that a field names, with how its tasks stand now, and its page. Of one that the reader may not see it is the id.
func (v *visit) planShown(x scheme.Value) (shown, link string) {
	id, err := unit.ParseID(x.Text)
	if err != nil {
		return x.Text, ""
	}
	var p agreement.Planned
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		p, err = v.s.c.Agreements.Planned(v.ctx(), tx, v.who, id)
		return err
	})
	if err != nil {
		return x.Text, ""
	}
	link = "/agreements/" + string(p.Agreement)
	if p.List != "" {
		link = "/lists/" + string(p.List)
	}
	return fmt.Sprintf(v.t("%s（任务 %d 项，完成 %d 项，逾期 %d 项）", "%s (%d tasks, %d done, %d late)"), p.Title.In(v.lang), p.Tasks, p.Done, p.Late), link
}

// casesOfPlan are the cases that carry out an instrument or a list, as far as the reader may see them.
func (v *visit) casesOfPlan(id unit.ID) ([]casework.Case, error) {
	all, err := v.s.c.Cases.OfPlan(v.ctx(), v.who, id)
	if fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Denied {
		return nil, nil
	}
	return all, err
}
