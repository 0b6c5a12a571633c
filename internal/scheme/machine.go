package scheme

import (
	"fmt"
	"sort"
	"strings"
)

// statesMax is how many states the machine may have before check gives up.
const statesMax = 20000

// state is where a case can stand, with its money as sums of symbols. It is the abstract machine of the language
// description, section 9: time, facts and other cases are left out, so that all they say may be so.
type state struct {
	stage  string
	holds  map[string]heldSum
	own    map[string]sum // balances of own accounts; empty ones are left out
	out    map[string]sum // what went out, less what came back
	frozen map[string]bool
	place  map[string]int    // parts taken of each frozen list
	labels map[string]bool   // in force
	slots  map[string]string // held or confirmed, by field
	bounds bounds

	silent bool // a problem was said on the way here; what follows from it is not said again
	way    *way
}

type heldSum struct {
	from string
	rest sum
}

// way is how a state was reached first, backwards.
type way struct {
	action string
	before *way
}

func (w *way) String() string {
	var parts []string
	for ; w != nil; w = w.before {
		parts = append(parts, w.action)
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	if len(parts) > 12 {
		parts = append([]string{"…"}, parts[len(parts)-12:]...)
	}
	return strings.Join(parts, ", ")
}

func (st *state) clone() *state {
	c := *st
	c.holds, c.own, c.out = copied(st.holds), copied(st.own), copied(st.out)
	c.frozen, c.place, c.labels, c.bounds, c.slots = copied(st.frozen), copied(st.place), copied(st.labels), copied(st.bounds), copied(st.slots)
	return &c
}

func copied[M ~map[string]V, V any](m M) M {
	out := make(M, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// control is the state without its money: what a way round comes back to.
func (st *state) control() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%v", st.stage, st.silent)
	for _, h := range sortedKeys(st.holds) {
		fmt.Fprintf(&b, "|h %s %s", h, st.holds[h].from)
	}
	for _, part := range []map[string]bool{st.frozen, st.labels} {
		b.WriteString("|")
		for _, k := range sortedKeys(part) {
			if part[k] {
				b.WriteString(k + " ")
			}
		}
	}
	for _, k := range sortedKeys(st.place) {
		fmt.Fprintf(&b, "|%s %d", k, st.place[k])
	}
	for _, k := range sortedKeys(st.slots) {
		fmt.Fprintf(&b, "|s %s %s", k, st.slots[k])
	}
	return b.String()
}

// money is what stands where.
func (st *state) money() string {
	var b strings.Builder
	for _, h := range sortedKeys(st.holds) {
		fmt.Fprintf(&b, "%s=%s;", h, st.holds[h].rest)
	}
	for _, m := range []map[string]sum{st.own, st.out} {
		b.WriteString("|")
		for _, k := range sortedKeys(m) {
			if !m[k].zero() {
				fmt.Fprintf(&b, "%s=%s;", k, m[k])
			}
		}
	}
	return b.String()
}

// known is what is known of the amounts.
func (st *state) known() string {
	var b strings.Builder
	for _, k := range sortedKeys(st.bounds) {
		var ups []string
		for _, u := range st.bounds[k] {
			ups = append(ups, u.String())
		}
		sort.Strings(ups)
		fmt.Fprintf(&b, "%s<%s;", k, strings.Join(ups, ","))
	}
	return b.String()
}

// possible says whether what the machine knows lets a row pass in a state: the places of lists.
func (st *state) possible(s *Scheme, row Row) bool {
	if len(row.Who) == 0 {
		return true // nobody may; that is said elsewhere, and what lies behind is looked at all the same
	}
	for _, need := range s.Needs[row.Action] {
		for _, p := range s.conjunctsOf(need) {
			list, part, ok := cutDot(p.fact)
			a, isAmount := s.Amounts.Get(list)
			if !ok || part != "left" || !isAmount || !a.List() || !p.zero && !p.some {
				continue
			}
			if !st.frozen[list] {
				if s.Party(row.Who[0]) && s.travels(need, NotKnown) {
					continue // unknown, which travels on to a desk
				}
				return false // unknown, which stops whoever acts
			}
			if left := s.partsOf(list) - st.place[list]; p.zero != (left == 0) {
				return false
			}
		}
	}
	return !s.contradicts(row)
}

// prover explores the machine.
type prover struct {
	*checker
	s       *Scheme
	nodes   map[string]*visited // by control and money
	rows    map[string][]Row    // out of each stage
	taken   map[[2]string]bool  // rows that can happen
	useful  map[Pos]bool        // `rest` lines that found something
	rests   map[Pos]MoneyLine
	tooMany bool
	start   string
}

// visited is a state that was reached, with the rows out of it.
type visited struct {
	st   *state
	outs []edge
	sure bool // an end can be reached through rows that need no luck
}

type edge struct {
	row Row
	to  string
}

// step takes a row: amounts are fixed, money lines follow in their order, then labels. It returns the next state.
func (p *prover) step(st *state, row Row) *state {
	next := st.clone()
	next.way = &way{action: row.Action, before: st.way}
	for name, a := range p.s.Amounts.All() {
		if a.At == row.Action {
			p.freeze(next, name, a)
		}
	}
	for _, l := range p.s.MoneyAt(row.Action) {
		p.line(next, l)
	}
	p.slotLines(st, next, row)
	for _, l := range p.s.Labels[row.Action] {
		p.label(next, l)
	}
	p.letterFixed(next, row.Action)
	next.stage = row.To
	p.saysTrue(next)
	if _, isEnd := p.s.IsEnd(row.To); isEnd {
		p.atEnd(next)
	}
	return next
}

// say reports a problem of a state, unless one was said on the way to it.
func (p *prover) say(st *state, pos Pos, code string, args ...any) {
	if !st.silent {
		p.at(pos, code, append(args, "way", st.way.String())...)
	}
	st.silent = true
}

// freeze fixes an amount. Fixing it again is possible only when nothing stands on it any more.
func (p *prover) freeze(st *state, name string, a Amount) {
	if a.List() {
		if !st.frozen[a.Split] {
			p.say(st, a.Pos, "amount.unfrozen", "name", a.Split)
		}
		st.frozen[name], st.place[name] = true, 0
		return
	}
	if st.frozen[name] {
		if st.stands(p.s.sumOf(name)) {
			p.say(st, a.Pos, "amount.refrozen", "name", name)
		}
		p.forget(st, name)
	}
	e := p.s.compiled.amounts[name]
	if e == nil {
		return
	}
	for _, n := range e.reads() {
		if b, ok := p.s.Amounts.Get(n); ok && !b.List() && !st.frozen[n] {
			p.say(st, a.Pos, "amount.unfrozen", "name", n)
		}
	}
	ups := st.upper(p.s, e.ast.Expr())
	st.frozen[name] = true
	for k := range p.s.sumOf(name) {
		st.bounds[group(k)] = ups
	}
}

// forget drops what was known of an amount, its parts, and the amounts that were computed from it.
func (p *prover) forget(st *state, name string) {
	for k := range p.s.sumOf(name) {
		delete(st.bounds, group(k))
		for b, ups := range st.bounds {
			var keep []sum
			for _, u := range ups {
				if _, mentions := u[k]; !mentions {
					keep = append(keep, u)
				}
			}
			st.bounds[b] = keep
		}
	}
	delete(st.frozen, name)
	for list, a := range p.s.Amounts.All() {
		if a.Split == name && st.frozen[list] {
			if now, _ := p.s.Amounts.Get(name); now.At != a.At {
				p.say(st, a.Pos, "amount.refrozen", "name", list) // the old parts would live on
			}
			delete(st.frozen, list)
			delete(st.place, list)
		}
	}
}

// stands says whether money stands on any symbol of an amount.
func (st *state) stands(symbols sum) bool {
	on := func(s sum) bool {
		for k := range symbols {
			if s[k] != 0 {
				return true
			}
		}
		return false
	}
	for _, h := range st.holds {
		if on(h.rest) {
			return true
		}
	}
	for _, m := range []map[string]sum{st.own, st.out} {
		for _, s := range m {
			if on(s) {
				return true
			}
		}
	}
	return false
}

// atEnd: no hold lives and every own account is empty.
func (p *prover) atEnd(st *state) {
	p.slotsAtEnd(st)
	pos := p.mark("ends." + st.stage)
	for _, h := range sortedKeys(st.holds) {
		p.at2(st, pos, "money.stranded", "name", h, "stage", st.stage)
	}
	for _, a := range sortedKeys(st.own) {
		if !st.own[a].zero() {
			p.at2(st, pos, "money.left_over", "name", a, "stage", st.stage)
		}
	}
}

// at2 reports without silencing what else is wrong at the same end.
func (p *prover) at2(st *state, pos Pos, code string, args ...any) {
	if !st.silent {
		p.at(pos, code, append(args, "way", st.way.String())...)
	}
}
