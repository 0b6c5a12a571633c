package usage

import (
	"context"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sampleColumns = `id, owner, instrument, org, what, samples, hazards, secret, keep_until, state, booking, person, at`
	samplesRows   = 1000 // of a list

	sqlInsertSamples = `
INSERT INTO catalogue_usage_sample (` + sampleColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlUpdateSamples = `UPDATE catalogue_usage_sample SET state = $2 WHERE id = $1`
	sqlSamples       = `SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSamplesOfLab  = `
SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE owner = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR booking = $3)
ORDER BY at DESC, id DESC LIMIT $4 OFFSET $5`
	sqlSamplesOfOrg = `
SELECT ` + sampleColumns + ` FROM catalogue_usage_sample WHERE org = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR booking = $3)
ORDER BY at DESC, id DESC LIMIT $4 OFFSET $5`
	sqlCountOfLab = `
SELECT count(*) FROM catalogue_usage_sample WHERE owner = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR booking = $3) ORDER BY 1 LIMIT 1`
	sqlCountOfOrg = `
SELECT count(*) FROM catalogue_usage_sample WHERE org = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR booking = $3) ORDER BY 1 LIMIT 1`

	sqlInsertStep = `
INSERT INTO catalogue_usage_step (sample, no, state, samples, note, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlSteps = `SELECT state, samples, note, person, at FROM catalogue_usage_step WHERE sample = $1 ORDER BY no LIMIT $2`

	sqlInsertResult = `
INSERT INTO catalogue_usage_result (id, sample, kind, digest, name, until_us, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlResults = `SELECT id, kind, digest, name, until_us, at FROM catalogue_usage_result WHERE sample = $1 ORDER BY id LIMIT $2`

	sqlInsertTaken = `INSERT INTO catalogue_usage_taken (id, result, org, person, at) VALUES ($1, $2, $3, $4, $5)`
	sqlTaken       = `
SELECT result, org, person, at FROM catalogue_usage_taken
WHERE result IN (SELECT id FROM catalogue_usage_result WHERE sample = $1) ORDER BY id DESC LIMIT $2`
)

func scanSamples(scan func(...any) error) (x Samples, err error) {
	var at int64
	var hazards string
	err = scan(&x.ID, &x.Owner, &x.Instrument, &x.Org, &x.What, &x.Count, &hazards, &x.Secret, &x.KeepUntil, &x.State, &x.Booking, &x.Person, &at)
	x.Hazards, x.At = strings.Fields(hazards), db.Time(at)
	return x, err
}

func insertSamples(ctx context.Context, tx *db.Tx, x Samples) error {
	return tx.Later(ctx, sqlInsertSamples, string(x.ID), x.Owner, string(x.Instrument), x.Org, x.What, x.Count, strings.Join(x.Hazards, " "), x.Secret, x.KeepUntil.String(), string(x.State), string(x.Booking), string(x.Person), db.Micros(x.At))
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

func selectListed(ctx context.Context, tx *db.Tx, q SampleQuery, limit, offset int) (all []Samples, n int, err error) {
	list, count := sqlSamplesOfOrg, sqlCountOfOrg
	if q.Lab {
		list, count = sqlSamplesOfLab, sqlCountOfLab
	}
	if err := tx.QueryRow(ctx, count, q.Org, string(q.State), string(q.Booking)).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect(ctx, tx, "samples of "+q.Org, scanSamples, list, q.Org, string(q.State), string(q.Booking), limit, offset)
	return all, n, err
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
	all, err := db.Collect(ctx, tx, "results", func(scan func(...any) error) (r Result, err error) {
		var until, at int64
		err = scan(&r.ID, &r.Kind, &r.Digest, &r.Name, &until, &at)
		r.Until, r.At = db.Time(until), db.Time(at)
		return r, err
	}, sqlResults, string(id), samplesRows)
	if err != nil || len(all) == 0 {
		return all, err
	}
	taken, err := db.Collect(ctx, tx, "who took results", func(scan func(...any) error) (t Taking, err error) {
		var at int64
		err = scan(&t.Result, &t.Org, &t.Person, &at)
		t.At = db.Time(at)
		return t, err
	}, sqlTaken, string(id), samplesRows)
	for _, t := range taken {
		i := slices.IndexFunc(all, func(r Result) bool { return r.ID == t.Result })
		all[i].Taken = append(all[i].Taken, t)
	}
	return all, err
}

func insertTaken(ctx context.Context, tx *db.Tx, t Taking) error {
	return tx.Later(ctx, sqlInsertTaken, string(unit.NewID(t.At)), string(t.Result), t.Org, string(t.Person), db.Micros(t.At))
}
