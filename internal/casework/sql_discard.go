package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlInsertDiscard = `
INSERT INTO casework_discard (id, case_id, person, by_name, at, last_day, back_by, back_name, back_at)
VALUES ($1, $2, $3, $4, $5, $6, '', '', 0)`

	sqlReopened = `UPDATE casework_discard SET back_by = $2, back_name = $3, back_at = $4 WHERE case_id = $1 AND back_at = 0`

	sqlDiscard = `
SELECT person, by_name, at, last_day, back_name, back_at FROM casework_discard WHERE case_id = $1
ORDER BY id DESC LIMIT 1`

	// sqlDrafters are the organisations with drafts of an edition: cases that stand where they began, with no step.
	sqlDrafters = `
SELECT c.org, count(*) AS n FROM casework_case c
WHERE c.digest = $1 AND c.stage = $2 AND c.ending = '' AND c.parent = ''
  AND NOT EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
GROUP BY c.org ORDER BY c.org LIMIT $3`
)

func insertDiscard(ctx context.Context, tx *db.Tx, id unit.ID, d Discarded) error {
	_, err := tx.Exec(ctx, sqlInsertDiscard, string(unit.NewID(tx.Now())), string(id), string(d.Person), d.By, db.Micros(d.At), d.Last.String())
	return err
}

func updateReopened(ctx context.Context, tx *db.Tx, id, person unit.ID, name string) error {
	n, err := tx.Exec(ctx, sqlReopened, string(id), string(person), name, db.Micros(tx.Now()))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "casework.changed_meanwhile")
	}
	return err
}

// selectDiscard is how a draft was last put away.
func selectDiscard(ctx context.Context, tx *db.Tx, id unit.ID) (d Discarded, ok bool, err error) {
	var at, back int64
	var last string
	err = tx.QueryRow(ctx, sqlDiscard, string(id)).Scan(&d.Person, &d.By, &at, &last, &d.BackBy, &back)
	if db.NoRows(err) {
		return Discarded{}, false, nil
	}
	if err != nil {
		return d, false, err
	}
	d.At, d.BackAt = db.Time(at), timeOrNever(back)
	d.Last, err = unit.ParseDay(last)
	return d, err == nil, err
}

// drafter is an organisation with drafts of an edition.
type drafter struct {
	org    string
	drafts int
}

func selectDrafters(ctx context.Context, tx *db.Tx, digest, start string) ([]drafter, error) {
	return db.Collect(ctx, tx, "organisations with drafts", func(scan func(...any) error) (d drafter, err error) {
		err = scan(&d.org, &d.drafts)
		return d, err
	}, sqlDrafters, digest, start, draftersMax)
}
