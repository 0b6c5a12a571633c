package scheme

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"corridor/internal/fault"
)

// compiled is everything of a scheme that is computed.
type compiled struct {
	rules, amounts map[string]*expr
	owners         map[string]*expr // of own accounts: in whose name
	shown          map[string]*expr // of fields
	order          *expr            // of the round
	facts          map[string]shape // every fact that an expression of this scheme may name
	asked          map[string]asked // functions by overload
}

// expr is one compiled expression.
type expr struct {
	text  string
	pos   Pos
	at    func(offset int) Pos
	prg   cel.Program
	env   *cel.Env
	ast   *ast.AST
	shape shape
}

// compile builds the environment of the scheme and compiles every expression.
func (d *decoder) compile() {
	s := d.s
	c := &compiled{rules: map[string]*expr{}, amounts: map[string]*expr{}, owners: map[string]*expr{}, shown: map[string]*expr{},
		facts: s.factShapes(), asked: map[string]asked{}}
	s.compiled = c
	env, err := s.environment()
	if err != nil {
		d.at(d.mark("scheme"), "rule.syntax", "why", err.Error())
		return
	}
	for name, r := range s.Rules.All() {
		if r.When != "" {
			c.rules[name] = d.expression(env, s.root.get("rules").get(name).get("when"), cel.BoolType, "")
		}
	}
	for name, a := range s.Amounts.All() {
		if a.Is != "" {
			c.amounts[name] = d.expression(env, s.root.get("amounts").get(name).get("is"), moneyType, name)
		}
	}
	for name, a := range s.Accounts.All() {
		if a.Kind == Own && !s.isSelf(a) {
			c.owners[name] = d.expression(env, s.root.get("accounts").get(name).get("own"), orgType, "")
		}
	}
	if s.Round != nil && s.Round.Order != "" {
		c.order = d.expression(env, s.root.get("round").get("order"), nil, "")
	}
	if form := s.root.get("form").get("sections"); form != nil {
		for _, sec := range form.items {
			if fields := sec.get("fields"); fields != nil {
				for i, f := range fields.items {
					if w := f.get("shown_when"); w != nil {
						c.shown[fields.keys[i].text] = d.expression(env, w, cel.BoolType, "")
					}
				}
			}
		}
	}
}

// isSelf says whether `own: NAME` names the account itself rather than an organisation: a pot of the case.
func (s *Scheme) isSelf(a AccountDef) bool {
	return nameForm.MatchString(a.Path) && s.Accounts.Has(a.Path)
}

// factShapes lists every fact that the expressions of this scheme may name, with its unit.
func (s *Scheme) factShapes() map[string]shape {
	f := map[string]shape{
		"today": {kind: Day}, "year": {kind: Count}, "stage": {kind: Text}, "scheme": {kind: Text}, "jurisdiction": {kind: Region}, "zero": {kind: Money},
		"firm.id": {kind: Org}, "firm.controller": {kind: Org}, "firm.region": {kind: Region}, "firm.city": {kind: Region},
		"firm.operating": {kind: YesNo}, "firm.tax_normal": {kind: YesNo}, "firm.listed_untrustworthy": {kind: YesNo},
		"firm.staff": {kind: Count}, "firm.revenue": {kind: Money}, "firm.rnd_spend": {kind: Money}, "firm.founded": {kind: Day}, "firm.industry": {kind: Code},
	}
	if s.Parent != "" {
		f["parent.stage"], f["parent.opened"], f["parent.ends"], f["parent.ended"] = shape{kind: Text}, shape{kind: Day}, shape{kind: Day}, shape{kind: YesNo}
	}
	for fd := range s.Form.All() {
		f["form."+fd.Name] = fieldShapes[fd.Type]
		if fd.Type == "org" {
			f["form."+fd.Name+".region"] = shape{kind: Region}
		}
		for _, col := range fd.Fields {
			if sh := fieldShapes[col.Type]; sh.kind == Org || sh.kind == Money || sh.kind == Region {
				f["form."+fd.Name+"."+col.Name] = shape{List, sh.kind}
			}
		}
		if fd.Type == "plan" {
			f["form."+fd.Name+".ours"] = shape{kind: YesNo}
			for _, part := range []string{"tasks", "done", "late"} {
				f["form."+fd.Name+"."+part] = shape{kind: Count}
			}
		}
		if fd.Type == "slot" {
			f["form."+fd.Name+".ready"], f["form."+fd.Name+".lost"] = shape{kind: YesNo}, shape{kind: YesNo}
		}
	}
	for name, a := range s.Asks.All() {
		for _, part := range askParts {
			f[name+"."+part] = shape{kind: Count}
		}
		for _, x := range a.Answers {
			f[name+"."+x.Name] = fieldShapes[x.Type]
		}
		f[name+".score"] = shape{kind: Score}
		f[name+".rank"] = shape{kind: Count}
	}
	for name, ch := range s.Cases.All() {
		f[name+".open"], f[name+".all"] = shape{kind: Count}, shape{kind: Count}
		if ch.Payers() {
			for _, state := range PayerStates {
				f[name+"."+state] = shape{kind: Count}
			}
			f[name+".agreed"] = shape{kind: Money}
		}
	}
	for name, p := range s.Params.All() {
		if p.By != "" && len(p.Value.List) > 0 {
			f[name] = shapeOf(p.Value.List[0])
		} else {
			f[name] = shapeOf(p.Value)
		}
	}
	for name, a := range s.Amounts.All() {
		if a.List() {
			f[name+".left"], f[name+".taken"] = shape{kind: Count}, shape{kind: Count}
		} else {
			f[name] = shape{kind: Money}
		}
	}
	for name := range s.Accounts.All() {
		if _, taken := f[name]; !taken {
			f[name] = shape{kind: Account}
		}
	}
	return f
}

// environment is the language with the facts of this scheme.
func (s *Scheme) environment() (*cel.Env, error) {
	base, err := language()
	if err != nil {
		return nil, fmt.Errorf("environment of the language: %w", err)
	}
	var opts []cel.EnvOption
	for _, name := range sortedKeys(s.compiled.facts) {
		opts = append(opts, cel.Variable(name, s.compiled.facts[name].cel()))
	}
	functions := append([]asked(nil), askedFunctions...)
	add := func(f asked) {
		functions = append(functions, f)
		opts = append(opts, f.declare())
	}
	if s.Parent != "" {
		add(asked{"parent.done", []shape{{kind: Text}}, Count, Unknown})
	}
	for name, ch := range s.Cases.All() {
		for _, part := range countedParts(ch) {
			add(asked{name + "." + part, []shape{{kind: Text}}, Count, Unknown})
		}
	}
	for _, f := range functions {
		s.compiled.asked[f.id()] = f
	}
	return base.Extend(opts...)
}

// expression compiles one expression; nil with a problem if it cannot be read. amount is its name if it is one.
func (d *decoder) expression(env *cel.Env, n *node, want *cel.Type, amount string) *expr {
	e := &expr{text: n.text, pos: n.pos, at: func(offset int) Pos { return within(n, offset) }}
	if len([]rune(n.text)) > expressionMax {
		d.at(n.pos, "file.too_big", "what", tooBig["expression"], "most", expressionMax)
		return nil
	}
	refused := func(issues *cel.Issues) bool {
		if issues == nil || issues.Err() == nil {
			return false
		}
		for _, err := range issues.Errors() {
			d.celProblem(n, err)
		}
		return true
	}
	parsed, issues := env.Parse(n.text)
	if refused(issues) {
		return nil
	}
	if e.ast = parsed.NativeRep(); !d.literals(e) {
		return nil
	}
	if parsed, issues = env.Check(parsed); refused(issues) {
		return nil
	}
	e.ast = parsed.NativeRep()
	e.shape = d.s.shapeOfType(parsed.OutputType())
	d.texts(e)
	if want != nil && !want.IsExactType(parsed.OutputType()) {
		got := kindWords[e.shape.kind]
		if amount != "" {
			d.at(n.pos, "amount.unit", "name", amount, "unit", got)
		} else {
			d.at(n.pos, "rule.unit", "why", both(got, kindWords[d.s.shapeOfType(want).kind]))
		}
		return nil
	}
	prg, err := env.Program(parsed, cel.CostLimit(expressionCostMax))
	if err != nil {
		d.at(n.pos, "rule.syntax", "why", err.Error())
		return nil
	}
	e.prg, e.env = prg, env
	return e
}

// shapeOfType is the unit of a type of CEL.
func (s *Scheme) shapeOfType(t *cel.Type) shape {
	for _, k := range []Kind{Count, YesNo, Text} {
		if opaque[k].IsExactType(t) {
			return shape{kind: k}
		}
	}
	if t.Kind() == types.ListKind {
		return shape{List, s.shapeOfType(t.Parameters()[0]).kind}
	}
	if t.TypeName() == "table" {
		return shape{Table, s.shapeOfType(t.Parameters()[0]).kind}
	}
	return shape{kind: Kind(t.TypeName())}
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	noOverload = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '\(?([^']*?)\)?'`)
	noField    = regexp.MustCompile(`does not support field selection|undefined field`)
)

// celProblem turns an error of CEL into one of ours, at its place in the file.
func (d *decoder) celProblem(n *node, err *common.Error) {
	pos := within(n, offsetOf(n.text, err.Location.Line(), err.Location.Column()))
	if m := undeclared.FindStringSubmatch(err.Message); m != nil {
		if m[1] == "" || m[1][0] == '@' || m[1][0] == '_' { // a sign that this language does not have
			sign := strings.Trim(m[1], "@_")
			d.at(pos, "rule.syntax", "why", fault.Words{"没有运算符 " + sign, "there is no sign " + sign})
			return
		}
		d.unknown(pos, "fact", dotted(n.text, m[1], offsetOf(n.text, err.Location.Line(), err.Location.Column())), append(sortedKeys(d.s.compiled.facts), functionNames(d.s)...))
		return
	}
	if m := noOverload.FindStringSubmatch(err.Message); m != nil {
		d.at(pos, "rule.unit", "why", applied(m[1], m[2]))
		return
	}
	if noField.MatchString(err.Message) {
		d.unknown(pos, "fact", fieldAt(n.text, pos, n), sortedKeys(d.s.compiled.facts))
		return
	}
	first, _, _ := strings.Cut(err.Message, "\n")
	d.at(pos, "rule.syntax", "why", strings.TrimPrefix(first, "Syntax error: "))
}

// dotted is the whole name that begins with a name at a place of a text: CEL names but the first part of firm.stuff.
func dotted(text, name string, at int) string {
	rest := []rune(text)
	if at < 0 || at > len(rest) {
		return name
	}
	whole := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*`).FindString(string(rest[at:]))
	if strings.HasPrefix(whole, name+".") {
		return whole
	}
	return name
}

// fieldAt is the dotted name that stands around a place.
func fieldAt(text string, pos Pos, n *node) string {
	for _, w := range regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.]*`).FindAllString(text, -1) {
		if strings.Contains(w, ".") {
			return w
		}
	}
	return text
}

func functionNames(s *Scheme) []string {
	out := []string{"min", "max", "share", "floor_yuan", "floor_to", "steps"}
	for _, f := range s.compiled.asked {
		out = append(out, f.name)
	}
	return out
}

// applied says what a sign or function was applied to: "count <= money".
func applied(op, args string) fault.Words {
	parts := strings.Split(args, ",")
	zh, en := make([]string, len(parts)), make([]string, len(parts))
	for i, p := range parts {
		name := unitName(p)
		w, ok := kindWords[Kind(name)]
		if !ok {
			w = fault.Words{name, name}
		}
		zh[i], en[i] = w[0], w[1]
	}
	sign := strings.Trim(op, "_@")
	if len(parts) == 2 && strings.HasPrefix(op, "_") {
		return fault.Words{zh[0] + " " + sign + " " + zh[1], en[0] + " " + sign + " " + en[1]}
	}
	return fault.Words{sign + "(" + strings.Join(zh, "、") + ")", sign + "(" + strings.Join(en, ", ") + ")"}
}

// offsetOf is the offset in characters of a line and column of an expression.
func offsetOf(text string, line, col int) int {
	lines := strings.Split(text, "\n")
	n := 0
	for i := 0; i < line-1 && i < len(lines); i++ {
		n += len([]rune(lines[i])) + 1
	}
	return n + max(col, 0)
}

// within is the place in the file of a character of a text, as far as the way it is quoted lets one tell.
func within(n *node, offset int) Pos {
	p := n.pos
	if n.block {
		return p
	}
	if n.quoted {
		p.Col++
	}
	for i, r := range []rune(n.text) {
		if i >= offset {
			break
		}
		switch {
		case r == '\n':
			return n.pos
		case n.quoted && n.single && r == '\'', n.quoted && !n.single && (r == '"' || r == '\\'):
			p.Col++
		}
		p.Col++
	}
	return p
}

// offset is where a part of the expression stands in it, in characters.
func (e *expr) offset(id int64) int {
	loc := e.ast.SourceInfo().GetStartLocation(id)
	return offsetOf(e.text, loc.Line(), loc.Column())
}
