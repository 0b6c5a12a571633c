package scheme

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	classBatch = 1 << 14 // firms that are put into classes at once
	classesMax = 200_000 // fates that are remembered
)

// fate is what becomes of a firm that walks a way.
type fate struct {
	res   Result
	sum   unit.Fen
	fails []string // rules that stopped it, at the action at which it stopped
	open  []string // rules that could not be answered there
}

// classes judges a population. Firms that every rule answers alike, and that are alike in what the sums and the rules without a way
// by columns read, have one fate: it is worked out by CEL for the first of them and remembered. Nothing is decided by columns alone.
type classes struct {
	s     *Scheme
	way   []Row
	base  testFacts
	cols  *Columns
	rules []string
	apart []string        // facts besides the rules' answers by which firms differ
	whole []string        // rules that columns answer
	alike map[string]bool // of apart: organisations that are compared with none, so that it matters only whether one is known
	known map[string]fate
}

func (s *Scheme) classes(way []Row, base testFacts, rules []string) *classes {
	c := &classes{s: s, way: way, base: base, cols: s.NewColumns(rules...), rules: rules, known: map[string]fate{}, alike: map[string]bool{}}
	read, compared := map[string]bool{}, map[string]bool{}
	reads := func(e *expr) {
		s.namesIn(e.ast.Expr(), read)
		s.comparedIn(e.ast.Expr(), compared)
	}
	screened := c.cols.Screen(s, rules, base)
	c.whole = screened.Rules
	for name := range screened.Aside {
		reads(s.compiled.rules[name])
	}
	for _, e := range s.compiled.amounts {
		reads(e)
	}
	for name := range s.Accounts.All() {
		s.nameOf(name, read)
	}
	for _, name := range sortedKeys(read) {
		if ofRegistry(name) {
			c.apart = append(c.apart, name)
			c.alike[name] = s.compiled.facts[name].kind == Org && !compared[name]
		}
	}
	return c
}

// comparedIn collects the facts that stand on a side of =, != or in.
func (s *Scheme) comparedIn(x ast.Expr, into map[string]bool) {
	walk(x, func(y ast.Expr) {
		if y.Kind() != ast.CallKind {
			return
		}
		switch c := y.AsCall(); c.FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In:
			for _, a := range c.Args() {
				s.namesIn(a, into)
			}
		}
	})
}

// each tells what becomes of every firm.
func (c *classes) each(firms []Firm, tell func(Firm, fate)) error {
	c.cols.reset()
	for _, f := range firms {
		if err := c.cols.Add(f); err != nil {
			return fmt.Errorf("firm %s: %w", f.ID, err)
		}
	}
	answers := c.cols.Screen(c.s, c.rules, c.base)
	key := make([]byte, 0, 200)
	for i, f := range firms {
		key = key[:0]
		for _, rule := range answers.Rules {
			key = append(key, '0'+answers.by[rule][i])
		}
		for _, name := range c.apart {
			key = append(key, '|')
			// Who somebody is decides nothing where it is not compared: what is asked about an organisation was given for all.
			if v := f.Facts[name]; v.Known() && c.alike[name] {
				key = append(key, '*')
			} else {
				key = append(key, v.String()...)
			}
		}
		found, ok := c.known[string(key)]
		if alone := len(answers.Rules) != len(c.whole); !ok || alone {
			var err error
			if found, err = c.walk(f); err != nil {
				return fmt.Errorf("simulate %s for %s: %w", c.s.ID, f.ID, err)
			}
			if len(c.known) < classesMax && !alone {
				c.known[string(key)] = found
			}
		}
		tell(f, found)
	}
	return nil
}

// walk takes one firm along the way. A rule stops it where it fails or cannot be answered; fields count as filled in.
func (c *classes) walk(f Firm) (fate, error) {
	done := fate{res: Pass}
	facts := simulated{f.Facts, c.base}
	purse, books := Purse{}, newBooks()
	for i, row := range c.way {
		q := c.base.question(row, purse)
		q.Facts = facts
		j, err := c.s.Judge(q)
		if err != nil {
			return done, err
		}
		for _, a := range j.Answers {
			if !slices.Contains(c.rules, a.Need) {
				continue
			}
			switch a.Result {
			case Fail:
				done.fails = append(done.fails, a.Need)
			case NotKnown:
				done.open = append(done.open, a.Need)
			}
		}
		if len(done.fails)+len(done.open) > 0 {
			if done.res = Fail; len(done.fails) == 0 {
				done.res = NotKnown
			}
			return done, nil
		}
		eff, err := c.s.Effects(q, fmt.Sprintf("s.%d", i))
		if k := fault.KindOf(err); err != nil && (k == fault.Conflict || k == fault.Invalid) {
			done.res = NotKnown // a sum that cannot be had
			return done, nil
		}
		if err != nil {
			return done, err
		}
		books.apply(c.base, eff.Postings)
		purse = eff.Purse
	}
	done.sum = c.s.goneFromBudgets(books, purse)
	return done, nil
}
