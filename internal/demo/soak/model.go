package soak

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"corridor/internal/unit"
)

// Seen is an order as the nodes tell it when all is over.
type Seen struct {
	No      int
	Kind    Kind
	Node    string
	Host    string // node of the laboratory
	Line    string // seller and number
	Total   unit.Fen
	Amount  unit.Fen
	Stage   string
	Actions []string // in the case's history, in its order
	Clock   []string // those of them that a clock took
	Payable unit.Fen
	Shadow  string // stage in which the laboratory's node shows it, "" where it is the firm's, or shows none
}

// Evidence is what all nodes say.
type Evidence struct {
	Orders []Seen
	Banks  map[string]unit.Fen // what each jurisdiction's bank account has paid out for orders
	Months []Month             // statements between two jurisdictions
}

// Violation is something that must not be.
type Violation struct {
	Rule  string
	Order int // -1: of no single one
	Says  string
}

func (v Violation) String() string {
	if v.Order < 0 {
		return v.Rule + ": " + v.Says
	}
	return fmt.Sprintf("%s: order %d: %s", v.Rule, v.Order, v.Says)
}

// over are the stages in which an order may stand when all is over; delivered only a contested one whose line was used before.
var over = map[Kind][]string{
	Plain:     {"paid"},
	Shared:    {"paid"},
	Declined:  {"declined"},
	Cancelled: {"cancelled"},
	Contested: {"paid", "refused", "delivered"},
}

// Check holds what the nodes say against what was asked and answered. It knows nothing of how the nodes work:
//
//	acknowledged  what was answered as done stands in the case, exactly once; what was refused does not
//	unasked       nothing stands there that nobody asked for and no clock took
//	ended         every order has come to an end that its kind allows
//	line          no invoice line is paid for above its sum, and one that was contested is paid for
//	money         each bank account has paid exactly what its orders were granted
//	both sides    the laboratory's node shows the order as its home does
//	statements    every month is signed by both sides, over one text without a difference, and they add up to what was granted
func Check(e Evidence, acts []Act) (all []Violation) {
	all = append(all, checkActs(e, acts)...)
	all = append(all, checkLines(e)...)
	all = append(all, checkMoney(e)...)
	return append(all, checkMonths(e)...)
}

func checkActs(e Evidence, acts []Act) (all []Violation) {
	type one struct {
		order  int
		action string
	}
	asked := map[one]map[Outcome]int{}
	for _, a := range acts {
		k := one{a.Order, a.Action}
		if asked[k] == nil {
			asked[k] = map[Outcome]int{}
		}
		asked[k][a.Outcome]++
	}
	seen := map[int]bool{}
	for _, o := range e.Orders {
		seen[o.No] = true
		happened := map[string]int{}
		for _, x := range o.Actions {
			happened[x]++
		}
		for _, x := range o.Clock {
			happened[x]--
		}
		for action, n := range happened {
			a := asked[one{o.No, action}]
			if n > a[Done]+a[Unknown] {
				all = append(all, Violation{"unasked", o.No, fmt.Sprintf("%s happened %d times, was asked for and not refused %d times", action, n, a[Done]+a[Unknown])})
			}
		}
		if !slices.Contains(over[o.Kind], o.Stage) {
			all = append(all, Violation{"ended", o.No, fmt.Sprintf("a %s one stands in %s", o.Kind, o.Stage)})
		}
		if o.Shadow != "" && o.Shadow != o.Stage {
			all = append(all, Violation{"both sides", o.No, fmt.Sprintf("stands in %s at home, in %s at the laboratory's node", o.Stage, o.Shadow)})
		}
	}
	for k, a := range asked {
		if !seen[k.order] {
			all = append(all, Violation{"acknowledged", k.order, "the order is nowhere"})
			continue
		}
		i := slices.IndexFunc(e.Orders, func(o Seen) bool { return o.No == k.order })
		n := 0
		for _, x := range e.Orders[i].Actions {
			if x == k.action {
				n++
			}
		}
		if n < a[Done] {
			all = append(all, Violation{"acknowledged", k.order, fmt.Sprintf("%s was answered as done %d times and happened %d times", k.action, a[Done], n)})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Order < all[j].Order })
	return all
}

func checkLines(e Evidence) (all []Violation) {
	type use struct {
		total, paid, asked unit.Fen
		orders             []string
		claimed            bool
	}
	lines := map[string]*use{}
	for _, o := range e.Orders {
		if !slices.Contains(o.Actions, "claim") && o.Stage != "delivered" {
			continue
		}
		u := lines[o.Line]
		if u == nil {
			u = &use{total: o.Total}
			lines[o.Line] = u
		}
		u.claimed = u.claimed || slices.Contains(o.Actions, "claim")
		u.orders = append(u.orders, fmt.Sprint(o.No))
		u.asked += o.Amount
		if o.Stage == "paid" {
			u.paid += o.Amount
		}
	}
	for name, u := range lines {
		switch who := strings.Join(u.orders, " and "); {
		case u.paid > u.total:
			all = append(all, Violation{"line", -1, fmt.Sprintf("%s: %s yuan of %s were paid for, in orders %s", name, u.paid.Yuan(), u.total.Yuan(), who)})
		case u.paid < min(u.total, u.asked):
			all = append(all, Violation{"line", -1, fmt.Sprintf("%s: of %s yuan only %s were paid for, though orders %s claimed it", name, u.total.Yuan(), u.paid.Yuan(), who)})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Says < all[j].Says })
	return all
}

func checkMoney(e Evidence) (all []Violation) {
	granted := map[string]unit.Fen{}
	for _, o := range e.Orders {
		granted[o.Node] += 0
		if o.Stage == "paid" {
			granted[o.Node] += o.Payable
		}
	}
	for node, sum := range granted {
		if e.Banks[node] != sum {
			all = append(all, Violation{"money", -1, fmt.Sprintf("%s: %s yuan were granted, the bank has paid %s", node, sum.Yuan(), e.Banks[node].Yuan())})
		}
	}
	return all
}

func checkMonths(e Evidence) (all []Violation) {
	type pair struct{ payer, host string }
	granted, stated := map[pair]unit.Fen{}, map[pair]unit.Fen{}
	for _, o := range e.Orders {
		if o.Stage == "paid" && o.Host != o.Node {
			granted[pair{o.Node, o.Host}] += o.Payable
		}
	}
	for _, m := range e.Months {
		stated[pair{m.Payer, m.Host}] += m.Paid
		name := fmt.Sprintf("%s to %s, %s", m.Payer, m.Host, m.Period)
		if m.Digests[0] != m.Digests[1] || m.Digests[0] == "" || !m.Signed[0] || !m.Signed[1] {
			all = append(all, Violation{"statements", -1, name + ": the two sides have not signed one text"})
		}
		if m.Differences > 0 {
			all = append(all, Violation{"statements", -1, fmt.Sprintf("%s: %d differences", name, m.Differences)})
		}
	}
	for p, sum := range granted {
		if stated[p] != sum {
			all = append(all, Violation{"statements", -1, fmt.Sprintf("%s to %s: %s yuan were granted, %s are stated", p.payer, p.host, sum.Yuan(), stated[p].Yuan())})
		}
	}
	return all
}
