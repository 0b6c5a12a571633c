package web

import (
	"errors"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

func (v *visit) schemes() error {
	return v.show("schemes", v.t("事项", "Schemes"), v.s.c.Cases.Schemes())
}

type schemePage struct {
	Scheme *scheme.Scheme
	Orgs   []registry.Org // for whom this person may ask
	Rules  []ruleView
	Params []paramView
	Rows   []rowView
}

type ruleView struct {
	Name string
	scheme.Rule
	Source string // title of the basis
}

type paramView struct {
	Name string
	scheme.Param
	Source string
}

type rowView struct {
	scheme.Row
	Term scheme.Value // what its clock says
}

// read is a scheme as its page shows it.
func (p *schemePage) read() {
	s := p.Scheme
	source := func(basis string) string {
		if x, ok := s.Sources.Get(basis); ok {
			return x.Title
		}
		return basis
	}
	for name, r := range s.Rules.All() {
		p.Rules = append(p.Rules, ruleView{name, r, source(r.Basis)})
	}
	for name, x := range s.Params.All() {
		p.Params = append(p.Params, paramView{name, x, source(x.Basis)})
	}
	for _, r := range s.Stages {
		x, _ := s.Params.Get(r.Clock)
		p.Rows = append(p.Rows, rowView{r, x.Value})
	}
}

func (v *visit) scheme() error {
	s, err := v.s.c.Cases.Scheme(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	p := schemePage{Scheme: s}
	p.read()
	for _, code := range access.ReachOf(v.who, access.CaseCreate).Orgs {
		if o, err := v.org(code); err == nil {
			p.Orgs = append(p.Orgs, o)
		}
	}
	return v.show("scheme", s.Title.In(v.lang), p)
}

func (v *visit) openCase() error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := v.r.PostForm
	c, err := v.s.c.Cases.Create(v.ctx(), v.who, f.Get("scheme"), f.Get("org"), f.Get("key"))
	if err != nil {
		return err
	}
	return v.to("/cases/"+string(c.ID), "opened")
}

type casesPage struct {
	Cases []casework.Case
	Pager pager
	Queue bool
}

func (v *visit) cases() error {
	q := v.r.URL.Query()
	all, total, err := v.s.c.Cases.List(v.ctx(), v.who, casework.Filter{Scheme: q.Get("scheme"), Stage: q.Get("stage"), Org: q.Get("org"), Page: v.pageNo()})
	if err != nil {
		return err
	}
	return v.show("cases", v.t("办件", "Cases"), casesPage{all, v.pager(total, pageRows), false})
}

func (v *visit) queue() error {
	all, total, err := v.s.c.Cases.Queue(v.ctx(), v.who, v.pageNo())
	if err != nil {
		return err
	}
	return v.show("cases", v.t("待办", "Waiting for me"), casesPage{all, v.pager(total, pageRows), true})
}

type casePage struct {
	Case     casework.Case
	Scheme   *scheme.Scheme
	Fields   []fieldView
	Fills    bool // the person may fill something in now
	Allowed  []casework.Allowed
	Amounts  []amountView
	Next     string // the stage's first action of a person, for the heading
	Problems []problemView
}

type fieldView struct {
	scheme.Field
	Section string
	Value   string // as it is typed
	Shown   string // as it is read
	Mine    bool
	Problem string
}

type amountView struct {
	Words fault.Words
	Fen   unit.Fen
	Held  bool
}

// problemView is one line of what is wrong with a form.
type problemView struct{ Field, Sentence string }

func (v *visit) oneCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showCase(id, nil, nil, 200)
}

// showCase shows a case; typed and wrong are what was typed into a form that was refused.
func (v *visit) showCase(id unit.ID, typed map[string]string, wrong error, status int) error {
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	sch, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	p := casePage{Case: c, Scheme: sch}
	if p.Allowed, err = v.s.c.Cases.Allowed(v.ctx(), v.who, id); err != nil {
		return err
	}
	sentences := map[string]string{}
	for _, f := range faults(wrong) {
		p.Problems = append(p.Problems, problemView{f.Field, f.Sentence(v.lang)})
		sentences[f.Field] = f.Sentence(v.lang)
	}
	mine := v.s.c.Cases.Fills(v.who, c)
	for _, sec := range sch.Form.Sections {
		for _, f := range sec.Fields {
			x := fieldView{Field: f, Section: sec.Words.In(v.lang), Mine: mine[f.Name], Problem: sentences[f.Name]}
			if val, ok := c.Fields[f.Name]; ok && val.Known() {
				x.Value, x.Shown = typedForm(val), v.shown(val)
			}
			if t, ok := typed[f.Name]; ok {
				x.Value = t
			}
			p.Fills = p.Fills || x.Mine
			p.Fields = append(p.Fields, x)
		}
	}
	for name := range sch.Amounts.All() {
		if fen, fixed := c.Purse.Sums[name]; fixed {
			p.Amounts = append(p.Amounts, amountView{sch.Say(name), fen, false})
		}
	}
	for _, h := range c.Purse.Holds {
		p.Amounts = append(p.Amounts, amountView{fault.Words{"现占用", "held now"}, h.Left, true})
	}
	if status != 200 {
		v.status(status)
	}
	return v.show("case", sch.Title.In(v.lang)+" "+c.No, p)
}

// typedForm is a value as it is typed into its field.
func typedForm(x scheme.Value) string {
	if x.Kind == scheme.Money {
		return x.Fen().Yuan()
	}
	return x.String()
}

// shown is a value for a reader: an organisation by its name.
func (v *visit) shown(x scheme.Value) string {
	if x.Kind == scheme.Org {
		if o, err := v.org(x.Text); err == nil {
			return o.Name.In(v.lang)
		}
	}
	return x.In(v.lang)
}

// faults are the refusals of an error that may hold several.
func faults(err error) []*fault.Error {
	var many casework.FieldErrors
	if errors.As(err, &many) {
		return many
	}
	if err == nil {
		return nil
	}
	return []*fault.Error{fault.Of(err)}
}

// saveCase saves the form, and with it goes on to an action when its button was pressed.
func (v *visit) saveCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	typed := map[string]string{}
	for name, values := range v.r.PostForm {
		if field, ok := strings.CutPrefix(name, "f."); ok && len(values) > 0 {
			typed[field] = values[0]
		}
	}
	c, err := v.s.c.Cases.Save(v.ctx(), v.who, id, version(v.r.PostForm.Get("version")), typed)
	if err == nil {
		if action := v.r.PostForm.Get("action"); action != "" {
			_, err = v.s.c.Cases.Act(v.ctx(), v.who, id, casework.Action{Name: action, Version: c.Version})
			if err == nil {
				return v.to("/cases/"+string(id), "acted")
			}
		}
	}
	if err != nil {
		return v.refuseCase(id, typed, err)
	}
	return v.to("/cases/"+string(id), "saved")
}

// refuseCase shows the case again with what was typed and what is wrong with it.
func (v *visit) refuseCase(id unit.ID, typed map[string]string, err error) error {
	all := faults(err)
	switch all[0].Kind {
	case fault.Internal, fault.NotFound, fault.SignIn:
		return err
	}
	return v.showCase(id, typed, err, all[0].Kind.Status())
}

func version(s string) (n int64) {
	fmt.Sscan(s, &n)
	return n
}

func (v *visit) actCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := v.r.PostForm
	a := casework.Action{Name: v.r.PathValue("action"), Version: version(f.Get("version")), Reason: f.Get("reason"), Key: f.Get("key"), Answers: map[string]bool{}}
	for name := range f {
		if rule, ok := strings.CutPrefix(name, "ask."); ok && f.Get(name) != "" {
			a.Answers[rule] = f.Get(name) == "yes"
		}
	}
	if _, err := v.s.c.Cases.Act(v.ctx(), v.who, id, a); err != nil {
		return v.refuseCase(id, nil, err)
	}
	return v.to("/cases/"+string(id), "acted")
}
