package scheme

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
)

// choice is a min or max in an amount, with its arguments as they are written.
type choice struct {
	key  string // amount and place
	call ast.Expr
}

// choices lists every min and max of an amount.
func (s *Scheme) choices(amount string) []choice {
	e := s.compiled.amounts[amount]
	if e == nil {
		return nil
	}
	var out []choice
	walk(e.ast.Expr(), func(x ast.Expr) {
		if x.Kind() == ast.CallKind {
			if n := x.AsCall().FunctionName(); n == "min" || n == "max" {
				out = append(out, choice{key: fmt.Sprintf("%s@%d", amount, x.ID()), call: x})
			}
		}
	})
	return out
}

// decided notes which argument of each min and max decided the amounts of an action.
func (s *Scheme) decided(facts testFacts, row Row, purse Purse, c coverage) {
	p := purse.clone()
	r := s.reading(facts, row.From, &p)
	for name, a := range s.Amounts.All() {
		if a.At != row.Action || a.List() || s.compiled.amounts[name] == nil {
			continue
		}
		for _, ch := range s.choices(name) {
			if i, ok := r.best(s.compiled.amounts[name], ch.call); ok {
				if c.chosen[ch.key] == nil {
					c.chosen[ch.key] = map[int]bool{}
				}
				c.chosen[ch.key][i] = true
			}
		}
		if v, _, err := s.compiled.amounts[name].eval(r); err == nil && v.Known() {
			p.Sums[name] = v.Fen()
		}
	}
}

// best is the argument of a min or max that decides alone: no other has the same value.
func (r *reading) best(e *expr, call ast.Expr) (int, bool) {
	args := call.AsCall().Args()
	best, at, alone := int64(0), -1, false
	for i, a := range args {
		v, ok := r.part(e, a)
		if !ok {
			return 0, false
		}
		better := at >= 0 && (call.AsCall().FunctionName() == "min" && v.Int < best || call.AsCall().FunctionName() == "max" && v.Int > best)
		switch {
		case at < 0 || better:
			best, at, alone = v.Int, i, true
		case v.Int == best:
			alone = false
		}
	}
	return at, alone
}

// part computes a part of an expression on its own.
func (r *reading) part(e *expr, part ast.Expr) (Value, bool) {
	sub, err := e.partOf(r.s, part)
	if err != nil {
		return Value{}, false
	}
	v, _, err := sub.eval(r)
	return v, err == nil && v.Known()
}

// partOf is a part of an expression as an expression of its own.
func (e *expr) partOf(s *Scheme, part ast.Expr) (*expr, error) {
	prg, err := e.env.PlanProgram(ast.NewCheckedAST(ast.NewAST(part, e.ast.SourceInfo()), e.ast.TypeMap(), e.ast.ReferenceMap()))
	if err != nil {
		return nil, err
	}
	return &expr{text: e.text, prg: prg, shape: s.shapeOfType(e.ast.GetType(part.ID()))}, nil
}
