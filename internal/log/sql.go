package log

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlPendingInsert = `
INSERT INTO log_pending (id, at, kind, day, fields, leaf, salt, object) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlPendingLeaves = `SELECT id, leaf FROM log_pending ORDER BY id LIMIT $1`
	sqlPendingNumber = `
INSERT INTO log_entry (idx, id, at, kind, day, fields, leaf, salt, object)
SELECT CAST($1 AS BIGINT) + row_number() OVER (ORDER BY id) - 1, id, at, kind, day, fields, leaf, salt, object
FROM log_pending WHERE id <= $2`
	sqlPendingCount  = `SELECT count(*) FROM log_pending ORDER BY 1 LIMIT 1`
	sqlPendingDelete = `DELETE FROM log_pending WHERE id <= $1`
	sqlPending       = `
SELECT -1, id, at, kind, day, fields, leaf, salt, object, '' FROM log_pending WHERE id > $1 ORDER BY id LIMIT $2`
	sqlPendingByID = `
SELECT -1, id, at, kind, day, fields, leaf, salt, object, '' FROM log_pending WHERE id = $1 ORDER BY id LIMIT 1`
	sqlPendingLike = `
SELECT -1, id, at, kind, day, fields, leaf, salt, object, '' FROM log_pending WHERE leaf = $1 ORDER BY id LIMIT 1`
	sqlPendingDeleteOne = `DELETE FROM log_pending WHERE id = $1`
	sqlHasWork          = `
SELECT CASE WHEN EXISTS (SELECT 1 FROM log_pending) OR NOT EXISTS (SELECT 1 FROM log_checkpoint) THEN 1 ELSE 0 END
ORDER BY 1 LIMIT 1`
	sqlByObject = `
SELECT id FROM log_entry WHERE object = $1 UNION ALL SELECT id FROM log_pending WHERE object = $1 ORDER BY 1 LIMIT $2`
)

const entryFrom = `
SELECT e.idx, e.id, e.at, e.kind, e.day, e.fields, e.leaf, e.salt, e.object, COALESCE(w.by_id, '')
FROM log_entry e LEFT JOIN log_withdrawal w ON w.idx = e.idx`

const (
	sqlEntry     = entryFrom + ` WHERE e.idx = $1 ORDER BY e.idx LIMIT 1`
	sqlEntryByID = entryFrom + ` WHERE e.id = $1 ORDER BY e.idx LIMIT 1`
	sqlEntries   = entryFrom + ` WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2`
	sqlBundle    = `SELECT idx, leaf FROM log_entry WHERE idx >= $1 ORDER BY idx LIMIT $2`
	sqlSize      = `SELECT COALESCE(MAX(idx) + 1, 0) FROM log_entry ORDER BY 1 LIMIT 1`

	sqlEntryInsert = `INSERT INTO log_entry (idx, id, at, kind, day, fields, leaf, salt, object) VALUES `

	sqlOrigin       = `SELECT origin FROM log_identity WHERE one = 1 ORDER BY one LIMIT 1`
	sqlOriginInsert = `INSERT INTO log_identity (one, origin) VALUES (1, $1) ON CONFLICT (one) DO NOTHING`

	sqlKeyInsert = `INSERT INTO log_key (key) VALUES ($1) ON CONFLICT (key) DO NOTHING`
	sqlKeys      = `SELECT key FROM log_key ORDER BY key LIMIT $1`

	sqlTile    = `SELECT hashes FROM log_tile WHERE level = $1 AND n = $2 ORDER BY n LIMIT 1`
	sqlTilePut = `
INSERT INTO log_tile (level, n, width, hashes) VALUES ($1, $2, $3, $4)
ON CONFLICT (level, n) DO UPDATE SET width = excluded.width, hashes = excluded.hashes`
	sqlTileCount = `SELECT level, count(*), sum(width) FROM log_tile GROUP BY level ORDER BY level LIMIT $1`

	sqlCheckpointInsert = `INSERT INTO log_checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING`
	sqlCheckpointNewest = `SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1`
	sqlCheckpoint       = `SELECT note FROM log_checkpoint WHERE size = $1 ORDER BY size LIMIT 1`
	sqlCheckpoints      = `SELECT size, note FROM log_checkpoint WHERE size > $1 ORDER BY size LIMIT $2`

	sqlCosignatureInsert = `
INSERT INTO log_cosignature (size, witness, key, line) VALUES ($1, $2, $3, $4) ON CONFLICT (size, witness) DO NOTHING`
	sqlCosignatures     = `SELECT size, key, line FROM log_cosignature WHERE size = $1 ORDER BY witness LIMIT $2`
	sqlCosignaturesPage = `
SELECT size, key, line, witness FROM log_cosignature WHERE (size, witness) > ($1, $2) ORDER BY size, witness LIMIT $3`
	sqlCosignedSizes = `SELECT size FROM log_cosignature WHERE size > $1 ORDER BY size DESC LIMIT $2`

	sqlRecordInsert     = `INSERT INTO log_record (id, body, salt) VALUES ($1, $2, $3)`
	sqlRecord           = `SELECT body, salt FROM log_record WHERE id = $1 ORDER BY id LIMIT 1`
	sqlRecordDelete     = `DELETE FROM log_record WHERE id = $1`
	sqlRecordCount      = `SELECT count(*) FROM log_record ORDER BY 1 LIMIT 1`
	sqlWithdrawalInsert = `INSERT INTO log_withdrawal (idx, by_id) VALUES ($1, $2)`
	sqlWithdrawalCount  = `SELECT count(*) FROM log_withdrawal ORDER BY 1 LIMIT 1`
	sqlWithdrawalBy     = `SELECT idx FROM log_withdrawal WHERE by_id = $1 ORDER BY idx LIMIT 1`
)

const (
	keysMax         = 100
	cosignaturesMax = 64 // of one checkpoint; also how far back the best cosigned one is looked for
)

func insertPending(ctx context.Context, tx *db.Tx, e Entry) error {
	return tx.Later(ctx, sqlPendingInsert, string(e.ID), db.Micros(e.At), e.Kind, e.Day.String(), string(e.Fields), e.Leaf, e.salt, e.Object)
}

// hasWork says whether a leaf waits, or the log has no checkpoint yet.
func hasWork(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, sqlHasWork).Scan(&n)
	return n == 1, err
}

// selectPendingLeaves returns the bytes of the leaves that wait, and the id of the last one.
func selectPendingLeaves(ctx context.Context, tx *db.Tx, limit int) (leaves [][]byte, last string, err error) {
	rows, err := tx.Query(ctx, sqlPendingLeaves, limit)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&last, &b); err != nil {
			return nil, "", err
		}
		leaves = append(leaves, b)
	}
	return leaves, last, rows.Err()
}

// numberPending moves the leaves up to an id among the numbered ones, in the order of selectPendingLeaves.
func numberPending(ctx context.Context, tx *db.Tx, from int64, last string, want int) error {
	n, err := tx.Exec(ctx, sqlPendingNumber, from, last)
	if err == nil && n != int64(want) {
		err = fmt.Errorf("%d leaves were numbered, %d were read", n, want)
	}
	if err != nil {
		return fmt.Errorf("number the leaves from %d on: %w", from, err)
	}
	_, err = tx.Exec(ctx, sqlPendingDelete, last)
	return err
}

// selectPendingLike is the leaf that waits with these bytes; the zero one if there is none.
func selectPendingLike(ctx context.Context, tx *db.Tx, leaf []byte) (Entry, error) {
	e, err := scanEntry(tx.QueryRow(ctx, sqlPendingLike, leaf).Scan)
	if db.NoRows(err) {
		return Entry{}, nil
	}
	return e, err
}

func deletePending(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlPendingDeleteOne, string(id))
	return err
}

// insertRows is how many rows one statement writes: many save round trips to PostgreSQL; binding many values to one statement
// of SQLite costs their square.
var insertRows = map[string]int{"sqlite": 4, "postgres": 100}

// insertEntries writes many numbered leaves, some in each statement.
func insertEntries(ctx context.Context, tx *db.Tx, entries []Entry) error {
	for len(entries) > 0 {
		some := entries[:min(len(entries), insertRows[tx.Dialect()])]
		entries = entries[len(some):]
		var text strings.Builder
		text.WriteString(sqlEntryInsert)
		args := make([]any, 0, 9*len(some))
		for i, e := range some {
			if i > 0 {
				text.WriteByte(',')
			}
			k := len(args)
			fmt.Fprintf(&text, "($%d,$%d,$%d,$%d,$%d,$%d,$%d,$%d,$%d)", k+1, k+2, k+3, k+4, k+5, k+6, k+7, k+8, k+9)
			args = append(args, e.Index, string(e.ID), db.Micros(e.At), e.Kind, e.Day.String(), string(e.Fields), e.Leaf, e.salt, e.Object)
		}
		if _, err := tx.Exec(ctx, text.String(), args...); err != nil {
			return fmt.Errorf("leaves from %d on: %w", some[0].Index, err)
		}
	}
	return nil
}

func scanEntry(scan func(...any) error) (e Entry, err error) {
	var at int64
	var fields string
	if err = scan(&e.Index, &e.ID, &at, &e.Kind, &e.Day, &fields, &e.Leaf, &e.salt, &e.Object, &e.WithdrawnBy); err != nil {
		return e, err
	}
	e.At, e.Fields = db.Time(at), []byte(fields)
	return e, nil
}

func scanEntries(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Entry, error) {
	rows, err := tx.Query(ctx, query, args...)
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

func selectByObject(ctx context.Context, tx *db.Tx, object string) ([]unit.ID, error) {
	rows, err := tx.Query(ctx, sqlByObject, object, objectsMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []unit.ID
	for rows.Next() {
		var id unit.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

func selectEntries(ctx context.Context, tx *db.Tx, from int64, limit int) ([]Entry, error) {
	return scanEntries(ctx, tx, sqlEntries, from, limit)
}

func selectPending(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Entry, error) {
	return scanEntries(ctx, tx, sqlPending, string(after), limit)
}

// selectBundle is leaves one after the other, each behind its length in 16 bits.
func selectBundle(ctx context.Context, tx *db.Tx, from int64, width int) ([]byte, error) {
	rows, err := tx.Query(ctx, sqlBundle, from, width)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var b []byte
	next := from
	for ; rows.Next(); next++ {
		var at int64
		var leaf []byte
		if err := rows.Scan(&at, &leaf); err != nil {
			return nil, err
		}
		if at != next {
			break
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(leaf)))
		b = append(b, leaf...)
	}
	if next != from+int64(width) {
		return nil, fault.New(fault.Internal, "log.damaged").Because(fmt.Errorf("leaf %d is missing", next))
	}
	return b, rows.Err()
}

func selectSize(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlSize).Scan(&n)
	return n, err
}

// selectOrigin is "" while no checkpoint stands.
func selectOrigin(ctx context.Context, tx *db.Tx) (origin string, err error) {
	err = tx.QueryRow(ctx, sqlOrigin).Scan(&origin)
	if db.NoRows(err) {
		return "", nil
	}
	return origin, err
}

func insertOrigin(ctx context.Context, tx *db.Tx, origin string) error {
	_, err := tx.Exec(ctx, sqlOriginInsert, origin)
	return err
}

func insertKey(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, sqlKeyInsert, key)
	return err
}

func selectKeys(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, sqlKeys, keysMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, rows.Err()
}

func loadTiles(ctx context.Context, tx *db.Tx) LoadTile {
	return func(level int, n int64, width int) ([]byte, error) {
		var b []byte
		if err := tx.QueryRow(ctx, sqlTile, level, n).Scan(&b); err != nil {
			return nil, fmt.Errorf("tile %d/%d: %w", level, n, err)
		}
		if len(b) < width*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d has %d bytes, want %d hashes", level, n, len(b), width)
		}
		return b[:width*tlog.HashSize], nil
	}
}

func putTile(ctx context.Context, tx *db.Tx, t TileHashes) error {
	_, err := tx.Exec(ctx, sqlTilePut, t.Level, t.N, t.Width(), t.Hashes)
	return err
}

func selectTileCounts(ctx context.Context, tx *db.Tx) (tiles, hashes [tileLevels]int64, err error) {
	rows, err := tx.Query(ctx, sqlTileCount, tileLevels)
	if err != nil {
		return tiles, hashes, err
	}
	defer rows.Close()
	for rows.Next() {
		var level, n, width int64
		if err := rows.Scan(&level, &n, &width); err != nil {
			return tiles, hashes, err
		}
		tiles[level], hashes[level] = n, width
	}
	return tiles, hashes, rows.Err()
}

func insertCheckpoint(ctx context.Context, tx *db.Tx, size int64, signed string) error {
	_, err := tx.Exec(ctx, sqlCheckpointInsert, size, signed)
	return err
}

func newestCheckpoint(ctx context.Context, tx *db.Tx) ([]byte, error) {
	var signed string
	err := tx.QueryRow(ctx, sqlCheckpointNewest).Scan(&signed)
	if db.NoRows(err) {
		return nil, fault.New(fault.Unavailable, "log.no_checkpoint")
	}
	return []byte(signed), err
}

func selectCheckpoint(ctx context.Context, tx *db.Tx, size int64) ([]byte, error) {
	var signed string
	err := tx.QueryRow(ctx, sqlCheckpoint, size).Scan(&signed)
	if db.NoRows(err) {
		return nil, fault.New(fault.NotFound, "log.no_checkpoint_of", "size", size)
	}
	return []byte(signed), err
}

// bestCheckpoint is the one of the last cosigned ones that has the most cosignatures and names a leaf, else the newest. cosigned
// says which it is.
func bestCheckpoint(ctx context.Context, tx *db.Tx, index int64) (signed []byte, cosigned bool, err error) {
	rows, err := tx.Query(ctx, sqlCosignedSizes, index, cosignaturesMax)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	best, most, last, n := int64(-1), 0, int64(-1), 0
	for rows.Next() {
		var size int64
		if err := rows.Scan(&size); err != nil {
			return nil, false, err
		}
		if size != last {
			last, n = size, 0
		}
		if n++; n > most {
			best, most = size, n
		}
	}
	if err := rows.Err(); err != nil {
		return nil, false, err
	}
	rows.Close()
	if best < 0 {
		signed, err = newestCheckpoint(ctx, tx)
		return signed, false, err
	}
	signed, err = selectCheckpoint(ctx, tx, best)
	return signed, true, err
}

type checkpointRow struct {
	size int64
	note string
}

func selectCheckpoints(ctx context.Context, tx *db.Tx, after int64, limit int) ([]checkpointRow, error) {
	rows, err := tx.Query(ctx, sqlCheckpoints, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []checkpointRow
	for rows.Next() {
		var c checkpointRow
		if err := rows.Scan(&c.size, &c.note); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func insertCosignature(ctx context.Context, tx *db.Tx, witness string, c Cosignature) error {
	_, err := tx.Exec(ctx, sqlCosignatureInsert, c.Size, witness, c.Key, c.Line)
	return err
}

func selectCosignatures(ctx context.Context, tx *db.Tx, size int64) ([]Cosignature, error) {
	rows, err := tx.Query(ctx, sqlCosignatures, size, cosignaturesMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Cosignature
	for rows.Next() {
		var c Cosignature
		if err := rows.Scan(&c.Size, &c.Key, &c.Line); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// cosignatureRow is a line of log_cosignature with its key's name as it stands there.
type cosignatureRow struct {
	Cosignature
	witness string
}

func selectCosignaturesAfter(ctx context.Context, tx *db.Tx, size int64, witness string, limit int) ([]cosignatureRow, error) {
	rows, err := tx.Query(ctx, sqlCosignaturesPage, size, witness, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []cosignatureRow
	for rows.Next() {
		var c cosignatureRow
		if err := rows.Scan(&c.Size, &c.Key, &c.Line, &c.witness); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func insertRecord(ctx context.Context, tx *db.Tx, id unit.ID, body, salt []byte) error {
	return tx.Later(ctx, sqlRecordInsert, string(id), body, salt)
}

func selectRecord(ctx context.Context, tx *db.Tx, id unit.ID) (body, salt []byte, err error) {
	err = tx.QueryRow(ctx, sqlRecord, string(id)).Scan(&body, &salt)
	return body, salt, err
}

func deleteRecord(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlRecordDelete, string(id))
	return err
}

func insertWithdrawal(ctx context.Context, tx *db.Tx, index int64, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlWithdrawalInsert, index, string(by))
	return err
}

func countRows(ctx context.Context, tx *db.Tx, query string) (n int64, err error) {
	err = tx.QueryRow(ctx, query).Scan(&n)
	return n, err
}

// selectWithdrawalBy is which leaf the leaf with an id withdraws; -1 when none is written down.
func selectWithdrawalBy(ctx context.Context, tx *db.Tx, by unit.ID) (index int64, err error) {
	err = tx.QueryRow(ctx, sqlWithdrawalBy, string(by)).Scan(&index)
	if db.NoRows(err) {
		return -1, nil
	}
	return index, err
}
