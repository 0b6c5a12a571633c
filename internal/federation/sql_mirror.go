package federation

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
)

const (
	sqlMirror    = `SELECT next, at FROM federation_mirror WHERE origin = $1 AND kind = $2 ORDER BY kind LIMIT 1`
	sqlMirrorPut = `
INSERT INTO federation_mirror (origin, kind, next, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (origin, kind) DO UPDATE SET next = excluded.next, at = excluded.at`
	// The window of the log is what bounds this, so a log with few leaves of the kind is not searched along its whole length.
	sqlMirrorLeaves = `
SELECT l.origin, l.idx, l.kind, l.day, l.fields, l.leaf, COALESCE(w.by_idx, -1)
FROM federation_leaf l LEFT JOIN federation_withdrawal w ON w.origin = l.origin AND w.idx = l.idx
WHERE l.origin = $1 AND l.idx >= $2 AND l.idx < $3 AND l.kind IN ($4, 'withdrawn') ORDER BY l.idx LIMIT $5`

	sqlMirrorRefuse = `
INSERT INTO federation_mirror_refused (origin, idx, kind, code, field, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (origin, idx) DO UPDATE SET code = excluded.code, field = excluded.field, at = excluded.at`
	sqlMirrorTrim = `
DELETE FROM federation_mirror_refused WHERE origin = $1 AND idx <= (
  SELECT idx FROM federation_mirror_refused WHERE origin = $1 ORDER BY idx DESC LIMIT 1 OFFSET $2)`
	sqlMirrorRefused = `SELECT idx, kind, code, field, at FROM federation_mirror_refused WHERE origin = $1 ORDER BY at DESC, idx DESC LIMIT $2`
	sqlMirrorCount   = `SELECT count(*) FROM federation_mirror_refused WHERE origin = $1 ORDER BY 1 LIMIT 1`
)

// selectMirror is the first leaf that was not looked at, 0 where none was, and when the last was.
func selectMirror(ctx context.Context, tx *db.Tx, origin, kind string) (next, at int64, err error) {
	err = tx.QueryRow(ctx, sqlMirror, origin, kind).Scan(&next, &at)
	if db.NoRows(err) {
		return 0, 0, nil
	}
	return next, at, err
}

func putMirror(ctx context.Context, tx *db.Tx, origin, kind string, next int64) error {
	_, err := tx.Exec(ctx, sqlMirrorPut, origin, kind, next, db.Micros(tx.Now()))
	return err
}

// selectMirrorLeaves are the leaves of a kind, and those that withdraw some, in a window of a log.
func selectMirrorLeaves(ctx context.Context, tx *db.Tx, origin, kind string, from, to int64, limit int) ([]Leaf, error) {
	return db.Collect(ctx, tx, "leaves to mirror of "+origin, scanLeaf, sqlMirrorLeaves, origin, from, to, kind, limit)
}

func insertMirrorRefused(ctx context.Context, tx *db.Tx, origin string, r MirrorRefusal) error {
	_, err := tx.Exec(ctx, sqlMirrorRefuse, origin, r.Index, r.Kind, r.Code, r.Field, db.Micros(tx.Now()))
	return err
}

// trimMirrorRefused keeps the newest of what was refused.
func trimMirrorRefused(ctx context.Context, tx *db.Tx, origin string) error {
	_, err := tx.Exec(ctx, sqlMirrorTrim, origin, mirrorRefusedMax)
	return err
}

func selectMirrorRefused(ctx context.Context, tx *db.Tx, origin string) ([]MirrorRefusal, error) {
	return db.Collect(ctx, tx, "what was not mirrored of "+origin, func(scan func(...any) error) (r MirrorRefusal, err error) {
		var at int64
		err = scan(&r.Index, &r.Kind, &r.Code, &r.Field, &at)
		r.At = db.Time(at)
		return r, err
	}, sqlMirrorRefused, origin, mirrorRefusedMax)
}

func countMirrorRefused(ctx context.Context, tx *db.Tx, origin string) (n int, err error) {
	err = tx.QueryRow(ctx, sqlMirrorCount, origin).Scan(&n)
	return n, err
}

// codeAndField is what is kept of a refusal.
func codeAndField(err error) (code, field string) { return fault.CodeOf(err), fault.Of(err).Field }
