package scheme

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// plain is a part of a rule that the prover understands: `X == 0`, `X > 0`, or a single fact of yes or no.
// Of all other parts it only knows that they may pass or fail.
type plain struct {
	fact  string // "parcels.left", "orders.open", "payers.missing(confirmed)", "parent.ended"
	zero  bool   // X == 0
	some  bool   // X > 0, X >= 1, X != 0
	yes   bool   // the fact itself
	other bool   // not understood
}

// conjunctsOf are the parts of a `when` rule that && joins; nothing for a need that is no such rule.
func (s *Scheme) conjunctsOf(need string) []plain {
	r, ok := s.Rules.Get(need)
	if !ok {
		return nil
	}
	e := s.compiled.rules[need]
	if r.When == "" || e == nil {
		return []plain{{other: true}}
	}
	var out []plain
	for _, x := range conjuncts(e.ast.Expr()) {
		out = append(out, plainOf(x))
	}
	return out
}

func plainOf(x ast.Expr) plain {
	if name, ok := factOf(x); ok {
		return plain{fact: name, yes: true}
	}
	if x.Kind() != ast.CallKind || len(x.AsCall().Args()) != 2 {
		return plain{other: true}
	}
	a, b, op := x.AsCall().Args()[0], x.AsCall().Args()[1], x.AsCall().FunctionName()
	name, ok := factOf(a)
	n, isNumber := numberOf(b)
	if !ok || !isNumber { // 0 == X, 0 < X
		if name, ok = factOf(b); ok {
			n, isNumber = numberOf(a)
			op = map[string]string{operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals,
				operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals}[op]
			if op == "" {
				op = x.AsCall().FunctionName()
			}
		}
	}
	if !ok || !isNumber {
		return plain{other: true}
	}
	switch {
	case n == 0 && (op == operators.Equals || op == operators.LessEquals), n == 1 && op == operators.Less:
		return plain{fact: name, zero: true}
	case n == 0 && (op == operators.Greater || op == operators.NotEquals), n == 1 && op == operators.GreaterEquals:
		return plain{fact: name, some: true}
	}
	return plain{other: true}
}

// factOf is the name of a fact, or of a function with its texts.
func factOf(x ast.Expr) (string, bool) {
	switch x.Kind() {
	case ast.IdentKind:
		return x.AsIdent(), true
	case ast.CallKind:
		c := x.AsCall()
		if c.IsMemberFunction() || !countsChildren(c.FunctionName()) {
			return "", false
		}
		var args []string
		for _, a := range c.Args() {
			if a.Kind() != ast.LiteralKind {
				return "", false
			}
			t, _ := a.AsLiteral().(types.String)
			args = append(args, string(t))
		}
		return c.FunctionName() + "(" + strings.Join(args, ",") + ")", true
	}
	return "", false
}

func numberOf(x ast.Expr) (int64, bool) {
	if x.Kind() != ast.LiteralKind {
		return 0, false
	}
	n, ok := x.AsLiteral().(types.Int)
	return int64(n), ok
}

// luck says whether a row may fail to pass however long one waits: a rule that need not come true, or `times`.
// without names facts that are not counted on, for finding who waits for whom.
func (s *Scheme) luck(row Row, without string) bool {
	if _, limited := s.Times[row.Action]; limited {
		return true
	}
	for _, need := range s.Needs[row.Action] {
		for _, p := range s.conjunctsOf(need) {
			if !s.comesTrue(row.From, p, without) {
				return true
			}
		}
	}
	return false
}

// comesTrue says whether a part of a rule must come true: an ask is answered, children end, the parent ends; or
// it is one of a pair X == 0 and X > 0 that are both on rows of the stage. What the machine knows is no luck.
func (s *Scheme) comesTrue(stage string, p plain, without string) bool {
	if p.other || without != "" && p.fact == without {
		return false
	}
	return s.alone(p) || !p.yes && s.paired(stage, p)
}

// paired looks for a row of the stage that needs the opposite, and besides it only what comes true.
func (s *Scheme) paired(stage string, p plain) bool {
next:
	for _, row := range s.RowsFrom(stage) {
		opposite := false
		if _, limited := s.Times[row.Action]; limited {
			continue
		}
		for _, need := range s.Needs[row.Action] {
			for _, q := range s.conjunctsOf(need) {
				switch {
				case q.fact == p.fact && q.zero == p.some && q.some == p.zero && (q.zero || q.some):
					opposite = true
				case q.other || !q.yes && q.fact == p.fact || !s.alone(q):
					continue next
				}
			}
		}
		if opposite {
			return true
		}
	}
	return false
}

// alone says whether a part comes true without a pair.
func (s *Scheme) alone(p plain) bool {
	base, part, _ := strings.Cut(p.fact, ".")
	a, isAmount := s.Amounts.Get(base)
	return isAmount && a.List() && part == "left" || p.zero && ((part == "missing" || part == "waiting") && s.Asks.Has(base) || part == "open" && s.ends(base)) ||
		p.yes && p.fact == "parent.ended" && s.Lead == nil
}

// ends says whether the cases of an entry are sure to end. Those of payers may be in a node that cannot be reached.
func (s *Scheme) ends(entry string) bool {
	ch, ok := s.Cases.Get(entry)
	return ok && !ch.Payers()
}

// contradicts says whether the needs of a row can never be true together.
func (s *Scheme) contradicts(row Row) bool {
	zero, some := map[string]bool{}, map[string]bool{}
	for _, need := range s.Needs[row.Action] {
		for _, p := range s.conjunctsOf(need) {
			if p.zero {
				zero[p.fact] = true
			}
			if p.some {
				some[p.fact] = true
			}
		}
	}
	for f := range zero {
		if some[f] {
			return true
		}
	}
	return false
}
