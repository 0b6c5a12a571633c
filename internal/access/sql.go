package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Every list of this room has its limit here.
const (
	grantsMax      = 200 // that one person holds at a time
	sessionsListed = 100
	tokensMax      = 50 // living API tokens of one person
	peoplePageMax  = 200
	journalPageMax = 200
)

const personColumns = `id, email, name, org, state, password, seed, seed_confirmed, code_step, made_at, changed_at`

// personRow is a line of access_person. It never leaves this room.
type personRow struct {
	id, email, name, org, state, password string
	seed                                  []byte
	seedConfirmed                         bool
	codeStep, madeAt, changedAt           int64
}

func (p *personRow) scan(scan func(...any) error) error {
	return scan(&p.id, &p.email, &p.name, &p.org, &p.state, &p.password, &p.seed, &p.seedConfirmed, &p.codeStep, &p.madeAt, &p.changedAt)
}

const (
	sqlPersonByEmail = `SELECT ` + personColumns + ` FROM access_person WHERE email = $1 ORDER BY id LIMIT 1`
	sqlPersonByID    = `SELECT ` + personColumns + ` FROM access_person WHERE id = $1 ORDER BY id LIMIT 1`
	sqlPersonInsert  = `
INSERT INTO access_person (` + personColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, NULL, FALSE, 0, $7, $7)
ON CONFLICT (email) DO NOTHING`
	sqlPersonState    = `UPDATE access_person SET state = $2, changed_at = $3 WHERE id = $1 AND state <> 'erased'`
	sqlPersonActivate = `UPDATE access_person SET state = 'active', password = $2, changed_at = $3 WHERE id = $1 AND state IN ('invited', 'active')`
	sqlPersonSeed     = `UPDATE access_person SET seed = $2, seed_confirmed = $3, code_step = $4, changed_at = $5 WHERE id = $1`
	sqlPersonCodeStep = `UPDATE access_person SET code_step = $2 WHERE id = $1 AND code_step < $2`
	sqlPeople         = `
SELECT ` + personColumns + ` FROM access_person p
WHERE ($1 = '' OR p.org = $1)
  AND ($2 = '' OR EXISTS (SELECT 1 FROM access_grant g WHERE g.person = p.id AND g.ended_at = 0 AND g.region LIKE $2 || '%'))
  AND ($3 = '' OR EXISTS (SELECT 1 FROM access_grant g WHERE g.person = p.id AND g.ended_at = 0 AND g.role = $3))
  AND (lower(p.name) LIKE $4 ESCAPE '!' OR p.email LIKE $4 ESCAPE '!')
  AND p.id > $5
ORDER BY p.id LIMIT $6`
)

const (
	sqlGrants = `
SELECT id, role, region, org FROM access_grant
WHERE person = $1 AND ended_at = 0 ORDER BY id LIMIT $2`
	sqlGrantOf     = `SELECT person, role, region, org FROM access_grant WHERE id = $1 AND ended_at = 0 ORDER BY id LIMIT 1`
	sqlGrantInsert = `
INSERT INTO access_grant (id, person, role, region, org, given_by, given_at, ended_by, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0)
ON CONFLICT (person, role, region, org) WHERE ended_at = 0 DO NOTHING`
	sqlGrantEnd   = `UPDATE access_grant SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at = 0`
	sqlAdminCount = `
SELECT count(DISTINCT g.person) FROM access_grant g JOIN access_person p ON p.id = g.person
WHERE g.role = 'node_admin' AND g.region = '' AND g.ended_at = 0 AND p.state = 'active'
  AND g.person <> $1`
)

const sessionColumns = `hash, id, person, strong, made_at, seen_at, ends_at, ended_at, addr, agent`

// sessionRow is a line of access_session. It never leaves this room.
type sessionRow struct {
	hash, id, person                string
	strong                          bool
	madeAt, seenAt, endsAt, endedAt int64
	addr, agent                     string
}

func (s *sessionRow) scan(scan func(...any) error) error {
	return scan(&s.hash, &s.id, &s.person, &s.strong, &s.madeAt, &s.seenAt, &s.endsAt, &s.endedAt, &s.addr, &s.agent)
}

const (
	sqlSessionByHash = `SELECT ` + sessionColumns + ` FROM access_session WHERE hash = $1 ORDER BY hash LIMIT 1`
	sqlSessionByID   = `SELECT ` + sessionColumns + ` FROM access_session WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSessionInsert = `
INSERT INTO access_session (` + sessionColumns + `) VALUES ($1, $2, $3, $4, $5, $5, $6, 0, $7, $8)`
	sqlSessionSeen   = `UPDATE access_session SET seen_at = $2 WHERE hash = $1 AND ended_at = 0 AND seen_at < $2`
	sqlSessionRotate = `UPDATE access_session SET hash = $2, strong = TRUE, seen_at = $3 WHERE hash = $1 AND ended_at = 0`
	sqlSessionEnd    = `UPDATE access_session SET ended_at = $2 WHERE id = $1 AND ended_at = 0`
	sqlSessionEndAll = `UPDATE access_session SET ended_at = $3 WHERE person = $1 AND id <> $2 AND ended_at = 0`
	sqlSessionsOf    = `
SELECT ` + sessionColumns + ` FROM access_session
WHERE person = $1 AND ended_at = 0 AND ends_at > $2 AND seen_at > $3
ORDER BY made_at DESC, id DESC LIMIT $4`
)

const (
	sqlLinkInsert = `
INSERT INTO access_link (hash, kind, person, made_by, made_at, ends_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`
	sqlLinkByHash = `SELECT kind, person, ends_at, used_at FROM access_link WHERE hash = $1 ORDER BY hash LIMIT 1`
	sqlLinkUse    = `UPDATE access_link SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND ends_at > $2`
	sqlLinkVoid   = `UPDATE access_link SET used_at = $3 WHERE person = $1 AND kind = $2 AND used_at = 0`

	sqlRecoveryInsert = `INSERT INTO access_recovery_code (hash, person, used_at) VALUES ($1, $2, 0)`
	sqlRecoveryUse    = `UPDATE access_recovery_code SET used_at = $3 WHERE hash = $1 AND person = $2 AND used_at = 0`
	sqlRecoveryErase  = `DELETE FROM access_recovery_code WHERE person = $1`

	sqlThrottle    = `SELECT failures, last_at, until_at FROM access_throttle WHERE key = $1 ORDER BY key LIMIT 1`
	sqlThrottleSet = `
INSERT INTO access_throttle (key, failures, last_at, until_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, until_at = excluded.until_at`
	sqlThrottleForget = `DELETE FROM access_throttle WHERE key = $1`
)

const tokenColumns = `id, person, name, scopes, strong, made_at, ends_at, used_at, ended_at`

const (
	sqlTokenByHash = `SELECT ` + tokenColumns + ` FROM access_token WHERE hash = $1 ORDER BY hash LIMIT 1`
	sqlTokenByID   = `SELECT ` + tokenColumns + ` FROM access_token WHERE id = $1 ORDER BY id LIMIT 1`
	sqlTokensOf    = `SELECT ` + tokenColumns + ` FROM access_token WHERE person = $1 ORDER BY made_at DESC, id DESC LIMIT $2`
	sqlTokenCount  = `SELECT count(*) FROM access_token WHERE person = $1 AND ended_at = 0 AND ends_at > $2`
	sqlTokenInsert = `
INSERT INTO access_token (hash, id, person, name, scopes, strong, made_at, ends_at, used_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`
	sqlTokenUsed   = `UPDATE access_token SET used_at = $2 WHERE id = $1 AND used_at < $2`
	sqlTokenEnd    = `UPDATE access_token SET ended_at = $2 WHERE id = $1 AND ended_at = 0`
	sqlTokenEndAll = `UPDATE access_token SET ended_at = $2 WHERE person = $1 AND ended_at = 0`
)

const journalColumns = `id, at, person, session, token, mandate, act, object, region, detail`

const (
	sqlJournalInsert = `
INSERT INTO access_journal (` + journalColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlJournalSearch = `
SELECT id, at, person, COALESCE((SELECT p.name FROM access_person p WHERE p.id = access_journal.person), ''), session, token, mandate,
  act, object, region, detail
FROM access_journal
WHERE ($1 = '' OR person = $1) AND ($2 = '' OR act = $2) AND ($3 = '' OR object = $3)
  AND ($4 = '' OR region LIKE $4 || '%')
  AND at >= $5 AND (at, id) < ($6, $7)
ORDER BY at DESC, id DESC LIMIT $8`
)

// personBy reads one person; found is false when there is none.
func personBy(ctx context.Context, tx *db.Tx, query, arg string) (p personRow, found bool, err error) {
	switch err = p.scan(tx.QueryRow(ctx, query, arg).Scan); {
	case errors.Is(err, sql.ErrNoRows):
		return p, false, nil
	case err != nil:
		return p, false, fmt.Errorf("read person: %w", err)
	}
	return p, true, nil
}

// grantsOf reads what a person holds now.
func grantsOf(ctx context.Context, tx *db.Tx, person string) ([]Grant, error) {
	return collect(ctx, tx, "grants of "+person, func(scan func(...any) error) (g Grant, err error) {
		var id, region string
		err = scan(&id, &g.Role, &region, &g.Org)
		g.ID, g.Region = unit.ID(id), unit.Region(region)
		return g, err
	}, sqlGrants, person, grantsMax)
}

// sessionBy reads one session; found is false when there is none.
func sessionBy(ctx context.Context, tx *db.Tx, query, arg string) (s sessionRow, found bool, err error) {
	switch err = s.scan(tx.QueryRow(ctx, query, arg).Scan); {
	case errors.Is(err, sql.ErrNoRows):
		return s, false, nil
	case err != nil:
		return s, false, fmt.Errorf("read session: %w", err)
	}
	return s, true, nil
}

// scanEntry reads one line of the journal.
func scanEntry(scan func(...any) error) (l Line, err error) {
	var id, person, region string
	var at int64
	if err = scan(&id, &at, &person, &l.Name, &l.Session, &l.Token, &l.Mandate, &l.Act, &l.Object, &region, &l.Detail); err != nil {
		return l, err
	}
	l.ID, l.At, l.Person, l.Region = unit.ID(id), db.Time(at), unit.ID(person), unit.Region(region)
	return l, nil
}

// scanToken reads one line of access_token.
func scanToken(scan func(...any) error) (t APIToken, err error) {
	var id, person, scopes string
	var made, ends, used, ended int64
	if err = scan(&id, &person, &t.Name, &scopes, &t.strong, &made, &ends, &used, &ended); err != nil {
		return t, err
	}
	t.ID, t.Person, t.Scopes = unit.ID(id), unit.ID(person), splitScopes(scopes)
	t.Made, t.Ends, t.Used, t.Ended = db.Time(made), db.Time(ends), orZero(used), orZero(ended)
	return t, nil
}

// orZero is a stored time where 0 is "not yet".
func orZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.Time(us)
}

// collect runs a reading and scans every row; what is for the operator.
func collect[T any](ctx context.Context, tx *db.Tx, what string, one func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return all, nil
}
