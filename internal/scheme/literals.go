package scheme

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// literals refuses numbers other than 0 and 1, and literals that the language does not have.
func (d *decoder) literals(e *expr) bool {
	ok := true
	walk(e.ast.Expr(), func(x ast.Expr) {
		pos := e.at(e.offset(x.ID()))
		switch x.Kind() {
		case ast.LiteralKind:
			switch v := x.AsLiteral().(type) {
			case types.Int:
				if v != 0 && v != 1 {
					d.at(pos, "param.number_outside", "number", int64(v))
					ok = false
				}
			case types.Bool, types.String:
			case types.Double, types.Uint:
				d.at(pos, "param.number_outside", "number", fmt.Sprint(v.Value()))
				ok = false
			default:
				d.at(pos, "rule.syntax", "why", fmt.Sprint(v.Value()))
				ok = false
			}
		case ast.MapKind, ast.StructKind, ast.ComprehensionKind:
			d.at(pos, "rule.syntax", "why", e.text)
			ok = false
		}
	})
	return ok
}

// choicesOf are the texts that a fact can be, if they are a closed list.
func (s *Scheme) choicesOf(fact string) ([]string, string) {
	if fact == "stage" {
		return s.AllStages(), "stage"
	}
	if p, ok := s.Params.Get(fact); ok && len(p.Choices) > 0 {
		return p.Choices, "choice"
	}
	if name, part, ok := formFact(fact); ok && part == "" {
		if f, there := s.Field(name); there && len(f.Of) > 0 {
			return f.Of, "choice"
		}
	}
	return nil, ""
}

// texts refuses a text that a fact can never be: `pay_to == "povider"`.
func (d *decoder) texts(e *expr) {
	walk(e.ast.Expr(), func(x ast.Expr) {
		if x.Kind() != ast.CallKind {
			return
		}
		c := x.AsCall()
		switch c.FunctionName() {
		case operators.Equals, operators.NotEquals:
			d.oneText(e, c.Args()[0], c.Args()[1:])
			d.oneText(e, c.Args()[1], c.Args()[:1])
		case operators.In:
			if c.Args()[1].Kind() == ast.ListKind {
				d.oneText(e, c.Args()[0], c.Args()[1].AsList().Elements())
			}
		case "steps":
			d.thresholds(e, c.Args())
		}
	})
}

func (d *decoder) oneText(e *expr, fact ast.Expr, among []ast.Expr) {
	if fact.Kind() != ast.IdentKind {
		return
	}
	choices, what := d.s.choicesOf(fact.AsIdent())
	if len(choices) == 0 {
		return
	}
	for _, x := range among {
		if x.Kind() != ast.LiteralKind {
			continue
		}
		if t, ok := x.AsLiteral().(types.String); ok && !contains(choices, string(t)) {
			d.unknown(e.at(e.offset(x.ID())), what, string(t), choices)
		}
	}
}

// thresholds refuses a score sheet whose thresholds are of another unit than what is looked up in it.
func (d *decoder) thresholds(e *expr, args []ast.Expr) {
	if args[1].Kind() != ast.IdentKind {
		return
	}
	p, _ := d.s.Params.Get(args[1].AsIdent())
	kind := d.s.shapeOfType(e.ast.GetType(args[0].ID())).kind
	for _, k := range p.Value.Keys {
		v, ok := parseLiteral(k, false)
		if !ok || v.Kind != kind && !(v.Kind == Count && kind == Score) {
			d.at(p.At, "param.unit", "text", k)
		}
	}
}

// walk visits an expression and all its parts.
func walk(e ast.Expr, visit func(ast.Expr)) {
	visit(e)
	switch e.Kind() {
	case ast.CallKind:
		if c := e.AsCall(); c.IsMemberFunction() {
			walk(c.Target(), visit)
		}
		for _, a := range e.AsCall().Args() {
			walk(a, visit)
		}
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			walk(x, visit)
		}
	case ast.SelectKind:
		walk(e.AsSelect().Operand(), visit)
	}
}
