package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlInsertAsked = `
INSERT INTO casework_asked (case_id, ask, opening, step, opened_at, closed_at) VALUES ($1, $2, $3, $4, $5, 0)`

	sqlCloseAsked = `UPDATE casework_asked SET closed_at = $4 WHERE case_id = $1 AND ask = $2 AND opening = $3`

	sqlStopWaiting = `UPDATE casework_seat SET waiting = $4 WHERE case_id = $1 AND ask = $2 AND opening = $3`

	sqlInsertSeat = `
INSERT INTO casework_seat (case_id, ask, opening, seat, kind, no, holds, waiting, asked_at, due_at, provisional, late_told, struck_at, struck_why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '')`

	sqlSeatAnswered = `UPDATE casework_seat SET waiting = $5 WHERE case_id = $1 AND ask = $2 AND opening = $3 AND seat = $4`

	sqlSeatDue = `
UPDATE casework_seat SET due_at = $5, provisional = $6 WHERE case_id = $1 AND ask = $2 AND opening = $3 AND seat = $4`

	sqlSeatTold = `UPDATE casework_seat SET late_told = $5 WHERE case_id = $1 AND ask = $2 AND opening = $3 AND seat = $4`

	sqlLateSeats = `
SELECT DISTINCT case_id FROM casework_seat WHERE waiting AND NOT late_told AND NOT provisional AND due_at > 0 AND due_at <= $1
ORDER BY case_id LIMIT $2`

	sqlInsertAnswer = `
INSERT INTO casework_answer (case_id, ask, opening, seat, at, person, by_name, mandate, instead, reason, answer, answer_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (case_id, ask, opening, seat) DO NOTHING`

	sqlAsked = `
SELECT a.ask, a.opening, a.step, a.opened_at, a.closed_at FROM casework_asked a
WHERE a.case_id = $1 AND a.opening = (SELECT max(b.opening) FROM casework_asked b WHERE b.case_id = a.case_id AND b.ask = a.ask)
ORDER BY a.step, a.ask LIMIT $2`

	sqlSeats = `
SELECT x.ask, x.opening, x.seat, x.kind, x.no, x.holds, x.waiting, x.asked_at, x.due_at, x.provisional, x.struck_why, x.struck_by, x.struck_reason,
  COALESCE(y.at, 0), COALESCE(y.person, ''), COALESCE(y.by_name, ''), COALESCE(y.mandate, ''), COALESCE(y.instead, ''), COALESCE(y.reason, ''),
  COALESCE(y.answer, ''), COALESCE(y.answer_key, '')
FROM casework_seat x LEFT JOIN casework_answer y
  ON y.case_id = x.case_id AND y.ask = x.ask AND y.seat = x.seat AND y.opening = x.holds
WHERE x.case_id = $1 AND x.opening = (SELECT max(b.opening) FROM casework_asked b WHERE b.case_id = x.case_id AND b.ask = x.ask)
ORDER BY x.ask, x.no, x.seat LIMIT $2`

	sqlInsertReader = `
INSERT INTO casework_reader (case_id, code, why) VALUES ($1, $2, $3) ON CONFLICT (case_id, code, why) DO NOTHING`

	sqlDeleteReader = `DELETE FROM casework_reader WHERE case_id = $1 AND code = $2 AND why = $3`

	sqlVeil   = `INSERT INTO casework_veil (case_id) VALUES ($1) ON CONFLICT (case_id) DO NOTHING`
	sqlUnveil = `DELETE FROM casework_veil WHERE case_id = $1`

	sqlVeiled = `SELECT count(*) FROM casework_veil WHERE case_id = $1 ORDER BY 1 LIMIT 1`

	// sqlUnveiled keeps the cases of which everybody who sees them is told whose they are.
	sqlUnveiled = `NOT EXISTS (SELECT 1 FROM casework_veil v WHERE v.case_id = casework_case.id)`

	sqlReaders = `SELECT code, why FROM casework_reader WHERE case_id = $1 ORDER BY code, why LIMIT $2`
)

const (
	asksMax    = 50   // asks of one scheme that are read
	seatsRead  = 5000 // of one case, all asks together
	readersMax = 1000 // of one case
)

func insertAsked(ctx context.Context, tx *db.Tx, id unit.ID, a Asked) error {
	_, err := tx.Exec(ctx, sqlInsertAsked, string(id), a.Ask, a.Opening, a.step, db.Micros(a.Opened))
	return err
}

// closeAsked takes no more answers to an opening.
func closeAsked(ctx context.Context, tx *db.Tx, id unit.ID, ask string, opening int) error {
	if _, err := tx.Exec(ctx, sqlCloseAsked, string(id), ask, opening, db.Micros(tx.Now())); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlStopWaiting, string(id), ask, opening, false)
	return err
}

func insertSeat(ctx context.Context, tx *db.Tx, id unit.ID, ask string, x Seat) error {
	_, err := tx.Exec(ctx, sqlInsertSeat, string(id), ask, x.opening, x.ID, x.kept(), x.No, x.holds, x.Waiting, db.Micros(x.asked),
		microsOrNever(x.Due), x.Provisional, false)
	return err
}

// microsOrNever is a time as it is kept, 0 for none.
func microsOrNever(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func timeOrNever(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.Time(us)
}

// insertAnswer writes a seat's answer; false says that it has answered already.
func insertAnswer(ctx context.Context, tx *db.Tx, id unit.ID, ask string, x Seat, a SeatAnswer) (bool, error) {
	given, err := json.Marshal(a.Given)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, sqlInsertAnswer, string(id), ask, x.opening, x.ID, db.Micros(a.At), string(a.Person), a.By, a.Mandate, a.Instead,
		a.Reason, string(given), a.key)
	if err != nil || n != 1 {
		return false, err
	}
	_, err = tx.Exec(ctx, sqlSeatAnswered, string(id), ask, x.opening, x.ID, false)
	return true, err
}

func updateSeatDue(ctx context.Context, tx *db.Tx, id unit.ID, ask string, x Seat) error {
	_, err := tx.Exec(ctx, sqlSeatDue, string(id), ask, x.opening, x.ID, microsOrNever(x.Due), x.Provisional)
	return err
}

func markSeatTold(ctx context.Context, tx *db.Tx, id unit.ID, ask string, x Seat) error {
	_, err := tx.Exec(ctx, sqlSeatTold, string(id), ask, x.opening, x.ID, true)
	return err
}

// selectAsked reads the last opening of each ask of a case with its seats and their answers.
func selectAsked(ctx context.Context, tx *db.Tx, id unit.ID) ([]Asked, error) {
	all, err := db.Collect(ctx, tx, "asks", func(scan func(...any) error) (a Asked, err error) {
		var opened, closed int64
		err = scan(&a.Ask, &a.Opening, &a.step, &opened, &closed)
		a.Opened, a.Closed = db.Time(opened), timeOrNever(closed)
		return a, err
	}, sqlAsked, string(id), asksMax)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	at := map[string]int{}
	for i, a := range all {
		at[a.Ask] = i
	}
	_, err = db.Collect(ctx, tx, "seats", func(scan func(...any) error) (x Seat, err error) {
		var ask, answer string
		var y SeatAnswer
		var asked, due, answered int64
		if err = scan(&ask, &x.opening, &x.ID, &x.Kind, &x.No, &x.holds, &x.Waiting, &asked, &due, &x.Provisional, &x.Struck, &x.StruckBy, &x.StruckWhy,
			&answered, &y.Person, &y.By, &y.Mandate, &y.Instead, &y.Reason, &answer, &y.key); err != nil {
			return x, err
		}
		if _, bad := unit.ParseUSCC(x.ID); bad == nil {
			x.Kind = "org"
		}
		x.asked, x.Due, x.Vacant = db.Time(asked), timeOrNever(due), strings.HasPrefix(x.ID, vacant)
		if answered > 0 {
			y.At = db.Time(answered)
			if err := json.Unmarshal([]byte(answer), &y.Given); err != nil {
				return x, fmt.Errorf("answer of %s to %s: %w", x.ID, ask, err)
			}
			x.Answer = &y
		}
		if i, there := at[ask]; there {
			all[i].Seats = append(all[i].Seats, x)
		}
		return x, nil
	}, sqlSeats, string(id), seatsRead)
	return all, err
}

func insertReader(ctx context.Context, tx *db.Tx, id unit.ID, code, why string) error {
	_, err := tx.Exec(ctx, sqlInsertReader, string(id), code, why)
	return err
}

// keepVeil writes down whether it is narrowed whose case it is.
func keepVeil(ctx context.Context, tx *db.Tx, id unit.ID, on bool) error {
	query := sqlUnveil
	if on {
		query = sqlVeil
	}
	_, err := tx.Exec(ctx, query, string(id))
	return err
}

// selectVeiled says whether it is narrowed whose a case is.
func selectVeiled(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlVeiled, string(id)).Scan(&n)
	return n > 0, err
}

// caseReader is somebody who may see a case besides its organisation and the desks of its place.
type caseReader struct{ code, why string }

func selectReaders(ctx context.Context, tx *db.Tx, id unit.ID) ([]caseReader, error) {
	return db.Collect(ctx, tx, "readers of case "+string(id), func(scan func(...any) error) (r caseReader, err error) {
		err = scan(&r.code, &r.why)
		return r, err
	}, sqlReaders, string(id), readersMax)
}

// keepReaders makes the readers that the form names those of fields, no others.
func keepReaders(ctx context.Context, tx *db.Tx, id unit.ID, want map[string]bool) error {
	have, err := selectReaders(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range have {
		if r.why != "field" {
			continue
		}
		if !want[r.code] {
			if _, err := tx.Exec(ctx, sqlDeleteReader, string(id), r.code, r.why); err != nil {
				return err
			}
		}
		delete(want, r.code)
	}
	for _, code := range slices.Sorted(maps.Keys(want)) {
		if err := insertReader(ctx, tx, id, code, "field"); err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlPutSeal = `
INSERT INTO casework_sealed (case_id, field, box, digest, sealed_at, opens_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (case_id, field) DO UPDATE SET box = excluded.box, digest = excluded.digest, sealed_at = excluded.sealed_at, opens_at = excluded.opens_at`

	sqlSeals = `SELECT field, box, digest, sealed_at, opens_at, opened_at FROM casework_sealed WHERE case_id = $1 ORDER BY field LIMIT $2`
)

func putSeal(ctx context.Context, tx *db.Tx, id unit.ID, x Seal) error {
	_, err := tx.Exec(ctx, sqlPutSeal, string(id), x.Field, x.box, x.Digest, db.Micros(x.Sealed), microsOrNever(x.Opens))
	return err
}

func selectSeals(ctx context.Context, tx *db.Tx, id unit.ID) ([]Seal, error) {
	return db.Collect(ctx, tx, "seals", func(scan func(...any) error) (x Seal, err error) {
		var sealed, opens, opened int64
		err = scan(&x.Field, &x.box, &x.Digest, &sealed, &opens, &opened)
		x.Sealed, x.Opens, x.Opened = db.Time(sealed), timeOrNever(opens), timeOrNever(opened)
		return x, err
	}, sqlSeals, string(id), asksMax)
}
