package scheme

// line does one money line on a state, and says what is not provably right about it.
func (p *prover) line(st *state, l MoneyLine) {
	amount, ok := p.amountOf(st, l)
	if !ok {
		return
	}
	switch l.Verb {
	case "hold":
		p.hold(st, l, amount)
	case "capture":
		p.capture(st, l, amount)
	case "release":
		p.release(st, l)
	case "post":
		p.post(st, l, amount)
	}
}

// amountOf is what a line moves; ok is false if it is not fixed, or no part is left.
func (p *prover) amountOf(st *state, l MoneyLine) (sum, bool) {
	if l.Amount == "" {
		return nil, true
	}
	if !st.frozen[l.Amount] {
		p.say(st, l.At, "amount.unfrozen", "name", l.Amount)
		return nil, false
	}
	if !l.Next && !l.This {
		return p.s.sumOf(l.Amount), true
	}
	at := st.place[l.Amount]
	if l.Next && at >= p.s.partsOf(l.Amount) || l.This && at == 0 {
		p.say(st, l.At, "money.list_spent", "name", l.Amount)
		return nil, false
	}
	if l.Next {
		st.place[l.Amount] = at + 1
		return symbol(partName(l.Amount, at)), true
	}
	return symbol(partName(l.Amount, at-1)), true
}

func (p *prover) hold(st *state, l MoneyLine, amount sum) {
	if _, there := st.holds[l.Hold]; there {
		p.say(st, l.At, "money.hold_twice", "name", l.Hold)
		return
	}
	p.take(st, l, l.From, amount)
	st.holds[l.Hold] = heldSum{from: l.From, rest: amount}
}

func (p *prover) capture(st *state, l MoneyLine, amount sum) {
	h, there := st.holds[l.Hold]
	if !there {
		p.say(st, l.At, "money.no_hold", "name", l.Hold)
		return
	}
	if !st.bounds.atLeastZero(h.rest.plus(amount, -1)) {
		p.say(st, l.At, "money.over_hold", "amount", l.Amount, "name", l.Hold)
		amount = h.rest
	}
	h.rest = h.rest.plus(amount, -1)
	st.holds[l.Hold] = h
	if l.Last {
		p.give(st, h.from, h.rest)
	}
	if l.Last || h.rest.zero() {
		delete(st.holds, l.Hold)
	}
	p.bring(st, l, l.To, amount)
}

func (p *prover) release(st *state, l MoneyLine) {
	h, there := st.holds[l.Hold]
	if !there {
		p.say(st, l.At, "money.no_hold", "name", l.Hold)
		return
	}
	p.give(st, h.from, h.rest)
	delete(st.holds, l.Hold)
}

func (p *prover) post(st *state, l MoneyLine, amount sum) {
	if l.Rest {
		amount = st.own[l.From]
		p.rests[l.At] = l
		if !amount.zero() {
			p.useful[l.At] = true
		}
		delete(st.own, l.From)
		p.bring(st, l, l.To, amount)
		return
	}
	p.take(st, l, l.From, amount)
	p.bring(st, l, l.To, amount)
}

// take takes money from an account. Only own accounts and the way out are known to the machine: budgets, limits
// and the parent's account may be short, and the books refuse then.
func (p *prover) take(st *state, l MoneyLine, account string, amount sum) {
	def, _ := p.s.Accounts.Get(account)
	switch def.Kind {
	case Own:
		if def.LentTo != "" {
			p.say(st, l.At, "money.lent", "name", account)
			return
		}
		left := st.own[account].plus(amount, -1)
		if !st.bounds.atLeastZero(left) {
			p.say(st, l.At, "money.below_zero", "name", account)
			left = nil
		}
		st.put(account, left)
	case Out:
		left := st.out[account].plus(amount, -1)
		if !st.bounds.atLeastZero(left) {
			p.say(st, l.At, "money.more_back", "name", account)
			left = nil
		}
		st.out[account] = left
	}
}

// bring puts money on an account. What is lent is exactly one amount.
func (p *prover) bring(st *state, l MoneyLine, account string, amount sum) {
	def, _ := p.s.Accounts.Get(account)
	switch def.Kind {
	case Own:
		if def.LentTo != "" && (!st.own[account].zero() || amount.String() != p.s.sumOf(l.Amount).String()) {
			p.say(st, l.At, "money.lent", "name", account)
		}
		st.put(account, st.own[account].plus(amount, 1))
	case Out:
		st.out[account] = st.out[account].plus(amount, 1)
	}
}

// give frees the rest of a hold: it is on its account again.
func (p *prover) give(st *state, account string, rest sum) {
	if def, _ := p.s.Accounts.Get(account); def.Kind == Own {
		st.put(account, st.own[account].plus(rest, 1))
	}
}

func (st *state) put(account string, s sum) {
	if s.zero() {
		delete(st.own, account)
		return
	}
	st.own[account] = s
}

// label: issued once, renewed and revoked only when in force.
func (p *prover) label(st *state, l LabelLine) {
	switch {
	case l.Verb == "issue" && st.labels[l.Label]:
		p.say(st, l.At, "label.twice", "name", l.Label)
	case l.Verb != "issue" && !st.labels[l.Label]:
		p.say(st, l.At, "label.none", "name", l.Label)
	}
	st.labels[l.Label] = l.Verb != "revoke"
}
