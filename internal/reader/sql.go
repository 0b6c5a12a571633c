package reader

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

const sqlInsertDocument = `
INSERT INTO document (id, digest, name, title, taken_by, taken_at, reading, text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

const sqlByDigest = `SELECT id FROM document WHERE digest = $1 ORDER BY id LIMIT 1`

const documentColumns = `d.id, d.digest, d.name, d.title, d.taken_by, d.taken_at, d.reading,
  (SELECT count(*) FROM document_finding f WHERE f.document = d.id AND f.state = 'waiting'),
  (SELECT count(*) FROM document_finding f WHERE f.document = d.id)`

const sqlDocument = `SELECT ` + documentColumns + `, d.text FROM document d WHERE d.id = $1 ORDER BY d.id LIMIT 1`

const sqlDocuments = `SELECT ` + documentColumns + `, '' FROM document d ORDER BY d.taken_at DESC, d.id DESC LIMIT $1 OFFSET $2`

const sqlCountDocuments = `SELECT count(*) FROM document ORDER BY 1 LIMIT 1`

const sqlInsertFinding = `
INSERT INTO document_finding (document, no, article, kind, span_from, span_to, quote, data, state, reason, decided_by, decided_at, became)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', '', NULL, '')`

const findingColumns = `document, no, article, kind, span_from, span_to, quote, data, state, reason, decided_by, decided_at, became`

const sqlFinding = `SELECT ` + findingColumns + ` FROM document_finding WHERE document = $1 AND no = $2 ORDER BY no LIMIT 1`

const sqlFindings = `SELECT ` + findingColumns + ` FROM document_finding WHERE document = $1 ORDER BY no LIMIT $2`

const sqlDecide = `
UPDATE document_finding SET state = $3, reason = $4, decided_by = $5, decided_at = $6, became = $7
WHERE document = $1 AND no = $2 AND state = 'waiting'`

// reading is what is kept of how a document was read.
type reading struct {
	Warnings []string         `json:"warnings"`
	Repairs  []extract.Repair `json:"repairs"`
	Noise    []extract.Noise  `json:"noise"`
	Encoding string           `json:"encoding"`
}

func insertDocument(ctx context.Context, tx *db.Tx, d Document, text string) error {
	r, err := json.Marshal(reading{d.Warnings, d.Repairs, d.Noise, d.Encoding})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertDocument, d.ID, d.Digest, d.Name, d.Title, d.By, db.Micros(d.At), string(r), text)
	return err
}

func selectByDigest(ctx context.Context, tx *db.Tx, digest string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlByDigest, digest).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

type scanner interface{ Scan(...any) error }

func scanDocument(row scanner) (d Document, text string, err error) {
	var at int64
	var read string
	if err := row.Scan(&d.ID, &d.Digest, &d.Name, &d.Title, &d.By, &at, &read, &d.Open, &d.Total, &text); err != nil {
		return d, "", err
	}
	d.At = db.Time(at)
	var r reading
	err = json.Unmarshal([]byte(read), &r)
	d.Warnings, d.Repairs, d.Noise, d.Encoding = r.Warnings, r.Repairs, r.Noise, r.Encoding
	return d, text, err
}

func selectDocument(ctx context.Context, tx *db.Tx, id unit.ID) (Document, string, error) {
	d, text, err := scanDocument(tx.QueryRow(ctx, sqlDocument, id))
	if db.NoRows(err) {
		return d, "", fault.New(fault.NotFound, "reader.unknown")
	}
	return d, text, err
}

func selectDocuments(ctx context.Context, tx *db.Tx, offset int) (all []Document, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountDocuments).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, sqlDocuments, documentPage, offset)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		d, _, err := scanDocument(rows)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, d)
	}
	return all, total, rows.Err()
}

func insertFinding(ctx context.Context, tx *db.Tx, f Finding) error {
	b, err := f.data()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertFinding, f.Document, f.No, f.Article, string(f.Kind), f.From, f.To, f.Quote, b)
	return err
}

func scanFinding(row scanner) (f Finding, err error) {
	var b string
	var at *int64
	err = row.Scan(&f.Document, &f.No, &f.Article, &f.Kind, &f.From, &f.To, &f.Quote, &b, &f.State, &f.Reason, &f.By, &at, &f.Became)
	if err != nil {
		return f, err
	}
	if at != nil {
		f.At = db.Time(*at)
	}
	var d data
	err = json.Unmarshal([]byte(b), &d)
	f.Sentence, f.Agreement, f.Figure, f.Name, f.Role = d.Sentence, d.Agreement, d.Figure, d.Name, d.Role
	return f, err
}

func selectFinding(ctx context.Context, tx *db.Tx, document unit.ID, no int) (Finding, error) {
	f, err := scanFinding(tx.QueryRow(ctx, sqlFinding, document, no))
	if db.NoRows(err) {
		return f, fault.New(fault.NotFound, "reader.finding_unknown", "no", no)
	}
	return f, err
}

func selectFindings(ctx context.Context, tx *db.Tx, document unit.ID) ([]Finding, error) {
	rows, err := tx.Query(ctx, sqlFindings, document, findsMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Finding
	for rows.Next() {
		f, err := scanFinding(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

func updateFinding(ctx context.Context, tx *db.Tx, f Finding) error {
	n, err := tx.Exec(ctx, sqlDecide, f.Document, f.No, string(f.State), f.Reason, f.By, db.Micros(f.At), f.Became)
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "reader.decided", "by", f.By)
	}
	return err
}
