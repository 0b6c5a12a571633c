package booking

import (
	"slices"

	"corridor/internal/fault"
)

// State is where a booking stands.
type State string

// The states. Those of takes hold a slot; the others take no time.
const (
	Requested State = "requested" // the owner has to answer
	Offered   State = "offered"   // a slot that came free is kept for who waited
	Held      State = "held"      // kept for another act, which confirms or gives it up
	Confirmed State = "confirmed"
	Displaced State = "displaced" // its time cannot be used; another slot may be kept for it
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed" // the instrument failed: not charged
	Declined  State = "declined"
	Cancelled State = "cancelled"
	Lapsed    State = "lapsed"
	NoShow    State = "no_show"
)

// Action is what somebody does with a booking.
type Action string

// The actions.
const (
	Confirm  Action = "confirm"
	Decline  Action = "decline"
	Accept   Action = "accept"
	Cancel   Action = "cancel"
	Change   Action = "change"
	HandOver Action = "hand_over"
	CheckIn  Action = "check_in"
	CheckOut Action = "check_out"
	Missed   Action = "no_show"
	Fail     Action = "fail"
	Displace Action = "displace"
	Lapse    Action = "lapse"
)

// Side is who takes an action.
type Side string

// The sides.
const (
	User  Side = "user"  // whose booking it is
	Owner Side = "owner" // who runs the instrument
	Clock Side = "clock" // the node, or the act that a slot is held for
)

type row struct {
	from State
	act  Action
	to   State
	by   []Side
}

// table says everything that can become of a booking; what does not stand here is refused.
var table = []row{
	{Requested, Confirm, Confirmed, []Side{Owner}},
	{Requested, Decline, Declined, []Side{Owner}},
	{Requested, Cancel, Cancelled, []Side{User, Owner}},
	{Requested, Change, Requested, []Side{User}},
	{Requested, HandOver, Requested, []Side{User}},
	{Requested, Lapse, Lapsed, []Side{Clock}},

	{Offered, Accept, Confirmed, []Side{User}},
	{Offered, Cancel, Cancelled, []Side{User, Owner}},
	{Offered, Lapse, Lapsed, []Side{Clock}},

	{Held, Confirm, Confirmed, []Side{Clock}},
	{Held, Lapse, Lapsed, []Side{Clock}},
	{Held, Decline, Declined, []Side{Owner}}, // the laboratory cannot keep it: whoever holds it is told

	{Confirmed, Cancel, Cancelled, []Side{User, Owner}},
	{Confirmed, Change, Confirmed, []Side{User, Owner}},
	{Confirmed, HandOver, Confirmed, []Side{User}},
	{Confirmed, CheckIn, Running, []Side{User, Owner}},
	{Confirmed, Missed, NoShow, []Side{Owner}},
	{Confirmed, Displace, Displaced, []Side{Owner, Clock}},

	{Displaced, Accept, Confirmed, []Side{User}},
	{Displaced, Change, Confirmed, []Side{User, Owner}},
	{Displaced, Cancel, Cancelled, []Side{User, Owner}},
	{Displaced, Lapse, Lapsed, []Side{Clock}},

	{Running, CheckOut, Done, []Side{User, Owner}},
	{Running, Fail, Failed, []Side{Owner}},
}

// States lists all of them.
var States = []State{Requested, Offered, Held, Confirmed, Displaced, Running, Done, Failed, Declined, Cancelled, Lapsed, NoShow}

// Actions lists all of them.
var Actions = []Action{Confirm, Decline, Accept, Cancel, Change, HandOver, CheckIn, CheckOut, Missed, Fail, Displace, Lapse}

// step is the state after an action of a side; refused where the table has none.
func step(from State, act Action, by Side) (State, error) {
	for _, r := range table {
		if r.from == from && r.act == act {
			if slices.Contains(r.by, by) {
				return r.to, nil
			}
			return "", fault.New(fault.Denied, "booking.side")
		}
	}
	return "", fault.New(fault.Conflict, "booking.state", "state", StateWords(from))
}

// allowed are the actions of a side in a state, in the order of the table.
func allowed(from State, by Side) (out []Action) {
	for _, r := range table {
		if r.from == from && slices.Contains(r.by, by) {
			out = append(out, r.act)
		}
	}
	return out
}

// takes says whether a booking of the state holds its slot. A displaced one holds the slot that is kept for it, if any.
func (s State) takes() bool {
	return s == Offered || s == Held || s == Confirmed || s == Running || s == Done || s == Failed
}

// over says whether nothing more becomes of it.
func (s State) over() bool {
	return !slices.ContainsFunc(table, func(r row) bool { return r.from == s })
}

// Over says whether nothing more becomes of a booking in the state.
func (s State) Over() bool { return s.over() }
