package usage

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const runColumns = `id, owner, instrument, log_no, from_us, to_us, minutes, account, samples, project, direction, booking, user_org, way, class, why, over_min,
  price_fen, record, problem, tries, sheet, at`

const (
	sqlInsertRun = `
INSERT INTO catalogue_usage_run (` + runColumns + `, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`

	sqlUpdateRun = `
UPDATE catalogue_usage_run
SET project = $2, direction = $3, user_org = $4, way = $5, class = $6, why = $7, price_fen = $8, record = $9, problem = $10, tries = $11, sheet = $12
WHERE id = $1`

	sqlRun   = `SELECT ` + runColumns + ` FROM catalogue_usage_run WHERE id = $1 ORDER BY id LIMIT 1`
	sqlByLog = `SELECT ` + runColumns + ` FROM catalogue_usage_run WHERE instrument = $1 AND log_no = $2 ORDER BY id LIMIT 1`

	sqlOverlap = `
SELECT ` + runColumns + ` FROM catalogue_usage_run WHERE instrument = $1 AND from_us < $3 AND from_us > $4 AND to_us > $2
ORDER BY from_us, id LIMIT 1`

	sqlRuns = `
SELECT ` + runColumns + ` FROM catalogue_usage_run
WHERE owner = $1 AND from_us >= $2 AND from_us < $3 AND ($4 = '' OR class = $4) AND ($5 = '' OR instrument = $5) AND ($6 = '' OR record = $6)
ORDER BY from_us, id LIMIT $7 OFFSET $8`

	sqlCountRuns = `
SELECT count(*) FROM catalogue_usage_run
WHERE owner = $1 AND from_us >= $2 AND from_us < $3 AND ($4 = '' OR class = $4) AND ($5 = '' OR instrument = $5) AND ($6 = '' OR record = $6)
ORDER BY 1 LIMIT 1`

	sqlHours = `
SELECT instrument, class, count(*) AS runs, sum(minutes) AS minutes, sum(samples) AS samples, sum(price_fen) AS price_fen FROM catalogue_usage_run
WHERE owner = $1 AND from_us >= $2 AND from_us < $3 GROUP BY instrument, class ORDER BY instrument, class LIMIT $4`

	sqlBookingsOfRuns = `
SELECT DISTINCT booking FROM catalogue_usage_run WHERE instrument = $1 AND booking <> '' AND from_us >= $2 AND from_us < $3 ORDER BY booking LIMIT $4`

	sqlSums = `
SELECT user_org, CASE WHEN class = 'inside' THEN project ELSE '' END AS code, class, count(*) AS runs, sum(price_fen) AS sum_fen FROM catalogue_usage_run
WHERE owner = $1 AND from_us >= $2 AND from_us < $3 AND sheet = '' AND price_fen > 0
  AND (class = 'outside' OR class = 'inside' AND project <> '')
GROUP BY user_org, CASE WHEN class = 'inside' THEN project ELSE '' END, class ORDER BY user_org, code, class LIMIT $4`

	sqlPutOnSheet = `
UPDATE catalogue_usage_run SET sheet = $1
WHERE owner = $2 AND from_us >= $3 AND from_us < $4 AND sheet = '' AND price_fen > 0 AND class = $5 AND user_org = $6 AND ($5 = 'outside' OR project = $7)`

	sqlOfSheet = `SELECT ` + runColumns + ` FROM catalogue_usage_run WHERE sheet = $1 AND sheet <> '' ORDER BY from_us, id LIMIT $2`
)

func scanRun(scan func(...any) error) (r Run, err error) {
	var from, to, at int64
	err = scan(&r.ID, &r.Owner, &r.Instrument, &r.LogNo, &from, &to, &r.Minutes, &r.Account, &r.Samples, &r.Project, &r.Direction, &r.Booking, &r.UserOrg, &r.Way,
		&r.Class, &r.Why, &r.Over, &r.Price, &r.Record, &r.Problem, &r.Tries, &r.Sheet, &at)
	r.From, r.To, r.At = db.Time(from), db.Time(to), db.Time(at)
	return r, err
}

func insertRun(ctx context.Context, tx *db.Tx, r Run, by unit.ID) error {
	return tx.Later(ctx, sqlInsertRun, string(r.ID), r.Owner, string(r.Instrument), r.LogNo, db.Micros(r.From), db.Micros(r.To), r.Minutes, r.Account, r.Samples, r.Project, r.Direction,
		string(r.Booking), r.UserOrg, r.Way, string(r.Class), r.Why, r.Over, int64(r.Price), r.Record, r.Problem, r.Tries, string(r.Sheet), db.Micros(r.At), string(by))
}

func updateRun(ctx context.Context, tx *db.Tx, r Run) error {
	return tx.LaterOne(ctx, fault.New(fault.NotFound, "usage.unknown"), sqlUpdateRun, string(r.ID), r.Project, r.Direction, r.UserOrg, r.Way, string(r.Class), r.Why, int64(r.Price), r.Record, r.Problem, r.Tries, string(r.Sheet))
}

func selectRun(ctx context.Context, tx *db.Tx, id unit.ID) (Run, error) {
	r, err := scanRun(tx.QueryRow(ctx, sqlRun, string(id)).Scan)
	if db.NoRows(err) {
		return r, fault.New(fault.NotFound, "usage.unknown")
	}
	return r, err
}

func foundRun(r Run, err error) (Run, bool, error) {
	if db.NoRows(err) {
		return Run{}, false, nil
	}
	return r, err == nil, err
}

func selectByLog(ctx context.Context, tx *db.Tx, instrument unit.ID, no string) (Run, bool, error) {
	return foundRun(scanRun(tx.QueryRow(ctx, sqlByLog, string(instrument), no).Scan))
}

// selectOverlap is the first run of an instrument that shares time with [from, to); none lasts longer than runMinutesMax.
func selectOverlap(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) (Run, bool, error) {
	return foundRun(scanRun(tx.QueryRow(ctx, sqlOverlap, string(instrument), db.Micros(from), db.Micros(to), db.Micros(from.Add(-runMinutesMax*time.Minute))).Scan))
}

func selectRuns(ctx context.Context, tx *db.Tx, q Query, from, to time.Time, offset, limit int) ([]Run, error) {
	return db.Collect(ctx, tx, "runs of "+q.Owner, scanRun, sqlRuns, q.Owner, db.Micros(from), db.Micros(to), string(q.Class), string(q.Instrument), q.Record, limit, offset)
}

func countRuns(ctx context.Context, tx *db.Tx, q Query, from, to time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountRuns, q.Owner, db.Micros(from), db.Micros(to), string(q.Class), string(q.Instrument), q.Record).Scan(&n)
	return n, err
}

// hoursRow is what an instrument did in a class.
type hoursRow struct {
	instrument             unit.ID
	class                  Class
	runs, minutes, samples int
	price                  unit.Fen
}

func selectHours(ctx context.Context, tx *db.Tx, owner string, from, to time.Time) ([]hoursRow, error) {
	return db.Collect(ctx, tx, "hours of "+owner, func(scan func(...any) error) (h hoursRow, err error) {
		err = scan(&h.instrument, &h.class, &h.runs, &h.minutes, &h.samples, &h.price)
		return h, err
	}, sqlHours, owner, db.Micros(from), db.Micros(to), listedMax*len(classes))
}

func selectBookingsOfRuns(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) (map[unit.ID]bool, error) {
	all, err := db.Collect(ctx, tx, "bookings of runs", func(scan func(...any) error) (id unit.ID, err error) { return id, scan(&id) },
		sqlBookingsOfRuns, string(instrument), db.Micros(from), db.Micros(to), rowsMax)
	out := map[unit.ID]bool{}
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

func selectOfSheet(ctx context.Context, tx *db.Tx, sheet unit.ID) ([]Run, error) {
	return db.Collect(ctx, tx, "runs of sheet "+string(sheet), scanRun, sqlOfSheet, string(sheet), rowsMax)
}
