package indicator

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
)

const sqlEntries = `
SELECT origin, idx, day, fields FROM v_public_leaf WHERE kind = $1
ORDER BY day DESC, origin, idx DESC LIMIT $2 OFFSET $3`

// sqlGrown walks one log from a leaf on.
const sqlGrown = `
SELECT idx, kind, day, fields FROM v_public_leaf WHERE origin = $1 AND idx >= $2 AND idx < $3
ORDER BY idx LIMIT $4`

const sqlLogs = `SELECT origin, size FROM v_public_log ORDER BY origin LIMIT $1`

const sqlLeafFields = `SELECT fields FROM v_public_leaf WHERE origin = $1 AND idx = $2 ORDER BY idx LIMIT 1`

const sqlInsertReport = `
INSERT INTO indicator_report (id, indicator, value, unit, approx, period, document, document_digest, document_title,
                              span_from, span_to, quote, accepted_by, accepted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (indicator, document_digest, span_from, span_to) DO NOTHING`

const sqlDeleteReport = `
DELETE FROM indicator_report WHERE indicator = $1 AND document_digest = $2 AND span_from = $3 AND span_to = $4`

const sqlReports = `
SELECT id, indicator, value, unit, approx, period, document, document_digest, document_title, span_from, span_to,
       quote, accepted_by, accepted_at
FROM indicator_report WHERE indicator = $1 ORDER BY accepted_at DESC, id DESC LIMIT $2`

const sqlAllReports = `
SELECT id, indicator, value, unit, approx, period, document, document_digest, document_title, span_from, span_to,
       quote, accepted_by, accepted_at
FROM indicator_report ORDER BY accepted_at DESC, id DESC LIMIT $1`

// selectLogs are the logs whose leaves are shown.
func selectLogs(ctx context.Context, tx *db.Tx) ([]publicLog, error) {
	return db.Collect(ctx, tx, "logs", func(scan func(...any) error) (l publicLog, err error) {
		return l, scan(&l.origin, &l.size)
	}, sqlLogs, logsMax)
}

func selectEntries(ctx context.Context, tx *db.Tx, d Definition, offset int) ([]Entry, error) {
	rows, err := tx.Query(ctx, sqlEntries, d.Leaf, entryPage, offset)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Entry
	for rows.Next() {
		var e Entry
		var fields string
		if err := rows.Scan(&e.Origin, &e.Index, &e.Day, &fields); err != nil {
			return nil, err
		}
		if d.Value == Sum {
			e.Amount, err = amountIn(fields, d.Field)
			e.Unread = err != nil
		}
		if err := json.Unmarshal([]byte(fields), &e.Fields); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

func insertReport(ctx context.Context, tx *db.Tx, r Report) error {
	_, err := tx.Exec(ctx, sqlInsertReport, r.ID, r.Indicator, r.Value, r.Unit, r.Approx, r.Period, r.Document, r.Digest,
		r.Title, r.From, r.To, r.Quote, r.By, db.Micros(r.At))
	return err
}

func selectReports(ctx context.Context, tx *db.Tx, indicator string) ([]Report, error) {
	return db.Collect(ctx, tx, "reports", scanReport, sqlReports, indicator, reportsMax)
}

// selectAllReports are the reports of every indicator, by its id, the newest first.
func selectAllReports(ctx context.Context, tx *db.Tx) (map[string][]Report, error) {
	all, err := db.Collect(ctx, tx, "reports", scanReport, sqlAllReports, allReportsMax)
	by := map[string][]Report{}
	for _, r := range all {
		if of := by[r.Indicator]; len(of) < reportsMax {
			by[r.Indicator] = append(of, r)
		}
	}
	return by, err
}

func scanReport(scan func(...any) error) (r Report, err error) {
	var at int64
	err = scan(&r.ID, &r.Indicator, &r.Value, &r.Unit, &r.Approx, &r.Period, &r.Document, &r.Digest, &r.Title,
		&r.From, &r.To, &r.Quote, &r.By, &at)
	r.At = db.Time(at)
	return r, err
}

func deleteReport(ctx context.Context, tx *db.Tx, indicator, digest string, from, to int) error {
	_, err := tx.Exec(ctx, sqlDeleteReport, indicator, digest, from, to)
	return err
}

// selectFields are the fields of one leaf.
func selectFields(ctx context.Context, tx *db.Tx, origin string, idx int64) (fields string, err error) {
	err = tx.QueryRow(ctx, sqlLeafFields, origin, idx).Scan(&fields)
	return fields, err
}
