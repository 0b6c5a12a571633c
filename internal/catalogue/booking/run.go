package booking

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// whole is a moment in whole minutes, the one that has begun.
func whole(t time.Time) time.Time { return t.Truncate(time.Minute) }

// CheckIn begins a use, from its set-up on and until its end.
func (s *Service) CheckIn(ctx context.Context, who access.Actor, id unit.ID) (Seen, error) {
	return s.act(ctx, who, id, CheckIn, func(tx *db.Tx, x *Seen, _ State, _ Side) error {
		slot, ok, err := selectSlotOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !ok {
			slot = x.Span
		}
		zone := x.Inst.Location()
		if now := tx.Now(); now.Before(slot.From) || !now.Before(x.To) {
			return fault.New(fault.Conflict, "booking.check_in", "from", localTime(slot.From, zone), "to", localTime(x.To, zone))
		}
		x.Used.From = whole(tx.Now())
		return nil
	})
}

// CheckOut ends a use: what was used is kept, the price is due, and time that is left is free for others.
func (s *Service) CheckOut(ctx context.Context, who access.Actor, id unit.ID, samples int) (Seen, error) {
	return s.act(ctx, who, id, CheckOut, func(tx *db.Tx, x *Seen, _ State, side Side) error {
		if samples < 0 || samples > samplesMax {
			return fault.New(fault.Invalid, "booking.number", "least", 0, "most", samplesMax).On("samples")
		}
		x.UsedSamples, x.Charge = samples, x.Price
		if err := s.ended(ctx, tx, x); err != nil {
			return err
		}
		return s.tellOther(ctx, tx, who, side, x, "done")
	})
}

// Fail ends a use that the instrument did not let succeed: nothing is charged.
func (s *Service) Fail(ctx context.Context, who access.Actor, id unit.ID, reason string) (Seen, error) {
	return s.act(ctx, who, id, Fail, func(tx *db.Tx, x *Seen, _ State, _ Side) (err error) {
		if x.Reason, err = text("reason", reason, true); err != nil {
			return err
		}
		if err := s.ended(ctx, tx, x); err != nil {
			return err
		}
		return s.tellUser(ctx, tx, who, x.Inst, x.Booking, "failed")
	})
}

// ended keeps when a use ended, and gives back the time that is left.
func (s *Service) ended(ctx context.Context, tx *db.Tx, x *Seen) error {
	now := whole(tx.Now())
	if now.Before(tx.Now()) {
		now = now.Add(time.Minute)
	}
	x.Used.To = now
	slot, ok, err := selectSlotOf(ctx, tx, x.ID)
	if err != nil || !ok {
		return err
	}
	clean := slot.To.Sub(x.To)
	if left := now.Add(clean); left.Before(slot.To) {
		if !left.After(slot.From) {
			left = slot.From.Add(time.Minute)
		}
		if err := updateSlot(ctx, tx, x.ID, Span{slot.From, left}); err != nil {
			return err
		}
		return s.offerNext(ctx, tx, x.Inst)
	}
	return nil
}

// Missed says that nobody came. The time that is left is free, and what the prices say is due.
func (s *Service) Missed(ctx context.Context, who access.Actor, id unit.ID) (Seen, error) {
	return s.act(ctx, who, id, Missed, func(tx *db.Tx, x *Seen, _ State, _ Side) (err error) {
		if tx.Now().Before(x.From) {
			return fault.New(fault.Conflict, "booking.not_yet", "from", localTime(x.From, x.Inst.Location()))
		}
		if x.Charge, err = s.charge(ctx, tx, x.Booking, Missed); err != nil {
			return err
		}
		if err := s.free(ctx, tx, x.Inst, x.Booking); err != nil {
			return err
		}
		return s.tellUser(ctx, tx, who, x.Inst, x.Booking, "missed")
	})
}

// free gives back the slot of a booking, and offers it to who waits.
func (s *Service) free(ctx context.Context, tx *db.Tx, i Instrument, b Booking) error {
	if err := dropSlot(ctx, tx, b.ID); err != nil {
		return err
	}
	if _, err := tx.Drop(ctx, lapseJob, string(b.ID)); err != nil {
		return err
	}
	return s.offerNext(ctx, tx, i)
}

const lapseJob = "booking.lapse"

// lapseAt lets a booking lapse at a moment, unless something becomes of it before.
func (s *Service) lapseAt(ctx context.Context, tx *db.Tx, id unit.ID, at time.Time) error {
	moved, err := tx.Postpone(ctx, lapseJob, string(id), at)
	if err != nil || moved {
		return err
	}
	_, err = tx.Leave(ctx, db.Job{Kind: lapseJob, Key: string(id), Due: at})
	return err
}

// Handlers are the jobs of the room.
func (s *Service) Handlers() map[string]db.Handler {
	return map[string]db.Handler{
		remindJob:  {In: func(ctx context.Context, tx *db.Tx, j db.Job) error { return s.remind(ctx, tx, unit.ID(j.Key)) }},
		overJob:    {In: func(ctx context.Context, tx *db.Tx, j db.Job) error { return s.remind(ctx, tx, unit.ID(j.Key)) }},
		lapseJob:   {In: func(ctx context.Context, tx *db.Tx, j db.Job) error { return s.lapse(ctx, tx, unit.ID(j.Key)) }},
		outsideJob: {Out: func(ctx context.Context, j db.Job) error { return s.refresh(ctx, unit.ID(j.Key)) }, AttemptsMax: 3},
		againJob: {In: func(ctx context.Context, tx *db.Tx, j db.Job) error {
			_, err := tx.Leave(ctx, db.Job{Kind: outsideJob, Key: j.Key})
			return err
		}},
	}
}

// lapse is what becomes of a request that nobody answered and of an offer that nobody took.
func (s *Service) lapse(ctx context.Context, tx *db.Tx, id unit.ID) error {
	clock := access.Actor{Name: "booking clock"}
	b, err := selectBooking(ctx, tx, id)
	if err != nil {
		return err
	}
	due := b.Until
	if b.State == Requested {
		due = b.From
	}
	if b.State != Requested && b.State != Offered && b.State != Displaced || due.IsZero() || tx.Now().Before(due) {
		return nil
	}
	i, err := selectInstrument(ctx, tx, b.Instrument)
	if err != nil {
		return err
	}
	what := "lapsed"
	if b.State == Displaced { // it still has to move; the slot is no longer kept
		b.Until, what = time.Time{}, "offer_over"
	} else {
		b.State, b.Until = Lapsed, time.Time{}
		b.Decided = tx.Now()
	}
	if err := updateBooking(ctx, tx, b); err != nil {
		return err
	}
	if b.Wait != "" {
		if err := updateWait(ctx, tx, b.Wait, "over"); err != nil {
			return err
		}
	}
	if err := s.moveAnswered(ctx, tx, clock, b, "over"); err != nil {
		return err
	}
	if b.State == Lapsed {
		if err := s.endMoves(ctx, tx, b); err != nil {
			return err
		}
	}
	if err := dropSlot(ctx, tx, id); err != nil {
		return err
	}
	if err := s.offerNext(ctx, tx, i); err != nil {
		return err
	}
	if err := s.changed(ctx, tx, i.ID); err != nil {
		return err
	}
	if err := s.tellUser(ctx, tx, clock, i, b, what); err != nil {
		return err
	}
	return s.record(ctx, tx, clock, "lapse", "bookings/"+string(id), i.Region, string(b.State))
}
