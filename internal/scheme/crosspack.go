package scheme

import (
	"io/fs"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// CheckPacks loads the packs at the paths and says all that is wrong with them: their files, the proof, their
// tests; and what parents and children among them ask of one another. A pack that cannot be read does not keep the
// others from being checked.
func CheckPacks(fsys fs.FS, paths ...string) Problems {
	var out Problems
	var all []*Scheme
	for _, p := range paths {
		s, problems := Load(fsys, p)
		if s != nil && len(problems) == 0 {
			problems = append(Check(s), RunTests(s)...)
			all = append(all, s)
		}
		out = append(out, problems...)
	}
	return append(out, Together(all)...)
}

// Together says what is wrong between schemes that are run side by side: a parent and a child that wait for each
// other, and stages, actions, fields and accounts of the one that the other names and that are not there.
func Together(all []*Scheme) Problems {
	var out Problems
	for _, lead := range all {
		for name, ch := range lead.Cases.All() {
			for _, payer := range all {
				if ch.Payers() && ch.Scheme == payer.ID {
					c := newChecker(lead)
					c.ofPayer(name, ch, payer)
					out = append(out, c.sorted()...)
				}
			}
		}
	}
	out = append(out, disclosedTogether(all)...)
	for _, child := range all {
		for _, parent := range all {
			if child.Parent != parent.ID || child.Jurisdiction != parent.Jurisdiction && !parent.billsAbroad(child.ID) {
				continue
			}
			c := newChecker(child)
			c.ofParent(parent)
			out = append(out, c.sorted()...)
			for name, ch := range parent.Cases.All() {
				if ch.Scheme == child.ID {
					p := newChecker(parent)
					p.ofChild(name, ch, child)
					out = append(out, p.sorted()...)
				}
			}
		}
	}
	return out
}

// billsAbroad says whether payers of other jurisdictions run the scheme under cases of this one.
func (s *Scheme) billsAbroad(id string) bool {
	for _, ch := range s.Cases.All() {
		if ch.Scheme == id && ch.Payers() {
			return true
		}
	}
	return false
}

// ofParent checks what a child names of its parent.
func (c *checker) ofParent(parent *Scheme) {
	for _, e := range c.s.expressions() {
		walk(e.ast.Expr(), func(x ast.Expr) {
			if x.Kind() != ast.CallKind {
				return
			}
			call := x.AsCall()
			if call.FunctionName() == "parent.done" {
				c.literalAmong(e, call.Args()[0], "action", parent.Actions())
				return
			}
			for i, a := range call.Args() {
				if a.Kind() != ast.IdentKind || a.AsIdent() != "parent.stage" {
					continue
				}
				for j, b := range call.Args() {
					switch {
					case i == j:
					case b.Kind() == ast.ListKind:
						for _, t := range b.AsList().Elements() {
							c.literalAmong(e, t, "stage", parent.AllStages())
						}
					default:
						c.literalAmong(e, b, "stage", parent.AllStages())
					}
				}
			}
		})
	}
	if c.s.Round != nil && c.s.Round.Returns != nil {
		r := c.s.Round.Returns
		if ch, ok := parent.Cases.Get(r.Of); !ok || !ch.Payers() {
			c.unknown(r.At, "cases", r.Of, parent.Cases.Names())
		}
	}
	for _, a := range c.s.Accounts.All() {
		if a.Kind != FromParent {
			continue
		}
		if up, ok := parent.Accounts.Get(a.Path); !ok || up.LentTo == "" {
			c.unknown(a.At, "account", a.Path, parent.Accounts.Names())
		}
	}
}

func (c *checker) literalAmong(e *expr, x ast.Expr, what string, among []string) {
	if x.Kind() != ast.LiteralKind {
		return
	}
	if t, ok := x.AsLiteral().(types.String); ok && !contains(among, string(t)) {
		c.unknown(e.at(e.offset(x.ID())), what, string(t), among)
	}
}

// ofChild checks what a parent names of a child, and that they do not wait for each other.
func (c *checker) ofChild(name string, ch Children, child *Scheme) {
	c.stagesOfChild(name, ch, child)
	for _, g := range ch.Gives {
		if f, ok := child.Field(g.Field); !ok || f.By != "parent" {
			c.unknown(ch.At, "field", g.Field, newChecker(child).fieldNames())
		}
	}
	if c.s.waitsFor(name+".open") && child.waitsFor("parent.ended") {
		c.at(ch.At, "wait.circle", "name", name)
	}
}

// waitsFor says whether an end is sure only because the fact comes true.
func (s *Scheme) waitsFor(fact string) bool {
	p := newChecker(s).proof()
	return p != nil && !p.tooMany && p.sureWays("") && !p.sureWays(fact)
}

// factNames lists the facts of an expression with the arguments as they are written.
func (e *expr) factNames(s *Scheme) []FactName {
	var out []FactName
	walk(e.ast.Expr(), func(x ast.Expr) {
		switch x.Kind() {
		case ast.IdentKind:
			name := x.AsIdent()
			if name != "zero" && !s.Params.Has(name) && !s.Amounts.Has(name) && !s.Accounts.Has(name) {
				out = append(out, FactName{Name: name})
			}
		case ast.CallKind:
			call := x.AsCall()
			if !s.isAsked(call.FunctionName()) {
				return
			}
			f := FactName{Name: call.FunctionName(), Args: []string{}}
			for _, a := range call.Args() {
				f.Args = append(f.Args, e.written(a))
			}
			out = append(out, f)
		}
	})
	return out
}

// written is an argument as it stands in the pack.
func (e *expr) written(x ast.Expr) string {
	switch x.Kind() {
	case ast.IdentKind:
		return x.AsIdent()
	case ast.LiteralKind:
		if t, ok := x.AsLiteral().(types.String); ok {
			return `"` + strings.ReplaceAll(string(t), `"`, `\"`) + `"`
		}
	}
	return e.source(x)
}

// isAsked says whether the answer of a function is a fact.
func (s *Scheme) isAsked(function string) bool {
	for _, f := range s.compiled.asked {
		if f.name == function {
			return true
		}
	}
	return false
}
