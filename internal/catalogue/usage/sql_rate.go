package usage

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertRating = `
INSERT INTO catalogue_usage_rating (run, instrument, org, stars, words, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (run) DO UPDATE SET stars = excluded.stars, words = excluded.words, person = excluded.person, at = excluded.at`
	sqlRatings = `
SELECT instrument, count(*) AS ratings, sum(stars) AS stars FROM catalogue_usage_rating
WHERE instrument IN (SELECT instrument FROM catalogue_usage_run WHERE owner = $1) GROUP BY instrument ORDER BY instrument LIMIT $2`
	sqlRatingOf = `
SELECT count(*) AS ratings, coalesce(sum(stars), 0) AS stars FROM catalogue_usage_rating WHERE instrument = $1 ORDER BY 1 LIMIT 1`

	ratedColumns = `rated.run, rated.instrument, rated.org, rated.stars, rated.words, rated.at`
	sqlRatedOf   = `
SELECT ` + ratedColumns + ` FROM catalogue_usage_rating AS rated WHERE rated.instrument = $1 ORDER BY rated.at DESC, rated.run LIMIT $2`
	sqlRatedByOwner = `
SELECT ` + ratedColumns + ` FROM catalogue_usage_rating AS rated JOIN catalogue_usage_run AS run ON run.id = rated.run
WHERE run.owner = $1 ORDER BY rated.at DESC, rated.run LIMIT $2 OFFSET $3`
	sqlCountRated = `
SELECT count(*) FROM catalogue_usage_rating AS rated JOIN catalogue_usage_run AS run ON run.id = rated.run WHERE run.owner = $1 ORDER BY 1 LIMIT 1`

	sqlUses = `
SELECT run.id, run.owner, run.instrument, run.log_no, run.from_us, run.to_us, run.minutes, run.samples, run.booking, run.class, run.price_fen, run.sheet,
  coalesce(rated.stars, 0) AS stars, coalesce(rated.words, '') AS words
FROM catalogue_usage_run AS run LEFT JOIN catalogue_usage_rating AS rated ON rated.run = run.id
WHERE run.user_org = $1 AND run.owner <> $1 ORDER BY run.from_us DESC, run.id LIMIT $2 OFFSET $3`
	sqlCountUses = `SELECT count(*) FROM catalogue_usage_run WHERE user_org = $1 AND owner <> $1 ORDER BY 1 LIMIT 1`
)

func putRating(ctx context.Context, tx *db.Tx, r Run, org string, stars int, words string, by unit.ID) error {
	return tx.Later(ctx, sqlInsertRating, string(r.ID), string(r.Instrument), org, stars, words, string(by), db.Micros(tx.Now()))
}

// ratings are how many there are of each instrument of an owner, and their sum.
type ratings struct {
	instrument unit.ID
	n, stars   int
}

func selectRatings(ctx context.Context, tx *db.Tx, owner string) ([]ratings, error) {
	return db.Collect(ctx, tx, "ratings of "+owner, func(scan func(...any) error) (r ratings, err error) {
		return r, scan(&r.instrument, &r.n, &r.stars)
	}, sqlRatings, owner, listedMax)
}

func selectRatingOf(ctx context.Context, tx *db.Tx, instrument unit.ID) (r ratings, err error) {
	r.instrument = instrument
	return r, tx.QueryRow(ctx, sqlRatingOf, string(instrument)).Scan(&r.n, &r.stars)
}

func scanRated(scan func(...any) error) (r Rated, err error) {
	var at int64
	err = scan(&r.Run, &r.Instrument, &r.Org, &r.Stars, &r.Words, &at)
	r.At = db.Time(at)
	return r, err
}

func selectRatedOf(ctx context.Context, tx *db.Tx, instrument unit.ID, limit int) ([]Rated, error) {
	return db.Collect(ctx, tx, "ratings of an instrument", scanRated, sqlRatedOf, string(instrument), limit)
}

func selectRatedByOwner(ctx context.Context, tx *db.Tx, owner string, limit, offset int) (all []Rated, n int, err error) {
	if err := tx.QueryRow(ctx, sqlCountRated, owner).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect(ctx, tx, "ratings of "+owner, scanRated, sqlRatedByOwner, owner, limit, offset)
	return all, n, err
}

func selectUses(ctx context.Context, tx *db.Tx, org string, limit, offset int) (all []Use, n int, err error) {
	if err := tx.QueryRow(ctx, sqlCountUses, org).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect(ctx, tx, "uses of "+org, func(scan func(...any) error) (u Use, err error) {
		var from, to int64
		err = scan(&u.ID, &u.Owner, &u.Instrument, &u.LogNo, &from, &to, &u.Minutes, &u.Samples, &u.Booking, &u.Class, &u.Price, &u.Sheet, &u.Stars, &u.Words)
		u.From, u.To, u.UserOrg = db.Time(from), db.Time(to), org
		return u, err
	}, sqlUses, org, limit, offset)
	return all, n, err
}
