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

// FirmFacts lists the facts of an organisation that the rules and amounts on a way read, and the labels that they ask for, each
// once, in the order in which the way needs them.
func (s *Scheme) FirmFacts(way []Row) (out []FactName) {
	seen := map[string]bool{}
	for _, row := range way {
		for _, f := range s.Reads(row.Action) {
			if key := f.String(); !seen[key] && (len(f.Name) > 5 && f.Name[:5] == "firm." || f.Name == "has_label" && len(f.Args) > 1 && f.Args[0] == "firm.id") {
				seen[key] = true
				out = append(out, f)
			}
		}
	}
	return out
}
