package casework

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertSkip = `
INSERT INTO casework_round_skip (digest, day, case_id, reason, person, by_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (digest, day, case_id) DO UPDATE SET reason = $4, person = $5, by_name = $6, at = $7`
	sqlDeleteSkip = `DELETE FROM casework_round_skip WHERE digest = $1 AND day = $2 AND case_id = $3`
	sqlSkips      = `
SELECT case_id, reason, by_name, at FROM casework_round_skip WHERE digest = $1 AND day = $2
ORDER BY case_id LIMIT $3`
)

func insertSkip(ctx context.Context, tx *db.Tx, digest string, day unit.Day, c unit.ID, reason string, who access.Actor) error {
	_, err := tx.Exec(ctx, sqlInsertSkip, digest, day.String(), string(c), reason, string(who.Person), who.Name, db.Micros(tx.Now()))
	return err
}

func deleteSkip(ctx context.Context, tx *db.Tx, digest string, day unit.Day, c unit.ID) error {
	_, err := tx.Exec(ctx, sqlDeleteSkip, digest, day.String(), string(c))
	return err
}

// selectSkips are the cases of a round that are passed over.
func selectSkips(ctx context.Context, tx *db.Tx, digest string, day unit.Day) (map[unit.ID]Skip, error) {
	out := map[unit.ID]Skip{}
	_, err := db.Collect(ctx, tx, "cases that are passed over", func(scan func(...any) error) (id unit.ID, err error) {
		var x Skip
		var at int64
		err = scan(&id, &x.Reason, &x.By, &at)
		x.At = db.Time(at)
		out[id] = x
		return id, err
	}, sqlSkips, digest, day.String(), roundMax)
	return out, err
}
