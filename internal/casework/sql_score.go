package casework

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sheetColumns = `id, org, no, text, digest, person, by_name, at`
	scoreColumns = `s.id, s.org, s.case_id, c.no, s.sheet_id, t.no, s.facts, s.scored, s.day, s.person, s.by_name, s.at`
	scoreFrom    = ` FROM casework_score s JOIN casework_case c ON c.id = s.case_id JOIN casework_sheet t ON t.id = s.sheet_id `
)

const (
	sqlSheetInsert = `INSERT INTO casework_sheet (` + sheetColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlSheets      = `SELECT ` + sheetColumns + ` FROM casework_sheet WHERE org = $1 ORDER BY no DESC LIMIT $2`
	sqlSheet       = `SELECT ` + sheetColumns + ` FROM casework_sheet WHERE id = $1 ORDER BY id LIMIT 1`

	sqlScoreInsert = `
INSERT INTO casework_score (id, org, case_id, sheet_id, facts, scored, day, person, by_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlScore      = `SELECT ` + scoreColumns + scoreFrom + `WHERE s.id = $1 ORDER BY s.id LIMIT 1`
	sqlScores     = `SELECT ` + scoreColumns + scoreFrom + `WHERE s.org = $1 ORDER BY s.id DESC LIMIT $2`
	sqlScoreOfOne = `SELECT ` + scoreColumns + scoreFrom + `WHERE s.case_id = $1 AND s.org = $2 ORDER BY s.id DESC LIMIT 1`
)

func scanSheet(scan func(...any) error) (s ScoreSheet, err error) {
	var text string
	var at int64
	err = scan((*string)(&s.ID), &s.Org, &s.No, &text, &s.Digest, (*string)(&s.Person), &s.By, &at)
	s.Text, s.At = []byte(text), db.Time(at)
	return s, err
}

func insertSheet(ctx context.Context, tx *db.Tx, s ScoreSheet) error {
	_, err := tx.Exec(ctx, sqlSheetInsert, string(s.ID), s.Org, s.No, string(s.Text), s.Digest, string(s.Person), s.By, db.Micros(s.At))
	return err
}

// selectSheets are the sheets of an organisation, the newest first.
func selectSheets(ctx context.Context, tx *db.Tx, org string, most int) ([]ScoreSheet, error) {
	return db.Collect(ctx, tx, "score sheets of "+org, scanSheet, sqlSheets, org, most)
}

// selectSheet finds one sheet.
func selectSheet(ctx context.Context, tx *db.Tx, id unit.ID) (s ScoreSheet, there bool, err error) {
	s, err = scanSheet(tx.QueryRow(ctx, sqlSheet, string(id)).Scan)
	if db.NoRows(err) {
		return ScoreSheet{}, false, nil
	}
	return s, err == nil, err
}

func scanScore(scan func(...any) error) (s Score, err error) {
	var scored string
	var at int64
	if err = scan((*string)(&s.ID), &s.Org, (*string)(&s.Case), &s.CaseNo, (*string)(&s.Sheet), &s.SheetNo, &s.Facts, &scored, &s.Day, (*string)(&s.Person), &s.By, &at); err != nil {
		return s, err
	}
	s.At = db.Time(at)
	return s, json.Unmarshal([]byte(scored), &s.Scored)
}

func insertScore(ctx context.Context, tx *db.Tx, s Score) error {
	scored, err := json.Marshal(s.Scored)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlScoreInsert, string(s.ID), s.Org, string(s.Case), string(s.Sheet), s.Facts, string(scored), s.Day.String(), string(s.Person), s.By, db.Micros(s.At))
	return err
}

// selectScores are what an organisation read by its sheets, the newest first.
func selectScores(ctx context.Context, tx *db.Tx, org string) ([]Score, error) {
	return db.Collect(ctx, tx, "scores of "+org, scanScore, sqlScores, org, scoresMax)
}

// selectScore finds one score; selectScoreOf the newest of a case that an organisation made.
func selectScore(ctx context.Context, tx *db.Tx, id unit.ID) (s Score, there bool, err error) {
	s, err = scanScore(tx.QueryRow(ctx, sqlScore, string(id)).Scan)
	if db.NoRows(err) {
		return Score{}, false, nil
	}
	return s, err == nil, err
}

func selectScoreOf(ctx context.Context, tx *db.Tx, id unit.ID, org string) (s Score, there bool, err error) {
	s, err = scanScore(tx.QueryRow(ctx, sqlScoreOfOne, string(id), org).Scan)
	if db.NoRows(err) {
		return Score{}, false, nil
	}
	return s, err == nil, err
}
