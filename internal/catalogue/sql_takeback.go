package catalogue

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlTakenBack       = `SELECT reason FROM catalogue_taken_back WHERE listing = $1 ORDER BY listing LIMIT 1`
	sqlTakenBackInsert = `
INSERT INTO catalogue_taken_back (listing, reason, at) VALUES ($1, $2, $3)
ON CONFLICT (listing) DO UPDATE SET reason = excluded.reason, at = excluded.at`
)

// selectTakenBack is "" for a listing that was not taken back.
func selectTakenBack(ctx context.Context, tx *db.Tx, id unit.ID) (reason string, err error) {
	err = tx.QueryRow(ctx, sqlTakenBack, string(id)).Scan(&reason)
	if db.NoRows(err) {
		return "", nil
	}
	return reason, err
}

func insertTakenBack(ctx context.Context, tx *db.Tx, id unit.ID, reason string) error {
	_, err := tx.Exec(ctx, sqlTakenBackInsert, string(id), reason, db.Micros(tx.Now()))
	return err
}
