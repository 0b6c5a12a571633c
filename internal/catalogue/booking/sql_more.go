package booking

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlInsertQuote = `
INSERT INTO catalogue_booking_quote (id, instrument, org, person, from_us, to_us, samples, operator, class, price_fen, deposit_fen, lines, price_version, free_us, at, until_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	sqlQuote = `
SELECT id, instrument, org, person, from_us, to_us, samples, operator, class, price_fen, deposit_fen, lines, price_version, free_us, until_us
FROM catalogue_booking_quote WHERE id = $1 ORDER BY id LIMIT 1`

	sqlHold = `SELECT id, booking, state, digest FROM catalogue_booking_hold WHERE id = $1 ORDER BY id LIMIT 1`

	sqlHoldOf = `SELECT id, booking, state, digest FROM catalogue_booking_hold WHERE booking = $1 ORDER BY id LIMIT 1`

	sqlInsertHold = `INSERT INTO catalogue_booking_hold (id, booking, state, digest, at) VALUES ($1, $2, $3, $4, $5)`

	sqlUpdateHold = `UPDATE catalogue_booking_hold SET state = $2 WHERE id = $1`
)

const waitColumns = `id, instrument, org, person, from_us, to_us, minutes, samples, operator, state, at`

const (
	sqlInsertWait = `
INSERT INTO catalogue_booking_wait (` + waitColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlWait = `SELECT ` + waitColumns + ` FROM catalogue_booking_wait WHERE id = $1 ORDER BY id LIMIT 1`

	sqlWaiting = `
SELECT ` + waitColumns + ` FROM catalogue_booking_wait WHERE instrument = $1 AND state = 'waiting' ORDER BY at, id LIMIT $2`

	sqlWaitsOf = `
SELECT ` + waitColumns + ` FROM catalogue_booking_wait WHERE person = $1 AND state IN ('waiting', 'offered') ORDER BY id LIMIT $2`

	sqlUpdateWait = `UPDATE catalogue_booking_wait SET state = $2 WHERE id = $1`
)

func insertQuote(ctx context.Context, tx *db.Tx, q Quote) error {
	lines, err := json.Marshal(q.Lines)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertQuote, string(q.ID), string(q.Instrument), q.Org, string(q.Person), db.Micros(q.From), db.Micros(q.To), q.Samples, q.Operator, string(q.Class), int64(q.Price),
		int64(q.Deposit), string(lines), q.PriceVersion, db.Micros(q.FreeUntil), db.Micros(tx.Now()), db.Micros(q.Until))
	return err
}

func selectQuote(ctx context.Context, tx *db.Tx, id unit.ID) (q Quote, err error) {
	var from, to, free, until int64
	var lines string
	err = tx.QueryRow(ctx, sqlQuote, string(id)).Scan(&q.ID, &q.Instrument, &q.Org, &q.Person, &from, &to, &q.Samples, &q.Operator, &q.Class, &q.Price, &q.Deposit, &lines, &q.PriceVersion, &free, &until)
	if db.NoRows(err) {
		return q, fault.New(fault.NotFound, "booking.unknown")
	}
	if err != nil {
		return q, err
	}
	q.Span, q.FreeUntil, q.Until = spanOf(from, to), db.TimeOrZero(free), db.TimeOrZero(until)
	return q, json.Unmarshal([]byte(lines), &q.Lines)
}

// hold is a slot that is kept for another act.
type hold struct {
	ID      string
	Booking unit.ID
	State   string
	Digest  string
}

// selectHold reads a hold by its id, or by its booking; false when there is none.
func selectHold(ctx context.Context, tx *db.Tx, query, key string) (h hold, found bool, err error) {
	err = tx.QueryRow(ctx, query, key).Scan(&h.ID, &h.Booking, &h.State, &h.Digest)
	if db.NoRows(err) {
		return h, false, nil
	}
	return h, err == nil, err
}

func insertHold(ctx context.Context, tx *db.Tx, h hold) error {
	_, err := tx.Exec(ctx, sqlInsertHold, h.ID, string(h.Booking), h.State, h.Digest, db.Micros(tx.Now()))
	return err
}

func updateHold(ctx context.Context, tx *db.Tx, id, state string) error {
	_, err := tx.Exec(ctx, sqlUpdateHold, id, state)
	return err
}

func insertWait(ctx context.Context, tx *db.Tx, w Wait) error {
	_, err := tx.Exec(ctx, sqlInsertWait, string(w.ID), string(w.Instrument), w.Org, string(w.Person), db.Micros(w.From), db.Micros(w.To), w.Length, w.Samples, w.Operator, w.State, db.Micros(w.At))
	return err
}

func scanWait(scan func(...any) error) (w Wait, err error) {
	var from, to, at int64
	err = scan(&w.ID, &w.Instrument, &w.Org, &w.Person, &from, &to, &w.Length, &w.Samples, &w.Operator, &w.State, &at)
	w.Span, w.At = spanOf(from, to), db.TimeOrZero(at)
	return w, err
}

func selectWait(ctx context.Context, tx *db.Tx, id unit.ID) (Wait, error) {
	w, err := scanWait(tx.QueryRow(ctx, sqlWait, string(id)).Scan)
	if db.NoRows(err) {
		return w, fault.New(fault.NotFound, "booking.unknown")
	}
	return w, err
}

func selectWaiting(ctx context.Context, tx *db.Tx, instrument unit.ID) ([]Wait, error) {
	return db.Collect(ctx, tx, "waiting list", scanWait, sqlWaiting, string(instrument), rowsMax)
}

func selectWaitsOf(ctx context.Context, tx *db.Tx, person unit.ID) ([]Wait, error) {
	return db.Collect(ctx, tx, "waiting list", scanWait, sqlWaitsOf, string(person), waitingMax+1)
}

func updateWait(ctx context.Context, tx *db.Tx, id unit.ID, state string) error {
	_, err := tx.Exec(ctx, sqlUpdateWait, string(id), state)
	return err
}
