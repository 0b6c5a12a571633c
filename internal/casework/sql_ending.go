package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const endingColumns = `id, digest, scheme, edition, jurisdiction, last_day, reason, state,
  proposed_by, proposer, proposed_as, proposed_at, decided_by, decider, decided_as, decided_at, leaf`

const (
	sqlInsertEnding = `
INSERT INTO casework_ending (` + endingColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', 0, '')`
	sqlUpdateEnding = `
UPDATE casework_ending SET state = $2, decided_by = $3, decider = $4, decided_as = $5, decided_at = $6, leaf = $7
WHERE id = $1 AND state = 'proposed'`
	sqlEnding  = `SELECT ` + endingColumns + ` FROM casework_ending WHERE digest = $1 AND state <> 'withdrawn' ORDER BY id LIMIT 1`
	sqlEndings = `SELECT ` + endingColumns + ` FROM casework_ending WHERE state = 'adopted' ORDER BY id LIMIT $1`

	sqlByStage = `
SELECT c.stage, CASE WHEN EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id) THEN 1 ELSE 0 END AS begun, count(*) AS n
FROM casework_case c WHERE c.digest = $1 AND c.ending = ''
GROUP BY c.stage, begun ORDER BY c.stage, begun LIMIT $2`
)

func scanEnding(scan func(...any) error) (e Ending, err error) {
	var last string
	var proposed, decided int64
	if err = scan(&e.ID, &e.Digest, &e.Scheme, &e.Edition, &e.Jurisdiction, &last, &e.Reason, &e.State, &e.Proposed.Person, &e.Proposed.Name, &e.Proposed.Mandate, &proposed,
		&e.Decided.Person, &e.Decided.Name, &e.Decided.Mandate, &decided, &e.Leaf); err != nil {
		return e, err
	}
	e.Proposed.At, e.Decided.At = db.Time(proposed), timeOrNever(decided)
	e.Last, err = unit.ParseDay(last)
	return e, err
}

// selectEnding is the ending of an edition that waits or was confirmed; there is at most one.
func selectEnding(ctx context.Context, tx *db.Tx, digest string) (e Ending, ok bool, err error) {
	e, err = scanEnding(tx.QueryRow(ctx, sqlEnding, digest).Scan)
	if db.NoRows(err) {
		return Ending{}, false, nil
	}
	return e, err == nil, err
}

// selectEndings are those that were confirmed.
func selectEndings(ctx context.Context, tx *db.Tx) ([]Ending, error) {
	return db.Collect(ctx, tx, "endings of editions", scanEnding, sqlEndings, editionsMax)
}

func insertEnding(ctx context.Context, tx *db.Tx, e Ending) error {
	_, err := tx.Exec(ctx, sqlInsertEnding, string(e.ID), e.Digest, e.Scheme, e.Edition, e.Jurisdiction, e.Last.String(), e.Reason, string(e.State),
		string(e.Proposed.Person), e.Proposed.Name, e.Proposed.Mandate, db.Micros(e.Proposed.At))
	return err
}

// updateEnding writes what was decided; somebody else may have been first.
func updateEnding(ctx context.Context, tx *db.Tx, e Ending) error {
	n, err := tx.Exec(ctx, sqlUpdateEnding, string(e.ID), string(e.State), string(e.Decided.Person), e.Decided.Name, e.Decided.Mandate, db.Micros(e.Decided.At), string(e.Leaf))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "casework.changed_meanwhile")
	}
	return err
}

// countByStage counts the cases of an edition that go on: drafts, which stand at the start without a step, and the others
// by their stage.
func countByStage(ctx context.Context, tx *db.Tx, digest, start string) (drafts int, at map[string]int, err error) {
	at = map[string]int{}
	_, err = db.Collect(ctx, tx, "cases of an edition", func(scan func(...any) error) (stage string, err error) {
		var begun, n int
		if err = scan(&stage, &begun, &n); err != nil {
			return "", err
		}
		if stage == start && begun == 0 {
			drafts += n
		} else {
			at[stage] += n
		}
		return stage, nil
	}, sqlByStage, digest, 2*editionsMax)
	return drafts, at, err
}
