package scheme

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"corridor/internal/fault"
)

var signs = map[string]string{
	operators.Less: "<", operators.LessEquals: "≤", operators.Greater: ">", operators.GreaterEquals: "≥",
	operators.Equals: "=", operators.NotEquals: "≠",
}

// wouldPass says what would have passed: those comparisons of the rule that failed, with their parameters as
// values, "从业人数 ≤ 500". It speaks only of simple ones, joined by &&; for others it is empty and the sentence
// of the rule has to do.
func (e *expr) wouldPass(s *Scheme, r *reading) fault.Words {
	var zh, en []string
	for _, c := range conjuncts(e.ast.Expr()) {
		w, passes, ok := s.simple(r, c)
		if !ok {
			return fault.Words{}
		}
		if !passes {
			zh, en = append(zh, w[0]), append(en, w[1])
		}
	}
	return fault.Words{strings.Join(zh, "，且"), strings.Join(en, " and ")}
}

// conjuncts are the parts that && joins.
func conjuncts(x ast.Expr) []ast.Expr {
	if x.Kind() == ast.CallKind && x.AsCall().FunctionName() == operators.LogicalAnd {
		var out []ast.Expr
		for _, a := range x.AsCall().Args() {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []ast.Expr{x}
}

// simple reads a comparison of two facts, or one fact of yes or no.
func (s *Scheme) simple(r *reading, x ast.Expr) (w fault.Words, passes, ok bool) {
	yes := func(name ast.Expr, wanted bool) (fault.Words, bool, bool) {
		v := r.fact(name.AsIdent())
		if v.Kind != YesNo {
			return fault.Words{}, false, false
		}
		n, want := s.called(name.AsIdent()), YesNoValue(wanted)
		return fault.Words{n[0] + " = " + want.In(fault.ZH), n[1] + " = " + want.In(fault.EN)}, v.True() == wanted, true
	}
	if x.Kind() == ast.IdentKind {
		return yes(x, true)
	}
	if x.Kind() != ast.CallKind {
		return w, false, false
	}
	c := x.AsCall()
	if c.FunctionName() == operators.LogicalNot && c.Args()[0].Kind() == ast.IdentKind {
		return yes(c.Args()[0], false)
	}
	sign, isSign := signs[c.FunctionName()]
	if !isSign {
		return w, false, false
	}
	a, av, okA := s.side(r, c.Args()[0])
	b, bv, okB := s.side(r, c.Args()[1])
	if !okA || !okB || !av.Known() || !bv.Known() {
		return w, false, false
	}
	return fault.Words{a[0] + " " + sign + " " + b[0], a[1] + " " + sign + " " + b[1]}, compare(sign, av, bv), true
}

// side is one side of a comparison: what it is called, or its value if it is a parameter or a share of a sum, and what it is.
func (s *Scheme) side(r *reading, x ast.Expr) (fault.Words, Value, bool) {
	switch x.Kind() {
	case ast.IdentKind:
		name := x.AsIdent()
		v := r.fact(name)
		if s.Params.Has(name) || name == "zero" {
			return fault.Words{s.Show(v, fault.ZH), s.Show(v, fault.EN)}, v, true
		}
		return s.called(name), v, true
	case ast.CallKind:
		if c := x.AsCall(); c.FunctionName() == "share" {
			_, sum, okA := s.side(r, c.Args()[0])
			_, part, okB := s.side(r, c.Args()[1])
			if !okA || !okB || !sum.Known() || !part.Known() {
				return fault.Words{}, Value{}, false
			}
			v := MoneyValue(sum.Fen().Share(part.Ratio()))
			return fault.Words{s.Show(v, fault.ZH), s.Show(v, fault.EN)}, v, true
		}
	case ast.LiteralKind:
		switch l := x.AsLiteral().(type) {
		case types.Int:
			v := CountValue(int64(l))
			return fault.Words{v.String(), v.String()}, v, true
		case types.String:
			v := TextValue(string(l))
			return s.Say(v.Text), v, true
		}
	}
	return fault.Words{}, Value{}, false
}

func compare(sign string, a, b Value) bool {
	n, m := a.Int, b.Int
	if a.Kind == Score && b.Kind == Count {
		m *= 100
	}
	if a.Kind == Count && b.Kind == Score {
		n *= 100
	}
	switch sign {
	case "<":
		return n < m
	case "≤":
		return n <= m
	case ">":
		return n > m
	case "≥":
		return n >= m
	case "≠":
		return n != m || a.Text != b.Text
	}
	return n == m && a.Text == b.Text
}
