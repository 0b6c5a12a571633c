package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlAgainst     = `SELECT case_id FROM casework_against WHERE of_case = $1 AND digest = $2 ORDER BY case_id DESC LIMIT $3`
	sqlJoined      = `SELECT of_case FROM casework_against WHERE case_id = $1 AND digest = '' ORDER BY field LIMIT 1`
	sqlDropAgainst = `DELETE FROM casework_against WHERE case_id = $1 AND field = $2`
	sqlPutAgainst  = `
INSERT INTO casework_against (case_id, field, of_case, digest)
SELECT $1, $2, c.id, $4 FROM casework_case c WHERE c.no = $3`

	sqlBound = `
SELECT c.no || '@' || a.digest FROM casework_against a JOIN casework_case c ON c.id = a.of_case WHERE a.case_id = $1 AND a.field = $2
ORDER BY 1 LIMIT 1`

	sqlMoveCase = `UPDATE casework_case SET edition = $2, digest = $3 WHERE id = $1`
	sqlMoved    = `
INSERT INTO casework_move (case_id, at, from_edition, from_digest, to_edition, to_digest, renamed, dropped)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlLastMove = `
SELECT at, from_edition, from_digest, to_edition, to_digest, renamed, dropped FROM casework_move WHERE case_id = $1
ORDER BY at DESC, to_digest LIMIT 1`
)

func selectAgainst(ctx context.Context, tx *db.Tx, of unit.ID, digest string) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases against a decision", func(scan func(...any) error) (id unit.ID, err error) {
		return id, scan(&id)
	}, sqlAgainst, string(of), digest, appealsMax)
}

// selectJoined is the case that one has joined; "" if none.
func selectJoined(ctx context.Context, tx *db.Tx, id unit.ID) (into unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlJoined, string(id)).Scan(&into)
	if db.NoRows(err) {
		return "", nil
	}
	return into, err
}

// putAgainst writes which decision a field names, or that it names none.
func putAgainst(ctx context.Context, tx *db.Tx, id unit.ID, field, no, digest string, names bool) error {
	if _, err := tx.Exec(ctx, sqlDropAgainst, string(id), field); err != nil || !names {
		return err
	}
	_, err := tx.Exec(ctx, sqlPutAgainst, string(id), field, no, digest)
	return err
}

// selectBound is the reference that is kept beside a field; "" if none is.
func selectBound(ctx context.Context, tx *db.Tx, id unit.ID, field string) (ref string, err error) {
	err = tx.QueryRow(ctx, sqlBound, string(id), field).Scan(&ref)
	if db.NoRows(err) {
		return "", nil
	}
	return ref, err
}

// moveCase writes that a draft stands in another edition now.
func moveCase(ctx context.Context, tx *db.Tx, c Case, m Move) error {
	if _, err := tx.Exec(ctx, sqlMoveCase, string(c.ID), c.Edition, c.EditionDigest); err != nil {
		return err
	}
	renamed, err := json.Marshal(m.Renamed)
	if err != nil {
		return err
	}
	dropped, err := json.Marshal(m.Dropped)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlMoved, string(c.ID), db.Micros(m.At), m.FromEdition, m.FromDigest, m.ToEdition, m.ToDigest, string(renamed), string(dropped))
	return err
}

func selectMove(ctx context.Context, tx *db.Tx, id unit.ID) (m Move, ok bool, err error) {
	var at int64
	var renamed, dropped string
	err = tx.QueryRow(ctx, sqlLastMove, string(id)).Scan(&at, &m.FromEdition, &m.FromDigest, &m.ToEdition, &m.ToDigest, &renamed, &dropped)
	if db.NoRows(err) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	m.At = db.Time(at)
	if err := json.Unmarshal([]byte(renamed), &m.Renamed); err != nil {
		return m, false, fmt.Errorf("kept move of case %s: %w", id, err)
	}
	return m, true, json.Unmarshal([]byte(dropped), &m.Dropped)
}
