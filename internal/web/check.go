package web

import (
	"fmt"
	"slices"

	"corridor/internal/casework"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// checkPage is everything that was filled in, what is still missing, what the rules say of it, and what it would bring:
// what somebody looks at before they submit, and prints afterwards.
type checkPage struct {
	Case    casework.Case
	Parts   []checkPart
	Actions []actionView
	Sums    []estimateView
	Wrong   []problemView // with the address of the part
	Fills   bool
}

// checkPart is a section with its answers.
type checkPart struct {
	Name  string
	Path  string // to mend it; "" for who cannot
	State casework.StepState
	Rows  []checkRow
}

type checkRow struct {
	fieldView
	Missing bool
	Typed   string // what could not be read
}

type estimateView struct {
	Words   string
	Fen     unit.Fen
	Known   bool
	Bounded bool
	Says    string
	Doubt   bool
}

// checkCase shows a filled form.
func (v *visit) checkCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	st, err := v.s.c.Cases.Steps(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	c := st.Case
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	files, err := v.filesOf(id)
	if err != nil {
		return err
	}
	p := checkPage{Case: c, Fills: len(st.Steps) > 0}
	for i, sec := range s.Form.Sections {
		if part, ok := v.checkPart(s, st, i+1, sec, files, &p); ok {
			p.Parts = append(p.Parts, part)
		}
	}
	if p.Actions, err = v.actions(c, s, typed{}); err != nil {
		return err
	}
	p.Actions = slices.DeleteFunc(p.Actions, func(a actionView) bool { return !a.Party })
	sums, err := v.s.c.Cases.Preview(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	for _, e := range sums {
		p.Sums = append(p.Sums, estimateView{s.Say(e.Name).In(v.lang), e.Sum, e.Known, e.Bounded, e.Says.In(v.lang), doubtful(s, e.Name)})
	}
	v.underCase(c, s)
	title := v.t("填报内容", "What was filled in")
	if p.Fills && slices.ContainsFunc(p.Actions, func(a actionView) bool { return a.Class == "go" }) {
		title = v.t("提交前核对", "Check before you submit")
	}
	return v.show("check", title, p)
}

func (v *visit) checkPart(s *scheme.Scheme, st casework.FormSteps, no int, sec scheme.Section, files caseFiles, p *checkPage) (checkPart, bool) {
	part := checkPart{Name: sec.Words.In(v.lang)}
	var step casework.FormStep
	if i := slices.IndexFunc(st.Steps, func(x casework.FormStep) bool { return x.No == no }); i >= 0 {
		step = st.Steps[i]
		part.Path, part.State = fmt.Sprintf("/cases/%s/fill/%d", st.Case.ID, no), step.State
	}
	for _, f := range sec.Fields {
		x := checkRow{fieldView: fieldView{Field: f}}
		mine := slices.IndexFunc(step.Fields, func(y casework.StepField) bool { return y.Name == f.Name })
		val := st.Case.Fields[f.Name]
		if val.Known() {
			x.Shown, x.Link = v.givenShown(s, st.Case.ID, f, val)
			x.Files = files.named(val)
		}
		if mine >= 0 {
			y := step.Fields[mine]
			x.Needed, x.Wanted = y.Needed, y.Wanted
			if y.Wrong != nil {
				x.Typed, x.Problem = y.Typed, y.Wrong.Sentence(v.lang)
				p.Wrong = append(p.Wrong, problemView{f.Words.In(v.lang) + v.t("：", ": ") + x.Problem, part.Path + "#f-" + f.Name})
			}
			x.Missing = slices.ContainsFunc(step.Missing, func(m scheme.Field) bool { return m.Name == f.Name })
			if x.Missing {
				p.Wrong = append(p.Wrong, problemView{f.Words.In(v.lang) + v.t("：还没有填", ": not filled in yet"), part.Path + "#f-" + f.Name})
			}
			v.fillIn(&x.fieldView, s, st.Case, y, v.blank(""))
			x.Pick = nil
		}
		if mine >= 0 || val.Known() {
			part.Rows = append(part.Rows, x)
		}
	}
	return part, len(part.Rows) > 0
}
