package web

import (
	"io"
	"slices"
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// abroadListPage is the list of cases of other nodes.
type abroadListPage struct {
	Lines   []abroadLine
	Form    *form
	States  []option
	Homes   []option
	Sorts   []option
	Narrow  bool
	Pager   pager
	Exports exportView
}

// abroadLine is a case of another node with the name of that node.
type abroadLine struct {
	casework.ShadowCase
	Node  fault.Words
	Late  bool
	Roles string
}

func (v *visit) abroadLine(x casework.ShadowCase, names map[string]fault.Words) abroadLine {
	if x.Due.IsZero() { // not ours: until when whoever has to act
		for _, w := range x.Waits {
			if !w.Clock && !w.Due.IsZero() && (x.Due.IsZero() || w.Due.Before(x.Due)) {
				x.Due = w.Due
			}
		}
	}
	l := abroadLine{ShadowCase: x, Node: fault.Words{x.Home, x.Home}, Late: x.End == "" && !x.Due.IsZero() && !v.now().Before(x.Due)}
	if w, known := names[x.Home]; known {
		l.Node = w
	}
	var roles []string
	for _, w := range x.Waits {
		if !w.Clock {
			roles = appendNew(roles, w.Words.In(v.lang))
		}
	}
	if l.Roles = strings.Join(roles, v.t("、", ", ")); l.Roles == "" {
		l.Roles = v.t("到时自动办理", "the clock")
	}
	return l
}

const abroadRows = 50

// casesAbroad lists the cases of other nodes to which this person's organisations are a party.
func (v *visit) casesAbroad() error {
	f := v.asked()
	q := casework.ShadowQuery{State: f.text("state"), Home: f.text("home"), No: strings.ToUpper(f.text("no")), Sort: f.text("sort"), Page: v.pageNo(), Rows: abroadRows}
	names, peers, err := v.peerWords()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.abroadFile(q, names)
	}
	p := abroadListPage{Form: f, Narrow: q.State+q.Home+q.No != "", Exports: v.exports(),
		Homes:  append([]option{{"", v.t("全部节点", "every node")}}, peers...),
		States: []option{{"", v.t("全部", "all")}, {"mine", v.t("等我方办理", "ours to act")}, {"open", v.t("办理中", "going on")}, {"ended", v.t("已结束", "ended")}},
		Sorts:  []option{{"", v.t("等我方的在前", "ours first")}, {"due", v.t("先到期", "due first")}, {"opened", v.t("新提出的在前", "newest first")}, {"no", v.t("编号", "number")}}}
	all, total, err := v.s.c.Cases.Shadows(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	for _, x := range all {
		p.Lines = append(p.Lines, v.abroadLine(x, names))
	}
	p.Pager = v.pager(total, abroadRows)
	v.under("/cases", "申请与办件", "Cases")
	return v.show("casesabroad", v.t("外地办件", "Cases of other nodes"), p)
}

// abroadFile is the whole of what the list is narrowed to.
func (v *visit) abroadFile(q casework.ShadowQuery, names map[string]fault.Words) error {
	s := &sheet{Name: "cases-abroad", Head: []string{v.t("编号", "Number"), v.t("事项", "Scheme"), v.t("所在节点", "Home"), v.t("单位", "Applicant"), v.t("我方机构", "Our organisation"), v.t("阶段", "Stage"),
		v.t("在谁手里", "In whose hands"), v.t("我方可办", "Ours to act"), v.t("到期", "Due"), v.t("提出", "Opened"), v.t("变动", "Changed")}}
	q.Rows, q.Page = casework.RowsMax, 1
	all, _, err := v.s.c.Cases.Shadows(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	for _, x := range all {
		l := v.abroadLine(x, names)
		due, mine := "", v.t("否", "no")
		if !x.Due.IsZero() {
			due = iso(x.Due)
		}
		if x.Mine {
			mine = v.t("是", "yes")
		}
		if err := s.put(x.No, x.Title.In(v.lang), l.Node.In(v.lang), x.Name.In(v.lang), x.Org, x.Words.In(v.lang), l.Roles, mine, due, iso(x.Opened), iso(x.Changed)); err != nil {
			return err
		}
	}
	return v.send(s)
}

// abroadPage is one case of another node.
type abroadPage struct {
	Case     abroadLine
	Link     string // address of the node in which it lives
	ByClock  []casework.ShadowWait
	Sections []sectionView // what we fill in
	Fills    bool
	Asks     []casework.ShadowPick
	Reasons  string // actions that need a reason
	Given    []abroadField
	Acts     []casework.ShadowActed
	Waits    *casework.ShadowActed // home has not answered it
	Refused  *casework.ShadowActed // the newest was refused
	Form     *form
	Duo      *duoView
}

// abroadField is what stands in a field.
type abroadField struct {
	casework.ShadowField
	Text  string
	Files []abroadFileView
}

// abroadFileView is a file; Far says that its bytes are in the other node, which is asked for them when somebody looks.
type abroadFileView struct {
	fileView
	Far bool
}

func (v *visit) caseAbroad() error { return v.showAbroad(nil) }

// showAbroad shows a case of another node; was is what was typed and refused.
func (v *visit) showAbroad(was *form) error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	x, acts, err := v.s.c.Cases.ShadowOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	all, err := v.s.c.Federation.Rail(v.ctx())
	if err != nil {
		return err
	}
	names, p := map[string]fault.Words{}, abroadPage{Acts: acts, Form: was}
	for _, n := range all {
		names[n.Code] = n.Name
		if n.Code == x.Home {
			p.Link = n.URL
		}
	}
	p.Case = v.abroadLine(x, names)
	for _, w := range x.Waits {
		if w.Clock {
			p.ByClock = append(p.ByClock, w)
		}
	}
	if len(acts) > 0 {
		switch acts[0].State {
		case casework.ActSent:
			p.Waits = &acts[0]
		case casework.ActRefused:
			p.Refused = &acts[0]
		}
	}
	var reasons []string
	for _, a := range x.Actions {
		for _, ask := range a.Asks {
			if !slices.Contains(p.Asks, ask) {
				p.Asks = append(p.Asks, ask)
			}
		}
		if a.NeedsReason {
			reasons = append(reasons, a.Words.In(v.lang))
		}
	}
	p.Reasons = strings.Join(reasons, v.t("、", ", "))
	if err := v.abroadForm(&p, was); err != nil {
		return err
	}
	p.Duo = v.duoAbroad(p, names)
	v.under("/cases/abroad", "外地办件", "Cases of other nodes")
	if p.Fills {
		v.script("casefile.js")
	}
	return v.show("caseabroad", x.Title.In(v.lang)+" "+x.No, p)
}

// abroadForm adds what stands in the form, and what we can fill in while nothing is under way.
func (v *visit) abroadForm(p *abroadPage, was *form) error {
	x := p.Case
	mine, err := v.s.c.Cases.FilesAbroad(v.ctx(), v.who, x.ID)
	if err != nil {
		return err
	}
	have := caseFiles{id: x.ID, all: map[files.Digest]casework.Attached{}, at: atAbroad}
	for _, a := range mine {
		have.all[a.Digest] = a
	}
	for _, f := range x.Fields {
		g := abroadField{ShadowField: f, Text: f.Shown.In(v.lang)}
		for _, d := range digestsOf(f.Value) {
			for _, file := range x.Files {
				if file.Digest == d {
					_, here := have.all[files.Digest(d)]
					g.Files = append(g.Files, abroadFileView{have.view(d, attachedAbroad(file)), !here})
				}
			}
		}
		if g.Text != "" || len(g.Files) > 0 {
			p.Given = append(p.Given, g)
		}
	}
	if p.Waits != nil || x.End != "" || len(x.Actions) == 0 {
		return nil
	}
	s := formAbroad(x.Shadow)
	in := was
	if in == nil {
		in = v.blank("f")
		in.path = "f."
		for _, f := range x.Fields {
			if f.Mine && f.Value.Known() {
				putTyped(in.Values, f.Name, f.Value)
			}
		}
		if p.Refused != nil { // what was typed then is not lost
			for name, text := range p.Refused.Wanted.Fields {
				if f, _ := s.Field(name); f.Type == "file" || f.Type == "files" {
					in.Values[name+".kept"] = strings.Fields(text)
				} else if f.Type != "group" {
					in.Set(name, text)
				}
			}
		}
		v.groups(s, in)
	}
	for _, sec := range s.Form.Sections {
		view := sectionView{Name: sec.Words.In(v.lang)}
		for _, f := range sec.Fields {
			y := v.fieldView(s, f, in, have)
			i := slices.IndexFunc(x.Fields, func(z casework.ShadowField) bool { return z.Name == f.Name })
			y.Needed = x.Fields[i].Needed
			v.nameChoices(&y, x.Fields[i])
			view.Fields = append(view.Fields, y)
		}
		p.Sections, p.Fills = append(p.Sections, view), true
	}
	return nil
}

// nameChoices gives the choices of a field their words, which its home has sent.
func (v *visit) nameChoices(y *fieldView, f casework.ShadowField) {
	for i := range y.Options {
		y.Options[i].Name = f.Of[i].Words.In(v.lang)
	}
	for _, row := range y.Rows {
		for i := range row {
			v.nameChoices(&row[i], f.Columns[i])
		}
	}
}

// formAbroad is the part of the form that we fill in, as forms are drawn and read here.
func formAbroad(x casework.Shadow) *scheme.Scheme {
	return formOf(slices.DeleteFunc(slices.Clone(x.Fields), func(f casework.ShadowField) bool { return !f.Mine }))
}

// formOf is a form of the fields that home has shown.
func formOf(fields []casework.ShadowField) *scheme.Scheme {
	s := &scheme.Scheme{}
	for _, f := range fields {
		n := len(s.Form.Sections)
		if n == 0 || s.Form.Sections[n-1].Words != f.Section {
			s.Form.Sections = append(s.Form.Sections, scheme.Section{Words: f.Section})
			n++
		}
		s.Form.Sections[n-1].Fields = append(s.Form.Sections[n-1].Fields, fieldAbroad(f))
	}
	return s
}

func fieldAbroad(f casework.ShadowField) scheme.Field {
	out := scheme.Field{Name: f.Name, Type: f.Type, Words: f.Words}
	for _, o := range f.Of {
		out.Of = append(out.Of, o.Value)
	}
	for _, c := range f.Columns {
		out.Fields = append(out.Fields, fieldAbroad(c))
	}
	return out
}

func digestsOf(x scheme.Value) []string {
	if x.Kind == scheme.File {
		return []string{x.Text}
	}
	var out []string
	for _, y := range x.List {
		out = append(out, digestsOf(y)...)
	}
	return out
}

// actAbroad sends what this person wants to do to the case's home.
func (v *visit) actAbroad() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	x, _, err := v.s.c.Cases.ShadowOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	v.back = "/abroad/" + string(id)
	s, part := formAbroad(x.Shadow), f.part("f.", "f")
	again := v.groups(s, part)
	v.bringAbroad(x, s, part)
	if again && part.err() == nil {
		return v.showAbroad(part)
	}
	a := casework.ShadowAct{Action: f.Get("action"), Version: wholeNumber(f.Get("version")), Reason: f.Get("reason"), Key: f.Get("key"), Answers: map[string]bool{}, Fields: map[string]string{}}
	for name := range f.Values {
		if rule, ok := strings.CutPrefix(name, "ask."); ok && f.Get(name) != "" {
			a.Answers[rule] = f.Get(name) == "yes"
		}
	}
	for name, text := range typedFields(s, part) {
		was := ""
		for _, y := range x.Fields {
			if y.Name == name && y.Value.Known() {
				was = typedForm(y.Value)
			}
		}
		if text != was {
			a.Fields[name] = text
		}
	}
	if err = part.err(); err == nil {
		_, err = v.s.c.Cases.ActAbroad(v.ctx(), v.who, id, a)
	}
	if err != nil {
		if !v.refusedForm(part, err) {
			return err
		}
		return v.showAbroad(part)
	}
	return v.to(v.back, "abroad")
}

// bringAbroad keeps the files that came with the form here.
func (v *visit) bringAbroad(x casework.ShadowCase, s *scheme.Scheme, f *form) {
	bring := func(field scheme.Field, f *form) bool {
		return v.bringTo(field, f, func(name string, r io.Reader) (files.Digest, error) {
			a, err := v.s.c.Cases.AttachAbroad(v.ctx(), v.who, x.ID, name, r)
			return a.Digest, err
		})
	}
	for _, sec := range s.Form.Sections {
		for _, field := range sec.Fields {
			if takesFiles(field) {
				bring(field, f)
			}
			for _, g := range f.groups {
				for i, row := range g.Rows {
					for _, sub := range field.Fields {
						if g.Name == field.Name && takesFiles(sub) && bring(sub, row) {
							g.says(i)
						}
					}
				}
			}
		}
	}
}

// fileAbroad is a file of a case of another node: one that was brought here, or one that home shows and is asked for.
func (v *visit) fileAbroad() error {
	a, content, err := v.abroadFileOf()
	if err != nil {
		return err
	}
	return v.download(a.Name, "application/octet-stream", content)
}

// abroadFileOf is the file of a case of another node that the address names, with its content.
func (v *visit) abroadFileOf() (a casework.Attached, content []byte, err error) {
	id, err := v.pathID()
	if err != nil {
		return a, nil, err
	}
	d := files.Digest(v.r.PathValue("digest"))
	a, content, err = v.s.c.Cases.FileAbroad(v.ctx(), v.who, id, d)
	if fault.CodeOf(err) == "casework.file_unknown" {
		var f casework.ShadowFile
		f, content, err = v.s.c.Cases.HomeFile(v.ctx(), v.who, id, d)
		a = attachedAbroad(f)
	}
	return a, content, err
}

// attachedAbroad is a file that home shows, as files of cases are shown here.
func attachedAbroad(f casework.ShadowFile) casework.Attached {
	return casework.Attached{Digest: files.Digest(f.Digest), Name: files.Clean(f.Name), Type: f.Type, Size: f.Size}
}

// giveFile is the door at which other nodes ask for files that are kept here.
func (v *visit) giveFile() error {
	body, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	q, err := v.s.c.Federation.TakeFileRequest(v.ctx(), v.r, body)
	if err != nil {
		return err
	}
	content, err := v.s.c.Cases.ServeFile(v.ctx(), q)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Cache-Control", "no-store")
	_, err = v.w.Write(content)
	return err
}

// waitingAbroad are the cases of other nodes in which this person's organisations can act.
func (v *visit) waitingAbroad() (out []waiting, err error) {
	all, _, err := v.s.c.Cases.Shadows(v.ctx(), v.who, casework.ShadowQuery{State: "mine", Sort: "due", Rows: waitingShown})
	for _, x := range all {
		var do []string
		for _, a := range x.Actions {
			do = append(do, a.Words.In(v.lang))
		}
		out = append(out, waiting{Path: "/abroad/" + string(x.ID), What: x.Title.In(v.lang) + " " + x.No, Note: x.Name.In(v.lang), Demo: x.Demo,
			Do: strings.Join(do, v.t("、", ", ")), Due: x.Due, Late: !x.Due.IsZero() && !v.now().Before(x.Due)})
	}
	return out, err
}

// Since says since when an act waits for its answer.
func (p abroadPage) Since() time.Time {
	if p.Waits == nil {
		return time.Time{}
	}
	return p.Waits.At
}

// toldLine is a party of a case in another node with the node's name.
type toldLine struct {
	casework.AbroadTold
	Who fault.Words
}

// toldAbroad are the parties that see a case of this node in their own.
func (v *visit) toldAbroad(id unit.ID) (out []toldLine, err error) {
	all, err := v.s.c.Cases.AbroadOf(v.ctx(), v.who, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	names, err := v.nodeNames()
	for _, x := range all {
		out = append(out, toldLine{x, names[x.Node]})
	}
	return out, err
}
