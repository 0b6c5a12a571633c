package scheme

// Check says what is wrong with a scheme that Load could read: names, words, rows and clocks; then what can go wrong
// on any way through its stages, by the abstract machine; the basis of every rule; then what its tests leave open. It stops before the
// proof when names or rows are not clear. What the tests themselves get wrong is said by RunTests.
func Check(s *Scheme) Problems {
	c := newChecker(s)
	c.proof()
	c.grounded()
	if len(RunTests(s)) == 0 { // as long as tests fail, what they leave open is not clear
		c.tested()
	}
	return c.sorted()
}

// Prove is Check without the tests: what is wrong whatever the tests say.
func Prove(s *Scheme) Problems {
	c := newChecker(s)
	c.proof()
	return c.sorted()
}

func newChecker(s *Scheme) *checker { return &checker{found: found{lines: s.lines}, s: s} }

// checker goes through a scheme that was decoded.
type checker struct {
	found
	s *Scheme
}

// grounded refuses a rule that names no basis: whoever is refused by it may ask where it stands. What nobody has compared with its
// source names it all the same and says verified: false.
func (c *checker) grounded() {
	for name, r := range c.s.Rules.All() {
		if r.Basis == "" {
			c.at(r.At, "rule.no_basis", "name", name)
		}
	}
}

// proof checks the form and explores the machine; nil if the form leaves too much open.
func (c *checker) proof() *prover {
	c.names()
	c.rows()
	c.money()
	for _, p := range c.problems {
		if blocks(p.Code) {
			return nil
		}
	}
	return c.prove()
}

func (c *checker) mark(name string) Pos {
	if p, ok := c.s.marks[name]; ok {
		return p
	}
	return Pos{File: c.s.root.pos.File, Line: 1, Col: 1}
}

func (c *checker) unknown(pos Pos, what, name string, among []string) {
	c.at(pos, "name.unknown", "what", whats[what], "name", name, "meant", meant(name, among))
}
