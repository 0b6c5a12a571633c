package indicator

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
)

const sqlCount = `SELECT count(*) FROM v_public_leaf WHERE kind = $1 ORDER BY 1 LIMIT 1`

const sqlEach = `
SELECT origin, idx, fields FROM v_public_leaf WHERE kind = $1 AND (origin, idx) > ($2, $3)
ORDER BY origin, idx LIMIT $4`

const sqlEntries = `
SELECT origin, idx, day, fields FROM v_public_leaf WHERE kind = $1
ORDER BY day DESC, origin, idx DESC LIMIT $2 OFFSET $3`

// sqlGrown walks one log from a leaf on. The kind is compared in a way that no index answers, because an index by kind would be read
// whole each time only to find that nothing is new.
const sqlGrown = `
SELECT idx, day, fields FROM v_public_leaf WHERE origin = $2 AND idx >= $3 AND kind || '' = $1
ORDER BY idx LIMIT $4`

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

func countLeaves(ctx context.Context, tx *db.Tx, kind string) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCount, kind).Scan(&n)
	return n, err
}

// eachLeaf calls do with the fields of every leaf of a kind, page by page.
func eachLeaf(ctx context.Context, tx *db.Tx, kind string, do func(fields string) error) error {
	origin, idx := "", int64(-1)
	for {
		n := 0
		rows, err := tx.Query(ctx, sqlEach, kind, origin, idx, leavesAtOnce)
		if err != nil {
			return err
		}
		for rows.Next() {
			var fields string
			if err := rows.Scan(&origin, &idx, &fields); err != nil {
				rows.Close()
				return err
			}
			if err := do(fields); err != nil {
				rows.Close()
				return err
			}
			n++
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		if n < leavesAtOnce {
			return nil
		}
	}
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
	rows, err := tx.Query(ctx, sqlReports, indicator, reportsMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Report
	for rows.Next() {
		var r Report
		var at int64
		if err := rows.Scan(&r.ID, &r.Indicator, &r.Value, &r.Unit, &r.Approx, &r.Period, &r.Document, &r.Digest, &r.Title,
			&r.From, &r.To, &r.Quote, &r.By, &at); err != nil {
			return nil, err
		}
		r.At = db.Time(at)
		all = append(all, r)
	}
	return all, rows.Err()
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
