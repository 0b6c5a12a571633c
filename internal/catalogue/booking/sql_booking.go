package booking

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const bookingColumns = `id, instrument, state, org, person, from_us, to_us, samples, operator, supervised, purpose, class, price_fen, deposit_fen, lines, price_version,
  free_us, series, wait, until_us, reason, charge_fen, used_from_us, used_to_us, used_samples, made_at, decided_by, decided_at`

const (
	sqlInsertBooking = `
INSERT INTO catalogue_booking (` + bookingColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`

	sqlUpdateBooking = `
UPDATE catalogue_booking
SET state = $2, person = $3, from_us = $4, to_us = $5, price_fen = $6, deposit_fen = $7, lines = $8, price_version = $9, free_us = $10, until_us = $11,
  reason = $12, charge_fen = $13, used_from_us = $14, used_to_us = $15, used_samples = $16, decided_by = $17, decided_at = $18, supervised = $19
WHERE id = $1`

	sqlBooking = `SELECT ` + bookingColumns + ` FROM catalogue_booking WHERE id = $1 ORDER BY id LIMIT 1`

	sqlBookingsOf = `
SELECT ` + bookingColumns + ` FROM catalogue_booking
WHERE instrument = $1 AND from_us < $3 AND to_us > $2 ORDER BY from_us, id LIMIT $4`

	sqlBookingsFor = `
SELECT ` + bookingColumns + ` FROM catalogue_booking
WHERE ($1 = '' OR org = $1) AND ($2 = '' OR person = $2) AND to_us > $3 AND ($4 = '' OR state = $4)
ORDER BY from_us, id LIMIT $5 OFFSET $6`

	sqlPastFor = `
SELECT ` + bookingColumns + ` FROM catalogue_booking
WHERE ($1 = '' OR org = $1) AND ($2 = '' OR person = $2) AND to_us <= $3 AND ($4 = '' OR state = $4)
ORDER BY from_us DESC, id DESC LIMIT $5 OFFSET $6`

	sqlAsked = `
SELECT ` + bookingColumns + ` FROM catalogue_booking WHERE instrument = $1 AND state = 'requested' ORDER BY made_at, id LIMIT $2`

	sqlUsedBefore = `
SELECT count(*) FROM catalogue_booking WHERE person = $1 AND instrument = $2 AND state = 'done' ORDER BY 1 LIMIT 1`

	sqlOfWeek = `
SELECT from_us, to_us FROM catalogue_booking
WHERE person = $1 AND instrument = $2 AND id <> $3 AND from_us >= $4 AND from_us < $5
  AND state IN ('requested', 'offered', 'held', 'confirmed', 'displaced', 'running', 'done')
ORDER BY from_us LIMIT $6`

	sqlInsertSlot = `
INSERT INTO catalogue_booking_slot (booking, instrument_no, busy_from, busy_to) VALUES ($1, $2, $3, $4)`

	sqlUpdateSlot = `UPDATE catalogue_booking_slot SET busy_from = $2, busy_to = $3 WHERE booking = $1`

	sqlDropSlot = `DELETE FROM catalogue_booking_slot WHERE booking = $1`

	sqlSlots = `
SELECT booking, busy_from, busy_to FROM catalogue_booking_slot
WHERE instrument_no = $1 AND busy_from < $3 AND busy_to > $2 ORDER BY busy_from, booking LIMIT $4`

	sqlSlotOf = `SELECT busy_from, busy_to FROM catalogue_booking_slot WHERE booking = $1 ORDER BY booking LIMIT 1`
)

func booked(b Booking) ([]byte, error) {
	if b.Lines == nil {
		b.Lines = []Line{}
	}
	return json.Marshal(b.Lines)
}

func insertBooking(ctx context.Context, tx *db.Tx, b Booking) error {
	lines, err := booked(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertBooking, string(b.ID), string(b.Instrument), string(b.State), b.Org, string(b.Person), db.Micros(b.From), db.Micros(b.To), b.Samples, b.Operator, b.Supervised,
		b.Purpose, string(b.Class), int64(b.Price), int64(b.Deposit), string(lines), b.PriceVersion, db.MicrosOrZero(b.FreeUntil), string(b.Series), string(b.Wait), db.MicrosOrZero(b.Until), b.Reason, int64(b.Charge),
		db.MicrosOrZero(b.Used.From), db.MicrosOrZero(b.Used.To), b.UsedSamples, db.Micros(b.Made), string(b.DecidedBy), db.MicrosOrZero(b.Decided))
	return err
}

func updateBooking(ctx context.Context, tx *db.Tx, b Booking) error {
	lines, err := booked(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlUpdateBooking, string(b.ID), string(b.State), string(b.Person), db.Micros(b.From), db.Micros(b.To), int64(b.Price), int64(b.Deposit), string(lines), b.PriceVersion,
		db.MicrosOrZero(b.FreeUntil), db.MicrosOrZero(b.Until), b.Reason, int64(b.Charge), db.MicrosOrZero(b.Used.From), db.MicrosOrZero(b.Used.To), b.UsedSamples, string(b.DecidedBy), db.MicrosOrZero(b.Decided), b.Supervised)
	return err
}

func scanBooking(scan func(...any) error) (b Booking, err error) {
	var lines string
	var from, to, free, until, usedFrom, usedTo, made, decided int64
	err = scan(&b.ID, &b.Instrument, &b.State, &b.Org, &b.Person, &from, &to, &b.Samples, &b.Operator, &b.Supervised, &b.Purpose, &b.Class, &b.Price, &b.Deposit, &lines, &b.PriceVersion,
		&free, &b.Series, &b.Wait, &until, &b.Reason, &b.Charge, &usedFrom, &usedTo, &b.UsedSamples, &made, &b.DecidedBy, &decided)
	if err != nil {
		return b, err
	}
	b.Span, b.FreeUntil, b.Until, b.Used, b.Made, b.Decided = spanOf(from, to), db.TimeOrZero(free), db.TimeOrZero(until), spanOf(usedFrom, usedTo), db.TimeOrZero(made), db.TimeOrZero(decided)
	return b, json.Unmarshal([]byte(lines), &b.Lines)
}

func selectBooking(ctx context.Context, tx *db.Tx, id unit.ID) (Booking, error) {
	b, err := scanBooking(tx.QueryRow(ctx, sqlBooking, string(id)).Scan)
	if db.NoRows(err) {
		return b, fault.New(fault.NotFound, "booking.unknown")
	}
	return b, err
}

func selectBookingsOf(ctx context.Context, tx *db.Tx, id unit.ID, s Span) ([]Booking, error) {
	return db.Collect(ctx, tx, "bookings of "+string(id), scanBooking, sqlBookingsOf, string(id), db.Micros(s.From), db.Micros(s.To), rowsMax)
}

func selectAsked(ctx context.Context, tx *db.Tx, id unit.ID) ([]Booking, error) {
	return db.Collect(ctx, tx, "requests for "+string(id), scanBooking, sqlAsked, string(id), rowsMax)
}

func usedBefore(ctx context.Context, tx *db.Tx, person, instrument unit.ID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, sqlUsedBefore, string(person), string(instrument)).Scan(&n)
	return n > 0, err
}

// selectOfWeek are the times that a person has of an instrument, those of one booking left out.
func selectOfWeek(ctx context.Context, tx *db.Tx, person, instrument, but unit.ID, s Span) ([]Span, error) {
	return db.Collect(ctx, tx, "hours of a person", func(scan func(...any) error) (Span, error) {
		var from, to int64
		err := scan(&from, &to)
		return spanOf(from, to), err
	}, sqlOfWeek, string(person), string(instrument), string(but), db.Micros(s.From), db.Micros(s.To), rowsMax)
}

func insertSlot(ctx context.Context, tx *db.Tx, booking unit.ID, no int64, s Span) error {
	_, err := tx.Exec(ctx, sqlInsertSlot, string(booking), no, db.Micros(s.From), db.Micros(s.To))
	return err
}

func updateSlot(ctx context.Context, tx *db.Tx, booking unit.ID, s Span) error {
	_, err := tx.Exec(ctx, sqlUpdateSlot, string(booking), db.Micros(s.From), db.Micros(s.To))
	return err
}

func dropSlot(ctx context.Context, tx *db.Tx, booking unit.ID) error {
	_, err := tx.Exec(ctx, sqlDropSlot, string(booking))
	return err
}

// taken is the time that a booking takes.
type taken struct {
	Booking unit.ID
	Span
}

func selectSlots(ctx context.Context, tx *db.Tx, no int64, s Span) ([]taken, error) {
	return db.Collect(ctx, tx, "slots", func(scan func(...any) error) (t taken, err error) {
		var from, to int64
		err = scan(&t.Booking, &from, &to)
		t.Span = spanOf(from, to)
		return t, err
	}, sqlSlots, no, db.Micros(s.From), db.Micros(s.To), rowsMax)
}

// selectSlotOf is the slot of a booking; false when it takes no time.
func selectSlotOf(ctx context.Context, tx *db.Tx, booking unit.ID) (Span, bool, error) {
	var from, to int64
	err := tx.QueryRow(ctx, sqlSlotOf, string(booking)).Scan(&from, &to)
	if db.NoRows(err) {
		return Span{}, false, nil
	}
	return spanOf(from, to), err == nil, err
}
