package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const mineMax = 200 // cases of one organisation in a round that are listed

const publicRoundColumns = `r.id, r.digest, r.scheme, r.day, r.at, r.total, r.returns,
  (SELECT count(*) FROM casework_round_line l WHERE l.round_id = r.id AND l.taken)`

const (
	sqlPublicRounds = `
SELECT ` + publicRoundColumns + ` FROM casework_round r WHERE r.done_at > 0
ORDER BY r.at DESC, r.id DESC LIMIT $1 OFFSET $2`
	sqlCountPublicRounds = `
SELECT count(*) FROM (SELECT 1 FROM casework_round WHERE done_at > 0 LIMIT $1) x`
	sqlPublicRound = `
SELECT ` + publicRoundColumns + ` FROM casework_round r WHERE r.id = $1 AND r.done_at > 0 ORDER BY r.id LIMIT 1`

	sqlPublicLines = `
SELECT l.rank, COALESCE((SELECT s.leaf FROM casework_step s
  WHERE s.case_id = l.case_id AND s.action = $2 AND s.at >= $3 ORDER BY s.no LIMIT 1), '')
FROM casework_round_line l WHERE l.round_id = $1 AND l.taken
ORDER BY l.rank LIMIT $4 OFFSET $5`

	sqlPlace = `
SELECT r.id, r.day, r.at, r.total, r.done_at, l.rank, l.taken
FROM casework_round_line l JOIN casework_round r ON r.id = l.round_id
WHERE l.case_id = $1
ORDER BY r.at DESC, r.id DESC LIMIT 1`

	sqlInRound = `
SELECT ` + caseColumns + ` FROM casework_case
WHERE org = $3 AND digest = $1 AND (stage = $2 AND ending = '' OR id IN (
  SELECT l.case_id FROM casework_round_line l JOIN casework_round r ON r.id = l.round_id WHERE r.digest = $1 AND r.day = $4))
ORDER BY id LIMIT $5`
)

func scanPublicRound(scan func(...any) error) (r PublicRound, err error) {
	var at int64
	var day, returns string
	if err = scan(&r.ID, &r.Digest, &r.Scheme, &day, &at, &r.Total, &returns, &r.Taken); err != nil {
		return r, err
	}
	if r.Returns, err = returnsOf(returns); err != nil {
		return r, err
	}
	r.At = db.Time(at)
	r.Day, err = unit.ParseDay(day)
	return r, err
}

func selectPublicRounds(ctx context.Context, tx *db.Tx, rows, offset int) (out []PublicRound, total int, err error) {
	if err := tx.QueryRow(ctx, sqlCountPublicRounds, countMax+1).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.Collect(ctx, tx, "closings of rounds", scanPublicRound, sqlPublicRounds, rows, offset)
	return out, total, err
}

func selectPublicRound(ctx context.Context, tx *db.Tx, id unit.ID) (PublicRound, error) {
	r, err := scanPublicRound(tx.QueryRow(ctx, sqlPublicRound, string(id)).Scan)
	if db.NoRows(err) {
		return r, fault.New(fault.NotFound, "casework.round_unknown")
	}
	return r, err
}

func selectPublicLines(ctx context.Context, tx *db.Tx, r PublicRound, takes string, rows, offset int) ([]PublicLine, error) {
	return db.Collect(ctx, tx, "admitted cases of a round", func(scan func(...any) error) (l PublicLine, err error) {
		return l, scan(&l.Rank, &l.Leaf)
	}, sqlPublicLines, string(r.ID), takes, db.Micros(r.At), rows, offset)
}

// selectPlace is the place of a case in the last round that decided about it.
func selectPlace(ctx context.Context, tx *db.Tx, id unit.ID) (p RoundPlace, ok bool, err error) {
	var at, done int64
	var day string
	err = tx.QueryRow(ctx, sqlPlace, string(id)).Scan(&p.Closing, &day, &at, &p.Total, &done, &p.Rank, &p.Takes)
	if db.NoRows(err) {
		return RoundPlace{}, false, nil
	}
	if err != nil {
		return p, false, err
	}
	p.At, p.Over = db.Time(at), done > 0
	p.Day, err = unit.ParseDay(day)
	return p, true, err
}

// selectInRound are the cases of an organisation that wait in the round's stage or were decided about on that day.
func selectInRound(ctx context.Context, tx *db.Tx, digest, stage, org string, day unit.Day) ([]Case, error) {
	return queryCases(ctx, tx, sqlInRound, digest, stage, org, day.String(), mineMax)
}
