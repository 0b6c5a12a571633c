package federation

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	sqlPeer    = `SELECT code, origin, size, target, seen_at, problem, problem_at FROM federation_peer WHERE code = $1 ORDER BY code LIMIT 1`
	sqlPeerPut = `
INSERT INTO federation_peer (code, origin, size, target, seen_at, problem, problem_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (code) DO UPDATE SET origin = excluded.origin, size = excluded.size, target = excluded.target,
  seen_at = excluded.seen_at, problem = excluded.problem, problem_at = excluded.problem_at`
	sqlPeers = `SELECT code, origin, size, target, seen_at, problem, problem_at FROM federation_peer ORDER BY code LIMIT $1`

	sqlLeafInsert = `INSERT INTO federation_leaf (origin, idx, kind, day, fields, leaf) VALUES `
	sqlLeaf       = `
SELECT l.origin, l.idx, l.kind, l.day, l.fields, l.leaf, COALESCE(w.by_idx, -1)
FROM federation_leaf l LEFT JOIN federation_withdrawal w ON w.origin = l.origin AND w.idx = l.idx
WHERE l.origin = $1 AND l.idx = $2 ORDER BY l.idx LIMIT 1`
	sqlLeaves = `
SELECT l.origin, l.idx, l.kind, l.day, l.fields, l.leaf, COALESCE(w.by_idx, -1)
FROM federation_leaf l LEFT JOIN federation_withdrawal w ON w.origin = l.origin AND w.idx = l.idx
WHERE l.origin = $1 AND l.idx >= $2 ORDER BY l.idx LIMIT $3`
	sqlWithdrawalInsert = `
INSERT INTO federation_withdrawal (origin, idx, by_idx) VALUES ($1, $2, $3) ON CONFLICT (origin, idx) DO NOTHING`

	sqlTile    = `SELECT hashes FROM federation_tile WHERE origin = $1 AND level = $2 AND n = $3 ORDER BY n LIMIT 1`
	sqlTilePut = `
INSERT INTO federation_tile (origin, level, n, width, hashes) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (origin, level, n) DO UPDATE SET width = excluded.width, hashes = excluded.hashes`
	sqlTileCount = `
SELECT count(*), COALESCE(sum(width), 0) FROM federation_tile WHERE origin = $1 ORDER BY 1 LIMIT 1`

	sqlEvidenceInsert = `
INSERT INTO federation_evidence (id, code, at, problem, had, got, proof)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT 1 FROM federation_evidence WHERE code = $2 AND problem = $4 AND got = $6)
  AND (SELECT count(*) FROM federation_evidence WHERE code = $2 AND problem = $4) < $8`
	sqlEvidence = `SELECT id, at, problem, had, got, proof FROM federation_evidence WHERE code = $1 ORDER BY at DESC, id DESC LIMIT $2`

	sqlWitness    = `SELECT origin, size, checkpoint, at FROM federation_witness WHERE origin = $1 ORDER BY origin LIMIT 1`
	sqlWitnessPut = `
INSERT INTO federation_witness (origin, size, checkpoint, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint, at = excluded.at`
)

const (
	auditPage = 500
)

// peerRow is a line of federation_peer. It never leaves this room.
type peerRow struct {
	code, origin, target, problem string
	size, seenAt, problemAt       int64
}

// sameAs says whether writing a row down would change nothing but when the neighbour was seen, and that not by much.
func (r peerRow) sameAs(had peerRow) bool {
	const fresh = lateAfter / 6
	return had.code != "" && r.size == had.size && r.target == had.target && r.problem == had.problem && r.seenAt-had.seenAt < fresh.Microseconds()
}

// selectPeer is the zero row for a neighbour that was never followed.
func selectPeer(ctx context.Context, tx *db.Tx, code string) (r peerRow, err error) {
	err = tx.QueryRow(ctx, sqlPeer, code).Scan(&r.code, &r.origin, &r.size, &r.target, &r.seenAt, &r.problem, &r.problemAt)
	if db.NoRows(err) {
		return peerRow{}, nil
	}
	return r, err
}

func putPeer(ctx context.Context, tx *db.Tx, r peerRow) error {
	_, err := tx.Exec(ctx, sqlPeerPut, r.code, r.origin, r.size, r.target, r.seenAt, r.problem, r.problemAt)
	return err
}

func selectPeers(ctx context.Context, tx *db.Tx) ([]peerRow, error) {
	rows, err := tx.Query(ctx, sqlPeers, peersMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []peerRow
	for rows.Next() {
		var r peerRow
		if err := rows.Scan(&r.code, &r.origin, &r.size, &r.target, &r.seenAt, &r.problem, &r.problemAt); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// insertRows is how many rows one statement writes: many save round trips to PostgreSQL; binding many values to one statement
// of SQLite costs their square.
var insertRows = map[string]int{"sqlite": 4, "postgres": 100}

// insertLeaves writes many leaves, some in each statement.
func insertLeaves(ctx context.Context, tx *db.Tx, leaves []Leaf) error {
	for len(leaves) > 0 {
		some := leaves[:min(len(leaves), insertRows[tx.Dialect()])]
		leaves = leaves[len(some):]
		var text strings.Builder
		text.WriteString(sqlLeafInsert)
		args := make([]any, 0, 6*len(some))
		for i, l := range some {
			if i > 0 {
				text.WriteByte(',')
			}
			k := len(args)
			fmt.Fprintf(&text, "($%d,$%d,$%d,$%d,$%d,$%d)", k+1, k+2, k+3, k+4, k+5, k+6)
			args = append(args, l.Origin, l.Index, l.Kind, l.Day.String(), string(l.Fields), l.Bytes)
		}
		if _, err := tx.Exec(ctx, text.String(), args...); err != nil {
			return fmt.Errorf("keep the leaves from %d on: %w", some[0].Index, err)
		}
	}
	return nil
}

func scanLeaf(scan func(...any) error) (l Leaf, err error) {
	var fields, day string
	if err = scan(&l.Origin, &l.Index, &l.Kind, &day, &fields, &l.Bytes, &l.WithdrawnBy); err != nil {
		return l, err
	}
	l.Fields = []byte(fields)
	if day != "" {
		l.Day, err = unit.ParseDay(day)
	}
	return l, err
}

func selectLeaf(ctx context.Context, tx *db.Tx, origin string, index int64) (Leaf, error) {
	l, err := scanLeaf(tx.QueryRow(ctx, sqlLeaf, origin, index).Scan)
	if db.NoRows(err) {
		return l, fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(origin), "index", index)
	}
	return l, err
}

func selectLeaves(ctx context.Context, tx *db.Tx, origin string, from int64, limit int) ([]Leaf, error) {
	rows, err := tx.Query(ctx, sqlLeaves, origin, from, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Leaf
	for rows.Next() {
		l, err := scanLeaf(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func insertWithdrawal(ctx context.Context, tx *db.Tx, origin string, index, by int64) error {
	_, err := tx.Exec(ctx, sqlWithdrawalInsert, origin, index, by)
	return err
}

func loadTiles(ctx context.Context, tx *db.Tx, origin string) corridorlog.LoadTile {
	return func(level int, n int64, width int) ([]byte, error) {
		var b []byte
		if err := tx.QueryRow(ctx, sqlTile, origin, level, n).Scan(&b); err != nil {
			return nil, fmt.Errorf("tile %d/%d of %s: %w", level, n, origin, err)
		}
		if len(b) < width*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d of %s has %d bytes, want %d hashes", level, n, origin, len(b), width)
		}
		return b[:width*tlog.HashSize], nil
	}
}

func putTile(ctx context.Context, tx *db.Tx, origin string, t corridorlog.TileHashes) error {
	_, err := tx.Exec(ctx, sqlTilePut, origin, t.Level, t.N, t.Width(), t.Hashes)
	return err
}

// countTiles is how many tiles of a log there are, and how many hashes in them.
func countTiles(ctx context.Context, tx *db.Tx, origin string) (tiles, hashes int64, err error) {
	err = tx.QueryRow(ctx, sqlTileCount, origin).Scan(&tiles, &hashes)
	return tiles, hashes, err
}

// localTree reads the hashes of a neighbour's tree as they are kept here: they were checked before they were kept.
func localTree(ctx context.Context, tx *db.Tx, origin string) tlog.HashReader {
	load := loadTiles(ctx, tx, origin)
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			t := tlog.TileForIndex(8, at)
			b, err := load(t.L, t.N, t.W)
			if err != nil {
				return nil, err
			}
			if out[i], err = tlog.HashFromTile(t, b, at); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func insertEvidence(ctx context.Context, tx *db.Tx, code, problem, had, got, proof string) error {
	_, err := tx.Exec(ctx, sqlEvidenceInsert, string(unit.NewID(tx.Now())), code, db.Micros(tx.Now()), problem, had, got, proof, evidenceMax)
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
		if err := rows.Scan(&e.ID, &at, &e.Problem, &e.Had, &e.Got, &e.Proof); err != nil {
			return nil, err
		}
		e.At = db.Time(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// witnessRow is a line of federation_witness.
type witnessRow struct {
	origin     string
	size       int64
	checkpoint string
	at         int64
}

// selectWitness is the zero row for a log of which nothing was signed.
func selectWitness(ctx context.Context, tx *db.Tx, origin string) (r witnessRow, err error) {
	err = tx.QueryRow(ctx, sqlWitness, origin).Scan(&r.origin, &r.size, &r.checkpoint, &r.at)
	if db.NoRows(err) {
		return witnessRow{}, nil
	}
	return r, err
}

func putWitness(ctx context.Context, tx *db.Tx, r witnessRow) error {
	_, err := tx.Exec(ctx, sqlWitnessPut, r.origin, r.size, r.checkpoint, r.at)
	return err
}

const (
	sqlRequestInsert = `
INSERT INTO federation_request (id, code, name_zh, name_en, url, log_key, witness_key, state, asked_by, asked_at, decided_by, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, '', 0)
ON CONFLICT DO NOTHING`
	sqlRequestUpdate = `UPDATE federation_request SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1`
	requestColumns   = `SELECT id, code, name_zh, name_en, url, log_key, witness_key, state, asked_by, asked_at, decided_by, decided_at FROM federation_request`
	sqlRequest       = requestColumns + ` WHERE id = $1 ORDER BY id LIMIT 1`
	sqlRequests      = requestColumns + ` ORDER BY asked_at DESC, id DESC LIMIT $1`
	sqlConfirmed     = requestColumns + ` WHERE state = 'confirmed' ORDER BY code LIMIT $1`

	sqlCommunityInsert = `INSERT INTO federation_community (version, at, note) VALUES ($1, $2, $3)`
	sqlCommunity       = `SELECT note FROM federation_community ORDER BY version DESC LIMIT 1`
)

func insertRequest(ctx context.Context, tx *db.Tx, r Request) (int64, error) {
	return tx.Exec(ctx, sqlRequestInsert, string(r.ID), r.Peer.Code, r.Peer.Name[0], r.Peer.Name[1], r.Peer.URL, r.Peer.Key, r.Peer.Witness, r.AskedBy, db.Micros(r.AskedAt))
}

func updateRequest(ctx context.Context, tx *db.Tx, id unit.ID, state, by string) error {
	_, err := tx.Exec(ctx, sqlRequestUpdate, string(id), state, by, db.Micros(tx.Now()))
	return err
}

func scanRequest(scan func(...any) error) (r Request, err error) {
	var asked, decided int64
	if err = scan(&r.ID, &r.Peer.Code, &r.Peer.Name[0], &r.Peer.Name[1], &r.Peer.URL, &r.Peer.Key, &r.Peer.Witness, &r.State, &r.AskedBy, &asked, &r.DecidedBy, &decided); err != nil {
		return r, err
	}
	r.AskedAt = db.Time(asked)
	if decided > 0 {
		r.DecidedAt = db.Time(decided)
	}
	r.Fingerprint = corridorlog.Fingerprint(r.Peer.Key + "\n" + r.Peer.Witness)
	return r, nil
}

func selectRequest(ctx context.Context, tx *db.Tx, id unit.ID) (Request, error) {
	r, err := scanRequest(tx.QueryRow(ctx, sqlRequest, string(id)).Scan)
	if db.NoRows(err) {
		return r, fault.New(fault.NotFound, "federation.no_request")
	}
	return r, err
}

func scanRequests(ctx context.Context, tx *db.Tx, query string) ([]Request, error) {
	rows, err := tx.Query(ctx, query, peersMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Request
	for rows.Next() {
		r, err := scanRequest(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func selectRequests(ctx context.Context, tx *db.Tx) ([]Request, error) {
	return scanRequests(ctx, tx, sqlRequests)
}

func selectConfirmed(ctx context.Context, tx *db.Tx) ([]Peer, error) {
	all, err := scanRequests(ctx, tx, sqlConfirmed)
	var out []Peer
	for _, r := range all {
		out = append(out, r.Peer)
	}
	return out, err
}

func insertCommunity(ctx context.Context, tx *db.Tx, version int64, signed string) error {
	_, err := tx.Exec(ctx, sqlCommunityInsert, version, db.Micros(tx.Now()), signed)
	return err
}

// selectCommunity is the newest version, "" when there is none.
func selectCommunity(ctx context.Context, tx *db.Tx) (signed string, err error) {
	err = tx.QueryRow(ctx, sqlCommunity).Scan(&signed)
	if db.NoRows(err) {
		return "", nil
	}
	return signed, err
}
