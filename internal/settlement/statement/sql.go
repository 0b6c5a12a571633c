package statement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	hostsMax   = 500
	earlierMax = 500
)

const toldColumns = `payer, host, n, made_at, order_no, org, provider, to_provider, state, approved_fen, paid_fen, since, paid_on, workdays`

const recordColumns = `payer, host, n, made_at, order_no, provider, billed_fen, received_fen, note, person, by_name`

const statementColumns = `id, payer, host, period, from_at, until_at, told_from, told_to, record_from, record_to, state, made_by, made_name, made_at, parts, text, digest, differences`

const lineColumns = `order_no, org, provider, state, approved_fen, paid_fen, billed_fen, recorded, days, workdays`

const (
	sqlInsertTold = `
INSERT INTO settlement_told (` + toldColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlNewestTold = `
SELECT ` + toldColumns + ` FROM settlement_told WHERE payer = $1 AND host = $2 AND order_no = $3 AND ($4 < 0 OR n <= $4)
ORDER BY n DESC LIMIT 1`

	sqlToldOrders = `
SELECT DISTINCT order_no FROM settlement_told WHERE payer = $1 AND host = $2 AND n > $3 AND n <= $4
ORDER BY order_no LIMIT $5`

	sqlHosts = `
SELECT host, min(made_at) FROM settlement_told WHERE payer = $1 GROUP BY host ORDER BY host LIMIT $2`

	sqlCountTold = `
SELECT count(DISTINCT order_no) FROM settlement_told WHERE payer = $1 AND host = $2 AND made_at >= $3 AND made_at < $4
ORDER BY 1 LIMIT 1`

	sqlAnyTold = `
SELECT 1 FROM settlement_told WHERE payer = $1 AND host = $2 AND made_at >= $3 AND made_at < $4 ORDER BY made_at LIMIT 1`

	sqlCutTold = `
SELECT coalesce(max(n), 0) FROM settlement_told WHERE payer = $1 AND host = $2 AND made_at < $3 ORDER BY 1 LIMIT 1`

	sqlCutRecord = `
SELECT coalesce(max(n), 0) FROM settlement_record WHERE payer = $1 AND host = $2 AND made_at < $3 ORDER BY 1 LIMIT 1`

	sqlInsertRecord = `
INSERT INTO settlement_record (` + recordColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlNewestRecord = `
SELECT ` + recordColumns + ` FROM settlement_record WHERE payer = $1 AND host = $2 AND order_no = $3 AND ($4 < 0 OR n <= $4)
ORDER BY n DESC LIMIT 1`

	sqlRecordedOrders = `
SELECT DISTINCT order_no FROM settlement_record WHERE payer = $1 AND host = $2 AND n > $3 AND n <= $4
ORDER BY order_no LIMIT $5`

	sqlServices = `
SELECT ` + toldColumns + ` FROM settlement_told t
WHERE host = $1 AND provider IN (%ORGS%)
  AND n = (SELECT max(u.n) FROM settlement_told u WHERE u.payer = t.payer AND u.host = t.host AND u.order_no = t.order_no)
ORDER BY made_at DESC, payer, n DESC LIMIT $2 OFFSET $3`
)

const (
	sqlInsertStatement = `
INSERT INTO settlement_statement (` + statementColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, '', '', 0)`

	sqlStatement = `SELECT ` + statementColumns + ` FROM settlement_statement WHERE id = $1 ORDER BY id LIMIT 1`

	sqlLast = `
SELECT ` + statementColumns + ` FROM settlement_statement WHERE payer = $1 AND host = $2 AND until_at < $3
ORDER BY until_at DESC, id LIMIT 1`

	sqlStatements = `
SELECT ` + statementColumns + ` FROM settlement_statement
WHERE ($1 = '' OR payer = $1 OR host = $1) AND ($2 = '' OR state = $2) AND ($3 = '' OR $3 = 'paid' AND payer = $4 OR $3 = 'served' AND host = $4)
ORDER BY until_at DESC, id LIMIT $5 OFFSET $6`

	sqlCountStatements = `
SELECT count(*) FROM settlement_statement
WHERE ($1 = '' OR payer = $1 OR host = $1) AND ($2 = '' OR state = $2) AND ($3 = '' OR $3 = 'paid' AND payer = $4 OR $3 = 'served' AND host = $4)
ORDER BY 1 LIMIT 1`

	sqlAllStatements = `SELECT ` + statementColumns + ` FROM settlement_statement WHERE id > $1 ORDER BY id LIMIT $2`

	sqlParts    = `UPDATE settlement_statement SET parts = $2 WHERE id = $1`
	sqlCompared = `
UPDATE settlement_statement SET state = 'compared', text = $2, digest = $3, differences = $4 WHERE id = $1 AND state = 'sent'`
	sqlSigned     = `UPDATE settlement_statement SET state = 'signed' WHERE id = $1 AND state = 'compared'`
	sqlSignedLeaf = `UPDATE settlement_signature SET leaf = $3 WHERE statement = $1 AND side = $2`

	sqlInsertLine = `
INSERT INTO settlement_line (statement, side, ` + lineColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	sqlLines = `
SELECT ` + lineColumns + ` FROM settlement_line WHERE statement = $1 AND side = $2
ORDER BY order_no LIMIT $3`

	sqlEarlier = `
SELECT l.statement, l.paid_fen FROM settlement_line l JOIN settlement_statement s ON s.id = l.statement
WHERE s.payer = $1 AND s.host = $2 AND s.until_at < $3 AND l.order_no = $4 AND l.side = 'payer' AND s.state <> 'sent'
ORDER BY s.until_at DESC LIMIT $5`

	sqlInsertSignature = `
INSERT INTO settlement_signature (statement, side, digest, person, by_name, mandate, at, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlSignatures = `
SELECT side, digest, person, by_name, mandate, at, leaf FROM settlement_signature WHERE statement = $1
ORDER BY side DESC LIMIT 2`
)

func insertTold(ctx context.Context, tx *db.Tx, t told) error {
	o := t.o
	_, err := tx.Exec(ctx, sqlInsertTold, t.payer, t.host, t.n, db.Micros(t.at), o.No, o.Org, o.Provider, o.ToProvider, o.State, int64(o.Approved), int64(o.Paid),
		o.Since.String(), o.PaidOn.String(), o.Workdays)
	return err
}

func scanTold(scan func(...any) error) (t told, err error) {
	var at int64
	var since, paid string
	o := &t.o
	if err = scan(&t.payer, &t.host, &t.n, &at, &o.No, &o.Org, &o.Provider, &o.ToProvider, &o.State, (*int64)(&o.Approved), (*int64)(&o.Paid), &since, &paid, &o.Workdays); err != nil {
		return t, err
	}
	t.at = db.Time(at)
	for _, x := range []struct {
		to   *unit.Day
		text string
	}{{&o.Since, since}, {&o.PaidOn, paid}} {
		if x.text != "" {
			if *x.to, err = unit.ParseDay(x.text); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// selectNewestTold is the last that was told of an order, up to a letter; -1 is all of them.
func selectNewestTold(ctx context.Context, tx *db.Tx, payer, host, order string, upto int64) (told, bool, error) {
	t, err := scanTold(tx.QueryRow(ctx, sqlNewestTold, payer, host, order, upto).Scan)
	if db.NoRows(err) {
		return t, false, nil
	}
	return t, err == nil, err
}

func orderNo(scan func(...any) error) (no string, err error) {
	err = scan(&no)
	return no, err
}

func selectToldOrders(ctx context.Context, tx *db.Tx, s Statement) ([]string, error) {
	return db.Collect(ctx, tx, "orders told", orderNo, sqlToldOrders, s.Payer, s.Host, s.Told[0], s.Told[1], linesMax+1)
}

func selectRecordedOrders(ctx context.Context, tx *db.Tx, s Statement) ([]string, error) {
	return db.Collect(ctx, tx, "orders recorded", orderNo, sqlRecordedOrders, s.Payer, s.Host, s.Records[0], s.Records[1], linesMax+1)
}

type hostRow struct {
	host  string
	first time.Time
}

func selectHosts(ctx context.Context, tx *db.Tx, payer string) ([]hostRow, error) {
	return db.Collect(ctx, tx, "hosts", func(scan func(...any) error) (h hostRow, err error) {
		var at int64
		err = scan(&h.host, &at)
		h.first = db.Time(at)
		return h, err
	}, sqlHosts, payer, hostsMax)
}

func countTold(ctx context.Context, tx *db.Tx, payer, host string, from, until time.Time) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountTold, payer, host, db.Micros(from), db.Micros(until)).Scan(&n)
	return n, err
}

func selectAnyTold(ctx context.Context, tx *db.Tx, payer, host string, from, until time.Time) (bool, error) {
	var one int64
	err := tx.QueryRow(ctx, sqlAnyTold, payer, host, db.Micros(from), db.Micros(until)).Scan(&one)
	if db.NoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// selectCut is the last letter of each way that was made before a time.
func selectCut(ctx context.Context, tx *db.Tx, payer, host string, until time.Time) (told, records int64, err error) {
	if err = tx.QueryRow(ctx, sqlCutTold, payer, host, db.Micros(until)).Scan(&told); err == nil {
		err = tx.QueryRow(ctx, sqlCutRecord, payer, host, db.Micros(until)).Scan(&records)
	}
	return told, records, err
}

func insertRecord(ctx context.Context, tx *db.Tx, r Record) error {
	_, err := tx.Exec(ctx, sqlInsertRecord, r.Payer, r.Host, r.N, db.Micros(r.At), r.Order, r.Provider, int64(r.Billed), int64(r.Received), r.Note, string(r.Person), r.Name)
	return err
}

func selectNewestRecord(ctx context.Context, tx *db.Tx, payer, host, order string, upto int64) (r Record, ok bool, err error) {
	var at int64
	err = tx.QueryRow(ctx, sqlNewestRecord, payer, host, order, upto).Scan(&r.Payer, &r.Host, &r.N, &at, &r.Order, &r.Provider, (*int64)(&r.Billed), (*int64)(&r.Received), &r.Note, &r.Person, &r.Name)
	if db.NoRows(err) {
		return r, false, nil
	}
	r.At = db.Time(at)
	return r, err == nil, err
}

func selectServices(ctx context.Context, tx *db.Tx, host string, orgs []string, offset, rows int) ([]Service, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	args, marks := []any{host, rows, offset}, make([]string, len(orgs))
	for i, o := range orgs {
		args = append(args, o)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	all, err := db.Collect(ctx, tx, "orders of other jurisdictions", scanTold, strings.Replace(sqlServices, "%ORGS%", strings.Join(marks, ", "), 1), args...)
	if err != nil {
		return nil, err
	}
	out := make([]Service, len(all))
	for i, t := range all {
		out[i] = Service{Payer: t.payer, N: t.n, At: t.at, Order: t.o}
		if out[i].Record, out[i].Recorded, err = selectNewestRecord(ctx, tx, t.payer, t.host, t.o.No, -1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func insertStatement(ctx context.Context, tx *db.Tx, s Statement) error {
	_, err := tx.Exec(ctx, sqlInsertStatement, s.ID, s.Payer, s.Host, s.Period, db.MicrosOrZero(s.From), db.Micros(s.Until), s.Told[0], s.Told[1], s.Records[0], s.Records[1],
		s.State, string(s.MadeBy), s.MadeName, db.Micros(s.MadeAt))
	return err
}

func scanStatement(scan func(...any) error) (s Statement, err error) {
	var from, until, made int64
	if err = scan(&s.ID, &s.Payer, &s.Host, &s.Period, &from, &until, &s.Told[0], &s.Told[1], &s.Records[0], &s.Records[1], &s.State, &s.MadeBy, &s.MadeName, &made,
		&s.parts, &s.raw, &s.Digest, &s.Differences); err != nil {
		return s, err
	}
	s.From, s.Until, s.MadeAt = db.TimeOrZero(from), db.Time(until), db.Time(made)
	return s, s.read()
}

// selectStatement is one statement with its signatures.
func selectStatement(ctx context.Context, tx *db.Tx, id string) (Statement, error) {
	s, err := scanStatement(tx.QueryRow(ctx, sqlStatement, id).Scan)
	if db.NoRows(err) {
		return s, fault.New(fault.NotFound, "statement.unknown")
	}
	if err == nil {
		s.Signatures, err = selectSignatures(ctx, tx, id)
	}
	return s, err
}

// selectLast is the last statement of a pair.
func selectLast(ctx context.Context, tx *db.Tx, payer, host string) (Statement, bool, error) {
	return selectBefore(ctx, tx, Statement{Payer: payer, Host: host, Until: time.UnixMicro(1 << 62)})
}

// selectBefore is the statement of the same pair before one.
func selectBefore(ctx context.Context, tx *db.Tx, s Statement) (Statement, bool, error) {
	b, err := scanStatement(tx.QueryRow(ctx, sqlLast, s.Payer, s.Host, db.Micros(s.Until)).Scan)
	if db.NoRows(err) {
		return Statement{}, false, nil
	}
	return b, err == nil, err
}

func selectStatements(ctx context.Context, tx *db.Tx, q Query, self string) (out []Statement, total int, err error) {
	if err = tx.QueryRow(ctx, sqlCountStatements, q.Node, q.State, q.Way, self).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.Collect(ctx, tx, "statements", scanStatement, sqlStatements, q.Node, q.State, q.Way, self, pageRows, (max(q.Page, 1)-1)*pageRows)
	for i := range out {
		if err == nil {
			out[i].Signatures, err = selectSignatures(ctx, tx, out[i].ID)
		}
	}
	return out, total, err
}

func selectAllStatements(ctx context.Context, tx *db.Tx, after string, rows int) ([]Statement, error) {
	return db.Collect(ctx, tx, "statements", scanStatement, sqlAllStatements, after, rows)
}

func updateParts(ctx context.Context, tx *db.Tx, id string, parts int64) error {
	_, err := tx.Exec(ctx, sqlParts, id, parts)
	return err
}

func updateCompared(ctx context.Context, tx *db.Tx, id, text, digest string, differences int) error {
	_, err := tx.Exec(ctx, sqlCompared, id, text, digest, differences)
	return err
}

func updateSigned(ctx context.Context, tx *db.Tx, id, side string, leaf unit.ID) error {
	if _, err := tx.Exec(ctx, sqlSigned, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlSignedLeaf, id, side, string(leaf))
	return err
}

func insertLine(ctx context.Context, tx *db.Tx, id, side string, l Line) error {
	_, err := tx.Exec(ctx, sqlInsertLine, id, side, l.Order, l.Org, l.Provider, l.State, int64(l.Approved), int64(l.Paid), int64(l.Billed), l.Recorded, l.Days, l.Workdays)
	return err
}

func selectLines(ctx context.Context, tx *db.Tx, id, side string) ([]Line, error) {
	return db.Collect(ctx, tx, "lines of "+id, func(scan func(...any) error) (l Line, err error) {
		err = scan(&l.Order, &l.Org, &l.Provider, &l.State, (*int64)(&l.Approved), (*int64)(&l.Paid), (*int64)(&l.Billed), &l.Recorded, &l.Days, &l.Workdays)
		return l, err
	}, sqlLines, id, side, linesMax+1)
}

// earlier is a line of an order in an earlier statement.
type earlier struct {
	statement string
	paid      unit.Fen
}

func selectEarlier(ctx context.Context, tx *db.Tx, s Statement, order string) ([]earlier, error) {
	return db.Collect(ctx, tx, "earlier lines", func(scan func(...any) error) (e earlier, err error) {
		err = scan(&e.statement, (*int64)(&e.paid))
		return e, err
	}, sqlEarlier, s.Payer, s.Host, db.Micros(s.Until), order, earlierMax)
}

func insertSignature(ctx context.Context, tx *db.Tx, id string, g Signature) error {
	_, err := tx.Exec(ctx, sqlInsertSignature, id, g.Side, g.Digest, string(g.Person), g.Name, g.Mandate, db.Micros(g.At), string(g.Leaf))
	return err
}

func selectSignatures(ctx context.Context, tx *db.Tx, id string) ([]Signature, error) {
	return db.Collect(ctx, tx, "signatures of "+id, func(scan func(...any) error) (g Signature, err error) {
		var at int64
		err = scan(&g.Side, &g.Digest, &g.Person, &g.Name, &g.Mandate, &at, &g.Leaf)
		g.At = db.Time(at)
		return g, err
	}, sqlSignatures, id)
}
