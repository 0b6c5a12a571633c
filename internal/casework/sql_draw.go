package casework

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertDraw = `
INSERT INTO casework_draw (case_id, ask, opening, box, promise, promised_at, promised_in, drawn_at, drawn_in, seed, pool, field, digest, want, standby, per_unit)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', '', $8, '', '', 0, 0, 0)`

	sqlDrawn = `
UPDATE casework_draw SET drawn_at = $4, drawn_in = $5, seed = $6, field = $7, digest = $8, want = $9, standby = $10, per_unit = $11
WHERE case_id = $1 AND ask = $2 AND opening = $3 AND drawn_at = 0`

	sqlDraws = `
SELECT ask, opening, box, promise, promised_at, promised_in, drawn_at, drawn_in, seed, pool, field, digest, want, standby, per_unit
FROM casework_draw WHERE case_id = $1 ORDER BY ask, opening LIMIT $2`

	sqlInsertLot = `
INSERT INTO casework_lot (case_id, ask, opening, token, person, unit, unit_no, kept, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlLots = `
SELECT token, person, unit, unit_no, kept, place FROM casework_lot WHERE case_id = $1 AND ask = $2 AND opening = $3
ORDER BY CASE WHEN place = 0 THEN 1 ELSE 0 END, place, token LIMIT $4`

	sqlStrikeSeat = `
UPDATE casework_seat SET struck_at = $5, struck_why = $6, struck_by = $7, struck_reason = $8, waiting = $9
WHERE case_id = $1 AND ask = $2 AND opening = $3 AND seat = $4 AND struck_at = 0`

	// sqlPartners counts, by organisation, the cases in which it stood with another: its own that name the other, and those of the
	// other that name it.
	sqlPartners = `
SELECT x.org, count(*) FROM (
  SELECT r.code AS org, c.id AS id FROM casework_case c JOIN casework_reader r ON r.case_id = c.id AND r.why = 'field'
  WHERE c.org = $1 AND c.changed_at >= $2 AND c.id <> $3 AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
  UNION
  SELECT c.org AS org, c.id AS id FROM casework_reader r JOIN casework_case c ON c.id = r.case_id
  WHERE r.code = $1 AND r.why = 'field' AND c.changed_at >= $2 AND c.id <> $3 AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
) x GROUP BY x.org ORDER BY x.org LIMIT $4`

	// sqlCompeting finds cases of a scheme and an organisation that go on: two say whether there is another than one's own.
	sqlCompeting = `
SELECT c.id FROM casework_case c WHERE c.scheme = $1 AND c.org = $2 AND c.ending = ''
  AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id)
ORDER BY c.id LIMIT 2`
)

const drawsMax = 100 // of one case

func insertDraw(ctx context.Context, tx *db.Tx, id unit.ID, d Drawing) error {
	_, err := tx.Exec(ctx, sqlInsertDraw, string(id), d.Ask, d.Opening, d.box, d.Promise, db.Micros(d.Promised), string(d.PromisedIn), d.Pool)
	return err
}

// markDrawn writes what came of a draw and everybody who was in the pool.
func markDrawn(ctx context.Context, tx *db.Tx, id unit.ID, d Drawing) error {
	if _, err := tx.Exec(ctx, sqlDrawn, string(id), d.Ask, d.Opening, db.Micros(d.Drawn), string(d.DrawnIn), d.Seed, d.Field, d.Digest, d.Count, d.Reserves, d.PerUnit); err != nil {
		return err
	}
	for _, l := range d.Lots {
		kept := ""
		if len(l.Kept) > 0 {
			b, err := json.Marshal(l.Kept)
			if err != nil {
				return err
			}
			kept = string(b)
		}
		if err := tx.Later(ctx, sqlInsertLot, string(id), d.Ask, d.Opening, l.Token, string(l.Person), l.Unit, l.UnitNo, kept, l.Place); err != nil {
			return err
		}
	}
	return nil
}

// selectDraws reads the draws of a case with everybody who was in them.
func selectDraws(ctx context.Context, tx *db.Tx, id unit.ID) ([]Drawing, error) {
	all, err := db.Collect(ctx, tx, "draws", func(scan func(...any) error) (d Drawing, err error) {
		var promised, drawn int64
		err = scan(&d.Ask, &d.Opening, &d.box, &d.Promise, &promised, &d.PromisedIn, &drawn, &d.DrawnIn, &d.Seed, &d.Pool, &d.Field, &d.Digest, &d.Count, &d.Reserves, &d.PerUnit)
		d.Promised, d.Drawn = db.Time(promised), timeOrNever(drawn)
		return d, err
	}, sqlDraws, string(id), drawsMax)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Drawn.IsZero() {
			continue
		}
		if all[i].Lots, err = db.Collect(ctx, tx, "lots", func(scan func(...any) error) (l DrawnLot, err error) {
			var kept string
			if err = scan(&l.Token, &l.Person, &l.Unit, &l.UnitNo, &kept, &l.Place); err == nil && kept != "" {
				err = json.Unmarshal([]byte(kept), &l.Kept)
			}
			return l, err
		}, sqlLots, string(id), all[i].Ask, all[i].Opening, poolMax+1); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func strikeSeat(ctx context.Context, tx *db.Tx, id unit.ID, ask string, x Seat) (bool, error) {
	n, err := tx.Exec(ctx, sqlStrikeSeat, string(id), ask, x.opening, x.ID, db.Micros(tx.Now()), x.Struck, x.StruckBy, x.StruckWhy, false)
	return n == 1, err
}

const partnersMax = 10_000 // of one organisation

// selectPartners counts, by organisation, in how many cases it stood with another since a time.
func selectPartners(ctx context.Context, tx *db.Tx, org string, since int64, but unit.ID) (map[string]int64, error) {
	out := map[string]int64{}
	_, err := db.Collect(ctx, tx, "partners of "+org, func(scan func(...any) error) (org string, err error) {
		n := int64(0)
		err = scan(&org, &n)
		out[org] = n
		return org, err
	}, sqlPartners, org, since, string(but), partnersMax)
	return out, err
}

func selectCompeting(ctx context.Context, tx *db.Tx, schemeID, org string) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases of "+org, func(scan func(...any) error) (id unit.ID, err error) {
		err = scan(&id)
		return id, err
	}, sqlCompeting, schemeID, org)
}

// dropReader lets whoever was drawn and declined see the case no more.
func dropReader(ctx context.Context, tx *db.Tx, id unit.ID, code string) error {
	_, err := tx.Exec(ctx, sqlDeleteReader, string(id), code, "seat")
	return err
}

const (
	// sqlOpinionsOwed counts what is asked of people and not answered. Seats that fell out wait no more.
	sqlOpinionsOwed = `
SELECT seat, count(*) FROM casework_seat WHERE kind = 'person' AND waiting AND struck_at = 0 GROUP BY seat ORDER BY seat LIMIT $1`

	opinionsMax = 100_000 // people
)

// selectOpinionsOwed is how many opinions everybody owes who was drawn.
func selectOpinionsOwed(ctx context.Context, tx *db.Tx) (map[unit.ID]int, error) {
	out := map[unit.ID]int{}
	_, err := db.Collect(ctx, tx, "opinions that are owed", func(scan func(...any) error) (id unit.ID, err error) {
		n := 0
		err = scan(&id, &n)
		out[id] = n
		return id, err
	}, sqlOpinionsOwed, opinionsMax)
	return out, err
}

// sqlPromised are the digests of the seeds of draws that were not made yet, of the cases of a scheme that go on.
const sqlPromised = `
SELECT d.case_id, min(d.promise) FROM casework_draw d JOIN casework_case c ON c.id = d.case_id
WHERE c.scheme = $1 AND c.ending = '' AND d.drawn_at = 0 GROUP BY d.case_id ORDER BY d.case_id LIMIT $2`

const promisedMax = 100_000 // cases of one scheme

func selectPromised(ctx context.Context, tx *db.Tx, schemeID string) (map[unit.ID]string, error) {
	out := map[unit.ID]string{}
	_, err := db.Collect(ctx, tx, "promised draws", func(scan func(...any) error) (id unit.ID, err error) {
		promise := ""
		err = scan(&id, &promise)
		out[id] = promise
		return id, err
	}, sqlPromised, schemeID, promisedMax)
	return out, err
}
