package settlement

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const receiptColumns = `id, case_id, case_no, org, out_path, sum_fen, payer, bank_ref, day, file, file_row, person, at, act_at`

const (
	sqlInsertReceipt = `
INSERT INTO settlement_receipt (` + receiptColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlEnterReceipts = `UPDATE settlement_receipt SET act_at = $2 WHERE case_id = $1 AND act_at = 0`

	sqlReceipts = `SELECT ` + receiptColumns + ` FROM settlement_receipt WHERE case_id = $1 ORDER BY id LIMIT $2`

	sqlReceiptsByRef = `SELECT ` + receiptColumns + ` FROM settlement_receipt WHERE bank_ref = $1 ORDER BY id LIMIT $2`

	// Those that were entered in the days, and those that wait.
	sqlReceived = `
SELECT ` + receiptColumns + ` FROM settlement_receipt
WHERE act_at >= $1 AND act_at < $2 OR act_at = 0 AND at < $2
ORDER BY at, id LIMIT $3`

	sqlAnswered = `
SELECT ` + joinedColumns + `, a.result, a.at, a.act_at
FROM settlement_answer a JOIN settlement_payment p ON p.id = a.payment_id JOIN settlement_list l ON l.id = p.list_id
WHERE a.at >= $1 AND a.at < $2
ORDER BY a.at, a.id LIMIT $3`

	sqlReleasedIn = `
SELECT ` + listColumns + ` FROM settlement_list WHERE state = 'released' AND released_at >= $1 AND released_at < $2
ORDER BY released_at, id LIMIT $3`
)

func insertReceipt(ctx context.Context, tx *db.Tx, r Receipt) error {
	_, err := tx.Exec(ctx, sqlInsertReceipt, string(r.ID), string(r.Case), r.CaseNo, r.Org, r.Out, int64(r.Sum), r.Payer, r.BankRef, r.Day, r.File, r.Row,
		string(r.Person), micros(r.At), micros(r.ActAt))
	return err
}

// updateReceipts says that what came in for a case has been entered in the books.
func updateReceipts(ctx context.Context, tx *db.Tx, id unit.ID, at time.Time) error {
	_, err := tx.Exec(ctx, sqlEnterReceipts, string(id), micros(at))
	return err
}

func scanReceipt(scan func(...any) error) (r Receipt, err error) {
	var at, acted int64
	err = scan(&r.ID, &r.Case, &r.CaseNo, &r.Org, &r.Out, &r.Sum, &r.Payer, &r.BankRef, &r.Day, &r.File, &r.Row, &r.Person, &at, &acted)
	r.At, r.ActAt = timeOf(at), timeOf(acted)
	return r, err
}

func selectReceipts(ctx context.Context, tx *db.Tx, id unit.ID) ([]Receipt, error) {
	return db.Collect(ctx, tx, "receipts of case "+string(id), scanReceipt, sqlReceipts, string(id), accountsMax)
}

func selectReceiptsByRef(ctx context.Context, tx *db.Tx, ref string) ([]Receipt, error) {
	return db.Collect(ctx, tx, "receipts", scanReceipt, sqlReceiptsByRef, ref, pageRows)
}

func selectReceived(ctx context.Context, tx *db.Tx, from, to time.Time) ([]Receipt, error) {
	return db.Collect(ctx, tx, "receipts", scanReceipt, sqlReceived, micros(from), micros(to), movesMax)
}

// answered is an answer of the bank with its payment.
type answered struct {
	payment   Payment
	result    string
	at, acted time.Time
}

func selectAnswered(ctx context.Context, tx *db.Tx, from, to time.Time) ([]answered, error) {
	return db.Collect(ctx, tx, "answers", func(scan func(...any) error) (a answered, err error) {
		var at, acted int64
		a.payment, err = scanPayment(func(to ...any) error { return scan(append(to, &a.result, &at, &acted)...) })
		a.at, a.acted = timeOf(at), timeOf(acted)
		return a, err
	}, sqlAnswered, micros(from), micros(to), movesMax)
}

func selectReleasedIn(ctx context.Context, tx *db.Tx, from, to time.Time) ([]List, error) {
	return db.Collect(ctx, tx, "payment lists", func(scan func(...any) error) (List, error) { return scanList(scan) }, sqlReleasedIn, micros(from), micros(to), movesMax)
}
