package casework

import (
	"context"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	// sqlRepeated counts cases of a scheme by who asks and whom the form names. Cases of which only some are told whose they are, and
	// those that were refused, are no part of a pattern.
	sqlRepeated = `
SELECT c.scheme, c.org, r.code, count(*) FROM casework_case c JOIN casework_reader r ON r.case_id = c.id AND r.why = 'field'
WHERE %REACH% AND c.opened_at >= %SINCE% AND c.ending <> 'refused' AND c.id NOT IN (SELECT v.case_id FROM casework_veil v)
GROUP BY c.scheme, c.org, r.code ORDER BY count(*) DESC, c.scheme, c.org, r.code LIMIT %MOST%`

	// sqlCountedBy counts cases of a scheme by who asks.
	sqlCountedBy = `
SELECT c.scheme, c.org, '', count(*) FROM casework_case c
WHERE %REACH% AND c.opened_at >= %SINCE% AND c.ending <> 'refused' AND c.id NOT IN (SELECT v.case_id FROM casework_veil v)
GROUP BY c.scheme, c.org ORDER BY count(*) DESC, c.scheme, c.org LIMIT %MOST%`

	// sqlPatternCases are the cases of some organisations in a scheme.
	sqlPatternCases = `
SELECT c.id FROM casework_case c
WHERE %REACH% AND c.opened_at >= %SINCE% AND c.ending <> 'refused' AND c.scheme = %SCHEME% AND %ORGS% AND %NAMED% AND c.id NOT IN (SELECT v.case_id FROM casework_veil v)
ORDER BY c.id DESC LIMIT %MOST%`

	// sqlSchemeCases are the newest cases of some schemes.
	sqlSchemeCases = `
SELECT c.id FROM casework_case c
WHERE %REACH% AND c.opened_at >= %SINCE% AND c.ending <> 'refused' AND %SCHEMES% AND c.id NOT IN (SELECT v.case_id FROM casework_veil v)
ORDER BY c.id DESC LIMIT %MOST%`

	sqlPatternAside = `SELECT pattern, subject, at, by_name, reason, cases FROM casework_pattern_aside ORDER BY at DESC, pattern, subject LIMIT $1`
	sqlInsertAside  = `INSERT INTO casework_pattern_aside (pattern, subject, at, person, by_name, reason, cases) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// tally is how often somebody has cases of a scheme, with whom.
type tally struct {
	scheme, org, with string
	n                 int
}

func (w where) reach() string {
	if len(w.conds) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.conds, " AND ")
}

func selectTallies(ctx context.Context, tx *db.Tx, text string, w where, since int64) ([]tally, error) {
	text = strings.NewReplacer("%REACH%", w.reach(), "%SINCE%", w.arg(since), "%MOST%", w.arg(talliesMax)).Replace(text)
	return db.Collect(ctx, tx, "who has cases with whom", func(scan func(...any) error) (t tally, err error) {
		err = scan(&t.scheme, &t.org, &t.with, &t.n)
		return t, err
	}, text, w.args...)
}

func selectPatternCases(ctx context.Context, tx *db.Tx, w where, since int64, p Pattern) ([]unit.ID, error) {
	orgs, named := "1 = 1", "1 = 1"
	if len(p.Orgs) > 0 {
		orgs = w.in("c.org", p.Orgs)
	}
	if p.Provider != "" {
		named = "c.id IN (SELECT r.case_id FROM casework_reader r WHERE r.why = 'field' AND r.code = " + w.arg(p.Provider) + ")"
	}
	text := strings.NewReplacer("%REACH%", w.reach(), "%SINCE%", w.arg(since), "%SCHEME%", w.arg(p.Scheme), "%ORGS%", orgs, "%NAMED%", named, "%MOST%", w.arg(patternCases)).Replace(sqlPatternCases)
	return db.Collect(ctx, tx, "cases of a pattern", func(scan func(...any) error) (id unit.ID, err error) {
		var s string
		err = scan(&s)
		return unit.ID(s), err
	}, text, w.args...)
}

func selectSchemeCases(ctx context.Context, tx *db.Tx, w where, since int64, schemes []string) ([]unit.ID, error) {
	text := strings.NewReplacer("%REACH%", w.reach(), "%SINCE%", w.arg(since), "%SCHEMES%", w.in("c.scheme", schemes), "%MOST%", w.arg(pricedMax)).Replace(sqlSchemeCases)
	return db.Collect(ctx, tx, "cases of schemes", func(scan func(...any) error) (id unit.ID, err error) {
		var s string
		err = scan(&s)
		return unit.ID(s), err
	}, text, w.args...)
}

func selectPatternAsides(ctx context.Context, tx *db.Tx) ([]Aside, error) {
	return db.Collect(ctx, tx, "patterns set aside", func(scan func(...any) error) (a Aside, err error) {
		var at int64
		err = scan(&a.Kind, &a.Subject, &at, &a.By, &a.Reason, &a.Cases)
		a.At = db.Time(at)
		return a, err
	}, sqlPatternAside, asidesMax)
}
