package settlement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const listColumns = `id, no, region, state, note, made_by, made_name, made_at, closed_at, digest, payments, total_fen, released_by, released_name, released_at, treasury`

const (
	sqlTreasurySerial = `
INSERT INTO settlement_treasury_serial (treasury, year, last) VALUES ($1, $2, 1)
ON CONFLICT (treasury, year) DO UPDATE SET last = settlement_treasury_serial.last + 1
RETURNING last`

	sqlSerial = `
INSERT INTO settlement_serial (year, last) VALUES ($1, 1)
ON CONFLICT (year) DO UPDATE SET last = settlement_serial.last + 1
RETURNING last`

	sqlInsertList = `
INSERT INTO settlement_list (` + listColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	sqlUpdateList = `
UPDATE settlement_list
SET no = $2, state = $3, closed_at = $4, digest = $5, payments = $6, total_fen = $7, released_by = $8, released_name = $9, released_at = $10
WHERE id = $1`

	sqlList = `SELECT ` + listColumns + ` FROM settlement_list WHERE id = $1 ORDER BY id LIMIT 1`

	sqlCountLists = `SELECT count(*) FROM settlement_list WHERE ($1 = '' OR state = $1) AND treasury IN (%TREASURIES%) ORDER BY 1 LIMIT 1`

	sqlLists = `
SELECT ` + listColumns + `,
  (SELECT count(*) FROM settlement_payment p WHERE p.list_id = settlement_list.id AND p.state = 'paid'),
  (SELECT count(*) FROM settlement_payment p WHERE p.list_id = settlement_list.id AND p.state = 'returned'),
  (SELECT count(*) FROM settlement_payment p WHERE p.list_id = settlement_list.id AND p.state = 'listed')
FROM settlement_list WHERE ($1 = '' OR state = $1) AND treasury IN (%TREASURIES%)
ORDER BY made_at DESC, id DESC LIMIT %LIMIT% OFFSET %OFFSET%`

	sqlAllLists = `SELECT ` + listColumns + ` FROM settlement_list WHERE id > $1 ORDER BY id LIMIT $2`
)

const paymentColumns = `id, list_id, line, state, case_id, case_no, scheme, edition, title_zh, title_en, action, desk, out_path, org, payee, payee_zh, payee_en, bank, account,
  account_from, sum_fen, fixed_by, fixed_name, fixed_at, again, was_paid, stuck, answered_at, answered_day, bank_ref, reason`

const joinedColumns = `p.id, p.list_id, p.line, p.state, p.case_id, p.case_no, p.scheme, p.edition, p.title_zh, p.title_en, p.action, p.desk, p.out_path, p.org, p.payee, p.payee_zh,
  p.payee_en, p.bank, p.account, p.account_from, p.sum_fen, p.fixed_by, p.fixed_name, p.fixed_at, p.again, p.was_paid, p.stuck, p.answered_at, p.answered_day,
  p.bank_ref, p.reason, l.no, l.released_at, l.region, l.treasury`

const joined = `SELECT ` + joinedColumns + ` FROM settlement_payment p JOIN settlement_list l ON l.id = p.list_id `

const (
	sqlInsertPayment = `
INSERT INTO settlement_payment (` + paymentColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)`

	sqlLines      = joined + `WHERE p.list_id = $1 ORDER BY p.line LIMIT $2`
	sqlOfCase     = joined + `WHERE p.case_id = $1 AND p.state <> 'dropped' ORDER BY p.id LIMIT $2`
	sqlOfRef      = joined + `WHERE l.no = $1 AND p.line = $2 AND p.state <> 'dropped' ORDER BY p.id LIMIT 1`
	sqlUnanswered = joined + `WHERE p.state = 'listed' AND l.state = 'released' ORDER BY l.released_at, p.list_id, p.line LIMIT $1`

	sqlWithBank = joined + `WHERE p.case_id = $1 AND p.state = 'listed' AND l.state = 'released' ORDER BY p.id LIMIT 1`

	sqlDropPayment = `UPDATE settlement_payment SET state = 'dropped' WHERE id = $1 AND state = 'listed'`

	sqlAnswerPayment = `
UPDATE settlement_payment SET state = $2, was_paid = $3, stuck = $4, answered_at = $5, answered_day = $6, bank_ref = $7, reason = $8
WHERE id = $1`

	sqlInsertAnswer = `
INSERT INTO settlement_answer (id, payment_id, result, file, file_row, person, name, at, act_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlReturnedAt = `
SELECT a.at FROM settlement_answer a JOIN settlement_payment p ON p.id = a.payment_id
WHERE p.payee = $1 AND p.account = $2 AND a.result = 'returned'
ORDER BY a.at DESC LIMIT 1`

	sqlDesksOf = `
SELECT DISTINCT p.desk, l.region FROM settlement_payment p JOIN settlement_list l ON l.id = p.list_id
WHERE p.payee = $1 ORDER BY p.desk, l.region LIMIT 10`

	sqlPayeesOf = `
SELECT DISTINCT p.payee, l.treasury FROM settlement_payment p JOIN settlement_list l ON l.id = p.list_id
WHERE l.treasury <> '' ORDER BY p.payee, l.treasury LIMIT $1`

	sqlInsertFile = `
INSERT INTO settlement_file (id, kind, name, digest, rows, taken, same, bad, person, by_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlFiles = `
SELECT kind, name, digest, rows, taken, same, bad, by_name, at FROM settlement_file WHERE kind = $1 AND ($2 = '' OR person = $2)
ORDER BY at DESC, id DESC LIMIT $3`
)

const accountColumns = `id, org, region, holder, bank, account, state, given_by, given_name, given_at, decided_by, decided_name, decided_at, reason`

const (
	sqlInsertAccount = `
INSERT INTO settlement_account (` + accountColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlUpdateAccount = `
UPDATE settlement_account SET state = $2, decided_by = $3, decided_name = $4, decided_at = $5, reason = $6
WHERE id = $1 AND state = 'given'`

	sqlAccount = `SELECT ` + accountColumns + ` FROM settlement_account WHERE id = $1 ORDER BY id LIMIT 1`

	sqlConfirmed = `
SELECT ` + accountColumns + ` FROM settlement_account WHERE org = $1 AND state = 'confirmed'
ORDER BY decided_at DESC, id DESC LIMIT 1`

	sqlAccounts = `
SELECT ` + accountColumns + ` FROM settlement_account WHERE $1 OR org IN (%ORGS%)
ORDER BY CASE state WHEN 'given' THEN 0 ELSE 1 END, id DESC LIMIT $2`
)

// nextSerial is the next number of a treasury's lists in a year. The node's own keeps the series that it had alone.
func nextSerial(ctx context.Context, tx *db.Tx, treasury string, year int) (n int64, err error) {
	if treasury == "" {
		err = tx.QueryRow(ctx, sqlSerial, year).Scan(&n)
		return n, err
	}
	err = tx.QueryRow(ctx, sqlTreasurySerial, treasury, year).Scan(&n)
	return n, err
}

// micros is a time as it is kept; 0 is none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func timeOf(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return db.Time(n)
}

func insertList(ctx context.Context, tx *db.Tx, l List) error {
	_, err := tx.Exec(ctx, sqlInsertList, string(l.ID), l.No, string(l.Region), l.State, l.Note, string(l.MadeBy), l.MadeName, micros(l.MadeAt), micros(l.ClosedAt),
		l.Digest, l.Payments, int64(l.Total), string(l.ReleasedBy), l.ReleasedName, micros(l.ReleasedAt), l.Treasury)
	return err
}

func updateList(ctx context.Context, tx *db.Tx, l List) error {
	_, err := tx.Exec(ctx, sqlUpdateList, string(l.ID), l.No, l.State, micros(l.ClosedAt), l.Digest, l.Payments, int64(l.Total), string(l.ReleasedBy), l.ReleasedName,
		micros(l.ReleasedAt))
	return err
}

func scanList(scan func(...any) error, more ...any) (l List, err error) {
	var made, closed, released int64
	err = scan(append([]any{&l.ID, &l.No, &l.Region, &l.State, &l.Note, &l.MadeBy, &l.MadeName, &made, &closed, &l.Digest, &l.Payments, &l.Total,
		&l.ReleasedBy, &l.ReleasedName, &released, &l.Treasury}, more...)...)
	l.MadeAt, l.ClosedAt, l.ReleasedAt = timeOf(made), timeOf(closed), timeOf(released)
	return l, err
}

func selectList(ctx context.Context, tx *db.Tx, id unit.ID) (List, error) {
	l, err := scanList(tx.QueryRow(ctx, sqlList, string(id)).Scan)
	if db.NoRows(err) {
		return l, fault.New(fault.NotFound, "settlement.unknown")
	}
	return l, err
}

func selectLists(ctx context.Context, tx *db.Tx, state string, treasuries []string, offset int) (out []List, total int, err error) {
	args, marks := []any{state}, make([]string, len(treasuries))
	arg := func(x any) string {
		args = append(args, x)
		return fmt.Sprintf("$%d", len(args))
	}
	for i, t := range treasuries {
		marks[i] = arg(t)
	}
	these := strings.Join(marks, ", ")
	if err := tx.QueryRow(ctx, strings.Replace(sqlCountLists, "%TREASURIES%", these, 1), args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	q := strings.NewReplacer("%TREASURIES%", these, "%LIMIT%", arg(pageRows), "%OFFSET%", arg(offset)).Replace(sqlLists)
	out, err = db.Collect(ctx, tx, "payment lists", func(scan func(...any) error) (List, error) {
		var paid, back, waiting int
		l, err := scanList(scan, &paid, &back, &waiting)
		l.Paid, l.Back, l.Waiting = paid, back, waiting
		return l, err
	}, q, args...)
	return out, total, err
}

func selectAllLists(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]List, error) {
	return db.Collect(ctx, tx, "payment lists", func(scan func(...any) error) (List, error) { return scanList(scan) }, sqlAllLists, string(after), limit)
}

func insertPayment(ctx context.Context, tx *db.Tx, p Payment) error {
	_, err := tx.Exec(ctx, sqlInsertPayment, string(p.ID), string(p.List), p.Line, p.State, string(p.Case), p.CaseNo, p.Scheme, p.Edition, p.Title[0], p.Title[1], p.Action, p.Desk,
		p.Out, p.Org, p.Payee, p.PayeeName[0], p.PayeeName[1], p.Bank, p.Account, p.AccountFrom, int64(p.Sum), string(p.FixedBy), p.FixedName, micros(p.FixedAt),
		string(p.Again), p.WasPaid, p.Stuck, micros(p.AnsweredAt), p.AnsweredDay, p.BankRef, p.Reason)
	return err
}

func scanPayment(scan func(...any) error) (p Payment, err error) {
	var fixed, answered, released int64
	err = scan(&p.ID, &p.List, &p.Line, &p.State, &p.Case, &p.CaseNo, &p.Scheme, &p.Edition, &p.Title[0], &p.Title[1], &p.Action, &p.Desk, &p.Out, &p.Org, &p.Payee,
		&p.PayeeName[0], &p.PayeeName[1], &p.Bank, &p.Account, &p.AccountFrom, &p.Sum, &p.FixedBy, &p.FixedName, &fixed, &p.Again, &p.WasPaid, &p.Stuck, &answered,
		&p.AnsweredDay, &p.BankRef, &p.Reason, &p.ListNo, &released, &p.Region, &p.Treasury)
	p.FixedAt, p.AnsweredAt, p.Released = timeOf(fixed), timeOf(answered), timeOf(released)
	return p, err
}

func selectLines(ctx context.Context, tx *db.Tx, list unit.ID) ([]Payment, error) {
	return db.Collect(ctx, tx, "lines of list "+string(list), scanPayment, sqlLines, string(list), fileRowsMax)
}

func selectOfCase(ctx context.Context, tx *db.Tx, id unit.ID) ([]Payment, error) {
	return db.Collect(ctx, tx, "payments of case "+string(id), scanPayment, sqlOfCase, string(id), pageRows)
}

func selectUnanswered(ctx context.Context, tx *db.Tx) ([]Payment, error) {
	return db.Collect(ctx, tx, "payments without an answer", scanPayment, sqlUnanswered, fileRowsMax)
}

func selectOfRef(ctx context.Context, tx *db.Tx, no string, line int) (p Payment, found bool, err error) {
	return selectIfAny(ctx, tx, sqlOfRef, no, line)
}

func selectWithBank(ctx context.Context, tx *db.Tx, id unit.ID) (p Payment, found bool, err error) {
	return selectIfAny(ctx, tx, sqlWithBank, string(id))
}

func selectIfAny(ctx context.Context, tx *db.Tx, query string, args ...any) (p Payment, found bool, err error) {
	p, err = scanPayment(tx.QueryRow(ctx, query, args...).Scan)
	if db.NoRows(err) {
		return p, false, nil
	}
	return p, err == nil, err
}

func updateDropped(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlDropPayment, string(id))
	return err
}

func updateAnswered(ctx context.Context, tx *db.Tx, p Payment) error {
	_, err := tx.Exec(ctx, sqlAnswerPayment, string(p.ID), p.State, p.WasPaid, p.Stuck, micros(p.AnsweredAt), p.AnsweredDay, p.BankRef, p.Reason)
	return err
}

func insertAnswer(ctx context.Context, tx *db.Tx, id unit.ID, p Payment, result, file string, row int, person unit.ID, name string, at, acted time.Time) error {
	_, err := tx.Exec(ctx, sqlInsertAnswer, string(id), string(p.ID), result, file, row, string(person), name, micros(at), micros(acted))
	return err
}

// selectReturnedAt is when a payment to that account of the payee came back last; no time for never.
func selectReturnedAt(ctx context.Context, tx *db.Tx, payee, account string) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, sqlReturnedAt, payee, account).Scan(&at)
	if db.NoRows(err) {
		return time.Time{}, nil
	}
	return timeOf(at), err
}

// payingDesk is a desk that has paid somebody, and whose treasury's.
type payingDesk struct {
	desk   string
	region unit.Region
}

func selectDesksOf(ctx context.Context, tx *db.Tx, payee string) ([]payingDesk, error) {
	return db.Collect(ctx, tx, "desks that pay "+payee, func(scan func(...any) error) (d payingDesk, err error) {
		err = scan(&d.desk, &d.region)
		return d, err
	}, sqlDesksOf, payee)
}

// selectPayeesOf are the payees on lists of these treasuries, which are not the node's own.
func selectPayeesOf(ctx context.Context, tx *db.Tx, treasuries []Treasury) (out []string, err error) {
	_, err = db.Collect(ctx, tx, "payees of treasuries", func(scan func(...any) error) (_ struct{}, err error) {
		var payee, key string
		if err = scan(&payee, &key); err == nil && has(treasuries, key) {
			out = append(out, payee)
		}
		return struct{}{}, err
	}, sqlPayeesOf, fileRowsMax)
	return out, err
}

func insertFile(ctx context.Context, tx *db.Tx, id unit.ID, f File, person unit.ID) error {
	_, err := tx.Exec(ctx, sqlInsertFile, string(id), f.Kind, f.Name, f.Digest, f.Rows, f.Taken, f.Same, f.Bad, string(person), f.By, micros(f.At))
	return err
}

// selectFiles are those of a kind that a person took, or "" everybody.
func selectFiles(ctx context.Context, tx *db.Tx, kind string, person unit.ID) ([]File, error) {
	return db.Collect(ctx, tx, "files of the bank", func(scan func(...any) error) (f File, err error) {
		var at int64
		err = scan(&f.Kind, &f.Name, &f.Digest, &f.Rows, &f.Taken, &f.Same, &f.Bad, &f.By, &at)
		f.At = timeOf(at)
		return f, err
	}, sqlFiles, kind, string(person), pageRows)
}

func insertAccount(ctx context.Context, tx *db.Tx, a Account) error {
	_, err := tx.Exec(ctx, sqlInsertAccount, string(a.ID), a.Org, string(a.Region), a.Holder, a.Bank, a.Number, a.State, string(a.GivenBy), a.GivenName, micros(a.GivenAt),
		string(a.DecidedBy), a.DecidedName, micros(a.DecidedAt), a.Reason)
	return err
}

func updateAccount(ctx context.Context, tx *db.Tx, a Account) error {
	n, err := tx.Exec(ctx, sqlUpdateAccount, string(a.ID), a.State, string(a.DecidedBy), a.DecidedName, micros(a.DecidedAt), a.Reason)
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "settlement.account_decided", "who", a.DecidedName)
	}
	return err
}

func scanAccount(scan func(...any) error) (a Account, err error) {
	var given, decided int64
	err = scan(&a.ID, &a.Org, &a.Region, &a.Holder, &a.Bank, &a.Number, &a.State, &a.GivenBy, &a.GivenName, &given, &a.DecidedBy, &a.DecidedName, &decided, &a.Reason)
	a.GivenAt, a.DecidedAt = timeOf(given), timeOf(decided)
	return a, err
}

func selectAccount(ctx context.Context, tx *db.Tx, id unit.ID) (Account, error) {
	a, err := scanAccount(tx.QueryRow(ctx, sqlAccount, string(id)).Scan)
	if db.NoRows(err) {
		return a, fault.New(fault.NotFound, "settlement.unknown")
	}
	return a, err
}

func selectConfirmed(ctx context.Context, tx *db.Tx, org string) (a Account, found bool, err error) {
	a, err = scanAccount(tx.QueryRow(ctx, sqlConfirmed, org).Scan)
	if db.NoRows(err) {
		return a, false, nil
	}
	return a, err == nil, err
}

// selectAccounts are those of all organisations, or of some.
func selectAccounts(ctx context.Context, tx *db.Tx, all bool, orgs []string) ([]Account, error) {
	args := []any{all, accountsMax}
	marks := []string{"''"}
	for _, o := range orgs {
		args = append(args, o)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	return db.Collect(ctx, tx, "accounts of payees", scanAccount, strings.Replace(sqlAccounts, "%ORGS%", strings.Join(marks, ", "), 1), args...)
}

const sqlParts = `
SELECT 'list' AS what, id AS of_id, made_at AS at FROM settlement_list WHERE made_by = $1
UNION ALL SELECT 'release', id, released_at FROM settlement_list WHERE released_by = $1
UNION ALL SELECT 'account', id, given_at FROM settlement_account WHERE given_by = $1
UNION ALL SELECT 'decision', id, decided_at FROM settlement_account WHERE decided_by = $1
UNION ALL SELECT 'answer', payment_id, at FROM settlement_answer WHERE person = $1
ORDER BY 3, 1, 2 LIMIT $2`

// selectParts are what a person did for payments, oldest first.
func selectParts(ctx context.Context, tx *db.Tx, person unit.ID) ([]Part, error) {
	return db.Collect(ctx, tx, "parts of a person in payments", func(scan func(...any) error) (p Part, err error) {
		var at int64
		err = scan(&p.What, &p.Of, &at)
		p.At = timeOf(at).Format(time.RFC3339)
		return p, err
	}, sqlParts, string(person), partsMax)
}
