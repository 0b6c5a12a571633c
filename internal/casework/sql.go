package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

const caseColumns = `id, no, scheme, edition, digest, org, region, stage, ending, opened_by, opened_at, changed_at, version, fields, answers, purse, parent`

const (
	// The case with how many were invited to it: mostly nobody, and then nobody asks who.
	sqlCase = `SELECT ` + caseColumns + `, (SELECT count(*) FROM casework_member m WHERE m.case_id = casework_case.id)
FROM casework_case WHERE id = $1 ORDER BY id LIMIT 1`
	sqlStarted = `SELECT id FROM casework_case WHERE opened_by = $1 AND start_key = $2 ORDER BY id LIMIT 1`

	sqlInsertCase = `
INSERT INTO casework_case (` + caseColumns + `, fires_at, due_at, start_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`

	sqlUpdateCase = `
UPDATE casework_case
SET stage = $2, ending = $3, changed_at = $4, version = version + 1, fields = $5, answers = $6, purse = $7, fires_at = $8, due_at = $9
WHERE id = $1 AND version = $10`

	sqlDue = `
SELECT id FROM casework_case WHERE due_at > 0 AND due_at <= $1
ORDER BY due_at, id LIMIT $2`

	sqlTold = `UPDATE casework_case SET due_at = 0 WHERE id = $1`

	sqlSerial = `
INSERT INTO casework_serial (year, last) VALUES ($1, 1)
ON CONFLICT (year) DO UPDATE SET last = casework_serial.last + 1
RETURNING last`

	sqlFiring = `
SELECT id FROM casework_case WHERE fires_at > 0 AND fires_at <= $1
ORDER BY fires_at, id LIMIT $2`

	sqlCountOpen = `
SELECT count(*) FROM casework_case c
WHERE c.scheme = $1 AND c.org = $2 AND c.id <> $3 AND c.opened_at >= $4 AND c.opened_at < $5 AND c.ending <> 'refused'
  AND (c.ending <> 'ended' OR c.purse LIKE '%"sums":{"%')
  AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
ORDER BY 1 LIMIT 1`

	sqlByNo = `SELECT ` + caseColumns + ` FROM casework_case WHERE no = $1 OR id = $1 ORDER BY id LIMIT 1`

	sqlUnder = `SELECT ` + caseColumns + ` FROM casework_case WHERE parent = $1 ORDER BY id DESC LIMIT $2`

	sqlCountUnder = `
SELECT count(*) FROM casework_case WHERE parent = $1 AND scheme = $2 AND (NOT $3 OR ending = '')
ORDER BY 1 LIMIT 1`

	sqlCountUses = `
SELECT count(*) FROM casework_file f JOIN casework_case c ON c.id = f.case_id
WHERE f.digest = $1 AND c.id <> $2 AND (c.ending IN ('', 'granted') OR c.ending = 'ended' AND c.purse LIKE '%"out":{"%')
ORDER BY 1 LIMIT 1`

	sqlAll  = `SELECT ` + caseColumns + ` FROM casework_case WHERE id > $1 ORDER BY id LIMIT $2`
	sqlOpen = `SELECT ` + caseColumns + ` FROM casework_case WHERE id > $1 AND ending = '' ORDER BY id LIMIT $2`

	sqlParts = `
SELECT c.no AS no, 'open' AS act, c.opened_at AS at, '' AS reason FROM casework_case c WHERE c.opened_by = $1
UNION ALL
SELECT c.no, h.action, h.at, h.reason FROM casework_step h JOIN casework_case c ON c.id = h.case_id WHERE h.person = $1
UNION ALL
SELECT c.no, 'comment', k.at, k.words FROM casework_comment k JOIN casework_case c ON c.id = k.case_id WHERE k.person = $1
UNION ALL
SELECT x.no, a.action, a.at, '' FROM casework_shadow_act a JOIN casework_shadow x ON x.id = a.shadow WHERE a.person = $1
ORDER BY 3, 1, 2 LIMIT $2`

	sqlStepped = `
SELECT DISTINCT case_id FROM casework_step WHERE at >= $1 AND at < $2 AND case_id > $3
ORDER BY case_id LIMIT $4`

	sqlTimes = `UPDATE casework_case SET fires_at = $2, due_at = $3 WHERE id = $1`
)

const stepColumns = `no, at, action, from_stage, to_stage, role, person, by_name, mandate, reason, leaf, act_key`

const (
	sqlSteps     = `SELECT ` + stepColumns + ` FROM casework_step WHERE case_id = $1 ORDER BY no LIMIT $2`
	sqlDecisions = `SELECT ` + stepColumns + `, decision FROM casework_step WHERE case_id = $1 ORDER BY no LIMIT $2`

	sqlInsertStep = `
INSERT INTO casework_step (case_id, ` + stepColumns + `, decision)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
)

const attachedColumns = `digest, name, type, size_bytes, person, at, kept, box, node`

const (
	sqlAttach = `
INSERT INTO casework_file (case_id, ` + attachedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (case_id, digest) DO NOTHING`

	sqlAttached = `
SELECT ` + attachedColumns + ` FROM casework_file WHERE case_id = $1 AND digest = $2
ORDER BY digest LIMIT 1`

	sqlAllAttached = `
SELECT ` + attachedColumns + ` FROM casework_file WHERE case_id = $1
ORDER BY digest LIMIT $2`
)

func insertAttached(ctx context.Context, tx *db.Tx, id unit.ID, a Attached) error {
	if a.kept != "" { // the name is in the box
		a.Name, a.Type = "sealed", "application/octet-stream"
	}
	_, err := tx.Exec(ctx, sqlAttach, string(id), string(a.Digest), a.Name, a.Type, a.Size, string(a.By), db.Micros(a.At), string(a.kept), a.box, a.node)
	return err
}

func scanAttached(scan func(...any) error) (a Attached, err error) {
	var at int64
	err = scan(&a.Digest, &a.Name, &a.Type, &a.Size, &a.By, &at, &a.kept, &a.box, &a.node)
	a.At = db.Time(at)
	return a, err
}

func selectAttached(ctx context.Context, tx *db.Tx, id unit.ID, d files.Digest) (Attached, error) {
	return scanAttached(tx.QueryRow(ctx, sqlAttached, string(id), string(d)).Scan)
}

func selectAllAttached(ctx context.Context, tx *db.Tx, id unit.ID) ([]Attached, error) {
	return db.Collect(ctx, tx, "files of case "+string(id), scanAttached, sqlAllAttached, string(id), attachedMax)
}

// where narrows a list: conditions joined by AND, with their arguments from $1 on.
type where struct {
	conds []string
	args  []any
	order string
}

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

func (w *where) in(column string, values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = w.arg(v)
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// reachWhere keeps what a reach covers: its organisations, its regions, what names its offices, or all; and the cases of
// some schemes in a place.
func reachWhere(r access.Reach, also map[unit.Region][]string) where {
	w := where{order: "changed_at DESC, id DESC"}
	if r.All {
		return w
	}
	var any []string
	if len(r.Orgs) > 0 {
		any = append(any, w.in("org", r.Orgs))
	}
	for _, g := range r.Regions {
		any = append(any, w.inside("region", g))
	}
	if codes := codesOf(r); len(codes) > 0 {
		any = append(any, "id IN (SELECT r.case_id FROM casework_reader r WHERE "+w.in("r.code", codes)+")")
	}
	if r.Own != "" {
		any = append(any, "id IN (SELECT m.case_id FROM casework_member m WHERE m.person = "+w.arg(string(r.Own))+")")
	}
	for _, place := range slices.Sorted(maps.Keys(also)) {
		any = append(any, "("+w.inside("region", place)+" AND "+w.in("scheme", also[place])+")")
	}
	if len(any) == 0 {
		any = []string{"1 = 0"}
	}
	w.conds = append(w.conds, "("+strings.Join(any, " OR ")+")")
	return w
}

// digitsOf is the part of a code that the codes inside it begin with.
func digitsOf(r unit.Region) string {
	s := string(r)
	for len(s) > 2 && strings.HasSuffix(s, "00") {
		s = s[:len(s)-2]
	}
	return s
}

// inside is the condition that a column's region lies in r, every one in "". A range, because SQLite plans a statement with LIKE anew
// each time that its pattern is bound. A colon comes after the digits.
func (w *where) inside(column string, r unit.Region) string {
	first := digitsOf(r)
	return "(" + column + " >= " + w.arg(first) + " AND " + column + " < " + w.arg(first+":") + ")"
}

func (w where) and(f Filter) where {
	if f.Orgs != nil {
		if len(f.Orgs) == 0 {
			w.conds = append(w.conds, "1 = 0")
		} else {
			w.conds = append(w.conds, w.in("org", f.Orgs))
		}
	}
	for _, c := range []struct{ column, value string }{{"scheme", f.Scheme}, {"stage", f.Stage}, {"org", f.Org}} {
		if c.value != "" {
			w.conds = append(w.conds, c.column+" = "+w.arg(c.value))
		}
	}
	return w
}

func (w where) sql() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

func selectCases(ctx context.Context, tx *db.Tx, w where, offset, rows int) (out []Case, total int, err error) {
	if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM casework_case%s LIMIT %d) x`, w.sql(), countMax+1), w.args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	q := `SELECT ` + caseColumns + ` FROM casework_case` + w.sql() + ` ORDER BY ` + w.order
	q += ` LIMIT ` + w.arg(rows) + ` OFFSET ` + w.arg(offset)
	out, err = queryCases(ctx, tx, q, w.args...)
	return out, total, err
}

func queryCases(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Case, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Case
	for rows.Next() {
		c, err := scanCase(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func scanCase(scan func(...any) error) (c Case, err error) {
	var opened, changed int64
	var fields, answers, purse string
	err = scan(&c.ID, &c.No, &c.Scheme, &c.Edition, &c.EditionDigest, &c.Org, &c.Region, &c.Stage, &c.End, &c.OpenedBy,
		&opened, &changed, &c.Version, &fields, &answers, &purse, &c.Parent)
	if err != nil {
		return c, err
	}
	c.Opened, c.Changed = db.Time(opened), db.Time(changed)
	if c.Fields, err = readFields(fields); err == nil {
		c.Answers, err = readAnswers(answers)
	}
	if err == nil {
		c.Purse, err = readPurse(purse)
	}
	if err != nil {
		return c, fmt.Errorf("kept data of case %s: %w", c.No, err)
	}
	return c, nil
}

func selectCase(ctx context.Context, tx *db.Tx, id unit.ID) (Case, error) {
	c, _, err := selectInvited(ctx, tx, id)
	return c, err
}

// selectInvited is selectCase with how many were invited to it.
func selectInvited(ctx context.Context, tx *db.Tx, id unit.ID) (c Case, invited int, err error) {
	row := tx.QueryRow(ctx, sqlCase, string(id))
	c, err = scanCase(func(to ...any) error { return row.Scan(append(to, &invited)...) })
	if db.NoRows(err) {
		err = fault.New(fault.NotFound, "casework.unknown")
	}
	return c, invited, err
}

func selectStarted(ctx context.Context, tx *db.Tx, person unit.ID, key string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlStarted, string(person), key).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

// kept are the three JSON columns of a case.
func (c Case) kept() (fields, answers, purse string, err error) {
	f, err := json.Marshal(c.Fields)
	if err != nil {
		return "", "", "", err
	}
	a, err := json.Marshal(c.Answers)
	if err != nil {
		return "", "", "", err
	}
	p, err := json.Marshal(c.Purse)
	return string(f), string(a), string(p), err
}

func insertCase(ctx context.Context, tx *db.Tx, c Case, at times, key string) error {
	fields, answers, purse, err := c.kept()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertCase, string(c.ID), c.No, c.Scheme, c.Edition, c.EditionDigest, c.Org, string(c.Region), c.Stage,
		string(c.End), string(c.OpenedBy), db.Micros(c.Opened), db.Micros(c.Changed), c.Version, fields, answers, purse, string(c.Parent), at.fires, at.due, key)
	if err != nil {
		return err
	}
	return putWaits(ctx, tx, c.ID, at.waits)
}

// updateCase writes the state of a case and counts its version up, in the row and in c.
func updateCase(ctx context.Context, tx *db.Tx, c *Case, at times) error {
	fields, answers, purse, err := c.kept()
	if err != nil {
		return err
	}
	if err := tx.LaterOne(ctx, fault.New(fault.Conflict, "casework.changed_meanwhile").On("version"), sqlUpdateCase,
		string(c.ID), c.Stage, string(c.End), db.Micros(c.Changed), fields, answers, purse, at.fires, at.due, c.Version); err != nil {
		return err
	}
	c.Version++
	return putWaits(ctx, tx, c.ID, at.waits)
}

func nextSerial(ctx context.Context, tx *db.Tx, year int) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlSerial, year).Scan(&n)
	return n, err
}

// countCases counts an organisation's cases of a scheme that were submitted between two times and came to something.
func countCases(ctx context.Context, tx *db.Tx, schemeID, org string, but unit.ID, from, to time.Time) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountOpen, schemeID, org, string(but), db.Micros(from), db.Micros(to)).Scan(&n)
	return n, err
}

func countUnder(ctx context.Context, tx *db.Tx, parent unit.ID, schemeID string, open bool) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountUnder, string(parent), schemeID, open).Scan(&n)
	return n, err
}

func countUses(ctx context.Context, tx *db.Tx, digest string, but unit.ID) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountUses, digest, string(but)).Scan(&n)
	return n, err
}

func selectTimed(ctx context.Context, tx *db.Tx, query string, now time.Time, limit int) ([]unit.ID, error) {
	rows, err := tx.Query(ctx, query, db.Micros(now), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []unit.ID
	for rows.Next() {
		var id unit.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// markTold writes down that nobody is to be told of the present due time any more.
func markTold(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlTold, string(id))
	return err
}

// selectOpen are the cases that go on, by id, after one.
func selectOpen(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Case, error) {
	return db.Collect(ctx, tx, "open cases", scanCase, sqlOpen, string(after), limit)
}

// selectParts are what a person did in cases, oldest first.
func selectParts(ctx context.Context, tx *db.Tx, person unit.ID) ([]Part, error) {
	return db.Collect(ctx, tx, "parts of a person", func(scan func(...any) error) (p Part, err error) {
		var at int64
		err = scan(&p.Case, &p.Act, &at, &p.Reason)
		p.At = db.Time(at).Format(time.RFC3339)
		return p, err
	}, sqlParts, string(person), personRowsMax)
}

// updateTimes writes when a case fires and when it is late; its state does not change.
func updateTimes(ctx context.Context, tx *db.Tx, id unit.ID, at times) error {
	if _, err := tx.Exec(ctx, sqlTimes, string(id), at.fires, at.due); err != nil {
		return err
	}
	return putWaits(ctx, tx, id, at.waits)
}

// selectSteps reads the steps of a case as its clocks and acts need them, selectDecisions with the decision of each.
func selectSteps(ctx context.Context, tx *db.Tx, id unit.ID) ([]Step, error) {
	return db.Collect(ctx, tx, "steps of case "+string(id), scanStep, sqlSteps, string(id), stepsMax)
}

// selectStepped lists the cases that had a step in a time, behind after.
func selectStepped(ctx context.Context, tx *db.Tx, from, to time.Time, after unit.ID, most int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases with steps", func(scan func(...any) error) (id unit.ID, err error) { err = scan(&id); return id, err },
		sqlStepped, db.MicrosOrZero(from), db.Micros(to), string(after), most)
}

func selectDecisions(ctx context.Context, tx *db.Tx, id unit.ID) ([]Step, error) {
	return db.Collect(ctx, tx, "decisions of case "+string(id), func(scan func(...any) error) (Step, error) {
		var decision string
		h, err := scanStep(func(to ...any) error { return scan(append(to, &decision)...) })
		if h.raw = decision; err == nil {
			h.Decision, err = readDecision(decision)
		}
		return h, err
	}, sqlDecisions, string(id), stepsMax)
}

func scanStep(scan func(...any) error) (h Step, err error) {
	var at int64
	err = scan(&h.No, &at, &h.Action, &h.From, &h.To, &h.Role, &h.Person, &h.By, &h.Mandate, &h.Reason, &h.Receipt, &h.key)
	h.At = db.Time(at)
	return h, err
}

func insertStep(ctx context.Context, tx *db.Tx, id unit.ID, h Step) error {
	return tx.Later(ctx, sqlInsertStep, string(id), h.No, db.Micros(h.At), h.Action, h.From, h.To, h.Role, string(h.Person), h.By,
		h.Mandate, h.Reason, string(h.Receipt), h.key, string(appendDecision(nil, h.Decision)))
}
