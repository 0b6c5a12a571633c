package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	closingsMax   = 100 // of one round
	roundDaysMax  = 200 // of one edition
	openRoundsMax = 20  // that one Tick goes on with
)

const (
	sqlWaiting = `SELECT ` + caseColumns + ` FROM casework_case WHERE digest = $1 AND stage = $2 AND ending = '' ORDER BY id LIMIT $3`

	sqlInsertRound = `
INSERT INTO casework_round (id, digest, scheme, day, at, person, by_name, role, mandate, plan, total, piece, done_at, returns)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12)`

	sqlInsertLine = `
INSERT INTO casework_round_line (round_id, rank, case_id, value, sum_fen, room, taken, done, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8)`

	sqlRoundDays = `SELECT DISTINCT day FROM casework_round WHERE digest = $1 ORDER BY day LIMIT $2`

	sqlClosings = `
SELECT r.id, r.at, r.by_name, r.total, r.done_at, r.returns,
  (SELECT count(*) FROM casework_round_line l WHERE l.round_id = r.id AND l.taken),
  (SELECT count(*) FROM casework_round_line l WHERE l.round_id = r.id AND l.done)
FROM casework_round r WHERE r.digest = $1 AND r.day = $2
ORDER BY r.at, r.id LIMIT $3`

	sqlCountTaken = `
SELECT count(*) FROM casework_round_line l JOIN casework_round r ON r.id = l.round_id
WHERE r.digest = $1 AND r.day = $2 AND l.room = $3 AND l.taken
ORDER BY 1 LIMIT 1`

	sqlLines = `
SELECT l.rank, l.case_id, l.value, l.sum_fen, l.room, l.taken, l.done, l.reason,
  COALESCE((SELECT s.at FROM casework_step s WHERE s.case_id = l.case_id ORDER BY s.no LIMIT 1), 0)
FROM casework_round_line l JOIN casework_round r ON r.id = l.round_id
WHERE l.round_id = $1 AND r.digest = $2
ORDER BY l.rank LIMIT $3`

	sqlLineCases = `
SELECT ` + caseColumns + ` FROM casework_case
WHERE id IN (SELECT l.case_id FROM casework_round_line l WHERE l.round_id = $1)
ORDER BY id LIMIT $2`

	sqlUndone = `
SELECT rank, case_id, taken, reason FROM casework_round_line WHERE round_id = $1 AND NOT done
ORDER BY rank LIMIT $2`

	sqlMarkLine  = `UPDATE casework_round_line SET done = TRUE WHERE round_id = $1 AND rank = $2`
	sqlMarkPiece = `UPDATE casework_round SET piece = $2, done_at = $3 WHERE id = $1`

	sqlAside = `
SELECT room, sum(sum_fen) FROM casework_round_line WHERE round_id = $1 AND taken AND NOT done AND sum_fen > 0
GROUP BY room ORDER BY room LIMIT $2`

	sqlOpenRounds = `SELECT ` + openRoundColumns + ` FROM casework_round WHERE done_at = 0 ORDER BY at, id LIMIT $1`
	sqlOpenRound  = `SELECT ` + openRoundColumns + ` FROM casework_round WHERE id = $1 AND done_at = 0 ORDER BY id LIMIT 1`

	sqlCountUndone = `SELECT count(*) FROM casework_round_line WHERE case_id = $1 AND NOT done ORDER BY 1 LIMIT 1`
)

const openRoundColumns = `id, digest, day, person, by_name, role, mandate, piece`

// selectWaiting are the cases of an edition that stand in a stage, the oldest first.
func selectWaiting(ctx context.Context, tx *db.Tx, digest, stage string, limit int) ([]Case, error) {
	return queryCases(ctx, tx, sqlWaiting, digest, stage, limit)
}

// insertRound writes a closing with every case in its place.
func insertRound(ctx context.Context, tx *db.Tx, cl decided, p plan) error {
	returns, err := returnsJSON(p.returns)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertRound, string(cl.id), cl.sch.Digest, cl.sch.ID, cl.day.String(), db.Micros(tx.Now()), string(cl.who.Person), cl.who.Name,
		cl.by.role, cl.by.mandate, p.digest(), len(p.ranked), returns)
	if err != nil {
		return err
	}
	for _, r := range p.ranked {
		value, err := json.Marshal(r.Value)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlInsertLine, string(cl.id), r.Rank, string(r.Case.ID), string(value), int64(r.Sum), r.Room, r.Takes, r.Skip.Reason); err != nil {
			return fmt.Errorf("place %d: %w", r.Rank, err)
		}
	}
	return nil
}

func selectRoundDays(ctx context.Context, tx *db.Tx, digest string) ([]unit.Day, error) {
	return db.Collect(ctx, tx, "days of rounds", func(scan func(...any) error) (unit.Day, error) {
		var text string
		if err := scan(&text); err != nil {
			return 0, err
		}
		return unit.ParseDay(text)
	}, sqlRoundDays, digest, roundDaysMax)
}

func selectClosings(ctx context.Context, tx *db.Tx, digest string, day unit.Day) ([]Closing, error) {
	return db.Collect(ctx, tx, "closings of a round", func(scan func(...any) error) (c Closing, err error) {
		var at, done int64
		var returns string
		if err = scan(&c.ID, &at, &c.By, &c.Total, &done, &returns, &c.Taken, &c.Done); err != nil {
			return c, err
		}
		c.At, c.Over = db.Time(at), done != 0
		c.Returns, err = returnsOf(returns)
		return c, err
	}, sqlClosings, digest, day.String(), closingsMax)
}

func countTaken(ctx context.Context, tx *db.Tx, digest string, day unit.Day, room string) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlCountTaken, digest, day.String(), room).Scan(&n)
	return n, err
}

// selectLines are the cases of a closing in their places.
func selectLines(ctx context.Context, tx *db.Tx, closing unit.ID, digest string) ([]Ranked, error) {
	out, err := db.Collect(ctx, tx, "places of a round", func(scan func(...any) error) (r Ranked, err error) {
		var value string
		var submitted int64
		if err = scan(&r.Rank, &r.Case.ID, &value, &r.Sum, &r.Room, &r.Takes, &r.Done, &r.Skip.Reason, &submitted); err != nil {
			return r, err
		}
		r.Submitted = db.Time(submitted)
		return r, json.Unmarshal([]byte(value), &r.Value)
	}, sqlLines, string(closing), digest, roundMax)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	cases, err := queryCases(ctx, tx, sqlLineCases, string(closing), roundMax)
	by := map[unit.ID]Case{}
	for _, c := range cases {
		by[c.ID] = c
	}
	for i := range out {
		out[i].Case = by[out[i].Case.ID]
	}
	return out, err
}

// roundLine is a case whose step is to be taken.
type roundLine struct {
	rank  int
	id    unit.ID
	takes bool

	reason string // why it is passed over though it had its place
}

func selectUndone(ctx context.Context, tx *db.Tx, closing unit.ID, limit int) ([]roundLine, error) {
	return db.Collect(ctx, tx, "steps of a round", func(scan func(...any) error) (l roundLine, err error) {
		return l, scan(&l.rank, &l.id, &l.takes, &l.reason)
	}, sqlUndone, string(closing), limit)
}

func markLine(ctx context.Context, tx *db.Tx, closing unit.ID, rank int) error {
	_, err := tx.Exec(ctx, sqlMarkLine, string(closing), rank)
	return err
}

func markPiece(ctx context.Context, tx *db.Tx, closing unit.ID, piece int, over bool) error {
	at := int64(0)
	if over {
		at = db.Micros(tx.Now())
	}
	_, err := tx.Exec(ctx, sqlMarkPiece, string(closing), piece, at)
	return err
}

// selectAside is what the admitted cases whose steps are still to come will take, by account.
func selectAside(ctx context.Context, tx *db.Tx, closing unit.ID) (map[string]unit.Fen, error) {
	out := map[string]unit.Fen{}
	_, err := db.Collect(ctx, tx, "sums of a round", func(scan func(...any) error) (path string, err error) {
		var sum int64
		err = scan(&path, &sum)
		out[path] = unit.Fen(sum)
		return path, err
	}, sqlAside, string(closing), roundMax)
	return out, err
}

func scanOpenRound(scan func(...any) error) (cl decided, err error) {
	var day string
	if err = scan(&cl.id, &cl.digest, &day, &cl.who.Person, &cl.who.Name, &cl.by.role, &cl.by.mandate, &cl.piece); err != nil {
		return cl, err
	}
	cl.day, err = unit.ParseDay(day)
	return cl, err
}

func selectOpenRounds(ctx context.Context, tx *db.Tx) ([]decided, error) {
	return db.Collect(ctx, tx, "rounds that are being closed", scanOpenRound, sqlOpenRounds, openRoundsMax)
}

func selectOpenRound(ctx context.Context, tx *db.Tx, id unit.ID) (decided, error) {
	return scanOpenRound(tx.QueryRow(ctx, sqlOpenRound, string(id)).Scan)
}

func countUndone(ctx context.Context, tx *db.Tx, id unit.ID) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountUndone, string(id)).Scan(&n)
	return n, err
}
