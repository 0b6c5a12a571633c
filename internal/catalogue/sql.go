package catalogue

import (
	"context"
	"slices"
	"time"

	"corridor/internal/db"
	"corridor/internal/files"
	"corridor/internal/unit"
)

const listingColumns = `l.id, l.kind, l.owner, l.own_no, l.region, l.state, l.version, l.title_zh, l.title_en, l.owner_zh, l.owner_en, l.fields, l.reason,
  l.synthetic, l.made_at, l.changed_at, l.refreshed_at, l.published_at, l.origin, l.proof, l.of_case`

const (
	sqlInsertListing = `
INSERT INTO catalogue_listing (id, kind, owner, own_no, region, state, version, title_zh, title_en, owner_zh, owner_en, fields, reason,
  synthetic, made_at, changed_at, refreshed_at, published_at, origin, proof, of_case)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`

	sqlUpdateListing = `
UPDATE catalogue_listing
SET own_no = $2, region = $3, state = $4, version = $5, title_zh = $6, title_en = $7, owner_zh = $8, owner_en = $9, fields = $10, reason = $11,
  synthetic = $12, changed_at = $13, refreshed_at = $14, published_at = $15
WHERE id = $1`

	sqlListing = `SELECT ` + listingColumns + ` FROM catalogue_listing l WHERE l.id = $1 ORDER BY l.id LIMIT 1`

	sqlOfCase = `SELECT ` + listingColumns + ` FROM catalogue_listing l WHERE l.of_case = $1 AND l.of_case <> '' ORDER BY l.id LIMIT 1`

	sqlByOwnNo = `SELECT id FROM catalogue_listing WHERE owner = $1 AND kind = $2 AND own_no = $3 AND own_no <> '' ORDER BY id LIMIT 1`

	sqlEvery = `SELECT ` + listingColumns + ` FROM catalogue_listing l WHERE l.id > $1 ORDER BY l.id LIMIT $2`

	// A page is read along the index of what bounds it most.
	sqlPageOwner = `
SELECT ` + listingColumns + ` FROM catalogue_listing l
WHERE l.owner = $1 AND l.id < $2 AND ($3 = '' OR l.state = $3) AND ($4 = '' OR l.kind = $4) AND l.region BETWEEN $5 AND $6
ORDER BY l.id DESC LIMIT $7`

	sqlPageKind = `
SELECT ` + listingColumns + ` FROM catalogue_listing l
WHERE l.kind = $4 AND l.state = $3 AND l.id < $2 AND ($1 = '' OR l.owner = $1) AND l.region BETWEEN $5 AND $6
ORDER BY l.id DESC LIMIT $7`

	sqlPage = `
SELECT ` + listingColumns + ` FROM catalogue_listing l
WHERE l.id < $2 AND ($1 = '' OR l.owner = $1) AND ($3 = '' OR l.state = $3) AND ($4 = '' OR l.kind = $4) AND l.region BETWEEN $5 AND $6
ORDER BY l.id DESC LIMIT $7`

	sqlCounts = `
SELECT state, count(*) FROM catalogue_listing
WHERE ($1 = '' OR owner = $1) AND ($2 = '' OR kind = $2) AND region BETWEEN $3 AND $4
GROUP BY state ORDER BY state LIMIT 20`

	sqlCountState = `
SELECT count(*) FROM catalogue_listing
WHERE state = $1 AND ($2 = '' OR owner = $2) AND ($3 = '' OR kind = $3) AND region BETWEEN $4 AND $5
ORDER BY 1 LIMIT 1`

	sqlStale = `
SELECT owner, count(*) FROM catalogue_listing
WHERE kind = $1 AND state = 'published' AND origin = '' AND refreshed_at < $2
GROUP BY owner ORDER BY owner LIMIT $3`

	sqlAudited = `
SELECT ` + listingColumns + `, l.fields,
  coalesce((SELECT v.state FROM catalogue_version v WHERE v.listing = l.id AND v.version = l.version), ''),
  coalesce((SELECT v.fields FROM catalogue_version v WHERE v.listing = l.id AND v.fields <> '' ORDER BY v.version DESC LIMIT 1), ''),
  (SELECT count(*) FROM catalogue_version v WHERE v.listing = l.id),
  (SELECT count(*) FROM catalogue_change c WHERE c.listing = l.id)
FROM catalogue_listing l WHERE l.id > $1 ORDER BY l.id LIMIT $2`

	sqlFileDigests = `SELECT id, digest FROM catalogue_file WHERE id > $1 AND dropped_at = 0 ORDER BY id LIMIT $2`

	sqlInsertVersion = `
INSERT INTO catalogue_version (listing, version, at, person, act, state, reason, fields) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlVersions = `
SELECT version, at, person, act, state, reason, fields FROM catalogue_version WHERE listing = $1 ORDER BY version DESC LIMIT $2`

	sqlInsertChange = `INSERT INTO catalogue_change (listing) VALUES ($1)`

	sqlChanges = `
SELECT c.seq, ` + listingColumns + `
FROM catalogue_change c JOIN catalogue_listing l ON l.id = c.listing
WHERE c.seq > $1 ORDER BY c.seq LIMIT $2`

	sqlSeq = `SELECT coalesce(max(seq), 0) FROM catalogue_change ORDER BY 1 LIMIT 1`

	sqlInsertFile = `
INSERT INTO catalogue_file (id, listing, use, digest, name, type, size, title, made_at, dropped_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`

	sqlDropFile = `UPDATE catalogue_file SET dropped_at = $2 WHERE id = $1`

	sqlFiles = `
SELECT id, use, digest, name, type, size, title, made_at FROM catalogue_file
WHERE listing = $1 AND dropped_at = 0 ORDER BY CASE use WHEN 'picture' THEN 0 ELSE 1 END, id LIMIT $2`
)

func scanListing(scan func(...any) error, before ...any) (Listing, error) {
	return scanWider(scan, before, nil)
}

// scanWider scans a listing with columns before and after its own.
func scanWider(scan func(...any) error, before, after []any) (l Listing, err error) {
	var id, region, state, fields string
	var made, changed, refreshed, published int64
	into := append(slices.Clone(before), &id, &l.Kind, &l.Owner, &l.OwnNo, &region, &state, &l.Version, &l.Title[0], &l.Title[1], &l.OwnerName[0], &l.OwnerName[1],
		&fields, &l.Reason, &l.Synthetic, &made, &changed, &refreshed, &published, &l.Origin, &l.Proof, (*string)(&l.OfCase))
	err = scan(append(into, after...)...)
	if err != nil {
		return l, err
	}
	l.ID, l.Region, l.State = unit.ID(id), unit.Region(region), State(state)
	l.Made, l.Changed, l.Refreshed, l.Published = db.Time(made), db.Time(changed), db.Time(refreshed), db.TimeOrZero(published)
	l.Fields, err = readFields(fields)
	return l, err
}

func plainListing(scan func(...any) error) (Listing, error) { return scanListing(scan) }

func selectListing(ctx context.Context, tx *db.Tx, id unit.ID) (l Listing, found bool, err error) {
	l, err = scanListing(tx.QueryRow(ctx, sqlListing, string(id)).Scan)
	if db.NoRows(err) {
		return l, false, nil
	}
	return l, err == nil, err
}

func selectOfCase(ctx context.Context, tx *db.Tx, of unit.ID) (l Listing, found bool, err error) {
	l, err = scanListing(tx.QueryRow(ctx, sqlOfCase, string(of)).Scan)
	if db.NoRows(err) {
		return l, false, nil
	}
	return l, err == nil, err
}

func selectByOwnNo(ctx context.Context, tx *db.Tx, owner, kind, no string) (id unit.ID, found bool, err error) {
	var text string
	err = tx.QueryRow(ctx, sqlByOwnNo, owner, kind, no).Scan(&text)
	if db.NoRows(err) {
		return "", false, nil
	}
	return unit.ID(text), err == nil, err
}

func selectEvery(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Listing, error) {
	return db.Collect(ctx, tx, "listings", plainListing, sqlEvery, string(after), limit)
}

// inside are the first and the last code of a region and of every region inside it.
func inside(r unit.Region) (first, last string) {
	switch {
	case r == "":
		return "", "~"
	case r.Level() == unit.LevelProvince:
		return string(r[:2]), string(r[:2]) + "~"
	case r.Level() == unit.LevelCity:
		return string(r[:4]), string(r[:4]) + "~"
	}
	return string(r), string(r)
}

func selectPage(ctx context.Context, tx *db.Tx, q Query, limit int) ([]Listing, error) {
	before := string(q.After)
	if before == "" {
		before = "~"
	}
	text := sqlPage
	switch {
	case q.Owner != "":
		text = sqlPageOwner
	case q.Kind != "" && q.State != "":
		text = sqlPageKind
	}
	first, last := inside(q.Region)
	return db.Collect(ctx, tx, "a page of listings", plainListing, text, q.Owner, before, string(q.State), q.Kind, first, last, limit)
}

func insertListing(ctx context.Context, tx *db.Tx, l Listing) error {
	return tx.Later(ctx, sqlInsertListing, string(l.ID), l.Kind, l.Owner, l.OwnNo, string(l.Region), string(l.State), l.Version, l.Title[0], l.Title[1],
		l.OwnerName[0], l.OwnerName[1], fieldsText(l.Fields), l.Reason, l.Synthetic, db.Micros(l.Made), db.Micros(l.Changed), db.Micros(l.Refreshed),
		db.MicrosOrZero(l.Published), l.Origin, l.Proof, string(l.OfCase))
}

func updateListing(ctx context.Context, tx *db.Tx, l Listing) error {
	return tx.Later(ctx, sqlUpdateListing, string(l.ID), l.OwnNo, string(l.Region), string(l.State), l.Version, l.Title[0], l.Title[1],
		l.OwnerName[0], l.OwnerName[1], fieldsText(l.Fields), l.Reason, l.Synthetic, db.Micros(l.Changed), db.Micros(l.Refreshed), db.MicrosOrZero(l.Published))
}

func insertVersion(ctx context.Context, tx *db.Tx, id unit.ID, v Version) error {
	fields := ""
	if v.Fields != nil {
		fields = fieldsText(v.Fields)
	}
	return tx.Later(ctx, sqlInsertVersion, string(id), v.No, db.Micros(v.At), string(v.Person), string(v.Act), string(v.State), v.Reason, fields)
}

func selectVersions(ctx context.Context, tx *db.Tx, id unit.ID) ([]Version, error) {
	return db.Collect(ctx, tx, "versions of listing "+string(id), func(scan func(...any) error) (v Version, err error) {
		var at int64
		var person, act, state, fields string
		if err = scan(&v.No, &at, &person, &act, &state, &v.Reason, &fields); err != nil {
			return v, err
		}
		v.At, v.Person, v.Act, v.State = db.Time(at), unit.ID(person), Act(act), State(state)
		v.Fields, err = readFields(fields)
		return v, err
	}, sqlVersions, string(id), versions)
}

func insertChange(ctx context.Context, tx *db.Tx, id unit.ID) error {
	return tx.Later(ctx, sqlInsertChange, string(id))
}

func selectChanges(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Change, error) {
	return db.Collect(ctx, tx, "changes of listings", func(scan func(...any) error) (c Change, err error) {
		c.Listing, err = scanListing(scan, &c.Seq)
		return c, err
	}, sqlChanges, after, limit)
}

func selectSeq(ctx context.Context, tx *db.Tx) (seq int64, err error) {
	err = tx.QueryRow(ctx, sqlSeq).Scan(&seq)
	return seq, err
}

func insertFile(ctx context.Context, tx *db.Tx, id unit.ID, f File) error {
	_, err := tx.Exec(ctx, sqlInsertFile, string(f.ID), string(id), string(f.Use), string(f.Digest), f.Name, f.Type, f.Size, f.Title, db.Micros(f.Made))
	return err
}

func dropFile(ctx context.Context, tx *db.Tx, file unit.ID) error {
	_, err := tx.Exec(ctx, sqlDropFile, string(file), db.Micros(tx.Now()))
	return err
}

func selectFiles(ctx context.Context, tx *db.Tx, id unit.ID) ([]File, error) {
	return db.Collect(ctx, tx, "files of listing "+string(id), func(scan func(...any) error) (f File, err error) {
		var file, use, digest string
		var made int64
		err = scan(&file, &use, &digest, &f.Name, &f.Type, &f.Size, &f.Title, &made)
		f.ID, f.Use, f.Digest, f.Made = unit.ID(file), Use(use), files.Digest(digest), db.Time(made)
		return f, err
	}, sqlFiles, string(id), filesMax)
}

func selectCounts(ctx context.Context, tx *db.Tx, q Query) (map[State]int, error) {
	first, last := inside(q.Region)
	n := map[State]int{}
	_, err := db.Collect(ctx, tx, "how many listings there are", func(scan func(...any) error) (x int, err error) {
		var state string
		if err = scan(&state, &x); err == nil {
			n[State(state)] = x
		}
		return x, err
	}, sqlCounts, q.Owner, q.Kind, first, last)
	return n, err
}

func selectCount(ctx context.Context, tx *db.Tx, q Query) (n int, err error) {
	first, last := inside(q.Region)
	err = tx.QueryRow(ctx, sqlCountState, string(q.State), q.Owner, q.Kind, first, last).Scan(&n)
	return n, err
}

func selectStale(ctx context.Context, tx *db.Tx, kind string, before time.Time, limit int) ([]stale, error) {
	return db.Collect(ctx, tx, "owners of old listings", func(scan func(...any) error) (o stale, err error) {
		err = scan(&o.owner, &o.listings)
		return o, err
	}, sqlStale, kind, db.Micros(before), limit)
}

func selectAudited(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]audited, error) {
	return db.Collect(ctx, tx, "listings with their versions", func(scan func(...any) error) (a audited, err error) {
		var state string
		a.Listing, err = scanWider(scan, nil, []any{&a.kept, &state, &a.fields, &a.versions, &a.changes})
		a.state = State(state)
		return a, err
	}, sqlAudited, string(after), limit)
}

func selectFileDigests(ctx context.Context, tx *db.Tx, after string, limit int) ([][2]string, error) {
	return db.Collect(ctx, tx, "files of listings", func(scan func(...any) error) (f [2]string, err error) {
		err = scan(&f[0], &f[1])
		return f, err
	}, sqlFileDigests, after, limit)
}
