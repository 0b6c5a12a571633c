package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

const (
	sqlHeld = `
INSERT INTO casework_held (case_id, org, label, last_day, looked) VALUES ($1, $2, $3, $4, FALSE)
ON CONFLICT (case_id, org, label) DO UPDATE SET last_day = excluded.last_day, looked = FALSE`

	sqlHeldDrop  = `DELETE FROM casework_held WHERE case_id = $1 AND org = $2 AND label = $3`
	sqlHeldLost  = `UPDATE casework_held SET last_day = $3, looked = FALSE WHERE org = $1 AND label = $2`
	sqlHeldEnded = `SELECT DISTINCT case_id FROM casework_held WHERE NOT looked AND last_day <> '' AND last_day < $1 ORDER BY case_id LIMIT $2`
	sqlHeldOver  = `SELECT org, label, last_day FROM casework_held WHERE case_id = $1 AND NOT looked AND last_day <> '' AND last_day < $2 ORDER BY org, label LIMIT $3`
	sqlHeldSeen  = `UPDATE casework_held SET looked = TRUE WHERE case_id = $1 AND last_day <> '' AND last_day < $2`
	heldOfACase  = 50
)

// putHeld keeps until when a case's label runs, with the case, so that it is looked at when the label is over.
func putHeld(ctx context.Context, tx *db.Tx, id unit.ID, m Marked) error {
	if _, err := tx.Exec(ctx, sqlHeld, string(id), m.Org, m.Label, m.Until.String()); err != nil {
		return fmt.Errorf("keep until when the label runs: %w", err)
	}
	return nil
}

func dropHeld(ctx context.Context, tx *db.Tx, id unit.ID, m Marked) error {
	if _, err := tx.Exec(ctx, sqlHeldDrop, string(id), m.Org, m.Label); err != nil {
		return fmt.Errorf("forget the label: %w", err)
	}
	return nil
}

// loseHeld shortens what cases gave to the day before the first without it.
func loseHeld(ctx context.Context, tx *db.Tx, l registry.Label, first unit.Day) error {
	if _, err := tx.Exec(ctx, sqlHeldLost, l.Org, l.Label, first.Add(-1).String()); err != nil {
		return fmt.Errorf("cases that gave label %s to %s: %w", l.Label, l.Org, err)
	}
	return nil
}

// selectHeldEnded are cases whose label is over on a day and that were not looked at since, at most limit of them.
func selectHeldEnded(ctx context.Context, tx *db.Tx, day unit.Day, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases whose label is over", func(scan func(...any) error) (id unit.ID, err error) {
		err = scan((*string)(&id))
		return id, err
	}, sqlHeldEnded, day.String(), limit)
}

func selectHeldOver(ctx context.Context, tx *db.Tx, id unit.ID, day unit.Day) ([]Marked, error) {
	return db.Collect(ctx, tx, "labels of a case that are over", func(scan func(...any) error) (m Marked, err error) {
		err = scan(&m.Org, &m.Label, &m.Until)
		return m, err
	}, sqlHeldOver, string(id), day.String(), heldOfACase)
}

func lookedAtHeld(ctx context.Context, tx *db.Tx, id unit.ID, day unit.Day) error {
	if _, err := tx.Exec(ctx, sqlHeldSeen, string(id), day.String()); err != nil {
		return fmt.Errorf("mark the label as looked at: %w", err)
	}
	return nil
}
