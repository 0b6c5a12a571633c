package usage

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sheetColumns   = `id, no, owner, month, payer, project, total_fen, paid_fen, state, invoice, title, at`
	receiptColumns = `id, owner, day, payer, ref, amount_fen, left_fen, at`

	sqlInsertSheet = `
INSERT INTO catalogue_usage_sheet (` + sheetColumns + `, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlUpdateSheet = `UPDATE catalogue_usage_sheet SET paid_fen = $2, state = $3, invoice = $4, title = $5 WHERE id = $1`
	sqlSheet       = `SELECT ` + sheetColumns + ` FROM catalogue_usage_sheet WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSheets      = `
SELECT ` + sheetColumns + ` FROM catalogue_usage_sheet WHERE owner = $1 AND ($2 = '' OR month = $2) ORDER BY month DESC, no LIMIT $3`
	sqlBills = `
SELECT ` + sheetColumns + ` FROM catalogue_usage_sheet WHERE payer = $1 AND project = '' AND payer <> '' ORDER BY month DESC, id DESC LIMIT $2 OFFSET $3`
	sqlCountBills  = `SELECT count(*) FROM catalogue_usage_sheet WHERE payer = $1 AND project = '' AND payer <> '' ORDER BY 1 LIMIT 1`
	sqlCountSheets = `SELECT count(*) FROM catalogue_usage_sheet WHERE owner = $1 AND month = $2 ORDER BY 1 LIMIT 1`

	sqlInsertReceipt = `
INSERT INTO catalogue_usage_receipt (` + receiptColumns + `, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlReceipt  = `SELECT ` + receiptColumns + ` FROM catalogue_usage_receipt WHERE id = $1 ORDER BY id LIMIT 1`
	sqlByRef    = `SELECT ` + receiptColumns + ` FROM catalogue_usage_receipt WHERE owner = $1 AND ref = $2 ORDER BY id LIMIT 1`
	sqlReceipts = `
SELECT ` + receiptColumns + ` FROM catalogue_usage_receipt WHERE owner = $1 AND ($2 = 0 OR left_fen > 0) ORDER BY day DESC, id DESC LIMIT $3`
	sqlSpend = `UPDATE catalogue_usage_receipt SET left_fen = $2 WHERE id = $1`
	sqlClaim = `
INSERT INTO catalogue_usage_claim (receipt, sheet, amount_fen, person, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (receipt, sheet) DO UPDATE SET amount_fen = catalogue_usage_claim.amount_fen + excluded.amount_fen`
)

// sum is what runs of one payer or project come to.
type sum struct {
	org, project string
	class        Class
	runs         int
	sum          unit.Fen
}

func selectSums(ctx context.Context, tx *db.Tx, owner string, from, to time.Time) ([]sum, error) {
	return db.Collect(ctx, tx, "what is to be charged", func(scan func(...any) error) (x sum, err error) {
		return x, scan(&x.org, &x.project, &x.class, &x.runs, &x.sum)
	}, sqlSums, owner, db.Micros(from), db.Micros(to), rowsMax)
}

func scanSheet(scan func(...any) error) (x Sheet, err error) {
	var at int64
	err = scan(&x.ID, &x.No, &x.Owner, &x.Month, &x.Payer, &x.Project, &x.Total, &x.Paid, &x.State, &x.Invoice, &x.Invoicing, &at)
	x.At = db.Time(at)
	return x, err
}

func insertSheet(ctx context.Context, tx *db.Tx, x Sheet, by unit.ID) error {
	return tx.Later(ctx, sqlInsertSheet, string(x.ID), x.No, x.Owner, x.Month, x.Payer, x.Project, int64(x.Total), int64(x.Paid), x.State, x.Invoice, x.Invoicing, db.Micros(x.At), string(by))
}

func updateSheet(ctx context.Context, tx *db.Tx, x Sheet) error {
	return tx.LaterOne(ctx, fault.New(fault.NotFound, "usage.unknown"), sqlUpdateSheet, string(x.ID), int64(x.Paid), x.State, x.Invoice, x.Invoicing)
}

func selectSheet(ctx context.Context, tx *db.Tx, id unit.ID) (Sheet, error) {
	x, err := scanSheet(tx.QueryRow(ctx, sqlSheet, string(id)).Scan)
	if db.NoRows(err) {
		return x, fault.New(fault.NotFound, "usage.unknown")
	}
	return x, err
}

func selectSheets(ctx context.Context, tx *db.Tx, owner, month string) ([]Sheet, error) {
	return db.Collect(ctx, tx, "sheets of "+owner, scanSheet, sqlSheets, owner, month, rowsMax)
}

func countSheets(ctx context.Context, tx *db.Tx, owner, month string) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountSheets, owner, month).Scan(&n)
	return n, err
}

func selectBills(ctx context.Context, tx *db.Tx, payer string, limit, offset int) (all []Sheet, n int, err error) {
	if err := tx.QueryRow(ctx, sqlCountBills, payer).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect(ctx, tx, "bills of "+payer, scanSheet, sqlBills, payer, limit, offset)
	return all, n, err
}

func scanReceipt(scan func(...any) error) (r Receipt, err error) {
	var at int64
	err = scan(&r.ID, &r.Owner, &r.Day, &r.Payer, &r.Ref, &r.Amount, &r.Left, &at)
	r.At = db.Time(at)
	return r, err
}

func insertReceipt(ctx context.Context, tx *db.Tx, r Receipt, by unit.ID) error {
	return tx.Later(ctx, sqlInsertReceipt, string(r.ID), r.Owner, r.Day.String(), r.Payer, r.Ref, int64(r.Amount), int64(r.Left), db.Micros(r.At), string(by))
}

func selectReceipt(ctx context.Context, tx *db.Tx, id unit.ID) (Receipt, error) {
	r, err := scanReceipt(tx.QueryRow(ctx, sqlReceipt, string(id)).Scan)
	if db.NoRows(err) {
		return r, fault.New(fault.NotFound, "usage.unknown")
	}
	return r, err
}

func selectByRef(ctx context.Context, tx *db.Tx, owner, ref string) (Receipt, bool, error) {
	r, err := scanReceipt(tx.QueryRow(ctx, sqlByRef, owner, ref).Scan)
	if db.NoRows(err) {
		return Receipt{}, false, nil
	}
	return r, err == nil, err
}

func selectReceipts(ctx context.Context, tx *db.Tx, owner string, waiting bool) ([]Receipt, error) {
	only := 0
	if waiting {
		only = 1
	}
	return db.Collect(ctx, tx, "receipts of "+owner, scanReceipt, sqlReceipts, owner, only, rowsMax)
}

// claim keeps what a receipt pays of a sheet.
func claim(ctx context.Context, tx *db.Tx, r Receipt, x Sheet, paid unit.Fen, by unit.ID) error {
	if err := tx.LaterOne(ctx, fault.New(fault.NotFound, "usage.unknown"), sqlSpend, string(r.ID), int64(r.Left)); err != nil {
		return err
	}
	if err := updateSheet(ctx, tx, x); err != nil {
		return err
	}
	return tx.Later(ctx, sqlClaim, string(r.ID), string(x.ID), int64(paid), string(by), db.Micros(tx.Now()))
}
