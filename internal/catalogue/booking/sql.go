package booking

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const instrumentColumns = `id, no, org, region, title_zh, title_en, place, zone, state, reason, at`

const (
	sqlLastNo = `SELECT coalesce(max(no), 0) FROM catalogue_booking_instrument ORDER BY 1 LIMIT 1`

	sqlInsertInstrument = `
INSERT INTO catalogue_booking_instrument (` + instrumentColumns + `, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	sqlUpdateInstrument = `
UPDATE catalogue_booking_instrument SET title_zh = $2, title_en = $3, place = $4, zone = $5, state = $6, reason = $7 WHERE id = $1`

	sqlInstrument = `SELECT ` + instrumentColumns + ` FROM catalogue_booking_instrument WHERE id = $1 ORDER BY id LIMIT 1`

	sqlInstruments = `
SELECT ` + instrumentColumns + ` FROM catalogue_booking_instrument
WHERE ($1 = '' OR org = $1) AND ($2 OR state = 'open') AND id > $3 ORDER BY id LIMIT $4`

	sqlOpen = `
SELECT id FROM catalogue_booking_instrument WHERE state = 'open' AND id >= $1 AND id <= $2 ORDER BY id LIMIT $3`

	sqlInsertPlan = `
INSERT INTO catalogue_booking_plan (instrument, version, body, person, at) VALUES ($1, $2, $3, $4, $5)`

	sqlPlan = `SELECT version, body, at FROM catalogue_booking_plan WHERE instrument = $1 ORDER BY version DESC LIMIT 1`

	sqlInsertPrice = `
INSERT INTO catalogue_booking_price (instrument, version, from_day, body, person, at) VALUES ($1, $2, $3, $4, $5, $6)`

	sqlPriceOn = `
SELECT version, from_day, body, at FROM catalogue_booking_price WHERE instrument = $1 AND from_day <= $2
ORDER BY from_day DESC, version DESC LIMIT 1`

	sqlPrices = `SELECT version, from_day, body, at FROM catalogue_booking_price WHERE instrument = $1 ORDER BY version DESC LIMIT $2`
)

const (
	sqlInsertShut = `
INSERT INTO catalogue_booking_shut (id, instrument, kind, from_us, to_us, why, source, uid, person, at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`

	sqlShuts = `
SELECT id, instrument, kind, from_us, to_us, why, source, uid, at, ended_at FROM catalogue_booking_shut
WHERE instrument = $1 AND ended_at = 0 AND from_us < $3 AND to_us > $2 ORDER BY from_us, id LIMIT $4`

	sqlShut = `
SELECT id, instrument, kind, from_us, to_us, why, source, uid, at, ended_at FROM catalogue_booking_shut WHERE id = $1 ORDER BY id LIMIT 1`

	sqlEndShut = `UPDATE catalogue_booking_shut SET ended_at = $2 WHERE id = $1 AND ended_at = 0`

	sqlCutShut = `UPDATE catalogue_booking_shut SET to_us = $2 WHERE id = $1 AND from_us < $2 AND to_us > $2 AND ended_at = 0`

	sqlDropOutside = `DELETE FROM catalogue_booking_shut WHERE source = $1 AND kind = 'outside'`

	sqlInsertDuty = `
INSERT INTO catalogue_booking_duty (id, instrument, person, from_us, to_us, at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`

	sqlDuties = `
SELECT id, person, from_us, to_us FROM catalogue_booking_duty
WHERE instrument = $1 AND ended_at = 0 AND from_us < $3 AND to_us > $2 ORDER BY from_us, id LIMIT $4`

	sqlEndDuty = `UPDATE catalogue_booking_duty SET ended_at = $3 WHERE id = $1 AND instrument = $2 AND ended_at = 0`

	sqlInsertCertificate = `
INSERT INTO catalogue_booking_certificate (id, org, kind, person, since, until, by_person, at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`

	sqlCertificates = `
SELECT id, kind, person, since, until FROM catalogue_booking_certificate
WHERE org = $1 AND ($2 = '' OR person = $2) AND ended_at = 0 ORDER BY id DESC LIMIT $3`

	sqlEndCertificate = `UPDATE catalogue_booking_certificate SET ended_at = $3 WHERE id = $1 AND org = $2 AND ended_at = 0`
)

func spanOf(from, to int64) Span { return Span{db.TimeOrZero(from), db.TimeOrZero(to)} }

func scanInstrument(scan func(...any) error) (i Instrument, err error) {
	var at int64
	err = scan(&i.ID, &i.No, &i.Org, &i.Region, &i.Title[0], &i.Title[1], &i.Place, &i.Zone, &i.State, &i.Reason, &at)
	i.At = db.TimeOrZero(at)
	return i, err
}

func insertInstrument(ctx context.Context, tx *db.Tx, i Instrument, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlInsertInstrument, string(i.ID), i.No, i.Org, string(i.Region), i.Title[0], i.Title[1], i.Place, i.Zone, i.State, i.Reason, db.Micros(i.At), string(by))
	return err
}

func updateInstrument(ctx context.Context, tx *db.Tx, i Instrument) error {
	_, err := tx.Exec(ctx, sqlUpdateInstrument, string(i.ID), i.Title[0], i.Title[1], i.Place, i.Zone, i.State, i.Reason)
	return err
}

func lastNo(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlLastNo).Scan(&n)
	return n, err
}

func selectInstrument(ctx context.Context, tx *db.Tx, id unit.ID) (Instrument, error) {
	i, err := scanInstrument(tx.QueryRow(ctx, sqlInstrument, string(id)).Scan)
	if db.NoRows(err) {
		return i, fault.New(fault.NotFound, "booking.unknown")
	}
	return i, err
}

func selectInstruments(ctx context.Context, tx *db.Tx, org string, all bool, after unit.ID, limit int) ([]Instrument, error) {
	return db.Collect(ctx, tx, "instruments of "+org, scanInstrument, sqlInstruments, org, all, string(after), limit)
}

// selectOpen are the ids, from one to another, of instruments that may be booked.
func selectOpen(ctx context.Context, tx *db.Tx, from, to unit.ID) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "open instruments", func(scan func(...any) error) (id unit.ID, err error) { return id, scan(&id) }, sqlOpen, string(from), string(to), rowsMax)
}

func insertPlan(ctx context.Context, tx *db.Tx, id unit.ID, version int, p Plan, by unit.ID) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertPlan, string(id), version, string(body), string(by), db.Micros(tx.Now()))
	return err
}

// selectPlan reads the plan in force; version 0 when there is none yet.
func selectPlan(ctx context.Context, tx *db.Tx, id unit.ID) (p Plan, version int, err error) {
	var body string
	var at int64
	err = tx.QueryRow(ctx, sqlPlan, string(id)).Scan(&version, &body, &at)
	if db.NoRows(err) {
		return p, 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &p)
	}
	if err != nil {
		return p, 0, fmt.Errorf("plan of %s: %w", id, err)
	}
	return p, version, nil
}

func insertPrices(ctx context.Context, tx *db.Tx, id unit.ID, p Prices, by unit.ID) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertPrice, string(id), p.Version, p.From.String(), string(body), string(by), db.Micros(tx.Now()))
	return err
}

func scanPrices(scan func(...any) error) (p Prices, err error) {
	var body, from string
	var at int64
	var version int
	if err = scan(&version, &from, &body, &at); err != nil {
		return p, err
	}
	if err = json.Unmarshal([]byte(body), &p); err != nil {
		return p, err
	}
	p.Version, p.At = version, db.TimeOrZero(at)
	p.From, err = unit.ParseDay(from)
	return p, err
}

// selectPricesOn are the prices for a day of use; version 0 when there are none.
func selectPricesOn(ctx context.Context, tx *db.Tx, id unit.ID, day unit.Day) (Prices, error) {
	p, err := scanPrices(tx.QueryRow(ctx, sqlPriceOn, string(id), day.String()).Scan)
	if db.NoRows(err) {
		return Prices{}, nil
	}
	return p, err
}

func selectPrices(ctx context.Context, tx *db.Tx, id unit.ID) ([]Prices, error) {
	return db.Collect(ctx, tx, "prices of "+string(id), scanPrices, sqlPrices, string(id), rowsMax)
}

func insertShut(ctx context.Context, tx *db.Tx, x Shut, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlInsertShut, string(x.ID), string(x.Instrument), string(x.Kind), db.Micros(x.From), db.Micros(x.To), x.Why, string(x.Source), x.UID, string(by), db.Micros(tx.Now()))
	return err
}

func scanShut(scan func(...any) error) (x Shut, err error) {
	var from, to, at, ended int64
	err = scan(&x.ID, &x.Instrument, &x.Kind, &from, &to, &x.Why, &x.Source, &x.UID, &at, &ended)
	x.Span, x.At, x.Ended = spanOf(from, to), db.TimeOrZero(at), db.TimeOrZero(ended)
	return x, err
}

func selectShuts(ctx context.Context, tx *db.Tx, id unit.ID, s Span) ([]Shut, error) {
	return db.Collect(ctx, tx, "blackouts of "+string(id), scanShut, sqlShuts, string(id), db.Micros(s.From), db.Micros(s.To), rowsMax)
}

func selectShut(ctx context.Context, tx *db.Tx, id unit.ID) (Shut, error) {
	x, err := scanShut(tx.QueryRow(ctx, sqlShut, string(id)).Scan)
	if db.NoRows(err) {
		return x, fault.New(fault.NotFound, "booking.unknown")
	}
	return x, err
}

// Duty is when an operator is there.
type Duty struct {
	ID     unit.ID
	Person unit.ID
	Name   string
	Span
}

func selectDuties(ctx context.Context, tx *db.Tx, id unit.ID, s Span) ([]Duty, error) {
	return db.Collect(ctx, tx, "rota of "+string(id), func(scan func(...any) error) (d Duty, err error) {
		var from, to int64
		err = scan(&d.ID, &d.Person, &from, &to)
		d.Span = spanOf(from, to)
		return d, err
	}, sqlDuties, string(id), db.Micros(s.From), db.Micros(s.To), rowsMax)
}

// Certificate says that a person has learnt to use something.
type Certificate struct {
	ID     unit.ID
	Kind   string
	Person unit.ID
	Name   string
	Since  unit.Day
	Until  unit.Day // none: without end
}

func selectCertificates(ctx context.Context, tx *db.Tx, org string, person unit.ID) ([]Certificate, error) {
	return db.Collect(ctx, tx, "certificates of "+org, func(scan func(...any) error) (c Certificate, err error) {
		var since, until string
		if err = scan(&c.ID, &c.Kind, &c.Person, &since, &until); err != nil {
			return c, err
		}
		if c.Since, err = unit.ParseDay(since); err == nil && until != "" {
			c.Until, err = unit.ParseDay(until)
		}
		return c, err
	}, sqlCertificates, org, string(person), rowsMax)
}
