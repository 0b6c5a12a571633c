package booking

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Hit is a booking that a blackout hits, and where it would go.
type Hit struct {
	Booking
	Next    Span    // the slot that is kept for it; zero: none before the horizon
	Instead Booking // what is offered at another instrument; zero: nothing
}

// Hits says, before anything is done, which bookings a blackout would hit, and which slots would be offered.
func (s *Service) Hits(ctx context.Context, who access.Actor, x Shut) (all []Hit, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, x.Instrument)
		if err != nil {
			return err
		}
		if err := checkShut(&x); err != nil {
			return err
		}
		all, err = s.hits(ctx, tx, i, x)
		return err
	})
	return all, err
}

func checkShut(x *Shut) error {
	if !x.From.Before(x.To) || x.To.Sub(x.From) > horizonMax*24*time.Hour || !whole(x.From).Equal(x.From) || !whole(x.To).Equal(x.To) {
		return fault.New(fault.Invalid, "booking.times").On("from")
	}
	if x.Kind != Closure && x.Kind != Fault && x.Kind != Calibration {
		return fault.New(fault.Invalid, "booking.shut_kind").On("kind")
	}
	var err error
	x.Why, err = text("why", x.Why, true)
	return err
}

// hits are the bookings in the time of a blackout that have not begun, each with the next slot of its length: what is
// kept for one is not offered to another.
func (s *Service) hits(ctx context.Context, tx *db.Tx, i Instrument, x Shut) (all []Hit, err error) {
	in, err := selectBookingsOf(ctx, tx, i.ID, x.Span)
	if err != nil {
		return nil, err
	}
	var w *world
	for _, b := range in {
		if b.State != Confirmed && b.State != Held && b.State != Offered && !(b.State == Displaced && !b.Until.IsZero()) {
			continue
		}
		if w == nil {
			if w, err = s.load(ctx, tx, i, ""); err != nil {
				return nil, err
			}
			w.plan.Lead = 0
			w.shut = append(w.shut, x)
		}
		h := Hit{Booking: b}
		if b.State == Confirmed || b.State == Displaced {
			w.needsDuty = w.plan.Rota && (b.Operator || b.Supervised)
			if h.Next, _ = w.First(x.To, time.Time{}, b.minutes()); !h.Next.From.IsZero() {
				w.busy, w.free = append(w.busy, w.plan.busy(h.Next)), nil
			}
		}
		all = append(all, h)
	}
	return all, nil
}

// Close shuts an instrument exactly from one moment to another, for a reason. The bookings that it hits lose their time:
// the next free slot is kept for each, as long as the plan says, and the people are told. A hold of another act stays
// with that act: it is told when it confirms. Where Instead names another instrument of the laboratory, a slot there is
// offered too, and the user chooses.
func (s *Service) Close(ctx context.Context, who access.Actor, x Shut) (out Shut, hit []Hit, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, x.Instrument)
		if err != nil {
			return err
		}
		if err := checkShut(&x); err != nil {
			return err
		}
		if hit, err = s.hits(ctx, tx, i, x); err != nil {
			return err
		}
		x.ID = unit.NewID(tx.Now())
		if err := insertShut(ctx, tx, x, who.Person); err != nil {
			return err
		}
		plan, _, err := selectPlan(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		all := make([]Booking, len(hit))
		for n, h := range hit {
			all[n] = h.Booking
		}
		x.Instead.Why = x.Why
		offers, err := s.offerAll(ctx, tx, who, i, all, x.Instead)
		if err != nil {
			return err
		}
		for n := range hit {
			hit[n].Instead = offers[hit[n].ID]
			if err := s.displace(ctx, tx, who, i, plan, &hit[n], x); err != nil {
				return err
			}
		}
		out = x
		if err := s.changed(ctx, tx, i.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, who, string(x.Kind), "instruments/"+string(i.ID), i.Region, x.Span.Words(time.UTC))
	})
	return out, hit, err
}

// displace takes the time from a booking that a blackout hits, and keeps the next slot for it.
func (s *Service) displace(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, p Plan, h *Hit, x Shut) error {
	b := &h.Booking
	switch b.State {
	case Held:
		return nil // whoever holds it confirms or gives it up; it cannot be used and its owner says so
	case Offered:
		b.State, b.Until, b.Reason = Cancelled, time.Time{}, x.Why
		if err := s.moveAnswered(ctx, tx, who, *b, "over"); err != nil {
			return err
		}
		if err := updateWait(ctx, tx, b.Wait, "waiting"); err != nil {
			return err
		}
	default:
		b.State = Displaced
		b.Reason = b.Span.Words(i.Location()) + " " + x.Why
		b.Until = time.Time{}
	}
	if err := dropSlot(ctx, tx, b.ID); err != nil {
		return err
	}
	what := "displaced"
	if b.State == Displaced && !h.Next.From.IsZero() {
		b.Span, b.Until, what = h.Next, p.keptUntil(tx.Now(), h.Next.From), "displaced_offer"
		if err := insertSlot(ctx, tx, b.ID, i.No, p.busy(h.Next)); err != nil {
			return err
		}
		if err := s.lapseAt(ctx, tx, b.ID, b.Until); err != nil {
			return err
		}
	}
	if b.State == Cancelled {
		what = "cancelled"
	}
	b.DecidedBy, b.Decided = who.Person, tx.Now()
	if err := updateBooking(ctx, tx, *b); err != nil {
		return err
	}
	if err := s.heldChanged(ctx, tx, b.ID); err != nil {
		return err
	}
	if err := s.record(ctx, tx, who, "displace", "bookings/"+string(b.ID), i.Region, string(b.State)); err != nil {
		return err
	}
	return s.tellUser(ctx, tx, who, i, *b, what)
}

// Reopen ends a blackout: one that has begun ends now, one that lies ahead is taken back. Who waits is offered the time.
func (s *Service) Reopen(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := access.MaySomewhere(who, access.BookingManage); err != nil {
			return err
		}
		x, err := selectShut(ctx, tx, id)
		if err != nil {
			return err
		}
		i, err := s.managed(ctx, tx, who, x.Instrument)
		if err != nil {
			return err
		}
		now := whole(tx.Now())
		switch {
		case !x.Ended.IsZero() || !now.Before(x.To) || x.Kind == Outside:
			return fault.New(fault.Conflict, "booking.shut_over")
		case now.After(x.From):
			_, err = tx.Exec(ctx, sqlCutShut, string(id), db.Micros(now))
		default:
			_, err = tx.Exec(ctx, sqlEndShut, string(id), db.Micros(tx.Now()))
		}
		if err != nil {
			return err
		}
		if err := s.offerNext(ctx, tx, i); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, i.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "reopen", "instruments/"+string(i.ID), i.Region, string(id))
	})
}

// Ahead are the bookings and requests of an instrument that are not over: what withdrawing it would end.
func (s *Service) Ahead(ctx context.Context, who access.Actor, id unit.ID) (all []Seen, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, id)
		if err != nil {
			return err
		}
		ahead, err := s.ahead(ctx, tx, i)
		for _, b := range ahead {
			x := Seen{Booking: b, Inst: i}
			if err := s.named(ctx, tx, &x); err != nil {
				return err
			}
			all = append(all, x)
		}
		return err
	})
	return all, err
}

func (s *Service) ahead(ctx context.Context, tx *db.Tx, i Instrument) (all []Booking, err error) {
	in, err := selectBookingsOf(ctx, tx, i.ID, Span{tx.Now(), tx.Now().AddDate(0, 0, 2*horizonMax)})
	for _, b := range in {
		if !b.State.over() && b.State != Running {
			all = append(all, b)
		}
	}
	return all, err
}

// Withdraw takes an instrument off the booking: what lies ahead is cancelled free of charge and everybody is told. seen is
// how many bookings the owner was shown; when others came since, nothing is done. Where move names another instrument of the
// laboratory, who booked is offered a slot there.
func (s *Service) Withdraw(ctx context.Context, who access.Actor, id unit.ID, reason string, seen int, move MoveAsk) (n int, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if reason, err = text("reason", reason, true); err != nil {
			return err
		}
		if !i.Open() {
			return fault.New(fault.Conflict, "booking.withdrawn", "reason", i.Reason)
		}
		ahead, err := s.ahead(ctx, tx, i)
		if err != nil {
			return err
		}
		if n = len(ahead); n != seen {
			return fault.New(fault.Conflict, "booking.ahead", "now", n, "seen", seen)
		}
		i.State, i.Reason = "withdrawn", reason
		if err := updateInstrument(ctx, tx, i); err != nil {
			return err
		}
		move.Why = reason
		if _, err := s.offerAll(ctx, tx, who, i, ahead, move); err != nil {
			return err
		}
		if err := s.endAll(ctx, tx, who, i, ahead, reason); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "withdraw", "instruments/"+string(id), i.Region, "")
	})
	return n, err
}

// AheadIn is how many bookings and requests of a listing are not over, in the caller's act or reading; 0 for one that is
// not booked here.
func (s *Service) AheadIn(ctx context.Context, tx *db.Tx, id unit.ID) (int, error) {
	i, err := selectInstrument(ctx, tx, id)
	if err != nil {
		return 0, butNot(err, fault.NotFound)
	}
	all, err := s.ahead(ctx, tx, i)
	return len(all), err
}

// EndIn cancels what lies ahead of a listing free of charge, in the caller's act, and tells everybody, also who waits. The
// caller has asked whether the actor may, and has shown how many there are.
func (s *Service) EndIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, reason string) (int, error) {
	i, err := selectInstrument(ctx, tx, id)
	if err != nil {
		return 0, butNot(err, fault.NotFound)
	}
	ahead, err := s.ahead(ctx, tx, i)
	if err != nil {
		return 0, err
	}
	if err := s.endAll(ctx, tx, who, i, ahead, reason); err != nil {
		return 0, err
	}
	if err := s.changed(ctx, tx, id); err != nil {
		return 0, err
	}
	return len(ahead), s.record(ctx, tx, who, "end", "instruments/"+string(id), i.Region, fmt.Sprint(len(ahead), " bookings"))
}

// endAll ends bookings of an instrument and its waiting list.
func (s *Service) endAll(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, ahead []Booking, reason string) error {
	for _, b := range ahead {
		if err := s.endWith(ctx, tx, who, i, b, reason); err != nil {
			return err
		}
	}
	waiting, err := selectWaiting(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if err := updateWait(ctx, tx, w.ID, "over"); err != nil {
			return err
		}
		n := s.told(i, Booking{Span: w.Span, Reason: reason}, "wait_over")
		n.Object, n.Path, n.To, n.Org = "instruments/"+string(i.ID), "/instruments/"+string(i.ID), notice.Audience{Person: w.Person}, w.Org
		if err := s.tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// endWith ends one booking of an instrument that is withdrawn; a hold becomes a tombstone.
func (s *Service) endWith(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, b Booking, reason string) error {
	if b.State == Held {
		h, found, err := selectHold(ctx, tx, sqlHoldOf, string(b.ID))
		if err != nil {
			return err
		}
		if found {
			if err := updateHold(ctx, tx, h.ID, "lapsed"); err != nil {
				return err
			}
		}
		b.State = Lapsed
	} else {
		b.State = Cancelled
	}
	if b.Wait != "" {
		if err := updateWait(ctx, tx, b.Wait, "over"); err != nil {
			return err
		}
	}
	if err := s.moveAnswered(ctx, tx, who, b, "over"); err != nil {
		return err
	}
	b.Reason, b.Until, b.DecidedBy, b.Decided = reason, time.Time{}, who.Person, tx.Now()
	if err := updateBooking(ctx, tx, b); err != nil {
		return err
	}
	if err := dropSlot(ctx, tx, b.ID); err != nil {
		return err
	}
	if _, err := tx.Drop(ctx, lapseJob, string(b.ID)); err != nil {
		return err
	}
	if err := s.heldChanged(ctx, tx, b.ID); err != nil {
		return err
	}
	return s.tellUser(ctx, tx, who, i, b, "withdrawn")
}
