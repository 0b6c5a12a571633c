package node

import (
	"context"
	"fmt"
	"strconv"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// freeMost is how many free slots are offered at once.
const freeMost = 24

// slots is the calendars of this node's instruments as the federation asks them: federation.Calendars.
type slots struct{ n *Node }

// Free lists free slots of an instrument with their prices.
func (c slots) Free(ctx context.Context, tx *db.Tx, _ string, q federation.FreeQuestion) (a federation.FreeAnswer, err error) {
	ask := booking.Ask{Instrument: q.Listing, Org: q.Org.Code, Person: q.Person, Span: booking.Span{From: q.After}, Samples: q.Samples, Operator: q.Operator, Class: booking.GuestClass(q.Org.Kind)}
	got, err := c.n.Bookings.Offers(ctx, tx, ask, q.Minutes, freeMost)
	if err != nil {
		return a, err
	}
	a = federation.FreeAnswer{Listing: q.Listing, Title: got.Inst.Title, Place: got.Inst.Place, Zone: got.Inst.Zone, Minutes: got.Minutes, Offers: []federation.FreeSlot{}}
	for _, x := range got.Slots {
		a.Class = booking.ClassWords(x.Class)
		a.Offers = append(a.Offers, federation.FreeSlot{From: x.From, To: x.To, Price: x.Price, Lines: priceLines(x.Lines)})
	}
	return a, nil
}

// priceLines are the parts of a price with the rule of each.
func priceLines(all []booking.Line) []federation.PriceLine {
	out := []federation.PriceLine{}
	for _, l := range all {
		p := federation.PriceLine{What: booking.ItemWords(l.What), Sum: l.Sum}
		rate, qty := l.Rate.String(), strconv.FormatInt(l.Qty, 10)
		switch l.Unit {
		case "minute":
			long := booking.LengthWords(int(l.Qty))
			p.Rule = fault.Words{long[0] + " × 每小时 " + rate + " 元", long[1] + " × " + rate + " yuan an hour"}
		case "sample":
			p.Rule = fault.Words{qty + " 个样品 × " + rate + " 元", qty + " samples × " + rate + " yuan"}
		case "day":
			p.Rule = fault.Words{qty + " 天 × " + rate + " 元", qty + " days × " + rate + " yuan"}
		}
		out = append(out, p)
	}
	return out
}

// Hold keeps a slot at the price that was offered.
func (c slots) Hold(ctx context.Context, tx *db.Tx, who access.Actor, from string, k federation.SlotAsk) (a federation.SlotAnswer, err error) {
	here := from == c.n.Node.Code
	if !here && !c.n.vouches(ctx, tx, from, k.Org.Code) {
		return a, fault.New(fault.Denied, "federation.slot_org")
	}
	ask := booking.Ask{Instrument: k.Listing, Org: k.Org.Code, Person: unit.ID(k.Person), Span: booking.Span{From: k.From, To: k.To}, Samples: k.Samples, Operator: k.Operator,
		Purpose: k.CaseNo, Class: booking.GuestClass(k.Org.Kind)}
	if !here {
		ask.Person = unit.ID(from + "/" + k.Person)
	}
	had, _, err := c.n.Bookings.HoldOf(ctx, tx, k.ID)
	if err != nil {
		return a, err
	}
	if had == "" {
		q, err := c.n.Bookings.Judged(ctx, tx, ask)
		switch {
		case err != nil:
			return a, err
		case q.Refused != nil && here:
			return a, q.Refused
		case q.Refused != nil:
			return federation.SlotAnswer{State: federation.SlotRefused, Code: q.Refused.Code, Why: words(q.Refused), NextFrom: q.Next.From, NextTo: q.Next.To}, nil
		case q.Price != k.Price:
			return a, fault.New(fault.Conflict, "federation.slot_price", "price", q.Price)
		}
	}
	if _, err := c.n.Bookings.Hold(ctx, tx, who, k.ID, ask); err != nil {
		return a, err
	}
	return c.answer(ctx, tx, k.ID, federation.SlotHeld)
}

// words is what a refusal says.
func words(f *fault.Error) fault.Words {
	return fault.Words{f.Sentence(fault.ZH), f.Sentence(fault.EN)}
}

// answer is how a hold stands, with its instrument and price.
func (c slots) answer(ctx context.Context, tx *db.Tx, id, state string) (a federation.SlotAnswer, err error) {
	b, i, found, err := c.n.Bookings.HeldAs(ctx, tx, id)
	if err != nil || !found {
		return federation.SlotAnswer{State: state}, err
	}
	return answerOf(b, i, state), nil
}

func answerOf(b booking.Booking, i booking.Instrument, state string) federation.SlotAnswer {
	return federation.SlotAnswer{State: state, Title: i.Title, Zone: i.Zone, Price: b.Price, Charge: b.Charge, Booking: b.ID, From: b.From, To: b.To}
}

// Confirm makes a hold a booking. One that can no longer be used is lost, with the reason, and given up.
func (c slots) Confirm(ctx context.Context, tx *db.Tx, who access.Actor, id string) (a federation.SlotAnswer, err error) {
	_, err = c.n.Bookings.ConfirmHold(ctx, tx, who, id)
	if err == nil {
		return c.answer(ctx, tx, id, federation.SlotConfirmed)
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return a, err
	}
	if _, err := c.n.Bookings.ReleaseHold(ctx, tx, who, id); err != nil {
		return a, err
	}
	if a, err = c.answer(ctx, tx, id, federation.SlotLost); err != nil {
		return a, err
	}
	a.Code, a.Why = f.Code, words(f)
	return a, nil
}

// Release gives a hold back.
func (c slots) Release(ctx context.Context, tx *db.Tx, who access.Actor, id string) (federation.SlotAnswer, error) {
	b, err := c.n.Bookings.ReleaseHold(ctx, tx, who, id)
	if err != nil {
		return federation.SlotAnswer{}, err
	}
	state := federation.SlotReleased
	if b.Begun() || b.State == booking.Confirmed {
		state = federation.SlotUsed
	}
	return c.answer(ctx, tx, id, state)
}

// bookingChanged tells the federation what people of this node did to a booking that a case holds.
func (n *Node) bookingChanged(ctx context.Context, tx *db.Tx, hold string, b booking.Booking) error {
	_, i, found, err := n.Bookings.HeldAs(ctx, tx, hold)
	if err != nil || !found || b.Begun() {
		return err
	}
	a := answerOf(b, i, federation.SlotConfirmed)
	switch {
	case b.GivenUp():
		a.State, a.Code = federation.SlotLost, "federation.slot_given_up"
		a.Why = words(fault.New(fault.Conflict, a.Code, "state", booking.StateWords(b.State), "reason", fault.Words{b.Reason, b.Reason}))
	case b.State == booking.Held:
		a.State = federation.SlotHeld
	}
	if err := n.Federation.CalendarChanged(ctx, tx, hold, a); err != nil {
		return fmt.Errorf("tell of the slot %s: %w", hold, err)
	}
	return nil
}

// vouches says whether a node may speak for an organisation that books here: the registry says that it is at home there, or
// does not know it, and the node hosts the region in which its credit code was given out.
func (n *Node) vouches(ctx context.Context, tx *db.Tx, from, code string) bool {
	o, err := n.Registry.Org(ctx, tx, code)
	if err == nil {
		return o.Home == from
	}
	const at, digits = 2, 6 // of the credit code, GB 32100: where it was registered
	if len(code) < at+digits {
		return false
	}
	region, err := unit.ParseRegion(code[at : at+digits])
	return err == nil && n.Federation.HostsRegion(ctx, tx, from, region)
}
