package scheme

import (
	"strings"

	"corridor/internal/fault"
)

// many reads what concerns many cases or people at once: asks, rounds, children, starts; and who sees what.
func (d *decoder) many() {
	s := d.s
	s.Joins = map[string]Join{}
	d.each("joins", isWord, d.join)
	s.Amends = map[string]Amend{}
	d.each("amends", isWord, func(name string, k, v *node) {
		if d.keys(v, amendKeys) {
			s.Amends[name] = Amend{List: d.text(v, "list"), Joins: d.text(v, "joins"), Leaves: d.text(v, "leaves"), At: k.pos}
		}
	})
	s.Sealed, s.See = map[string]string{}, map[string]Sight{}
	d.each("asks", isName, d.ask)
	d.each("cases", isName, func(name string, k, v *node) {
		if !d.keys(v, caseKeys) {
			return
		}
		c := Children{Scheme: d.text(v, "scheme"), OpenedBy: parted(d.text(v, "opened_by")), OneFor: d.text(v, "one_for"),
			Payer: d.text(v, "payer"), For: d.text(v, "for"), Sum: d.text(v, "sum"), LetsGo: parted(d.text(v, "lets_go")),
			StartedBy: d.text(v, "started_by"), In: d.list(v.get("in")), At: k.pos}
		if g := v.get("gives"); g != nil && d.want(g, mapNode, "键和值", "keys with values") {
			for i, x := range g.items {
				c.Gives = append(c.Gives, Given{Field: g.keys[i].text, From: x.text})
			}
		}
		if c.Scheme == "" || (len(c.OpenedBy) == 0) == (c.StartedBy == "") {
			d.at(k.pos, "file.shape", "want", fault.Words{"scheme 加 opened_by 或 started_by", "scheme with opened_by or started_by"})
		}
		if c.Payers() && (len(c.OpenedBy) == 0 || c.OneFor == "") || !c.Payers() && (c.For != "" || c.Sum != "" || len(c.LetsGo) > 0) {
			d.at(k.pos, "file.shape", "want", fault.Words{"payer 加 opened_by 和 one_for", "payer with opened_by and one_for"})
		}
		s.Cases.add(name, c)
	})
	if n := s.root.get("round"); n != nil && d.keys(n, roundKeys) {
		s.Round = &Round{Waits: d.text(n, "waits"), Closes: d.text(n, "closes"), Order: d.text(n, "order"), Within: d.text(n, "within"),
			Takes: d.text(n, "takes"), Leaves: d.text(n, "leaves"), By: d.text(n, "by"), At: d.mark("round")}
		s.Round.Returns = d.returns(n.get("returns"))
	}
	if n := s.root.get("lead"); n != nil && d.keys(n, leadKeys) {
		s.Lead = &Lead{Sum: d.text(n, "sum"), Says: map[string]string{}, At: d.mark("lead")}
		if s.root.get("parent") == nil {
			d.at(s.Lead.At, "payer.no_lead")
		}
		if says := n.get("says"); says != nil && d.want(says, mapNode, "键和值", "keys with values") {
			for i, x := range says.items {
				s.Lead.Says[says.keys[i].text] = x.text
				s.marks["lead."+says.keys[i].text] = x.pos
			}
		}
	}
	if n := s.root.get("starts"); n != nil && d.keys(n, startKeys) {
		s.Starts = &Starts{Over: d.text(n, "over"), Where: d.list(n.get("where")), On: d.text(n, "on"), Stage: d.text(n, "at"), At: d.mark("starts")}
	}
	d.demand()
	d.each("sealed", isWord, func(name string, k, v *node) { s.Sealed[name] = v.text })
	d.each("see", isWord, func(name string, k, v *node) {
		if d.keys(v, seeKeys) {
			s.See[name] = Sight{Only: d.list(v.get("only")), If: d.text(v, "if"), At: k.pos}
		}
	})
	s.Fixed = d.list(s.root.get("fixed"))
	if n := s.root.get("migrate"); n != nil && d.keys(n, migrateKeys) {
		m := &Migration{From: d.text(n, "from"), Fields: map[string]string{}}
		if f := n.get("fields"); f != nil && d.want(f, mapNode, "键和值", "keys with values") {
			for i, x := range f.items {
				m.Fields[f.keys[i].text] = x.text
				s.marks["migrate."+f.keys[i].text] = x.pos
			}
		}
		s.Migrate = m
	}
}

// returns reads the bounds of what payers get back by a round.
func (d *decoder) returns(n *node) *Returns {
	if n == nil || !d.keys(n, returnsKeys) {
		return nil
	}
	r := &Returns{Of: d.text(n, "of"), For: d.text(n, "for"), Sum: d.text(n, "sum"), Below: d.text(n, "below"), Above: d.text(n, "above"),
		Basis: d.text(n, "basis"), Verified: d.yes(n, "verified"), Words: d.zhEn(n, n.pos, "returns"), At: n.pos}
	if r.Verified && r.Basis == "" {
		d.at(n.pos, "param.no_basis", "name", "returns")
	}
	d.basis(n, r.Basis)
	return r
}

func (d *decoder) ask(name string, k, v *node) {
	if !d.keys(v, askKeys) {
		return
	}
	a := Ask{OpenedBy: parted(d.text(v, "opened_by")), Seats: d.text(v, "seats"), Within: d.text(v, "within"), Again: d.text(v, "again"),
		Instead: d.text(v, "instead"), Order: d.text(v, "order"), Drop: d.text(v, "drop"), Fee: d.text(v, "fee"), At: k.pos}
	if a.Within == "" {
		d.at(k.pos, "ask.no_clock", "name", name)
	}
	if n := v.get("draw"); n != nil && d.keys(n, drawKeys) {
		a.Draw = &Draw{From: d.text(n, "from"), Field: d.text(n, "field"), Count: d.text(n, "count"), Reserves: d.text(n, "reserves"), Conflicts: d.list(n.get("conflicts")),
			Worked: d.text(n, "worked"), PerUnit: d.text(n, "per_unit"), Most: d.text(n, "most")}
	}
	if (a.Seats == "") == (a.Draw == nil) || a.Draw != nil && a.Draw.From == "" {
		d.at(k.pos, "ask.no_seats", "name", name)
	}
	if n := v.get("answers"); n != nil && d.want(n, mapNode, "键和值", "keys with values") {
		for i, x := range n.items {
			switch key := n.keys[i].text; key {
			case "verdict":
				a.Verdict = d.list(x)
			case "score":
				a.Scored = x.text
			default:
				a.Answers = append(a.Answers, d.answer(n.keys[i], x))
			}
		}
	}
	if n := v.get("must"); n != nil && d.want(n, mapNode, "键和值", "keys with values") {
		a.Must = map[string][]string{}
		for i, x := range n.items {
			a.Must[n.keys[i].text] = d.list(x)
		}
	}
	if len(a.OpenedBy) == 0 {
		d.at(k.pos, "file.shape", "want", fault.Words{"opened_by: 办理", "opened_by: an action"})
	}
	d.s.Asks.add(name, a)
}

// answer reads one thing that a seat answers: a type, or the codes of a choice.
func (d *decoder) answer(k, x *node) AnswerField {
	if contains(askParts, k.text) || k.text == "rank" {
		d.at(k.pos, "ask.taken", "name", k.text)
	}
	if x.kind == listNode {
		return AnswerField{Name: k.text, Type: "choice", Of: d.list(x)}
	}
	if !answerTypes[x.text] {
		d.unknown(x.pos, "type", x.text, sortedKeys(answerTypes))
	}
	return AnswerField{Name: k.text, Type: x.text}
}

// fieldTypes are the types of fields of a form.
var fieldTypes = map[string]bool{}

// answerTypes are those of what a seat answers: what says all by its type.
var answerTypes = map[string]bool{}

func init() {
	for _, t := range strings.Fields("text money count ratio day yesno region org orgs office offices person case score file files") {
		answerTypes[t] = true
	}
	for _, t := range strings.Fields("text money count ratio day yesno choice code region org orgs office offices person account case score file files slot plan group disclosure measure bound") {
		fieldTypes[t] = true
	}
}

// form reads the sections of the form.
func (d *decoder) form() {
	n := d.s.root.get("form")
	if n == nil || n.kind == nullNode || !d.keys(n, formKeys) {
		return
	}
	sections := n.get("sections")
	if sections == nil || !d.want(sections, listNode, "列表", "a list") {
		return
	}
	names := map[string]Pos{}
	for _, x := range sections.items {
		if !d.keys(x, sectionKeys) {
			continue
		}
		sec := Section{Words: d.words(x.get("words"), "section")}
		if x.get("words") == nil {
			d.at(x.pos, "words.missing", "name", "section")
		}
		if f := x.get("fields"); f != nil && d.want(f, mapNode, "键和值", "keys with values") {
			sec.Fields = d.fields(f, names)
		}
		d.s.Form.Sections = append(d.s.Form.Sections, sec)
	}
}

func (d *decoder) fields(n *node, names map[string]Pos) []Field {
	var out []Field
	for i, v := range n.items {
		k := n.keys[i]
		if !isWord(k.text) {
			d.at(k.pos, "name.form", "name", k.text)
		}
		if first, there := names[k.text]; there && names != nil {
			d.at(k.pos, "name.twice", "name", k.text, "line", first.Line)
		} else if names != nil {
			names[k.text] = k.pos
		}
		if !d.keys(v, fieldKeys) {
			continue
		}
		f := Field{Name: k.text, Type: d.text(v, "type"), By: d.text(v, "by"), Words: d.zhEn(v, k.pos, k.text), Of: d.list(v.get("of")), List: d.text(v, "list"),
			From: d.text(v, "from"), Once: d.text(v, "once"), Public: d.text(v, "public"), Price: d.text(v, "price"), ShownWhen: d.text(v, "shown_when"), Editable: d.yes(v, "editable"), Partner: d.yes(v, "partner"), At: k.pos}
		if w := v.get("shown_when"); w != nil {
			d.s.marks["shown_when."+k.text] = w.pos
		}
		d.fieldShape(v, &f)
		f.Basis = d.fieldBasis(v, f)
		f.Discloses = d.discloses(v, f)
		if sub := v.get("fields"); sub != nil && d.want(sub, mapNode, "键和值", "keys with values") {
			f.Fields = d.fields(sub, map[string]Pos{})
		}
		out = append(out, f)
	}
	return out
}

func (d *decoder) fieldShape(v *node, f *Field) {
	if !fieldTypes[f.Type] {
		pos := f.At
		if t := v.get("type"); t != nil {
			pos = t.pos
		}
		d.unknown(pos, "type", f.Type, sortedKeys(fieldTypes))
	}
	if f.Public != "" && f.Public != "true" && f.Public != "false" && !(f.Public == "region" && f.Type == "org") {
		d.at(v.get("public").pos, "file.shape", "want", fault.Words{"true，或机构字段的 region", "true, or region for an organisation"})
	}
	if f.Public == "false" {
		f.Public = ""
	}
	if (f.Type == "choice") != (len(f.Of) > 0) || (f.Type == "code") != (f.List != "") || (f.Type == "group") != (v.get("fields") != nil) {
		d.at(f.At, "file.shape", "want", fault.Words{"choice 配 of，code 配 list，group 配 fields", "of with choice, list with code, fields with group"})
	}
}

// join reads how a case joins another: the field alone, or a table.
func (d *decoder) join(name string, k, v *node) {
	j := Join{At: k.pos}
	switch {
	case v.kind == textNode:
		j.Field = v.text
	case d.keys(v, joinKeys):
		j.Field, j.In, j.Adds = d.text(v, "field"), d.list(v.get("in")), d.text(v, "adds")
	}
	d.s.Joins[name] = j
}

// fieldBasis is the title of the source that says what a field has to hold: one that holds something measurable names it.
func (d *decoder) fieldBasis(v *node, f Field) string {
	name := d.text(v, "basis")
	switch src, known := d.s.Sources.Get(name); {
	case (name != "") != measured(f.Type):
		d.at(f.At, "file.shape", "want", fault.Words{"measure 和 bound 配 basis", "basis with measure and bound"})
	case known:
		return src.Title
	case name != "":
		d.unknown(v.get("basis").pos, "source", name, d.s.Sources.Names())
	}
	return ""
}
