package scheme

import "sort"

// money checks the lines that can be judged one by one: kinds of accounts, who acts, who fixed what is paid.
func (c *checker) money() {
	s := c.s
	filled := map[string]bool{}
	for _, l := range s.Money {
		filled[l.To] = true
	}
	for _, l := range s.Money {
		c.accountsOf(l, filled)
		c.whoMoves(l)
		c.decidedBy(l)
	}
	c.readsItself()
	c.restOpen()
}

// sources are the accounts that a line may take from: its own, or those of the holds of its name.
func (s *Scheme) sources(l MoneyLine) []string {
	if l.From != "" {
		return []string{l.From}
	}
	var out []string
	for _, h := range s.Money {
		if h.Verb == "hold" && h.Hold == l.Hold && !contains(out, h.From) {
			out = append(out, h.From)
		}
	}
	return out
}

func (s *Scheme) kindOf(account string) AccountKind {
	a, _ := s.Accounts.Get(account)
	return a.Kind
}

func (c *checker) accountsOf(l MoneyLine, filled map[string]bool) {
	s := c.s
	for _, from := range s.sources(l) {
		if l.To == "" {
			break
		}
		if from == l.To {
			c.at(l.At, "money.same_account", "name", from)
			continue
		}
		if (s.kindOf(from) == Limit) != (s.kindOf(l.To) == Limit) {
			c.at(l.At, "money.asset", "from", from, "to", l.To)
		}
	}
	if from, ok := s.Accounts.Get(l.From); ok {
		if from.Kind == Limit && from.OpensWith == "" && !filled[l.From] {
			c.at(l.At, "money.never_filled", "name", l.From)
		}
		if l.Rest && from.Kind != Own {
			c.at(l.At, "money.rest", "name", l.From)
		}
		if l.Verb == "hold" && from.Kind == Out {
			c.at(l.At, "money.line", "text", l.Text)
		}
	}
}

// whoMoves: a party never moves money, the bank is touched by one role, and what happens without a person takes
// nothing that may be short.
func (c *checker) whoMoves(l MoneyLine) {
	s := c.s
	for _, r := range s.rowsOf(l.Action) {
		if r.ByPerson() && (l.Verb == "capture" || l.Verb == "post") && !s.desksAct(r) && len(r.Who) > 0 {
			c.at(l.At, "money.by_party", "action", l.Action)
		}
		for _, acc := range []string{l.From, l.To} {
			a, _ := s.Accounts.Get(acc)
			if a.Kind == Out && (len(r.Who) != 1 || r.Who[0] != a.By) {
				c.at(l.At, "money.out_by", "role", a.By, "name", acc)
			}
		}
		if a, _ := s.Accounts.Get(l.From); (r.ByClock() || r.ByItself()) && (a.Kind == Budget || a.Kind == Limit || a.Kind == FromParent) {
			c.at(l.At, "silence.takes", "name", l.From)
		}
	}
}

// leaves says whether the line takes money out of a budget or out of the books.
func (s *Scheme) leaves(l MoneyLine) bool {
	if s.kindOf(l.To) == Out && l.To != "" {
		return true
	}
	if l.Verb != "capture" && l.Verb != "post" {
		return false
	}
	for _, from := range s.sources(l) {
		if k := s.kindOf(from); (k == Budget || k == FromParent) && s.kindOf(l.To) != Budget {
			return true
		}
	}
	return false
}

// fixedAt are the actions at which a sum, or the sum that a list is split from, is fixed.
func (s *Scheme) fixedAt(amount string) []string {
	a, ok := s.Amounts.Get(amount)
	if !ok {
		return nil
	}
	out := []string{a.At}
	if a.List() {
		for _, x := range s.fixedAt(a.Split) {
			if !contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// decidedBy: what leaves a budget or goes out was fixed by an officer, and another pays it out.
func (c *checker) decidedBy(l MoneyLine) {
	s := c.s
	if l.Amount == "" || !s.leaves(l) {
		return
	}
	for _, at := range s.fixedAt(l.Amount) {
		for _, r := range s.rowsOf(at) {
			if !c.byOffice(r) {
				c.at(l.At, "amount.decided_by_nobody", "name", l.Amount)
			}
		}
		if s.kindOf(l.To) == Out && !c.apart(at, l.Action) {
			c.at(l.At, "separate.missing", "fixes", at, "pays", l.Action)
		}
	}
}

// apart says whether two actions are never of one person; an action is never apart from itself.
func (c *checker) apart(a, b string) bool {
	for _, p := range c.s.Separate {
		if a != b && (p == [2]string{a, b} || p == [2]string{b, a}) {
			return true
		}
	}
	return false
}

// readsItself: an amount is not computed from itself, nor from one that is fixed after it at the same action.
func (c *checker) readsItself() {
	s := c.s
	order := map[string]int{}
	for i, n := range s.Amounts.Names() {
		order[n] = i
	}
	for name, a := range s.Amounts.All() {
		if e := s.compiled.amounts[name]; e != nil {
			for _, n := range e.reads() {
				if list, _, ok := cutDot(n); ok {
					n = list
				}
				if b, ok := s.Amounts.Get(n); ok && (n == name || b.At == a.At && order[n] > order[name]) {
					c.at(a.Pos, "amount.cycle", "name", name)
				}
			}
		}
		if b, ok := s.Amounts.Get(a.Split); ok && b.At == a.At && order[a.Split] > order[name] {
			c.at(a.Pos, "amount.cycle", "name", name)
		}
	}
}

// restOpen: a lent account is emptied, and its balance read, only where a rule says that no child is open.
func (c *checker) restOpen() {
	s := c.s
	for name, a := range s.Accounts.All() {
		if a.LentTo == "" {
			continue
		}
		for _, l := range s.Money {
			if l.Rest && l.From == name && !c.noneOpen(l.Action, a.LentTo) {
				c.at(l.At, "money.rest_open", "name", name, "cases", a.LentTo, "way", l.Action)
			}
		}
		for amount, def := range s.Amounts.All() {
			if e := s.compiled.amounts[amount]; e != nil && e.readsBalance(name) && !c.noneOpen(def.At, a.LentTo) {
				c.at(def.Pos, "money.rest_open", "name", name, "cases", a.LentTo, "way", def.At)
			}
		}
	}
}

// noneOpen says whether an action needs that no child is open.
func (c *checker) noneOpen(action, cases string) bool {
	for _, n := range c.s.Needs[action] {
		for _, p := range c.s.conjunctsOf(n) {
			if p.fact == cases+".open" && p.zero {
				return true
			}
		}
	}
	return false
}

func (e *expr) readsBalance(account string) bool {
	names := e.reads()
	sort.Strings(names)
	return contains(names, "balance") && contains(names, account)
}
