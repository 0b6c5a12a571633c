package casework

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	abroadColumns = `case_id, node, org, seq, digest, letter, sent_at, owed, gone`

	sqlAbroad = `SELECT ` + abroadColumns + ` FROM casework_abroad WHERE case_id = $1 ORDER BY node, org LIMIT $2`
	sqlOwed   = `SELECT DISTINCT case_id FROM casework_abroad WHERE owed ORDER BY case_id LIMIT $1`

	sqlPutAbroad = `
INSERT INTO casework_abroad (` + abroadColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (case_id, node, org) DO UPDATE SET seq = excluded.seq, digest = excluded.digest, letter = excluded.letter,
  sent_at = excluded.sent_at, owed = excluded.owed, gone = excluded.gone`

	shadowColumns = `id, home, case_id, org, seq, no, scheme, stage, ending, mine, due_at, opened_at, changed_at, came_at, gone, shows`

	sqlShadow   = `SELECT ` + shadowColumns + ` FROM casework_shadow WHERE id = $1 ORDER BY id LIMIT 1`
	sqlShadowOf = `SELECT ` + shadowColumns + ` FROM casework_shadow WHERE home = $1 AND case_id = $2 AND org = $3 ORDER BY id LIMIT 1`

	sqlPutShadow = `
INSERT INTO casework_shadow (` + shadowColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (home, case_id, org) DO UPDATE SET seq = excluded.seq, no = excluded.no, scheme = excluded.scheme, stage = excluded.stage,
  ending = excluded.ending, mine = excluded.mine, due_at = excluded.due_at, opened_at = excluded.opened_at,
  changed_at = excluded.changed_at, came_at = excluded.came_at, gone = excluded.gone, shows = excluded.shows
WHERE excluded.seq > casework_shadow.seq`

	actedColumns = `id, shadow, action, wanted, person, by_name, mandate, act_key, at, state, code, zh, en, answered_at`

	sqlInsertActed = `
INSERT INTO casework_shadow_act (` + actedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	sqlActed    = `SELECT ` + actedColumns + ` FROM casework_shadow_act WHERE shadow = $1 ORDER BY id DESC LIMIT $2`
	sqlActedOf  = `SELECT ` + actedColumns + ` FROM casework_shadow_act WHERE id = $1 ORDER BY id LIMIT 1`
	sqlActedKey = `SELECT ` + actedColumns + ` FROM casework_shadow_act WHERE shadow = $1 AND person = $2 AND act_key = $3 ORDER BY id LIMIT 1`
	sqlAnswered = `
UPDATE casework_shadow_act SET state = $2, code = $3, zh = $4, en = $5, answered_at = $6 WHERE id = $1 AND state = 'sent'`

	brought = `digest, name, type, size_bytes, person, at`

	sqlBring = `
INSERT INTO casework_shadow_file (shadow, ` + brought + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (shadow, digest) DO NOTHING`
	sqlBroughtFor = `
SELECT s.id FROM casework_shadow s JOIN casework_shadow_file f ON f.shadow = s.id
WHERE s.home = $1 AND s.case_id = $2 AND f.digest = $3 ORDER BY s.id LIMIT 1`
	sqlBrought = `SELECT ` + brought + ` FROM casework_shadow_file WHERE shadow = $1 ORDER BY digest LIMIT $2`
)

// told is what the home of a case has told a party abroad.
type told struct {
	caseID     unit.ID
	node, org  string
	seq        int64
	digest     string
	letter     unit.ID
	at         time.Time
	owed, gone bool
}

// selectAbroad is who was told of a case, by node/org.
func selectAbroad(ctx context.Context, tx *db.Tx, id unit.ID) (map[string]told, error) {
	all, err := db.Collect(ctx, tx, "who was told of case "+string(id), func(scan func(...any) error) (t told, err error) {
		var at int64
		err = scan(&t.caseID, &t.node, &t.org, &t.seq, &t.digest, &t.letter, &at, &t.owed, &t.gone)
		t.at = db.Time(at)
		return t, err
	}, sqlAbroad, string(id), 2*abroadMax)
	out := map[string]told{}
	for _, t := range all {
		out[t.node+"/"+t.org] = t
	}
	return out, err
}

func selectOwed(ctx context.Context, tx *db.Tx, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "shadows that are owed", func(scan func(...any) error) (id unit.ID, err error) { return id, scan(&id) }, sqlOwed, limit)
}

func putAbroad(ctx context.Context, tx *db.Tx, t told) error {
	_, err := tx.Exec(ctx, sqlPutAbroad, string(t.caseID), t.node, t.org, t.seq, t.digest, string(t.letter), db.Micros(t.at), t.owed, t.gone)
	return err
}

func scanShadow(scan func(...any) error) (x ShadowCase, err error) {
	var due, opened, changed, came int64
	var shows, no, schemeID, stage, end string
	var seq int64
	var org string
	var caseID unit.ID
	if err = scan(&x.ID, &x.Home, &caseID, &org, &seq, &no, &schemeID, &stage, &end, &x.Mine, &due, &opened, &changed, &came, &x.Gone, &shows); err != nil {
		return x, err
	}
	gone := x.Gone
	if err = json.Unmarshal([]byte(shows), &x.Shadow); err != nil {
		return x, err
	}
	x.Case, x.Org, x.Seq, x.Gone, x.Due, x.Came = caseID, org, seq, gone, db.Time(due), db.Time(came)
	if due == 0 {
		x.Due = time.Time{}
	}
	return x, nil
}

func selectShadow(ctx context.Context, tx *db.Tx, id unit.ID) (ShadowCase, error) {
	return scanShadow(tx.QueryRow(ctx, sqlShadow, string(id)).Scan)
}

func selectShadowOf(ctx context.Context, tx *db.Tx, home string, id unit.ID, org string) (ShadowCase, error) {
	return scanShadow(tx.QueryRow(ctx, sqlShadowOf, home, string(id), org).Scan)
}

func putShadow(ctx context.Context, tx *db.Tx, x ShadowCase) error {
	shows, err := json.Marshal(x.Shadow)
	if err != nil {
		return err
	}
	due := int64(0)
	if !x.Due.IsZero() {
		due = db.Micros(x.Due)
	}
	_, err = tx.Exec(ctx, sqlPutShadow, string(x.ID), x.Home, string(x.Case), x.Org, x.Seq, x.No, x.Scheme, x.Stage, string(x.End), x.Mine, due,
		db.Micros(x.Opened), db.Micros(x.Changed), db.Micros(x.Came), x.Gone, string(shows))
	return err
}

// shadowOrders are the orders of the list.
var shadowOrders = map[string]string{"": "mine DESC, changed_at DESC, id DESC", "due": "due_at = 0, due_at, id", "opened": "opened_at DESC, id DESC", "no": "no, id"}

func shadowWhere(r access.Reach, q ShadowQuery) where {
	w := where{order: shadowOrders[q.Sort], conds: []string{"NOT gone"}}
	switch {
	case r.All:
	case len(r.Orgs) == 0:
		w.conds = append(w.conds, "1 = 0")
	default:
		w.conds = append(w.conds, w.in("org", r.Orgs))
	}
	if q.Home != "" {
		w.conds = append(w.conds, "home = "+w.arg(q.Home))
	}
	if q.No != "" {
		w.conds = append(w.conds, "no = "+w.arg(q.No))
	}
	switch q.State {
	case "mine":
		w.conds = append(w.conds, "mine AND ending = ''")
	case "open":
		w.conds = append(w.conds, "ending = ''")
	case "ended":
		w.conds = append(w.conds, "ending <> ''")
	}
	return w
}

// selectShadows is a page of shadows, and how many there are up to a limit.
func selectShadows(ctx context.Context, tx *db.Tx, w where, offset, rows int) (out []ShadowCase, total int, err error) {
	if err = tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM casework_shadow"+w.sql()+" LIMIT "+w.arg(countMax+1)+") x", w.args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	w.args = w.args[:len(w.args)-1]
	query := "SELECT " + shadowColumns + " FROM casework_shadow" + w.sql() + " ORDER BY " + w.order + " LIMIT " + w.arg(rows)
	query += " OFFSET " + w.arg(offset)
	out, err = db.Collect(ctx, tx, "cases of other nodes", scanShadow, query, w.args...)
	return out, total, err
}

// wantedAs is a letter's body with what its action was called when it was offered.
type wantedAs struct {
	ActLetter
	Words fault.Words `json:"words"`
}

func insertActed(ctx context.Context, tx *db.Tx, a ShadowActed) error {
	wanted, err := json.Marshal(wantedAs{a.Wanted, a.Words})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlInsertActed, string(a.ID), string(a.Shadow), a.Action, string(wanted), string(a.Person), a.By, a.Mandate, a.key, db.Micros(a.At), a.State, "", "", "", 0)
	return err
}

func scanActed(scan func(...any) error) (a ShadowActed, err error) {
	var at, answered int64
	var wanted string
	if err = scan(&a.ID, &a.Shadow, &a.Action, &wanted, &a.Person, &a.By, &a.Mandate, &a.key, &at, &a.State, &a.Code, &a.Refusal[0], &a.Refusal[1], &answered); err != nil {
		return a, err
	}
	a.At = db.Time(at)
	if answered > 0 {
		a.Answered = db.Time(answered)
	}
	var w wantedAs
	err = json.Unmarshal([]byte(wanted), &w)
	a.Wanted, a.Words = w.ActLetter, w.Words
	return a, err
}

func selectActed(ctx context.Context, tx *db.Tx, shadow unit.ID) ([]ShadowActed, error) {
	return db.Collect(ctx, tx, "what was done in a case of another node", scanActed, sqlActed, string(shadow), abroadStepsMax)
}

func selectActedOf(ctx context.Context, tx *db.Tx, id unit.ID) (ShadowActed, error) {
	return scanActed(tx.QueryRow(ctx, sqlActedOf, string(id)).Scan)
}

func selectActedKey(ctx context.Context, tx *db.Tx, shadow, person unit.ID, key string) (ShadowActed, error) {
	return scanActed(tx.QueryRow(ctx, sqlActedKey, string(shadow), string(person), key).Scan)
}

// updateActed writes an answer down, once.
func updateActed(ctx context.Context, tx *db.Tx, a ShadowActed) error {
	_, err := tx.Exec(ctx, sqlAnswered, string(a.ID), a.State, a.Code, a.Refusal[0], a.Refusal[1], db.Micros(a.Answered))
	return err
}

func insertBrought(ctx context.Context, tx *db.Tx, shadow unit.ID, a Attached) error {
	_, err := tx.Exec(ctx, sqlBring, string(shadow), string(a.Digest), a.Name, a.Type, a.Size, string(a.By), db.Micros(a.At))
	return err
}

func selectBrought(ctx context.Context, tx *db.Tx, shadow unit.ID) ([]Attached, error) {
	return db.Collect(ctx, tx, "files of a case of another node", func(scan func(...any) error) (a Attached, err error) {
		var at int64
		err = scan(&a.Digest, &a.Name, &a.Type, &a.Size, &a.By, &at)
		a.At = db.Time(at)
		return a, err
	}, sqlBrought, string(shadow), attachedMax)
}

// selectBroughtFor is the case of a node for which a file was brought here; "" is none.
func selectBroughtFor(ctx context.Context, tx *db.Tx, home string, id unit.ID, digest string) (shadow unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlBroughtFor, home, string(id), digest).Scan(&shadow)
	if db.NoRows(err) {
		return "", nil
	}
	return shadow, err
}

// toldInOrder are who was told of a case, by node and organisation.
func toldInOrder(all map[string]told) (out []told) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !all[key].gone {
			out = append(out, all[key])
		}
	}
	return out
}
