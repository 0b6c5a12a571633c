package catalogue

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	mirroredColumns    = `SELECT listing, origin, remote, log, idx, digest, seen_at FROM catalogue_mirror `
	sqlMirrored        = mirroredColumns + `WHERE listing = $1 ORDER BY listing LIMIT 1`
	sqlMirroredLeaf    = mirroredColumns + `WHERE log = $1 AND idx = $2 ORDER BY listing LIMIT 1`
	sqlMirroredInsert  = `INSERT INTO catalogue_mirror (listing, origin, remote, log, idx, digest, seen_at, kind, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlMirroredUpdate  = `UPDATE catalogue_mirror SET log = $2, idx = $3, digest = $4, seen_at = $5, kind = $6, state = $7 WHERE listing = $1`
	sqlMirroredListing = `
UPDATE catalogue_listing
SET kind = $2, owner = $3, region = $4, state = $5, version = $6, title_zh = $7, title_en = $8, owner_zh = $9, owner_en = $10, fields = $11, reason = $12,
  synthetic = $13, changed_at = $14, refreshed_at = $15, published_at = $16, proof = $17
WHERE id = $1`
	sqlMirroredCounts = `
SELECT origin, kind, state, count(*) FROM catalogue_mirror GROUP BY origin, kind, state ORDER BY origin, kind, state LIMIT 10000`
	sqlOwnerName   = `SELECT owner_zh, owner_en FROM catalogue_listing WHERE owner = $1 AND state <> 'retired' ORDER BY id DESC LIMIT 1`
	sqlMirrorsFrom = mirroredColumns + `WHERE log = $1 AND idx >= $2 ORDER BY idx, listing LIMIT $3`
	sqlMirrorsOf   = mirroredColumns + `WHERE listing > $1 ORDER BY listing LIMIT $2`
)

func scanMirrored(scan func(...any) error) (m Mirrored, err error) {
	var seen int64
	err = scan((*string)(&m.Listing), &m.Node, (*string)(&m.Remote), &m.Log, &m.Index, &m.Digest, &seen)
	m.Seen = db.Time(seen)
	return m, err
}

func oneMirrored(ctx context.Context, tx *db.Tx, query string, args ...any) (Mirrored, bool, error) {
	m, err := scanMirrored(tx.QueryRow(ctx, query, args...).Scan)
	if db.NoRows(err) {
		return Mirrored{}, false, nil
	}
	return m, err == nil, err
}

func selectMirrored(ctx context.Context, tx *db.Tx, id unit.ID) (Mirrored, bool, error) {
	return oneMirrored(ctx, tx, sqlMirrored, string(id))
}

func selectMirroredLeaf(ctx context.Context, tx *db.Tx, log string, index int64) (Mirrored, bool, error) {
	return oneMirrored(ctx, tx, sqlMirroredLeaf, log, index)
}

func selectMirrorsAfter(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Mirrored, error) {
	return db.Collect(ctx, tx, "mirrored listings", scanMirrored, sqlMirrorsOf, string(after), limit)
}

func selectMirrorsFrom(ctx context.Context, tx *db.Tx, log string, index int64, limit int) ([]Mirrored, error) {
	return db.Collect(ctx, tx, "mirrored listings from a leaf on", scanMirrored, sqlMirrorsFrom, log, index, limit)
}

func insertMirrored(ctx context.Context, tx *db.Tx, l Listing, m Mirrored) error {
	if err := insertListing(ctx, tx, l); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlMirroredInsert, string(m.Listing), m.Node, string(m.Remote), m.Log, m.Index, m.Digest, db.Micros(m.Seen), l.Kind, string(l.State))
	return err
}

func updateMirrored(ctx context.Context, tx *db.Tx, l Listing, m Mirrored) error {
	if _, err := tx.Exec(ctx, sqlMirroredListing, string(l.ID), l.Kind, l.Owner, string(l.Region), string(l.State), l.Version, l.Title[0], l.Title[1], l.OwnerName[0], l.OwnerName[1],
		fieldsText(l.Fields), l.Reason, l.Synthetic, db.Micros(l.Changed), db.Micros(l.Refreshed), db.MicrosOrZero(l.Published), l.Proof); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlMirroredUpdate, string(m.Listing), m.Log, m.Index, m.Digest, db.Micros(m.Seen), l.Kind, string(l.State))
	return err
}

func selectMirroredCounts(ctx context.Context, tx *db.Tx) ([]MirroredCount, error) {
	return db.Collect(ctx, tx, "how much is mirrored", func(scan func(...any) error) (c MirroredCount, err error) {
		err = scan(&c.Node, &c.Kind, (*string)(&c.State), &c.N)
		return c, err
	}, sqlMirroredCounts)
}

func selectOwnerName(ctx context.Context, tx *db.Tx, owner string) (name fault.Words, found bool, err error) {
	err = tx.QueryRow(ctx, sqlOwnerName, owner).Scan(&name[0], &name[1])
	if db.NoRows(err) {
		return name, false, nil
	}
	return name, err == nil, err
}
