package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Seen is a booking as an actor sees it, with what the actor may do.
type Seen struct {
	Booking
	Inst    Instrument
	OrgName fault.Words
	Who     string // the user's name
	Sides   []Side
	Allowed []Action
	Hold    string // the id of the act that the slot is kept for
	// InPlaceOf is the move that the booking is the offer of, Moved the one that was made for it and is not refused; nil: none.
	InPlaceOf, Moved *Move
}

// Can says whether the actor may take an action now.
func (x Seen) Can(a string) bool { return slices.Contains(x.Allowed, Action(a)) }

// side is User or Owner, and both for who is both.
func sidesOf(who access.Actor, i Instrument, b Booking) (all []Side) {
	if access.May(who, access.BookingCreate, access.Scope{Org: b.Org}) == nil {
		all = append(all, User)
	}
	if manages(who, i.Org) {
		all = append(all, Owner)
	}
	return all
}

// open loads a booking for who may see it: the user's organisation and the owner. To all others there is none.
func (s *Service) open(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (x Seen, err error) {
	if access.MaySomewhere(who, access.BookingCreate) != nil {
		if err := access.MaySomewhere(who, access.BookingManage); err != nil {
			return x, err
		}
	}
	if x.Booking, err = selectBooking(ctx, tx, id); err != nil {
		return x, err
	}
	if x.Inst, err = selectInstrument(ctx, tx, x.Instrument); err != nil {
		return x, err
	}
	if x.Sides = sidesOf(who, x.Inst, x.Booking); len(x.Sides) == 0 {
		return x, fault.New(fault.NotFound, "booking.unknown")
	}
	for _, side := range x.Sides {
		for _, a := range allowed(x.State, side) {
			if !slices.Contains(x.Allowed, a) && !(x.State == Displaced && a == Accept && x.Until.IsZero()) {
				x.Allowed = append(x.Allowed, a)
			}
		}
	}
	return x, nil
}

// Booking is one booking, for the user's organisation and the owner.
func (s *Service) Booking(ctx context.Context, who access.Actor, id unit.ID) (x Seen, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = s.open(ctx, tx, who, id); err != nil {
			return err
		}
		h, found, err := selectHold(ctx, tx, sqlHoldOf, string(id))
		if found {
			x.Hold = h.ID
		}
		if err != nil {
			return err
		}
		if err := s.moves(ctx, tx, &x); err != nil {
			return err
		}
		return s.named(ctx, tx, &x)
	})
	return x, err
}

// named fills in what people are called.
func (s *Service) named(ctx context.Context, tx *db.Tx, x *Seen) error {
	o, err := s.c.Registry.Org(ctx, tx, x.Org)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if x.OrgName = o.Name; o.Name[0] == "" {
		x.OrgName = fault.Words{x.Org, x.Org}
	}
	x.Who, _, err = s.c.Access.Address(ctx, tx, x.Person)
	return err
}

// act loads a booking, steps it, lets do change it and keeps it. do is told the state before, and the side that acts.
func (s *Service) act(ctx context.Context, who access.Actor, id unit.ID, a Action, do func(tx *db.Tx, x *Seen, was State, side Side) error) (x Seen, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if x, err = s.open(ctx, tx, who, id); err != nil {
			return err
		}
		side := x.Sides[0]
		to, err := step(x.State, a, side)
		if err != nil && len(x.Sides) > 1 {
			side = x.Sides[1]
			to, err = step(x.State, a, side)
		}
		if err != nil {
			return err
		}
		was := x.State
		x.State = to
		if err := do(tx, &x, was, side); err != nil {
			return err
		}
		x.DecidedBy, x.Decided = who.Person, tx.Now()
		if err := updateBooking(ctx, tx, x.Booking); err != nil {
			return fmt.Errorf("booking %s: %w", id, err)
		}
		if err := s.changed(ctx, tx, x.Instrument); err != nil {
			return err
		}
		if err := s.movedBy(ctx, tx, who, side, a, x.Booking); err != nil {
			return err
		}
		if a == Change || a == Accept {
			if err := s.remindAgain(ctx, tx, x.Booking); err != nil {
				return err
			}
		}
		if err := s.heldChanged(ctx, tx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, who, string(a), "bookings/"+string(id), x.Inst.Region, string(x.State))
	})
	return x, err
}

// Confirm is the owner's yes to a request. Of two requests for one slot the second is refused.
func (s *Service) Confirm(ctx context.Context, who access.Actor, id unit.ID) (Seen, error) {
	return s.act(ctx, who, id, Confirm, func(tx *db.Tx, x *Seen, _ State, _ Side) error {
		j, err := s.again(ctx, tx, x.Booking)
		if err != nil {
			return err
		}
		if err := insertSlot(ctx, tx, id, x.Inst.No, j.world.plan.busy(x.Span)); err != nil {
			return err
		}
		return s.tellUser(ctx, tx, who, x.Inst, x.Booking, "confirmed")
	})
}

// again judges a booking that was asked for before, at its own times.
func (s *Service) again(ctx context.Context, tx *db.Tx, b Booking) (judged, error) {
	j, err := s.judge(ctx, tx, Ask{Instrument: b.Instrument, Org: b.Org, Person: b.Person, Span: b.Span, Samples: b.Samples, Operator: b.Operator, Purpose: b.Purpose, Class: b.Class, settled: true}, b.ID)
	if err == nil && j.refused != nil {
		e, _ := j.refusal()
		return j, e
	}
	return j, err
}

// Decline is the owner's no to a request, with the reason.
func (s *Service) Decline(ctx context.Context, who access.Actor, id unit.ID, reason string) (Seen, error) {
	return s.act(ctx, who, id, Decline, func(tx *db.Tx, x *Seen, was State, _ Side) (err error) {
		if x.Reason, err = text("reason", reason, true); err != nil {
			return err
		}
		if was == Held {
			if err := s.free(ctx, tx, x.Inst, x.Booking); err != nil {
				return err
			}
		}
		return s.tellUser(ctx, tx, who, x.Inst, x.Booking, "declined")
	})
}

// Accept takes the slot that is kept for a booking: one that came free, or the one in place of a time that cannot be used.
func (s *Service) Accept(ctx context.Context, who access.Actor, id unit.ID) (Seen, error) {
	return s.act(ctx, who, id, Accept, func(tx *db.Tx, x *Seen, _ State, _ Side) error {
		if x.Until.IsZero() || !tx.Now().Before(x.Until) {
			return fault.New(fault.Conflict, "booking.offer_over")
		}
		x.Until = time.Time{}
		if x.Wait != "" {
			if err := updateWait(ctx, tx, x.Wait, "taken"); err != nil {
				return err
			}
		}
		if _, err := tx.Drop(ctx, lapseJob, string(id)); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, who, x.Inst, x.Booking, "accepted")
	})
}

// Cancel gives a booking up. The user is charged as the prices say when it is late; nobody is when the owner cancels.
func (s *Service) Cancel(ctx context.Context, who access.Actor, id unit.ID, reason string) (Seen, error) {
	return s.act(ctx, who, id, Cancel, func(tx *db.Tx, x *Seen, was State, side Side) (err error) {
		if x.Reason, err = text("reason", reason, side == Owner); err != nil {
			return err
		}
		if was == Confirmed && side == User {
			if x.Charge, err = s.charge(ctx, tx, x.Booking, Cancel); err != nil {
				return err
			}
		}
		if x.Wait != "" && was == Offered {
			if err := updateWait(ctx, tx, x.Wait, "left"); err != nil {
				return err
			}
		}
		if err := s.free(ctx, tx, x.Inst, x.Booking); err != nil {
			return err
		}
		what := "cancelled"
		if _, offer, err := selectMove(ctx, tx, id); err != nil {
			return err
		} else if offer && was == Offered && side == User {
			what = "instead_no"
		}
		return s.tellOther(ctx, tx, who, side, x, what)
	})
}

// charge is what is due for giving a booking up now, or for not coming.
func (s *Service) charge(ctx context.Context, tx *db.Tx, b Booking, a Action) (unit.Fen, error) {
	all, err := selectPrices(ctx, tx, b.Instrument)
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		if p.Version != b.PriceVersion {
			continue
		}
		switch {
		case a == Missed:
			return share(b.Price, p.NoShow), nil
		case tx.Now().After(b.FreeUntil):
			return share(b.Price, p.LateShare), nil
		}
	}
	return 0, nil
}

// CancelCharge is what cancelling a booking would cost its user now.
func (s *Service) CancelCharge(ctx context.Context, b Booking) (sum unit.Fen, err error) {
	if b.State != Confirmed {
		return 0, nil
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { sum, err = s.charge(ctx, tx, b, Cancel); return err })
	return sum, err
}

// Change moves a booking to other times. A confirmed one stays confirmed where the new times pass; its user may move it
// as long as it is cancelled free of charge. The price is that of the new times.
func (s *Service) Change(ctx context.Context, who access.Actor, id unit.ID, to Span) (Seen, error) {
	return s.act(ctx, who, id, Change, func(tx *db.Tx, x *Seen, was State, side Side) error {
		if side == User && was == Confirmed && tx.Now().After(x.FreeUntil) {
			return fault.New(fault.Conflict, "booking.change_late", "until", localTime(x.FreeUntil, x.Inst.Location()))
		}
		j, err := s.judge(ctx, tx, Ask{Instrument: x.Instrument, Org: x.Org, Person: x.Person, Span: to, Samples: x.Samples, Operator: x.Operator, Class: x.Class, settled: side == Owner || was == Displaced}, id)
		if err != nil {
			return err
		}
		if j.refused != nil {
			e, _ := j.refusal()
			return e
		}
		q, err := j.price()
		if err != nil {
			return err
		}
		x.Span, x.Lines, x.Price, x.Deposit, x.PriceVersion, x.FreeUntil, x.Until = to, q.Lines, q.Price, q.Deposit, q.PriceVersion, q.FreeUntil, time.Time{}
		if err := dropSlot(ctx, tx, id); err != nil {
			return err
		}
		if x.State.takes() {
			if err := insertSlot(ctx, tx, id, x.Inst.No, j.world.plan.busy(to)); err != nil {
				return err
			}
		} else if err := s.lapseAt(ctx, tx, id, to.From); err != nil {
			return err
		}
		if was == Displaced {
			if _, err := tx.Drop(ctx, lapseJob, string(id)); err != nil {
				return err
			}
		}
		if err := s.offerNext(ctx, tx, x.Inst); err != nil {
			return err
		}
		return s.tellOther(ctx, tx, who, side, x, "moved")
	})
}

// Colleagues are the people to whom a booking may be handed: those of its organisation.
func (s *Service) Colleagues(ctx context.Context, who access.Actor, id unit.ID) (all []Duty, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := s.open(ctx, tx, who, id)
		if err != nil {
			return err
		}
		all, err = s.peopleOf(ctx, tx, x.Org)
		all = slices.DeleteFunc(all, func(d Duty) bool { return d.Person == x.Person })
		return err
	})
	return all, err
}

// Staff are the people of the organisation that owns an instrument, for who runs it.
func (s *Service) Staff(ctx context.Context, who access.Actor, id unit.ID) (all []Duty, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, id)
		if err == nil {
			all, err = s.peopleOf(ctx, tx, i.Org)
		}
		return err
	})
	return all, err
}

// peopleMax is how many people of an organisation can be chosen from.
const peopleMax = 200

// memberIDs are the people of an organisation that can be chosen from.
func (s *Service) memberIDs(ctx context.Context, tx *db.Tx, org string) ([]unit.ID, error) {
	return s.c.Access.Reached(ctx, tx, notice.Audience{Org: org}, peopleMax)
}

// peopleOf are the same people with their names.
func (s *Service) peopleOf(ctx context.Context, tx *db.Tx, org string) (all []Duty, err error) {
	ids, err := s.memberIDs(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		name, _, err := s.c.Access.Address(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, Duty{Person: id, Name: name})
	}
	return all, nil
}

// HandOver gives a booking to a colleague, who has to be allowed to use the instrument.
func (s *Service) HandOver(ctx context.Context, who access.Actor, id, to unit.ID) (Seen, error) {
	return s.act(ctx, who, id, HandOver, func(tx *db.Tx, x *Seen, _ State, _ Side) error {
		colleagues, err := s.memberIDs(ctx, tx, x.Org)
		if err != nil {
			return err
		}
		if to == x.Person || !slices.Contains(colleagues, to) {
			return fault.New(fault.Invalid, "booking.colleague").On("person")
		}
		x.Person = to
		j, err := s.again(ctx, tx, x.Booking)
		if err != nil {
			return err
		}
		x.Supervised = j.supervised
		if err := s.tellUser(ctx, tx, who, x.Inst, x.Booking, "handed"); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, who, x.Inst, x.Booking, "handed")
	})
}
