package agreement

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsertAmendment = `
INSERT INTO agreement_amendment (id, agreement, wording, was, reason, state, party, person, node, was_digest, digest, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`

const amendmentColumns = `m.id, m.agreement, m.wording, m.was, m.reason, m.state, m.party, m.person, m.node, m.was_digest, m.digest, m.made_at, m.decided_at`

const sqlAmendment = `SELECT ` + amendmentColumns + ` FROM agreement_amendment m WHERE m.id = $1 ORDER BY m.id LIMIT 1`

const sqlOpenAmendment = `
SELECT ` + amendmentColumns + ` FROM agreement_amendment m WHERE m.agreement = $1 AND m.state = 'open' ORDER BY m.id LIMIT 1`

const sqlAmendmentByDigest = `
SELECT ` + amendmentColumns + ` FROM agreement_amendment m
WHERE m.agreement = $1 AND m.digest = $2 AND m.state IN ('open', 'withdrawn') ORDER BY CASE m.state WHEN 'open' THEN 0 ELSE 1 END, m.id DESC LIMIT 1`

const sqlAmendments = `
SELECT ` + amendmentColumns + ` FROM agreement_amendment m WHERE m.agreement = $1 ORDER BY m.id DESC LIMIT $2`

// sqlDecideAmendment: what was withdrawn can still be agreed to by a signature that was on its way.
const sqlDecideAmendment = `
UPDATE agreement_amendment SET state = $2, decided_at = $3 WHERE id = $1 AND (state = 'open' OR state = 'withdrawn' AND $2 = 'agreed')`

const sqlReword = `
UPDATE agreement SET title = $2, fields = $3, clauses = $4, valid_from = $5, valid_until = $6, text = $7,
       document_digest = CASE WHEN $7 = '' THEN document_digest ELSE $8 END, span_to = $9, quote = $10, version = version + 1 WHERE id = $1`

const sqlSentences = `
SELECT t.id, t.sentence FROM agreement_task t WHERE t.agreement = $1 AND t.sentence <> '' AND t.id > $2 ORDER BY t.id LIMIT $3`

const sqlRespan = `UPDATE agreement_task SET span_from = $2, span_to = $3 WHERE id = $1`

const sentencesPage = 500

func insertAmendment(ctx context.Context, tx *db.Tx, m Amendment) (first bool, err error) {
	to, err1 := json.Marshal(m.To)
	was, err2 := json.Marshal(m.Was)
	if err := errors.Join(err1, err2); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, sqlInsertAmendment, m.ID, m.Agreement, string(to), string(was), m.Reason, m.State, m.Party, m.By, m.Node, m.WasDigest, m.Digest, db.Micros(m.At))
	return n == 1, err
}

func scanAmendment(row scanner) (m Amendment, err error) {
	var to, was string
	var at int64
	var decided *int64
	if err = row.Scan(&m.ID, &m.Agreement, &to, &was, &m.Reason, &m.State, &m.Party, &m.By, &m.Node, &m.WasDigest, &m.Digest, &at, &decided); err != nil {
		return m, err
	}
	m.At, m.Decided = db.Time(at), timeOf(decided)
	return m, errors.Join(json.Unmarshal([]byte(to), &m.To), json.Unmarshal([]byte(was), &m.Was))
}

func selectAmendment(ctx context.Context, tx *db.Tx, id unit.ID) (Amendment, error) {
	m, err := scanAmendment(tx.QueryRow(ctx, sqlAmendment, id))
	if db.NoRows(err) {
		return m, fault.New(fault.NotFound, "agreement.amend_unknown")
	}
	return m, err
}

// openAmendmentOf is the open amendment of an agreement; the zero one when there is none.
func openAmendmentOf(ctx context.Context, tx *db.Tx, id unit.ID) (Amendment, error) {
	m, err := scanAmendment(tx.QueryRow(ctx, sqlOpenAmendment, id))
	if db.NoRows(err) {
		return Amendment{}, nil
	}
	return m, err
}

// amendmentByDigest is the amendment of an agreement that makes a text and can still hold; the zero one when there is none.
func amendmentByDigest(ctx context.Context, tx *db.Tx, id unit.ID, digest string) (Amendment, error) {
	m, err := scanAmendment(tx.QueryRow(ctx, sqlAmendmentByDigest, id, digest))
	if db.NoRows(err) {
		return Amendment{}, nil
	}
	return m, err
}

func selectAmendments(ctx context.Context, tx *db.Tx, id unit.ID) ([]Amendment, error) {
	return collect(ctx, tx, scanAmendment, sqlAmendments, id, amendmentsMax)
}

func decideAmendment(ctx context.Context, tx *db.Tx, m Amendment, state string) error {
	n, err := tx.Exec(ctx, sqlDecideAmendment, m.ID, state, db.Micros(tx.Now()))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "agreement.change_decided")
	}
	return err
}

// reword writes the words of an agreement, and where the sentences of its tasks stand in its own new text. A sentence that
// is no longer there keeps its words and has no place.
func reword(ctx context.Context, tx *db.Tx, a Agreement) error {
	if _, err := tx.Exec(ctx, sqlReword, a.ID, a.Title, list(a.Fields), list(a.Clauses), a.From, a.Until, a.Text, a.Source.Digest, a.Source.To, a.Source.Quote); err != nil {
		return err
	}
	if a.Text == "" {
		return nil
	}
	type said struct {
		id       unit.ID
		sentence string
	}
	for last := unit.ID(""); ; {
		all, err := collect(ctx, tx, func(row scanner) (s said, err error) {
			err = row.Scan(&s.id, &s.sentence)
			return s, err
		}, sqlSentences, a.ID, string(last), sentencesPage)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, s := range all {
			from := strings.Index(a.Text, s.sentence)
			to := from + len(s.sentence)
			if from < 0 {
				from, to = 0, 0
			}
			if _, err := tx.Exec(ctx, sqlRespan, s.id, from, to); err != nil {
				return err
			}
			last = s.id
		}
	}
}
