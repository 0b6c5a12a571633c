package usage

import (
	"context"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sampleColumns = `id, owner, instrument, org, what, samples, hazards, secret, keep_until, state, at`
	samplesRows   = 1000 // of a list

	sqlInsertSamples = `
INSERT INTO catalogue_usage_sample (` + sampleColumns + `, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlUpdateSamples = `UPDATE catalogue_usage_sample SET state = $2 WHERE id = $1`
	sqlSamples       = `SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSamplesOfLab  = `SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE owner = $1 ORDER BY at DESC, id DESC LIMIT $2`
	sqlSamplesOfOrg  = `SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE org = $1 ORDER BY at DESC, id DESC LIMIT $2`

	sqlInsertStep = `
INSERT INTO catalogue_usage_step (sample, no, state, samples, note, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlSteps = `SELECT state, samples, note, person, at FROM catalogue_usage_step WHERE sample = $1 ORDER BY no LIMIT $2`

	sqlInsertResult = `
INSERT INTO catalogue_usage_result (id, sample, kind, digest, name, until_us, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlResults = `SELECT id, kind, digest, name, until_us, at FROM catalogue_usage_result WHERE sample = $1 ORDER BY id LIMIT $2`

	sqlInsertRating = `
INSERT INTO catalogue_usage_rating (run, instrument, org, stars, words, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (run) DO UPDATE SET stars = excluded.stars, words = excluded.words, person = excluded.person, at = excluded.at`
	sqlRatings = `
SELECT instrument, count(*) AS ratings, sum(stars) AS stars FROM catalogue_usage_rating
WHERE instrument IN (SELECT instrument FROM catalogue_usage_run WHERE owner = $1) GROUP BY instrument ORDER BY instrument LIMIT $2`
)

func scanSamples(scan func(...any) error) (x Samples, err error) {
	var at int64
	var hazards string
	err = scan(&x.ID, &x.Owner, &x.Instrument, &x.Org, &x.What, &x.Count, &hazards, &x.Secret, &x.KeepUntil, &x.State, &at)
	x.Hazards, x.At = strings.Fields(hazards), db.Time(at)
	return x, err
}

func insertSamples(ctx context.Context, tx *db.Tx, x Samples, by unit.ID) error {
	return tx.Later(ctx, sqlInsertSamples, string(x.ID), x.Owner, string(x.Instrument), x.Org, x.What, x.Count, strings.Join(x.Hazards, " "), x.Secret, x.KeepUntil.String(), string(x.State), db.Micros(x.At), string(by))
}

func updateSamples(ctx context.Context, tx *db.Tx, id unit.ID, to SampleState) error {
	return tx.LaterOne(ctx, fault.New(fault.NotFound, "usage.unknown"), sqlUpdateSamples, string(id), string(to))
}

func selectSamples(ctx context.Context, tx *db.Tx, id unit.ID) (Samples, error) {
	x, err := scanSamples(tx.QueryRow(ctx, sqlSamples, string(id)).Scan)
	if db.NoRows(err) {
		return x, fault.New(fault.NotFound, "usage.unknown")
	}
	return x, err
}

func selectAllSamples(ctx context.Context, tx *db.Tx, org string, lab bool) ([]Samples, error) {
	query := sqlSamplesOfOrg
	if lab {
		query = sqlSamplesOfLab
	}
	return db.Collect(ctx, tx, "samples of "+org, scanSamples, query, org, samplesRows)
}

func insertStep(ctx context.Context, tx *db.Tx, id unit.ID, no int, x SampleStep) error {
	return tx.Later(ctx, sqlInsertStep, string(id), no, string(x.State), x.Count, x.Note, string(x.By), db.Micros(x.At))
}

func selectSteps(ctx context.Context, tx *db.Tx, id unit.ID) ([]SampleStep, error) {
	return db.Collect(ctx, tx, "steps of samples", func(scan func(...any) error) (x SampleStep, err error) {
		var at int64
		err = scan(&x.State, &x.Count, &x.Note, &x.By, &at)
		x.At = db.Time(at)
		return x, err
	}, sqlSteps, string(id), samplesRows)
}

func insertResult(ctx context.Context, tx *db.Tx, id unit.ID, r Result, by unit.ID) error {
	return tx.Later(ctx, sqlInsertResult, string(r.ID), string(id), r.Kind, string(r.Digest), r.Name, db.Micros(r.Until), string(by), db.Micros(r.At))
}

func selectResults(ctx context.Context, tx *db.Tx, id unit.ID) ([]Result, error) {
	return db.Collect(ctx, tx, "results", func(scan func(...any) error) (r Result, err error) {
		var until, at int64
		err = scan(&r.ID, &r.Kind, &r.Digest, &r.Name, &until, &at)
		r.Until, r.At = db.Time(until), db.Time(at)
		return r, err
	}, sqlResults, string(id), samplesRows)
}

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
