package booking

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const moveColumns = `offer, booking, state, kept, price_fen, why, person, at`

const (
	sqlInsertMove = `
INSERT INTO catalogue_booking_move (` + moveColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlMove = `SELECT ` + moveColumns + ` FROM catalogue_booking_move WHERE offer = $1 ORDER BY offer LIMIT 1`

	sqlMovesOf = `
SELECT ` + moveColumns + ` FROM catalogue_booking_move WHERE booking = $1 AND state = $2 ORDER BY offer DESC LIMIT $3`

	sqlUpdateMove = `UPDATE catalogue_booking_move SET state = $2 WHERE offer = $1`
)

func insertMove(ctx context.Context, tx *db.Tx, m Move) error {
	_, err := tx.Exec(ctx, sqlInsertMove, string(m.Offer), string(m.Booking), m.State, m.Kept, int64(m.Was), m.Why, string(m.By), db.Micros(m.At))
	return err
}

func scanMove(scan func(...any) error) (m Move, err error) {
	var at int64
	err = scan(&m.Offer, &m.Booking, &m.State, &m.Kept, &m.Was, &m.Why, &m.By, &at)
	m.At = db.TimeOrZero(at)
	return m, err
}

// selectMove is the move that a booking is the offer of; false for every other booking.
func selectMove(ctx context.Context, tx *db.Tx, offer unit.ID) (Move, bool, error) {
	m, err := scanMove(tx.QueryRow(ctx, sqlMove, string(offer)).Scan)
	if db.NoRows(err) {
		return m, false, nil
	}
	return m, err == nil, err
}

// selectMovesOf are the moves of a booking in a state, the newest first.
func selectMovesOf(ctx context.Context, tx *db.Tx, booking unit.ID, state string) ([]Move, error) {
	return db.Collect(ctx, tx, "moves of "+string(booking), scanMove, sqlMovesOf, string(booking), state, labMax)
}

func updateMove(ctx context.Context, tx *db.Tx, offer unit.ID, state string) error {
	_, err := tx.Exec(ctx, sqlUpdateMove, string(offer), state)
	return err
}
