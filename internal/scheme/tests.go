package scheme

import (
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// tests are what a pack says of itself: verdicts of single actions, and runs from the first stage to an end.
type tests struct {
	given    *factSet
	verdicts []verdictTest
	runs     []runTest
	problems Problems // of their form
}

type verdictTest struct {
	name    string
	actions []string
	with    *factSet
	pins    map[string]Value
	want    Result
	need    string // that decides
	pos     Pos
}

type runTest struct {
	name    string
	steps   []runStep
	with    *factSet
	pins    map[string]Value
	ends    string
	refused string
	amounts map[string]unit.Fen
	books   map[string]unit.Fen
	pos     Pos
}

type runStep struct {
	action string
	with   *factSet
	pos    Pos
}

// factSet are facts by the name that they have in the language; a function's answer by its name, or by its name,
// a dot and its account or text.
type factSet struct {
	values  map[string]Value
	answers map[string]bool // nil if not said
	reason  string          // "" if not said, "unknown" if there is none
}

// over lays other facts over these.
func (f *factSet) over(g *factSet) *factSet {
	out := &factSet{values: map[string]Value{}, reason: "-"}
	for _, x := range []*factSet{f, g} {
		if x == nil {
			continue
		}
		for k, v := range x.values {
			if _, isParent := out.values[k+"."]; !isParent {
				out.values[k] = v
			}
		}
		if x.answers != nil {
			out.answers = x.answers
		}
		if x.reason != "" {
			out.reason = x.reason
		}
	}
	return out
}

// decodeTests reads the section of tests.
func (d *decoder) decodeTests() {
	t := &tests{given: &factSet{values: map[string]Value{}}}
	d.s.tests = t
	n := d.s.root.get("tests")
	if n == nil || n.kind == nullNode || !d.keys(n, testsKeys) {
		return
	}
	pins := map[string]map[string]Value{}
	for _, p := range append(append([]*node(nil), n.pins...), n.get("params")) {
		if p != nil && d.want(p, mapNode, "键和值", "keys with values") {
			pins[p.pos.File] = d.pinned(p, nil)
		}
	}
	if g := n.get("given"); g != nil {
		t.given = d.given(g)
	}
	names := map[string]bool{}
	each := func(section, keys string, do func(x *node, name string)) {
		list := n.get(section)
		if list == nil || list.kind == nullNode || !d.want(list, listNode, "列表", "a list") {
			return
		}
		for _, x := range list.items {
			if x = named(x); !d.keys(x, keys) {
				continue
			}
			name := d.text(x, "name")
			if names[section+name] {
				d.at(x.pos, "test.twice", "name", name)
			}
			names[section+name] = true
			do(x, name)
		}
	}
	each("verdicts", verdictKeys, func(x *node, name string) { d.verdict(x, name, pins[x.pos.File]) })
	each("runs", runKeys, func(x *node, name string) { d.run(x, name, pins[x.pos.File]) })
}

// named puts the name of a test together again, which YAML parts at its commas.
func named(x *node) *node {
	out := x.copy()
	for i := 0; i < len(out.keys); i++ {
		if out.keys[i].text != "name" || out.items[i].kind != textNode {
			continue
		}
		for i+1 < len(out.keys) && out.items[i+1].kind == nullNode {
			full := *out.items[i]
			full.text += ", " + out.keys[i+1].text
			out.items[i] = &full
			out.drop(out.keys[i+1].text)
		}
	}
	return out
}

// pinned reads values for params, over others.
func (d *decoder) pinned(n *node, base map[string]Value) map[string]Value {
	out := map[string]Value{}
	for k, v := range base {
		out[k] = v
	}
	for i, k := range n.keys {
		p, ok := d.s.Params.Get(k.text)
		if !ok {
			d.at(k.pos, "test.unknown", "name", k.text, "meant", meant(k.text, d.s.Params.Names()))
			continue
		}
		v := d.literal(n.items[i])
		if v.Kind == Text && p.Value.Kind == Choice {
			v.Kind = Choice
		}
		if v.Kind != p.Value.Kind && v.Known() {
			d.at(n.items[i].pos, "rule.unit", "why", both(kindWords[v.Kind], kindWords[p.Value.Kind]))
			continue
		}
		out[k.text] = v
	}
	return out
}

func (d *decoder) verdict(x *node, name string, pins map[string]Value) {
	v := verdictTest{name: name, actions: parted(d.text(x, "at")), pins: pins, pos: x.pos}
	for _, a := range v.actions {
		if !contains(d.s.Actions(), a) && !d.s.answersNeed(a) {
			d.at(x.get("at").pos, "test.unknown", "name", a, "meant", meant(a, d.s.Actions()))
			return
		}
	}
	if w := x.get("with"); w != nil {
		v.with = d.given(w)
	}
	words := strings.Fields(d.text(x, "want"))
	results := map[string]Result{"pass": Pass, "fail": Fail, "unknown": NotKnown, "manual": ManualAnswer}
	if len(words) == 0 || len(v.actions) == 0 || results[words[0]] == "" || (words[0] == "pass") != (len(words) == 1) || len(words) > 2 {
		d.at(x.pos, "file.shape", "want", fault.Words{"at: 办理 和 want: pass | fail R | unknown R | manual R", "at: action and want: pass | fail R | unknown R | manual R"})
		return
	}
	v.want = results[words[0]]
	if len(words) == 2 {
		v.need = words[1]
		_, isField := d.s.Field(v.need)
		if !d.s.Rules.Has(v.need) && !isField && v.need != "reason" {
			d.at(x.get("want").pos, "test.unknown", "name", v.need, "meant", meant(v.need, d.s.Rules.Names()))
		}
	}
	d.s.tests.verdicts = append(d.s.tests.verdicts, v)
}

func (d *decoder) run(x *node, name string, pins map[string]Value) {
	r := runTest{name: name, ends: d.text(x, "ends"), refused: d.text(x, "refused"), pins: pins, pos: x.pos}
	if w := x.get("with"); w != nil {
		r.with = d.given(w)
	}
	if p := x.get("params"); p != nil && d.want(p, mapNode, "键和值", "keys with values") {
		r.pins = d.pinned(p, pins)
	}
	do := x.get("do")
	if do == nil || do.kind != listNode || (r.ends == "") == (r.refused == "") {
		d.at(x.pos, "file.shape", "want", fault.Words{"do: [办理…] 和 ends 或 refused", "do: [actions] and ends or refused"})
		return
	}
	for _, a := range do.items {
		st := runStep{action: a.text, pos: a.pos}
		if a.kind == mapNode && len(a.keys) == 1 {
			st.action = a.keys[0].text
			st.with = d.given(a.items[0])
		}
		if !contains(d.s.Actions(), st.action) {
			d.at(st.pos, "test.unknown", "name", st.action, "meant", meant(st.action, d.s.Actions()))
			return
		}
		r.steps = append(r.steps, st)
	}
	if _, isEnd := d.s.IsEnd(r.ends); r.ends != "" && !isEnd {
		d.at(x.get("ends").pos, "test.unknown", "name", r.ends, "meant", meant(r.ends, d.s.Ends.Names()))
		return
	}
	r.amounts = d.fens(x.get("amounts"), d.s.Amounts.Names())
	r.books = d.fens(x.get("books"), d.s.Accounts.Names())
	d.s.tests.runs = append(d.s.tests.runs, r)
}

// fens reads sums by name.
func (d *decoder) fens(n *node, names []string) map[string]unit.Fen {
	out := map[string]unit.Fen{}
	if n == nil || !d.want(n, mapNode, "键和值", "keys with values") {
		return out
	}
	for i, k := range n.keys {
		v, ok := parseLiteral(n.items[i].text, false)
		switch {
		case !contains(names, k.text):
			d.at(k.pos, "test.unknown", "name", k.text, "meant", meant(k.text, names))
		case !ok || v.Kind != Money:
			d.at(n.items[i].pos, "param.unit", "text", n.items[i].text)
		default:
			out[k.text] = v.Fen()
		}
	}
	return out
}

// given reads a tree of facts.
func (d *decoder) given(n *node) *factSet {
	out := &factSet{values: map[string]Value{}}
	if n.kind == nullNode || !d.want(n, mapNode, "键和值", "keys with values") {
		return out
	}
	for i, k := range n.keys {
		v := n.items[i]
		switch {
		case k.text == "answers" && v.kind == mapNode:
			out.answers = map[string]bool{}
			for j, rule := range v.keys {
				if r, ok := d.s.Rules.Get(rule.text); !ok || r.Ask == "" {
					d.at(rule.pos, "test.unknown", "name", rule.text, "meant", meant(rule.text, d.s.Rules.Names()))
				}
				out.answers[rule.text] = v.items[j].text == "true"
			}
		case k.text == "reason":
			out.reason = v.text
		case v.kind == mapNode:
			for j, sub := range v.keys {
				d.givenFact(out, k.text+"."+sub.text, sub.pos, v.items[j])
			}
		default:
			d.givenFact(out, k.text, k.pos, v)
		}
	}
	return out
}

func (d *decoder) givenFact(out *factSet, name string, pos Pos, v *node) {
	sh, ok := d.s.factShape(name)
	if !ok {
		names := sortedKeys(d.s.compiled.facts)
		d.at(pos, "test.unknown", "name", name, "meant", meant(name, append(names, functionNames(d.s)...)))
		return
	}
	if v.kind == textNode && strings.Contains(v.text, "{") {
		c := *v
		c.text = strings.ReplaceAll(v.text, "{jurisdiction}", d.s.home())
		v = &c
	}
	val, ok := typed(v, sh.kind, sh.elem)
	if !ok {
		d.at(v.pos, "param.unit", "text", v.text)
		return
	}
	out.values[name] = val
}

// factShape is the unit of a fact or of a function's answer, by the name that tests give it.
func (s *Scheme) factShape(name string) (shape, bool) {
	if sh, ok := s.compiled.facts[name]; ok && !s.Accounts.Has(name) && !s.Params.Has(name) {
		return sh, true
	}
	base := name
	for {
		for _, f := range s.compiled.asked {
			if f.name == base {
				rest := strings.TrimPrefix(strings.TrimPrefix(name, base), ".")
				if rest != "" && f.args[0].kind == Account && !s.Accounts.Has(rest) {
					return shape{}, false
				}
				return f.answers(), true
			}
		}
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			return shape{}, false
		}
		base = base[:i]
	}
}

// home is the jurisdiction; a shared layer is tested in a place that is nobody's.
func (s *Scheme) home() string {
	if s.Jurisdiction != "" {
		return s.Jurisdiction
	}
	return "980000"
}
