package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// billsMax is how many children of one case are read at once: more than a group has rows, each opened some times.
const billsMax = 5000

const (
	sqlInsertBill = `INSERT INTO casework_bill (case_id, parent, entry, row_no) VALUES ($1, $2, $3, $4)`

	sqlBillRows = `
SELECT case_id, row_no FROM casework_bill WHERE parent = $1 AND entry = $2
ORDER BY case_id LIMIT $3`

	sqlBilled = `
SELECT ` + caseColumns + ` FROM casework_case
WHERE id IN (SELECT b.case_id FROM casework_bill b WHERE b.parent = $1 AND b.entry = $2)
ORDER BY id LIMIT $3`

	sqlOpenUnder = `SELECT id FROM casework_case WHERE parent = $1 AND ending = '' ORDER BY id LIMIT $2`

	sqlOrgCases = `SELECT ` + caseColumns + ` FROM casework_case WHERE org = $1 ORDER BY id LIMIT $2`

	sqlUnname = `DELETE FROM casework_named WHERE case_id = $1`
	sqlName   = `INSERT INTO casework_named (case_id, person) VALUES ($1, $2)`

	sqlCountNamed = `
SELECT count(*) FROM casework_named n JOIN casework_case c ON c.id = n.case_id
WHERE n.person = $1 AND c.scheme = $2 AND c.id <> $3 AND c.ending = ''
  AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
ORDER BY 1 LIMIT 1`
)

func insertBill(ctx context.Context, tx *db.Tx, child, parent unit.ID, entry string, row int) error {
	_, err := tx.Exec(ctx, sqlInsertBill, string(child), string(parent), entry, row)
	return err
}

// selectBills are the children that an entry of a case opened, the oldest first.
func selectBills(ctx context.Context, tx *db.Tx, parent unit.ID, entry string) (out []bill, err error) {
	rows := map[unit.ID]int{}
	if _, err := db.Collect(ctx, tx, "rows of bills", func(scan func(...any) error) (id unit.ID, err error) {
		var no int
		err = scan(&id, &no)
		rows[id] = no
		return id, err
	}, sqlBillRows, string(parent), entry, billsMax); err != nil || len(rows) == 0 {
		return nil, err
	}
	all, err := queryCases(ctx, tx, sqlBilled, string(parent), entry, billsMax)
	for _, c := range all {
		out = append(out, bill{child: c, entry: entry, row: rows[c.ID]})
	}
	return out, err
}

func selectOpenUnder(ctx context.Context, tx *db.Tx, parent unit.ID) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "open cases under a case", func(scan func(...any) error) (id unit.ID, err error) {
		return id, scan(&id)
	}, sqlOpenUnder, string(parent), billsMax)
}

// writeNamed keeps which persons the fields of a case name.
func writeNamed(ctx context.Context, tx *db.Tx, id unit.ID, persons []string) error {
	if _, err := tx.Exec(ctx, sqlUnname, string(id)); err != nil {
		return err
	}
	for _, p := range persons {
		if _, err := tx.Exec(ctx, sqlName, string(id), p); err != nil {
			return err
		}
	}
	return nil
}

func countNamed(ctx context.Context, tx *db.Tx, schemeID, person string, but unit.ID) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountNamed, person, schemeID, string(but)).Scan(&n)
	return n, err
}

// selectOrgCases are the cases of an organisation, the oldest first.
func selectOrgCases(ctx context.Context, tx *db.Tx, org string, limit int) ([]Case, error) {
	return queryCases(ctx, tx, sqlOrgCases, org, limit)
}
