package federation

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const recognitionColumns = `id, list, kind, source, what, since, until, basis, verified, ends, state, asked_by, asked_name, asked_at, by_name, decided_at, leaf`

const (
	sqlRecognition       = `SELECT ` + recognitionColumns + ` FROM federation_recognition WHERE id = $1 ORDER BY id LIMIT 1`
	sqlRecognitions      = `SELECT ` + recognitionColumns + ` FROM federation_recognition ORDER BY asked_at DESC, id DESC LIMIT $1`
	sqlRecognitionsOf    = `SELECT ` + recognitionColumns + ` FROM federation_recognition WHERE list = $1 AND state = 'adopted' AND ends = '' ORDER BY since, id LIMIT $2`
	sqlRecognitionsFor   = `SELECT ` + recognitionColumns + ` FROM federation_recognition WHERE state = 'adopted' AND ends = '' AND ($1 = '' OR kind = $1) ORDER BY since, id LIMIT $2`
	sqlRecognitionInsert = `
INSERT INTO federation_recognition (` + recognitionColumns + `, by_person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '')`
	sqlRecognitionUpdate = `UPDATE federation_recognition SET state = $2, by_person = $3, by_name = $4, decided_at = $5, leaf = $6 WHERE id = $1 AND state = 'proposed'`
	sqlRecognitionUntil  = `UPDATE federation_recognition SET until = $2 WHERE id = $1 AND state = 'adopted'`

	sqlCertificateInsert = `
INSERT INTO federation_certificate (origin, idx, org, label, level, issuer, since, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (origin, idx) DO NOTHING`
	sqlCertificates = `
SELECT c.origin, c.idx, c.org, c.label, c.level, c.issuer, c.since, c.until, COALESCE(b.day, '')
FROM federation_certificate c
LEFT JOIN federation_withdrawal w ON w.origin = c.origin AND w.idx = c.idx
LEFT JOIN federation_leaf b ON b.origin = w.origin AND b.idx = w.by_idx
WHERE c.org = $1 AND ($2 = '' OR c.label = $2) AND ($3 = '' OR c.origin = $3) ORDER BY c.since DESC, c.origin, c.idx LIMIT 500`
	sqlPublicWithdrawn = `SELECT withdrawn FROM v_public_leaf WHERE origin = $1 AND idx = $2 ORDER BY idx LIMIT 1`

	sqlCertified       = `SELECT leaf, ended FROM federation_certified WHERE label_id = $1 ORDER BY label_id LIMIT 1`
	sqlCertifiedInsert = `INSERT INTO federation_certified (label_id, org, leaf, at, ended) VALUES ($1, $2, $3, $4, FALSE)`
	sqlCertifiedEnd    = `UPDATE federation_certified SET ended = TRUE WHERE label_id = $1`
)

func scanRecognition(scan func(...any) error) (r Recognition, err error) {
	var asked, decided int64
	err = scan((*string)(&r.ID), &r.List, &r.Kind, &r.From, &r.What, &r.Since, &r.Until, &r.Basis, &r.Verified, (*string)(&r.Ends), &r.State,
		(*string)(&r.Proposer), &r.By, &asked, &r.Decider, &decided, (*string)(&r.Leaf))
	r.Asked, r.Decided = timeOf(asked), timeOf(decided)
	return r, err
}

func selectRecognition(ctx context.Context, tx *db.Tx, id unit.ID) (Recognition, error) {
	r, err := scanRecognition(tx.QueryRow(ctx, sqlRecognition, string(id)).Scan)
	if db.NoRows(err) {
		return r, fault.New(fault.NotFound, "federation.no_request")
	}
	return r, err
}

func selectRecognitions(ctx context.Context, tx *db.Tx, most int) ([]Recognition, error) {
	return db.Collect(ctx, tx, "what is recognised", scanRecognition, sqlRecognitions, most)
}

func selectRecognitionsOf(ctx context.Context, tx *db.Tx, list string, most int) ([]Recognition, error) {
	return db.Collect(ctx, tx, "what stands on list "+list, scanRecognition, sqlRecognitionsOf, list, most)
}

// selectRecognitionsFor are the entries of a kind, "" for all.
func selectRecognitionsFor(ctx context.Context, tx *db.Tx, kind string, most int) ([]Recognition, error) {
	return db.Collect(ctx, tx, "what is recognised", scanRecognition, sqlRecognitionsFor, kind, most)
}

func insertRecognition(ctx context.Context, tx *db.Tx, r Recognition) error {
	_, err := tx.Exec(ctx, sqlRecognitionInsert, string(r.ID), r.List, r.Kind, r.From, r.What, r.Since.String(), r.Until.String(), r.Basis, r.Verified, string(r.Ends), r.State,
		string(r.Proposer), r.By, microsOf(r.Asked), r.Decider, microsOf(r.Decided), string(r.Leaf))
	return err
}

func updateRecognition(ctx context.Context, tx *db.Tx, r Recognition, by unit.ID) error {
	n, err := tx.Exec(ctx, sqlRecognitionUpdate, string(r.ID), r.State, string(by), r.Decider, microsOf(r.Decided), string(r.Leaf))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "federation.decided")
	}
	return err
}

func updateRecognitionUntil(ctx context.Context, tx *db.Tx, id unit.ID, until unit.Day) error {
	_, err := tx.Exec(ctx, sqlRecognitionUntil, string(id), until.String())
	return err
}

func insertCertificate(ctx context.Context, tx *db.Tx, c Certificate) error {
	_, err := tx.Exec(ctx, sqlCertificateInsert, c.Origin, c.Index, c.Org, c.Label, c.Level, c.Issuer, c.Since.String(), c.Until.String())
	return err
}

// selectCertificates are those of an organisation: of one log and one label, or "" for all.
func selectCertificates(ctx context.Context, tx *db.Tx, origin, org, label string) ([]Certificate, error) {
	return db.Collect(ctx, tx, "certificates of "+org, func(scan func(...any) error) (c Certificate, err error) {
		err = scan(&c.Origin, &c.Index, &c.Org, &c.Label, &c.Level, &c.Issuer, &c.Since, &c.Until, &c.Ended)
		return c, err
	}, sqlCertificates, org, label, origin)
}

// selectPublic says whether a public leaf is withdrawn; one that is not here is not.
func selectPublic(ctx context.Context, tx *db.Tx, origin string, index int64) (withdrawn bool, err error) {
	err = tx.QueryRow(ctx, sqlPublicWithdrawn, origin, index).Scan(&withdrawn)
	if db.NoRows(err) {
		return false, nil
	}
	return withdrawn, err
}

func selectCertified(ctx context.Context, tx *db.Tx, label unit.ID) (leaf unit.ID, ended bool, err error) {
	err = tx.QueryRow(ctx, sqlCertified, string(label)).Scan((*string)(&leaf), &ended)
	if db.NoRows(err) {
		return "", false, nil
	}
	return leaf, ended, err
}

func insertCertified(ctx context.Context, tx *db.Tx, label unit.ID, org string, leaf unit.ID) error {
	_, err := tx.Exec(ctx, sqlCertifiedInsert, string(label), org, string(leaf), db.Micros(tx.Now()))
	return err
}

func updateCertified(ctx context.Context, tx *db.Tx, label unit.ID) error {
	_, err := tx.Exec(ctx, sqlCertifiedEnd, string(label))
	return err
}

const sqlCertificateAt = `SELECT count(*) FROM federation_certificate WHERE origin = $1 AND idx = $2 ORDER BY 1 LIMIT 1`

// hasCertificate says whether a leaf of a neighbour gave an organisation a label.
func hasCertificate(ctx context.Context, tx *db.Tx, origin string, index int64) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlCertificateAt, origin, index).Scan(&n)
	return n > 0, err
}
