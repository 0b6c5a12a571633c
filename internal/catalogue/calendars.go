package catalogue

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Calendars is the booking of listings as the catalogue asks it, in the caller's act or reading. A listing that nobody put
// up for booking is free at no time and has nothing ahead.
type Calendars interface {
	// Booked are those of the listings that are booked, in their order.
	Booked(ctx context.Context, tx *db.Tx, listings []unit.ID) ([]unit.ID, error)
	// NextFree is when a listing is next free, zero for never, and from when that has to be asked again though nothing
	// was done: time alone makes it another.
	NextFree(ctx context.Context, tx *db.Tx, listing unit.ID) (from, until time.Time, err error)
	// Within is the first free slot that lies between two moments; zero: there is none.
	Within(ctx context.Context, tx *db.Tx, listing unit.ID, from, to time.Time) (time.Time, error)
	// Ahead is how many bookings and requests are not over.
	Ahead(ctx context.Context, tx *db.Tx, listing unit.ID) (int, error)
	// End cancels them free of charge, tells everybody, and says how many it were.
	End(ctx context.Context, tx *db.Tx, who access.Actor, listing unit.ID, reason string) (int, error)
}

// Join lets the catalogue ask the bookings; once, before anything is served.
func (s *Service) Join(c Calendars) { s.calendars = c }

// Freed enters in the order of changes, in the caller's act, that a listing may be free at other times: whoever follows the
// catalogue looks at it again.
func (s *Service) Freed(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, found, err := selectListing(ctx, tx, id)
	if err != nil || !found {
		return err // an instrument that is booked without a listing
	}
	return insertChange(ctx, tx, id)
}

// Ending is what becomes of the bookings ahead of a listing that is suspended, moved or retired.
type Ending struct {
	Do   string // "cancel" them free of charge and tell everybody, "keep" them; "" where there are none
	Seen int    // how many the officer was shown
}

// What an Ending says.
const (
	CancelAhead = "cancel"
	KeepAhead   = "keep"
)

// Ahead is how many bookings of a listing an act would meet.
func (s *Service) Ahead(ctx context.Context, id unit.ID) (n int, err error) {
	if s.calendars == nil {
		return 0, nil
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { n, err = s.calendars.Ahead(ctx, tx, id); return err })
	return n, err
}

// StepWith is Step with what becomes of the bookings ahead. An act that takes a listing away while there are some is refused
// until the officer has said it, about as many as there are.
func (s *Service) StepWith(ctx context.Context, who access.Actor, id unit.ID, version int, act Act, reason string, e Ending) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err = s.stepIn(ctx, tx, who, id, version, act, reason, e)
		return err
	})
	return l, err
}

// Closes says whether an act takes a published listing away.
func (a Act) Closes() bool { return a == Suspend || a == Move || a == Retire }

// endAhead does with the bookings ahead of a listing what the officer says.
func (s *Service) endAhead(ctx context.Context, tx *db.Tx, who access.Actor, l Listing, act Act, reason string, e Ending) error {
	if s.calendars == nil || !act.Closes() {
		return nil
	}
	n, err := s.calendars.Ahead(ctx, tx, l.ID)
	switch {
	case err != nil:
		return fmt.Errorf("bookings ahead of listing %s: %w", l.ID, err)
	case n == 0 || e.Do == KeepAhead:
		return nil
	case e.Do != CancelAhead:
		return fault.New(fault.Conflict, "catalogue.booked_ahead", "n", n, "act", act.Words()).On("ahead")
	case n != e.Seen:
		return fault.New(fault.Conflict, "catalogue.ahead_changed", "n", n, "seen", e.Seen).On("ahead")
	}
	_, err = s.calendars.End(ctx, tx, who, l.ID, reason)
	return err
}
