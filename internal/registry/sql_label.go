package registry

import (
	"context"

	"corridor/internal/db"
)

const (
	abroadColumns        = `log, idx, node, org, label, level, issuer, since, until, holder_zh, holder_en, title_zh, title_en`
	sqlLabelAbroadInsert = `
INSERT INTO registry_label_abroad (` + abroadColumns + `, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (log, idx) DO NOTHING`
	sqlLabelAbroadDelete = `DELETE FROM registry_label_abroad WHERE log = $1 AND idx = $2`
	sqlLabelsAbroadCut   = `DELETE FROM registry_label_abroad WHERE log = $1 AND idx >= $2`
	sqlLabelAbroad       = `SELECT ` + abroadColumns + ` FROM registry_label_abroad WHERE log = $1 AND idx = $2 ORDER BY idx LIMIT 1`
	sqlLabelsAbroad      = `SELECT ` + abroadColumns + ` FROM registry_label_abroad WHERE org = $1 ORDER BY since DESC, log, idx LIMIT $2`
	sqlLabelsAbroadAfter = `SELECT ` + abroadColumns + ` FROM registry_label_abroad WHERE (log, idx) > ($1, $2) ORDER BY log, idx LIMIT $3`
)

func insertLabelAbroad(ctx context.Context, tx *db.Tx, l LabelAbroad) error {
	_, err := tx.Exec(ctx, sqlLabelAbroadInsert, l.Log, l.Index, l.Node, l.Org, l.Label.Label, l.Level, l.Issuer, l.Since.String(), l.Until.String(), l.Holder[0], l.Holder[1], l.Title[0], l.Title[1], db.Micros(tx.Now()))
	return err
}

func deleteLabelAbroad(ctx context.Context, tx *db.Tx, log string, index int64) error {
	_, err := tx.Exec(ctx, sqlLabelAbroadDelete, log, index)
	return err
}

func deleteLabelsAbroadFrom(ctx context.Context, tx *db.Tx, log string, index int64) error {
	_, err := tx.Exec(ctx, sqlLabelsAbroadCut, log, index)
	return err
}

func scanLabelAbroad(scan func(...any) error) (l LabelAbroad, err error) {
	err = scan(&l.Log, &l.Index, &l.Node, &l.Org, &l.Label.Label, &l.Level, &l.Issuer, &l.Since, &l.Until, &l.Holder[0], &l.Holder[1], &l.Title[0], &l.Title[1])
	return l, err
}

// selectLabelAbroad is the label of a leaf; false where it was not taken or is gone.
func selectLabelAbroad(ctx context.Context, tx *db.Tx, log string, index int64) (l LabelAbroad, there bool, err error) {
	l, err = scanLabelAbroad(tx.QueryRow(ctx, sqlLabelAbroad, log, index).Scan)
	if db.NoRows(err) {
		return LabelAbroad{}, false, nil
	}
	return l, err == nil, err
}

func selectLabelsAbroad(ctx context.Context, tx *db.Tx, org string) ([]LabelAbroad, error) {
	return collect(ctx, tx, scanLabelAbroad, sqlLabelsAbroad, org, labelsMax)
}

func selectLabelsAbroadAfter(ctx context.Context, tx *db.Tx, log string, index int64) ([]LabelAbroad, error) {
	return collect(ctx, tx, scanLabelAbroad, sqlLabelsAbroadAfter, log, index, labelsMax)
}
