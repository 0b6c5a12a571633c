package scheme

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// upper reads off an expression which sums its value is never above: min is at most each of its arguments, share
// and the floors at most their money, a - b at most a, max and ?: what bounds all branches, a name is equal to its
// name, and paid_out(acc) is what the case has sent out at that moment. Nothing else is tried: what is true but not
// seen is refused, and the remedy is one min(…), which the reader then sees too.
func (st *state) upper(s *Scheme, x ast.Expr) []sum {
	switch x.Kind() {
	case ast.IdentKind:
		name := x.AsIdent()
		if name == "zero" {
			return []sum{nil}
		}
		if a, ok := s.Amounts.Get(name); ok && !a.List() && st.frozen[name] {
			return st.bounds.closed([]sum{s.sumOf(name)})
		}
		return nil
	case ast.CallKind:
		return st.upperCall(s, x.AsCall())
	}
	return nil
}

func (st *state) upperCall(s *Scheme, c ast.CallExpr) []sum {
	args := c.Args()
	switch c.FunctionName() {
	case "min":
		var out []sum
		for _, a := range args {
			out = append(out, st.upper(s, a)...)
		}
		return st.bounds.closed(out)
	case "max":
		return st.inAll(s, args)
	case operators.Conditional:
		return st.inAll(s, args[1:])
	case "share", "floor_yuan", "floor_to":
		// A share of less than nothing is above it, so only what is never below zero bounds a share.
		var out []sum
		for _, u := range st.upper(s, args[0]) {
			if c.FunctionName() != "share" || st.bounds.atLeastZero(u) {
				out = append(out, u)
			}
		}
		return out
	case operators.Subtract:
		if s.neverNegative(args[1]) {
			return st.upper(s, args[0])
		}
	case "paid_out":
		if args[0].Kind() == ast.IdentKind {
			return st.bounds.closed([]sum{st.out[args[0].AsIdent()]})
		}
	}
	return nil
}

// inAll are the bounds of all branches.
func (st *state) inAll(s *Scheme, branches []ast.Expr) []sum {
	var lists [][]sum
	for _, b := range branches {
		lists = append(lists, st.upper(s, b))
	}
	return inEvery(lists)
}

// neverNegative says whether an expression can be taken away without making more: what people type as money is
// never below zero, nor are frozen amounts, balances of the books and what is computed from those.
func (s *Scheme) neverNegative(x ast.Expr) bool {
	switch x.Kind() {
	case ast.IdentKind:
		name := x.AsIdent()
		if p, ok := s.Params.Get(name); ok {
			return p.By == "" && p.Value.Int >= 0
		}
		_, _, isField := formFact(name)
		return isField || name == "zero" || s.Amounts.Has(name)
	case ast.CallKind:
		switch c := x.AsCall(); c.FunctionName() {
		case "available", "balance", "paid_out", "already", "shared_income", "sum_of":
			return true
		case "share", "floor_yuan", "floor_to":
			return s.neverNegative(c.Args()[0])
		case "min", "max", operators.Add:
			return s.allNeverNegative(c.Args())
		case operators.Conditional:
			return s.allNeverNegative(c.Args()[1:])
		}
	}
	return false
}

func (s *Scheme) allNeverNegative(args []ast.Expr) bool {
	for _, a := range args {
		if !s.neverNegative(a) {
			return false
		}
	}
	return true
}

// sumOf is an amount as a sum of symbols: a sum that a list splits is the sum of its parts.
func (s *Scheme) sumOf(amount string) sum {
	for list, a := range s.Amounts.All() {
		if a.Split == amount {
			out := sum{}
			for i := 0; i < s.partsOf(list); i++ {
				out[partName(list, i)] = 1
			}
			return out
		}
	}
	return symbol(amount)
}

// partsOf is how many parts a list has.
func (s *Scheme) partsOf(list string) int {
	a, _ := s.Amounts.Get(list)
	p, _ := s.Params.Get(a.By)
	return len(p.Value.List)
}

func partName(list string, i int) string {
	return list + "#" + string(rune('0'+i/10)) + string(rune('0'+i%10))
}
