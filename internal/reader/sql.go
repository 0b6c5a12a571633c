package reader

import (
	"context"
	"encoding/json"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

const (
	sqlInsertDocument = `
INSERT INTO document (id, digest, name, title, taken_by, taken_at, reading, text, articles, published_by, indexed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', FALSE)`

	sqlByDigest = `SELECT id FROM document WHERE digest = $1 ORDER BY id LIMIT 1`

	documentColumns = `d.id, d.digest, d.name, d.title, d.taken_by, d.taken_at, d.reading, d.articles, d.published_by,
  (SELECT count(*) FROM document_finding f WHERE f.document = d.id AND f.state = 'waiting'),
  (SELECT count(*) FROM document_finding f WHERE f.document = d.id)`

	sqlDocument = `SELECT ` + documentColumns + ` FROM document d WHERE d.id = $1 ORDER BY d.id LIMIT 1`

	sqlText = `SELECT text FROM document WHERE id = $1 ORDER BY id LIMIT 1`

	documentWhere = `
FROM document d
WHERE ($1 = '' OR lower(d.title) LIKE $1 ESCAPE '\' OR lower(d.name) LIKE $1 ESCAPE '\')
  AND ($2 = '' OR $2 = 'public' AND d.published_by <> ''
    OR $2 = 'open' AND EXISTS (SELECT 1 FROM document_finding f WHERE f.document = d.id AND f.state = 'waiting')
    OR $2 = 'done' AND NOT EXISTS (SELECT 1 FROM document_finding f WHERE f.document = d.id AND f.state = 'waiting'))`

	sqlDocumentsNewest = `SELECT ` + documentColumns + documentWhere + ` ORDER BY d.taken_at DESC, d.id DESC LIMIT $3 OFFSET $4`
	sqlDocumentsOldest = `SELECT ` + documentColumns + documentWhere + ` ORDER BY d.taken_at, d.id LIMIT $3 OFFSET $4`
	sqlDocumentsTitle  = `SELECT ` + documentColumns + documentWhere + ` ORDER BY d.title, d.id LIMIT $3 OFFSET $4`
	sqlCountDocuments  = `SELECT count(*) FROM (SELECT d.id ` + documentWhere + ` ORDER BY d.id LIMIT $3) AS few ORDER BY 1 LIMIT 1`

	sqlPublish  = `UPDATE document SET published_by = $2 WHERE id = $1`
	sqlArticles = `UPDATE document SET articles = $2 WHERE id = $1`

	sqlInsertFinding = `
INSERT INTO document_finding (document, no, article, kind, span_from, span_to, quote, data, state, reason, decided_by, decided_at, became, corrected)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', '', NULL, '', '')`

	findingColumns = `document, no, article, kind, span_from, span_to, quote, data, state, reason, decided_by, decided_at, became, corrected`

	sqlFinding = `SELECT ` + findingColumns + ` FROM document_finding WHERE document = $1 AND no = $2 ORDER BY no LIMIT 1`

	sqlFindings = `SELECT ` + findingColumns + ` FROM document_finding WHERE document = $1 ORDER BY no LIMIT $2`

	sqlFindingsIn = `
SELECT ` + findingColumns + ` FROM document_finding
WHERE document = $1 AND span_from >= $2 AND span_from < $3 AND state <> 'rejected' ORDER BY no LIMIT $4`

	sqlDecide = `
UPDATE document_finding SET state = $3, reason = $4, decided_by = $5, decided_at = $6, became = $7, corrected = $8
WHERE document = $1 AND no = $2 AND state = $9`

	sqlInsertStep = `INSERT INTO document_step (document, no, at, act, done_by, reason, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	sqlSteps = `SELECT no, at, act, done_by, reason FROM document_step WHERE document = $1 ORDER BY at, no LIMIT $2`
)

const findsInMax = 100 // findings of one passage

// reading is what is kept of how a document was read.
type reading struct {
	Warnings []string         `json:"warnings"`
	Repairs  []extract.Repair `json:"repairs"`
	Noise    []extract.Noise  `json:"noise"`
	Encoding string           `json:"encoding"`
	Format   extract.Format   `json:"format,omitempty"`
	Mends    []extract.Mend   `json:"mends,omitempty"`
}

func insertDocument(ctx context.Context, tx *db.Tx, d Document, text string) error {
	r, err := json.Marshal(reading{d.Warnings, d.Repairs, d.Noise, d.Encoding, d.Format, d.Mends})
	if err != nil {
		return err
	}
	a, err := json.Marshal(d.Articles)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertDocument, d.ID, d.Digest, d.Name, d.Title, d.By, db.Micros(d.At), string(r), text, string(a))
	return err
}

func selectByDigest(ctx context.Context, tx *db.Tx, digest string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlByDigest, digest).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

func scanDocument(scan func(...any) error) (d Document, err error) {
	var at int64
	var read, articles string
	if err := scan(&d.ID, &d.Digest, &d.Name, &d.Title, &d.By, &at, &read, &articles, &d.PublishedBy, &d.Open, &d.Total); err != nil {
		return d, err
	}
	d.At = db.Time(at)
	var r reading
	if err := json.Unmarshal([]byte(read), &r); err != nil {
		return d, err
	}
	d.Warnings, d.Repairs, d.Noise, d.Encoding, d.Format, d.Mends = r.Warnings, r.Repairs, r.Noise, r.Encoding, r.Format, r.Mends
	return d, json.Unmarshal([]byte(articles), &d.Articles)
}

func selectDocument(ctx context.Context, tx *db.Tx, id unit.ID) (Document, error) {
	d, err := scanDocument(tx.QueryRow(ctx, sqlDocument, id).Scan)
	if db.NoRows(err) {
		return d, fault.New(fault.NotFound, "reader.unknown")
	}
	return d, err
}

func selectText(ctx context.Context, tx *db.Tx, id unit.ID) (text string, err error) {
	err = tx.QueryRow(ctx, sqlText, id).Scan(&text)
	return text, err
}

// pattern is a text as a LIKE pattern with \ as its escape, "" for no text.
func pattern(s string) string {
	if s = strings.ToLower(strings.TrimSpace(s)); s == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

func selectDocuments(ctx context.Context, tx *db.Tx, q Query) (all []Document, total int, err error) {
	like := pattern(q.Text)
	if err := tx.QueryRow(ctx, sqlCountDocuments, like, q.State, documentsMax).Scan(&total); err != nil {
		return nil, 0, err
	}
	query := sqlDocumentsNewest
	switch q.Order {
	case Oldest:
		query = sqlDocumentsOldest
	case ByTitle:
		query = sqlDocumentsTitle
	}
	all, err = collect(ctx, tx, scanDocument, query, like, q.State, documentPage, (max(q.Page, 1)-1)*documentPage)
	return all, total, err
}

func updatePublished(ctx context.Context, tx *db.Tx, id unit.ID, by string) error {
	_, err := tx.Exec(ctx, sqlPublish, id, by)
	return err
}

func updateArticles(ctx context.Context, tx *db.Tx, d Document) error {
	a, err := json.Marshal(d.Articles)
	if err == nil {
		_, err = tx.Exec(ctx, sqlArticles, d.ID, string(a))
	}
	return err
}

func insertFinding(ctx context.Context, tx *db.Tx, f Finding) error {
	b, err := f.stored()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertFinding, f.Document, f.No, f.Article, string(f.Kind), f.From, f.To, f.Quote, b)
	return err
}

func scanFinding(scan func(...any) error) (f Finding, err error) {
	var b, corrected string
	var at *int64
	err = scan(&f.Document, &f.No, &f.Article, &f.Kind, &f.From, &f.To, &f.Quote, &b, &f.State, &f.Reason, &f.By, &at, &f.Became, &corrected)
	if err != nil {
		return f, err
	}
	if at != nil {
		f.At = db.Time(*at)
	}
	var s stored
	if err := json.Unmarshal([]byte(b), &s); err != nil {
		return f, err
	}
	f.Sentence, f.Said = s.Sentence, s.Said
	if corrected != "" {
		f.Read = &s.Said
		f.Said = Said{}
		err = json.Unmarshal([]byte(corrected), &f.Said)
	}
	return f, err
}

func selectFinding(ctx context.Context, tx *db.Tx, document unit.ID, no int) (Finding, error) {
	f, err := scanFinding(tx.QueryRow(ctx, sqlFinding, document, no).Scan)
	if db.NoRows(err) {
		return f, fault.New(fault.NotFound, "reader.finding_unknown", "no", no)
	}
	return f, err
}

func selectFindings(ctx context.Context, tx *db.Tx, document unit.ID) ([]Finding, error) {
	return collect(ctx, tx, scanFinding, sqlFindings, document, findsMax)
}

func selectFindingsIn(ctx context.Context, tx *db.Tx, document unit.ID, from, to int) ([]Finding, error) {
	return collect(ctx, tx, scanFinding, sqlFindingsIn, document, from, to, findsInMax)
}

func updateFinding(ctx context.Context, tx *db.Tx, f Finding, was State) error {
	corrected, err := f.correction()
	if err != nil {
		return err
	}
	var at any
	if !f.At.IsZero() {
		at = db.Micros(f.At)
	}
	n, err := tx.Exec(ctx, sqlDecide, f.Document, f.No, string(f.State), f.Reason, f.By, at, f.Became, corrected, string(was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "reader.decided", "by", f.By)
	}
	return err
}

func insertStep(ctx context.Context, tx *db.Tx, f Finding, s Step) error {
	data, err := f.correction()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertStep, f.Document, f.No, db.Micros(s.At), s.Act, s.By, s.Reason, data)
	return err
}

func selectSteps(ctx context.Context, tx *db.Tx, document unit.ID) ([]Step, error) {
	return collect(ctx, tx, func(scan func(...any) error) (s Step, err error) {
		var at int64
		err = scan(&s.No, &at, &s.Act, &s.By, &s.Reason)
		s.At = db.Time(at)
		return s, err
	}, sqlSteps, document, stepsMax)
}

func collect[T any](ctx context.Context, tx *db.Tx, one func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
