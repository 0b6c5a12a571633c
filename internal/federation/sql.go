package federation

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlOriginPut = `
INSERT INTO node_setting (name, value) VALUES ('log.origin', $1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value`

	sqlPeer    = `SELECT code, origin, size, checkpoint, seen_at, problem, problem_at FROM federation_peer WHERE code = $1 ORDER BY code LIMIT 1`
	sqlPeerPut = `
INSERT INTO federation_peer (code, origin, size, checkpoint, seen_at, problem, problem_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (code) DO UPDATE SET origin = excluded.origin, size = excluded.size, checkpoint = excluded.checkpoint,
  seen_at = excluded.seen_at, problem = excluded.problem, problem_at = excluded.problem_at`

	sqlLeafInsert = `INSERT INTO federation_leaf (origin, idx, kind, day, fields, leaf) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlLeaf       = `SELECT origin, idx, kind, day, fields, leaf FROM federation_leaf WHERE origin = $1 AND idx = $2 ORDER BY idx LIMIT 1`

	sqlHash       = `SELECT hash FROM federation_hash WHERE origin = $1 AND idx = $2 ORDER BY idx LIMIT 1`
	sqlHashInsert = `INSERT INTO federation_hash (origin, idx, hash) VALUES ($1, $2, $3)`

	sqlEvidenceInsert = `
INSERT INTO federation_evidence (id, code, at, problem, had, got)
SELECT $1, $2, $3, $4, $5, $6
WHERE NOT EXISTS (SELECT 1 FROM federation_evidence WHERE code = $2 AND problem = $4 AND got = $6)`
	sqlEvidence = `SELECT id, at, problem, had, got FROM federation_evidence WHERE code = $1 ORDER BY at DESC, id DESC LIMIT $2`
)

// peerRow is a line of federation_peer. It never leaves this room.
type peerRow struct {
	code, origin, checkpoint, problem string
	size, seenAt, problemAt           int64
}

func putOrigin(ctx context.Context, tx *db.Tx, origin string) error {
	_, err := tx.Exec(ctx, sqlOriginPut, origin)
	return err
}

// selectPeer is the zero row for a neighbour that was never followed.
func selectPeer(ctx context.Context, tx *db.Tx, code string) (r peerRow, err error) {
	err = tx.QueryRow(ctx, sqlPeer, code).Scan(&r.code, &r.origin, &r.size, &r.checkpoint, &r.seenAt, &r.problem, &r.problemAt)
	if db.NoRows(err) {
		return peerRow{}, nil
	}
	return r, err
}

func putPeer(ctx context.Context, tx *db.Tx, r peerRow) error {
	_, err := tx.Exec(ctx, sqlPeerPut, r.code, r.origin, r.size, r.checkpoint, r.seenAt, r.problem, r.problemAt)
	return err
}

func insertLeaf(ctx context.Context, tx *db.Tx, l Leaf) error {
	_, err := tx.Exec(ctx, sqlLeafInsert, l.Origin, l.Index, l.Kind, l.Day.String(), string(l.Fields), l.Bytes)
	return err
}

func selectLeaf(ctx context.Context, tx *db.Tx, origin string, index int64) (l Leaf, err error) {
	var fields string
	err = tx.QueryRow(ctx, sqlLeaf, origin, index).Scan(&l.Origin, &l.Index, &l.Kind, &l.Day, &fields, &l.Bytes)
	if db.NoRows(err) {
		return l, fault.New(fault.NotFound, "federation.no_leaf", "origin", origin, "index", index)
	}
	l.Fields = []byte(fields)
	return l, err
}

func insertEvidence(ctx context.Context, tx *db.Tx, code, problem, had, got string) error {
	_, err := tx.Exec(ctx, sqlEvidenceInsert, string(unit.NewID(tx.Now())), code, db.Micros(tx.Now()), problem, had, got)
	return err
}

func selectEvidence(ctx context.Context, tx *db.Tx, code string) ([]Evidence, error) {
	rows, err := tx.Query(ctx, sqlEvidence, code, evidenceMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Evidence
	for rows.Next() {
		var e Evidence
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Problem, &e.Had, &e.Got); err != nil {
			return nil, err
		}
		e.At = db.Time(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// hashes is a neighbour's tree as tlog reads it, with what the present act adds.
type hashes struct {
	ctx    context.Context
	tx     *db.Tx
	origin string
	seen   map[int64]tlog.Hash
}

func newHashes(ctx context.Context, tx *db.Tx, origin string) *hashes {
	return &hashes{ctx, tx, origin, map[int64]tlog.Hash{}}
}

// ReadHashes is tlog.HashReader.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		have, ok := h.seen[at]
		if !ok {
			var b []byte
			err := h.tx.QueryRow(h.ctx, sqlHash, h.origin, at).Scan(&b)
			if err == nil && len(b) != tlog.HashSize {
				err = sql.ErrNoRows
			}
			if err != nil {
				return nil, fmt.Errorf("hash %d of %s: %w", at, h.origin, err)
			}
			have = tlog.Hash(b)
			h.seen[at] = have
		}
		out[i] = have
	}
	return out, nil
}

func (h *hashes) store(from int64, add []tlog.Hash) error {
	for i, x := range add {
		h.seen[from+int64(i)] = x
		if _, err := h.tx.Exec(h.ctx, sqlHashInsert, h.origin, from+int64(i), x[:]); err != nil {
			return fmt.Errorf("store hash %d of %s: %w", from+int64(i), h.origin, err)
		}
	}
	return nil
}
