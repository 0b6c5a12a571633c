package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	typedMax   = 500  // fields of a form that hold what could not be read
	changesMax = 1000 // changes that are read of one case, the newest
)

const changeColumns = `id, version, field, at, person, by_name, was, becomes`

const (
	sqlTyped    = `SELECT field, typed FROM casework_typed WHERE case_id = $1 ORDER BY field LIMIT $2`
	sqlPutTyped = `
INSERT INTO casework_typed (case_id, field, typed) VALUES ($1, $2, $3)
ON CONFLICT (case_id, field) DO UPDATE SET typed = excluded.typed`
	sqlDropTyped = `DELETE FROM casework_typed WHERE case_id = $1 AND field = $2`

	sqlInsertChange = `
INSERT INTO casework_change (case_id, ` + changeColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlChangesSince = `
SELECT ` + changeColumns + ` FROM casework_change WHERE case_id = $1 AND version > $2
ORDER BY version DESC, id DESC LIMIT $3`
	sqlChange = `
SELECT ` + changeColumns + ` FROM casework_change WHERE case_id = $1 AND id = $2
ORDER BY id LIMIT 1`

	sqlUnnameChanges = `UPDATE casework_change SET by_name = '' WHERE person = $1`
	sqlDropMembers   = `DELETE FROM casework_member WHERE person = $1`
)

// selectTyped is what stands in fields and could not be read, by field.
func selectTyped(ctx context.Context, tx *db.Tx, id unit.ID) (map[string]string, error) {
	out := map[string]string{}
	_, err := db.Collect(ctx, tx, "typed texts of case "+string(id), func(scan func(...any) error) (struct{}, error) {
		var field, typed string
		err := scan(&field, &typed)
		out[field] = typed
		return struct{}{}, err
	}, sqlTyped, string(id), typedMax)
	return out, err
}

// putTyped keeps what could not be read; "" is nothing.
func putTyped(ctx context.Context, tx *db.Tx, id unit.ID, field, typed string) (err error) {
	if typed == "" {
		_, err = tx.Exec(ctx, sqlDropTyped, string(id), field)
	} else {
		_, err = tx.Exec(ctx, sqlPutTyped, string(id), field, typed)
	}
	return err
}

func insertChange(ctx context.Context, tx *db.Tx, id unit.ID, c Change) error {
	was, err := json.Marshal(c.Was)
	if err != nil {
		return err
	}
	becomes, err := json.Marshal(c.Becomes)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertChange, string(id), string(c.ID), c.Version, c.Field, db.Micros(c.At), string(c.Person), c.By, string(was), string(becomes))
	return err
}

func scanChange(scan func(...any) error) (c Change, err error) {
	var at int64
	var was, becomes string
	if err = scan(&c.ID, &c.Version, &c.Field, &at, &c.Person, &c.By, &was, &becomes); err != nil {
		return c, err
	}
	c.At = db.Time(at)
	if err = json.Unmarshal([]byte(was), &c.Was); err == nil {
		err = json.Unmarshal([]byte(becomes), &c.Becomes)
	}
	if err != nil {
		err = fmt.Errorf("change %s: %w", c.ID, err)
	}
	return c, err
}

// selectChanges are the changes of a form that made a version after one, the newest first.
func selectChanges(ctx context.Context, tx *db.Tx, id unit.ID, after int64) ([]Change, error) {
	return db.Collect(ctx, tx, "changes of case "+string(id), scanChange, sqlChangesSince, string(id), after, changesMax)
}

func selectChange(ctx context.Context, tx *db.Tx, id, change unit.ID) (Change, error) {
	return scanChange(tx.QueryRow(ctx, sqlChange, string(id), string(change)).Scan)
}
