package casework

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// never is the until_at of a role for which no time is counted.
const never = math.MaxInt64

const waitColumns = `case_id, role, desk, org, region, digest, stage, until_at, provisional`

const (
	sqlDropWaits  = `DELETE FROM casework_wait WHERE case_id = $1`
	sqlInsertWait = `
INSERT INTO casework_wait (` + waitColumns + `, soon_told)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlTaken    = `SELECT case_id, role, person, name, given_by, at FROM casework_taken WHERE case_id = $1 ORDER BY case_id LIMIT 1`
	sqlPutTaken = `
INSERT INTO casework_taken (case_id, role, person, name, given_by, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (case_id) DO UPDATE SET role = excluded.role, person = excluded.person, name = excluded.name, given_by = excluded.given_by, at = excluded.at`
	sqlDropTaken = `DELETE FROM casework_taken WHERE case_id = $1`

	sqlCatchup     = `SELECT after FROM casework_catchup WHERE what = $1 ORDER BY what LIMIT 1`
	sqlCatchupTo   = `UPDATE casework_catchup SET after = $2 WHERE what = $1`
	sqlCatchupDone = `DELETE FROM casework_catchup WHERE what = $1`
)

// waitRow is a role that can act in a case, as it is kept.
type waitRow struct {
	caseID               unit.ID
	role, desk, org      string
	region               unit.Region
	digest, stage        string
	until                int64
	provisional, dueSoon bool // dueSoon: its time is so near that nobody is reminded
}

// putWaits writes who has to act in a case, in place of what was written before.
func putWaits(ctx context.Context, tx *db.Tx, id unit.ID, all []waitRow) error {
	if err := tx.Later(ctx, sqlDropWaits, string(id)); err != nil {
		return err
	}
	for _, w := range all {
		if err := tx.Later(ctx, sqlInsertWait, string(id), w.role, w.desk, w.org, string(w.region), w.digest, w.stage, w.until, w.provisional, w.dueSoon); err != nil {
			return fmt.Errorf("%s waits in case %s: %w", w.role, id, err)
		}
	}
	return nil
}

// Lines of a queue are found stage by stage, each from the index, and joined: no statement looks at more rows than it
// shows, but for those of other places.

// line narrows the rows of casework_wait that one actor's queue has.
type line struct {
	parts []string // a SELECT of (case_id, sort) each
	where
}

// deskParts adds the rows of one desk and stage.
func (l *line) deskPart(desk string, regions []unit.Region, offices []access.Office, at place, f QueueFilter, now time.Time, limit int) {
	conds := []string{"w.desk = " + l.arg(desk), "w.desk <> ''", "w.digest = " + l.arg(at.digest), "w.stage = " + l.arg(at.stage)}
	var any []string
	node := slices.Contains(regions, "")
	for _, r := range regions {
		if !node {
			any = append(any, l.inside("w.region", r))
		}
	}
	for _, o := range offices {
		if !node {
			any = append(any, "(w.org = "+l.arg(o.Org)+" OR w.org = '' AND "+l.inside("w.region", o.Region)+")")
		}
	}
	if len(any) > 0 {
		conds = append(conds, "("+strings.Join(any, " OR ")+")")
	}
	l.add(conds, f, now, limit)
}

// orgPart adds the rows of one organisation.
func (l *line) orgPart(org string, places []place, f QueueFilter, now time.Time, limit int) {
	if len(places) == 0 {
		return
	}
	conds := []string{"w.org = " + l.arg(org), "w.org <> ''", "w.desk = ''"}
	if f.Scheme != "" || f.Stage != "" {
		var any []string
		for _, p := range places {
			any = append(any, "(w.digest = "+l.arg(p.digest)+" AND w.stage = "+l.arg(p.stage)+")")
		}
		conds = append(conds, "("+strings.Join(any, " OR ")+")")
	}
	l.add(conds, f, now, limit)
}

func (l *line) add(conds []string, f QueueFilter, now time.Time, limit int) {
	switch f.Due {
	case "late":
		conds = append(conds, "w.until_at <= "+l.arg(db.Micros(now)))
	case "soon":
		conds = append(conds, "w.until_at > "+l.arg(db.Micros(now)), "w.until_at <= "+l.arg(db.Micros(now.Add(f.soon))))
	}
	switch f.Hands {
	case "mine":
		conds = append(conds, "EXISTS (SELECT 1 FROM casework_taken k WHERE k.case_id = w.case_id AND k.person = "+l.arg(string(f.person))+")")
	case "free":
		conds = append(conds, "NOT EXISTS (SELECT 1 FROM casework_taken k WHERE k.case_id = w.case_id)")
	}
	by, order := "w.until_at", "w.until_at, w.case_id"
	if f.Sort == "age" {
		by, order = "0", "w.case_id"
	}
	l.parts = append(l.parts, fmt.Sprintf("SELECT case_id, sort FROM (SELECT w.case_id, %s AS sort FROM casework_wait w WHERE %s ORDER BY %s LIMIT %d) q%d",
		by, strings.Join(conds, " AND "), order, limit, len(l.parts)))
}

const sqlOccupied = `SELECT case_id FROM casework_wait WHERE desk = $1 AND desk <> '' AND digest = $2 AND stage = $3 ORDER BY until_at LIMIT 1`

// selectOccupied says whether anything waits for a desk at a stage of an edition.
func selectOccupied(ctx context.Context, tx *db.Tx, desk, digest, stage string) (bool, error) {
	var id string
	err := tx.QueryRow(ctx, sqlOccupied, desk, digest, stage).Scan(&id)
	if db.NoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// selectLine is one page of the queue: the ids of its cases.
func selectLine(ctx context.Context, tx *db.Tx, l line, offset, rows int) ([]unit.ID, error) {
	if len(l.parts) == 0 {
		return nil, nil
	}
	query := `SELECT case_id FROM (` + strings.Join(l.parts, " UNION ALL ") + `) x GROUP BY case_id ORDER BY min(sort), case_id`
	query += ` LIMIT ` + l.arg(rows) + ` OFFSET ` + l.arg(offset)
	return db.Collect(ctx, tx, "queue", scanID, query, l.args...)
}

// countLine counts the cases of a queue, at most so many for each of its parts.
func countLine(ctx context.Context, tx *db.Tx, l line) (n int, err error) {
	if len(l.parts) == 0 {
		return 0, nil
	}
	query := `SELECT count(DISTINCT case_id) FROM (` + strings.Join(l.parts, " UNION ALL ") + `) x`
	err = tx.QueryRow(ctx, query, l.args...).Scan(&n)
	return n, err
}

func scanID(scan func(...any) error) (id unit.ID, err error) {
	var text string
	err = scan(&text)
	return unit.ID(text), err
}

// selectByIDs are the cases with these ids, in their order.
func selectByIDs(ctx context.Context, tx *db.Tx, ids []unit.ID) ([]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := where{}
	cond := w.in("id", texts(ids))
	all, err := queryCases(ctx, tx, `SELECT `+caseColumns+` FROM casework_case WHERE `+cond+` ORDER BY id LIMIT `+w.arg(len(ids)), w.args...)
	if err != nil {
		return nil, err
	}
	by := map[unit.ID]Case{}
	for _, c := range all {
		by[c.ID] = c
	}
	out := all[:0]
	for _, id := range ids {
		if c, ok := by[id]; ok {
			out = append(out, c)
		}
	}
	return out, nil
}

func texts(ids []unit.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// selectWaits are the rows of some cases, by case and role.
func selectWaits(ctx context.Context, tx *db.Tx, ids []unit.ID) (map[unit.ID][]waitRow, error) {
	out := map[unit.ID][]waitRow{}
	if len(ids) == 0 {
		return out, nil
	}
	w := where{}
	cond := w.in("case_id", texts(ids))
	all, err := db.Collect(ctx, tx, "who waits", scanWait, `SELECT `+waitColumns+` FROM casework_wait WHERE `+cond+` ORDER BY case_id, role LIMIT `+w.arg(len(ids)*rolesMax), w.args...)
	for _, r := range all {
		out[r.caseID] = append(out[r.caseID], r)
	}
	return out, err
}

func scanWait(scan func(...any) error) (r waitRow, err error) {
	err = scan(&r.caseID, &r.role, &r.desk, &r.org, &r.region, &r.digest, &r.stage, &r.until, &r.provisional)
	return r, err
}

// selectTakenOf says who took which of some cases.
func selectTakenOf(ctx context.Context, tx *db.Tx, ids []unit.ID) (map[unit.ID]Taken, error) {
	out := map[unit.ID]Taken{}
	if len(ids) == 0 {
		return out, nil
	}
	w := where{}
	cond := w.in("case_id", texts(ids))
	all, err := db.Collect(ctx, tx, "who took", scanTaken,
		`SELECT case_id, role, person, name, given_by, at FROM casework_taken WHERE `+cond+` ORDER BY case_id LIMIT `+w.arg(len(ids)), w.args...)
	for _, t := range all {
		out[t.Case] = t
	}
	return out, err
}

func scanTaken(scan func(...any) error) (t Taken, err error) {
	var at int64
	err = scan(&t.Case, &t.Role, &t.Person, &t.Name, &t.By, &at)
	t.At = db.Time(at)
	return t, err
}

// selectTaken is who took a case; nobody is the zero Taken.
func selectTaken(ctx context.Context, tx *db.Tx, id unit.ID) (Taken, error) {
	t, err := scanTaken(tx.QueryRow(ctx, sqlTaken, string(id)).Scan)
	if db.NoRows(err) {
		return Taken{}, nil
	}
	return t, err
}

func putTaken(ctx context.Context, tx *db.Tx, t Taken) error {
	_, err := tx.Exec(ctx, sqlPutTaken, string(t.Case), t.Role, string(t.Person), t.Name, string(t.By), db.Micros(t.At))
	return err
}

func dropTaken(ctx context.Context, tx *db.Tx, id unit.ID) error {
	_, err := tx.Exec(ctx, sqlDropTaken, string(id))
	return err
}

// selectCatchup is up to which case something was derived; done says that nothing is left.
func selectCatchup(ctx context.Context, tx *db.Tx, what string) (after unit.ID, done bool, err error) {
	err = tx.QueryRow(ctx, sqlCatchup, what).Scan(&after)
	if db.NoRows(err) {
		return "", true, nil
	}
	return after, false, err
}

// putCatchup writes up to which case something was derived; "" is all of them.
func putCatchup(ctx context.Context, tx *db.Tx, what string, after unit.ID) error {
	if after == "" {
		_, err := tx.Exec(ctx, sqlCatchupDone, what)
		return err
	}
	_, err := tx.Exec(ctx, sqlCatchupTo, what, string(after))
	return err
}

// placesOf are the places for which an actor holds a desk, and the single offices; "" is the whole node.
func placesOf(who access.Actor, desk string) (regions []unit.Region, offices []access.Office) {
	for _, g := range who.Grants {
		switch {
		case g.Role != desk:
		case g.Org != "":
			offices = append(offices, access.Office{Region: g.Region, Org: g.Org})
		default:
			regions = append(regions, g.Region)
		}
	}
	return regions, offices
}
