package scheme

import "strings"

// byName are the sections in which a local entry replaces the whole entry of the layer.
var byName = []string{"sources", "params", "rules", "amounts", "roles", "accounts", "asks", "cases", "joins", "amends", "times", "pauses", "labels", "sealed", "figures", "letters", "words", "ends"}

// whole are the keys of which a local value replaces the whole value.
var whole = []string{"title", "jurisdiction", "edition", "in_force", "overdue", "round", "starts", "demand", "lead", "group", "migrate"}

// merge lays a local pack over a layer and says what it may not change. Both trees stay as they were.
func merge(base, local *node, f *found) *node {
	out := base.copy()
	out.pos = local.pos
	expandMoney(out)
	m := merger{found: f, base: base, out: out, fixed: fixedNames(base)}
	for i, k := range local.keys {
		v := local.items[i]
		switch {
		case k.text == "scheme" || k.text == "parent":
			m.same(k, v)
		case k.text == "extends":
			out.set(k, v)
		case contains(byName, k.text):
			m.table(k, v)
		case k.text == "money" || k.text == "slots":
			m.table(k, expandedMoney(v))
		case k.text == "stages":
			m.stages(k, v)
		case k.text == "needs":
			m.needs(k, v)
		case k.text == "separate":
			m.grow(k, v)
		case k.text == "publish":
			m.shrink(k, v, "shows", "extend.publish_wider")
		case k.text == "see":
			m.shrink(k, v, "only", "extend.see_wider")
		case k.text == "form":
			m.form(k, v)
		case k.text == "tests":
			m.tests(k, v)
		case k.text == "fixed":
			m.grow(k, v)
		case contains(whole, k.text):
			if m.fixed[k.text] {
				f.at(k.pos, "extend.fixed", "name", k.text)
			}
			out.set(k, v)
		default:
			out.set(k, v) // no such key; the decoder says so
		}
	}
	return out
}

type merger struct {
	*found
	base, out *node
	fixed     map[string]bool
}

func fixedNames(base *node) map[string]bool {
	out := map[string]bool{}
	if n := base.get("fixed"); n != nil {
		for _, x := range n.items {
			out[x.text] = true
		}
	}
	return out
}

// expandMoney gives every action of `a|b|c` in money and slots its own entry, so that a local pack can replace one of them.
func expandMoney(root *node) {
	for _, section := range []string{"money", "slots"} {
		if n := root.get(section); n != nil {
			root.set(root.keyOf(section), expandedMoney(n))
		}
	}
}

func expandedMoney(n *node) *node {
	if n.kind != mapNode {
		return n
	}
	out := &node{kind: mapNode, pos: n.pos}
	for i, k := range n.keys {
		for _, a := range parted(k.text) {
			out.keys = append(out.keys, &node{kind: textNode, text: a, pos: k.pos})
			out.items = append(out.items, n.items[i])
		}
	}
	return out
}

// same refuses another value of what a local pack never changes.
func (m *merger) same(k, v *node) {
	if b := m.base.get(k.text); b == nil || b.text != v.text {
		m.at(k.pos, "extend.fixed", "name", k.text)
	}
}

func (m *merger) refused(section string, k *node) bool {
	if m.fixed[section] || m.fixed[k.text] && section != "words" {
		m.at(k.pos, "extend.fixed", "name", k.text)
		return true
	}
	return false
}

// table replaces entries by name. The end of a stage of the layer never changes.
func (m *merger) table(k, v *node) {
	if v.kind != mapNode {
		m.out.set(k, v)
		return
	}
	into := m.out.get(k.text).copy()
	if into == nil || into.kind != mapNode {
		into = &node{kind: mapNode, pos: v.pos}
	}
	for i, name := range v.keys {
		if k.text == "ends" && into.get(name.text) != nil {
			if into.get(name.text).text != v.items[i].text {
				m.at(name.pos, "extend.fixed", "name", name.text)
			}
			continue
		}
		if !m.refused(k.text, name) {
			into.set(name, v.items[i])
		}
	}
	m.out.set(orKey(m.out.keyOf(k.text), k), into)
}

func orKey(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

// stages replaces rows by (from, action), removes `[from, action, none]` and puts new rows last.
func (m *merger) stages(k, v *node) {
	into := m.out.get("stages").copy()
	if into == nil || into.kind != listNode || v.kind != listNode {
		m.out.set(k, v)
		return
	}
	for _, r := range v.items {
		if r.kind != listNode || len(r.items) < 3 {
			into.items = append(into.items, r)
			continue
		}
		if m.fixed["stages"] || m.fixed[r.items[1].text] {
			m.at(r.pos, "extend.fixed", "name", r.items[1].text)
			continue
		}
		at := -1
		for i, b := range into.items {
			if b.kind == listNode && len(b.items) > 1 && b.items[0].text == r.items[0].text && b.items[1].text == r.items[1].text {
				at = i
			}
		}
		switch {
		case len(r.items) == 3 && r.items[2].text == "none" && at < 0:
			m.at(r.pos, "extend.unknown", "name", r.items[0].text+", "+r.items[1].text)
		case len(r.items) == 3 && r.items[2].text == "none":
			into.items = append(append([]*node(nil), into.items[:at]...), into.items[at+1:]...)
		case at >= 0:
			into.items[at] = r
		default:
			into.items = append(into.items, r)
		}
	}
	m.out.set(m.out.keyOf("stages"), into)
}

// needs only grow: what the layer needs is still needed.
func (m *merger) needs(k, v *node) {
	into := m.out.get("needs").copy()
	if into == nil || into.kind != mapNode || v.kind != mapNode {
		m.out.set(k, v)
		return
	}
	for i, name := range v.keys {
		list := into.get(name.text).copy()
		if list == nil || list.kind != listNode {
			into.set(name, v.items[i])
			continue
		}
		for _, x := range v.items[i].items {
			there := false
			for _, y := range list.items {
				there = there || y.text == x.text
			}
			if !there {
				list.items = append(list.items, x)
			}
		}
		into.set(into.keyOf(name.text), list)
	}
	m.out.set(m.out.keyOf("needs"), into)
}

// grow appends to a list.
func (m *merger) grow(k, v *node) {
	into := m.out.get(k.text).copy()
	if into == nil || into.kind != listNode || v.kind != listNode {
		m.out.set(k, v)
		return
	}
	into.items = append(into.items, v.items...)
	m.out.set(m.out.keyOf(k.text), into)
}

// shrink replaces entries whose list may only be part of the layer's. What the layer does not publish a local
// pack does not publish; what the layer shows to its default readers it may narrow.
func (m *merger) shrink(k, v *node, list, code string) {
	if v.kind != mapNode {
		m.out.set(k, v)
		return
	}
	into := m.out.get(k.text).copy()
	if into == nil || into.kind != mapNode {
		into = &node{kind: mapNode, pos: v.pos}
	}
	for i, name := range v.keys {
		if m.refused(k.text, name) {
			continue
		}
		was, is := into.get(name.text), v.items[i]
		if was == nil && k.text == "publish" {
			m.at(name.pos, code, "name", name.text)
			continue
		}
		if was != nil {
			m.within(was, is, list, code)
		}
		into.set(name, is)
	}
	m.out.set(orKey(m.out.keyOf(k.text), k), into)
}

func (m *merger) within(was, is *node, list, code string) {
	allowed := map[string]bool{}
	if l := was.get(list); l != nil {
		for _, x := range l.items {
			allowed[x.text] = true
		}
	}
	if l := is.get(list); l != nil {
		for _, x := range l.items {
			if !allowed[x.text] {
				m.at(x.pos, code, "name", x.text)
			}
		}
	}
	if was.get("leaf") != nil && is.get("leaf") != nil && was.get("leaf").text != is.get("leaf").text {
		m.at(is.get("leaf").pos, code, "name", is.get("leaf").text)
	}
	if cond := is.get("if"); cond != nil && (was.get("if") == nil || was.get("if").text != cond.text) {
		m.at(cond.pos, code, "name", cond.text)
	}
}

// form replaces fields by name wherever they stand; other fields are added to the section of the same words.
func (m *merger) form(k, v *node) {
	base, local := m.out.get("form").get("sections").copy(), v.get("sections")
	if base == nil || local == nil || local.kind != listNode {
		if local != nil || m.out.get("form") == nil {
			m.out.set(k, v)
		}
		return
	}
	for i := range base.items {
		base.items[i] = base.items[i].copy()
	}
	for _, sec := range local.items {
		m.section(base, sec)
	}
	form := &node{kind: mapNode, pos: v.pos}
	form.set(&node{kind: textNode, text: "sections", pos: v.pos}, base)
	m.out.set(k, form)
}

func (m *merger) section(base, sec *node) {
	fields := sec.get("fields")
	if fields == nil || fields.kind != mapNode {
		base.items = append(base.items, sec)
		return
	}
	var fresh *node
	for i, name := range fields.keys {
		if m.refused("form", name) || replaceField(base, name, fields.items[i]) {
			continue
		}
		if fresh == nil {
			fresh = sectionOf(base, sec)
		}
		fresh.set(name, fields.items[i])
	}
}

func replaceField(base, name, field *node) bool {
	for _, sec := range base.items {
		if old := sec.get("fields"); old.get(name.text) != nil {
			with := old.copy()
			with.set(name, field)
			sec.set(sec.keyOf("fields"), with)
			return true
		}
	}
	return false
}

// sectionOf finds the fields of the section with the same words, or begins one.
func sectionOf(base, sec *node) *node {
	for _, b := range base.items {
		if sameWords(b.get("words"), sec.get("words")) && b.get("fields") != nil {
			with := b.get("fields").copy()
			b.set(b.keyOf("fields"), with)
			return with
		}
	}
	fields := &node{kind: mapNode, pos: sec.pos}
	added := &node{kind: mapNode, pos: sec.pos}
	if w := sec.keyOf("words"); w != nil {
		added.set(w, sec.get("words"))
	}
	added.set(sec.keyOf("fields"), fields)
	base.items = append(base.items, added)
	return fields
}

func sameWords(a, b *node) bool {
	if a == nil || b == nil || len(a.items) != len(b.items) {
		return false
	}
	for i := range a.items {
		if a.items[i].text != b.items[i].text {
			return false
		}
	}
	return true
}

// tests adds the local tests to the layer's; the same name replaces. Given facts are merged by name; pinned
// params stay with the file that pins them, because a layer's tests hold for the layer's numbers.
func (m *merger) tests(k, v *node) {
	base := m.out.get("tests")
	if base == nil || base.kind != mapNode || v.kind != mapNode {
		m.out.set(k, v)
		return
	}
	out := base.copy()
	out.pins = append(append([]*node(nil), base.pins...), base.get("params"))
	for i, key := range v.keys {
		x := v.items[i]
		switch key.text {
		case "given":
			out.set(key, deep(out.get("given"), x))
		case "verdicts", "runs":
			out.set(orKey(out.keyOf(key.text), key), replaced(out.get(key.text), x))
		default:
			out.set(key, x)
		}
	}
	if v.get("params") == nil {
		out.drop("params")
	}
	m.out.set(k, out)
}

// deep lays one tree of facts over another.
func deep(a, b *node) *node {
	if a == nil || a.kind != mapNode || b.kind != mapNode {
		return b
	}
	out := a.copy()
	for i, k := range b.keys {
		out.set(k, deep(a.get(k.text), b.items[i]))
	}
	return out
}

// replaced adds tests, the same name replacing.
func replaced(base, local *node) *node {
	if base == nil || base.kind != listNode || local.kind != listNode {
		return local
	}
	out := base.copy()
next:
	for _, t := range local.items {
		name := t.get("name")
		for i, b := range out.items {
			if n := b.get("name"); name != nil && n != nil && strings.TrimSpace(n.text) == strings.TrimSpace(name.text) {
				out.items[i] = t
				continue next
			}
		}
		out.items = append(out.items, t)
	}
	return out
}
