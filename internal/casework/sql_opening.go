package casework

import (
	"context"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const openingsMax = 50 // of one case that are listed

const openingColumns = `asked_at, asked_by, asked_name, asked_role, reason, fields, ended_at, opened_by, opened_name, opened_role`

const (
	sqlInsertOpening = `
INSERT INTO casework_opening (case_id, ` + openingColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', '', '')`
	sqlEndOpening = `
UPDATE casework_opening SET ended_at = $3, opened_by = $4, opened_name = $5, opened_role = $6 WHERE case_id = $1 AND asked_at = $2 AND ended_at = 0`
	sqlOpenings = `SELECT ` + openingColumns + ` FROM casework_opening WHERE case_id = $1 ORDER BY asked_at DESC LIMIT $2`

	sqlMarkOpened = `UPDATE casework_sealed SET opened_at = $3 WHERE case_id = $1 AND field = $2 AND opened_at = 0`
)

func insertOpening(ctx context.Context, tx *db.Tx, id unit.ID, o Opening) error {
	_, err := tx.Exec(ctx, sqlInsertOpening, string(id), db.Micros(o.Asked), o.By, o.Name, o.role, o.Reason, strings.Join(o.Fields, ","))
	return err
}

func updateOpening(ctx context.Context, tx *db.Tx, id unit.ID, o Opening) error {
	_, err := tx.Exec(ctx, sqlEndOpening, string(id), db.Micros(o.Asked), db.Micros(o.Ended), o.OpenedBy, o.OpenedName, o.openedRole)
	return err
}

func selectOpenings(ctx context.Context, tx *db.Tx, id unit.ID) ([]Opening, error) {
	return db.Collect(ctx, tx, "openings of case "+string(id), func(scan func(...any) error) (o Opening, err error) {
		var asked, ended int64
		var fields string
		err = scan(&asked, &o.By, &o.Name, &o.role, &o.Reason, &fields, &ended, &o.OpenedBy, &o.OpenedName, &o.openedRole)
		o.Asked, o.Ended, o.Fields = db.Time(asked), timeOrNever(ended), strings.Split(fields, ",")
		return o, err
	}, sqlOpenings, string(id), openingsMax)
}

func markOpened(ctx context.Context, tx *db.Tx, id unit.ID, field string) error {
	_, err := tx.Exec(ctx, sqlMarkOpened, string(id), field, db.Micros(tx.Now()))
	return err
}
