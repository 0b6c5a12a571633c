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
	exportMax      = 5000 // lines of each kind that a person takes away
	accountsMax    = 20   // identities of one person at providers
	sweepMax       = 1000 // rows of each kind in one sweep
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
	sqlPersonPassword = `UPDATE access_person SET password = $2, changed_at = $3 WHERE id = $1 AND state = 'active'`
	sqlPersonSeed     = `UPDATE access_person SET seed = $2, seed_confirmed = $3, code_step = $4, changed_at = $5 WHERE id = $1`
	sqlPersonCodeStep = `UPDATE access_person SET code_step = $2 WHERE id = $1 AND code_step < $2`
	sqlPersonCorrect  = `
UPDATE access_person SET name = $2, email = $3, org = $4, changed_at = $5
WHERE id = $1 AND state <> 'erased' AND NOT EXISTS (SELECT 1 FROM access_person o WHERE o.email = $3 AND o.id <> $1)`
	sqlPersonErase = `
UPDATE access_person SET email = $2, name = '', state = 'erased', password = '', seed = NULL, seed_confirmed = FALSE, changed_at = $3
WHERE id = $1`

	// A person belongs to whoever administers their organisation, an organisation within which they hold a role, or a
	// region in which they hold one. $2 is |ORG|ORG|, $3 is |31|3401|: to contain |X| is to change when |X| is taken out.
	sqlPeople = `
SELECT ` + personColumns + ` FROM access_person p
WHERE ($1 OR p.org <> '' AND replace($2, '|' || p.org || '|', '') <> $2
    OR EXISTS (SELECT 1 FROM access_grant g WHERE g.person = p.id AND g.ended_at = 0
      AND (g.org <> '' AND replace($2, '|' || g.org || '|', '') <> $2
        OR g.region <> '' AND (replace($3, '|' || substr(g.region, 1, 2) || '|', '') <> $3
          OR replace($3, '|' || substr(g.region, 1, 4) || '|', '') <> $3
          OR replace($3, '|' || g.region || '|', '') <> $3))))
  AND ($4 = '' OR EXISTS (SELECT 1 FROM access_grant g WHERE g.person = p.id AND g.ended_at = 0 AND g.role = $4))
  AND (lower(p.name) LIKE $5 ESCAPE '!' OR p.email LIKE $5 ESCAPE '!')
  AND p.id > $6
ORDER BY p.id LIMIT $7`
)

// sqlReached finds who holds a role as Actor.HasAt asks it: $1 the role, $2 whether any region will do, $3 to $5 the region
// with what it lies in, $6 the office or organisation. Without a role it is who holds any within the organisation.
const sqlReached = `
SELECT DISTINCT g.person FROM access_grant g JOIN access_person p ON p.id = g.person
WHERE g.ended_at = 0 AND p.state = 'active'
  AND ($1 <> '' AND g.role = $1 AND (g.org = '' OR g.org = $6) OR $1 = '' AND g.org = $6)
  AND ($2 OR g.region = '' OR g.region = $3 OR g.region = $4 OR g.region = $5)
ORDER BY g.person LIMIT $7`

// arrivalColumns follow the seven columns of a session or a token: the person, and what they hold, one line a grant.
const arrivalColumns = `p.id, p.email, p.name, p.org, p.state, p.seed_confirmed,
  COALESCE(g.id, ''), COALESCE(g.role, ''), COALESCE(g.region, ''), COALESCE(g.org, '')`

const (
	sqlSessionArrives = `
SELECT s.id, s.strong, s.seen_at, s.ends_at, s.ended_at, '', s.proved_at, ` + arrivalColumns + `
FROM access_session s JOIN access_person p ON p.id = s.person LEFT JOIN access_grant g ON g.person = p.id AND g.ended_at = 0
WHERE s.hash = $1 ORDER BY g.id LIMIT $2`
	sqlTokenArrives = `
SELECT t.id, t.strong, t.used_at, t.ends_at, t.ended_at, t.scopes, 0, ` + arrivalColumns + `
FROM access_token t JOIN access_person p ON p.id = t.person LEFT JOIN access_grant g ON g.person = p.id AND g.ended_at = 0
WHERE t.hash = $1 ORDER BY g.id LIMIT $2`
)

const (
	sqlGrants = `
SELECT id, role, region, org FROM access_grant
WHERE person = $1 AND ended_at = 0 ORDER BY id LIMIT $2`
	sqlGrantsEver = `
SELECT id, role, region, org, given_at, ended_at FROM access_grant
WHERE person = $1 ORDER BY given_at DESC, id DESC LIMIT $2`
	sqlGrantOf     = `SELECT person, role, region, org FROM access_grant WHERE id = $1 AND ended_at = 0 ORDER BY id LIMIT 1`
	sqlGrantInsert = `
INSERT INTO access_grant (id, person, role, region, org, given_by, given_at, ended_by, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0)
ON CONFLICT (person, role, region, org) WHERE ended_at = 0 DO NOTHING`
	sqlGrantEnd    = `UPDATE access_grant SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at = 0`
	sqlGrantEndAll = `UPDATE access_grant SET ended_by = $2, ended_at = $3 WHERE person = $1 AND ended_at = 0`
	sqlAdminCount  = `
SELECT count(DISTINCT g.person) FROM access_grant g JOIN access_person p ON p.id = g.person
WHERE g.role = 'node_admin' AND g.region = '' AND g.ended_at = 0 AND p.state = 'active'
  AND g.person <> $1`
)

const sessionColumns = `hash, id, person, strong, made_at, seen_at, ends_at, ended_at, addr, agent, proved_at`

// sessionRow is a line of access_session. It never leaves this room.
type sessionRow struct {
	hash, id, person                string
	strong                          bool
	madeAt, seenAt, endsAt, endedAt int64
	addr, agent                     string
	provedAt                        int64
}

func (s *sessionRow) scan(scan func(...any) error) error {
	return scan(&s.hash, &s.id, &s.person, &s.strong, &s.madeAt, &s.seenAt, &s.endsAt, &s.endedAt, &s.addr, &s.agent, &s.provedAt)
}

const (
	sqlSessionByHash = `SELECT ` + sessionColumns + ` FROM access_session WHERE hash = $1 ORDER BY hash LIMIT 1`
	sqlSessionByID   = `SELECT ` + sessionColumns + ` FROM access_session WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSessionInsert = `
INSERT INTO access_session (` + sessionColumns + `) VALUES ($1, $2, $3, $4, $5, $5, $6, 0, $7, $8, $5)`
	sqlSessionSeen   = `UPDATE access_session SET seen_at = $2 WHERE id = $1 AND ended_at = 0 AND seen_at < $2`
	sqlSessionRotate = `UPDATE access_session SET hash = $2, strong = TRUE, seen_at = $3, proved_at = $3 WHERE hash = $1 AND ended_at = 0`
	sqlSessionProve  = `UPDATE access_session SET hash = $2, seen_at = $3, proved_at = $3, strong = strong OR $4 WHERE hash = $1 AND id = $5 AND ended_at = 0`
	sqlSessionEnd    = `UPDATE access_session SET ended_at = $2 WHERE id = $1 AND ended_at = 0`
	sqlSessionEndAll = `UPDATE access_session SET ended_at = $3 WHERE person = $1 AND id <> $2 AND ended_at = 0`
	sqlSessionsOf    = `
SELECT ` + sessionColumns + ` FROM access_session
WHERE person = $1 AND ended_at = 0 AND ends_at > $2 AND seen_at > $3
ORDER BY made_at DESC, id DESC LIMIT $4`
	sqlSessionsEver  = `SELECT ` + sessionColumns + ` FROM access_session WHERE person = $1 ORDER BY made_at DESC, id DESC LIMIT $2`
	sqlSessionWeaken = `UPDATE access_session SET strong = FALSE WHERE person = $1`
	sqlSessionBlank  = `UPDATE access_session SET addr = '', agent = '' WHERE person = $1`
	sqlSessionSweep  = `
DELETE FROM access_session WHERE hash IN (SELECT hash FROM access_session WHERE ends_at < $1 ORDER BY ends_at, hash LIMIT $2)`
)

const (
	sqlLinkInsert = `
INSERT INTO access_link (hash, kind, person, made_by, made_at, ends_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`
	sqlLinkByHash  = `SELECT kind, person, ends_at, used_at FROM access_link WHERE hash = $1 ORDER BY hash LIMIT 1`
	sqlLinkUse     = `UPDATE access_link SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND ends_at > $2`
	sqlLinkVoidAll = `UPDATE access_link SET used_at = $2 WHERE person = $1 AND used_at = 0`
	sqlLinkSweep   = `
DELETE FROM access_link WHERE hash IN (SELECT hash FROM access_link WHERE ends_at < $1 ORDER BY ends_at, hash LIMIT $2)`
	sqlLinkVoid = `UPDATE access_link SET used_at = $3 WHERE person = $1 AND kind = $2 AND used_at = 0`

	sqlRecoveryInsert = `INSERT INTO access_recovery_code (hash, person, used_at) VALUES ($1, $2, 0)`
	sqlRecoveryUse    = `UPDATE access_recovery_code SET used_at = $3 WHERE hash = $1 AND person = $2 AND used_at = 0`
	sqlRecoveryErase  = `DELETE FROM access_recovery_code WHERE person = $1`

	sqlThrottle    = `SELECT failures, last_at, until_at FROM access_throttle WHERE key = $1 ORDER BY key LIMIT 1`
	sqlThrottleSet = `
INSERT INTO access_throttle (key, failures, last_at, until_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, until_at = excluded.until_at`
	sqlThrottleForget = `DELETE FROM access_throttle WHERE key = $1`
	sqlThrottleBack   = `UPDATE access_throttle SET failures = failures - 1 WHERE key = $1 AND failures > 0`
	sqlThrottleSweep  = `
DELETE FROM access_throttle WHERE key IN (SELECT key FROM access_throttle WHERE last_at < $1 ORDER BY last_at, key LIMIT $2)`
)

const (
	sqlProviderState = `
INSERT INTO access_provider_state (hash, provider, person, link, nonce, verifier, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlProviderTake = `
DELETE FROM access_provider_state WHERE hash = $1 RETURNING provider, person, link, nonce, verifier, ends_at`
	sqlProviderErase = `DELETE FROM access_provider_state WHERE person = $1`
	sqlProviderSweep = `
DELETE FROM access_provider_state
WHERE hash IN (SELECT hash FROM access_provider_state WHERE ends_at < $1 ORDER BY ends_at, hash LIMIT $2)`

	sqlIdentityInsert = `
INSERT INTO access_identity (issuer, subject, person, made_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (issuer, subject) DO NOTHING`
	sqlIdentityPerson = `SELECT person FROM access_identity WHERE issuer = $1 AND subject = $2 ORDER BY person LIMIT 1`
	sqlIdentitiesOf   = `SELECT issuer, subject, made_at FROM access_identity WHERE person = $1 ORDER BY made_at, issuer, subject LIMIT $2`
	sqlIdentityEnd    = `DELETE FROM access_identity WHERE person = $1 AND issuer = $2 AND subject = $3`
	sqlIdentityErase  = `DELETE FROM access_identity WHERE person = $1`
	sqlPersonActive   = `UPDATE access_person SET state = 'active', changed_at = $2 WHERE id = $1 AND state IN ('invited', 'active')`
)

const tokenColumns = `id, person, name, scopes, strong, made_at, ends_at, used_at, ended_at`

const (
	sqlTokenByID   = `SELECT ` + tokenColumns + ` FROM access_token WHERE id = $1 ORDER BY id LIMIT 1`
	sqlTokensOf    = `SELECT ` + tokenColumns + ` FROM access_token WHERE person = $1 ORDER BY made_at DESC, id DESC LIMIT $2`
	sqlTokenCount  = `SELECT count(*) FROM access_token WHERE person = $1 AND ended_at = 0 AND ends_at > $2`
	sqlTokenInsert = `
INSERT INTO access_token (hash, id, person, name, scopes, strong, made_at, ends_at, used_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`
	sqlTokenSeen   = `UPDATE access_token SET used_at = $2 WHERE id = $1 AND used_at < $2`
	sqlTokenEnd    = `UPDATE access_token SET ended_at = $2 WHERE id = $1 AND ended_at = 0`
	sqlTokenEndAll = `UPDATE access_token SET ended_at = $2 WHERE person = $1 AND ended_at = 0`
	sqlTokenWeaken = `UPDATE access_token SET strong = FALSE WHERE person = $1`
	sqlTokenBlank  = `UPDATE access_token SET name = '' WHERE person = $1`
)

const journalColumns = `id, at, person, session, token, mandate, act, object, region, detail`

// A line shows the person's name of today, nothing for one who is erased.
const journalSelect = `
SELECT id, at, person, COALESCE((SELECT p.name FROM access_person p WHERE p.id = access_journal.person), ''), session, token, mandate,
  act, object, region, detail
FROM access_journal
WHERE `

// journalRest is what every search of the journal has in common. $2 to $5 narrow by person, act, object and text where
// they are given, $12 by name; $6 is whether the whole node is asked for, $7 the regions as |31|3401|.
const journalRest = `
  AND ($2 = '' OR person = $2) AND ($3 = '' OR act = $3 OR act LIKE $3 || '.%') AND ($4 = '' OR object = $4)
  AND ($5 = '' OR replace(detail, $5, '') <> detail)
  AND ($6 OR region <> '' AND (replace($7, '|' || substr(region, 1, 2) || '|', '') <> $7
    OR replace($7, '|' || substr(region, 1, 4) || '|', '') <> $7 OR replace($7, '|' || region || '|', '') <> $7))
  AND at >= $8 AND (at, id) < ($9, $10)
  AND ($12 = '' OR person IN (SELECT p.id FROM access_person p WHERE replace(p.name, $12, '') <> p.name))
ORDER BY at DESC, id DESC LIMIT $11`

// The searches differ in the index that leads: person, object or time. $1 is the value that it leads with.
const (
	sqlJournalInsert = `
INSERT INTO access_journal (` + journalColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlJournalByPerson = journalSelect + `person = $1` + journalRest
	sqlJournalByObject = journalSelect + `object = $1` + journalRest
	sqlJournalByTime   = journalSelect + `$1 = ''` + journalRest
	sqlJournalOfPerson = journalSelect + `person = $1 ORDER BY at DESC, id DESC LIMIT $2`
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
	return db.Collect(ctx, tx, "grants of "+person, func(scan func(...any) error) (g Grant, err error) {
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

// arrival is who comes with a session or an API token: the line of either with its person and what they hold.
type arrival struct {
	id                      string
	strong                  bool
	seenAt, endsAt, endedAt int64
	scopes                  string
	provedAt                int64
	person                  personRow
	grants                  []Grant
}

func (a arrival) actor() Actor {
	p := a.person
	return Actor{Person: unit.ID(p.id), Name: p.name, Email: p.email, Org: p.org, Grants: a.grants, Session: a.id, Strong: a.strong}
}

// arrives reads an arrival; found is false when there is none.
func arrives(ctx context.Context, tx *db.Tx, query, hash string) (a arrival, found bool, err error) {
	grants, err := db.Collect(ctx, tx, "who arrives", func(scan func(...any) error) (g Grant, err error) {
		var id, region string
		p := &a.person
		err = scan(&a.id, &a.strong, &a.seenAt, &a.endsAt, &a.endedAt, &a.scopes, &a.provedAt,
			&p.id, &p.email, &p.name, &p.org, &p.state, &p.seedConfirmed, &id, &g.Role, &region, &g.Org)
		g.ID, g.Region = unit.ID(id), unit.Region(region)
		return g, err
	}, query, hash, grantsMax)
	if len(grants) > 0 && grants[0].ID != "" { // a person without a role is one line without a grant
		a.grants = grants
	}
	return a, len(grants) > 0, err
}

// throttle reads how often a key has failed; nothing is no failure.
func throttle(ctx context.Context, tx *db.Tx, key string) (failures, last, until int64, err error) {
	err = tx.QueryRow(ctx, sqlThrottle, key).Scan(&failures, &last, &until)
	if db.NoRows(err) {
		return 0, 0, 0, nil
	}
	if err != nil {
		err = fmt.Errorf("read the throttle: %w", err)
	}
	return failures, last, until, err
}

// scanOpenSession reads a session as its person sees it; here is the id of the one that they came with.
func scanOpenSession(here string) func(scan func(...any) error) (OpenSession, error) {
	return func(scan func(...any) error) (o OpenSession, err error) {
		var row sessionRow
		err = row.scan(scan)
		return OpenSession{ID: unit.ID(row.id), Made: db.Time(row.madeAt), Seen: db.Time(row.seenAt), Addr: row.addr,
			Agent: row.agent, Strong: row.strong, Here: row.id == here}, err
	}
}

func scanPastGrant(scan func(...any) error) (g PastGrant, err error) {
	var id, region string
	var given, ended int64
	err = scan(&id, &g.Role, &region, &g.Org, &given, &ended)
	g.ID, g.Region, g.Given, g.Ended = unit.ID(id), unit.Region(region), db.Time(given), orZero(ended)
	return g, err
}

func scanAccount(scan func(...any) error) (a Account, err error) {
	var made int64
	err = scan(&a.Issuer, &a.Subject, &made)
	a.Made = db.Time(made)
	return a, err
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
	if err = scan(&id, &person, &t.Name, &scopes, &t.Strong, &made, &ends, &used, &ended); err != nil {
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
