package scheme

import (
	"strings"

	"cel.dev/cel-go/common/ast"
)

// Outside says whether cases of an entry are opened by whoever wants to, each for an organisation of its own: the role that
// starts them is anybody. They are other people's cases: they take nothing from what the case above lends.
func (s *Scheme) Outside(ch Children) bool {
	r, ok := s.Roles.Get(ch.StartedBy)
	return ok && r.Anyone
}

// outsideNames checks that nothing is lent to cases that anybody may open.
func (c *checker) outsideNames() {
	s := c.s
	for name, a := range s.Accounts.All() {
		if ch, ok := s.Cases.Get(a.LentTo); ok && s.Outside(ch) {
			c.at(a.At, "children.outside_lent", "name", name, "cases", a.LentTo)
		}
	}
}

// countedParts are the functions of an entry of `cases` that ask for a stage of the children.
func countedParts(ch Children) []string {
	if ch.Payers() {
		return []string{"missing"}
	}
	return []string{"missing", "reached"}
}

// countsChildren says whether a function counts children by a stage: X.missing("s"), X.reached("s").
func countsChildren(function string) bool {
	return strings.HasSuffix(function, ".missing") || strings.HasSuffix(function, ".reached")
}

// stagesOfChild checks the stages of a child that its parent names.
func (c *checker) stagesOfChild(name string, ch Children, child *Scheme) {
	if ch.Payers() {
		return
	}
	for _, e := range c.s.expressions() {
		walk(e.ast.Expr(), func(x ast.Expr) {
			if x.Kind() != ast.CallKind {
				return
			}
			for _, part := range countedParts(ch) {
				if x.AsCall().FunctionName() == name+"."+part {
					c.literalAmong(e, x.AsCall().Args()[0], "stage", child.AllStages())
				}
			}
		})
	}
}

// sealFact says whether what a field is sealed by is a day of the case above and no parameter: until its open time ends.
func sealFact(by string) bool { return by == "parent.ends" }
