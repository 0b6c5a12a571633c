package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const publicColumns = `id, case_id, scheme, digest, stage, action, since_at, until_at, ended_at, how, kind, fields, leaf`

const (
	sqlInsertPublic = `
INSERT INTO casework_public (` + publicColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlEndPublic   = `UPDATE casework_public SET ended_at = $2, how = $3 WHERE case_id = $1 AND ended_at = 0`
	sqlUntilPublic = `UPDATE casework_public SET until_at = $2 WHERE case_id = $1 AND ended_at = 0`
	sqlPublic      = `SELECT ` + publicColumns + ` FROM casework_public WHERE id = $1 ORDER BY id LIMIT 1`

	sqlOpenPublic = `
SELECT ` + publicColumns + ` FROM casework_public WHERE ended_at = 0 AND ($1 = '' OR scheme = $1)
ORDER BY until_at, id LIMIT $2 OFFSET $3`
	sqlPastPublic = `
SELECT ` + publicColumns + ` FROM casework_public WHERE ended_at > 0 AND ($1 = '' OR scheme = $1)
ORDER BY ended_at DESC, id DESC LIMIT $2 OFFSET $3`
	sqlCountPublic = `
SELECT count(*) FROM (SELECT 1 FROM casework_public WHERE (ended_at > 0) = $1 AND ($2 = '' OR scheme = $2) LIMIT $3) x`

	objectionColumns   = `id, public_id, case_id, at, name, contact, words, step`
	sqlInsertObjection = `
INSERT INTO casework_objection (` + objectionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlObjection       = `SELECT ` + objectionColumns + ` FROM casework_objection WHERE id = $1 ORDER BY id LIMIT 1`
	sqlObjections      = `SELECT ` + objectionColumns + ` FROM casework_objection WHERE case_id = $1 ORDER BY id LIMIT $2`
	sqlCountObjections = `SELECT count(*) FROM casework_objection WHERE public_id = $1 ORDER BY 1 LIMIT 1`
)

func insertPublic(ctx context.Context, tx *db.Tx, p PublicNotice) error {
	fields, err := json.Marshal(p.Fields)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertPublic, string(p.ID), string(p.caseID), p.Scheme, p.Edition, p.Stage, p.Action, db.Micros(p.Since), microsOrNever(p.Until), 0, "", p.Kind, string(fields), string(p.Leaf))
	return err
}

func endPublic(ctx context.Context, tx *db.Tx, id unit.ID, at time.Time, how string) error {
	_, err := tx.Exec(ctx, sqlEndPublic, string(id), db.Micros(at), how)
	return err
}

func untilPublic(ctx context.Context, tx *db.Tx, id unit.ID, until time.Time) error {
	_, err := tx.Exec(ctx, sqlUntilPublic, string(id), microsOrNever(until))
	return err
}

func scanPublic(scan func(...any) error) (p PublicNotice, err error) {
	var since, until, ended int64
	var fields string
	if err = scan(&p.ID, &p.caseID, &p.Scheme, &p.Edition, &p.Stage, &p.Action, &since, &until, &ended, &p.How, &p.Kind, &fields, &p.Leaf); err != nil {
		return p, err
	}
	p.Since, p.Until, p.Ended = db.Time(since), timeOrNever(until), timeOrNever(ended)
	if err := json.Unmarshal([]byte(fields), &p.Fields); err != nil {
		return p, fmt.Errorf("fields of public notice %s: %w", p.ID, err)
	}
	return p, nil
}

func selectPublic(ctx context.Context, tx *db.Tx, id unit.ID) (PublicNotice, error) {
	p, err := scanPublic(tx.QueryRow(ctx, sqlPublic, string(id)).Scan)
	if db.NoRows(err) {
		return p, fault.New(fault.NotFound, "casework.public_unknown")
	}
	return p, err
}

func selectPublics(ctx context.Context, tx *db.Tx, past bool, scheme string, rows, offset int) (out []PublicNotice, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountPublic, past, scheme, countMax+1).Scan(&total); err != nil {
		return nil, 0, err
	}
	q := sqlOpenPublic
	if past {
		q = sqlPastPublic
	}
	out, err = db.Collect(ctx, tx, "public notices", scanPublic, q, scheme, rows, offset)
	return out, total, err
}

func insertObjection(ctx context.Context, tx *db.Tx, o Objection) error {
	words, err := json.Marshal(o.Fields)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertObjection, string(o.ID), string(o.Notice), string(o.caseID), db.Micros(o.At), o.Name, o.Contact, string(words), o.Step)
	return err
}

func scanObjection(scan func(...any) error) (o Objection, err error) {
	var at int64
	var words string
	if err = scan(&o.ID, &o.Notice, &o.caseID, &at, &o.Name, &o.Contact, &words, &o.Step); err != nil {
		return o, err
	}
	o.At = db.Time(at)
	return o, json.Unmarshal([]byte(words), &o.Fields)
}

func selectObjection(ctx context.Context, tx *db.Tx, id unit.ID) (Objection, error) {
	o, err := scanObjection(tx.QueryRow(ctx, sqlObjection, string(id)).Scan)
	if db.NoRows(err) {
		return o, fault.New(fault.NotFound, "casework.objection_unknown")
	}
	return o, err
}

func selectObjections(ctx context.Context, tx *db.Tx, id unit.ID) ([]Objection, error) {
	return db.Collect(ctx, tx, "objections in case "+string(id), scanObjection, sqlObjections, string(id), objectionsMax)
}

func countObjections(ctx context.Context, tx *db.Tx, id unit.ID) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountObjections, string(id)).Scan(&n)
	return n, err
}
