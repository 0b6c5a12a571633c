package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertSaved = `INSERT INTO catalogue_saved (id, person, question, made_at, seen_at, told, ended_at) VALUES ($1, $2, $3, $4, $5, 0, 0)`

	sqlSavedOf = `
SELECT id, person, question, made_at, seen_at, told FROM catalogue_saved WHERE person = $1 AND ended_at = 0 ORDER BY id DESC LIMIT $2`

	sqlSavedOpen = `
SELECT id, person, question, made_at, seen_at, told FROM catalogue_saved WHERE ended_at = 0 AND id > $1 ORDER BY id LIMIT $2`

	sqlSavedSeen = `UPDATE catalogue_saved SET seen_at = $2, told = $3 WHERE id = $1 AND ended_at = 0`

	sqlEndSaved = `UPDATE catalogue_saved SET ended_at = $3 WHERE id = $1 AND person = $2`

	sqlDeleteSavedOf = `DELETE FROM catalogue_saved WHERE person = $1`
)

func insertSaved(ctx context.Context, tx *db.Tx, s Saved, question string) error {
	_, err := tx.Exec(ctx, sqlInsertSaved, string(s.ID), string(s.Person), question, db.Micros(s.Made), db.Micros(s.Seen))
	return err
}

func scanSaved(scan func(...any) error) (s Saved, err error) {
	var question string
	var made, seen int64
	if err := scan((*string)(&s.ID), (*string)(&s.Person), &question, &made, &seen, &s.Told); err != nil {
		return s, err
	}
	s.Made, s.Seen = db.Time(made), db.Time(seen)
	if err := json.Unmarshal([]byte(question), &s.Question); err != nil {
		return s, fmt.Errorf("question of search %s: %w", s.ID, err)
	}
	return s, nil
}

func selectSavedOf(ctx context.Context, tx *db.Tx, person unit.ID) ([]Saved, error) {
	return db.Collect(ctx, tx, "saved searches", scanSaved, sqlSavedOf, string(person), savedMax)
}

func selectSavedOpen(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Saved, error) {
	return db.Collect(ctx, tx, "saved searches", scanSaved, sqlSavedOpen, string(after), limit)
}

func updateSavedSeen(ctx context.Context, tx *db.Tx, id unit.ID, seen time.Time, told int) (there bool, err error) {
	n, err := tx.Exec(ctx, sqlSavedSeen, string(id), db.Micros(seen), told)
	return n > 0, err
}

func endSaved(ctx context.Context, tx *db.Tx, id, person unit.ID) (found bool, err error) {
	n, err := tx.Exec(ctx, sqlEndSaved, string(id), string(person), db.Micros(tx.Now()))
	return n > 0, err
}

func deleteSavedOf(ctx context.Context, tx *db.Tx, person unit.ID) error {
	_, err := tx.Exec(ctx, sqlDeleteSavedOf, string(person))
	return err
}
