package scheme

import (
	"cel.dev/cel-go/common/ast"

	"corridor/internal/fault"
)

// tested says what no test decides: a rule that never passes or never fails at an action that needs it, a row that
// no run walks, an argument of a min or max that never decides.
func (c *checker) tested() {
	s := c.s
	silent := found{lines: s.lines} // what fails is said by RunTests
	cov := s.runTests(&silent)
	for _, action := range append(s.Actions(), s.Asks.Names()...) {
		for _, need := range s.Needs[action] {
			rule, isRule := s.Rules.Get(need)
			if !isRule {
				continue
			}
			got := cov.answers[[2]string{action, need}]
			if !got[Pass] {
				c.at(rule.At, "rule.untested", "name", need, "action", action, "which", fault.Words{"通过", "pass"})
			}
			if !got[Fail] {
				c.at(rule.At, "rule.untested", "name", need, "action", action, "which", fault.Words{"不通过", "fail"})
			}
		}
	}
	for _, r := range s.Stages {
		if _, isEnd := s.IsEnd(r.From); !cov.rows[[2]string{r.From, r.Action}] && !isEnd {
			c.at(r.At, "stage.row_unwalked", "stage", r.From, "action", r.Action)
		}
	}
	for name, a := range s.Amounts.All() {
		for _, ch := range s.choices(name) {
			for i, arg := range ch.call.AsCall().Args() {
				if !cov.chosen[ch.key][i] {
					c.at(a.Pos, "amount.untested", "part", s.compiled.amounts[name].source(arg))
				}
			}
		}
	}
}

// source is a part of an expression as it is written, as far as it can be told apart.
func (e *expr) source(x ast.Expr) string {
	from, to := len([]rune(e.text)), 0
	walk(x, func(y ast.Expr) {
		at := e.offset(y.ID())
		from = min(from, at)
		end := at
		switch y.Kind() {
		case ast.IdentKind:
			end = at + len(y.AsIdent())
		case ast.CallKind:
			if n := y.AsCall().FunctionName(); len(n) > 0 && n[0] != '_' && n[0] != '!' {
				from = min(from, at-len(n))
			}
		case ast.LiteralKind:
			end = at + 1
		}
		to = max(to, end)
	})
	r := []rune(e.text)
	from, to = max(from, 0), min(to, len(r))
	if from >= to {
		return e.text
	}
	for depth := 0; to < len(r); to++ { // take in what closes the brackets that were opened
		depth = 0
		for _, ch := range r[from:to] {
			if ch == '(' {
				depth++
			}
			if ch == ')' {
				depth--
			}
		}
		if depth <= 0 {
			break
		}
	}
	return string(r[from:to])
}
