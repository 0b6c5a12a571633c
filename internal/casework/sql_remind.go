package casework

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlSoon = `
SELECT case_id FROM casework_wait WHERE NOT soon_told AND until_at <= $1 AND NOT provisional
GROUP BY case_id ORDER BY min(until_at), case_id LIMIT $2`
	sqlNear = `
SELECT ` + waitColumns + ` FROM casework_wait WHERE case_id = $1 AND NOT soon_told AND until_at <= $2 AND NOT provisional
ORDER BY role LIMIT $3`
	sqlSoonTold = `UPDATE casework_wait SET soon_told = $3 WHERE case_id = $1 AND role = $2`
)

// selectSoon are the cases in which something is due by a time that nobody was reminded of.
func selectSoon(ctx context.Context, tx *db.Tx, by time.Time, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "due soon", scanID, sqlSoon, db.Micros(by), limit)
}

// selectNear are these roles of one case.
func selectNear(ctx context.Context, tx *db.Tx, id unit.ID, by time.Time) ([]waitRow, error) {
	return db.Collect(ctx, tx, "due soon in case "+string(id), scanWait, sqlNear, string(id), db.Micros(by), rolesMax)
}

func markSoonTold(ctx context.Context, tx *db.Tx, id unit.ID, role string) error {
	_, err := tx.Exec(ctx, sqlSoonTold, string(id), role, true)
	return err
}
