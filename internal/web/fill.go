package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// fillPage is one part of the form of a case, with the list of all parts.
type fillPage struct {
	Case    casework.Case
	Steps   []stepLink
	No      int
	Name    string
	Fields  []fieldView
	Saved   time.Time // zero: nothing was saved yet
	Wrong   []problemView
	Clashes int
	Before  string // address of the part before; "" at the first
	After   string // address of what follows
	Fresh   []fieldView
	Back    *returnedView
}

// stepLink is a part in the list of parts.
type stepLink struct {
	No    int
	Name  string
	Path  string
	State casework.StepState
	Now   bool
}

// fromView says where a prefilled value is from.
type fromView struct {
	Shown, Was, Source string
	Day                string
	Differs            bool
}

// clashView are the two values of a field that two people changed.
type clashView struct {
	By, Theirs, Mine string
	At               time.Time
}

// fillNext leads to the part where this person goes on.
func (v *visit) fillNext() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	st, err := v.s.c.Cases.Steps(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	page := "/cases/" + string(id)
	switch {
	case len(st.Steps) == 0:
		return v.to(page, "")
	case st.Next == 0:
		return v.to(page+"/check", "")
	}
	return v.to(fmt.Sprintf("%s/fill/%d", page, st.Next), "")
}

// fillStep shows a part of the form.
func (v *visit) fillStep() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	st, err := v.s.c.Cases.Steps(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	return v.showStep(st, nil, nil)
}

// stepAt finds the part that the address names.
func (v *visit) stepAt(st casework.FormSteps) int {
	no, _ := strconv.Atoi(v.r.PathValue("step"))
	return slices.IndexFunc(st.Steps, func(s casework.FormStep) bool { return s.No == no })
}

// showStep draws a part of the form as it was saved, or as it was typed when was is not nil.
func (v *visit) showStep(st casework.FormSteps, was *form, clashes []casework.Clash) error {
	c, at := st.Case, v.stepAt(st)
	page := "/cases/" + string(c.ID)
	if at < 0 {
		return v.to(page+"/fill", "")
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	files, err := v.filesOf(c.ID)
	if err != nil {
		return err
	}
	step := st.Steps[at]
	in := was
	if in == nil {
		in = v.filledIn(s, c)
		overlay(in, step, v.lang)
		v.groups(s, in)
	}
	p := fillPage{Case: c, No: step.No, Name: step.Words.In(v.lang), Clashes: len(clashes), After: page + "/check"}
	if c.Version > 1 {
		p.Saved = c.Changed
	}
	for i, x := range st.Steps {
		p.Steps = append(p.Steps, stepLink{x.No, x.Words.In(v.lang), fmt.Sprintf("%s/fill/%d", page, x.No), x.State, i == at})
	}
	if at > 0 {
		p.Before = p.Steps[at-1].Path
	}
	if at+1 < len(p.Steps) {
		p.After = p.Steps[at+1].Path
	}
	for _, f := range step.Fields {
		x := v.fieldView(s, f.Field, in, files)
		v.fillIn(&x, s, c, f, in)
		for _, cl := range clashes {
			if cl.Field == f.Name {
				x.Clash = &clashView{By: cl.Last.By, Theirs: v.entry(s, cl.Last.Becomes), Mine: cl.Mine, At: cl.Last.At}
			}
		}
		if x.Problem != "" {
			p.Wrong = append(p.Wrong, problemView{f.Words.In(v.lang) + v.t("：", ": ") + x.Problem, x.ID})
		}
		if f.From != nil && f.From.Was.Known() && !f.From.Differs {
			p.Fresh = append(p.Fresh, x)
		}
		p.Fields = append(p.Fields, x)
	}
	if p.Back, err = v.sentBack(c, s); err != nil {
		return err
	}
	v.underCase(c, s)
	v.script("casefile.js")
	return v.show("fill", fmt.Sprintf(v.t("%s（%d/%d）", "%s (%d/%d)"), p.Name, at+1, len(p.Steps)), p)
}

// fillIn adds to a control what the step knows of its field.
func (v *visit) fillIn(x *fieldView, s *scheme.Scheme, c casework.Case, f casework.StepField, in *form) {
	x.Mine, x.Needed, x.Wanted = true, f.Needed, f.Wanted
	if takesFiles(f.Field) {
		return
	}
	x.Pick = v.pickView(f.Field, in)
	if f.Type == "slot" {
		x.Slot = v.slotField(c, f.Field)
	}
	if f.Type == "plan" {
		x.Options = v.plansOf(c.Org, in.text(f.Name))
		x.Help = v.t("本单位签订的协议和计划；先在协议登记簿登记", "agreements and plans that the applicant signed; enter them in the register first")
	}
	if f.Discloses != nil {
		x.Disclosure = disclosurePath(c.ID)
		if val := c.Fields[f.Name]; val.Known() {
			x.Shown, x.Link = v.givenShown(s, c.ID, f.Field, val)
		}
	}
	if f.From == nil {
		return
	}
	from := &fromView{Shown: v.shown(s, f.From.Value), Day: f.From.Day.String(), Source: f.From.Source, Differs: f.From.Differs}
	if f.From.Was.Known() {
		from.Was = v.shown(s, f.From.Was)
	}
	x.From, x.Fixed = from, !f.From.Editable && !f.From.Differs
	if val := c.Fields[f.Name]; val.Known() {
		x.Shown = v.shown(s, val)
	}
}

// entry is what stood in a field, for a reader.
func (v *visit) entry(s *scheme.Scheme, e casework.Entry) string {
	switch {
	case e.Typed != "":
		return e.Typed
	case e.Value.Known():
		return v.shown(s, e.Value)
	}
	return v.t("（空）", "(empty)")
}

// overlay puts what could not be read back into the form, with what is wrong with it.
func overlay(in *form, step casework.FormStep, lang fault.Lang) {
	for _, f := range step.Fields {
		if f.Wrong == nil {
			continue
		}
		in.bad[f.Name] = f.Wrong.Sentence(lang)
		if f.Type != "group" {
			in.Set(f.Name, f.Typed)
			continue
		}
		var rows []map[string]string
		if json.Unmarshal([]byte(f.Typed), &rows) != nil {
			continue
		}
		in.Set(f.Name+".rows", strconv.Itoa(len(rows)))
		for i, row := range rows {
			for _, column := range sortedKeys(row) {
				sub := slices.IndexFunc(f.Fields, func(x scheme.Field) bool { return x.Name == column })
				name := fmt.Sprintf("%s.%d.%s", f.Name, i, column)
				if sub >= 0 && takesFiles(f.Fields[sub]) {
					in.Set(name+".kept", row[column])
				} else {
					in.Set(name, row[column])
				}
			}
		}
	}
}

// saveStep saves a part of the form, whatever is wrong in it, and goes where the button says.
func (v *visit) saveStep() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	st, err := v.s.c.Cases.Steps(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	at, page := v.stepAt(st), "/cases/"+string(id)
	if at < 0 {
		return v.to(page+"/fill", "")
	}
	s, err := v.s.c.Cases.Edition(st.Case)
	if err != nil {
		return err
	}
	here := fmt.Sprintf("%s/fill/%d", page, st.Steps[at].No)
	v.back = here
	part := f.part("f.", "f")
	again := v.groups(s, part)
	v.bringIn(st.Case, s, part)
	if v.picked(s, part, f.Get("go") == "enter") || again && part.err() == nil {
		return v.showStep(st, part, nil)
	}
	typed := typedFields(s, part)
	if open := v.choose(part, typed); open > 0 {
		v.refused(fault.New(fault.Invalid, "web.choose_one"), nil)
		return v.showStep(st, part, nil)
	}
	var out casework.Saved
	if err = part.err(); err == nil {
		out, err = v.s.c.Cases.SaveDraft(v.ctx(), v.who, id, casework.Draft{Version: wholeNumber(f.Get("version")), Typed: typed})
	}
	if err != nil {
		if !v.refusedForm(part, err) {
			return err
		}
		return v.showStep(st, part, nil)
	}
	before := st.Steps[at]
	if st, err = v.s.c.Cases.Steps(v.ctx(), v.who, id); err != nil {
		return err
	}
	if len(out.Clashes) > 0 {
		return v.showStep(st, part, out.Clashes)
	}
	if at = v.stepAt(st); at < 0 {
		return v.to(page+"/fill", "saved")
	}
	return v.leaveStep(st, at, before, part, out.Wrong, f.Get("go"), page, here)
}

// choose takes what a person chose where two had changed a field; it counts the fields about which nothing was chosen.
func (v *visit) choose(part *form, typed map[string]string) (open int) {
	for name := range typed {
		if !part.Has(name + ".clash") {
			continue
		}
		switch part.Get(name + ".choose") {
		case "theirs":
			delete(typed, name)
		case "mine":
		default:
			part.bad[name] = v.t("请选择保留哪一个。", "Choose which of the two stays.")
			open++
		}
	}
	return open
}

// leaveStep goes on after a part was saved: it stays where something is wrong, or where an answer brought more questions.
func (v *visit) leaveStep(st casework.FormSteps, at int, before casework.FormStep, part *form, wrong casework.FieldErrors, where, page, here string) error {
	step := st.Steps[at]
	for _, e := range wrong {
		kept := slices.ContainsFunc(step.Fields, func(f casework.StepField) bool { return f.Name == e.Field && f.Wrong != nil })
		if !kept { // too long to be kept, or sealed: it is shown as it was typed and nowhere kept
			v.refusedForm(part, wrong)
			return v.showStep(st, part, nil)
		}
	}
	more := slices.ContainsFunc(step.Fields, func(f casework.StepField) bool {
		return !slices.ContainsFunc(before.Fields, func(b casework.StepField) bool { return b.Name == f.Name })
	})
	switch {
	case where == "leave":
		return v.to(page, "saved")
	case where == "back" && at > 0:
		return v.to(fmt.Sprintf("%s/fill/%d", page, st.Steps[at-1].No), "saved")
	case len(wrong) > 0:
		return v.to(here+"#problems", "kept")
	case more:
		return v.to(here, "more_shown")
	case at+1 < len(st.Steps):
		return v.to(fmt.Sprintf("%s/fill/%d", page, st.Steps[at+1].No), "saved")
	}
	return v.to(page+"/check", "saved")
}
