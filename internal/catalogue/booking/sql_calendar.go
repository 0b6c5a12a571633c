package booking

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlInsertFeed = `INSERT INTO catalogue_booking_feed (id, digest, kind, object, person, at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`

	sqlFeed = `SELECT id, kind, object, person, at FROM catalogue_booking_feed WHERE digest = $1 AND ended_at = 0 ORDER BY id LIMIT 1`

	sqlFeeds = `SELECT id, kind, object, person, at FROM catalogue_booking_feed WHERE person = $1 AND ended_at = 0 ORDER BY id LIMIT $2`

	sqlEndFeed = `UPDATE catalogue_booking_feed SET ended_at = $3 WHERE id = $1 AND person = $2 AND ended_at = 0`

	sqlInsertSource = `
INSERT INTO catalogue_booking_source (id, instrument, name, url, digest, events, problem, read_at, person, at, ended_at)
VALUES ($1, $2, $3, $4, '', 0, '', 0, $5, $6, 0)`

	sqlUpdateSource = `UPDATE catalogue_booking_source SET digest = $2, events = $3, problem = $4, read_at = $5 WHERE id = $1`

	sqlSource = `
SELECT id, instrument, name, url, digest, events, problem, read_at, at FROM catalogue_booking_source WHERE id = $1 AND ended_at = 0 ORDER BY id LIMIT 1`

	sqlSources = `
SELECT id, instrument, name, url, digest, events, problem, read_at, at FROM catalogue_booking_source
WHERE instrument = $1 AND ended_at = 0 ORDER BY id LIMIT $2`

	sqlEndSource = `UPDATE catalogue_booking_source SET ended_at = $3 WHERE id = $1 AND instrument = $2 AND ended_at = 0`
)

func insertFeed(ctx context.Context, tx *db.Tx, f Feed, digest string) error {
	_, err := tx.Exec(ctx, sqlInsertFeed, string(f.ID), digest, f.Kind, f.Object, string(f.Person), db.Micros(f.At))
	return err
}

func scanFeed(scan func(...any) error) (f Feed, err error) {
	var at int64
	err = scan(&f.ID, &f.Kind, &f.Object, &f.Person, &at)
	f.At = db.TimeOrZero(at)
	return f, err
}

func selectFeed(ctx context.Context, tx *db.Tx, digest string) (Feed, error) {
	f, err := scanFeed(tx.QueryRow(ctx, sqlFeed, digest).Scan)
	if db.NoRows(err) {
		return f, fault.New(fault.NotFound, "booking.unknown")
	}
	return f, err
}

func selectFeeds(ctx context.Context, tx *db.Tx, person unit.ID) ([]Feed, error) {
	return db.Collect(ctx, tx, "calendars of a person", scanFeed, sqlFeeds, string(person), feedsMax)
}

func insertSource(ctx context.Context, tx *db.Tx, x Source, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlInsertSource, string(x.ID), string(x.Instrument), x.Name, x.URL, string(by), db.Micros(x.At))
	return err
}

func updateSource(ctx context.Context, tx *db.Tx, x Source) error {
	_, err := tx.Exec(ctx, sqlUpdateSource, string(x.ID), x.Digest, x.Events, x.Problem, db.MicrosOrZero(x.Read))
	return err
}

func scanSource(scan func(...any) error) (x Source, err error) {
	var read, at int64
	err = scan(&x.ID, &x.Instrument, &x.Name, &x.URL, &x.Digest, &x.Events, &x.Problem, &read, &at)
	x.Read, x.At = db.TimeOrZero(read), db.TimeOrZero(at)
	return x, err
}

func selectSource(ctx context.Context, tx *db.Tx, id unit.ID) (Source, error) {
	x, err := scanSource(tx.QueryRow(ctx, sqlSource, string(id)).Scan)
	if db.NoRows(err) {
		return x, fault.New(fault.NotFound, "booking.unknown")
	}
	return x, err
}

func selectSources(ctx context.Context, tx *db.Tx, instrument unit.ID) ([]Source, error) {
	return db.Collect(ctx, tx, "outside calendars of "+string(instrument), scanSource, sqlSources, string(instrument), sourcesMax)
}
