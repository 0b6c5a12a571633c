package web

import (
	"bytes"
	"html/template"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// labelsPage is where officers enter and revoke labels outside a case.
type labelsPage struct {
	Waits  []labelBatch
	Lines  []labelLine
	Pager  pager
	Export exportView
	Labels []option // that can be entered
	Enter  *form
	Revoke *form
	List   *form
	Report *registry.Report // of a list that was just brought
	Bad    []badCell
}

// labelBatch is what waits for a second officer.
type labelBatch struct {
	registry.LabelBatch
	Called fault.Words
	Holder fault.Words // name of the organisation, where it is one
	Rests  int         // cases whose decisions rest on the label that is to be revoked, where it is one
}

// labelLine is one change in the list of all.
type labelLine struct {
	registry.LabelChange
	Called fault.Words
	Why    string // why it became void
}

func (v *visit) labels() error {
	if v.wantsFile() {
		return v.labelsFile()
	}
	return v.showLabels(labelsPage{})
}

// labelsFile is the whole list of what was asked for, the newest first.
func (v *visit) labelsFile() error {
	s := &sheet{Name: "labels", Head: []string{v.t("办理", "What"), v.t("统一社会信用代码", "Credit code"), v.t("资质", "Label"), v.t("级别", "Level"), v.t("颁发单位", "Issuer"), v.t("自", "Since"), v.t("至", "Until"), v.t("撤销日期", "Revoked on"),
		v.t("文号", "Document number"), v.t("理由", "Reason"), v.t("状态", "State"), v.t("提出", "Asked for by"), v.t("提出时间", "Asked at"), v.t("决定", "Decided by"), v.t("意见", "Note")}}
	for page := 1; ; page++ {
		all, total, err := v.s.c.Registry.LabelChanges(v.ctx(), v.who, "", page)
		if err != nil {
			return err
		}
		for _, c := range all {
			l := c.Label
			if err := s.put(c.Verb, l.Org, registry.LabelWords(l.Label).In(v.lang), l.Level, l.Issuer, l.Since.String(), l.Until.String(), c.Day.String(), l.Basis, c.Reason, c.State, c.By, c.Asked, c.Decider, c.Note); err != nil {
				return err
			}
		}
		if len(all) == 0 || len(s.rows) >= total {
			return v.send(s)
		}
	}
}

// showLabels shows the page; the forms that are not given are empty, or begin with what the address names.
func (v *visit) showLabels(p labelsPage) error {
	for _, f := range []struct {
		at  **form
		ids string
	}{{&p.Enter, "e"}, {&p.Revoke, "r"}, {&p.List, "l"}} {
		if *f.at == nil {
			*f.at = v.blank(f.ids)
			for _, name := range []string{"org", "label"} {
				(*f.at).Set(name, v.r.URL.Query().Get(name))
			}
		}
	}
	for _, id := range registry.LabelIDs() {
		p.Labels = append(p.Labels, option{id, registry.LabelWords(id).In(v.lang)})
	}
	waits, err := v.s.c.Registry.LabelBatches(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, b := range waits {
		x := labelBatch{LabelBatch: b, Called: registry.LabelWords(b.Label.Label)}
		if b.Rows == 1 {
			o, err := v.org(b.Label.Org)
			if err != nil {
				return err
			}
			if x.Holder = o.Name; b.Verb == registry.Revokes {
				if x.Rests, err = v.s.c.Cases.RestOn(v.ctx(), v.who, b.Label.Org, b.Label.Label); err != nil {
					return err
				}
			}
		}
		p.Waits = append(p.Waits, x)
	}
	all, total, err := v.s.c.Registry.LabelChanges(v.ctx(), v.who, "", v.pageNo())
	if err != nil {
		return err
	}
	for _, c := range all {
		x := labelLine{LabelChange: c, Called: registry.LabelWords(c.Label.Label)}
		if c.State == registry.ChangeVoid {
			x.Why = fault.New(fault.Conflict, c.Note, "label", x.Called).Sentence(v.lang)
		}
		p.Lines = append(p.Lines, x)
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	v.under("/registry", "主体登记", "Registry")
	return v.show("labels", v.t("资质登记与撤销", "Enter and revoke labels"), p)
}

// typedLabel reads a change of a label from what was typed.
func typedLabel(get func(string) string) (c registry.LabelChange, err error) {
	text := func(name string) string { return strings.TrimSpace(get(name)) }
	c = registry.LabelChange{Verb: text("verb"), Reason: text("reason"), Label: registry.Label{Org: strings.ToUpper(text("org")), Label: text("label"), Level: text("level"), Issuer: text("issuer"), Basis: text("basis")}}
	err = daysTyped(dayTyped{"since", text("since"), &c.Label.Since}, dayTyped{"until", text("until"), &c.Label.Until}, dayTyped{"day", text("day"), &c.Day})
	return c, err
}

// changeLabels takes one change, a list, or the decision on what a colleague asked for.
func (v *visit) changeLabels() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/labels"
	switch f.Get("verb") {
	case "adopt", "refuse":
		return v.decideLabels(f)
	case "list":
		return v.listLabels(f.on("l"))
	}
	c, err := typedLabel(f.Get)
	if err == nil {
		var name string
		var content []byte
		if name, content, err = f.given("document"); err == nil {
			c, err = v.s.changeLabel(v.ctx(), v.who, c, name, content)
		}
	}
	switch {
	case err == nil && c.State == registry.ChangeDone:
		return v.to("/labels", "label_done")
	case err == nil:
		return v.to("/labels#b-"+string(c.Batch), "label_asked")
	}
	p := labelsPage{}
	if c.Verb == registry.Revokes {
		p.Revoke = f.on("r")
	} else {
		p.Enter = f.on("e")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showLabels(p)
}

func (v *visit) decideLabels(f *form) error {
	id, err := idOf(f.Get("batch"))
	if err != nil {
		return err
	}
	adopt := f.Get("verb") == "adopt"
	d, err := v.s.c.Registry.DecideLabels(v.ctx(), v.who, id, adopt, strings.TrimSpace(f.Get("note")))
	switch {
	case err != nil && !v.refusedForm(f.on("b"), err):
		return err
	case err != nil:
		return v.showLabels(labelsPage{})
	case d.Void > 0:
		return v.to("/labels#h-all", "label_partly")
	case adopt:
		return v.to("/labels", "label_adopt")
	}
	return v.to("/labels", "label_refuse")
}

// listLabels takes a list of labels to enter or to revoke, with the document that it rests on; a row that is bad refuses all of them.
func (v *visit) listLabels(f *form) error {
	kind := f.choice("kind", "labels", "revocations")
	name, content, err := f.given("file")
	in := registry.Import{Kind: kind, Name: name, File: bytes.NewReader(content), Reason: f.needed("reason")}
	var docName string
	var doc []byte
	if err == nil {
		docName, doc, err = f.given("document")
	}
	if err == nil {
		err = f.err()
	}
	p := labelsPage{List: f}
	if err == nil {
		kept, bad := v.s.c.Files.Put(v.ctx(), docName, bytes.NewReader(doc))
		if bad != nil {
			err = fault.Of(bad).On("document")
		} else {
			in.Document, in.DocName = string(kept.Digest), kept.Name
			rep, taken := v.s.c.Registry.Take(v.ctx(), v.who, in)
			p.Report, err = &rep, taken
			for _, b := range rep.Bad {
				p.Bad = append(p.Bad, badCell{b, b.Fault.Sentence(v.lang)})
			}
		}
	}
	if err == nil {
		return v.to("/labels", "labels_listed")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showLabels(p)
}

// labelLetterPage is the letter that tells an organisation of a label that was entered or revoked outside a case.
type labelLetterPage struct {
	Change registry.LabelChange
	Org    registry.Org
	Called fault.Words
	Title  fault.Words
	QR     template.HTML
	Proof  string
	Still  bool // a revoked label: cases that rest on it are dealt with by their own rules
	Own    bool // an officer reads it
}

func (v *visit) labelLetter() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, o, err := v.s.c.Registry.LabelChangeOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := labelLetterPage{Change: c, Org: o, Called: registry.LabelWords(c.Label.Label), Title: fault.Words{"资质登记告知书", "Notice of a label"}, Proof: v.site() + "/registry/" + o.Code,
		Own: access.May(v.who, access.LabelEdit, access.Scope{Region: c.Region}) == nil}
	if c.Verb == registry.Revokes {
		p.Title, p.Still = fault.Words{"撤销资质告知书", "Notice that a label is revoked"}, true
	}
	if p.QR, err = drawQR(p.Proof, v.t("二维码：单位的登记页", "QR code: the page of the organisation")); err != nil {
		return err
	}
	v.under("/registry", "主体登记", "Registry")
	v.under("/registry/"+o.Code, o.Name[0], o.Name[1])
	return v.show("labelletter", p.Title.In(v.lang), p)
}

// labelDocument is the document that a change rests on, for who may read the letter.
func (v *visit) labelDocument() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, _, err := v.s.c.Registry.LabelChangeOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	if c.File == "" {
		return fault.New(fault.NotFound, "web.no_page")
	}
	f, content, err := v.s.c.Files.Get(v.ctx(), files.Digest(c.File))
	if err != nil {
		return err
	}
	return v.download(f.Name, "application/octet-stream", content)
}

// mayChangeLabels says whether this person may enter and revoke labels in a place.
func (v *visit) mayChangeLabels(region unit.Region) bool {
	return access.May(v.who, access.LabelEdit, access.Scope{Region: region}) == nil
}
