package registry

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlTieInsert = `
INSERT INTO registry_expert_tie (id, account, org, kind, since, until, note, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlTies = `
SELECT e.id, e.account, e.org, e.kind, e.since, e.until, e.note FROM registry_expert_tie e
WHERE e.account = $1 AND e.entered_at = (SELECT max(n.entered_at) FROM registry_expert_tie n WHERE n.id = e.id)
ORDER BY e.id LIMIT $2`

	sqlTiesErase = `DELETE FROM registry_expert_tie WHERE account = $1`
)

func insertTie(ctx context.Context, tx *db.Tx, t ExpertTie) error {
	_, err := tx.Exec(ctx, sqlTieInsert, string(t.ID), string(t.Account), t.Org, t.Kind, t.Since.String(), t.Until.String(), t.Note, db.Micros(tx.Now()))
	return err
}

func selectTies(ctx context.Context, tx *db.Tx, account unit.ID) ([]ExpertTie, error) {
	return db.Collect(ctx, tx, "ties of an expert", func(scan func(...any) error) (t ExpertTie, err error) {
		err = scan(&t.ID, &t.Account, &t.Org, &t.Kind, &t.Since, &t.Until, &t.Note)
		return t, err
	}, sqlTies, string(account), tiesMax)
}
