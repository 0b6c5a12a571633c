package web

import (
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// sectionView is a part of the form under one heading.
type sectionView struct {
	Name   string
	Fields []fieldView
	Mine   bool // this person may fill in something of it now
}

type fieldView struct {
	scheme.Field
	Value     string // as it is typed
	Shown     string // as it is read
	Mine      bool
	Problem   string
	Unit      string
	Help      string
	Mode      string // what keyboard suits
	Short     bool
	Described string // ids of what describes it
}

// caseForm adds the form: what was given, what this person may fill in, and what was wrong with what they typed.
func (v *visit) caseForm(p *casePage, s *scheme.Scheme, was typed) (err error) {
	mine := v.s.c.Cases.Fills(v.who, p.Case)
	orgs := false
	for _, sec := range s.Form.Sections {
		view := sectionView{Name: sec.Words.In(v.lang)}
		for _, f := range sec.Fields {
			x := v.field(f, p.Case.Fields[f.Name])
			x.Mine, x.Problem = mine[f.Name], was.wrong[f.Name]
			if t, ok := was.fields[f.Name]; ok {
				x.Value = t
			}
			var ids []string
			if x.Help != "" {
				ids = append(ids, "h-"+f.Name)
			}
			if x.Problem != "" {
				ids = append(ids, "e-"+f.Name)
			}
			x.Described = strings.Join(ids, " ")
			view.Fields = append(view.Fields, x)
			view.Mine = view.Mine || x.Mine
			orgs = orgs || x.Mine && f.Type == "org"
			if x.Shown != "" {
				p.Given = append(p.Given, x)
			}
		}
		p.Sections = append(p.Sections, view)
		p.Fills = p.Fills || view.Mine
	}
	if orgs {
		p.Orgs, _, err = v.s.c.Registry.Find(v.ctx(), "", 1)
	}
	return err
}

func (v *visit) field(f scheme.Field, val scheme.Value) fieldView {
	x := fieldView{Field: f}
	if val.Known() {
		x.Value, x.Shown = typedForm(val), v.shown(val)
	}
	switch f.Type {
	case "money":
		x.Unit, x.Mode, x.Short, x.Help = v.t("元", "yuan"), "decimal", true, v.t("例如 48000 或 48000.00", "such as 48000 or 48000.00")
	case "count":
		x.Mode, x.Short = "numeric", true
	case "ratio", "score":
		x.Mode, x.Short = "decimal", true
	case "org":
		x.Help = v.t("统一社会信用代码，18 位", "the unified social credit code, 18 characters")
	}
	return x
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

// saveCase saves the form, and goes on to an action when its button was pressed.
func (v *visit) saveCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	was := typed{fields: map[string]string{}, wrong: map[string]string{}}
	for name, values := range f {
		if field, ok := strings.CutPrefix(name, "f."); ok && len(values) > 0 {
			was.fields[field] = strings.TrimSpace(values[0])
		}
	}
	v.back = "/cases/" + string(id)
	c, err := v.s.c.Cases.Save(v.ctx(), v.who, id, wholeNumber(f.Get("version")), was.fields)
	if err != nil {
		for _, x := range faults(err) {
			was.wrong[x.Field] = x.Sentence(v.lang)
		}
		if !v.refused(err, func(field string) string { return "f-" + field }) {
			return err
		}
		return v.showCase(id, was)
	}
	action := f.Get("action")
	if action == "" {
		return v.to(v.back, "saved")
	}
	if _, err = v.s.c.Cases.Act(v.ctx(), v.who, id, casework.Action{Name: action, Version: c.Version}); err != nil {
		if field := fault.Of(err).Field; field != "" {
			was.wrong[field] = fault.Of(err).Sentence(v.lang)
		}
		if !v.refused(err, func(string) string { return "h-" + action }) {
			return err
		}
		return v.showCase(id, was)
	}
	return v.to(v.back, "acted")
}
