package booking

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Touching are the bookings of an instrument that touch a time, of any state, by their beginning, in the caller's act or
// reading: for a room that lays machine logs beside them.
func (s *Service) Touching(ctx context.Context, tx *db.Tx, instrument unit.ID, span Span) ([]Booking, error) {
	return selectBookingsOf(ctx, tx, instrument, span)
}

// About is a booking in the caller's act or reading, for a room that keeps something of it; it asks for no permission.
func (s *Service) About(ctx context.Context, tx *db.Tx, id unit.ID) (Booking, error) {
	return selectBooking(ctx, tx, id)
}

// OwnedIn are the instruments of an owner in the caller's act or reading, also those that were withdrawn.
func (s *Service) OwnedIn(ctx context.Context, tx *db.Tx, org string) ([]Instrument, error) {
	return selectInstruments(ctx, tx, org, true, "", rowsMax)
}
