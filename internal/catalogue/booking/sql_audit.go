package booking

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	// Slots in order: one that overlaps any other overlaps one that begins before it.
	sqlOverlaps = `
SELECT a.booking, b.booking FROM catalogue_booking_slot a JOIN catalogue_booking_slot b
ON b.instrument_no = a.instrument_no AND b.busy_from < a.busy_to AND a.busy_from < b.busy_to AND a.booking < b.booking
ORDER BY a.booking, b.booking LIMIT $1`

	sqlAllBookings = `SELECT ` + bookingColumns + ` FROM catalogue_booking WHERE id > $1 ORDER BY id LIMIT $2`

	sqlUsers = `
SELECT DISTINCT b.person FROM catalogue_booking b JOIN catalogue_booking_instrument i ON i.id = b.instrument
WHERE i.org = $1 ORDER BY b.person LIMIT $2`
)

func eachOverlap(ctx context.Context, tx *db.Tx, do func(a, b string)) error {
	_, err := db.Collect(ctx, tx, "overlaps", func(scan func(...any) error) (struct{}, error) {
		var a, b string
		err := scan(&a, &b)
		if err == nil {
			do(a, b)
		}
		return struct{}{}, err
	}, sqlOverlaps, auditRows)
	return err
}

func selectAllBookings(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Booking, error) {
	return db.Collect(ctx, tx, "bookings", scanBooking, sqlAllBookings, string(after), limit)
}

func selectUsers(ctx context.Context, tx *db.Tx, org string) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "users of "+org, func(scan func(...any) error) (id unit.ID, err error) {
		err = scan(&id)
		return id, err
	}, sqlUsers, org, peopleMax)
}
