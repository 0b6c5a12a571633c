package scheme

// unused refuses what nothing uses: it is read as if it meant something.
func (c *checker) unused() {
	s := c.s
	used := map[string]bool{}
	use := func(names ...string) {
		for _, n := range names {
			used[n] = true
		}
	}
	for _, e := range s.expressions() {
		for _, n := range e.reads() {
			use(n)
			if list, _, ok := cutDot(n); ok {
				use(list)
			}
		}
	}
	c.useRows(use)
	c.useMoney(use)
	c.useMany(use)
	for _, n := range s.Params.Names() {
		if !used[n] {
			c.at(c.mark("params."+n), "param.unused", "name", n)
		}
	}
	for _, n := range s.Roles.Names() {
		if !used["role "+n] {
			c.at(c.mark("roles."+n), "name.unused", "what", whats["role"], "name", n)
		}
	}
	for _, n := range s.Accounts.Names() {
		if !used[n] {
			c.at(c.mark("accounts."+n), "name.unused", "what", whats["account"], "name", n)
		}
	}
	c.unusedRules()
	c.unusedAmounts()
}

func (c *checker) useRows(use func(...string)) {
	s := c.s
	for _, r := range s.Stages {
		use(r.Clock)
		for _, w := range r.Who {
			use("role " + w)
		}
	}
	for _, p := range s.Times {
		use(p)
	}
	use("role " + s.Overdue)
	for f := range s.Form.All() {
		use("role " + f.By)
		if x := f.Discloses; x != nil {
			use(x.Until)
			for _, r := range x.To {
				use("role " + r)
			}
		}
	}
	for _, sight := range s.See {
		for _, r := range sight.Only {
			use("role " + r)
		}
	}
	for _, p := range s.Sealed {
		use(p)
	}
	for _, l := range s.Publish {
		use(l.Shows...)
	}
	for _, l := range s.Letters {
		use(l.Names...)
	}
}

func (c *checker) useMoney(use func(...string)) {
	s := c.s
	for _, l := range s.Money {
		use(l.From, l.To)
	}
	for _, a := range s.Amounts.All() {
		use(a.By)
	}
	for _, a := range s.Accounts.All() {
		use(a.OpensWith, "role "+a.By)
		for _, h := range hole.FindAllStringSubmatch(a.Path, -1) {
			use(h[1])
		}
	}
	for _, lines := range s.Labels {
		for _, l := range lines {
			use(l.For, l.To)
		}
	}
}

func (c *checker) useMany(use func(...string)) {
	s := c.s
	for _, a := range s.Asks.All() {
		use(a.Within, a.Drop, a.Scored, a.Fee, "role "+a.Instead)
		if a.Draw != nil {
			use(a.Draw.Count, a.Draw.Reserves, a.Draw.Worked, a.Draw.PerUnit, a.Draw.Most)
		}
	}
	// A seat is asked by its ask and acts on no row.
	for name, r := range s.Roles.All() {
		if r.Seat != "" && s.Asks.Has(r.Seat) {
			use("role " + name)
		}
	}
	if r := s.Round; r != nil {
		use(r.Closes, r.Within, "role "+r.By)
		if r.Returns != nil {
			use(r.Returns.Below, r.Returns.Above)
		}
	}
	for _, ch := range s.Cases.All() {
		use("role "+ch.StartedBy, ch.Payer, ch.For, ch.Sum)
		for _, g := range ch.Gives {
			use(g.From)
		}
	}
	if st := s.Starts; st != nil {
		use(st.On)
	}
}

// unusedRules: no action needs the rule; an `ask` rule must be needed at an action of its role.
func (c *checker) unusedRules() {
	s := c.s
	for name, r := range s.Rules.All() {
		used := s.Starts != nil && contains(s.Starts.Where, name)
		for action, needs := range s.Needs {
			if !contains(needs, name) {
				continue
			}
			if s.answersNeed(action) && r.Ask == "" {
				used = true
			}
			for _, row := range s.Stages {
				if row.Action == action && (r.Ask == "" || row.Allows(r.Ask)) {
					used = true
				}
			}
		}
		if !used {
			c.at(r.At, "rule.unused", "name", name)
		}
	}
}

// unusedAmounts: no money line moves the amount, nor a list that is split from it, nor an amount that reads it
// and is moved itself.
func (c *checker) unusedAmounts() {
	s := c.s
	used := map[string]bool{}
	for _, l := range s.Money {
		used[l.Amount] = true
	}
	for changed := true; changed; {
		changed = false
		for name, a := range s.Amounts.All() {
			if !used[name] {
				continue
			}
			feeds := []string{a.Split}
			if e := s.compiled.amounts[name]; e != nil {
				feeds = append(feeds, e.reads()...)
			}
			for _, f := range feeds {
				if s.Amounts.Has(f) && !used[f] {
					used[f], changed = true, true
				}
			}
		}
	}
	for name, a := range s.Amounts.All() {
		if !used[name] {
			c.at(a.Pos, "amount.unused", "name", name)
		}
	}
}

// words checks that everything that people read has words in both languages, and that words are for something.
func (c *checker) words() {
	s := c.s
	needed := map[string]Pos{} // and where to say that they are missing
	known := s.Cases.Names()
	need := func(at Pos, names ...string) {
		for _, n := range names {
			if _, there := needed[n]; !there {
				needed[n] = at
				known = append(known, n)
			}
		}
	}
	at := c.mark("words")
	need(at, s.AllStages()...)
	need(at, s.Actions()...)
	need(at, s.Roles.Names()...)
	need(at, s.Amounts.Names()...)
	need(at, s.Asks.Names()...)
	for name, p := range s.Params.All() {
		need(p.At, name)
		need(p.At, p.Choices...)
	}
	for f := range s.Form.All() {
		need(f.At, f.Of...)
		for _, sub := range f.Fields {
			need(sub.At, sub.Of...)
		}
	}
	for _, a := range s.Asks.All() {
		for _, f := range a.Answers {
			need(a.At, f.Name)
			need(a.At, f.Of...)
		}
		if p, ok := s.Params.Get(a.Scored); ok {
			need(p.At, p.Value.Keys...)
		}
		for _, v := range a.Verdict {
			if _, ours := verdictWords[v]; ours {
				known = append(known, v)
			} else {
				need(a.At, v)
			}
		}
	}
	for _, a := range sortedKeys(s.Labels) {
		for _, l := range s.Labels[a] {
			need(l.At, l.Label)
		}
	}
	for _, n := range known {
		if pos, demanded := needed[n]; demanded && !s.Words.Has(n) {
			c.at(pos, "words.missing", "name", n)
		}
	}
	for _, n := range s.Words.Names() {
		if !contains(known, n) {
			c.at(c.mark("words."+n), "words.unused", "name", n, "meant", meant(n, known))
		}
	}
}
