package scheme

import (
	"cel.dev/cel-go/common/ast"

	"corridor/internal/unit"
)

// Everybody are the facts of a day that are the same for all firms: the day, its year, and which region lies in which.
type Everybody struct {
	Day     unit.Day
	Regions *unit.Regions
}

// Fact answers them; everything else is unknown.
func (e Everybody) Fact(name string, args ...Value) (Value, Vouched, error) {
	switch {
	case name == "today":
		return DayValue(e.Day), Vouched{By: "clock"}, nil
	case name == "year" && e.Day.Valid():
		return CountValue(int64(e.Day.Year())), Vouched{By: "clock"}, nil
	case name == "in_region" && len(args) == 2:
		if in, known := e.Regions.In(unit.Region(args[0].Text), unit.Region(args[1].Text), e.Day); known {
			return YesNoValue(in), Vouched{By: "GB/T 2260"}, nil
		}
	}
	return Value{}, Vouched{}, nil
}

// OfRegistry are the facts of one firm beside those that are the same for everybody.
func (f Firm) OfRegistry(rest Facts) Facts { return oneFirm{f.Facts, rest} }

// Rule answers one rule that no officer is asked, from facts alone: before there is a case.
func (s *Scheme) Rule(name string, f Facts) (Result, error) {
	r := s.reading(f, s.Start(), &Purse{})
	a, err := s.answer(r, name, Question{})
	return a.Result, err
}

// RegistryRules lists the rules that the registry, the edition and the calendar decide: nothing that stands in a case, in the books
// or in another node.
func (s *Scheme) RegistryRules() (out []string) {
	for name := range s.Rules.All() {
		e := s.compiled.rules[name]
		if e == nil {
			continue
		}
		read := map[string]bool{}
		s.namesIn(e.ast.Expr(), read)
		only, ofFirm := true, false
		for fact := range read {
			ofFirm = ofFirm || ofRegistry(fact)
			_, sum := s.Amounts.Get(fact)
			_, account := s.Accounts.Get(fact)
			only = only && !sum && !account && (ofRegistry(fact) || s.Params.Has(fact) || fact == "today" || fact == "year" || fact == "jurisdiction" || fact == "scheme" || fact == "zero")
		}
		walk(e.ast.Expr(), func(x ast.Expr) {
			if x.Kind() == ast.CallKind {
				for _, f := range askedFunctions {
					only = only && (f.name != x.AsCall().FunctionName() || f.name == "in_region")
				}
			}
		})
		if only && ofFirm {
			out = append(out, name)
		}
	}
	return out
}
