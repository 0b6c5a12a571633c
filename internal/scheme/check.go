package scheme

// Check says what is wrong with a scheme that Load could read: names that nothing has, and names that nothing uses.
func Check(s *Scheme) Problems {
	c := &checker{found: found{lines: s.lines}, s: s}
	c.names()
	return c.sorted()
}

// checker goes through a scheme that was decoded.
type checker struct {
	found
	s *Scheme
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
