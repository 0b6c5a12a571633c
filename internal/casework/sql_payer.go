package casework

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	payerColumns = `id, case_id, entry, row_no, payer, node, org, asked, given, state, sum, gone, seq, news, opened_at, changed_at, letter, told, digest, owed`

	sqlInsertPayer = `
INSERT INTO casework_payer (` + payerColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`
	sqlUpdatePayer = `
UPDATE casework_payer SET state = $2, sum = $3, gone = $4, seq = $5, news = $6, changed_at = $7, letter = $8, told = $9, digest = $10, owed = $11
WHERE id = $1`
	sqlPayer      = `SELECT ` + payerColumns + ` FROM casework_payer WHERE id = $1 ORDER BY id LIMIT 1`
	sqlPayers     = `SELECT ` + payerColumns + ` FROM casework_payer WHERE case_id = $1 ORDER BY id LIMIT $2`
	sqlNewPayers  = `SELECT ` + payerColumns + ` FROM casework_payer ORDER BY changed_at DESC, id DESC LIMIT $1`
	sqlOwedPayers = `SELECT DISTINCT case_id FROM casework_payer WHERE owed ORDER BY case_id LIMIT $1`

	leadColumns = `case_id, node, opening, seq, news, changed_at, said, digest, owed`

	sqlInsertLead = `
INSERT INTO casework_lead (` + leadColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlUpdateLead = `
UPDATE casework_lead SET seq = $2, news = $3, changed_at = $4, said = $5, digest = $6, owed = $7 WHERE case_id = $1`
	sqlLead      = `SELECT ` + leadColumns + ` FROM casework_lead WHERE case_id = $1 ORDER BY case_id LIMIT 1`
	sqlLeadBy    = `SELECT ` + leadColumns + ` FROM casework_lead WHERE node = $1 AND opening = $2 ORDER BY case_id LIMIT 1`
	sqlNewLeads  = `SELECT ` + leadColumns + ` FROM casework_lead ORDER BY changed_at DESC, case_id DESC LIMIT $1`
	sqlOwedLeads = `SELECT case_id FROM casework_lead WHERE owed ORDER BY case_id LIMIT $1`
)

func insertPayer(ctx context.Context, tx *db.Tx, p Payer) error {
	given, err := json.Marshal(p.given)
	if err != nil {
		return err
	}
	news, err := json.Marshal(p.News)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertPayer, string(p.ID), string(p.Lead), p.Entry, p.Row, p.Payer, p.Node, p.Org, int64(p.Asked), string(given), p.State,
		int64(p.Fen), p.Gone, p.seq, string(news), db.Micros(p.Opened), db.Micros(p.Changed), string(p.letter), p.told, p.digest, p.Owed)
	return err
}

func updatePayer(ctx context.Context, tx *db.Tx, p Payer) error {
	news, err := json.Marshal(p.News)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlUpdatePayer, string(p.ID), p.State, int64(p.Fen), p.Gone, p.seq, string(news), db.Micros(p.Changed), string(p.letter), p.told, p.digest, p.Owed)
	return err
}

func scanPayer(scan func(...any) error) (p Payer, err error) {
	var opened, changed int64
	var given, news string
	if err = scan(&p.ID, &p.Lead, &p.Entry, &p.Row, &p.Payer, &p.Node, &p.Org, &p.Asked, &given, &p.State, &p.Fen, &p.Gone, &p.seq, &news, &opened, &changed,
		&p.letter, &p.told, &p.digest, &p.Owed); err != nil {
		return p, err
	}
	p.Opened, p.Changed, p.given = db.Time(opened), db.Time(changed), map[string]scheme.Value{}
	if err = json.Unmarshal([]byte(given), &p.given); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(news), &p.News)
}

func selectPayer(ctx context.Context, tx *db.Tx, id unit.ID) (Payer, error) {
	return scanPayer(tx.QueryRow(ctx, sqlPayer, string(id)).Scan)
}

// selectPayers are what a case asked of its payers, the oldest first.
func selectPayers(ctx context.Context, tx *db.Tx, lead unit.ID) ([]Payer, error) {
	return db.Collect(ctx, tx, "payers of case "+string(lead), scanPayer, sqlPayers, string(lead), payersMax)
}

func selectNewPayers(ctx context.Context, tx *db.Tx, limit int) ([]Payer, error) {
	return db.Collect(ctx, tx, "payers", scanPayer, sqlNewPayers, limit)
}

func selectOwedPayers(ctx context.Context, tx *db.Tx, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "leads that owe a letter", scanID, sqlOwedPayers, limit)
}

func selectOwedLeads(ctx context.Context, tx *db.Tx, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "payers that owe a letter", scanID, sqlOwedLeads, limit)
}

func insertLead(ctx context.Context, tx *db.Tx, x Lead) error {
	news, err := json.Marshal(x.News)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertLead, string(x.payer), x.Node, string(x.News.Opening), x.News.Seq, string(news), db.Micros(x.Changed), x.said, x.digest, x.Owed)
	return err
}

func updateLead(ctx context.Context, tx *db.Tx, x Lead) error {
	news, err := json.Marshal(x.News)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlUpdateLead, string(x.payer), x.News.Seq, string(news), db.Micros(x.Changed), x.said, x.digest, x.Owed)
	return err
}

func scanLead(scan func(...any) error) (x Lead, err error) {
	var opening unit.ID
	var seq, changed int64
	var news string
	if err = scan(&x.payer, &x.Node, &opening, &seq, &news, &changed, &x.said, &x.digest, &x.Owed); err != nil {
		return x, err
	}
	x.Changed = db.Time(changed)
	err = json.Unmarshal([]byte(news), &x.News)
	return x, err
}

func selectLead(ctx context.Context, tx *db.Tx, payer unit.ID) (Lead, error) {
	return scanLead(tx.QueryRow(ctx, sqlLead, string(payer)).Scan)
}

func selectLeadBy(ctx context.Context, tx *db.Tx, node string, opening unit.ID) (Lead, error) {
	return scanLead(tx.QueryRow(ctx, sqlLeadBy, node, string(opening)).Scan)
}

func selectNewLeads(ctx context.Context, tx *db.Tx, limit int) ([]Lead, error) {
	return db.Collect(ctx, tx, "leads", scanLead, sqlNewLeads, limit)
}
