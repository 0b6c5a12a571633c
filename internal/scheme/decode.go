package scheme

import (
	"fmt"
	"sort"
	"strings"

	"corridor/internal/fault"
)

// decoder turns a merged tree into a Scheme and collects what is wrong with its form.
type decoder struct {
	found
	s *Scheme
}

// both joins two words.
func both(a, b fault.Words) fault.Words {
	return fault.Words{a[0] + "与" + b[0], a[1] + " and " + b[1]}
}

// want says what a node should be.
func (d *decoder) want(n *node, kind nodeKind, zh, en string) bool {
	if n != nil && n.kind == kind {
		return true
	}
	if n != nil {
		d.at(n.pos, "file.shape", "want", fault.Words{zh, en})
	}
	return false
}

// keys refuses keys that are not listed.
func (d *decoder) keys(n *node, known string) bool {
	if !d.want(n, mapNode, "键和值", "keys with values") {
		return false
	}
	list := strings.Fields(known)
	for _, k := range n.keys {
		if !contains(list, k.text) {
			d.at(k.pos, "file.key_unknown", "name", k.text, "meant", meant(k.text, list), "keys", strings.Join(list, ", "))
		}
	}
	return true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// text is the text under a key, "" if it is not there.
func (d *decoder) text(n *node, key string) string {
	v := n.get(key)
	if v == nil || v.kind == nullNode {
		return ""
	}
	if !d.want(v, textNode, "一段文字", "a text") {
		return ""
	}
	return v.text
}

// yes is the yesno under a key.
func (d *decoder) yes(n *node, key string) bool {
	t := d.text(n, key)
	if t != "" && t != "true" && t != "false" {
		d.at(n.get(key).pos, "file.shape", "want", fault.Words{"true 或 false", "true or false"})
	}
	return t == "true"
}

// list is the texts of a list, or of one text.
func (d *decoder) list(n *node) []string {
	if n == nil || n.kind == nullNode {
		return nil
	}
	if n.kind == textNode {
		return []string{n.text}
	}
	if !d.want(n, listNode, "列表", "a list") {
		return nil
	}
	var out []string
	for _, x := range n.items {
		if d.want(x, textNode, "一段文字", "a text") {
			out = append(out, x.text)
		}
	}
	return out
}

// parted is a list written with | between its parts: a|b|c.
func parted(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "|") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// words is a pair [zh, en]. YAML parts the English at its commas; the parts are put together again.
func (d *decoder) words(n *node, name string) fault.Words {
	list := d.list(n)
	if n == nil || n.kind != listNode || len(list) < 2 || strings.TrimSpace(list[0]) == "" || strings.TrimSpace(list[1]) == "" {
		if n != nil {
			d.at(n.pos, "words.missing", "name", name)
		}
		return fault.Words{name, name}
	}
	return fault.Words{list[0], strings.Join(list[1:], ", ")}
}

// zhEn are the words under the keys zh and en.
func (d *decoder) zhEn(n *node, pos Pos, name string) fault.Words {
	w := fault.Words{d.text(n, "zh"), d.text(n, "en")}
	if strings.TrimSpace(w[0]) == "" || strings.TrimSpace(w[1]) == "" {
		d.at(pos, "words.missing", "name", name)
	}
	return w
}

// each walks the entries of a section; names that cannot be names are refused.
func (d *decoder) each(section string, form func(string) bool, do func(name string, key, v *node)) {
	n := d.s.root.get(section)
	if n == nil || n.kind == nullNode {
		return
	}
	d.s.marks[section] = d.s.root.keyOf(section).pos
	if !d.want(n, mapNode, "键和值", "keys with values") {
		return
	}
	if len(n.items) > rowsMax {
		d.at(n.keys[rowsMax].pos, "file.too_big", "what", tooBig["rows"], "most", rowsMax)
		return
	}
	for i, v := range n.items {
		k := n.keys[i]
		if form != nil && !form(k.text) {
			d.at(k.pos, "name.form", "name", k.text)
		}
		d.s.marks[section+"."+k.text] = k.pos
		do(k.text, k, v)
	}
}

func isName(s string) bool { return nameForm.MatchString(s) && !reserved[s] }
func isWord(s string) bool { return nameForm.MatchString(s) }

// decode reads a merged tree. The Scheme is whole only if no problem was found.
func decode(root *node, f found) (*Scheme, *decoder) {
	d := &decoder{found: f, s: &Scheme{root: root, marks: map[string]Pos{}}}
	s := d.s
	d.keys(root, schemeKeys)
	for i, k := range root.keys {
		s.marks[k.text] = root.keys[i].pos
	}
	s.ID, s.Extends, s.Parent = d.text(root, "scheme"), d.text(root, "extends"), d.text(root, "parent")
	if s.ID == "" || !idForm.MatchString(s.ID) {
		d.at(d.mark("scheme"), "name.form", "name", s.ID)
	}
	s.Jurisdiction, s.Edition, s.Overdue, s.Group = d.text(root, "jurisdiction"), d.text(root, "edition"), d.text(root, "overdue"), d.text(root, "group")
	if t := root.get("title"); t != nil {
		s.Title = d.words(t, "title")
	} else {
		d.at(d.mark("scheme"), "words.missing", "name", "title")
	}
	d.inForce()
	d.each("sources", isWord, func(name string, k, v *node) {
		if d.keys(v, sourceKeys) {
			s.Sources.add(name, Source{Title: d.text(v, "title"), Doc: d.text(v, "doc"), URL: d.text(v, "url"), At: k.pos})
		}
	})
	d.each("params", isName, d.param)
	d.each("rules", isName, d.rule)
	d.each("amounts", isName, d.amount)
	d.each("roles", isName, d.role)
	d.each("accounts", isName, d.account)
	d.stages()
	d.moneyLines()
	d.slotLines()
	d.many()
	d.figures()
	d.letters()
	d.each("words", isWord, func(name string, k, v *node) { s.Words.add(name, d.words(v, name)) })
	d.form()
	return s, d
}

// mark is where a section or entry stands; the top of the file if it is not there.
func (d *decoder) mark(name string) Pos {
	if p, ok := d.s.marks[name]; ok {
		return p
	}
	if d.s.root != nil {
		return Pos{File: d.s.root.pos.File, Line: 1, Col: 1}
	}
	return Pos{Line: 1, Col: 1}
}

// inForce reads the first and last day of an edition. A shared layer has none.
func (d *decoder) inForce() {
	s, n := d.s, d.s.root.get("in_force")
	if s.Jurisdiction == "" && s.Edition == "" && n == nil {
		return
	}
	if s.Jurisdiction == "" || s.Edition == "" || n == nil {
		d.at(d.mark("scheme"), "file.shape", "want", fault.Words{"jurisdiction、edition 和 in_force 三者齐备", "jurisdiction, edition and in_force, all three"})
		return
	}
	if n.kind != listNode || len(n.items) != 2 {
		d.at(n.pos, "file.shape", "want", fault.Words{"[起始日, 截止日]", "[first day, last day]"})
		return
	}
	for i, x := range n.items {
		v, ok := parseLiteral(x.text, false)
		if !ok || v.Kind != Day {
			d.at(x.pos, "param.unit", "text", x.text)
			continue
		}
		s.InForce[i] = v
	}
	if s.InForce[1].Int < s.InForce[0].Int {
		d.at(n.items[1].pos, "file.shape", "want", fault.Words{"不早于起始日的截止日", "a last day that is not before the first"})
	}
}

func (d *decoder) param(name string, k, v *node) {
	if !d.keys(v, paramKeys) {
		return
	}
	p := Param{Choices: d.list(v.get("choices")), By: d.text(v, "by"), Basis: d.text(v, "basis"), Verified: d.yes(v, "verified"), At: k.pos}
	value := v.get("value")
	if value == nil {
		d.at(k.pos, "param.unit", "text", "")
		d.s.Params.add(name, p)
		return
	}
	p.Value = d.literal(value)
	if v.get("verified") == nil || p.Verified && p.Basis == "" {
		d.at(k.pos, "param.no_basis", "name", name)
	}
	d.basis(v, p.Basis)
	if p.By != "" && (p.Value.Kind != Table || !p.Value.Entry("else").Known()) {
		d.at(value.pos, "param.table")
	}
	if len(p.Choices) > 0 {
		if p.Value.Kind != Text || !contains(p.Choices, p.Value.Text) {
			d.at(value.pos, "name.unknown", "what", whats["choice"], "name", value.text, "meant", meant(value.text, p.Choices))
		}
		p.Value.Kind = Choice
	}
	d.s.Params.add(name, p)
}

// basis refuses a basis that is not among the sources.
func (d *decoder) basis(n *node, basis string) {
	if basis != "" && !d.s.Sources.Has(basis) {
		d.unknown(n.get("basis").pos, "source", basis, d.s.Sources.Names())
	}
}

// unknown says that nothing is called so.
func (d *decoder) unknown(pos Pos, what, name string, among []string) {
	d.at(pos, "name.unknown", "what", whats[what], "name", name, "meant", meant(name, among))
}

func (d *decoder) rule(name string, k, v *node) {
	if !d.keys(v, ruleKeys) {
		return
	}
	r := Rule{When: d.text(v, "when"), Ask: d.text(v, "ask"), Look: d.list(v.get("look")), Basis: d.text(v, "basis"), Verified: d.yes(v, "verified"), Words: d.zhEn(v, k.pos, name), At: k.pos}
	if (r.When == "") == (r.Ask == "") || r.Ask == "" && r.Look != nil {
		d.at(k.pos, "rule.shape", "name", name)
	}
	if r.Verified && r.Basis == "" {
		d.at(k.pos, "param.no_basis", "name", name)
	}
	d.basis(v, r.Basis)
	d.s.Rules.add(name, r)
}

func (d *decoder) amount(name string, k, v *node) {
	if !d.keys(v, amountKeys) {
		return
	}
	a := Amount{At: d.text(v, "at"), Is: d.text(v, "is"), Split: d.text(v, "split"), By: d.text(v, "by"), Pos: k.pos}
	if a.At == "" || (a.Is == "") == (a.Split == "") || (a.Split == "") != (a.By == "") {
		d.at(k.pos, "file.shape", "want", fault.Words{"{at, is} 或 {at, split, by}", "{at, is} or {at, split, by}"})
	}
	d.s.Amounts.add(name, a)
}

func (d *decoder) role(name string, k, v *node) {
	if !d.keys(v, roleKeys) {
		return
	}
	r := Role{Party: d.text(v, "party"), Desk: d.text(v, "desk"), Seat: d.text(v, "seat"), Anyone: d.yes(v, "anyone"), At: d.text(v, "at"), Pos: k.pos}
	kinds := 0
	for _, set := range []bool{r.Party != "", r.Desk != "", r.Seat != "", r.Anyone} {
		if set {
			kinds++
		}
	}
	if kinds != 1 || r.At != "" && r.Desk == "" {
		d.at(k.pos, "file.shape", "want", fault.Words{"party、desk、seat、anyone 之一（at 只随 desk）", "one of party, desk, seat, anyone (at only with desk)"})
	}
	d.s.Roles.add(name, r)
}

func (d *decoder) account(name string, k, v *node) {
	if !d.keys(v, accountKeys) {
		return
	}
	a := AccountDef{OpensWith: d.text(v, "opens_with"), LentTo: d.text(v, "lent_to"), By: d.text(v, "by"), At: k.pos}
	kinds := 0
	for _, kind := range []AccountKind{Budget, Limit, Own, FromParent, Out} {
		if t := d.text(v, string(kind)); t != "" {
			a.Kind, a.Path = kind, t
			kinds++
		}
	}
	wrong := a.OpensWith != "" && a.Kind != Limit || a.LentTo != "" && a.Kind != Own || (a.By != "") != (a.Kind == Out)
	if kinds != 1 || wrong {
		d.at(k.pos, "money.account", "name", name)
	}
	d.s.Accounts.add(name, a)
}

// oneScope refuses a second params, rule, role, amount, ask, cases or account of one name.
func (d *decoder) oneScope() {
	seen := map[string]Pos{}
	for _, sec := range []struct {
		section string
		names   []string
	}{
		{"params", d.s.Params.Names()}, {"rules", d.s.Rules.Names()}, {"amounts", d.s.Amounts.Names()}, {"roles", d.s.Roles.Names()},
		{"accounts", d.s.Accounts.Names()}, {"asks", d.s.Asks.Names()}, {"cases", d.s.Cases.Names()},
	} {
		for _, n := range sec.names {
			pos := d.mark(sec.section + "." + n)
			if first, there := seen[n]; there {
				d.at(pos, "name.twice", "name", n, "line", first.Line)
			}
			seen[n] = pos
		}
	}
}

// sortedKeys are the keys of a map in the order of the alphabet, so that reports do not change from run to run.
func sortedKeys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// mark keys of lists: "needs.file.0".
func markOf(section, name string, i int) string { return fmt.Sprintf("%s.%s.%d", section, name, i) }
