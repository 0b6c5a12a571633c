package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const editionColumns = `id, scheme, edition, jurisdiction, title_zh, title_en, first_day, last_day, digest, dir, note, state,
  proposed_by, proposer, proposed_as, proposed_at, decided_by, decider, decided_as, decided_at, reason, leaf`

const (
	sqlEdition  = `SELECT ` + editionColumns + ` FROM casework_edition WHERE id = $1 ORDER BY id LIMIT 1`
	sqlEditions = `
SELECT ` + editionColumns + ` FROM casework_edition WHERE $1 = '' OR state = $1
ORDER BY id LIMIT $2`

	sqlInsertEdition = `
INSERT INTO casework_edition (` + editionColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`

	sqlUpdateEdition = `
UPDATE casework_edition
SET state = $2, decided_by = $3, decider = $4, decided_as = $5, decided_at = $6, reason = $7, leaf = $8
WHERE id = $1 AND state = 'proposed'`

	sqlInsertEditionFile = `INSERT INTO casework_edition_file (edition_id, path, content) VALUES ($1, $2, $3)`
	sqlEditionFiles      = `SELECT path, content FROM casework_edition_file WHERE edition_id = $1 ORDER BY path LIMIT $2`
)

const (
	editionFilesMax = 100 // files of one edition that are read; scheme.Unpack takes fewer
	trialColumns    = `id, scheme, edition, jurisdiction, digest, against, budget_fen, assumed, state, done, total, problem, asked_by, asker, made_at, began_at, ended_at`
)

const (
	sqlTrial     = `SELECT ` + trialColumns + `, result FROM casework_trial WHERE id = $1 ORDER BY id LIMIT 1`
	sqlTrials    = `SELECT ` + trialColumns + `, '' FROM casework_trial WHERE digest = $1 ORDER BY id DESC LIMIT $2`
	sqlNextTrial = `SELECT ` + trialColumns + `, '' FROM casework_trial WHERE state = 'waiting' ORDER BY id LIMIT 1`

	sqlInsertTrial = `
INSERT INTO casework_trial (` + trialColumns + `, result)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '')`

	sqlEndedTrials   = `SELECT count(*) FROM casework_trial WHERE digest = $1 AND state IN ('done', 'failed') ORDER BY 1 LIMIT 1`
	sqlBeginTrial    = `UPDATE casework_trial SET state = 'running', done = 0, began_at = $2 WHERE id = $1 AND state = 'waiting'`
	sqlCountTrial    = `UPDATE casework_trial SET total = $2 WHERE id = $1`
	sqlStepTrial     = `UPDATE casework_trial SET done = $2 WHERE id = $1 AND state = 'running'`
	sqlRestartTrials = `UPDATE casework_trial SET state = 'waiting', done = 0 WHERE state = 'running'`
	sqlEndTrial      = `
UPDATE casework_trial SET state = $2, problem = $3, result = $4, ended_at = $5
WHERE id = $1 AND state IN ('waiting', 'running')`

	sqlInsertSide = `
INSERT INTO casework_side (trial_id, org, was, becomes, was_fen, is_fen, rule, rule_zh, rule_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (trial_id, org) DO NOTHING`

	sqlCountSides = `SELECT count(*) FROM casework_side WHERE trial_id = $1 ORDER BY 1 LIMIT 1`
	sqlSides      = `
SELECT org, was, becomes, was_fen, is_fen, rule, rule_zh, rule_en FROM casework_side WHERE trial_id = $1
ORDER BY org LIMIT $2 OFFSET $3`
)

func scanEdition(scan func(...any) error) (e Edition, err error) {
	var first, last string
	var proposed, decided int64
	if err = scan(&e.ID, &e.Scheme, &e.Edition, &e.Jurisdiction, &e.Title[0], &e.Title[1], &first, &last, &e.Digest, &e.Dir, &e.Note, &e.State,
		&e.Proposed.Person, &e.Proposed.Name, &e.Proposed.Mandate, &proposed, &e.Decided.Person, &e.Decided.Name, &e.Decided.Mandate, &decided,
		&e.Reason, &e.Leaf); err != nil {
		return e, err
	}
	e.Proposed.At, e.Decided.At = db.Time(proposed), db.Time(decided)
	if e.First, err = unit.ParseDay(first); err != nil || last == "" {
		return e, err
	}
	e.Last, err = unit.ParseDay(last)
	return e, err
}

func selectEdition(ctx context.Context, tx *db.Tx, id unit.ID) (Edition, error) {
	e, err := scanEdition(tx.QueryRow(ctx, sqlEdition, string(id)).Scan)
	if db.NoRows(err) {
		return e, fault.New(fault.NotFound, "casework.edition_unknown")
	}
	return e, err
}

// selectEditions are the editions that were brought in, in a state or "" in any, the oldest first.
func selectEditions(ctx context.Context, tx *db.Tx, state EditionState) ([]Edition, error) {
	return db.Collect(ctx, tx, "editions", scanEdition, sqlEditions, string(state), editionsMax)
}

func insertEdition(ctx context.Context, tx *db.Tx, e Edition, files scheme.Bundle) error {
	if _, err := tx.Exec(ctx, sqlInsertEdition, string(e.ID), e.Scheme, e.Edition, e.Jurisdiction, e.Title[0], e.Title[1], dayText(e.First), dayText(e.Last),
		e.Digest, e.Dir, e.Note, string(e.State), string(e.Proposed.Person), e.Proposed.Name, e.Proposed.Mandate, db.Micros(e.Proposed.At),
		"", "", "", 0, "", ""); err != nil {
		return err
	}
	for _, p := range files.Paths() {
		if _, err := tx.Exec(ctx, sqlInsertEditionFile, string(e.ID), p, string(files[p])); err != nil {
			return fmt.Errorf("file %s: %w", p, err)
		}
	}
	return nil
}

// updateEdition writes what was decided; somebody else may have been first.
func updateEdition(ctx context.Context, tx *db.Tx, e Edition) error {
	n, err := tx.Exec(ctx, sqlUpdateEdition, string(e.ID), string(e.State), string(e.Decided.Person), e.Decided.Name, e.Decided.Mandate,
		db.Micros(e.Decided.At), e.Reason, string(e.Leaf))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "casework.changed_meanwhile")
	}
	return err
}

func selectEditionFiles(ctx context.Context, tx *db.Tx, id unit.ID) (scheme.Bundle, error) {
	type file struct{ path, content string }
	all, err := db.Collect(ctx, tx, "files of edition "+string(id), func(scan func(...any) error) (f file, err error) {
		return f, scan(&f.path, &f.content)
	}, sqlEditionFiles, string(id), editionFilesMax)
	out := scheme.Bundle{}
	for _, f := range all {
		out[f.path] = []byte(f.content)
	}
	return out, err
}

func scanTrial(scan func(...any) error) (t Trial, err error) {
	var assumed, problem, result string
	var made, began, ended int64
	if err = scan(&t.ID, &t.Scheme, &t.Edition, &t.Jurisdiction, &t.Digest, &t.Against, &t.Budget, &assumed, &t.State, &t.Done, &t.Total, &problem,
		&t.By.Person, &t.By.Name, &made, &began, &ended, &result); err != nil {
		return t, err
	}
	t.Made, t.Began, t.Ended = db.Time(made), db.Time(began), db.Time(ended)
	t.By.At = t.Made
	for _, p := range []struct {
		text string
		to   any
	}{{assumed, &t.Assumed}, {problem, &t.Problem}, {result, &t.Result}} {
		if p.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(p.text), p.to); err != nil {
			return t, fmt.Errorf("kept data of trial %s: %w", t.ID, err)
		}
	}
	return t, nil
}

func selectTrial(ctx context.Context, tx *db.Tx, id unit.ID) (Trial, error) {
	t, err := scanTrial(tx.QueryRow(ctx, sqlTrial, string(id)).Scan)
	if db.NoRows(err) {
		return t, fault.New(fault.NotFound, "casework.trial_unknown")
	}
	return t, err
}

func selectTrials(ctx context.Context, tx *db.Tx, digest string) ([]Trial, error) {
	return db.Collect(ctx, tx, "trials", scanTrial, sqlTrials, digest, trialsMax)
}

func nextTrial(ctx context.Context, tx *db.Tx) (t Trial, waits bool, err error) {
	t, err = scanTrial(tx.QueryRow(ctx, sqlNextTrial).Scan)
	if db.NoRows(err) {
		return t, false, nil
	}
	return t, err == nil, err
}

func insertTrial(ctx context.Context, tx *db.Tx, t Trial) error {
	if t.Assumed == nil {
		t.Assumed = []string{}
	}
	assumed, err := json.Marshal(t.Assumed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertTrial, string(t.ID), t.Scheme, t.Edition, t.Jurisdiction, t.Digest, t.Against, int64(t.Budget), string(assumed),
		t.State, 0, 0, "", string(t.By.Person), t.By.Name, db.Micros(t.Made), 0, 0)
	return err
}

func countEndedTrials(ctx context.Context, tx *db.Tx, digest string) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlEndedTrials, digest).Scan(&n)
	return n, err
}

func beginTrial(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlBeginTrial, string(id), db.Micros(tx.Now()))
	return err
}

func countTrial(ctx context.Context, tx *db.Tx, id unit.ID, total int64) error {
	_, err := tx.Exec(ctx, sqlCountTrial, string(id), total)
	return err
}

// stepTrial writes how far a trial is; on is false when it was stopped.
func stepTrial(ctx context.Context, tx *db.Tx, id unit.ID, done int64) (on bool, err error) {
	n, err := tx.Exec(ctx, sqlStepTrial, string(id), done)
	return n == 1, err
}

func restartTrials(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, sqlRestartTrials)
	return err
}

// endTrial writes how a trial ended; one that has ended stays as it is.
func endTrial(ctx context.Context, tx *db.Tx, id unit.ID, state string, problem fault.Words, result string) error {
	text := ""
	if problem[0] != "" {
		b, err := json.Marshal(problem)
		if err != nil {
			return err
		}
		text = string(b)
	}
	_, err := tx.Exec(ctx, sqlEndTrial, string(id), state, text, result, db.Micros(tx.Now()))
	return err
}

func insertSides(ctx context.Context, tx *db.Tx, id unit.ID, all []scheme.Change) error {
	for _, c := range all {
		if _, err := tx.Exec(ctx, sqlInsertSide, string(id), c.Firm, string(c.Was), string(c.Is), int64(c.WasSum), int64(c.IsSum), c.Rule, c.RuleWords[0], c.RuleWords[1]); err != nil {
			return err
		}
	}
	return nil
}

func selectSides(ctx context.Context, tx *db.Tx, id unit.ID, offset int) (out []Side, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountSides, string(id)).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.Collect(ctx, tx, "sides of a trial", func(scan func(...any) error) (s Side, err error) {
		return s, scan(&s.Firm, &s.Was, &s.Is, &s.WasSum, &s.IsSum, &s.Rule, &s.RuleWords[0], &s.RuleWords[1])
	}, sqlSides, string(id), sideRows, offset)
	return out, total, err
}
