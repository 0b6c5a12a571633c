package scheme

import (
	"sort"

	"cel.dev/cel-go/common/ast"
)

// ParamsOf lists the parameters that a rule reads, in the order of their names.
func (s *Scheme) ParamsOf(rule string) []string {
	e := s.compiled.rules[rule]
	if e == nil {
		return nil
	}
	seen := map[string]bool{}
	walk(e.ast.Expr(), func(x ast.Expr) {
		if x.Kind() == ast.IdentKind && s.Params.Has(x.AsIdent()) {
			seen[x.AsIdent()] = true
		}
	})
	out := make([]string, 0, len(seen))
	for name := range seen {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
