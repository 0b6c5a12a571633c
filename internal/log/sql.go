package log

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlPendingInsert = `
INSERT INTO log_pending (id, at, kind, day, fields, leaf, salt, object) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlPending       = `SELECT id, at, kind, day, fields, leaf, salt, object FROM log_pending ORDER BY at, id LIMIT $1`
	sqlPendingByID   = `SELECT -1, id, at, kind, day, fields, leaf, salt, object FROM log_pending WHERE id = $1 ORDER BY id LIMIT 1`
	sqlPendingDelete = `DELETE FROM log_pending WHERE id = $1`
	sqlHasWork       = `
SELECT (SELECT count(*) FROM log_pending), (SELECT count(*) FROM log_checkpoint) ORDER BY 1 LIMIT 1`
)

const entryColumns = `idx, id, at, kind, day, fields, leaf, salt, object`

const (
	sqlEntryInsert = `INSERT INTO log_entry (` + entryColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlEntry       = `SELECT ` + entryColumns + ` FROM log_entry WHERE idx = $1 ORDER BY idx LIMIT 1`
	sqlEntryByID   = `SELECT ` + entryColumns + ` FROM log_entry WHERE id = $1 ORDER BY id LIMIT 1`
	sqlEntries     = `SELECT ` + entryColumns + ` FROM log_entry WHERE idx >= $1 ORDER BY idx LIMIT $2`
	sqlSize        = `SELECT COALESCE(MAX(idx) + 1, 0) FROM log_entry ORDER BY 1 LIMIT 1`

	sqlHash       = `SELECT hash FROM log_hash WHERE idx = $1 ORDER BY idx LIMIT 1`
	sqlHashInsert = `INSERT INTO log_hash (idx, hash) VALUES ($1, $2)`
	sqlHashCount  = `SELECT count(*) FROM log_hash ORDER BY 1 LIMIT 1`

	sqlCheckpointInsert = `
INSERT INTO log_checkpoint (size, at, note) VALUES ($1, $2, $3)
ON CONFLICT (size) DO NOTHING`
	sqlCheckpointNewest = `SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1`
	sqlCheckpoints      = `SELECT size, note FROM log_checkpoint WHERE size > $1 ORDER BY size LIMIT $2`
)

func insertPending(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := tx.Exec(ctx, sqlPendingInsert, string(e.ID), db.Micros(e.At), e.Kind, e.Day.String(), string(e.Fields), e.Leaf, e.salt, e.Object)
	return err
}

// hasWork says whether a leaf waits, or the log has no checkpoint yet.
func hasWork(ctx context.Context, tx *db.Tx) (bool, error) {
	var waiting, checkpoints int64
	err := tx.QueryRow(ctx, sqlHasWork).Scan(&waiting, &checkpoints)
	return waiting > 0 || checkpoints == 0, err
}

func selectPending(ctx context.Context, tx *db.Tx, limit int) ([]Entry, error) {
	rows, err := tx.Query(ctx, sqlPending, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var at int64
		var fields string
		if err := rows.Scan(&e.ID, &at, &e.Kind, &e.Day, &fields, &e.Leaf, &e.salt, &e.Object); err != nil {
			return nil, err
		}
		e.At, e.Fields = db.Time(at), []byte(fields)
		out = append(out, e)
	}
	return out, rows.Err()
}

func deletePending(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlPendingDelete, string(id))
	return err
}

func insertEntry(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := tx.Exec(ctx, sqlEntryInsert, e.Index, string(e.ID), db.Micros(e.At), e.Kind, e.Day.String(), string(e.Fields), e.Leaf, e.salt, e.Object)
	return err
}

func scanEntry(scan func(...any) error) (e Entry, err error) {
	var at int64
	var fields string
	if err = scan(&e.Index, &e.ID, &at, &e.Kind, &e.Day, &fields, &e.Leaf, &e.salt, &e.Object); err != nil {
		return e, err
	}
	e.At, e.Fields = db.Time(at), []byte(fields)
	return e, nil
}

func selectEntry(ctx context.Context, tx *db.Tx, index int64) (Entry, error) {
	e, err := scanEntry(tx.QueryRow(ctx, sqlEntry, index).Scan)
	if db.NoRows(err) {
		return e, fault.New(fault.NotFound, "log.no_entry", "index", index)
	}
	return e, err
}

// selectByID finds a leaf that has its number, else one that waits for it.
func selectByID(ctx context.Context, tx *db.Tx, id unit.ID) (Entry, error) {
	e, err := scanEntry(tx.QueryRow(ctx, sqlEntryByID, string(id)).Scan)
	if db.NoRows(err) {
		e, err = scanEntry(tx.QueryRow(ctx, sqlPendingByID, string(id)).Scan)
	}
	if db.NoRows(err) {
		return e, fault.New(fault.NotFound, "log.no_receipt")
	}
	return e, err
}

func selectEntries(ctx context.Context, tx *db.Tx, from int64, limit int) ([]Entry, error) {
	rows, err := tx.Query(ctx, sqlEntries, from, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func selectSize(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlSize).Scan(&n)
	return n, err
}

func insertCheckpoint(ctx context.Context, tx *db.Tx, size int64, signed string) error {
	_, err := tx.Exec(ctx, sqlCheckpointInsert, size, db.Micros(tx.Now()), signed)
	return err
}

func newestCheckpoint(ctx context.Context, tx *db.Tx) (signed []byte, size int64, err error) {
	var text string
	err = tx.QueryRow(ctx, sqlCheckpointNewest).Scan(&size, &text)
	if db.NoRows(err) {
		return nil, 0, fault.New(fault.Unavailable, "log.no_checkpoint")
	}
	return []byte(text), size, err
}

// hashes is the tree's hashes as tlog reads them, with those of the present act beside those in the table.
type hashes struct {
	ctx  context.Context
	tx   *db.Tx
	seen map[int64]tlog.Hash
}

func newHashes(ctx context.Context, tx *db.Tx) *hashes {
	return &hashes{ctx: ctx, tx: tx, seen: map[int64]tlog.Hash{}}
}

// ReadHashes is tlog.HashReader.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if have, ok := h.seen[at]; ok {
			out[i] = have
			continue
		}
		var b []byte
		if err := h.tx.QueryRow(h.ctx, sqlHash, at).Scan(&b); err != nil {
			return nil, fmt.Errorf("hash %d: %w", at, err)
		}
		if len(b) != tlog.HashSize {
			return nil, fmt.Errorf("hash %d has %d bytes", at, len(b))
		}
		out[i] = tlog.Hash(b)
		h.seen[at] = out[i]
	}
	return out, nil
}

// store keeps hashes from an index on.
func (h *hashes) store(from int64, add []tlog.Hash) error {
	for i, x := range add {
		at := from + int64(i)
		h.seen[at] = x
		if _, err := h.tx.Exec(h.ctx, sqlHashInsert, at, x[:]); err != nil {
			return fmt.Errorf("store hash %d: %w", at, err)
		}
	}
	return nil
}
