package reader

import (
	"context"

	"corridor/internal/db"
)

const (
	sqlAuditGrams = `
SELECT p.document, p.no FROM document_paragraph p
WHERE length(p.plain) > 1 AND NOT EXISTS (SELECT 1 FROM document_gram g WHERE g.paragraph = p.id) ORDER BY p.id LIMIT $1`

	// A finding decided before steps were kept has none.
	sqlAuditSteps = `
SELECT f.document, f.no FROM document_finding f
JOIN document_step s ON s.document = f.document AND s.no = f.no
  AND s.at = (SELECT max(x.at) FROM document_step x WHERE x.document = f.document AND x.no = f.no)
WHERE f.state <> CASE s.act WHEN 'undone' THEN 'waiting' WHEN 'rejected' THEN 'rejected' ELSE 'accepted' END OR s.data <> f.corrected
ORDER BY f.document, f.no LIMIT $1`

	sqlAuditTold = `
SELECT s.id, s.said FROM subject s
WHERE (s.said, s.said_in, s.shown, s.shown_in) <> (` + talliesOf + `s.id)
ORDER BY s.id LIMIT $1`

	sqlAuditMentions = `
SELECT m.document, m.no FROM subject_mention m
WHERE NOT EXISTS (SELECT 1 FROM document_finding f WHERE f.document = m.document AND f.no = m.no)
ORDER BY m.document, m.no LIMIT $1`

	sqlPlain = `
SELECT p.id, p.text, p.plain, (SELECT count(*) FROM document_gram g WHERE g.paragraph = p.id)
FROM document_paragraph p WHERE p.id > $1 ORDER BY p.id LIMIT $2`
)

// plainAtOnce is how many paragraphs an audit looks at in one statement.
const plainAtOnce = 500

func selectAudit(ctx context.Context, tx *db.Tx, query string) ([][2]string, error) {
	return collect(ctx, tx, func(scan func(...any) error) (l [2]string, err error) {
		err = scan(&l[0], &l[1])
		return l, err
	}, query, auditMax)
}

// plainRow is a paragraph with how many pairs the index has of it.
type plainRow struct {
	id          int64
	text, plain string
	pairs       int
}

func selectPlain(ctx context.Context, tx *db.Tx, after int64) ([]plainRow, error) {
	return collect(ctx, tx, func(scan func(...any) error) (p plainRow, err error) {
		err = scan(&p.id, &p.text, &p.plain, &p.pairs)
		return p, err
	}, sqlPlain, after, plainAtOnce)
}
