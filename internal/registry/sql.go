package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const orgColumns = `code, zh, en, kind, region, industry, founded, home, synthetic, since, source, entered_at`

const (
	sqlOrg        = `SELECT ` + orgColumns + ` FROM registry_org WHERE code = $1 ORDER BY code LIMIT 1`
	sqlOrgLastNo  = `SELECT coalesce(max(no), 0) FROM registry_org ORDER BY 1 LIMIT 1`
	sqlOrgByAlias = `
SELECT ` + orgColumns + ` FROM registry_org
WHERE code = (SELECT org FROM registry_alias WHERE alias = $1 AND kind = 'code' ORDER BY org LIMIT 1) ORDER BY code LIMIT 1`
	// Several codes at once: a list follows, then the order.
	sqlOrgsOf      = `SELECT ` + orgColumns + ` FROM registry_org WHERE code IN `
	sqlOrgsOfOrder = ` ORDER BY code LIMIT 1000`

	sqlOrgAfter = `SELECT ` + orgColumns + ` FROM registry_org WHERE code > $1 ORDER BY code LIMIT $2`

	sqlOrgPast = `
SELECT ` + orgColumns + ` FROM registry_org_past WHERE code = $1 AND since <= $2 AND entered_at <= $3
ORDER BY since DESC, entered_at DESC LIMIT 1`
	sqlOrgStates = `SELECT ` + orgColumns + ` FROM registry_org_past WHERE code = $1 ORDER BY since DESC, entered_at DESC LIMIT $2`

	// Many rows at once: VALUES follow.
	sqlOrgInsert = `INSERT INTO registry_org (no, ` + orgColumns + `, find) VALUES `
	sqlOrgPut    = `
UPDATE registry_org SET zh = $2, en = $3, kind = $4, region = $5, industry = $6, founded = $7, home = $8, synthetic = $9,
  since = $10, source = $11, entered_at = $12
WHERE code = $1`
	sqlOrgPastInsert = `
INSERT INTO registry_org_past (` + orgColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (code, since, entered_at) DO UPDATE SET zh = excluded.zh, en = excluded.en, kind = excluded.kind,
  region = excluded.region, industry = excluded.industry, founded = excluded.founded, home = excluded.home,
  synthetic = excluded.synthetic, source = excluded.source`
	sqlOrgFind = `UPDATE registry_org SET find = $2 WHERE code = $1`

	sqlAliasInsert = `
INSERT INTO registry_alias (alias, org, kind, source, entered_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (org, alias) DO UPDATE SET kind = excluded.kind, source = excluded.source, entered_at = excluded.entered_at`
	sqlAliases = `SELECT alias FROM registry_alias WHERE org = $1 ORDER BY alias LIMIT $2`
)

// The index of names. SQLite has FTS5, PostgreSQL a GIN index over an array; see the migration.
const (
	sqlHits = `SELECT ` + orgColumns + `, find FROM registry_org WHERE code >= $1 AND code < $2 ORDER BY code LIMIT $3`

	sqlHitsByAlias = `
SELECT o.code, o.zh, o.en, o.kind, o.region, o.industry, o.founded, o.home, o.synthetic, o.since, o.source, o.entered_at, o.find
FROM registry_alias a JOIN registry_org o ON o.code = a.org WHERE a.alias = $1 ORDER BY o.code LIMIT $2`

	sqlHitsFTS = `
SELECT o.code, o.zh, o.en, o.kind, o.region, o.industry, o.founded, o.home, o.synthetic, o.since, o.source, o.entered_at, o.find
FROM registry_find f JOIN registry_org o ON o.no = f.rowid
WHERE registry_find MATCH $1 AND o.find LIKE $2 AND o.find LIKE $3 AND o.find LIKE $4 AND o.find LIKE $5 AND o.find LIKE $6
  AND ($7 = '' OR o.kind = $7) AND o.region LIKE $8
ORDER BY f.rowid LIMIT $9`

	sqlHitsGIN = `
SELECT o.code, o.zh, o.en, o.kind, o.region, o.industry, o.founded, o.home, o.synthetic, o.since, o.source, o.entered_at, o.find
FROM registry_find f JOIN registry_org o ON o.no = f.no
WHERE f.grams @> string_to_array($1, ' ') AND o.find LIKE $2 AND o.find LIKE $3 AND o.find LIKE $4 AND o.find LIKE $5 AND o.find LIKE $6
  AND ($7 = '' OR o.kind = $7) AND o.region LIKE $8
ORDER BY f.no LIMIT $9`

	sqlGramCountFTS = `
SELECT count(*) FROM (SELECT rowid FROM registry_find WHERE registry_find MATCH $1 ORDER BY rowid LIMIT $2) AS some ORDER BY 1 LIMIT 1`

	sqlGramsInsertFTS  = `INSERT INTO registry_find (rowid, grams) VALUES `
	sqlGramsInsertGIN  = `INSERT INTO registry_find (no, grams) VALUES `
	sqlGramsReplaceFTS = `INSERT OR REPLACE INTO registry_find (rowid, grams) VALUES ($1, $2)`
	sqlGramsReplaceGIN = `
INSERT INTO registry_find (no, grams) VALUES ($1, string_to_array($2, ' ')) ON CONFLICT (no) DO UPDATE SET grams = excluded.grams`
)

const (
	sqlFigureInsert = `
INSERT INTO registry_figure (org, figure, year, filed_on, value, source, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org, figure, year, filed_on, entered_at) DO UPDATE SET value = excluded.value, source = excluded.source`
	sqlFigures = `
SELECT figure, year, filed_on, value, source FROM registry_figure WHERE org = $1 AND filed_on <= $2 AND entered_at <= $3
ORDER BY year DESC, figure, filed_on DESC, entered_at DESC LIMIT $4`

	sqlMarkInsert = `
INSERT INTO registry_mark (org, mark, since, is_so, source, basis, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org, mark, since, entered_at) DO UPDATE SET is_so = excluded.is_so, source = excluded.source, basis = excluded.basis`
	sqlMarks = `
SELECT mark, since, is_so, source, basis FROM registry_mark WHERE org = $1 AND since <= $2 AND entered_at <= $3
ORDER BY since, mark, entered_at LIMIT $4`

	sqlMarksInsert = `INSERT INTO registry_mark (org, mark, since, is_so, source, basis, entered_at) VALUES `

	sqlRelationInsert = `
INSERT INTO registry_relation (org, holder, kind, share, since, until, void, source, entered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (org, kind, holder, since, entered_at) DO UPDATE SET share = excluded.share, until = excluded.until,
  void = excluded.void, source = excluded.source`
	sqlRelations = `
SELECT org, holder, kind, share, since, until, void, source, entered_at FROM registry_relation
WHERE org = $1 AND since <= $2 AND entered_at <= $3
ORDER BY kind, holder, since, entered_at LIMIT $4`
	sqlControllers = `
SELECT org, holder, kind, share, since, until, void, source, entered_at FROM registry_relation
WHERE kind = 'controller' AND since <= $1 AND org IN `
	sqlControllersOrder = ` ORDER BY org, kind, holder, since, entered_at LIMIT 10000`

	sqlHeld = `SELECT DISTINCT org FROM registry_relation WHERE holder = $1 ORDER BY org LIMIT $2`

	sqlLabelInsert = `
INSERT INTO registry_label (id, step, org, label, level, issuer, since, until, revoked_on, basis, entered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id, entered_at) DO UPDATE SET step = excluded.step, until = excluded.until, revoked_on = excluded.revoked_on`
	sqlLabels = `
SELECT l.id, l.org, l.label, l.level, l.issuer, l.since, l.until, l.revoked_on, l.basis FROM registry_label l
WHERE l.org = $1 AND l.entered_at = (SELECT max(n.entered_at) FROM registry_label n WHERE n.id = l.id AND n.entered_at <= $2)
ORDER BY l.since DESC, l.id DESC LIMIT $3`
)

const (
	sqlPerson           = `SELECT ` + personColumns + ` FROM registry_person WHERE id = $1 ORDER BY id LIMIT 1`
	sqlPersonByIdentity = `SELECT ` + personColumns + ` FROM registry_person WHERE identity = $1 ORDER BY id LIMIT 1`
	sqlPersonByAccount  = `SELECT ` + personColumns + ` FROM registry_person WHERE account = $1 ORDER BY id LIMIT 1`
	sqlPersonInsert     = `
INSERT INTO registry_person (` + personColumns + `, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`
	sqlPersonPut = `
UPDATE registry_person SET name = $2, identity = $3, email = $4, phone = $5, account = $6, changed_at = $7 WHERE id = $1 AND erased_at = 0`
	sqlPersonErase = `
UPDATE registry_person SET name = '', identity = '', email = '', phone = '', account = '', changed_at = $2, erased_at = $2, kept = $3
WHERE id = $1 AND erased_at = 0`
	sqlPersonOrgs = `
SELECT org FROM registry_mandate WHERE person = $1 UNION SELECT org FROM registry_relation WHERE holder = $1 ORDER BY 1 LIMIT $2`

	sqlMandateInsert = `
INSERT INTO registry_mandate (id, person, org, what, since, until, basis, source, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (id, entered_at) DO UPDATE SET until = excluded.until`
	sqlMandate = `
SELECT id, person, org, what, since, until, basis, source FROM registry_mandate WHERE id = $1 ORDER BY entered_at DESC LIMIT 1`
	sqlMandates = `
SELECT m.id, m.person, m.org, m.what, m.since, m.until, m.basis, m.source FROM registry_mandate m
WHERE m.org = $1 AND m.entered_at = (SELECT max(n.entered_at) FROM registry_mandate n WHERE n.id = m.id AND n.entered_at <= $2)
ORDER BY m.since DESC, m.id DESC LIMIT $3`
	sqlMandatesOf = `
SELECT m.id, m.person, m.org, m.what, m.since, m.until, m.basis, m.source FROM registry_mandate m
WHERE m.person = $1 AND m.entered_at = (SELECT max(n.entered_at) FROM registry_mandate n WHERE n.id = m.id)
ORDER BY m.since DESC, m.id DESC LIMIT $2`
)

const (
	sqlImportInsert = `
INSERT INTO registry_import (id, kind, name, digest, state, good_rows, done_rows, bad_rows, started_at, ended_at)
VALUES ($1, $2, $3, $4, 'running', $5, 0, $6, $7, 0)`
	sqlImportDone = `UPDATE registry_import SET done_rows = $2, state = $3, ended_at = $4 WHERE id = $1`
	sqlImportStop = `UPDATE registry_import SET state = 'stopped', ended_at = $2 WHERE id = $1`
	sqlImports    = `
SELECT id, kind, name, digest, state, good_rows, done_rows, bad_rows, started_at, ended_at FROM registry_import
ORDER BY started_at DESC, id DESC LIMIT $1`
)

// For the audit.
const (
	sqlFind        = `SELECT no, find FROM registry_org WHERE code = $1 ORDER BY no LIMIT 1`
	sqlHasGramsFTS = `SELECT count(*) FROM registry_find WHERE registry_find MATCH $1 AND rowid = $2 ORDER BY 1 LIMIT 1`
	sqlHasGramsGIN = `SELECT count(*) FROM registry_find WHERE grams @> string_to_array($1, ' ') AND no = $2 ORDER BY 1 LIMIT 1`
	sqlHalfErased  = `
SELECT id FROM registry_person WHERE erased_at > 0 AND (name <> '' OR identity <> '' OR email <> '' OR phone <> '' OR account <> '')
ORDER BY id LIMIT $1`
	sqlLabelsTwice = `
SELECT org, label FROM registry_label WHERE step = 'issue' GROUP BY org, label HAVING count(*) > 1 ORDER BY org, label LIMIT $1`
)

const authorityColumns = `id, since, until, parent, zh, en, region, org, treasury, hosted, source, verified`

const (
	sqlCompact = `
SELECT id, zh, en, since, until, shares, recognises, complete, source, verified, digest FROM registry_compact WHERE id = $1
ORDER BY id LIMIT 1`
	sqlCompacts = `
SELECT id, zh, en, since, until, shares, recognises, complete, source, verified, digest FROM registry_compact ORDER BY id LIMIT $1`
	sqlCompactPut = `
INSERT INTO registry_compact (id, zh, en, since, until, shares, recognises, complete, source, verified, digest, entered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET zh = excluded.zh, en = excluded.en, since = excluded.since, until = excluded.until,
  shares = excluded.shares, recognises = excluded.recognises, complete = excluded.complete, source = excluded.source,
  verified = excluded.verified, digest = excluded.digest, entered_at = excluded.entered_at`
	sqlMembersDelete = `DELETE FROM registry_compact_member WHERE compact = $1`
	sqlMemberInsert  = `INSERT INTO registry_compact_member (compact, region, since, until, source, verified) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlMembers       = `
SELECT region, since, until, source, verified FROM registry_compact_member WHERE compact = $1 ORDER BY region, since LIMIT $2`

	sqlAuthority = `
SELECT ` + authorityColumns + ` FROM registry_authority WHERE id = $1 AND since <= $2 ORDER BY since DESC LIMIT 1`
	sqlAuthorities  = `SELECT ` + authorityColumns + ` FROM registry_authority ORDER BY id, since LIMIT $1`
	sqlAuthorityPut = `
INSERT INTO registry_authority (` + authorityColumns + `, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id, since) DO UPDATE SET until = excluded.until, parent = excluded.parent, zh = excluded.zh, en = excluded.en,
  region = excluded.region, org = excluded.org, treasury = excluded.treasury, hosted = excluded.hosted, source = excluded.source,
  verified = excluded.verified, entered_at = excluded.entered_at`
)

const personColumns = `id, name, identity, email, phone, account, synthetic, made_at, changed_at, erased_at`

// values makes the rows of an INSERT: ($1, $2), ($3, $4). form is one row, with ? for each argument.
func values(form string, rows int) string {
	var b strings.Builder
	n := 0
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for _, c := range form {
			if c != '?' {
				b.WriteRune(c)
				continue
			}
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
	}
	return b.String()
}

// micros reads a BIGINT of microseconds into a time; 0 is the zero time.
type micros time.Time

// Scan reads the column.
func (m *micros) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is %T", src)
	}
	if *m = micros(db.Time(us)); us == 0 {
		*m = micros{}
	}
	return nil
}

// list makes the list of an IN, ($2, $3), after so many arguments before it.
func list(n, before int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(", $" + strconv.Itoa(before+i+1))
	}
	return "(" + strings.TrimPrefix(b.String(), ", ") + ")"
}

// codesAtOnce is how many codes one reading looks up. SQLite looks the name of each argument up in a list, so a statement
// with ten times as many costs more than ten times as much.
const codesAtOnce = 64

// rowsAtOnce is how many rows one INSERT has. On SQLite a statement of one row needs no journal of its own and does not
// make the index of names write its words out; a million organisations take half as long so. On PostgreSQL each
// statement is a way to the server and back.
func rowsAtOnce(tx *db.Tx) int {
	if tx.Dialect() == "postgres" {
		return 200
	}
	return 1
}

func scanOrg(scan func(...any) error) (o Org, err error) {
	err = scan(o.into()...)
	return o, err
}

// into is where the columns of an organisation are read to. Codes stand in the database as they were checked.
func (o *Org) into() []any {
	return []any{&o.Code, &o.Name[0], &o.Name[1], &o.Kind, (*string)(&o.Region), (*string)(&o.Industry), &o.Founded, &o.Home, &o.Synthetic,
		&o.Since, &o.Source, (*micros)(&o.Entered)}
}

func (o *Org) row() []any {
	return []any{o.Code, o.Name[0], o.Name[1], o.Kind, string(o.Region), string(o.Industry), o.Founded.String(), o.Home, o.Synthetic,
		o.Since.String(), o.Source, db.Micros(o.Entered)}
}

func selectOrg(ctx context.Context, tx *db.Tx, code string) (Org, error) {
	return scanOrg(tx.QueryRow(ctx, sqlOrg, code).Scan)
}

func selectOrgByAlias(ctx context.Context, tx *db.Tx, code string) (Org, error) {
	return scanOrg(tx.QueryRow(ctx, sqlOrgByAlias, code).Scan)
}

func selectPast(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) (Org, error) {
	return scanOrg(tx.QueryRow(ctx, sqlOrgPast, code, day.String(), known).Scan)
}

func selectStates(ctx context.Context, tx *db.Tx, code string) ([]Org, error) {
	return collect(ctx, tx, scanOrg, sqlOrgStates, code, statesMax)
}

func selectAfter(ctx context.Context, tx *db.Tx, after string, limit int) ([]Org, error) {
	return collect(ctx, tx, scanOrg, sqlOrgAfter, after, limit)
}

func selectLastNo(ctx context.Context, tx *db.Tx) (no int64, err error) {
	err = tx.QueryRow(ctx, sqlOrgLastNo).Scan(&no)
	return no, err
}

// selectOrgs reads the organisations of codes that are there.
func selectOrgs(ctx context.Context, tx *db.Tx, codes []string) (map[string]Org, error) {
	there := make(map[string]Org, len(codes))
	for len(codes) > 0 {
		n := min(len(codes), codesAtOnce)
		args := make([]any, n)
		for i, c := range codes[:n] {
			args[i] = c
		}
		orgs, err := collect(ctx, tx, scanOrg, sqlOrgsOf+list(n, 0)+sqlOrgsOfOrder, args...)
		if err != nil {
			return nil, err
		}
		for _, o := range orgs {
			there[o.Code] = o
		}
		codes = codes[n:]
	}
	return there, nil
}

func insertOrgs(ctx context.Context, tx *db.Tx, no int64, orgs []Org, finds []string) error {
	for len(orgs) > 0 {
		n := min(len(orgs), rowsAtOnce(tx))
		args := make([]any, 0, n*14)
		for i := range n {
			args = append(append(append(args, no+int64(i)), orgs[i].row()...), finds[i])
		}
		if _, err := tx.Exec(ctx, sqlOrgInsert+values("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", n), args...); err != nil {
			return err
		}
		orgs, finds, no = orgs[n:], finds[n:], no+int64(n)
	}
	return nil
}

func insertGrams(ctx context.Context, tx *db.Tx, no int64, words [][]string) error {
	insert, form := sqlGramsInsertFTS, "(?, ?)"
	if tx.Dialect() == "postgres" {
		insert, form = sqlGramsInsertGIN, "(?, string_to_array(?, ' '))"
	}
	for len(words) > 0 {
		n := min(len(words), rowsAtOnce(tx))
		args := make([]any, 0, n*2)
		for i := range n {
			args = append(args, no+int64(i), strings.Join(words[i], " "))
		}
		if _, err := tx.Exec(ctx, insert+values(form, n), args...); err != nil {
			return err
		}
		words, no = words[n:], no+int64(n)
	}
	return nil
}

func replaceGrams(ctx context.Context, tx *db.Tx, no int64, words []string) error {
	query := sqlGramsReplaceFTS
	if tx.Dialect() == "postgres" {
		query = sqlGramsReplaceGIN
	}
	_, err := tx.Exec(ctx, query, no, strings.Join(words, " "))
	return err
}

func updateOrg(ctx context.Context, tx *db.Tx, o Org) error {
	_, err := tx.Exec(ctx, sqlOrgPut, o.row()...)
	return err
}

func updateFind(ctx context.Context, tx *db.Tx, code, find string) error {
	_, err := tx.Exec(ctx, sqlOrgFind, code, find)
	return err
}

func insertPast(ctx context.Context, tx *db.Tx, o Org) error {
	_, err := tx.Exec(ctx, sqlOrgPastInsert, o.row()...)
	return err
}

func insertAlias(ctx context.Context, tx *db.Tx, code, alias string, kind AliasKind, source string) error {
	_, err := tx.Exec(ctx, sqlAliasInsert, alias, code, string(kind), source, db.Micros(tx.Now()))
	return err
}

func selectAliases(ctx context.Context, tx *db.Tx, code string) ([]string, error) {
	return collect(ctx, tx, scanText, sqlAliases, code, statesMax)
}

func scanHit(scan func(...any) error) (h hit, err error) {
	err = scan(append(h.into(), &h.find)...)
	return h, err
}

func selectHits(ctx context.Context, tx *db.Tx, from, to string, limit int) ([]hit, error) {
	return collect(ctx, tx, scanHit, sqlHits, from, to, limit)
}

// countGram says how many organisations have a word, counted to most.
func countGram(ctx context.Context, tx *db.Tx, word string, most int) (n int, err error) {
	err = tx.QueryRow(ctx, sqlGramCountFTS, `"`+word+`"`, most).Scan(&n)
	return n, err
}

func selectHitsByAlias(ctx context.Context, tx *db.Tx, alias string) ([]hit, error) {
	return collect(ctx, tx, scanHit, sqlHitsByAlias, alias, hitsMax)
}

// selectHitsByGrams asks the index for what has all the words, and keeps what fits the rest.
func selectHitsByGrams(ctx context.Context, tx *db.Tx, a asks, limit int) ([]hit, error) {
	query, words := sqlHitsFTS, `"`+strings.Join(a.words, `" "`)+`"`
	if tx.Dialect() == "postgres" {
		query, words = sqlHitsGIN, strings.Join(a.words, " ")
	}
	args := []any{words}
	for i := range termsMax {
		pattern := "%"
		if i < len(a.like) {
			pattern = a.like[i]
		}
		args = append(args, pattern)
	}
	region := "" // what the codes of its places begin with
	switch a.region.Level() {
	case unit.LevelProvince:
		region = string(a.region[:2])
	case unit.LevelCity:
		region = string(a.region[:4])
	case unit.LevelCounty:
		region = string(a.region)
	}
	return collect(ctx, tx, scanHit, query, append(args, a.kind, region+"%", limit)...)
}

func insertFigure(ctx context.Context, tx *db.Tx, code string, f Filed) error {
	_, err := tx.Exec(ctx, sqlFigureInsert, code, string(f.Figure), f.Year, f.Filed.String(), f.Value, f.Source, db.Micros(tx.Now()))
	return err
}

// aheadOrg says that an organisation and what stands behind it will be asked.
func aheadOrg(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) {
	if !db.Remembers(tx, ownTables, orgOn{code, day, known}) {
		tx.Ahead(ctx, sqlOrg, code)
	}
	if !db.Remembers(tx, ownTables, relationsTo{code, day, known}) {
		aheadRelations(ctx, tx, code, day, known)
	}
}

func aheadRelations(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) {
	tx.Ahead(ctx, sqlRelations, code, day.String(), known, ownersMax+1)
}

// aheadFacts says what Facts will ask.
func aheadFacts(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) {
	aheadOrg(ctx, tx, code, day, known)
	if !db.Remembers(tx, ownTables, figuresOf{code, day, known}) {
		tx.Ahead(ctx, sqlFigures, code, day.String(), known, statesMax*len(figureWords))
	}
	if !db.Remembers(tx, ownTables, marksOf{code, day, known}) {
		tx.Ahead(ctx, sqlMarks, code, day.String(), known, statesMax*len(markWords))
	}
}

func selectFigures(ctx context.Context, tx *db.Tx, code, until string, known int64) ([]Filed, error) {
	return collect(ctx, tx, func(scan func(...any) error) (f Filed, err error) {
		err = scan(&f.Figure, &f.Year, &f.Filed, &f.Value, &f.Source)
		return f, err
	}, sqlFigures, code, until, known, statesMax*len(figureWords))
}

// markRow is a line of registry_mark.
type markRow struct {
	mark          Mark
	since         unit.Day
	is            bool
	source, basis string
}

func insertMark(ctx context.Context, tx *db.Tx, code string, m markRow) error {
	_, err := tx.Exec(ctx, sqlMarkInsert, code, string(m.mark), m.since.String(), m.is, m.source, m.basis, db.Micros(tx.Now()))
	return err
}

func selectMarks(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) ([]markRow, error) {
	return collect(ctx, tx, func(scan func(...any) error) (m markRow, err error) {
		err = scan(&m.mark, &m.since, &m.is, &m.source, &m.basis)
		return m, err
	}, sqlMarks, code, day.String(), known, statesMax*len(markWords))
}

func insertMarks(ctx context.Context, tx *db.Tx, codes []string, marks []markRow) error {
	for len(marks) > 0 {
		n := min(len(marks), rowsAtOnce(tx))
		args := make([]any, 0, n*7)
		for i, m := range marks[:n] {
			args = append(args, codes[i], string(m.mark), m.since.String(), m.is, m.source, m.basis, db.Micros(tx.Now()))
		}
		if _, err := tx.Exec(ctx, sqlMarksInsert+values("(?, ?, ?, ?, ?, ?, ?)", n), args...); err != nil {
			return err
		}
		codes, marks = codes[n:], marks[n:]
	}
	return nil
}

func insertRelation(ctx context.Context, tx *db.Tx, x Relation) error {
	_, err := tx.Exec(ctx, sqlRelationInsert, x.Org, x.Holder, x.Kind, x.Share.Billionths(), x.Since.String(), x.Until.String(), x.void, x.Source,
		db.Micros(tx.Now()))
	return err
}

func scanRelation(scan func(...any) error) (x Relation, err error) {
	var share int64
	if err = scan(&x.Org, &x.Holder, &x.Kind, &share, &x.Since, &x.Until, &x.void, &x.Source, &x.entered); err != nil {
		return x, err
	}
	x.Share, err = unit.RatioOfBillionths(share)
	return x, err
}

// selectRelations reads one more than ownersMax, so that the caller knows of it.
func selectRelations(ctx context.Context, tx *db.Tx, code string, day unit.Day, known int64) ([]Relation, error) {
	return collect(ctx, tx, scanRelation, sqlRelations, code, day.String(), known, ownersMax+1)
}

// selectControllers reads what was stated of the controllers of organisations up to a day.
func selectControllers(ctx context.Context, tx *db.Tx, codes []string, day unit.Day) (map[string][]Relation, error) {
	all := make(map[string][]Relation, len(codes))
	for len(codes) > 0 {
		n := min(len(codes), codesAtOnce)
		args := []any{day.String()}
		for _, c := range codes[:n] {
			args = append(args, c)
		}
		rows, err := collect(ctx, tx, scanRelation, sqlControllers+list(n, 1)+sqlControllersOrder, args...)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			all[x.Org] = append(all[x.Org], x)
		}
		codes = codes[n:]
	}
	return all, nil
}

func selectHeld(ctx context.Context, tx *db.Tx, holder string) ([]string, error) {
	return collect(ctx, tx, scanText, sqlHeld, holder, ownersMax)
}

func insertLabel(ctx context.Context, tx *db.Tx, l Label, step string) error {
	_, err := tx.Exec(ctx, sqlLabelInsert, string(l.ID), step, l.Org, l.Label, l.Level, l.Issuer, l.Since.String(), l.Until.String(),
		l.Revoked.String(), l.Basis, db.Micros(tx.Now()))
	return err
}

func selectLabels(ctx context.Context, tx *db.Tx, org string, known int64) ([]Label, error) {
	return collect(ctx, tx, func(scan func(...any) error) (l Label, err error) {
		err = scan((*string)(&l.ID), &l.Org, &l.Label, &l.Level, &l.Issuer, &l.Since, &l.Until, &l.Revoked, &l.Basis)
		return l, err
	}, sqlLabels, org, known, labelsMax)
}

func scanPerson(scan func(...any) error) (p Person, err error) {
	err = scan((*string)(&p.ID), &p.Name, &p.digest, &p.Email, &p.Phone, (*string)(&p.Account), &p.Synthetic,
		(*micros)(&p.Made), (*micros)(&p.Changed), (*micros)(&p.Erased))
	return p, err
}

func selectPerson(ctx context.Context, tx *db.Tx, id string) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, sqlPerson, id).Scan)
}

func selectPersonByIdentity(ctx context.Context, tx *db.Tx, digest string) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, sqlPersonByIdentity, digest).Scan)
}

func selectPersonByAccount(ctx context.Context, tx *db.Tx, account string) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, sqlPersonByAccount, account).Scan)
}

func selectOrgsOfPerson(ctx context.Context, tx *db.Tx, id string) ([]string, error) {
	return collect(ctx, tx, scanText, sqlPersonOrgs, id, ownersMax)
}

func insertPerson(ctx context.Context, tx *db.Tx, p Person) error {
	_, err := tx.Exec(ctx, sqlPersonInsert, string(p.ID), p.Name, p.digest, p.Email, p.Phone, string(p.Account), p.Synthetic,
		db.Micros(p.Made), db.Micros(p.Changed), 0)
	return err
}

func updatePerson(ctx context.Context, tx *db.Tx, p Person) error {
	_, err := tx.Exec(ctx, sqlPersonPut, string(p.ID), p.Name, p.digest, p.Email, p.Phone, string(p.Account), db.Micros(p.Changed))
	return err
}

func erasePerson(ctx context.Context, tx *db.Tx, id, kept string) error {
	_, err := tx.Exec(ctx, sqlPersonErase, id, db.Micros(tx.Now()), kept)
	return err
}

func scanMandate(scan func(...any) error) (m Mandate, err error) {
	err = scan((*string)(&m.ID), (*string)(&m.Person), &m.Org, &m.What, &m.Since, &m.Until, &m.Basis, &m.Source)
	return m, err
}

func insertMandate(ctx context.Context, tx *db.Tx, m Mandate) error {
	_, err := tx.Exec(ctx, sqlMandateInsert, string(m.ID), string(m.Person), m.Org, m.What, m.Since.String(), m.Until.String(), m.Basis,
		m.Source, db.Micros(tx.Now()))
	return err
}

func selectMandate(ctx context.Context, tx *db.Tx, id string) (Mandate, error) {
	return scanMandate(tx.QueryRow(ctx, sqlMandate, id).Scan)
}

func selectMandates(ctx context.Context, tx *db.Tx, org string, known int64) ([]Mandate, error) {
	return collect(ctx, tx, scanMandate, sqlMandates, org, known, mandatesMax)
}

func selectMandatesOf(ctx context.Context, tx *db.Tx, person string) ([]Mandate, error) {
	return collect(ctx, tx, scanMandate, sqlMandatesOf, person, mandatesMax)
}

func scanCompact(scan func(...any) error) (c Compact, err error) {
	var shares, recognises string
	err = scan(&c.ID, &c.Name[0], &c.Name[1], &c.Since, &c.Until, &shares, &recognises, &c.Complete, &c.Source, &c.Verified, &c.Digest)
	c.Shares, c.Recognises = strings.Fields(shares), strings.Fields(recognises)
	return c, err
}

func selectCompact(ctx context.Context, tx *db.Tx, id string) (Compact, error) {
	return scanCompact(tx.QueryRow(ctx, sqlCompact, id).Scan)
}

func selectCompacts(ctx context.Context, tx *db.Tx) ([]Compact, error) {
	return collect(ctx, tx, scanCompact, sqlCompacts, membersMax)
}

func replaceCompact(ctx context.Context, tx *db.Tx, c Compact) error {
	if _, err := tx.Exec(ctx, sqlCompactPut, c.ID, c.Name[0], c.Name[1], c.Since.String(), c.Until.String(), strings.Join(c.Shares, " "),
		strings.Join(c.Recognises, " "), c.Complete, c.Source, c.Verified, c.Digest, db.Micros(tx.Now())); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlMembersDelete, c.ID); err != nil {
		return err
	}
	for _, m := range c.Members {
		if _, err := tx.Exec(ctx, sqlMemberInsert, c.ID, string(m.Region), m.Since.String(), m.Until.String(), m.Source, m.Verified); err != nil {
			return err
		}
	}
	return nil
}

func selectMembers(ctx context.Context, tx *db.Tx, id string) ([]Member, error) {
	return collect(ctx, tx, func(scan func(...any) error) (m Member, err error) {
		err = scan((*string)(&m.Region), &m.Since, &m.Until, &m.Source, &m.Verified)
		return m, err
	}, sqlMembers, id, membersMax)
}

func scanAuthority(scan func(...any) error) (a Authority, err error) {
	err = scan(&a.ID, &a.Since, &a.Until, &a.Parent, &a.Name[0], &a.Name[1], (*string)(&a.Region), &a.Org, &a.Treasury, &a.Hosted,
		&a.Source, &a.Verified)
	return a, err
}

func selectAuthority(ctx context.Context, tx *db.Tx, id string, day unit.Day) (Authority, error) {
	return scanAuthority(tx.QueryRow(ctx, sqlAuthority, id, day.String()).Scan)
}

func selectAuthorities(ctx context.Context, tx *db.Tx) ([]Authority, error) {
	return collect(ctx, tx, scanAuthority, sqlAuthorities, authoritiesMax)
}

func upsertAuthority(ctx context.Context, tx *db.Tx, a Authority) error {
	_, err := tx.Exec(ctx, sqlAuthorityPut, a.ID, a.Since.String(), a.Until.String(), a.Parent, a.Name[0], a.Name[1], string(a.Region), a.Org,
		a.Treasury, a.Hosted, a.Source, a.Verified, db.Micros(tx.Now()))
	return err
}

// importRow is a line of registry_import at its beginning.
type importRow struct {
	id, kind, name, digest string
	good, bad              int
}

func insertImport(ctx context.Context, tx *db.Tx, i importRow) error {
	_, err := tx.Exec(ctx, sqlImportInsert, i.id, i.kind, i.name, i.digest, i.good, i.bad, db.Micros(tx.Now()))
	return err
}

func updateImport(ctx context.Context, tx *db.Tx, id string, done int, last bool) error {
	state, ended := "running", int64(0)
	if last {
		state, ended = "done", db.Micros(tx.Now())
	}
	_, err := tx.Exec(ctx, sqlImportDone, id, done, state, ended)
	return err
}

func stopImport(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, sqlImportStop, id, db.Micros(tx.Now()))
	return err
}

func selectImports(ctx context.Context, tx *db.Tx) ([]Ran, error) {
	return collect(ctx, tx, func(scan func(...any) error) (i Ran, err error) {
		err = scan((*string)(&i.ID), &i.Kind, &i.Name, &i.Digest, &i.State, &i.Good, &i.Done, &i.Bad, (*micros)(&i.Started), (*micros)(&i.Ended))
		return i, err
	}, sqlImports, importsKept)
}

func selectFind(ctx context.Context, tx *db.Tx, code string) (no int64, find string, err error) {
	err = tx.QueryRow(ctx, sqlFind, code).Scan(&no, &find)
	return no, find, err
}

// hasGrams says whether the index entry of an organisation has all the words.
func hasGrams(ctx context.Context, tx *db.Tx, no int64, words []string) (bool, error) {
	query, asks := sqlHasGramsFTS, `"`+strings.Join(words, `" "`)+`"`
	if tx.Dialect() == "postgres" {
		query, asks = sqlHasGramsGIN, strings.Join(words, " ")
	}
	var n int
	err := tx.QueryRow(ctx, query, asks, no).Scan(&n)
	return n == 1, err
}

func selectHalfErased(ctx context.Context, tx *db.Tx) ([]string, error) {
	return collect(ctx, tx, scanText, sqlHalfErased, foundMax)
}

func selectLabelsTwice(ctx context.Context, tx *db.Tx) ([][2]string, error) {
	return collect(ctx, tx, func(scan func(...any) error) (p [2]string, err error) {
		err = scan(&p[0], &p[1])
		return p, err
	}, sqlLabelsTwice, ownersMax)
}

func scanText(scan func(...any) error) (s string, err error) {
	err = scan(&s)
	return s, err
}

// collect runs a reading and scans every row.
func collect[T any](ctx context.Context, tx *db.Tx, one func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return gather(rows, one)
}

// gather scans every row and closes.
func gather[T any](rows *db.Rows, one func(func(...any) error) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(all)+1, err)
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
