package scheme

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Outlook is what a scheme would mean for an organisation that asked for it now: judged before anything is filled in.
type Outlook struct {
	Way     []Row      // the main way, to where money goes out or is given
	Verdict Result     // fail: something fails; unknown: something that is not filled in cannot be had; else pass
	Answers []Answer   // the rules on the way, each once; of ask rules and what a form decides, manual and unknown
	Hangs   []string   // of the answers, those that hang on what will be filled in
	Sums    []Estimate // the amounts that are fixed on the way
}

// Estimate is an amount before it is fixed.
type Estimate struct {
	Name    string
	Known   bool     // Sum is what it will be
	Bounded bool     // Sum is what it will be at most
	Sum     unit.Fen //
	Says    fault.Words
}

// MainWay is the shortest way on which money goes out, else on which it leaves a budget, else to a granted end, else
// through a desk, and among those one to the end that the pack names first; it is cut there. It explores the machine, so whoever asks often keeps it.
func (s *Scheme) MainWay() []Row {
	var best []Row
	rank := -3
	for _, w := range s.Ways() {
		if w.End == "" {
			continue
		}
		if end, _ := s.IsEnd(w.End); end == Refused {
			continue
		}
		rows, r := s.rankOf(w.Actions)
		r *= 2
		if names := s.Ends.Names(); len(names) > 0 && w.End == names[0] {
			r++ // packs name first how it should end
		}
		if r > rank || r == rank && len(rows) < len(best) {
			best, rank = rows, r
		}
	}
	return best
}

// rankOf walks actions from the start and says how far they lead: 3 money goes out, 2 leaves a budget, 1 granted, 0 a
// desk acts, -1 none of it.
func (s *Scheme) rankOf(actions []string) (rows []Row, rank int) {
	rank, cut := -1, 0
	stage := s.Start()
	for i, a := range actions {
		row, ok := s.Row(stage, a)
		if !ok {
			break
		}
		rows, stage = append(rows, row), row.To
		end, _ := s.IsEnd(row.To)
		at := -1
		switch {
		case s.Pays(row):
			at = 3
		case s.fromBudget(row):
			at = 2
		case end == Granted:
			at = 1
		case row.ByPerson() && s.desksAct(row):
			at = 0
		}
		if at > rank || at == rank && at == 0 {
			rank, cut = at, i+1
		}
	}
	if rank < 0 {
		return rows, rank
	}
	return rows[:cut], rank
}

func (s *Scheme) fromBudget(r Row) bool {
	if !r.ByPerson() || !s.desksAct(r) {
		return false
	}
	for _, l := range s.MoneyAt(r.Action) {
		if a, ok := s.Accounts.Get(l.From); ok && a.Kind == Budget {
			return true
		}
	}
	return false
}

// Outlook judges the rules on a way with the facts that can be had now, and says what its amounts would be.
func (s *Scheme) Outlook(way []Row, f Facts) (Outlook, error) {
	out := Outlook{Way: way, Verdict: Pass}
	r := s.reading(f, s.Start(), &Purse{})
	seen := map[string]bool{}
	for _, row := range way {
		for _, need := range s.Needs[row.Action] {
			if _, isRule := s.Rules.Get(need); !isRule || seen[need] {
				continue
			}
			seen[need] = true
			a, err := s.answer(r, need, Question{})
			if err != nil {
				return out, err
			}
			a.Saw = s.named(a.Saw)
			out.Answers = append(out.Answers, a)
			hangs := a.Result == ManualAnswer || a.Result == NotKnown && s.hangsOnForm(a.Saw) || a.Result == Fail && s.ofTheCourse(a.Saw)
			if hangs {
				out.Hangs = append(out.Hangs, need)
			} else if graver(a.Result, out.Verdict) {
				out.Verdict = a.Result
			}
		}
	}
	for _, row := range way {
		for name, a := range s.Amounts.All() {
			if a.At == row.Action && !a.List() {
				out.Sums = append(out.Sums, s.estimate(r, name))
			}
		}
	}
	return out, r.failed
}

// hangsOnForm says whether a rule could not be answered for want of what people fill in, or of what the case's course brings.
func (s *Scheme) hangsOnForm(saw []SeenFact) bool {
	form := false
	for _, f := range saw {
		if f.Value.Known() {
			continue
		}
		if !strings.HasPrefix(f.Name, "form.") && !strings.HasPrefix(f.Name, "parent.") && !s.later(f.Name) {
			return false
		}
		form = true
	}
	return form
}

// ofTheCourse says whether a rule reads nothing but what comes to be while a case goes on: that nobody has answered a call yet
// is no reason against making one.
func (s *Scheme) ofTheCourse(saw []SeenFact) bool {
	course := false
	for _, f := range saw {
		switch {
		case s.later(f.Name):
			course = true
		case !s.Params.Has(f.Name):
			return false
		}
	}
	return course
}

// later says whether a fact is of the cases under a case, of the opinions that are asked for in it, or of the parts of its sum.
func (s *Scheme) later(fact string) bool {
	of, _, dotted := strings.Cut(fact, ".")
	return dotted && (s.Cases.Has(of) || s.Asks.Has(of) || s.Amounts.Has(of))
}

func (s *Scheme) estimate(r *reading, name string) Estimate {
	e := Estimate{Name: name}
	x := s.compiled.amounts[name]
	if x == nil {
		return e
	}
	e.Says = s.sentence(r, x.ast.Expr())
	if v, _, err := x.eval(r); err == nil && v.Known() && v.Int >= 0 {
		e.Known, e.Sum = true, v.Fen()
		return e
	}
	if sum, ok := s.ceiling(r, x.ast.Expr(), map[string]bool{name: true}); ok {
		e.Bounded, e.Sum = true, max(sum, 0)
	}
	return e
}

// ceiling is the most that an expression of money can be with what is known: by the same laws as the proof reads bounds.
func (s *Scheme) ceiling(r *reading, x ast.Expr, through map[string]bool) (unit.Fen, bool) {
	if x.Kind() == ast.IdentKind {
		name := x.AsIdent()
		if v := r.fact(name); v.Kind == Money {
			return v.Fen(), true
		}
		if a := s.compiled.amounts[name]; a != nil && !through[name] {
			through[name] = true
			defer delete(through, name)
			return s.ceiling(r, a.ast.Expr(), through)
		}
		return 0, false
	}
	if x.Kind() != ast.CallKind {
		return 0, false
	}
	c := x.AsCall()
	args := c.Args()
	switch c.FunctionName() {
	case "min":
		return s.least(r, args, through)
	case "max":
		return s.most(r, args, through)
	case operators.Conditional:
		return s.most(r, args[1:], through)
	case operators.Add:
		a, okA := s.ceiling(r, args[0], through)
		b, okB := s.ceiling(r, args[1], through)
		sum, err := a.Add(b)
		return sum, okA && okB && err == nil
	case operators.Subtract:
		if s.neverNegative(args[1]) {
			return s.ceiling(r, args[0], through)
		}
	case "floor_yuan", "floor_to":
		return s.ceiling(r, args[0], through)
	case "share":
		a, ok := s.ceiling(r, args[0], through)
		if ok && args[1].Kind() == ast.IdentKind {
			if v := r.fact(args[1].AsIdent()); v.Kind == Ratio {
				return max(a, 0).Share(v.Ratio()), true
			}
		}
		return a, ok
	case "available", "balance":
		if args[0].Kind() == ast.IdentKind {
			if at := r.accountValue(args[0].AsIdent()); at.Known() {
				v := r.fact(c.FunctionName(), at)
				return v.Fen(), v.Kind == Money
			}
		}
	}
	return 0, false
}

func (s *Scheme) least(r *reading, args []ast.Expr, through map[string]bool) (sum unit.Fen, ok bool) {
	for _, a := range args {
		if v, known := s.ceiling(r, a, through); known && (!ok || v < sum) {
			sum, ok = v, true
		}
	}
	return sum, ok
}

func (s *Scheme) most(r *reading, args []ast.Expr, through map[string]bool) (sum unit.Fen, ok bool) {
	for _, a := range args {
		v, known := s.ceiling(r, a, through)
		if !known {
			return 0, false
		}
		if !ok || v > sum {
			sum, ok = v, true
		}
	}
	return sum, ok
}

// spoken are the functions and signs of the language in words; %1 and %2 are the arguments.
var spoken = map[string]fault.Words{
	"share": {"%1 × %2", "%1 × %2"}, "floor_yuan": {"取整到元（%1）", "whole yuan of (%1)"}, "floor_to": {"按 %2 取整（%1）", "(%1) rounded down to %2"},
	"available": {"%1的可用余额", "what is available of %1"}, "balance": {"%1的余额", "the balance of %1"}, "paid_out": {"已从%1拨付的金额", "what was paid out of %1"},
	operators.Add: {"%1 ＋ %2", "%1 + %2"}, operators.Subtract: {"（%1 － %2）", "(%1 - %2)"}, operators.Equals: {"%1为%2", "%1 is %2"}, operators.NotEquals: {"%1不为%2", "%1 is not %2"},
	operators.Conditional: {"（若%1则%2，否则%3）", "(%2 if %1, else %3)"},
}

// sentence says an expression of money in words: params with their values, fields by their labels.
func (s *Scheme) sentence(r *reading, x ast.Expr) fault.Words {
	switch x.Kind() {
	case ast.IdentKind:
		name := x.AsIdent()
		if p, ok := s.Params.Get(name); ok {
			v := r.fact(name)
			w := s.called(name)
			if p.Value.Kind == Choice || p.Value.Kind == Text || w[0] == name {
				return fault.Words{v.In(fault.ZH), v.In(fault.EN)}
			}
			return fault.Words{w[0] + " " + v.In(fault.ZH), w[1] + " " + v.In(fault.EN)}
		}
		if name == "zero" {
			return fault.Words{"0", "0"}
		}
		if a, ok := s.Accounts.Get(name); ok {
			return accountWords(a.Kind)
		}
		return s.called(name)
	case ast.LiteralKind:
		if t, ok := x.AsLiteral().(types.String); ok {
			return fault.Words{string(t), string(t)}
		}
		return fault.Words{"1", "1"}
	case ast.CallKind:
		c := x.AsCall()
		if c.FunctionName() == operators.Conditional {
			if yes, known := s.sure(r, c.Args()[0]); known {
				return s.sentence(r, c.Args()[map[bool]int{true: 1, false: 2}[yes]])
			}
		}
		var zh, en []string
		for _, a := range c.Args() {
			w := s.sentence(r, a)
			zh, en = append(zh, w[0]), append(en, w[1])
		}
		switch c.FunctionName() {
		case "min":
			return fault.Words{"其中较小者（" + strings.Join(zh, "，") + "）", "the least of (" + strings.Join(en, ", ") + ")"}
		case "max":
			return fault.Words{"其中较大者（" + strings.Join(zh, "，") + "）", "the most of (" + strings.Join(en, ", ") + ")"}
		}
		if c.FunctionName() == operators.Add && zh[1] == "0" {
			return fault.Words{zh[0], en[0]}
		}
		if form, ok := spoken[c.FunctionName()]; ok {
			return fault.Words{put(form[0], zh), put(form[1], en)}
		}
		return fault.Words{c.FunctionName() + "（" + strings.Join(zh, "，") + "）", c.FunctionName() + "(" + strings.Join(en, ", ") + ")"}
	}
	return fault.Words{}
}

// sure says what a comparison of a param with a literal answers, so that a sentence tells only the branch that is taken.
func (s *Scheme) sure(r *reading, x ast.Expr) (yes, known bool) {
	if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != operators.Equals {
		return false, false
	}
	a, b := x.AsCall().Args()[0], x.AsCall().Args()[1]
	if a.Kind() != ast.IdentKind || b.Kind() != ast.LiteralKind || !s.Params.Has(a.AsIdent()) {
		return false, false
	}
	want, ok := b.AsLiteral().(types.String)
	return ok && r.fact(a.AsIdent()).Text == string(want), ok
}

func put(form string, args []string) string {
	for i, a := range args {
		form = strings.ReplaceAll(form, "%"+string(rune('1'+i)), a)
	}
	return form
}

func accountWords(k AccountKind) fault.Words {
	switch k {
	case Budget:
		return fault.Words{"本年度预算", "this year's budget"}
	case Limit:
		return fault.Words{"年度限额", "the yearly limit"}
	case FromParent, Own:
		return fault.Words{"额度", "the entitlement"}
	}
	return fault.Words{"账户", "the account"}
}
