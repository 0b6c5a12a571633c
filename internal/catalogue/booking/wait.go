package booking

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Wait is a place in the waiting list of an instrument: a slot of a length within a span is wanted.
type Wait struct {
	ID         unit.ID
	Instrument unit.ID
	Org        string
	Person     unit.ID
	Span
	Length   int // minutes
	Samples  int
	Operator bool
	State    string // waiting, offered, taken, left, over
	At       time.Time
	Title    fault.Words // of the instrument
}

// offersAtOnce bounds how many places are looked at when a slot comes free.
const offersAtOnce = 50

// Join takes a place in the waiting list. Where a slot is free within the span already, that is said instead.
func (s *Service) Join(ctx context.Context, who access.Actor, a Ask, minutes int) (w Wait, err error) {
	if err := forWhom(who, &a); err != nil {
		return w, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := selectInstrument(ctx, tx, a.Instrument)
		if err != nil {
			return err
		}
		world, err := s.load(ctx, tx, i, "")
		if err != nil {
			return err
		}
		switch {
		case !a.From.Before(a.To) || !a.To.After(tx.Now()):
			return fault.New(fault.Invalid, "booking.times").On("from")
		case minutes < gridLeast || minutes > lengthMax || minutes%world.plan.stepOf(minutes) != 0:
			return fault.New(fault.Invalid, "booking.step", "minutes", lengthWords(minutes), "step", lengthWords(world.plan.stepOf(max(minutes, 1)))).On("minutes")
		}
		if slot, free := world.First(a.From, a.To, minutes); free {
			return fault.New(fault.Conflict, "booking.free_now", "first", slot.Words(world.zone))
		}
		have, err := selectWaitsOf(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if len(have) >= waitingMax {
			return fault.New(fault.Conflict, "booking.many", "most", waitingMax)
		}
		w = Wait{ID: unit.NewID(tx.Now()), Instrument: a.Instrument, Org: a.Org, Person: a.Person, Span: a.Span, Length: minutes, Samples: a.Samples, Operator: a.Operator, State: "waiting", At: tx.Now()}
		if err := insertWait(ctx, tx, w); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "wait", "instruments/"+string(i.ID), i.Region, string(w.ID))
	})
	return w, err
}

// Leave gives a place in a waiting list up.
func (s *Service) Leave(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := access.MaySomewhere(who, access.BookingCreate); err != nil {
			return err
		}
		w, err := selectWait(ctx, tx, id)
		if err != nil {
			return err
		}
		if access.May(who, access.BookingCreate, access.Scope{Org: w.Org}) != nil {
			return fault.New(fault.NotFound, "booking.unknown")
		}
		if w.State != "waiting" {
			return fault.New(fault.Conflict, "booking.wait_over")
		}
		if err := updateWait(ctx, tx, id, "left"); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "leave", "instruments/"+string(w.Instrument), "", string(id))
	})
}

// Waits are the places that the actor has.
func (s *Service) Waits(ctx context.Context, who access.Actor) (all []Wait, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = selectWaitsOf(ctx, tx, who.Person); err != nil {
			return err
		}
		for n := range all {
			i, err := selectInstrument(ctx, tx, all[n].Instrument)
			if err != nil {
				return err
			}
			all[n].Title = i.Title
		}
		return nil
	})
	return all, err
}

// offerNext keeps slots that came free for who waits, first come first served, and tells them.
func (s *Service) offerNext(ctx context.Context, tx *db.Tx, i Instrument) error {
	waiting, err := selectWaiting(ctx, tx, i.ID)
	if err != nil || len(waiting) == 0 || !i.Open() {
		return err
	}
	w, err := s.load(ctx, tx, i, "")
	if err != nil {
		return err
	}
	for n, x := range waiting {
		if !x.To.After(tx.Now()) {
			if err := updateWait(ctx, tx, x.ID, "over"); err != nil {
				return err
			}
			continue
		}
		w.needsDuty = w.plan.Rota && x.Operator
		slot, free := w.First(x.From, x.To, x.Length)
		if !free || n >= offersAtOnce {
			continue
		}
		a := Ask{Instrument: i.ID, Org: x.Org, Person: x.Person, Span: slot, Samples: x.Samples, Operator: x.Operator}
		j, b, err := s.prepare(ctx, tx, a)
		if k := fault.KindOf(err); k == fault.Conflict || k == fault.Denied || k == fault.Invalid {
			continue // this one cannot take it; the next may
		}
		if err != nil {
			return err
		}
		b.State, b.Wait, b.Until = Offered, x.ID, w.plan.keptUntil(tx.Now(), b.From)
		if err := s.put(ctx, tx, j, b); err != nil {
			return err
		}
		if err := updateWait(ctx, tx, x.ID, "offered"); err != nil {
			return err
		}
		if err := s.lapseAt(ctx, tx, b.ID, b.Until); err != nil {
			return err
		}
		if err := s.tellUser(ctx, tx, access.Actor{Name: "booking clock"}, i, b, "offered"); err != nil {
			return err
		}
		w.busy, w.free = append(w.busy, w.plan.busy(slot)), nil
	}
	return nil
}
