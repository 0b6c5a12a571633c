package scheme

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"corridor/internal/unit"
)

// Limits of judging by columns.
const (
	batch       = 4096   // firms that are gone through at once, so that what is in between stays in the cache
	distinctMax = 70_000 // different texts of one column for which an expression is worked out one by one
)

// Screened is what rules answer for a population.
type Screened struct {
	Rules []string          // that were answered here, in the order in which they were asked for
	Aside map[string]string // the others, and why: they have to be judged firm by firm
	by    map[string][]uint8
}

// Answer is what a rule answers for the i-th firm; false for a rule that stands aside.
func (x *Screened) Answer(rule string, i int) (Result, bool) {
	col, ok := x.by[rule]
	if !ok {
		return NotKnown, false
	}
	return [...]Result{no: Fail, unclear: NotKnown, yes: Pass}[col[i]], true
}

// Counts are how many firms pass, fail, and cannot be judged by a rule.
func (x *Screened) Counts(rule string) (pass, fails, unknown int) {
	var n [3]int
	for _, a := range x.by[rule] {
		n[a]++
	}
	return n[yes], n[no], n[unclear]
}

// Qualify counts the firms that pass all the rules answered here.
func (x *Screened) Qualify() (n int) {
	if len(x.Rules) == 0 {
		return 0
	}
	for i := range x.by[x.Rules[0]] {
		all := yes
		for _, rule := range x.Rules {
			all = min(all, x.by[rule][i])
		}
		if all == yes {
			n++
		}
	}
	return n
}

// Screen answers rules for all firms of the columns at once. same are the facts that are the same for everybody, such as the day;
// nothing is asked of it for a firm. What cannot be answered so stands aside, and nothing is guessed: a part of a rule is either
// one of the few forms below, whose meaning is CEL's, or is worked out by CEL itself once for each text that occurs.
func (c *Columns) Screen(s *Scheme, rules []string, same Facts) *Screened {
	out := &Screened{Aside: map[string]string{}, by: map[string][]uint8{}}
	for _, name := range rules {
		e := s.compiled.rules[name]
		if e == nil {
			out.Aside[name] = "an officer answers it"
			continue
		}
		b := binding{s: s, c: c, same: same, e: e}
		col, err := b.run()
		if err != nil {
			out.Aside[name] = err.Error()
			continue
		}
		out.Rules, out.by[name] = append(out.Rules, name), col
	}
	return out
}

// binding is one rule bound to the columns that it reads.
type binding struct {
	s    *Scheme
	c    *Columns
	same Facts
	e    *expr
}

// A side answers a part of a rule that is yes or no for the firms from..from+len(out), a size one that is a number.
type (
	side func(from int, out []uint8) error
	size func(from int, out []int64) error
)

func (b *binding) run() ([]uint8, error) {
	f, err := b.side(b.e.ast.Expr())
	if err != nil {
		return nil, err
	}
	out := make([]uint8, b.c.n)
	for from := 0; from < b.c.n; from += batch {
		if err := f(from, out[from:min(from+batch, b.c.n)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// side binds an expression of yes or no.
func (b *binding) side(x ast.Expr) (side, error) {
	vary := b.varying(x)
	if len(vary) == 0 {
		v, err := b.once(x)
		if err != nil {
			return nil, err
		}
		return everywhere(sideOf(v)), nil
	}
	switch x.Kind() {
	case ast.IdentKind:
		if col := b.c.cols[x.AsIdent()]; col != nil && col.kind == YesNo {
			return func(from int, out []uint8) error { copy(out, col.sides[from:]); return nil }, nil
		}
	case ast.CallKind:
		c := x.AsCall()
		switch name := c.FunctionName(); name {
		case operators.LogicalNot:
			f, err := b.side(c.Args()[0])
			if err != nil {
				return nil, err
			}
			return func(from int, out []uint8) error {
				err := f(from, out)
				for i, v := range out {
					out[i] = yes - v
				}
				return err
			}, nil
		case operators.LogicalAnd, operators.LogicalOr:
			return b.joined(c.Args(), name == operators.LogicalAnd)
		case operators.Conditional:
			return b.either(c.Args())
		default:
			if sign, is := signs[name]; is && b.sized(c.Args()[0]) && b.sized(c.Args()[1]) {
				return b.compared(sign, c.Args()[0], c.Args()[1])
			}
		}
	}
	if len(vary) == 1 {
		return b.tabled(x, vary[0])
	}
	return nil, fmt.Errorf("reads %d facts at once: %v", len(vary), vary)
}

func (b *binding) sides(args []ast.Expr) (out []side, err error) {
	for _, a := range args {
		f, err := b.side(a)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// joined is && or ||.
func (b *binding) joined(args []ast.Expr, and bool) (side, error) {
	parts, err := b.sides(args)
	if err != nil {
		return nil, err
	}
	return func(from int, out []uint8) error {
		if err := parts[0](from, out); err != nil {
			return err
		}
		var room [batch]uint8
		for _, p := range parts[1:] {
			other := room[:len(out)]
			if err := p(from, other); err != nil {
				return err
			}
			if and {
				for i, v := range other {
					out[i] = min(out[i], v)
				}
			} else {
				for i, v := range other {
					out[i] = max(out[i], v)
				}
			}
		}
		return nil
	}, nil
}

// either is a ? b : c; what cannot be decided is not known.
func (b *binding) either(args []ast.Expr) (side, error) {
	parts, err := b.sides(args)
	if err != nil {
		return nil, err
	}
	return func(from int, out []uint8) error {
		var then, other [batch]uint8
		for i, room := range [][]uint8{out, then[:len(out)], other[:len(out)]} {
			if err := parts[i](from, room); err != nil {
				return err
			}
		}
		for i, v := range out {
			switch v {
			case yes:
				out[i] = then[i]
			case no:
				out[i] = other[i]
			}
		}
		return nil
	}, nil
}

// tabled works an expression out by CEL once for each text of the one column that it reads, and once for none.
func (b *binding) tabled(x ast.Expr, name string) (side, error) {
	col := b.c.cols[name]
	if col == nil || col.kind == YesNo || col.kind == Org || hasSize(col.kind) {
		return nil, fmt.Errorf("%s is not a fact of a closed list", name)
	}
	if len(col.texts) > distinctMax {
		return nil, fmt.Errorf("%s has %d different values", name, len(col.texts))
	}
	sub, err := b.e.partOf(b.s, x)
	if err != nil {
		return nil, err
	}
	table := make([]uint8, len(col.texts)+1)
	for i := range table {
		v := Value{}
		if i > 0 {
			v = TextOf(col.kind, col.texts[i-1])
		}
		answer, err := b.worked(sub, map[string]Value{name: v})
		if err != nil {
			return nil, err
		}
		table[i] = sideOf(answer)
	}
	return func(from int, out []uint8) error {
		for i, at := range col.places[from : from+len(out)] {
			out[i] = table[at+1]
		}
		return nil
	}, nil
}

// compared compares two numbers of one unit.
func (b *binding) compared(sign string, x, y ast.Expr) (side, error) {
	f, err := b.size(x)
	if err != nil {
		return nil, err
	}
	g, err := b.size(y)
	if err != nil {
		return nil, err
	}
	return func(from int, out []uint8) error {
		var p, q [batch]int64
		if err := f(from, p[:len(out)]); err != nil {
			return err
		}
		if err := g(from, q[:len(out)]); err != nil {
			return err
		}
		for i := range out {
			switch {
			case p[i] == noNumber || q[i] == noNumber:
				out[i] = unclear
			case holds(sign, p[i], q[i]):
				out[i] = yes
			default:
				out[i] = no
			}
		}
		return nil
	}, nil
}

func holds(sign string, a, b int64) bool {
	switch sign {
	case "<":
		return a < b
	case "≤":
		return a <= b
	case ">":
		return a > b
	case "≥":
		return a >= b
	case "≠":
		return a != b
	}
	return a == b
}

// sized says whether an expression is a number that is compared as it is. A score beside a count is not: their units differ.
func (b *binding) sized(x ast.Expr) bool {
	t := b.e.ast.GetType(x.ID())
	k := b.s.shapeOfType(t).kind
	return hasSize(k) && k != Score
}

// size binds an expression that is a number.
func (b *binding) size(x ast.Expr) (size, error) {
	if len(b.varying(x)) == 0 {
		v, err := b.once(x)
		if err != nil {
			return nil, err
		}
		n := int64(noNumber)
		if v.Known() {
			n = v.Int
		}
		return func(_ int, out []int64) error {
			for i := range out {
				out[i] = n
			}
			return nil
		}, nil
	}
	switch x.Kind() {
	case ast.IdentKind:
		if col := b.c.cols[x.AsIdent()]; col != nil && hasSize(col.kind) {
			return func(from int, out []int64) error { copy(out, col.numbers[from:]); return nil }, nil
		}
	case ast.CallKind:
		c := x.AsCall()
		if do := reckon[c.FunctionName()]; do != nil && len(c.Args()) == 2 {
			return b.reckoned(do, c.Args())
		}
	}
	return nil, fmt.Errorf("no way by columns for a part of it")
}

// reckon are the computations that columns can do, as CEL has them in functions.go. An error sends the whole rule aside.
var reckon = map[string]func(a, b int64) (int64, error){
	operators.Add:      func(a, b int64) (int64, error) { v, err := unit.Fen(a).Add(unit.Fen(b)); return int64(v), err },
	operators.Subtract: func(a, b int64) (int64, error) { v, err := unit.Fen(a).Sub(unit.Fen(b)); return int64(v), err },
	"min":              func(a, b int64) (int64, error) { return min(a, b), nil },
	"max":              func(a, b int64) (int64, error) { return max(a, b), nil },
	"share": func(a, b int64) (int64, error) {
		r, err := unit.RatioOfBillionths(b)
		if err != nil {
			return 0, err
		}
		return int64(unit.Fen(a).Share(r)), nil
	},
}

func (b *binding) reckoned(do func(a, b int64) (int64, error), args []ast.Expr) (size, error) {
	f, err := b.size(args[0])
	if err != nil {
		return nil, err
	}
	g, err := b.size(args[1])
	if err != nil {
		return nil, err
	}
	return func(from int, out []int64) error {
		if err := f(from, out); err != nil {
			return err
		}
		var q [batch]int64
		if err := g(from, q[:len(out)]); err != nil {
			return err
		}
		for i, a := range out {
			if a == noNumber || q[i] == noNumber {
				out[i] = noNumber
				continue
			}
			if out[i], err = do(a, q[i]); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func everywhere(with uint8) side {
	return func(_ int, out []uint8) error {
		for i := range out {
			out[i] = with
		}
		return nil
	}
}

func sideOf(v Value) uint8 {
	switch {
	case !v.Known():
		return unclear
	case v.True():
		return yes
	}
	return no
}

// varying are the facts that may differ from firm to firm, in the order of their names: those of the registry, and what a part of the
// expression stands for that is made of them, such as a parameter by city.
func (b *binding) varying(x ast.Expr) []string {
	names := map[string]bool{}
	b.s.namesIn(x, names)
	var out []string
	for _, n := range sortedKeys(names) {
		if ofRegistry(n) || n == openCases {
			out = append(out, n)
		}
	}
	return out
}

// openCases is asked of the cases, for each firm; no column holds it.
const openCases = "firm.open_cases"

// namesIn collects the facts that an expression reads, with those inside its parameters and accounts.
func (s *Scheme) namesIn(x ast.Expr, into map[string]bool) {
	walk(x, func(y ast.Expr) {
		switch {
		case y.Kind() == ast.CallKind && y.AsCall().FunctionName() == openCases:
			into[openCases] = true
		case y.Kind() == ast.IdentKind:
			s.nameOf(y.AsIdent(), into)
		}
	})
}

func (s *Scheme) nameOf(name string, into map[string]bool) {
	if into[name] {
		return
	}
	into[name] = true
	if p, ok := s.Params.Get(name); ok && p.By != "" {
		s.nameOf(p.By, into)
	}
	a, ok := s.Accounts.Get(name)
	if !ok {
		return
	}
	for _, h := range hole.FindAllStringSubmatch(a.Path, -1) {
		s.nameOf(h[1], into)
	}
	if e := s.compiled.owners[name]; e != nil {
		s.namesIn(e.ast.Expr(), into)
	} else if a.Kind == Own {
		into["firm.id"] = true
	}
}

// once works out by CEL a part that is the same for everybody.
func (b *binding) once(x ast.Expr) (Value, error) {
	sub, err := b.e.partOf(b.s, x)
	if err != nil {
		return Value{}, err
	}
	return b.worked(sub, nil)
}

// worked works a part out with some facts given.
func (b *binding) worked(sub *expr, given map[string]Value) (Value, error) {
	v, _, err := sub.eval(b.s.reading(oneFirm{given, b.same}, b.s.Start(), &Purse{}))
	return v, err
}

// oneFirm gives some facts of a firm, and asks for the rest.
type oneFirm struct {
	given map[string]Value
	rest  Facts
}

func (f oneFirm) Fact(name string, args ...Value) (Value, Vouched, error) {
	if v, ok := f.given[name]; ok && len(args) == 0 {
		return v, Vouched{}, nil
	}
	if f.rest == nil {
		return Value{}, Vouched{}, nil
	}
	return f.rest.Fact(name, args...)
}
