package reader

import (
	"context"
	"strconv"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlNotIndexed = `SELECT ` + documentColumns + ` FROM document d WHERE d.indexed = FALSE ORDER BY d.id LIMIT $1`
	sqlIndexed    = `UPDATE document SET indexed = TRUE WHERE id = $1`

	sqlCountParagraphs = `SELECT count(*) FROM document_paragraph WHERE document = $1 ORDER BY 1 LIMIT 1`
	sqlLastParagraph   = `SELECT coalesce(max(id), 0) FROM document_paragraph ORDER BY 1 LIMIT 1`
	sqlInsertParagraph = `
INSERT INTO document_paragraph (id, document, no, article, heading, span_from, span_to, text, plain)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlInsertGrams = `INSERT INTO document_gram (gram, paragraph) VALUES `

	sqlCountGram = `
SELECT count(*) FROM (SELECT paragraph FROM document_gram WHERE gram = $1 ORDER BY paragraph LIMIT $2) AS few ORDER BY 1 LIMIT 1`

	passageWhere = `
FROM document_gram a JOIN document_gram b ON b.paragraph = a.paragraph JOIN document_paragraph p ON p.id = a.paragraph
JOIN document d ON d.id = p.document
WHERE a.gram = $1 AND b.gram = $2 AND p.plain LIKE $3 AND p.plain LIKE $4 AND p.plain LIKE $5 AND p.plain LIKE $6`

	sqlPassages = `SELECT p.no, p.article, p.heading, p.span_from, p.span_to, p.text, p.document, d.title` + passageWhere + `
ORDER BY a.paragraph DESC LIMIT $7 OFFSET $8`

	sqlCountPassages = `SELECT count(*) FROM (SELECT p.id` + passageWhere + ` ORDER BY a.paragraph DESC LIMIT $7) AS few ORDER BY 1 LIMIT 1`

	sqlParagraphs = `
SELECT no, article, heading, span_from, span_to, text FROM document_paragraph WHERE document = $1 ORDER BY no LIMIT $2`
)

const (
	paragraphsMax = 200_000 // of one document
	gramRows      = 200     // of one statement
)

func selectNotIndexed(ctx context.Context, tx *db.Tx) ([]Document, error) {
	return collect(ctx, tx, scanDocument, sqlNotIndexed, lateMax)
}

func updateIndexed(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlIndexed, id)
	return err
}

func countParagraphs(ctx context.Context, tx *db.Tx, id unit.ID) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountParagraphs, id).Scan(&n)
	return n, err
}

func insertParagraphs(ctx context.Context, tx *db.Tx, document unit.ID, all []Paragraph) error {
	var last int64
	if err := tx.QueryRow(ctx, sqlLastParagraph).Scan(&last); err != nil {
		return err
	}
	for _, p := range all {
		last++
		key := plain(p.Text)
		if _, err := tx.Exec(ctx, sqlInsertParagraph, last, document, p.No, p.Article, p.Heading, p.From, p.To, p.Text, key); err != nil {
			return err
		}
		for words := grams(key); len(words) > 0; {
			n := min(len(words), gramRows)
			var b strings.Builder
			args := make([]any, 0, 2*n)
			for i, w := range words[:n] {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString("($" + strconv.Itoa(2*i+1) + ", $" + strconv.Itoa(2*i+2) + ")")
				args = append(args, w, last)
			}
			if _, err := tx.Exec(ctx, sqlInsertGrams+b.String(), args...); err != nil {
				return err
			}
			words = words[n:]
		}
	}
	return nil
}

func countGram(ctx context.Context, tx *db.Tx, gram string) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountGram, gram, gramCountMax).Scan(&n)
	return n, err
}

func passageArgs(rare [2]string, terms []string) []any {
	args := []any{rare[0], rare[1]}
	for i := range termsMax {
		like := "%"
		if i < len(terms) {
			like = "%" + terms[i] + "%" // compared words have neither % nor _
		}
		args = append(args, like)
	}
	return args
}

func countPassages(ctx context.Context, tx *db.Tx, rare [2]string, terms []string) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountPassages, append(passageArgs(rare, terms), passagesMax)...).Scan(&n)
	return n, err
}

func scanParagraph(p *Paragraph) []any {
	return []any{&p.No, &p.Article, &p.Heading, &p.From, &p.To, &p.Text}
}

func selectPassages(ctx context.Context, tx *db.Tx, rare [2]string, terms []string, offset int) ([]Passage, error) {
	return collect(ctx, tx, func(scan func(...any) error) (p Passage, err error) {
		err = scan(append(scanParagraph(&p.Paragraph), &p.Document, &p.Title)...)
		return p, err
	}, sqlPassages, append(passageArgs(rare, terms), PassagePage, offset)...)
}

func selectParagraphs(ctx context.Context, tx *db.Tx, document unit.ID) ([]Paragraph, error) {
	return collect(ctx, tx, func(scan func(...any) error) (p Paragraph, err error) {
		err = scan(scanParagraph(&p)...)
		return p, err
	}, sqlParagraphs, document, paragraphsMax)
}
