package federation

import (
	"context"
	"strconv"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlOnceKey       = `SELECT box FROM federation_once_key WHERE year = $1 ORDER BY year LIMIT 1`
	sqlOnceKeys      = `SELECT year, fingerprint, made_by, at FROM federation_once_key ORDER BY year DESC LIMIT 100`
	sqlOnceKeyInsert = `
INSERT INTO federation_once_key (year, box, fingerprint, made_by, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (year) DO NOTHING`
	sqlKeyLetter = `
SELECT count(*) FROM federation_letter WHERE peer = $1 AND way = 'out' AND kind = 'once.key' AND state = 'waiting' ORDER BY 1 LIMIT 1`

	sqlOnceLine    = `SELECT total, used FROM federation_once_line WHERE digest = $1 ORDER BY digest LIMIT 1`
	sqlOnceLinePut = `
INSERT INTO federation_once_line (digest, total, used) VALUES ($1, $2, $3)
ON CONFLICT (digest) DO UPDATE SET used = excluded.used`
	sqlOnceLinesOff = `
SELECT l.digest, l.used, COALESCE(u.sum, 0) FROM federation_once_line l
LEFT JOIN (SELECT digest, CAST(sum(amount) AS BIGINT) AS sum FROM federation_once_use WHERE state <> 'released' GROUP BY digest) u ON u.digest = l.digest
WHERE l.used <> COALESCE(u.sum, 0) ORDER BY l.digest LIMIT 100`

	useColumns       = `SELECT node, claim, digest, amount, state, at, changed_at FROM federation_once_use `
	sqlOnceUse       = useColumns + `WHERE node = $1 AND claim = $2 ORDER BY claim LIMIT 1`
	sqlOnceUseInsert = `
INSERT INTO federation_once_use (node, claim, digest, amount, state, at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`
	sqlOnceUseUpdate = `UPDATE federation_once_use SET state = $3, changed_at = $4 WHERE node = $1 AND claim = $2`
	sqlOnceUses      = useColumns + `
WHERE ($1 = '' OR node = $1) AND ($2 = '' OR state = $2) AND ($3 = 0 OR (changed_at, claim) > ($3, $4))
ORDER BY changed_at, claim LIMIT $5`

	questionColumns = `id, at, node, asked, claim, digest, amount, answer`
	sqlOnceQuestion = `
INSERT INTO federation_once_question (` + questionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlOnceQuestionsCount = `
SELECT count(*) FROM federation_once_question WHERE node = $1 AND asked = 'hold' AND at >= $2 ORDER BY 1 LIMIT 1`
	sqlOnceQuestions = `SELECT ` + questionColumns + ` FROM federation_once_question
WHERE ($1 = '' OR node = $1) AND ($2 = 0 OR (at, id) < ($2, $3)) ORDER BY at DESC, id DESC LIMIT $4`
	sqlOnceAskers = `
SELECT q.node, q.hour, q.whole, COALESCE(h.n, 0), COALESCE(h.sum, 0)
FROM (SELECT node, CAST(sum(CASE WHEN at >= $1 AND asked = 'hold' THEN 1 ELSE 0 END) AS BIGINT) AS hour, count(*) AS whole FROM federation_once_question GROUP BY node) q
LEFT JOIN (SELECT node, count(*) AS n, CAST(sum(amount) AS BIGINT) AS sum FROM federation_once_use WHERE state = 'held' GROUP BY node) h ON h.node = q.node
ORDER BY q.node LIMIT 1000`

	claimColumns  = `id, subject, seller, number, line, total, amount, keeper, digest, want, state, code, letter, asked_at, answered_at, again_at, paid_at`
	sqlOnceClaims = `SELECT ` + claimColumns + ` FROM federation_once_claim
WHERE ($1 = '' OR keeper = $1) AND ($2 = '' OR state = $2) AND ($3 = 0 OR (asked_at, id) < ($3, $4))
ORDER BY asked_at DESC, id DESC LIMIT $5`
	sqlOnceClaim       = `SELECT ` + claimColumns + ` FROM federation_once_claim WHERE id = $1 ORDER BY id LIMIT 1`
	sqlOnceClaimsOf    = `SELECT ` + claimColumns + ` FROM federation_once_claim WHERE subject = $1 ORDER BY id LIMIT $2`
	sqlOnceClaimsOpen  = `SELECT ` + claimColumns + ` FROM federation_once_claim WHERE want <> state AND letter = '' AND (state <> 'refused' OR want = 'released') AND (state <> 'confirmed' OR want <> 'held') AND again_at <= $1 ORDER BY again_at, id LIMIT $2`
	sqlOnceClaimInsert = `
INSERT INTO federation_once_claim (` + claimColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	sqlOnceClaimUpdate = `
UPDATE federation_once_claim SET keeper = $2, digest = $3, want = $4, state = $5, code = $6, letter = $7, answered_at = $8, again_at = $9, paid_at = $10
WHERE id = $1`
	sqlOnceClaimsWake = `UPDATE federation_once_claim SET again_at = 0 WHERE letter = '' AND state = 'waiting'`

	sqlOnceCheckInsert = `
INSERT INTO federation_once_check (claim, days, due_at, checked_at, answer, detail) VALUES ($1, $2, $3, 0, '', '')
ON CONFLICT (claim, days) DO NOTHING`
	sqlOnceCheckUpdate = `UPDATE federation_once_check SET due_at = $3, checked_at = $4, answer = $5, detail = $6 WHERE claim = $1 AND days = $2`
	sqlOnceChecks      = `SELECT claim, days, due_at, checked_at, answer, detail FROM federation_once_check WHERE claim = $1 ORDER BY days LIMIT 100`
	sqlOnceChecksDue   = `SELECT claim, days, due_at, checked_at, answer, detail FROM federation_once_check
WHERE checked_at = 0 AND due_at <= $1 ORDER BY due_at, claim, days LIMIT $2`
)

// microsOf is 0 for no time.
func microsOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func timeOf(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return db.Time(at)
}

// selectOnceKey is the box of a year's key; "" when it is not here.
func selectOnceKey(ctx context.Context, tx *db.Tx, year int) (box string, err error) {
	err = tx.QueryRow(ctx, sqlOnceKey, year).Scan(&box)
	if db.NoRows(err) {
		return "", nil
	}
	return box, err
}

func selectOnceKeys(ctx context.Context, tx *db.Tx) ([]OnceKey, error) {
	return db.Collect(ctx, tx, "keys of years", func(scan func(...any) error) (k OnceKey, err error) {
		var at int64
		err = scan(&k.Year, &k.Fingerprint, &k.MadeBy, &at)
		k.At = timeOf(at)
		return k, err
	}, sqlOnceKeys)
}

func insertOnceKey(ctx context.Context, tx *db.Tx, k OnceKey, box string) error {
	_, err := tx.Exec(ctx, sqlOnceKeyInsert, k.Year, box, k.Fingerprint, k.MadeBy, db.Micros(tx.Now()))
	return err
}

// selectKeyLetter says whether a letter that asks a node for keys waits: one is enough, the next look asks for the next year.
func selectKeyLetter(ctx context.Context, tx *db.Tx, maker string) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlKeyLetter, maker).Scan(&n)
	return n > 0, err
}

// selectOnceLine is total 0 for a line of which nothing was claimed.
func selectOnceLine(ctx context.Context, tx *db.Tx, digest string) (total, used unit.Fen, err error) {
	err = tx.QueryRow(ctx, sqlOnceLine, digest).Scan(&total, &used)
	if db.NoRows(err) {
		return 0, 0, nil
	}
	return total, used, err
}

func putOnceLine(ctx context.Context, tx *db.Tx, digest string, total, used unit.Fen) error {
	_, err := tx.Exec(ctx, sqlOnceLinePut, digest, int64(total), int64(used))
	return err
}

func selectLinesOff(ctx context.Context, tx *db.Tx) ([][3]string, error) {
	return db.Collect(ctx, tx, "lines that do not fit", func(scan func(...any) error) (l [3]string, err error) {
		var used, sum int64
		err = scan(&l[0], &used, &sum)
		l[1], l[2] = strconv.FormatInt(used, 10), strconv.FormatInt(sum, 10)
		return l, err
	}, sqlOnceLinesOff)
}

func scanUse(scan func(...any) error) (u Use, err error) {
	var at, changed int64
	err = scan(&u.Node, (*string)(&u.Claim), &u.Digest, (*int64)(&u.Amount), &u.State, &at, &changed)
	u.At, u.Changed = timeOf(at), timeOf(changed)
	return u, err
}

// selectUse is the zero Use for a claim that never came.
func selectUse(ctx context.Context, tx *db.Tx, node string, claim unit.ID) (Use, error) {
	u, err := scanUse(tx.QueryRow(ctx, sqlOnceUse, node, string(claim)).Scan)
	if db.NoRows(err) {
		return Use{}, nil
	}
	return u, err
}

func insertUse(ctx context.Context, tx *db.Tx, u Use) error {
	_, err := tx.Exec(ctx, sqlOnceUseInsert, u.Node, string(u.Claim), u.Digest, int64(u.Amount), u.State, db.Micros(tx.Now()))
	return err
}

func updateUse(ctx context.Context, tx *db.Tx, u Use, state string) error {
	_, err := tx.Exec(ctx, sqlOnceUseUpdate, u.Node, string(u.Claim), state, db.Micros(tx.Now()))
	return err
}

// placeOf reads a place in a list: a time in microseconds, a dot, an id.
func placeOf(after string) (at int64, id string, err error) {
	if after == "" {
		return 0, "", nil
	}
	a, id, _ := strings.Cut(after, ".")
	if at, err = strconv.ParseInt(a, 10, 64); err != nil {
		return 0, "", fault.New(fault.Invalid, "federation.letter_place").On("after")
	}
	return at, id, nil
}

// pageOf cuts off the row behind a page of at most rows, and says where the next page begins: "" when there is none.
func pageOf[T any](all []T, rows int, placed func(T) (time.Time, unit.ID)) (page []T, next string) {
	if len(all) <= rows {
		return all, ""
	}
	at, id := placed(all[rows-1])
	return all[:rows], strconv.FormatInt(db.Micros(at), 10) + "." + string(id)
}

func selectUses(ctx context.Context, tx *db.Tx, q UseQuery) (out []Use, next string, err error) {
	at, id, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	out, err = db.Collect(ctx, tx, "uses of lines", scanUse, sqlOnceUses, q.Node, q.State, at, id, q.rows()+1)
	out, next = pageOf(out, q.rows(), func(u Use) (time.Time, unit.ID) { return u.Changed, u.Claim })
	return out, next, err
}

func insertQuestion(ctx context.Context, tx *db.Tx, q Question) error {
	_, err := tx.Exec(ctx, sqlOnceQuestion, string(unit.NewID(tx.Now())), db.Micros(q.At), q.Node, q.Asked, string(q.Claim), q.Digest, int64(q.Amount), q.Answer)
	return err
}

func countQuestions(ctx context.Context, tx *db.Tx, node string, since time.Time) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlOnceQuestionsCount, node, db.Micros(since)).Scan(&n)
	return n, err
}

func selectQuestions(ctx context.Context, tx *db.Tx, q UseQuery) (out []Question, next string, err error) {
	at, id, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	out, err = db.Collect(ctx, tx, "questions to the register", func(scan func(...any) error) (x Question, err error) {
		var at int64
		err = scan((*string)(&x.ID), &at, &x.Node, &x.Asked, (*string)(&x.Claim), &x.Digest, (*int64)(&x.Amount), &x.Answer)
		x.At = timeOf(at)
		return x, err
	}, sqlOnceQuestions, q.Node, at, id, q.rows()+1)
	out, next = pageOf(out, q.rows(), func(x Question) (time.Time, unit.ID) { return x.At, x.ID })
	return out, next, err
}

func selectAskers(ctx context.Context, tx *db.Tx, since time.Time) ([]Asker, error) {
	return db.Collect(ctx, tx, "who asks the register", func(scan func(...any) error) (a Asker, err error) {
		err = scan(&a.Node, &a.Hour, &a.All, &a.Held, &a.HeldFen)
		return a, err
	}, sqlOnceAskers, db.Micros(since))
}

func scanClaim(scan func(...any) error) (c Claim, err error) {
	var asked, answered, again, paid int64
	err = scan((*string)(&c.ID), (*string)(&c.Case), (*string)(&c.Seller), (*string)(&c.Number), &c.Line, (*int64)(&c.Total), (*int64)(&c.Amount), &c.Keeper, &c.digest,
		&c.Want, &c.State, &c.Code, (*string)(&c.letter), &asked, &answered, &again, &paid)
	c.Asked, c.Answered, c.again, c.Paid = timeOf(asked), timeOf(answered), timeOf(again), timeOf(paid)
	return c, err
}

func selectClaim(ctx context.Context, tx *db.Tx, id unit.ID) (Claim, error) {
	return scanClaim(tx.QueryRow(ctx, sqlOnceClaim, string(id)).Scan)
}

func selectClaimsOf(ctx context.Context, tx *db.Tx, of unit.ID) ([]Claim, error) {
	return db.Collect(ctx, tx, "claims of case "+string(of), scanClaim, sqlOnceClaimsOf, string(of), onceOfOneMax)
}

func selectClaimsOpen(ctx context.Context, tx *db.Tx, rows int) ([]Claim, error) {
	return db.Collect(ctx, tx, "claims that wait", scanClaim, sqlOnceClaimsOpen, db.Micros(tx.Now()), rows)
}

func selectClaims(ctx context.Context, tx *db.Tx, q UseQuery) (out []Claim, next string, err error) {
	at, id, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	out, err = db.Collect(ctx, tx, "claims", scanClaim, sqlOnceClaims, q.Node, q.State, at, id, q.rows()+1)
	out, next = pageOf(out, q.rows(), func(c Claim) (time.Time, unit.ID) { return c.Asked, c.ID })
	return out, next, err
}

func insertClaim(ctx context.Context, tx *db.Tx, c Claim) error {
	_, err := tx.Exec(ctx, sqlOnceClaimInsert, string(c.ID), string(c.Case), string(c.Seller), string(c.Number), c.Line, int64(c.Total), int64(c.Amount), c.Keeper, c.digest,
		c.Want, c.State, c.Code, string(c.letter), microsOf(c.Asked), microsOf(c.Answered), microsOf(c.again), microsOf(c.Paid))
	return err
}

func updateClaim(ctx context.Context, tx *db.Tx, c Claim) error {
	_, err := tx.Exec(ctx, sqlOnceClaimUpdate, string(c.ID), c.Keeper, c.digest, c.Want, c.State, c.Code, string(c.letter), microsOf(c.Answered), microsOf(c.again), microsOf(c.Paid))
	return err
}

// wakeClaims lets all claims be looked at that waited for something that has come.
func wakeClaims(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, sqlOnceClaimsWake)
	return err
}

func insertCheck(ctx context.Context, tx *db.Tx, x Recheck) error {
	_, err := tx.Exec(ctx, sqlOnceCheckInsert, string(x.claim), x.Days, db.Micros(x.Due))
	return err
}

func updateCheck(ctx context.Context, tx *db.Tx, x Recheck) error {
	_, err := tx.Exec(ctx, sqlOnceCheckUpdate, string(x.claim), x.Days, db.Micros(x.Due), microsOf(x.Checked), x.Answer, x.Detail)
	return err
}

func scanCheck(scan func(...any) error) (x Recheck, err error) {
	var due, checked int64
	err = scan((*string)(&x.claim), &x.Days, &due, &checked, &x.Answer, &x.Detail)
	x.Due, x.Checked = timeOf(due), timeOf(checked)
	return x, err
}

func selectChecks(ctx context.Context, tx *db.Tx, claim unit.ID) ([]Recheck, error) {
	return db.Collect(ctx, tx, "checks of claim "+string(claim), scanCheck, sqlOnceChecks, string(claim))
}

func selectChecksDue(ctx context.Context, tx *db.Tx, now time.Time, most int) ([]Recheck, error) {
	return db.Collect(ctx, tx, "checks that are due", scanCheck, sqlOnceChecksDue, db.Micros(now), most)
}
