package intake

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	workColumns = `id, what, org, asks, name, digest, state, done, total, problem, person, strong, made_us, began_us, ended_us`

	sqlInsertWork = `
INSERT INTO catalogue_intake (` + workColumns + `, report) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '', $8, $9, $10, 0, 0, '')`
	sqlWork  = `SELECT ` + workColumns + `, report FROM catalogue_intake WHERE id = $1 ORDER BY id LIMIT 1`
	sqlNext  = `SELECT ` + workColumns + `, '' FROM catalogue_intake WHERE state = 'waiting' ORDER BY id LIMIT 1`
	sqlWorks = `SELECT ` + workColumns + `, '' FROM catalogue_intake WHERE person = $1 ORDER BY id DESC LIMIT $2 OFFSET $3`

	sqlCountWorks   = `SELECT count(*) FROM catalogue_intake WHERE person = $1 ORDER BY 1 LIMIT 1`
	sqlCountWaiting = `SELECT count(*) FROM catalogue_intake WHERE person = $1 AND state IN ('waiting', 'checking', 'writing') ORDER BY 1 LIMIT 1`

	sqlBegin = `UPDATE catalogue_intake SET state = 'checking', done = 0, total = 0, began_us = $2 WHERE id = $1 AND state = 'waiting'`
	sqlStep  = `UPDATE catalogue_intake SET state = $2, done = $3, total = $4 WHERE id = $1 AND state IN ('checking', 'writing')`
	sqlEnd   = `
UPDATE catalogue_intake SET state = $2, problem = $3, report = $4, ended_us = $5 WHERE id = $1 AND state IN ('waiting', 'checking', 'writing')`
	sqlAgain = `UPDATE catalogue_intake SET state = 'waiting', done = 0, total = 0, problem = '', report = '', ended_us = 0 WHERE id = $1`

	sqlCheckAgain = `UPDATE catalogue_intake SET state = 'waiting', done = 0, total = 0 WHERE state = 'checking'`
	sqlCut        = `UPDATE catalogue_intake SET state = 'cut', ended_us = $1 WHERE state = 'writing'`
)

func scanWork(scan func(...any) error) (w Work, err error) {
	var made, began, ended int64
	var asks, problem, report string
	if err := scan(&w.ID, &w.What, &w.Org, &asks, &w.Name, &w.Digest, &w.State, &w.Rows, &w.Total, &problem, &w.Person, &w.strong, &made, &began, &ended, &report); err != nil {
		return w, err
	}
	w.Made, w.Began, w.Ended = db.Time(made), db.Time(began), db.Time(ended)
	if err := json.Unmarshal([]byte(asks), &w.Asks); err != nil {
		return w, fmt.Errorf("what work %s asks: %w", w.ID, err)
	}
	if problem != "" {
		if err := json.Unmarshal([]byte(problem), &w.Problem); err != nil {
			return w, fmt.Errorf("problem of work %s: %w", w.ID, err)
		}
	}
	if report != "" {
		w.Report = &Report{}
		if err := json.Unmarshal([]byte(report), w.Report); err != nil {
			return w, fmt.Errorf("report of work %s: %w", w.ID, err)
		}
	}
	return w, nil
}

func insertWork(ctx context.Context, tx *db.Tx, w Work) error {
	asks, err := json.Marshal(w.Asks)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertWork, string(w.ID), w.What, w.Org, string(asks), w.Name, string(w.Digest), string(w.State), string(w.Person), w.strong, db.Micros(w.Made))
	return err
}

func selectWork(ctx context.Context, tx *db.Tx, id unit.ID) (Work, error) {
	w, err := scanWork(tx.QueryRow(ctx, sqlWork, string(id)).Scan)
	if db.NoRows(err) {
		return w, fault.New(fault.NotFound, "intake.unknown")
	}
	return w, err
}

func nextWork(ctx context.Context, tx *db.Tx) (Work, bool, error) {
	w, err := scanWork(tx.QueryRow(ctx, sqlNext).Scan)
	if db.NoRows(err) {
		return w, false, nil
	}
	return w, err == nil, err
}

func selectWorks(ctx context.Context, tx *db.Tx, person unit.ID, limit, offset int) (all []Work, n int, err error) {
	if err := tx.QueryRow(ctx, sqlCountWorks, string(person)).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect(ctx, tx, "files that were brought", scanWork, sqlWorks, string(person), limit, offset)
	return all, n, err
}

func countWaiting(ctx context.Context, tx *db.Tx, person unit.ID) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountWaiting, string(person)).Scan(&n)
	return n, err
}

// beginWork takes a work that waits; false where it waits no more.
func beginWork(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	n, err := tx.Exec(ctx, sqlBegin, string(id), db.Micros(tx.Now()))
	return n == 1, err
}

// stepWork keeps how far a work is; false where it was stopped.
func stepWork(ctx context.Context, tx *db.Tx, id unit.ID, state State, done, total int) (bool, error) {
	n, err := tx.Exec(ctx, sqlStep, string(id), string(state), done, total)
	return n == 1, err
}

// endWork ends a work that goes on; one that was stopped meanwhile stays stopped.
func endWork(ctx context.Context, tx *db.Tx, w Work, state State, problem fault.Words, rep *Report) error {
	said, err := texts(problem)
	if err != nil {
		return err
	}
	report := ""
	if rep != nil {
		b, err := json.Marshal(rep)
		if err != nil {
			return err
		}
		report = string(b)
	}
	_, err = tx.Exec(ctx, sqlEnd, string(w.ID), string(state), said, report, db.Micros(tx.Now()))
	return err
}

func againWork(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlAgain, string(id))
	return err
}

// takeUp puts works of a former process where they go on: what was only checked is checked again, what was being written is cut.
func takeUp(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, sqlCheckAgain); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlCut, db.Micros(tx.Now()))
	return err
}
