package agreement

import (
	"context"
	"encoding/json"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsert = `
INSERT INTO agreement (id, title, kind, parties, signed_on, about, document, document_digest, document_title,
                       span_from, span_to, quote, accepted_by, accepted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

const sqlFindBySource = `
SELECT id FROM agreement WHERE document_digest = $1 AND span_from = $2 AND span_to = $3
ORDER BY id LIMIT 1`

const agreementColumns = `id, title, kind, parties, signed_on, about, document, document_digest, document_title,
       span_from, span_to, quote, accepted_by, accepted_at`

const sqlSelect = `SELECT ` + agreementColumns + ` FROM agreement WHERE id = $1 ORDER BY id LIMIT 1`

const sqlList = `SELECT ` + agreementColumns + ` FROM agreement ORDER BY accepted_at DESC, id DESC LIMIT $1`

const sqlInsertTask = `
INSERT INTO agreement_task (id, agreement, title, owner, due_on, original_due_on, done_at, evidence, version)
VALUES ($1, $2, $3, $4, $5, $6, NULL, '', 1)`

const taskColumns = `t.id, t.agreement, a.title, t.title, t.owner, t.due_on, t.original_due_on, t.done_at, t.evidence, t.version`

const sqlTask = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.id = $1 ORDER BY t.id LIMIT 1`

const sqlTasksOf = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.agreement = $1 ORDER BY t.due_on, t.id LIMIT $2`

const sqlTasks = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
ORDER BY CASE WHEN t.done_at IS NULL THEN 0 ELSE 1 END, t.due_on, t.id LIMIT $1 OFFSET $2`

const sqlCountTasks = `SELECT count(*) FROM agreement_task ORDER BY 1 LIMIT 1`

const sqlFinish = `
UPDATE agreement_task SET done_at = $2, evidence = $3, version = version + 1
WHERE id = $1 AND done_at IS NULL`

func insert(ctx context.Context, tx *db.Tx, a Agreement) error {
	parties, err := json.Marshal(a.Parties)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsert, a.ID, a.Title, a.Kind, string(parties), a.Signed, a.About, a.Source.Document,
		a.Source.Digest, a.Source.Title, a.Source.From, a.Source.To, a.Source.Quote, a.By, db.Micros(a.At))
	return err
}

func findBySource(ctx context.Context, tx *db.Tx, s Source) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlFindBySource, s.Digest, s.From, s.To).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

type scanner interface{ Scan(...any) error }

func scanAgreement(row scanner) (a Agreement, err error) {
	var parties string
	var at int64
	err = row.Scan(&a.ID, &a.Title, &a.Kind, &parties, &a.Signed, &a.About, &a.Source.Document, &a.Source.Digest,
		&a.Source.Title, &a.Source.From, &a.Source.To, &a.Source.Quote, &a.By, &at)
	if err != nil {
		return a, err
	}
	a.At = db.Time(at)
	return a, json.Unmarshal([]byte(parties), &a.Parties)
}

func selectAgreement(ctx context.Context, tx *db.Tx, id unit.ID) (Agreement, error) {
	a, err := scanAgreement(tx.QueryRow(ctx, sqlSelect, id))
	if db.NoRows(err) {
		return a, fault.New(fault.NotFound, "agreement.unknown")
	}
	return a, err
}

func selectAgreements(ctx context.Context, tx *db.Tx) ([]Agreement, error) {
	rows, err := tx.Query(ctx, sqlList, registerMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Agreement
	for rows.Next() {
		a, err := scanAgreement(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func insertTask(ctx context.Context, tx *db.Tx, t Task) error {
	_, err := tx.Exec(ctx, sqlInsertTask, t.ID, t.Agreement, t.Title, t.Owner, t.Due, t.Original)
	return err
}

func scanTask(row scanner) (t Task, err error) {
	var done *int64
	err = row.Scan(&t.ID, &t.Agreement, &t.Of, &t.Title, &t.Owner, &t.Due, &t.Original, &done, &t.Evidence, &t.Version)
	if done != nil {
		t.Done = db.Time(*done)
	} else {
		t.Done = time.Time{}
	}
	return t, err
}

func selectTask(ctx context.Context, tx *db.Tx, id unit.ID) (Task, error) {
	t, err := scanTask(tx.QueryRow(ctx, sqlTask, id))
	if db.NoRows(err) {
		return t, fault.New(fault.NotFound, "agreement.task_unknown")
	}
	return t, err
}

func selectTasks(ctx context.Context, tx *db.Tx, agreement unit.ID) ([]Task, error) {
	return queryTasks(ctx, tx, sqlTasksOf, agreement, taskPageMax)
}

func selectAllTasks(ctx context.Context, tx *db.Tx, offset int) (all []Task, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountTasks).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err = queryTasks(ctx, tx, sqlTasks, taskPageMax, offset)
	return all, total, err
}

func queryTasks(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Task, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Task
	for rows.Next() {
		t, err := scanTask(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

func finishTask(ctx context.Context, tx *db.Tx, id unit.ID, evidence string) error {
	n, err := tx.Exec(ctx, sqlFinish, id, db.Micros(tx.Now()), evidence)
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "agreement.already_done")
	}
	return err
}
