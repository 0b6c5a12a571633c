package soak

import (
	"slices"

	"corridor/internal/unit"
)

// plant is a fault that is put into what was really seen, so that a checker that cannot fail is found out.
type plant struct {
	name string
	rule string // of Check, which has to find it
	into func(e *Evidence, acts *[]Act) bool
}

// plants are the faults that a run is worn out for. Each changes a copy; false is an evidence that has nothing to change.
var plants = []plant{
	{"an acknowledged act is gone", "acknowledged", func(e *Evidence, _ *[]Act) bool {
		return change(e, "mark_paid", func(o *Seen) { o.Actions = without(o.Actions, "mark_paid") })
	}},
	{"an order is gone", "acknowledged", func(e *Evidence, _ *[]Act) bool {
		e.Orders = e.Orders[:max(len(e.Orders)-1, 0)]
		return true
	}},
	{"an act happened twice", "unasked", func(e *Evidence, _ *[]Act) bool {
		return change(e, "mark_paid", func(o *Seen) { o.Actions = append(o.Actions, "mark_paid") })
	}},
	{"an act was refused and happened", "unasked", func(_ *Evidence, acts *[]Act) bool {
		for i, a := range *acts {
			if a.Action == "approve" && a.Outcome == Done {
				(*acts)[i].Outcome = Refused
				return true
			}
		}
		return false
	}},
	{"an order stands still", "ended", func(e *Evidence, _ *[]Act) bool {
		return change(e, "mark_paid", func(o *Seen) { o.Stage = "ordered" })
	}},
	{"a line is paid for twice", "line", func(e *Evidence, _ *[]Act) bool {
		for i, o := range e.Orders {
			if o.Kind == Contested && o.Stage != "paid" {
				e.Orders[i].Stage = "paid"
				return true
			}
		}
		return false
	}},
	{"nobody gets a contested line", "line", func(e *Evidence, _ *[]Act) bool {
		for i, o := range e.Orders {
			if o.Kind == Contested && o.Stage == "paid" {
				e.Orders[i].Stage = "refused"
				return true
			}
		}
		return false
	}},
	{"the laboratory's node shows another stage", "both sides", func(e *Evidence, _ *[]Act) bool {
		for i, o := range e.Orders {
			if o.Shadow == "paid" {
				e.Orders[i].Shadow = "claimed"
				return true
			}
		}
		return false
	}},
	{"a statement leaves out what was paid", "statements", func(e *Evidence, _ *[]Act) bool {
		for i, m := range e.Months {
			if m.Paid > 0 {
				e.Months[i].Paid = 0
				return true
			}
		}
		return false
	}},
	{"the two sides sign two texts", "statements", func(e *Evidence, _ *[]Act) bool {
		for i := range e.Months {
			e.Months[i].Digests[1] = "other"
			return true
		}
		return false
	}},
	{"the bank pays twice", "money", func(e *Evidence, _ *[]Act) bool {
		for _, o := range e.Orders {
			if o.Stage == "paid" {
				e.Banks[o.Node] += o.Payable
				return true
			}
		}
		return false
	}},
}

// Controls puts each fault into what was seen and returns how many could be put in, and the names of those that Check does not find.
func Controls(e Evidence, acts []Act) (planted int, missed []string) {
	for _, p := range plants {
		copied, history := copyOf(e), slices.Clone(acts)
		if !p.into(&copied, &history) {
			continue
		}
		planted++
		if !slices.ContainsFunc(Check(copied, history), func(v Violation) bool { return v.Rule == p.rule }) {
			missed = append(missed, p.name)
		}
	}
	return planted, missed
}

func copyOf(e Evidence) Evidence {
	out := Evidence{Orders: slices.Clone(e.Orders), Months: slices.Clone(e.Months), Banks: map[string]unit.Fen{}}
	for i := range out.Orders {
		out.Orders[i].Actions = slices.Clone(out.Orders[i].Actions)
	}
	for code, sum := range e.Banks {
		out.Banks[code] = sum
	}
	return out
}

// change changes the first order in which an action happened.
func change(e *Evidence, action string, how func(*Seen)) bool {
	for i, o := range e.Orders {
		if slices.Contains(o.Actions, action) {
			how(&e.Orders[i])
			return true
		}
	}
	return false
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(x string) bool { return x == one })
}
