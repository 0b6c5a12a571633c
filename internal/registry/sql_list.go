package registry

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const listColumns = `l.id, l.list, l.since, l.source, (SELECT count(*) FROM registry_list_code c WHERE c.version = l.id)`

const (
	sqlListInsert     = `INSERT INTO registry_list (id, list, since, source, person, entered) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlListCodeInsert = `INSERT INTO registry_list_code (version, code, words) VALUES ($1, $2, $3)`

	sqlListOn = `SELECT ` + listColumns + ` FROM registry_list l WHERE l.list = $1 AND l.since <= $2
ORDER BY l.since DESC, l.entered DESC LIMIT 1`

	sqlList  = `SELECT ` + listColumns + ` FROM registry_list l WHERE l.id = $1 ORDER BY l.id LIMIT 1`
	sqlLists = `SELECT ` + listColumns + ` FROM registry_list l ORDER BY l.list, l.since DESC, l.entered DESC LIMIT $1`

	sqlListed    = `SELECT count(*) FROM registry_list_code WHERE version = $1 AND code = $2 ORDER BY 1 LIMIT 1`
	sqlListCodes = `SELECT code, words FROM registry_list_code WHERE version = $1 ORDER BY code LIMIT $2`
)

func insertList(ctx context.Context, tx *db.Tx, l CodeList, person unit.ID) error {
	_, err := tx.Exec(ctx, sqlListInsert, string(l.ID), l.List, l.Since.String(), l.Source, string(person), db.Micros(tx.Now()))
	return err
}

func insertListCode(ctx context.Context, tx *db.Tx, id unit.ID, c ListedCode) error {
	_, err := tx.Exec(ctx, sqlListCodeInsert, string(id), c.Code, c.Words)
	return err
}

func scanList(scan func(...any) error) (l CodeList, err error) {
	err = scan(&l.ID, &l.List, &l.Since, &l.Source, &l.Codes)
	return l, err
}

func selectListOn(ctx context.Context, tx *db.Tx, list string, day unit.Day) (CodeList, error) {
	return scanList(tx.QueryRow(ctx, sqlListOn, list, day.String()).Scan)
}

func selectList(ctx context.Context, tx *db.Tx, id unit.ID) (CodeList, error) {
	return scanList(tx.QueryRow(ctx, sqlList, string(id)).Scan)
}

func selectLists(ctx context.Context, tx *db.Tx) ([]CodeList, error) {
	return db.Collect(ctx, tx, "lists of codes", scanList, sqlLists, listsMax)
}

func selectListed(ctx context.Context, tx *db.Tx, id unit.ID, code string) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlListed, string(id), code).Scan(&n)
	return n > 0, err
}

func selectListCodes(ctx context.Context, tx *db.Tx, id unit.ID) ([]ListedCode, error) {
	return db.Collect(ctx, tx, "codes of a list", func(scan func(...any) error) (c ListedCode, err error) {
		return c, scan(&c.Code, &c.Words)
	}, sqlListCodes, string(id), listCodesMax)
}
