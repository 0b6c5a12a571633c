package registry

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlExpertInsert = `
INSERT INTO registry_expert (id, pool, account, unit, field, since, until, source, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	expertColumns = `SELECT e.id, e.pool, e.account, e.unit, e.field, e.since, e.until, e.source FROM registry_expert e
WHERE e.entered_at = (SELECT max(n.entered_at) FROM registry_expert n WHERE n.id = e.id)`

	sqlExpert     = expertColumns + ` AND e.id = $1 ORDER BY e.id LIMIT 1`
	sqlExperts    = expertColumns + ` ORDER BY e.pool, e.account, e.field, e.id LIMIT $1`
	sqlExpertsWho = expertColumns + ` AND e.account = $1 ORDER BY e.pool, e.field, e.id LIMIT $2`
	sqlExpertsOf  = expertColumns + ` AND e.pool = $1 AND e.since <= $2 AND (e.until = '' OR e.until >= $2) AND (e.field = '' OR e.field = $3 OR $3 = '')
ORDER BY e.account, e.field, e.id LIMIT $4`
)

func insertExpert(ctx context.Context, tx *db.Tx, e Expert) error {
	_, err := tx.Exec(ctx, sqlExpertInsert, string(e.ID), e.Pool, string(e.Account), e.Unit, e.Field, e.Since.String(), e.Until.String(), e.Source, db.Micros(tx.Now()))
	return err
}

func scanExpert(scan func(...any) error) (e Expert, err error) {
	err = scan(&e.ID, &e.Pool, &e.Account, &e.Unit, &e.Field, &e.Since, &e.Until, &e.Source)
	return e, err
}

func selectExpert(ctx context.Context, tx *db.Tx, id unit.ID) (Expert, error) {
	return scanExpert(tx.QueryRow(ctx, sqlExpert, string(id)).Scan)
}

func selectExperts(ctx context.Context, tx *db.Tx) ([]Expert, error) {
	return db.Collect(ctx, tx, "experts", scanExpert, sqlExperts, expertsMax)
}

func selectExpertsOf(ctx context.Context, tx *db.Tx, pool, field string, day unit.Day) ([]Expert, error) {
	return db.Collect(ctx, tx, "experts of a pool", scanExpert, sqlExpertsOf, pool, day.String(), field, expertsMax)
}

func selectExpertsWho(ctx context.Context, tx *db.Tx, account unit.ID) ([]Expert, error) {
	return db.Collect(ctx, tx, "entries of an expert", scanExpert, sqlExpertsWho, string(account), expertsMax)
}
