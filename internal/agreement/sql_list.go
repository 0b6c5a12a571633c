package agreement

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsertList = `INSERT INTO agreement_list (id, plan, zh, en, public, made_at) VALUES ($1, $2, $3, $4, $5, $6)`

const listColumns = `l.id, l.plan, a.title, l.zh, l.en, l.public, (SELECT count(*) FROM agreement_listed x WHERE x.list = l.id)`

const sqlListByID = `SELECT ` + listColumns + ` FROM agreement_list l JOIN agreement a ON a.id = l.plan WHERE l.id = $1 ORDER BY l.id LIMIT 1`

// mine is whether the actor may know of the agreement a, $2 being what they reach.
const mine = ` (a.secrecy = 'public' OR $2 = 'all' OR EXISTS (SELECT 1 FROM agreement_party p WHERE p.agreement = a.id AND p.code <> '' AND
       ($2 LIKE '%,' || p.code || ',%' OR length(p.code) < 18 AND
        ($2 LIKE '%,' || substr(p.code, 1, 2) || '0000,%' OR $2 LIKE '%,' || substr(p.code, 1, 4) || '00,%'))))`

const sqlLists = `
SELECT ` + listColumns + ` FROM agreement_list l JOIN agreement a ON a.id = l.plan WHERE ($1 = '' OR l.plan = $1) AND ` + mine + `
ORDER BY l.id LIMIT $3`

const sqlListsOf = `
SELECT ` + listColumns + `, d.no FROM agreement_listed d JOIN agreement_list l ON l.id = d.list JOIN agreement a ON a.id = l.plan
WHERE d.task = $1 AND ` + mine + ` ORDER BY l.id LIMIT $3`

const sqlLastNo = `SELECT coalesce(max(d.no), 0) FROM agreement_listed d WHERE d.list = $1 ORDER BY 1 LIMIT 1`

const sqlInsertListed = `INSERT INTO agreement_listed (list, no, task, section) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

const sqlEntries = `
SELECT d.no, d.section, ` + taskColumns + `
FROM agreement_listed d JOIN agreement_task t ON t.id = d.task JOIN agreement a ON a.id = t.agreement
WHERE d.list = $1 AND ` + mine + ` ORDER BY d.no LIMIT $3 OFFSET $4`

const sqlInsertEvent = `INSERT INTO agreement_event (id, name, region, held_on, made_at) VALUES ($1, $2, $3, $4, $5)`

const sqlEvents = `
SELECT e.id, e.name, e.region, e.held_on,
       (SELECT count(*) FROM agreement a WHERE a.event = e.id AND a.secrecy = 'public'),
       (SELECT coalesce(sum(a.investment_fen), 0) FROM agreement a WHERE a.event = e.id AND a.secrecy = 'public')
FROM agreement_event e ORDER BY e.held_on DESC, e.id DESC LIMIT $1`

const sqlInsertView = `INSERT INTO agreement_view (id, person, name, query, made_at) VALUES ($1, $2, $3, $4, $5)`

const sqlViews = `SELECT v.id, v.name, v.query FROM agreement_view v WHERE v.person = $1 ORDER BY v.id LIMIT $2`

const sqlDropView = `DELETE FROM agreement_view WHERE person = $1 AND id = $2`

const sqlDropViews = `DELETE FROM agreement_view WHERE person = $1`

const sqlInsertFeed = `INSERT INTO agreement_feed (id, person, digest, query, made_at) VALUES ($1, $2, $3, $4, $5)`

const sqlFeeds = `SELECT f.id, f.query, f.made_at, f.revoked_at FROM agreement_feed f WHERE f.person = $1 ORDER BY f.id LIMIT $2`

const sqlFeed = `SELECT f.person, f.query FROM agreement_feed f WHERE f.digest = $1 AND f.revoked_at IS NULL ORDER BY f.id LIMIT 1`

const sqlRevokeFeed = `UPDATE agreement_feed SET revoked_at = $3 WHERE person = $1 AND id = $2 AND revoked_at IS NULL`

const sqlRevokeFeeds = `UPDATE agreement_feed SET revoked_at = $2, query = '' WHERE person = $1`

func insertList(ctx context.Context, tx *db.Tx, l List) error {
	_, err := tx.Exec(ctx, sqlInsertList, l.ID, l.Plan, l.Name[0], l.Name[1], l.Public, db.Micros(tx.Now()))
	return err
}

func scanList(row scanner) (l List, err error) {
	err = row.Scan(&l.ID, &l.Plan, &l.Of, &l.Name[0], &l.Name[1], &l.Public, &l.Tasks)
	return l, err
}

func selectList(ctx context.Context, tx *db.Tx, id unit.ID) (List, error) {
	l, err := scanList(tx.QueryRow(ctx, sqlListByID, id))
	if db.NoRows(err) {
		return l, fault.New(fault.NotFound, "agreement.list_unknown")
	}
	return l, err
}

func selectLists(ctx context.Context, tx *db.Tx, plan unit.ID, reach string) ([]List, error) {
	return collect(ctx, tx, scanList, sqlLists, string(plan), reach, listsMax)
}

func selectListsOf(ctx context.Context, tx *db.Tx, task unit.ID, reach string) ([]ListedAs, error) {
	return collect(ctx, tx, func(row scanner) (x ListedAs, err error) {
		l := &x.List
		err = row.Scan(&l.ID, &l.Plan, &l.Of, &l.Name[0], &l.Name[1], &l.Public, &l.Tasks, &x.No)
		return x, err
	}, sqlListsOf, task, reach, listsMax)
}

func lastNo(ctx context.Context, tx *db.Tx, list unit.ID) (no int, err error) {
	err = tx.QueryRow(ctx, sqlLastNo, list).Scan(&no)
	return no, err
}

func insertListed(ctx context.Context, tx *db.Tx, list unit.ID, no int, task unit.ID, section string) (bool, error) {
	n, err := tx.Exec(ctx, sqlInsertListed, list, no, task, section)
	return n == 1, err
}

// after reads a row whose first columns are other things than those that scan reads.
type after struct {
	row   scanner
	first []any
}

func (a after) Scan(rest ...any) error { return a.row.Scan(append(a.first, rest...)...) }

func selectEntries(ctx context.Context, tx *db.Tx, list unit.ID, rows, offset int, reach string) ([]Entry, error) {
	return collect(ctx, tx, func(row scanner) (e Entry, err error) {
		e.Task, err = scanTask(after{row, []any{&e.No, &e.Section}})
		return e, err
	}, sqlEntries, list, reach, rows, offset)
}

func insertEvent(ctx context.Context, tx *db.Tx, e Event) error {
	_, err := tx.Exec(ctx, sqlInsertEvent, e.ID, e.Name, string(e.Region), e.Day, db.Micros(tx.Now()))
	return err
}

func selectEvents(ctx context.Context, tx *db.Tx) ([]Event, error) {
	return collect(ctx, tx, func(row scanner) (e Event, err error) {
		err = row.Scan(&e.ID, &e.Name, &e.Region, &e.Day, &e.Projects, &e.Investment)
		return e, err
	}, sqlEvents, eventsMax)
}
