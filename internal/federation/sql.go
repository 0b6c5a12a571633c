package federation

import (
	"context"
	"encoding/base64"
	"encoding/json"
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
INSERT INTO federation_request (id, code, name_zh, name_en, url, log_key, witness_key, state, asked_by, asked_at, decided_by, decided_at, near)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, '', 0, $10)
ON CONFLICT DO NOTHING`
	sqlRequestUpdate = `UPDATE federation_request SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1`
	requestColumns   = `SELECT id, code, name_zh, name_en, url, log_key, witness_key, state, asked_by, asked_at, decided_by, decided_at, near FROM federation_request`
	sqlRequest       = requestColumns + ` WHERE id = $1 ORDER BY id LIMIT 1`
	sqlRequests      = requestColumns + ` ORDER BY asked_at DESC, id DESC LIMIT $1`
	sqlConfirmed     = requestColumns + ` WHERE state = 'confirmed' ORDER BY code LIMIT $1`

	sqlCommunityInsert = `INSERT INTO federation_community (version, at, note) VALUES ($1, $2, $3)`
	sqlCommunities     = `SELECT note FROM federation_community WHERE version > $1 ORDER BY version LIMIT $2`
	sqlCommunity       = `SELECT note FROM federation_community ORDER BY version DESC LIMIT 1`
)

func insertRequest(ctx context.Context, tx *db.Tx, r Request) (int64, error) {
	return tx.Exec(ctx, sqlRequestInsert, string(r.ID), r.Peer.Code, r.Peer.Name[0], r.Peer.Name[1], r.Peer.URL, r.Peer.Key, r.Peer.Witness, r.AskedBy, db.Micros(r.AskedAt), r.Peer.Near)
}

func updateRequest(ctx context.Context, tx *db.Tx, id unit.ID, state, by string) error {
	_, err := tx.Exec(ctx, sqlRequestUpdate, string(id), state, by, db.Micros(tx.Now()))
	return err
}

func scanRequest(scan func(...any) error) (r Request, err error) {
	var asked, decided int64
	if err = scan(&r.ID, &r.Peer.Code, &r.Peer.Name[0], &r.Peer.Name[1], &r.Peer.URL, &r.Peer.Key, &r.Peer.Witness, &r.State, &r.AskedBy, &asked, &r.DecidedBy, &decided, &r.Peer.Near); err != nil {
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

// selectCommunities are the versions after one, the oldest first.
func selectCommunities(ctx context.Context, tx *db.Tx, after int64) (out []Community, err error) {
	return db.Collect(ctx, tx, "versions of the community file", func(scan func(...any) error) (Community, error) {
		signed := ""
		if err := scan(&signed); err != nil {
			return Community{}, err
		}
		return readNote([]byte(signed))
	}, sqlCommunities, after, communitiesMax)
}

// selectCommunityNotes are all versions as they were signed, the oldest first.
func selectCommunityNotes(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.Collect(ctx, tx, "versions of the community file", func(scan func(...any) error) (note string, err error) {
		err = scan(&note)
		return note, err
	}, sqlCommunities, 0, communitiesMax)
}

const (
	sqlLetterKey       = `SELECT generation, public, since, until FROM federation_letter_key ORDER BY generation DESC LIMIT 1`
	sqlLetterKeyInsert = `
INSERT INTO federation_letter_key (generation, public, since, until, leaf, at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlKeyLeaves = `
SELECT l.fields FROM federation_leaf l
WHERE l.origin = $1 AND l.kind = $2
  AND NOT EXISTS (SELECT 1 FROM federation_withdrawal w WHERE w.origin = l.origin AND w.idx = l.idx)
ORDER BY l.idx DESC LIMIT $3`

	sqlLetterLast    = `SELECT n, digest FROM federation_letter WHERE peer = $1 AND way = $2 ORDER BY n DESC LIMIT 1`
	sqlLettersWait   = `SELECT count(*) FROM (SELECT n FROM federation_letter WHERE peer = $1 AND state = 'waiting' ORDER BY n LIMIT $2) w ORDER BY 1 LIMIT 1`
	sqlLetterWaiting = `SELECT n, digest, letter FROM federation_letter WHERE peer = $1 AND state = 'waiting' ORDER BY n LIMIT 1`
	sqlLetterIn      = `SELECT digest, answer FROM federation_letter WHERE peer = $1 AND way = 'in' AND n = $2 ORDER BY n LIMIT 1`
	sqlLetterInsert  = `
INSERT INTO federation_letter (peer, way, n, id, kind, made_at, letter, digest, state, answer, code, answered_at, attempts, problem, tried_at, letter_sig, answer_sig, back_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, 0, $14, $15, $16)`
	sqlLetterAttempt = `
UPDATE federation_letter SET attempts = attempts + 1, problem = $3, tried_at = $4
WHERE peer = $1 AND way = 'out' AND n = $2 AND state = 'waiting'`
	sqlLetterAnswered = `
UPDATE federation_letter SET state = $3, answer = $4, code = $5, answered_at = $6, attempts = attempts + 1, problem = '', tried_at = $6, answer_sig = $7
WHERE peer = $1 AND way = 'out' AND n = $2 AND state = 'waiting'`

	letterColumns = `SELECT way, letter, digest, state, answer, code, answered_at, attempts, problem, tried_at, back_at FROM federation_letter `
	sqlLetter     = letterColumns + `WHERE id = $1 ORDER BY id LIMIT 1`
	sqlLetters    = letterColumns + `
WHERE ($1 = '' OR peer = $1) AND ($2 = '' OR substr(kind, 1, length($2)) = $2) AND ($3 = '' OR state = $3) AND ($4 = '' OR way = $4)
  AND ($5 = 0 OR (made_at, id) < ($5, $6))
ORDER BY made_at DESC, id DESC LIMIT $7`
	sqlLettersAudit = `
SELECT peer, way, n, letter, digest, state, answer FROM federation_letter
WHERE (peer, way, n) > ($1, $2, $3) ORDER BY peer, way, n LIMIT $4`

	sqlTurnedCount = `
INSERT INTO federation_letter_refused (peer, code, times, first_at, last_at, detail) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (peer, code) DO UPDATE SET times = federation_letter_refused.times + excluded.times, last_at = excluded.last_at, detail = excluded.detail`
	sqlTurned = `SELECT peer, code, times, first_at, last_at, detail FROM federation_letter_refused ORDER BY last_at DESC, peer, code LIMIT $1`
)

// letterRow is a line of federation_letter. It never leaves this room.
type letterRow struct {
	peer                        string
	out                         bool
	e                           envelope
	letter, answer              []byte
	digest, state, code         string
	problem                     string
	letterSig, answerSig        string // the fields that signed them, where this node took them
	answeredAt, attempts, tried int64
	back                        int64 // when it was fetched back after a restore
}

func wayOf(out bool) string {
	if out {
		return "out"
	}
	return "in"
}

// shown is the row as others see it.
func (r letterRow) shown() Letter {
	l := Letter{ID: r.e.ID, Peer: r.peer, Out: r.out, N: r.e.N, Kind: r.e.Kind, Made: r.e.Made, By: r.e.By, Body: r.e.Body, Digest: r.digest,
		State: r.state, Code: r.code, Attempts: int(r.attempts), Problem: r.problem}
	if r.answeredAt > 0 {
		l.Answered = db.Time(r.answeredAt)
	}
	if r.tried > 0 {
		l.Tried = db.Time(r.tried)
	}
	if !r.out && r.letterSig != "" {
		l.Proof = proofOf(r.letter, r.letterSig)
	}
	if r.back > 0 {
		l.Back = db.Time(r.back)
	}
	var a answerJSON
	if len(r.answer) > 0 && json.Unmarshal(r.answer, &a) == nil {
		l.Refusal = fault.Words{a.ZH, a.EN}
		if a.State == LetterDone {
			l.Answer = a.Body
		}
	}
	return l
}

// selectLetterKey is the newest key; its generation is 0 when there is none.
func selectLetterKey(ctx context.Context, tx *db.Tx) (k LetterKey, err error) {
	var public string
	err = tx.QueryRow(ctx, sqlLetterKey).Scan(&k.Generation, &public, &k.From, &k.Until)
	if db.NoRows(err) {
		return LetterKey{}, nil
	}
	if err == nil {
		k.Public, err = base64.StdEncoding.DecodeString(public)
	}
	return k, err
}

func insertLetterKey(ctx context.Context, tx *db.Tx, k LetterKey, public string, leaf unit.ID) error {
	_, err := tx.Exec(ctx, sqlLetterKeyInsert, k.Generation, public, k.From, k.Until, string(leaf), db.Micros(tx.Now()))
	return err
}

func selectKeyLeaves(ctx context.Context, tx *db.Tx, origin string) (out [][]byte, err error) {
	rows, err := tx.Query(ctx, sqlKeyLeaves, origin, letterKeyKind, keysLooked)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var fields string
		if err := rows.Scan(&fields); err != nil {
			return nil, err
		}
		out = append(out, []byte(fields))
	}
	return out, rows.Err()
}

// selectLastLetter is the number and the digest of the newest letter of a pair and way; 0 when there is none.
func selectLastLetter(ctx context.Context, tx *db.Tx, peer string, out bool) (n int64, digest string, err error) {
	err = tx.QueryRow(ctx, sqlLetterLast, peer, wayOf(out)).Scan(&n, &digest)
	if db.NoRows(err) {
		return 0, "", nil
	}
	return n, digest, err
}

func countWaiting(ctx context.Context, tx *db.Tx, peer string, most int) (n int, err error) {
	err = tx.QueryRow(ctx, sqlLettersWait, peer, most).Scan(&n)
	return n, err
}

// selectWaiting is the first letter to a neighbour that has no answer; its number is 0 when there is none.
func selectWaiting(ctx context.Context, tx *db.Tx, peer string) (r letterRow, err error) {
	var n int64
	err = tx.QueryRow(ctx, sqlLetterWaiting, peer).Scan(&n, &r.digest, &r.letter)
	if db.NoRows(err) {
		return letterRow{}, nil
	}
	if err != nil {
		return r, err
	}
	r.peer, r.out = peer, true
	r.e, err = readEnvelope(r.letter)
	return r, err
}

func selectLetterIn(ctx context.Context, tx *db.Tx, peer string, n int64) (digest string, answer []byte, err error) {
	err = tx.QueryRow(ctx, sqlLetterIn, peer, n).Scan(&digest, &answer)
	return digest, answer, err
}

func insertLetter(ctx context.Context, tx *db.Tx, r letterRow) error {
	if r.answer == nil {
		r.answer = []byte{}
	}
	_, err := tx.Exec(ctx, sqlLetterInsert, r.peer, wayOf(r.out), r.e.N, string(r.e.ID), r.e.Kind, db.Micros(r.e.Made), r.letter, r.digest, r.state, r.answer, r.code, r.answeredAt,
		r.problem, r.letterSig, r.answerSig, r.back)
	return err
}

func updateAttempt(ctx context.Context, tx *db.Tx, r letterRow, problem string) error {
	_, err := tx.Exec(ctx, sqlLetterAttempt, r.peer, r.e.N, problem, db.Micros(tx.Now()))
	return err
}

func updateAnswered(ctx context.Context, tx *db.Tx, row letterRow, a answerJSON, answer []byte) (int64, error) {
	return tx.Exec(ctx, sqlLetterAnswered, row.peer, row.e.N, a.State, answer, a.Code, db.Micros(tx.Now()), row.answerSig)
}

func selectLetter(ctx context.Context, tx *db.Tx, id unit.ID) (Letter, error) {
	rows, err := tx.Query(ctx, sqlLetter, string(id))
	all, err := scanLetters(rows, err)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "federation.no_letter")
	}
	if err != nil {
		return Letter{}, err
	}
	return all[0], nil
}

func selectLetters(ctx context.Context, tx *db.Tx, q LetterQuery) ([]Letter, error) {
	before, id, err := placeOf(q.After)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, sqlLetters, q.Peer, q.Kind, q.State, q.Way, before, id, q.Rows+1)
	return scanLetters(rows, err)
}

func scanLetters(rows *db.Rows, err error) (out []Letter, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r letterRow
		var way string
		if err := rows.Scan(&way, &r.letter, &r.digest, &r.state, &r.answer, &r.code, &r.answeredAt, &r.attempts, &r.problem, &r.tried, &r.back); err != nil {
			return nil, err
		}
		if r.e, err = readEnvelope(r.letter); err != nil {
			return nil, fmt.Errorf("a letter that is kept: %w", err)
		}
		if r.out = way == "out"; r.out {
			r.peer = r.e.To
		} else {
			r.peer = r.e.From
		}
		out = append(out, r.shown())
	}
	return out, rows.Err()
}

// selectLettersAudit is a page of letters by pair, way and number, after one of them.
func selectLettersAudit(ctx context.Context, tx *db.Tx, after letterRow) (out []letterRow, err error) {
	rows, err := tx.Query(ctx, sqlLettersAudit, after.peer, wayOf(after.out), after.e.N, auditPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r letterRow
		var way string
		if err := rows.Scan(&r.peer, &way, &r.e.N, &r.letter, &r.digest, &r.state, &r.answer); err != nil {
			return nil, err
		}
		r.out = way == "out"
		out = append(out, r)
	}
	return out, rows.Err()
}

func countTurned(ctx context.Context, tx *db.Tx, peer, code string, t turnedCount) error {
	_, err := tx.Exec(ctx, sqlTurnedCount, peer, code, t.times, db.Micros(t.first), db.Micros(t.last), t.detail)
	return err
}

func selectTurned(ctx context.Context, tx *db.Tx) (out []Turned, err error) {
	rows, err := tx.Query(ctx, sqlTurned, peersMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x Turned
		var first, last int64
		if err := rows.Scan(&x.Peer, &x.Code, &x.Times, &first, &last, &x.Detail); err != nil {
			return nil, err
		}
		x.First, x.Last = db.Time(first), db.Time(last)
		out = append(out, x)
	}
	return out, rows.Err()
}
