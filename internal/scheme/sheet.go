package scheme

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// The keys of a score sheet.
const (
	sheetKeys     = "sheet title owner edition sources params score rules tests"
	sheetLineKeys = "is basis verified zh en"
	sheetTestKeys = "name with want"
)

// sheetFacts are what a score sheet reads: what was disclosed, and the day. `has_label` is the one function that is asked.
var sheetFacts = map[string]shape{
	"today": {kind: Day}, "zero": {kind: Money}, "firm.id": {kind: Org},
	"labels.count": {kind: Count},
	"paid.cases":   {kind: Count}, "paid.sum": {kind: Money}, "paid.last": {kind: Day},
	"contracts.count": {kind: Count}, "contracts.sum": {kind: Money}, "contracts.parties": {kind: Count},
}

// Sheet is the score sheet of an organisation: a scheme of its own, in the language of schemes, over what others disclose to it. It has
// lines that give points and conditions that pass or fail; no stage, no money, nothing that becomes public. It is immutable after
// LoadSheet and may be used by many at once.
type Sheet struct {
	ID      string
	Title   fault.Words
	Owner   string // credit code of the organisation whose sheet it is
	Edition string
	Digest  string // sha256 of the file, in hex
	Lines   Entries[SheetLine]

	s      *Scheme // its sources, params and rules
	points map[string]*expr
}

// SheetLine is one line of a score sheet.
type SheetLine struct {
	Is       string // expression of points, a count
	Basis    string // a source
	Verified bool
	Words    fault.Words
	At       Pos
}

// Scored is what a sheet says of one disclosure. It holds points and not the facts that they were given for.
type Scored struct {
	Lines   []ScoredLine `json:"lines"`
	Rules   []ScoredRule `json:"rules"`
	Total   int64        `json:"total"`   // points of the lines that are known
	Unknown int          `json:"unknown"` // lines whose facts are not shown
}

// ScoredLine is what one line gave.
type ScoredLine struct {
	Name     string      `json:"name"`
	Words    fault.Words `json:"words"`
	Points   int64       `json:"points"`
	Known    bool        `json:"known"`
	Is       string      `json:"is"`
	Basis    string      `json:"basis"` // the source, in words
	Verified bool        `json:"verified"`
}

// ScoredRule is what one condition answered.
type ScoredRule struct {
	Name     string      `json:"name"`
	Words    fault.Words `json:"words"`
	Result   Result      `json:"result"` // pass, fail or unknown
	Basis    string      `json:"basis"`
	Verified bool        `json:"verified"`
}

// LoadSheet reads a score sheet and says all that is wrong with it, its tests included. The sheet may be used only when there are no
// problems; with problems it may be nil.
func LoadSheet(name string, b []byte) (*Sheet, Problems) {
	root, problems := parseFile(name, b)
	if len(problems) > 0 {
		return nil, problems
	}
	d := &decoder{s: &Scheme{root: root, marks: map[string]Pos{}}}
	d.source(name, b)
	sum := sha256.Sum256(b)
	sh := &Sheet{s: d.s, Digest: hex.EncodeToString(sum[:]), points: map[string]*expr{}}
	if d.keys(root, sheetKeys) {
		d.sheet(sh)
		d.sheetNames(sh)
		d.compileSheet(sh)
	}
	if len(d.problems) == 0 {
		d.sheetTests(sh)
	}
	return sh, d.sorted()
}

// sheet reads the parts of a sheet.
func (d *decoder) sheet(sh *Sheet) {
	s, root := d.s, d.s.root
	for i, k := range root.keys {
		s.marks[k.text] = root.keys[i].pos
	}
	sh.ID, sh.Owner, sh.Edition = d.text(root, "sheet"), d.text(root, "owner"), d.text(root, "edition")
	if !idForm.MatchString(sh.ID) {
		d.at(d.mark("sheet"), "name.form", "name", sh.ID)
	}
	if _, err := unit.ParseUSCC(sh.Owner); err != nil {
		d.at(d.mark("owner"), "file.shape", "want", fault.Words{"owner：评分表所属单位的统一社会信用代码", "owner: the credit code of the organisation whose sheet it is"})
	}
	if sh.Edition == "" {
		d.at(d.mark("edition"), "file.shape", "want", fault.Words{"edition：版本", "edition: what this edition is called"})
	}
	if t := root.get("title"); t != nil {
		sh.Title = d.words(t, "title")
	} else {
		d.at(d.mark("sheet"), "words.missing", "name", "title")
	}
	d.each("sources", isWord, func(name string, k, v *node) {
		if d.keys(v, sourceKeys) {
			s.Sources.add(name, Source{Title: d.text(v, "title"), Doc: d.text(v, "doc"), URL: d.text(v, "url"), At: k.pos})
		}
	})
	d.each("params", isName, d.param)
	d.each("rules", isName, d.rule)
	d.each("score", isName, func(name string, k, v *node) { d.sheetLine(sh, name, k, v) })
	if sh.Lines.Len() == 0 {
		d.at(d.mark("score"), "file.shape", "want", fault.Words{"score：至少一行得分", "score: one line of points at least"})
	}
	for name, r := range s.Rules.All() {
		if r.Ask != "" {
			d.at(r.At, "file.shape", "want", fault.Words{"when：评分表没有由人员作答的条件", "when: no officer answers a condition of a sheet"})
		}
		if r.Basis == "" {
			d.at(r.At, "rule.no_basis", "name", name)
		}
	}
}

func (d *decoder) sheetLine(sh *Sheet, name string, k, v *node) {
	if !d.keys(v, sheetLineKeys) {
		return
	}
	l := SheetLine{Is: d.text(v, "is"), Basis: d.text(v, "basis"), Verified: d.yes(v, "verified"), Words: d.zhEn(v, k.pos, name), At: k.pos}
	if l.Is == "" {
		d.at(k.pos, "file.shape", "want", fault.Words{"{is, basis, verified, zh, en}", "{is, basis, verified, zh, en}"})
	}
	if l.Basis == "" {
		d.at(k.pos, "rule.no_basis", "name", name)
	}
	if v.get("verified") == nil {
		d.at(k.pos, "param.no_basis", "name", name)
	}
	d.basis(v, l.Basis)
	sh.Lines.add(name, l)
}

// sheetNames refuses one name for two things, a param that no line reads, and one that is looked up by what is not disclosed.
func (d *decoder) sheetNames(sh *Sheet) {
	seen := map[string]Pos{}
	for _, sec := range []struct {
		section string
		names   []string
	}{{"params", d.s.Params.Names()}, {"score", sh.Lines.Names()}, {"rules", d.s.Rules.Names()}} {
		for _, n := range sec.names {
			pos := d.mark(sec.section + "." + n)
			if first, there := seen[n]; there {
				d.at(pos, "name.twice", "name", n, "line", first.Line)
			}
			seen[n] = pos
		}
	}
	for _, p := range d.s.Params.All() {
		if _, there := sheetFacts[p.By]; p.By != "" && !there {
			d.unknown(p.At, "fact", p.By, sortedKeys(sheetFacts))
		}
	}
}

// compileSheet compiles the lines and conditions over what is disclosed.
func (d *decoder) compileSheet(sh *Sheet) {
	s := d.s
	c := &compiled{rules: map[string]*expr{}, facts: map[string]shape{}, asked: map[string]asked{}}
	s.compiled = c
	for name, x := range sheetFacts {
		c.facts[name] = x
	}
	for name, p := range s.Params.All() {
		if c.facts[name] = shapeOf(p.Value); p.By != "" && len(p.Value.List) > 0 {
			c.facts[name] = shapeOf(p.Value.List[0])
		}
	}
	for _, f := range askedFunctions {
		if f.name == "has_label" {
			c.asked[f.id()] = f
		}
	}
	env, err := sheetEnvironment(c)
	if err != nil {
		d.at(d.mark("sheet"), "rule.syntax", "why", err.Error())
		return
	}
	used, whole := map[string]bool{}, true
	compile := func(n *node, want *cel.Type) *expr {
		if n == nil || n.kind != textNode {
			return nil
		}
		e := d.expression(env, n, want, "")
		if whole = whole && e != nil; e != nil {
			d.onlyDisclosed(e, used)
		}
		return e
	}
	for name := range sh.Lines.All() {
		sh.points[name] = compile(s.root.get("score").get(name).get("is"), cel.IntType)
	}
	for name := range s.Rules.All() {
		c.rules[name] = compile(s.root.get("rules").get(name).get("when"), cel.BoolType)
	}
	for _, name := range s.Params.Names() {
		if whole && !used[name] { // what a line reads that cannot be read is not known
			d.at(d.mark("params."+name), "param.unused", "name", name)
		}
	}
}

func sheetEnvironment(c *compiled) (*cel.Env, error) {
	base, err := language()
	if err != nil {
		return nil, fmt.Errorf("environment of the language: %w", err)
	}
	var opts []cel.EnvOption
	for _, name := range sortedKeys(c.facts) {
		opts = append(opts, cel.Variable(name, c.facts[name].cel()))
	}
	return base.Extend(opts...)
}

// onlyDisclosed refuses functions that ask the node for what nobody disclosed, and notes what an expression reads.
func (d *decoder) onlyDisclosed(e *expr, used map[string]bool) {
	for _, n := range e.reads() {
		used[n] = true
		if n != "has_label" && slices.ContainsFunc(askedFunctions, func(f asked) bool { return f.name == n }) {
			d.unknown(e.pos, "fact", n, append(sortedKeys(sheetFacts), "has_label"))
		}
	}
}

// Score reads a disclosure by the sheet. facts answers the facts of a sheet, and has_label; what it does not know leaves a line
// without points. An error means that a fact could not be read and nothing is said.
func (sh *Sheet) Score(facts Facts) (out Scored, err error) {
	r := sh.s.reading(facts, "", &Purse{})
	out.Rules = []ScoredRule{}
	for name, l := range sh.Lines.All() {
		e := sh.points[name]
		v, _, err := e.eval(r)
		if err != nil {
			return Scored{}, err
		}
		x := ScoredLine{Name: name, Words: l.Words, Known: v.Known(), Is: l.Is, Basis: sh.s.SourceText(l.Basis), Verified: l.Verified && sh.vouched(e)}
		if x.Known {
			x.Points = v.Int
			out.Total += v.Int
		} else {
			out.Unknown++
		}
		out.Lines = append(out.Lines, x)
	}
	for name, rule := range sh.s.Rules.All() {
		e := sh.s.compiled.rules[name]
		v, _, err := e.eval(r)
		if err != nil {
			return Scored{}, err
		}
		x := ScoredRule{Name: name, Words: rule.Words, Result: NotKnown, Basis: sh.s.SourceText(rule.Basis), Verified: rule.Verified && sh.vouched(e)}
		if v.Known() {
			if x.Result = Fail; v.True() {
				x.Result = Pass
			}
		}
		out.Rules = append(out.Rules, x)
	}
	return out, r.failed
}

// vouched says whether every number that an expression reads is verified.
func (sh *Sheet) vouched(e *expr) bool {
	for _, n := range e.reads() {
		if p, is := sh.s.Params.Get(n); is && !p.Verified {
			return false
		}
	}
	return true
}

// Unread is the sheet as it stands before anything is read by it: no line has points, no condition an answer.
func (sh *Sheet) Unread() Scored {
	out := Scored{Rules: []ScoredRule{}, Unknown: sh.Lines.Len()}
	for name, l := range sh.Lines.All() {
		out.Lines = append(out.Lines, ScoredLine{Name: name, Words: l.Words, Is: l.Is, Basis: sh.s.SourceText(l.Basis), Verified: l.Verified && sh.vouched(sh.points[name])})
	}
	for name, rule := range sh.s.Rules.All() {
		out.Rules = append(out.Rules, ScoredRule{Name: name, Words: rule.Words, Result: NotKnown, Basis: sh.s.SourceText(rule.Basis), Verified: rule.Verified && sh.vouched(sh.s.compiled.rules[name])})
	}
	return out
}
