package reader

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertClause = `
INSERT INTO document_clause (document, path, no, article, label, chapter, text, span_from, span_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (document, path) DO NOTHING`

	sqlClauses = `
SELECT path, article, label, chapter, text, span_from, span_to FROM document_clause WHERE document = $1 ORDER BY no LIMIT $2`

	sqlRegulations = `
SELECT d.id, d.title, d.published_by, (SELECT count(*) FROM document_clause c WHERE c.document = d.id)
FROM document d
WHERE EXISTS (SELECT 1 FROM document_clause c WHERE c.document = d.id) AND ($1 OR d.published_by <> '')
ORDER BY d.title, d.id LIMIT $2`

	sqlClauseSources = `SELECT key, document, told_by FROM clause_source ORDER BY key LIMIT $1`

	sqlClauseSourcePut = `
INSERT INTO clause_source (key, title, document, told_by, told_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE SET title = excluded.title, document = excluded.document, told_by = excluded.told_by, told_at = excluded.told_at`

	sqlClauseSourceDelete = `DELETE FROM clause_source WHERE key = $1`
)

const (
	regulationsMax = 1000
	sourcesMax     = 5000
)

func insertClause(ctx context.Context, tx *db.Tx, document unit.ID, no int, c Clause) error {
	_, err := tx.Exec(ctx, sqlInsertClause, document, c.Path, no, c.Article, c.Label, c.Chapter, c.Text, c.From, c.To)
	return err
}

func selectClauses(ctx context.Context, tx *db.Tx, document unit.ID) ([]Clause, error) {
	return collect(ctx, tx, func(scan func(...any) error) (c Clause, err error) {
		err = scan(&c.Path, &c.Article, &c.Label, &c.Chapter, &c.Text, &c.From, &c.To)
		return c, err
	}, sqlClauses, document, clausesMax)
}

func selectRegulations(ctx context.Context, tx *db.Tx, all bool) ([]Regulation, error) {
	return collect(ctx, tx, func(scan func(...any) error) (r Regulation, err error) {
		err = scan(&r.Document, &r.Title, &r.PublishedBy, &r.Clauses)
		return r, err
	}, sqlRegulations, all, regulationsMax)
}

// clauseSource is a document that a person named as the text of a source.
type clauseSource struct {
	document unit.ID
	by       string
}

func selectClauseSources(ctx context.Context, tx *db.Tx) (map[string]clauseSource, error) {
	type row struct {
		key string
		clauseSource
	}
	all, err := collect(ctx, tx, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.key, &r.document, &r.by)
		return r, err
	}, sqlClauseSources, sourcesMax)
	m := map[string]clauseSource{}
	for _, r := range all {
		m[r.key] = r.clauseSource
	}
	return m, err
}

func upsertClauseSource(ctx context.Context, tx *db.Tx, key, title string, document unit.ID, by string) error {
	_, err := tx.Exec(ctx, sqlClauseSourcePut, key, title, document, by, db.Micros(tx.Now()))
	return err
}

func deleteClauseSource(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, sqlClauseSourceDelete, key)
	return err
}
