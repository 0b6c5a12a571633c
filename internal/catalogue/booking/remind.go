package booking

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// A confirmed booking is looked at twice by the clock: before it begins, as many hours as the plan says, its user is
// reminded; when it is over and nobody has checked in, its owner is asked whether anybody came. Each is told once, at the
// times that the booking has by then.

const (
	remindJob = "booking.remind"
	overJob   = "booking.over"
)

// remindAt leaves the jobs of the two moments, or moves them to the times that the booking has now.
func (s *Service) remindAt(ctx context.Context, tx *db.Tx, b Booking, p Plan) error {
	due := map[string]time.Time{overJob: b.To}
	if p.Remind > 0 {
		due[remindJob] = b.From.Add(-time.Duration(p.Remind) * time.Hour)
	}
	for kind, at := range due {
		moved, err := tx.Postpone(ctx, kind, string(b.ID), at)
		if err != nil {
			return err
		}
		if moved || !at.After(tx.Now()) {
			continue
		}
		if _, err := tx.Leave(ctx, db.Job{Kind: kind, Key: string(b.ID), Due: at}); err != nil {
			return err
		}
	}
	return nil
}

// remindAgain is remindAt for a booking that has other times now.
func (s *Service) remindAgain(ctx context.Context, tx *db.Tx, b Booking) error {
	p, _, err := selectPlan(ctx, tx, b.Instrument)
	if err != nil {
		return err
	}
	return s.remindAt(ctx, tx, b, p)
}

// remind tells the user before a use that is confirmed, and the owner after one that nobody came to.
func (s *Service) remind(ctx context.Context, tx *db.Tx, id unit.ID) error {
	clock := access.Actor{Name: "booking clock"}
	b, err := selectBooking(ctx, tx, id)
	if err != nil || b.State != Confirmed {
		return butNot(err, fault.NotFound)
	}
	i, err := selectInstrument(ctx, tx, b.Instrument)
	switch now := tx.Now(); {
	case err != nil:
		return err
	case now.Before(b.From):
		return s.tellUser(ctx, tx, clock, i, b, "remind")
	case !now.Before(b.To):
		return s.tellOwner(ctx, tx, clock, i, b, "not_come")
	}
	return nil
}
