package agreement

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsertProgress = `
INSERT INTO agreement_progress (id, task, month, done, next, problem, reached, person, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

const sqlReached = `
UPDATE agreement_task SET problem = $2, reached = CASE WHEN $3 = '' THEN reached ELSE $3 END WHERE id = $1`

const sqlProgress = `
SELECT p.id, p.month, p.done, p.next, p.problem, p.reached, p.person, p.made_at FROM agreement_progress p
WHERE p.task = $1 ORDER BY p.month DESC, p.id DESC LIMIT $2`

const sqlInsertEvidence = `
INSERT INTO agreement_evidence (id, task, title, place, digest, person, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`

const sqlEvidence = `
SELECT e.id, e.title, e.place, e.digest, e.person, e.made_at, e.withdrawn_at, e.withdrawn FROM agreement_evidence e
WHERE e.task = $1 ORDER BY e.id LIMIT $2`

const sqlAlso = `
SELECT t.code FROM agreement_evidence e JOIN agreement_task t ON t.id = e.task
WHERE e.digest = $1 AND e.task <> $2 AND e.withdrawn_at IS NULL AND NOT t.hidden ORDER BY t.code LIMIT $3`

const sqlWithdraw = `
UPDATE agreement_evidence SET withdrawn_at = $3, withdrawn = $4 WHERE task = $1 AND id = $2 AND withdrawn_at IS NULL`

const sqlInsertVerdict = `
INSERT INTO agreement_verdict (id, task, passed, note, party, person, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`

const sqlVoidVerdicts = `UPDATE agreement_verdict SET void_at = $2 WHERE task = $1 AND void_at IS NULL AND passed`

const sqlVerdicts = `
SELECT v.passed, v.note, v.party, v.person, v.made_at, v.void_at FROM agreement_verdict v WHERE v.task = $1 ORDER BY v.id LIMIT $2`

const sqlInsertChange = `
INSERT INTO agreement_change (id, task, content, was, reason, state, party, person, digest, version, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`

const changeColumns = `c.id, c.task, c.content, c.was, c.reason, c.state, c.party, c.person, c.digest, c.version, c.made_at, c.decided_at`

const sqlChange = `SELECT ` + changeColumns + ` FROM agreement_change c WHERE c.id = $1 ORDER BY c.id LIMIT 1`

const sqlChangeByDigest = `SELECT ` + changeColumns + ` FROM agreement_change c WHERE c.digest = $1 AND c.task = $2 ORDER BY c.id DESC LIMIT 1`

const sqlOpenChange = `SELECT ` + changeColumns + ` FROM agreement_change c WHERE c.task = $1 AND c.state = 'open' ORDER BY c.id LIMIT 1`

const sqlChanges = `SELECT ` + changeColumns + ` FROM agreement_change c WHERE c.task = $1 ORDER BY c.id DESC LIMIT $2`

// sqlDecideChange: what was withdrawn can still be agreed to by a consent that was on its way.
const sqlDecideChange = `
UPDATE agreement_change SET state = $2, decided_at = $3 WHERE id = $1 AND (state = 'open' OR state = 'withdrawn' AND $2 = 'agreed')`

const sqlInsertConsent = `INSERT INTO agreement_consent (change, party, yes, person, node, made_at) VALUES ($1, $2, $3, $4, $5, $6)`

const sqlConsents = `
SELECT s.party, s.yes, s.person, s.node, s.made_at FROM agreement_consent s WHERE s.change = $1 ORDER BY s.made_at, s.party LIMIT $2`

const sqlInsertSupervision = `
INSERT INTO agreement_supervision (id, task, step, reason, person, made_at, answer_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`

const sqlSupervisions = `
SELECT s.id, s.task, s.step, s.reason, s.person, s.made_at, s.answer_by, s.answer, s.answered_at FROM agreement_supervision s
WHERE s.task = $1 ORDER BY s.id DESC LIMIT $2`

const sqlAnswer = `
UPDATE agreement_supervision SET answer = $3, answered_by = $4, answered_at = $5 WHERE task = $1 AND id = $2 AND answered_at IS NULL`

const sqlSupervised = `
SELECT count(*) FROM agreement_supervision s WHERE s.task = $1 AND s.step = $2 AND s.made_at >= $3 ORDER BY 1 LIMIT 1`

func insertProgress(ctx context.Context, tx *db.Tx, id unit.ID, p Progress) error {
	if _, err := tx.Exec(ctx, sqlInsertProgress, p.ID, id, p.Month, p.Done, p.Next, p.Problem, p.Reached, p.By, db.Micros(p.At)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlReached, id, p.Problem, p.Reached)
	return err
}

func selectProgress(ctx context.Context, tx *db.Tx, id unit.ID) ([]Progress, error) {
	return collect(ctx, tx, func(row scanner) (p Progress, err error) {
		var at int64
		err = row.Scan(&p.ID, &p.Month, &p.Done, &p.Next, &p.Problem, &p.Reached, &p.By, &at)
		p.At = db.Time(at)
		return p, err
	}, sqlProgress, id, progressRows)
}

func insertEvidence(ctx context.Context, tx *db.Tx, id unit.ID, e Evidence) error {
	_, err := tx.Exec(ctx, sqlInsertEvidence, e.ID, id, e.Title, e.Place, e.Digest, e.By, db.Micros(e.At))
	return err
}

func selectEvidence(ctx context.Context, tx *db.Tx, id unit.ID) ([]Evidence, error) {
	all, err := collect(ctx, tx, func(row scanner) (e Evidence, err error) {
		var at int64
		var gone *int64
		err = row.Scan(&e.ID, &e.Title, &e.Place, &e.Digest, &e.By, &at, &gone, &e.Why)
		e.At, e.Withdrawn = db.Time(at), timeOf(gone)
		return e, err
	}, sqlEvidence, id, evidencesMax)
	for i := range all {
		if err != nil || all[i].Digest == "" {
			continue
		}
		all[i].Also, err = collect(ctx, tx, func(row scanner) (code string, err error) {
			err = row.Scan(&code)
			return code, err
		}, sqlAlso, all[i].Digest, id, evidencesMax)
	}
	return all, err
}

func withdrawEvidence(ctx context.Context, tx *db.Tx, id, evidence unit.ID, why string) (int64, error) {
	return tx.Exec(ctx, sqlWithdraw, id, evidence, db.Micros(tx.Now()), why)
}

func insertVerdict(ctx context.Context, tx *db.Tx, id unit.ID, v Verdict) error {
	_, err := tx.Exec(ctx, sqlInsertVerdict, unit.NewID(tx.Now()), id, v.Passed, v.Note, v.Party, v.By, db.Micros(v.At))
	return err
}

func voidVerdicts(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlVoidVerdicts, id, db.Micros(tx.Now()))
	return err
}

func selectVerdicts(ctx context.Context, tx *db.Tx, id unit.ID) ([]Verdict, error) {
	return collect(ctx, tx, func(row scanner) (v Verdict, err error) {
		var at int64
		var void *int64
		err = row.Scan(&v.Passed, &v.Note, &v.Party, &v.By, &at, &void)
		v.At, v.Void = db.Time(at), timeOf(void)
		return v, err
	}, sqlVerdicts, id, evidencesMax)
}

// insertChange writes an open change, unless the task has one; first says that it was written.
func insertChange(ctx context.Context, tx *db.Tx, c Change) (first bool, err error) {
	to, err := json.Marshal(c.To)
	if err != nil {
		return false, err
	}
	was, err := json.Marshal(c.Was)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, sqlInsertChange, c.ID, c.Task, string(to), string(was), c.Reason, c.State, c.Party, c.By, c.Digest, c.Version, db.Micros(c.At))
	return n == 1, err
}

func scanChange(row scanner) (c Change, err error) {
	var to, was string
	var at int64
	var decided *int64
	if err = row.Scan(&c.ID, &c.Task, &to, &was, &c.Reason, &c.State, &c.Party, &c.By, &c.Digest, &c.Version, &at, &decided); err != nil {
		return c, err
	}
	c.At, c.Decided = db.Time(at), timeOf(decided)
	if err = json.Unmarshal([]byte(to), &c.To); err == nil {
		err = json.Unmarshal([]byte(was), &c.Was)
	}
	return c, err
}

func selectChange(ctx context.Context, tx *db.Tx, id unit.ID) (Change, error) {
	c, err := scanChange(tx.QueryRow(ctx, sqlChange, id))
	if db.NoRows(err) {
		return c, fault.New(fault.NotFound, "agreement.change_unknown")
	}
	if err == nil {
		c.Consents, err = selectConsents(ctx, tx, id)
	}
	return c, err
}

// changeByDigest finds the change of a task that has been agreed to elsewhere; the zero change when there is none.
func changeByDigest(ctx context.Context, tx *db.Tx, digest string, task unit.ID) (Change, error) {
	c, err := scanChange(tx.QueryRow(ctx, sqlChangeByDigest, digest, task))
	if db.NoRows(err) {
		return Change{}, nil
	}
	if err == nil {
		c.Consents, err = selectConsents(ctx, tx, c.ID)
	}
	return c, err
}

func openChange(ctx context.Context, tx *db.Tx, task unit.ID) (Change, error) {
	c, err := scanChange(tx.QueryRow(ctx, sqlOpenChange, task))
	if db.NoRows(err) {
		return Change{}, nil
	}
	return c, err
}

func selectChanges(ctx context.Context, tx *db.Tx, task unit.ID) ([]Change, error) {
	all, err := collect(ctx, tx, scanChange, sqlChanges, task, changesMax)
	for i := range all {
		if err == nil {
			all[i].Consents, err = selectConsents(ctx, tx, all[i].ID)
		}
	}
	return all, err
}

func decideChange(ctx context.Context, tx *db.Tx, c Change) error {
	n, err := tx.Exec(ctx, sqlDecideChange, c.ID, c.State, db.Micros(tx.Now()))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "agreement.change_decided")
	}
	return err
}

func insertConsent(ctx context.Context, tx *db.Tx, change unit.ID, s Consent) error {
	_, err := tx.Exec(ctx, sqlInsertConsent, change, s.Party, s.Yes, s.By, s.Node, db.Micros(s.At))
	return err
}

func selectConsents(ctx context.Context, tx *db.Tx, change unit.ID) ([]Consent, error) {
	return collect(ctx, tx, func(row scanner) (s Consent, err error) {
		var at int64
		err = row.Scan(&s.Party, &s.Yes, &s.By, &s.Node, &at)
		s.At = db.Time(at)
		return s, err
	}, sqlConsents, change, partiesMax)
}

func insertSupervision(ctx context.Context, tx *db.Tx, s Supervision) error {
	_, err := tx.Exec(ctx, sqlInsertSupervision, s.ID, s.Task, s.Step, s.Reason, s.By, db.Micros(s.At), s.AnswerBy)
	return err
}

func selectSupervisions(ctx context.Context, tx *db.Tx, id unit.ID) ([]Supervision, error) {
	return collect(ctx, tx, func(row scanner) (s Supervision, err error) {
		var at int64
		var answered *int64
		err = row.Scan(&s.ID, &s.Task, &s.Step, &s.Reason, &s.By, &at, &s.AnswerBy, &s.Answer, &answered)
		s.At, s.Answered = db.Time(at), timeOf(answered)
		return s, err
	}, sqlSupervisions, id, progressRows)
}

func answerSupervision(ctx context.Context, tx *db.Tx, id, supervision unit.ID, text, person string) (int64, error) {
	return tx.Exec(ctx, sqlAnswer, id, supervision, text, person, db.Micros(tx.Now()))
}

func supervisedSince(ctx context.Context, tx *db.Tx, id unit.ID, step string, micros int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, sqlSupervised, id, step, micros).Scan(&n)
	return n > 0, err
}
