package booking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// holdIDMax bounds the id of a hold, in bytes.
const holdIDMax = 200

// Hold keeps a slot for another act, in that act's transaction. id is the caller's: the same id with the same content
// answers as the first time, with other content it is refused, and one that lapsed stays lapsed. The room has no timeout
// of its own: the caller confirms it or gives it up. The caller has asked whether the actor may.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, who access.Actor, id string, a Ask) (Booking, error) {
	if id == "" || len(id) > holdIDMax {
		return Booking{}, fault.New(fault.Invalid, "booking.hold_id", "most", holdIDMax)
	}
	digest := contentOf(a)
	h, found, err := selectHold(ctx, tx, sqlHold, id)
	switch {
	case err != nil:
		return Booking{}, err
	case found && h.State == "lapsed":
		return Booking{}, fault.New(fault.Conflict, "booking.hold_lapsed")
	case found && h.Digest != digest:
		return Booking{}, fault.New(fault.Conflict, "booking.hold_other")
	case found:
		return selectBooking(ctx, tx, h.Booking)
	}
	j, b, err := s.prepare(ctx, tx, a)
	if err != nil {
		return b, err
	}
	b.State = Held
	if err := s.put(ctx, tx, j, b); err != nil {
		return b, err
	}
	if err := insertHold(ctx, tx, hold{id, b.ID, "held", digest}); err != nil {
		return b, err
	}
	if err := s.tellOwner(ctx, tx, who, j.inst, b, "held"); err != nil {
		return b, err
	}
	return b, s.record(ctx, tx, who, "hold", "bookings/"+string(b.ID), j.inst.Region, id)
}

// contentOf digests what a hold asks for.
func contentOf(a Ask) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d\n%d\n%d\n%t\n%s", a.Instrument, a.Org, a.Person, db.Micros(a.From), db.Micros(a.To), a.Samples, a.Operator, a.Quote))
	return hex.EncodeToString(sum[:])
}

// ConfirmHold makes a held slot a confirmed booking; again, it answers as the first time. A lapsed one is refused, and one
// whose time the owner has shut since: its caller gives it up, or waits until it is open again.
func (s *Service) ConfirmHold(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Booking, error) {
	h, found, err := selectHold(ctx, tx, sqlHold, id)
	switch {
	case err != nil:
		return Booking{}, err
	case !found:
		return Booking{}, fault.New(fault.NotFound, "booking.unknown")
	case h.State == "lapsed":
		return Booking{}, fault.New(fault.Conflict, "booking.hold_lapsed")
	}
	b, err := selectBooking(ctx, tx, h.Booking)
	if err != nil || h.State == "confirmed" {
		return b, err
	}
	// The slot is the hold's own; only what shut the instrument since can stand in the way.
	i, err := selectInstrument(ctx, tx, b.Instrument)
	if err != nil {
		return b, err
	}
	shuts, err := selectShuts(ctx, tx, i.ID, b.Span)
	if err != nil {
		return b, err
	}
	if len(shuts) > 0 {
		return b, s.shutSince(ctx, tx, i, b, shuts[0])
	}
	return b, s.settle(ctx, tx, who, h, &b, Confirm, "confirmed")
}

// shutSince refuses to confirm a hold whose time was shut since, with the first slot that would pass.
func (s *Service) shutSince(ctx context.Context, tx *db.Tx, i Instrument, b Booking, x Shut) error {
	w, err := s.load(ctx, tx, i, b.ID)
	if err != nil {
		return err
	}
	first := noneFree
	if next, ok := w.First(b.From, time.Time{}, b.minutes()); ok {
		first = fault.Words{next.Words(w.zone), next.Words(w.zone)}
	}
	return fault.New(fault.Conflict, "booking.shut", "from", localTime(x.From, w.zone), "to", localTime(x.To, w.zone), "kind", ShutWords(x.Kind), "first", first).On("from")
}

// LapseHold gives a held slot up; again, it changes nothing. An id that nothing was held for becomes a tombstone, so that
// a hold that comes late is refused. One that was confirmed is not given up: cancel the booking.
func (s *Service) LapseHold(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	if id == "" || len(id) > holdIDMax {
		return fault.New(fault.Invalid, "booking.hold_id", "most", holdIDMax)
	}
	h, found, err := selectHold(ctx, tx, sqlHold, id)
	switch {
	case err != nil || h.State == "lapsed":
		return err
	case !found:
		if err := insertHold(ctx, tx, hold{ID: id, State: "lapsed"}); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "lapse", "holds/"+id, "", "tombstone")
	case h.State == "confirmed":
		return fault.New(fault.Conflict, "booking.hold_confirmed")
	}
	b, err := selectBooking(ctx, tx, h.Booking)
	if err != nil {
		return err
	}
	return s.settle(ctx, tx, who, h, &b, Lapse, "lapsed")
}

// settle confirms a hold or lets it lapse.
func (s *Service) settle(ctx context.Context, tx *db.Tx, who access.Actor, h hold, b *Booking, a Action, state string) error {
	to, err := step(b.State, a, Clock)
	if err != nil {
		return err
	}
	i, err := selectInstrument(ctx, tx, b.Instrument)
	if err != nil {
		return err
	}
	b.State, b.Decided, b.DecidedBy = to, tx.Now(), who.Person
	if err := updateBooking(ctx, tx, *b); err != nil {
		return err
	}
	if err := updateHold(ctx, tx, h.ID, state); err != nil {
		return err
	}
	if a == Lapse {
		if err := s.free(ctx, tx, i, *b); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, i.ID); err != nil {
			return err
		}
	}
	if err := s.tellUser(ctx, tx, who, i, *b, state); err != nil {
		return err
	}
	return s.record(ctx, tx, who, string(a), "bookings/"+string(b.ID), i.Region, h.ID)
}

// HoldOf says where a hold stands: held, confirmed, lapsed, or "" for an id that is not known, with its booking.
func (s *Service) HoldOf(ctx context.Context, tx *db.Tx, id string) (state string, booking unit.ID, err error) {
	h, _, err := selectHold(ctx, tx, sqlHold, id)
	return h.State, h.Booking, err
}
