package db

const sqlMigrationTable = `
CREATE TABLE IF NOT EXISTS migration (
  name       TEXT PRIMARY KEY,
  digest     TEXT NOT NULL,
  applied_at BIGINT NOT NULL
)`

const sqlMigrationAdd = `
INSERT INTO migration (name, digest, applied_at) VALUES ($1, $2, $3)`

const sqlMigrationList = `
SELECT name, digest FROM migration ORDER BY name LIMIT 10000`

const sqlLeaseTake = `
INSERT INTO db_lease (name, fence, holder, taken_at, acted_at) VALUES ('node', 1, $1, $2, $2)
ON CONFLICT (name) DO UPDATE SET fence = db_lease.fence + 1, holder = excluded.holder, taken_at = excluded.taken_at
RETURNING fence`

// The fence is checked and the time of the newest act kept by one statement; no row means that the lease is lost.
const sqlLeaseMark = `
UPDATE db_lease SET acted_at = $1 WHERE name = 'node' AND fence = $2`

// On PostgreSQL the time stands in a row of its own: an act that shares the fence's row would have to be run again
// whenever that row changes.
const sqlLeaseActed = `
INSERT INTO db_lease (name, fence, holder, taken_at, acted_at) VALUES ('clock', $2, '', $1, $1)
ON CONFLICT (name) DO UPDATE SET fence = excluded.fence, acted_at = excluded.acted_at
WHERE db_lease.fence <= excluded.fence AND db_lease.acted_at < excluded.acted_at`

const sqlLeaseActedAt = `
SELECT COALESCE(max(acted_at), 0) FROM db_lease`

const sqlLeaseFence = `
SELECT fence FROM db_lease WHERE name = 'node'`

const sqlLeaseShare = `
SELECT fence FROM db_lease WHERE name = 'node' FOR SHARE`

const sqlLeaseHolder = `
SELECT holder FROM db_lease WHERE name = 'node'`

const sqlSessionLock = `
SELECT pg_try_advisory_lock($1)`

const sqlPostgresOrder = `
SELECT datcollate, datlocprovider::text, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()`
