package scheme

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// losses wants that a payer who withdraws is heard wherever shares may still be withdrawn: from the asking on, through every stage to which a
// case goes on, until all have paid. A stage in which they are asked or let go needs no such row, because somebody decides on them there.
func (c *checker) losses(name string, ch Children) {
	decides := func(r Row) bool { return contains(ch.OpenedBy, r.Action) || contains(ch.LetsGo, r.Action) }
	hears := func(r Row) bool { return r.ByItself() && c.needReads(r.Action, name+".withdrawn") }
	for _, row := range c.s.Stages {
		next := c.s.RowsFrom(row.To)
		if _, ends := c.s.IsEnd(row.To); ends || slices.ContainsFunc(next, decides) || slices.ContainsFunc(next, hears) {
			continue
		}
		if decides(row) || slices.ContainsFunc(c.s.RowsFrom(row.From), hears) && !c.needReads(row.Action, name+".missing(paid)") {
			c.at(row.At, "payer.deaf", "name", name, "stage", row.To)
		}
	}
}

// needReads says whether a rule that an action needs reads a fact, as factOf names it.
func (c *checker) needReads(action, fact string) (reads bool) {
	for _, need := range c.s.Needs[action] {
		if e := c.s.compiled.rules[need]; e != nil {
			walk(e.ast.Expr(), func(x ast.Expr) {
				name, ok := factOf(x)
				reads = reads || ok && name == fact
			})
		}
	}
	return reads
}

// payerNames checks what an entry of `cases` says of payers, and what a scheme says to its lead.
func (c *checker) payerNames() {
	s := c.s
	for name, ch := range s.Cases.All() {
		if !ch.Payers() {
			continue
		}
		for _, col := range []struct{ name, kind string }{{ch.Payer, "region"}, {ch.For, "org"}, {ch.Sum, "money"}} {
			f, there := s.Column(col.name)
			if col.name != "" && (!there || f.Type != col.kind || !strings.HasPrefix(col.name, ch.OneFor+".")) {
				c.at(ch.At, "payer.column", "name", col.name, "type", kindWords[Kind(col.kind)])
			}
		}
		for _, a := range ch.LetsGo {
			c.action(ch.At, a)
		}
		if !c.readsAny(name + ".") {
			c.at(ch.At, "payer.unread", "name", name)
		}
		c.losses(name, ch)
		for _, e := range s.expressions() {
			walk(e.ast.Expr(), func(x ast.Expr) {
				if x.Kind() == ast.CallKind && x.AsCall().FunctionName() == name+".missing" {
					c.literalAmong(e, x.AsCall().Args()[0], "state", PayerStates)
				}
			})
		}
	}
	l := s.Lead
	if l == nil {
		return
	}
	if a, ok := s.Amounts.Get(l.Sum); !ok || a.List() {
		c.unknown(l.At, "amount", l.Sum, s.Amounts.Names())
	}
	said := map[string]bool{}
	for _, stage := range sortedKeys(l.Says) {
		c.stage(c.mark("lead."+stage), stage)
		said[l.Says[stage]] = true
		if !contains(PayerStates, l.Says[stage]) {
			c.unknown(c.mark("lead."+stage), "state", l.Says[stage], PayerStates)
		}
	}
	for _, state := range []string{PayerConfirmed, PayerPaid} {
		if !said[state] {
			c.at(l.At, "payer.never", "state", state)
		}
	}
	for _, end := range s.Ends.Names() {
		if l.Says[end] == "" {
			c.at(c.mark("ends."+end), "payer.end_unsaid", "stage", end)
		}
	}
}

// returnNames checks the bounds of what payers get back by a round: columns of one group, shares as bounds, and a parent that
// can have payers. Whether it has the entry is looked at where both are checked together.
func (c *checker) returnNames(r *Round) {
	if r.Returns == nil {
		return
	}
	x := *r.Returns
	for _, col := range []struct{ name, kind string }{{x.For, "org"}, {x.Sum, "money"}} {
		f, there := c.s.Column(col.name)
		one, _, _ := formFact(x.For)
		group, _, _ := formFact(col.name)
		if !there || f.Type != col.kind || group != one {
			c.at(x.At, "payer.column", "name", col.name, "type", kindWords[Kind(col.kind)])
		}
	}
	c.param(x.At, x.Below, Ratio)
	c.param(x.At, x.Above, Ratio)
	if c.s.Parent == "" || !c.s.Accounts.Has(r.Within) {
		c.at(x.At, "round.returns")
	}
}

// saysTrue: what a stage says to the lead is borne out by the money of the case. A payer that says it stands by its sum has it
// set aside, one that says it paid has sent something out, and one that says it does not pay has neither.
func (p *prover) saysTrue(st *state) {
	if p.s.Lead == nil {
		return
	}
	said := p.s.Lead.Says[st.stage]
	pos := p.mark("lead." + st.stage)
	aside, out := len(st.holds) > 0, false
	for _, sum := range st.own {
		aside = aside || !sum.zero()
	}
	for _, sum := range st.out {
		out = out || !sum.zero()
	}
	true_ := true
	switch said {
	case PayerConfirmed, PayerBounced:
		true_ = aside && !out
	case PayerPaid:
		true_ = out
	case PayerAsked, PayerRefused, PayerWithdrawn:
		true_ = !aside && !out
	case PayerClawedBack:
		true_ = !aside
	default:
		return
	}
	if !true_ {
		p.say(st, pos, "payer.untrue", "stage", st.stage, "state", said)
	} else if PayerStands(said) && !st.frozen[p.s.Lead.Sum] {
		p.say(st, pos, "amount.unfrozen", "name", p.s.Lead.Sum)
	}
}

// ofPayer checks a lead and a scheme that its payers run: that the scheme answers leads, and that some rule of the lead looks at
// each state in which a case of a payer can end.
func (c *checker) ofPayer(name string, ch Children, payer *Scheme) {
	if payer.Lead == nil || payer.Parent != c.s.ID {
		c.at(ch.At, "payer.answers_not", "name", payer.ID)
		return
	}
	heard := map[string]bool{}
	for _, e := range c.s.expressions() {
		for _, n := range e.reads() {
			if entry, part, _ := strings.Cut(n, "."); entry == name {
				heard[part] = true
			}
		}
		walk(e.ast.Expr(), func(x ast.Expr) {
			if x.Kind() == ast.CallKind && x.AsCall().FunctionName() == name+".missing" {
				if t, ok := x.AsCall().Args()[0].AsLiteral().(types.String); ok {
					heard[string(t)] = true
				}
			}
		})
	}
	said := ""
	for _, end := range payer.Ends.Names() {
		state := payer.Lead.Says[end]
		if state != "" && !heard[state] && !slices.Contains(strings.Fields(said), state) {
			c.at(ch.At, "payer.unheard", "name", name, "state", state, "stage", payer.Say(end))
			said += " " + state
		}
	}
}
