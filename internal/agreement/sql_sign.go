package agreement

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const sqlInsertSignature = `
INSERT INTO agreement_signature (agreement, party, digest, name, person, node, leaf, signed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (agreement, party, digest) DO UPDATE
SET name = excluded.name, person = excluded.person, node = excluded.node, leaf = excluded.leaf, signed_at = excluded.signed_at`

const sqlSignatures = `
SELECT s.party, s.digest, s.name, s.person, s.node, s.leaf, s.signed_at, p.proof IS NOT NULL, COALESCE(p.via, '')
FROM agreement_signature s LEFT JOIN agreement_signature_proof p ON p.agreement = s.agreement AND p.party = s.party AND p.digest = s.digest
WHERE s.agreement = $1 ORDER BY s.signed_at, s.party LIMIT $2`

const sqlInsertSignatureProof = `
INSERT INTO agreement_signature_proof (agreement, party, digest, via, proof) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agreement, party, digest) DO NOTHING`

const sqlSignatureProof = `
SELECT p.proof FROM agreement_signature_proof p WHERE p.agreement = $1 AND p.party = $2 AND p.digest = $3 ORDER BY p.party LIMIT 1`

func insertSignatureProof(ctx context.Context, tx *db.Tx, id unit.ID, s Signature, via, proof string) error {
	_, err := tx.Exec(ctx, sqlInsertSignatureProof, id, s.Party, s.Digest, via, proof)
	return err
}

// selectSignatureProof is the letter by which a party elsewhere signed; "" is none.
func selectSignatureProof(ctx context.Context, tx *db.Tx, id unit.ID, party int, digest string) (proof string, err error) {
	err = tx.QueryRow(ctx, sqlSignatureProof, id, party, digest).Scan(&proof)
	if db.NoRows(err) {
		return "", nil
	}
	return proof, err
}

const sqlInsertShare = `INSERT INTO agreement_share (agreement, node, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

const sqlShares = `SELECT s.node FROM agreement_share s WHERE s.agreement = $1 ORDER BY s.node LIMIT $2`

func insertSignature(ctx context.Context, tx *db.Tx, id unit.ID, s Signature) error {
	_, err := tx.Exec(ctx, sqlInsertSignature, id, s.Party, s.Digest, s.Name, s.Person, s.Node, string(s.Leaf), db.Micros(s.At))
	return err
}

func selectSignatures(ctx context.Context, tx *db.Tx, id unit.ID) ([]Signature, error) {
	return collect(ctx, tx, func(row scanner) (s Signature, err error) {
		var at int64
		err = row.Scan(&s.Party, &s.Digest, &s.Name, &s.Person, &s.Node, &s.Leaf, &at, &s.Proved, &s.Via)
		s.At = db.Time(at)
		return s, err
	}, sqlSignatures, id, partiesMax*4)
}

func insertShare(ctx context.Context, tx *db.Tx, id unit.ID, node string) error {
	_, err := tx.Exec(ctx, sqlInsertShare, id, node, db.Micros(tx.Now()))
	return err
}

func selectShares(ctx context.Context, tx *db.Tx, id unit.ID) ([]string, error) {
	return collect(ctx, tx, func(row scanner) (node string, err error) {
		err = row.Scan(&node)
		return node, err
	}, sqlShares, id, partiesMax)
}

const sqlTakeState = `
UPDATE agreement_task SET done_at = $2, evidence = $3, verify_by = $4, problem = $5, submitted_by = $6, submission = $7 WHERE id = $1`

const sqlTakeEvidence = `
INSERT INTO agreement_evidence (id, task, title, place, digest, person, made_at, withdrawn_at, withdrawn)
VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8)`

// takeState writes how far a task of another node is.
func takeState(ctx context.Context, tx *db.Tx, t Task) error {
	var done *int64
	if t.State == StateDone {
		at := db.Micros(t.Done)
		done = &at
	}
	_, err := tx.Exec(ctx, sqlTakeState, t.ID, done, t.Evidence, t.VerifyBy, t.Problem, t.Submitted, string(t.Submission))
	return err
}

// takeEvidence writes evidence of another node as it stands there.
func takeEvidence(ctx context.Context, tx *db.Tx, task unit.ID, e Evidence) error {
	if err := e.check(); err != nil {
		return err
	}
	var gone *int64
	if !e.Stands() {
		at := db.Micros(e.Withdrawn)
		gone = &at
	}
	_, err := tx.Exec(ctx, sqlTakeEvidence, e.ID, task, e.Title, e.Place, e.Digest, db.Micros(e.At), gone, e.Why)
	return err
}
