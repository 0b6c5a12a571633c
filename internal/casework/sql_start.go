package casework

import (
	"context"
	"encoding/json"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const startColumns = `s.id, s.scheme, s.digest, s.home, s.due, s.begun_at, s.done_at, s.after_org, s.looked, s.opened, s.failed,
  (SELECT count(*) FROM casework_start_unknown u WHERE u.start_id = s.id AND u.state = 'waits')`

const (
	sqlStart      = `SELECT ` + startColumns + ` FROM casework_start s WHERE s.id = $1 ORDER BY s.id LIMIT 1`
	sqlStarts     = `SELECT ` + startColumns + ` FROM casework_start s ORDER BY s.due DESC, s.id DESC LIMIT $1`
	sqlOpenStarts = `SELECT ` + startColumns + ` FROM casework_start s WHERE s.done_at = 0 ORDER BY s.begun_at, s.id LIMIT $1`

	sqlStartsFrom = `SELECT count(*) FROM casework_start WHERE scheme = $1 AND home = $2 AND due >= $3 ORDER BY 1 LIMIT 1`

	sqlInsertStart = `
INSERT INTO casework_start (id, scheme, digest, home, due, begun_at, done_at, after_org, looked, opened, failed)
VALUES ($1, $2, $3, $4, $5, $6, 0, '', 0, 0, 0)
ON CONFLICT (scheme, home, due) DO NOTHING`

	sqlUpdateStart = `UPDATE casework_start SET done_at = $2, after_org = $3, looked = $4, opened = $5, failed = $6 WHERE id = $1`

	sqlInsertStarted = `
INSERT INTO casework_start_unknown (start_id, org, answers, state, case_id, reason, person, by_name, at)
VALUES ($1, $2, $3, $4, $5, '', '', '', $6)`

	sqlUpdateStarted = `
UPDATE casework_start_unknown SET state = $3, case_id = $4, reason = $5, person = $6, by_name = $7, at = $8
WHERE start_id = $1 AND org = $2`

	sqlStartedOrg = `SELECT ` + startedColumns + ` FROM casework_start_unknown WHERE start_id = $1 AND org = $2 ORDER BY org LIMIT 1`

	sqlStartedOrgs = `
SELECT ` + startedColumns + ` FROM casework_start_unknown WHERE start_id = $1 AND state = $2
ORDER BY org LIMIT $3 OFFSET $4`

	sqlCountStarted = `SELECT count(*) FROM casework_start_unknown WHERE start_id = $1 AND state = $2 ORDER BY 1 LIMIT 1`
)

const startedColumns = `org, answers, state, case_id, reason, person, by_name, at`

func scanStart(scan func(...any) error) (st Start, err error) {
	var due, begun, done int64
	err = scan(&st.ID, &st.Scheme, &st.digest, &st.Home, &due, &begun, &done, &st.after, &st.Looked, &st.Opened, &st.Failed, &st.Waits)
	st.Due, st.Begun, st.Done = db.Time(due), db.Time(begun), timeOrNever(done)
	return st, err
}

func selectStart(ctx context.Context, tx *db.Tx, id unit.ID) (Start, error) {
	return scanStart(tx.QueryRow(ctx, sqlStart, string(id)).Scan)
}

func selectStarts(ctx context.Context, tx *db.Tx) ([]Start, error) {
	return db.Collect(ctx, tx, "starts", scanStart, sqlStarts, startsMax)
}

func selectOpenStarts(ctx context.Context, tx *db.Tx) ([]Start, error) {
	return db.Collect(ctx, tx, "starts that go on", scanStart, sqlOpenStarts, openStarts)
}

// countStartsFrom counts the starts of a scheme in a jurisdiction that were due at a time or later.
func countStartsFrom(ctx context.Context, tx *db.Tx, schemeID, home string, due time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, sqlStartsFrom, schemeID, home, db.Micros(due)).Scan(&n)
	return n, err
}

// insertStart says false if the start of that time is there already.
func insertStart(ctx context.Context, tx *db.Tx, st Start) (bool, error) {
	n, err := tx.Exec(ctx, sqlInsertStart, string(st.ID), st.Scheme, st.digest, st.Home, db.Micros(st.Due), db.Micros(tx.Now()))
	return n == 1, err
}

func updateStart(ctx context.Context, tx *db.Tx, st Start) error {
	_, err := tx.Exec(ctx, sqlUpdateStart, string(st.ID), microsOrNever(st.Done), st.after, st.Looked, st.Opened, st.Failed)
	return err
}

func insertStarted(ctx context.Context, tx *db.Tx, id unit.ID, x StartedOrg) error {
	answers, err := json.Marshal(x.Answers)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertStarted, string(id), x.Org, string(answers), x.State, string(x.Case), microsOrNever(x.At))
	return err
}

func updateStarted(ctx context.Context, tx *db.Tx, id unit.ID, x StartedOrg) error {
	_, err := tx.Exec(ctx, sqlUpdateStarted, string(id), x.Org, x.State, string(x.Case), x.Reason, string(x.Person), x.By, db.Micros(x.At))
	return err
}

func scanStarted(scan func(...any) error) (x StartedOrg, err error) {
	var at int64
	var answers string
	if err = scan(&x.Org, &answers, &x.State, &x.Case, &x.Reason, &x.Person, &x.By, &at); err != nil {
		return x, err
	}
	x.At = timeOrNever(at)
	return x, json.Unmarshal([]byte(answers), &x.Answers)
}

func selectStartedOrg(ctx context.Context, tx *db.Tx, id unit.ID, org string) (StartedOrg, error) {
	return scanStarted(tx.QueryRow(ctx, sqlStartedOrg, string(id), org).Scan)
}

func selectStartedOrgs(ctx context.Context, tx *db.Tx, id unit.ID, state string, offset int) (out []StartedOrg, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountStarted, string(id), state).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.Collect(ctx, tx, "organisations of a start", scanStarted, sqlStartedOrgs, string(id), state, startRows, offset)
	return out, total, err
}
