package casework

import (
	"context"
	"encoding/hex"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlDisclosureInsert = `
INSERT INTO casework_disclosure (case_id, no, text, salt, leaf, until, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	sqlDisclosure = `
SELECT case_id, no, text, salt, leaf, until, made_at, over_at, over_why, taken_back FROM casework_disclosure WHERE case_id = $1
ORDER BY no DESC LIMIT 1`

	sqlDisclosureOver = `UPDATE casework_disclosure SET over_at = $3, over_why = $4 WHERE case_id = $1 AND no = $2 AND over_at = 0`

	sqlDisclosureTaken = `UPDATE casework_disclosure SET taken_back = TRUE WHERE case_id = $1 AND no = $2`

	// sqlDisclosuresOwed are those that ended before their leaf had its number, and whose leaf is not withdrawn yet.
	sqlDisclosuresOwed = `
SELECT case_id, no, text, salt, leaf, until, made_at, over_at, over_why, taken_back FROM casework_disclosure
WHERE over_at > 0 AND NOT taken_back ORDER BY over_at, case_id, no LIMIT $1`

	sqlDisclosureRead = `
INSERT INTO casework_disclosure_read (id, case_id, no, at, person, by_name, role, org, how) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlDisclosureReads = `
SELECT at, person, by_name, role, org, how FROM casework_disclosure_read WHERE case_id = $1
ORDER BY id DESC LIMIT $2`
)

// disclosed is a disclosure as the table keeps it.
type disclosed struct {
	Case      unit.ID
	No        int
	Leaf      unit.ID
	Until     unit.Day
	Made      int64
	Over      int64
	OverWhy   string
	TakenBack bool

	text, salt []byte
}

func scanDisclosed(scan func(...any) error) (d disclosed, err error) {
	var text, salt string
	if err = scan((*string)(&d.Case), &d.No, &text, &salt, (*string)(&d.Leaf), &d.Until, &d.Made, &d.Over, &d.OverWhy, &d.TakenBack); err != nil {
		return d, err
	}
	d.text = []byte(text)
	d.salt, err = hex.DecodeString(salt)
	return d, err
}

// selectDisclosed is the newest disclosure of a case.
func selectDisclosed(ctx context.Context, tx *db.Tx, id unit.ID) (d disclosed, there bool, err error) {
	d, err = scanDisclosed(tx.QueryRow(ctx, sqlDisclosure, string(id)).Scan)
	if db.NoRows(err) {
		return disclosed{}, false, nil
	}
	return d, err == nil, err
}

func insertDisclosed(ctx context.Context, tx *db.Tx, d disclosed) error {
	_, err := tx.Exec(ctx, sqlDisclosureInsert, string(d.Case), d.No, string(d.text), hex.EncodeToString(d.salt), string(d.Leaf), d.Until.String(), d.Made)
	return err
}

func overDisclosed(ctx context.Context, tx *db.Tx, d disclosed, why string) error {
	_, err := tx.Exec(ctx, sqlDisclosureOver, string(d.Case), d.No, db.Micros(tx.Now()), why)
	return err
}

func takenBackDisclosed(ctx context.Context, tx *db.Tx, d disclosed) error {
	_, err := tx.Exec(ctx, sqlDisclosureTaken, string(d.Case), d.No)
	return err
}

func selectDisclosuresOwed(ctx context.Context, tx *db.Tx) ([]disclosed, error) {
	return db.Collect(ctx, tx, "disclosures that ended", scanDisclosed, sqlDisclosuresOwed, ticksAtOnce)
}

func insertDisclosureRead(ctx context.Context, tx *db.Tx, id unit.ID, no int, r DisclosureRead) error {
	_, err := tx.Exec(ctx, sqlDisclosureRead, string(unit.NewID(tx.Now())), string(id), no, db.Micros(r.At), string(r.Person), r.By, r.Role, r.Org, r.How)
	return err
}

// selectDisclosureReads are who read what a case discloses, the newest first.
func selectDisclosureReads(ctx context.Context, tx *db.Tx, id unit.ID) ([]DisclosureRead, error) {
	return db.Collect(ctx, tx, "who read the disclosure of case "+string(id), func(scan func(...any) error) (r DisclosureRead, err error) {
		var at int64
		err = scan(&at, (*string)(&r.Person), &r.By, &r.Role, &r.Org, &r.How)
		r.At = db.Time(at)
		return r, err
	}, sqlDisclosureReads, string(id), disclosureReadsMax)
}
