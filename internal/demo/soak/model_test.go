package soak

import (
	"strings"
	"testing"

	"corridor/internal/unit"
)

// evidence is what a run without fault leaves: a plain order, one that was declined, two that meet on a line, two that share one.
func evidence() (Evidence, []Act) {
	var acts []Act
	e := Evidence{Banks: map[string]unit.Fen{"34": 3 * contract / 2, "33": contract / 2}}
	order := func(kind Kind, node, line string, total unit.Fen, stage string, actions string) {
		o := Seen{No: len(e.Orders), Kind: kind, Node: node, Host: node, Line: line, Total: total, Amount: contract, Stage: stage, Payable: contract / 2}
		for _, a := range strings.Fields(actions) {
			o.Actions = append(o.Actions, a)
			if a == "order_pay" {
				o.Clock = append(o.Clock, a)
				continue
			}
			acts = append(acts, Act{Order: o.No, Node: node, Action: a, Outcome: Done})
		}
		e.Orders = append(e.Orders, o)
	}
	const paid = "file accept deliver claim approve order_pay mark_paid"
	order(Plain, "34", "a", contract, "paid", paid)
	e.Orders[0].Shadow, e.Orders[0].Host = "paid", "31"
	e.Months = []Month{{"34", "31", "2026-03", contract / 2, 0, [2]string{"a", "a"}, [2]bool{true, true}}}
	order(Declined, "33", "b", contract, "declined", "file decline")
	order(Contested, "34", "c", contract, "paid", paid)
	order(Contested, "33", "c", contract, "refused", "file accept deliver claim refuse")
	order(Shared, "34", "d", 2*contract, "paid", paid)
	order(Shared, "33", "d", 2*contract, "paid", paid)
	return e, acts
}

func TestTheModel(t *testing.T) {
	e, acts := evidence()
	if found := Check(e, acts); len(found) > 0 {
		t.Error("a run without fault is found faulty:", found)
	}
	planted, missed := Controls(e, acts)
	if planted != len(plants) || len(missed) > 0 {
		t.Errorf("%d of %d faults were put in; not found: %q", planted, len(plants), missed)
	}
	e.Orders[0].Shadow = "claimed"
	if found := Check(e, acts); len(found) != 1 || found[0].Rule != "both sides" {
		t.Error("two sides that disagree:", found)
	}
}
