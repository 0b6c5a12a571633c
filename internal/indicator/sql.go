package indicator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/db"
)

// sqlGrown walks one log from a leaf on.
const sqlGrown = `
SELECT idx, kind, day, fields FROM v_public_leaf WHERE origin = $1 AND idx >= $2 AND idx < $3
ORDER BY idx LIMIT $4`

const sqlLogs = `SELECT origin, size FROM v_public_log ORDER BY origin LIMIT $1`

// sqlFields are leaves of one log by their numbers; %NUMBERS% stands for as many parameters.
const sqlFields = `SELECT idx, fields FROM v_public_leaf WHERE origin = $1 AND idx IN (%NUMBERS%) ORDER BY idx LIMIT $2`

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

// selectFields are the fields of the leaves at these places, each of which has one: of every log with one question.
func selectFields(ctx context.Context, tx *db.Tx, places []place) (map[place]string, error) {
	by, of := map[string][]place{}, map[place]string{}
	for _, p := range places {
		by[p.origin] = append(by[p.origin], p)
	}
	for _, origin := range slices.Sorted(maps.Keys(by)) {
		at, args, marks := map[int64]place{}, []any{origin, len(by[origin])}, []string{}
		for _, p := range by[origin] {
			at[p.index] = p
			args = append(args, p.index)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		rows, err := tx.Query(ctx, strings.ReplaceAll(sqlFields, "%NUMBERS%", strings.Join(marks, ", ")), args...)
		if err != nil {
			return nil, err
		}
		if err := eachField(rows, func(idx int64, fields string) { of[at[idx]] = fields }); err != nil {
			return nil, fmt.Errorf("leaves of %s: %w", origin, err)
		}
	}
	return of, nil
}

func eachField(rows *db.Rows, do func(idx int64, fields string)) error {
	defer rows.Close()
	for rows.Next() {
		var idx int64
		var fields string
		if err := rows.Scan(&idx, &fields); err != nil {
			return err
		}
		do(idx, fields)
	}
	return rows.Err()
}
