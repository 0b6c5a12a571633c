package booking

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// FreeSlots is what may be held for another act, and what each slot costs.
type FreeSlots struct {
	Inst    Instrument
	Minutes int
	Slots   []Quote
}

// Offers are the next free slots of a length for who asks, at most so many, none over another; a.From is when the first may
// begin. 0 minutes is the shortest that the plan allows. What nobody like this may book is refused as a booking would be.
func (s *Service) Offers(ctx context.Context, tx *db.Tx, a Ask, minutes, most int) (out FreeSlots, err error) {
	if out.Inst, err = selectInstrument(ctx, tx, a.Instrument); err != nil {
		return out, err
	}
	w, err := s.load(ctx, tx, out.Inst, "")
	if err != nil {
		return out, err
	}
	if minutes <= 0 {
		for _, l := range w.plan.Limits {
			if n, fits := w.plan.nearestLength(l.Least, l.Most); fits && (minutes <= 0 || n < minutes) {
				minutes = n
			}
		}
	}
	out.Minutes = minutes
	after := a.From
	for tries := 0; len(out.Slots) < most && tries < 3*most; tries++ {
		slot, ok := w.First(after, time.Time{}, minutes)
		if !ok {
			break
		}
		after, a.Span = slot.To, slot
		q, err := s.quote(ctx, tx, a)
		if err != nil {
			return out, err
		}
		if q.Refused != nil {
			if q.Refused.Kind == fault.Denied { // it is about who asks, not about the time
				return out, q.Refused
			}
			continue
		}
		out.Slots = append(out.Slots, q)
	}
	return out, nil
}

// Judged is what a use would cost, and why it is refused, in the caller's act.
func (s *Service) Judged(ctx context.Context, tx *db.Tx, a Ask) (Quote, error) {
	return s.quote(ctx, tx, a)
}

// HeldAs is the booking that a hold is for, with its instrument; found is false for an id that is not known or a tombstone.
func (s *Service) HeldAs(ctx context.Context, tx *db.Tx, id string) (b Booking, i Instrument, found bool, err error) {
	h, found, err := selectHold(ctx, tx, sqlHold, id)
	if err != nil || !found || h.Booking == "" {
		return b, i, false, err
	}
	if b, err = selectBooking(ctx, tx, h.Booking); err != nil {
		return b, i, false, err
	}
	i, err = selectInstrument(ctx, tx, b.Instrument)
	return b, i, true, err
}

// ReleaseHold gives back what an act has held: a held slot lapses, a booking that has not begun is cancelled by its rules, with
// what that costs in Charge, and one that has begun stays as it is. Again, it changes nothing. An id that is not known becomes
// a tombstone; the zero booking is returned for it.
func (s *Service) ReleaseHold(ctx context.Context, tx *db.Tx, who access.Actor, id string) (b Booking, err error) {
	h, found, err := selectHold(ctx, tx, sqlHold, id)
	if err != nil {
		return b, err
	}
	if !found || h.State == "held" || h.Booking == "" {
		if err := s.LapseHold(ctx, tx, who, id); err != nil || !found || h.Booking == "" {
			return b, err
		}
		return selectBooking(ctx, tx, h.Booking)
	}
	if b, err = selectBooking(ctx, tx, h.Booking); err != nil {
		return b, err
	}
	if b.State != Displaced && (b.State != Confirmed || !tx.Now().Before(b.From)) {
		return b, nil
	}
	i, err := selectInstrument(ctx, tx, b.Instrument)
	if err != nil {
		return b, err
	}
	if b.State == Confirmed {
		if b.Charge, err = s.charge(ctx, tx, b, Cancel); err != nil {
			return b, err
		}
	}
	if b.State, err = step(b.State, Cancel, User); err != nil {
		return b, err
	}
	b.Decided, b.DecidedBy, b.Until = tx.Now(), who.Person, time.Time{}
	if err := updateBooking(ctx, tx, b); err != nil {
		return b, err
	}
	if err := updateHold(ctx, tx, id, "lapsed"); err != nil {
		return b, err
	}
	if err := s.free(ctx, tx, i, b); err != nil {
		return b, err
	}
	if err := s.tellOwner(ctx, tx, who, i, b, "cancelled"); err != nil {
		return b, err
	}
	return b, s.record(ctx, tx, who, string(Cancel), "bookings/"+string(b.ID), i.Region, id)
}

// heldChanged tells whoever holds a booking for an act of what people did to it, and ends the hold where it is given up.
func (s *Service) heldChanged(ctx context.Context, tx *db.Tx, id unit.ID) error {
	if s.c.HeldChanged == nil {
		return nil
	}
	h, found, err := selectHold(ctx, tx, sqlHoldOf, string(id))
	if err != nil || !found {
		return err
	}
	b, err := selectBooking(ctx, tx, id)
	if err != nil {
		return err
	}
	if b.GivenUp() && h.State != "lapsed" {
		if err := updateHold(ctx, tx, h.ID, "lapsed"); err != nil {
			return err
		}
	}
	return s.c.HeldChanged(ctx, tx, h.ID, b)
}

// GivenUp says whether a booking will not be used: a displaced one has lost its time.
func (b Booking) GivenUp() bool {
	switch b.State {
	case Declined, Cancelled, Lapsed, Displaced:
		return true
	}
	return false
}

// Begun says whether the time of a booking was or is being used, or nobody came.
func (b Booking) Begun() bool {
	switch b.State {
	case Running, Done, Failed, NoShow:
		return true
	}
	return false
}
