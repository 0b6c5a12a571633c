package web

import (
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// sectionView is a part of the form under one heading.
type sectionView struct {
	Name   string
	Fields []fieldView
	Mine   bool // this person may fill in something of it now
}

type fieldView struct {
	scheme.Field
	ID, Input string // of its control
	Value     string // as it is typed
	Shown     string // as it is read
	Link      string // address of the decision that it names; "" for what names none
	Mine      bool
	Problem   string
	Unit      string
	Help      string
	Mode      string // what keyboard suits
	Short     bool
	Described string     // ids of what describes it
	Options   []option   // of a choice
	Files     []fileView // that were brought in
	Group     *group     // of a repeated group
	Rows      [][]fieldView

	Needed, Wanted bool      // an action needs it; the office asked for it
	Fixed          bool      // the registry says it, and the form lets nobody change it
	From           *fromView // of what the registry filled in
	Clash          *clashView
	Pick           *pickView
	Slot           *slotField // of a slot that may be chosen now
	Disclosure     string     // address of what would be shown, of a disclosure that may be agreed to now
}

// caseForm adds the form: what was given, what this person may fill in, and what was wrong with what they typed.
func (v *visit) caseForm(p *casePage, s *scheme.Scheme, was *form) (err error) {
	mine := v.s.c.Cases.Fills(v.who, p.Case)
	files, err := v.filesOf(p.Case.ID)
	if err != nil {
		return err
	}
	known := map[string]casework.StepField{}
	fresh := was == nil
	if fresh {
		was = v.filledIn(s, p.Case)
	}
	if len(mine) > 0 {
		st, err := v.s.c.Cases.Steps(v.ctx(), v.who, p.Case.ID)
		if err != nil {
			return err
		}
		p.Parts = len(st.Steps)
		for _, step := range st.Steps {
			if fresh {
				overlay(was, step, v.lang)
			}
			for _, f := range step.Fields {
				known[f.Name] = f
			}
		}
	}
	if fresh {
		v.groups(s, was)
	}
	orgs := false
	for _, sec := range s.Form.Sections {
		view := sectionView{Name: sec.Words.In(v.lang)}
		for _, f := range sec.Fields {
			x := v.fieldView(s, f, was, files)
			x.Mine = mine[f.Name]
			if f, fills := known[f.Name]; fills {
				v.fillIn(&x, s, p.Case, f, was)
			}
			if val := p.Case.Fields[f.Name]; val.Known() {
				x.Shown, x.Link = v.givenShown(s, p.Case.ID, f, val)
				if no, digest, ok := strings.Cut(val.Text, "@"); ok && x.Link != "" {
					x.Shown = no + " @ " + shortDigest(digest)
				}
				x.Files = files.named(val)
			}
			view.Fields = append(view.Fields, x)
			view.Mine = view.Mine || x.Mine
			orgs = orgs || x.Mine && f.Type == "org"
			if x.Shown != "" {
				p.Given = append(p.Given, x)
			}
			if x.Mine && takesFiles(f) { // the control lists what the form holds, which may not be saved yet
				view.Fields[len(view.Fields)-1].Files = files.digests(was.Values[f.Name+".kept"])
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

// fieldView is a control as the form draws it, with what stands in the form and what is wrong with it.
func (v *visit) fieldView(s *scheme.Scheme, f scheme.Field, in *form, files caseFiles) fieldView {
	x := fieldView{Field: f, ID: in.ID(f.Name), Input: in.Name(f.Name), Value: in.Value(f.Name), Problem: in.Bad(f.Name)}
	switch f.Type {
	case "choice":
		for _, c := range f.Of {
			x.Options = append(x.Options, option{c, s.Say(c).In(v.lang)})
		}
	case "money":
		x.Unit, x.Mode, x.Short, x.Help = v.t("元", "yuan"), "decimal", true, v.t("例如 48000 或 48000.00", "such as 48000 or 48000.00")
	case "count":
		x.Mode, x.Short = "numeric", true
	case "ratio", "score":
		x.Mode, x.Short = "decimal", true
	case "measure":
		x.Short, x.Help = true, v.t("数值和单位，如 15 %", "a number and its unit, such as 15 %")
	case "bound":
		x.Short, x.Help = true, v.t("方向、数值和单位，如 ≤ 5 %", "direction, number and unit, such as ≤ 5 %")
	case "org":
		x.Help = v.t("统一社会信用代码，18 位", "the unified social credit code, 18 characters")
	case "file", "files":
		x.Help, x.Files = fileHelp(v.lang, f.Type == "files"), files.digests(in.Values[f.Name+".kept"])
	case "group":
		for _, g := range in.groups {
			if g.Name != f.Name {
				continue
			}
			x.Group = g
			for _, row := range g.Rows {
				var cells []fieldView
				for _, sub := range f.Fields {
					cell := v.fieldView(s, sub, row, files)
					cell.Pick = v.pickView(sub, row)
					cells = append(cells, cell)
				}
				x.Rows = append(x.Rows, cells)
			}
		}
	}
	var ids []string
	if x.Help != "" {
		ids = append(ids, x.ID+"-h")
	}
	if x.Problem != "" {
		ids = append(ids, x.ID+"-e")
	}
	x.Described = strings.Join(ids, " ")
	return x
}

// filledIn is the form of a case as it was saved.
func (v *visit) filledIn(s *scheme.Scheme, c casework.Case) *form {
	f := v.blank("f")
	f.path = "f."
	for _, sec := range s.Form.Sections {
		for _, field := range sec.Fields {
			if val := c.Fields[field.Name]; val.Known() {
				putTyped(f.Values, field.Name, val)
			}
		}
	}
	return f
}

// groups reads the repeated parts of a form; again is true when only their rows were to change.
func (v *visit) groups(s *scheme.Scheme, f *form) (again bool) {
	for _, sec := range s.Form.Sections {
		for _, field := range sec.Fields {
			if field.Type != "group" {
				continue
			}
			var columns []string
			for _, sub := range field.Fields {
				columns = append(columns, sub.Name)
				if takesFiles(sub) {
					columns = append(columns, sub.Name+".kept", sub.Name+".drop?")
				}
				if pickable[sub.Type] { // a search says nothing by itself
					columns = append(columns, sub.Name+".q?", sub.Name+".find?", sub.Name+".take?")
				}
			}
			_, changed := f.group(field.Name, columns, 1, groupRowsMax)
			again = again || changed
		}
	}
	return again
}

// shown is a value for a reader: organisations, offices and regions by their names, a choice by its words, each row of a group on a
// line of its own.
func (v *visit) shown(s *scheme.Scheme, x scheme.Value) string {
	switch {
	case x.Kind == scheme.Slot:
		if r, ok := x.Slot(); ok {
			return v.slotShown(r)
		}
	case x.Kind == scheme.Plan:
		text, _ := v.planShown(x)
		return text
	case x.Kind == scheme.Org:
		if o, err := v.org(x.Text); err == nil {
			return o.Name.In(v.lang)
		}
	case x.Kind == scheme.Office:
		if name := v.officeName(x.Text); name != "" {
			return name
		}
	case x.Kind == scheme.List && len(x.List) > 0 && (x.List[0].Kind == scheme.Office || x.List[0].Kind == scheme.Org):
		names := make([]string, len(x.List))
		for i, e := range x.List {
			names[i] = v.shown(s, e)
		}
		return strings.Join(names, v.t("、", ", "))
	}
	switch {
	case x.Kind == scheme.Region:
		return placeName(unit.Region(x.Text)).In(v.lang)
	case x.Kind == scheme.List && len(x.List) > 0 && x.List[0].Kind == scheme.Group:
		rows := make([]string, len(x.List))
		for i, row := range x.List {
			rows[i] = v.shown(s, row)
		}
		return strings.Join(rows, "\n")
	case x.Kind == scheme.Group:
		cells := make([]string, len(x.List))
		for i, cell := range x.List {
			cells[i] = s.ColumnWords(x.Keys[i]).In(v.lang) + v.t("：", ": ") + v.shown(s, cell)
		}
		return strings.Join(cells, v.t("；", "; "))
	}
	return s.Show(x, v.lang)
}

// officeName is what an office is called today; "" for one that the registry does not have.
func (v *visit) officeName(id string) (name string) {
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		a, err := v.s.c.Registry.Authority(v.ctx(), tx, id, v.s.c.Registry.Today(tx))
		name = a.Name.In(v.lang)
		return err
	})
	if err != nil {
		return "" // its id is shown
	}
	return name
}

// keepGood saves what could be read of a form that was refused for fields that could not, so that nothing which was typed
// hangs on the page alone. It says whether it did.
func (v *visit) keepGood(id unit.ID, version int64, s *scheme.Scheme, part *form, why error) bool {
	for _, e := range faults(why) {
		if e.Kind != fault.Invalid || e.Field == "" {
			return false
		}
	}
	_, err := v.s.c.Cases.SaveDraft(v.ctx(), v.who, id, casework.Draft{Version: version, Typed: typedFields(s, part)})
	return err == nil
}

// saveCase saves the form, and goes on to an action when its button was pressed.
func (v *visit) saveCase() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	v.back = "/cases/" + string(id)
	part := f.part("f.", "f")
	again := v.groups(s, part)
	v.bringIn(c, s, part)
	if v.picked(s, part, false) || again && part.err() == nil {
		return v.showCase(id, typed{form: part})
	}
	if err = part.err(); err == nil {
		c, err = v.s.c.Cases.Save(v.ctx(), v.who, id, wholeNumber(f.Get("version")), typedFields(s, part))
	}
	if err != nil {
		kept := v.keepGood(id, wholeNumber(f.Get("version")), s, part, err)
		if !v.refusedForm(part, err) {
			return err
		}
		return v.showCase(id, typed{form: part, kept: kept})
	}
	action := f.Get("action")
	if action == "" {
		return v.to(v.back, "saved")
	}
	if _, err = v.s.c.Cases.Act(v.ctx(), v.who, id, casework.Action{Name: action, Version: c.Version}); err != nil {
		if e := fault.Of(err); e.Field != "" {
			part.place(e.Field, e.Sentence(v.lang))
		}
		if !v.refused(err, func(string) string { return "h-" + action }) {
			return err
		}
		return v.showCase(id, typed{form: part})
	}
	return v.to(v.back, "acted")
}

// typedFields are the fields that a form carries, as casework reads them.
func typedFields(s *scheme.Scheme, f *form) map[string]string {
	out := map[string]string{}
	for _, sec := range s.Form.Sections {
		for _, field := range sec.Fields {
			switch {
			case takesFiles(field):
				if f.Has(field.Name + ".kept") {
					out[field.Name] = strings.Join(kept(f, field.Name), "\n")
				}
			case field.Type == "group":
				if f.Has(field.Name + ".rows") {
					i := slices.IndexFunc(f.groups, func(g *group) bool { return g.Name == field.Name })
					out[field.Name] = typedRows(field, f.groups[i])
				}
			case f.Has(field.Name):
				out[field.Name] = f.text(field.Name)
			}
		}
	}
	for name := range f.Values { // what the form does not have is refused by name
		if _, known := s.Field(name); !known && !strings.Contains(name, ".") {
			out[name] = f.text(name)
		}
	}
	return out
}
