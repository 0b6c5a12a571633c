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

// On PostgreSQL the time stands in a row of its own, written by the session that holds the lock: acts touch neither row.
const sqlLeaseActed = `
INSERT INTO db_lease (name, fence, holder, taken_at, acted_at) VALUES ('clock', $2, '', $1, $1)
ON CONFLICT (name) DO UPDATE SET fence = excluded.fence, acted_at = excluded.acted_at
WHERE db_lease.fence <= excluded.fence AND db_lease.acted_at < excluded.acted_at`

const sqlLeaseActedAt = `
SELECT COALESCE(max(acted_at), 0) FROM db_lease`

const sqlLeaseFence = `
SELECT fence FROM db_lease WHERE name = 'node'`

const sqlFenceShare = `
SELECT fence, pg_try_advisory_xact_lock_shared($1, $2) FROM db_lease WHERE name = 'node'`

const sqlFenceAlone = `
SELECT pg_try_advisory_lock($1, $2)`

const sqlLeaseHolder = `
SELECT holder FROM db_lease WHERE name = 'node'`

const sqlSessionLock = `
SELECT pg_try_advisory_lock($1)`

// A migration takes the time it needs.
const sqlPostgresNoLimit = `
SET LOCAL statement_timeout = 0`

const sqlPostgresNoIdleLimit = `
SET LOCAL idle_in_transaction_session_timeout = 0`

const sqlPostgresOrder = `
SELECT datcollate, datlocprovider::text, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()`

const sqlJobLeave = `
INSERT INTO db_job (id, kind, job_key, body, state, due_at, made_at, attempts, fence, problem, tried_at)
VALUES ($1, $2, $3, $4, 'waiting', $5, $6, 0, 0, '', 0)
ON CONFLICT (kind, job_key) DO UPDATE SET kind = db_job.kind
RETURNING id`

// What was claimed is claimed no more: an attempt that is under way finds its job by the number of the attempt.
const sqlJobPostpone = `
UPDATE db_job SET due_at = $3, attempts = 0, fence = 0 WHERE kind = $1 AND job_key = $2 AND state = 'waiting'`

const sqlJobDrop = `
DELETE FROM db_job WHERE kind = $1 AND job_key = $2`

const sqlJobDead = `
SELECT id, kind, job_key, body, due_at, made_at, attempts, problem, tried_at
FROM db_job WHERE state = 'dead' AND id > $1 ORDER BY id LIMIT $2`

const sqlJobRequeue = `
UPDATE db_job SET state = 'waiting', due_at = $2, attempts = 0, fence = 0 WHERE id = $1 AND state = 'dead'`

const sqlJobCount = `
SELECT kind, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead'),
       COALESCE(min(due_at) FILTER (WHERE state = 'waiting'), 0)
FROM db_job GROUP BY kind ORDER BY kind LIMIT 1000`

const sqlJobAnyDue = `
SELECT EXISTS (SELECT id FROM db_job WHERE kind = $1 AND state = 'waiting' AND due_at <= $2 AND fence <> $3)`

const sqlJobClaim = `
UPDATE db_job SET fence = $3, attempts = attempts + 1, tried_at = $2
WHERE id IN (
  SELECT id FROM db_job
  WHERE kind = $1 AND state = 'waiting' AND due_at <= $2 AND fence <> $3
  ORDER BY due_at, id LIMIT $4)
RETURNING id, job_key, body, due_at, made_at, attempts`

const sqlJobStands = `
SELECT EXISTS (SELECT id FROM db_job WHERE id = $1 AND attempts = $2)`

const sqlJobRemove = `
DELETE FROM db_job WHERE id = $1 AND attempts = $2`

const sqlJobFailed = `
UPDATE db_job SET state = $3, due_at = $4, problem = $5, fence = 0 WHERE id = $1 AND attempts = $2`

const sqlSettingGet = `
SELECT value FROM node_setting WHERE name = $1`

const sqlSettingSet = `
INSERT INTO node_setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value`

// SQLite only.
const sqlBackup = `
VACUUM INTO $1`

const sqlCheckWhole = `
SELECT integrity_check FROM pragma_integrity_check ORDER BY 1 LIMIT $1`

const sqlCheckKeys = `
SELECT "table" || ' row ' || COALESCE("rowid", '?') || ' names a ' || "parent" || ' that is not there'
FROM pragma_foreign_key_check ORDER BY 1 LIMIT $1`

const sqlFoldJournal = `
PRAGMA wal_checkpoint(TRUNCATE)`

// sqlWriting are the beginnings of statements that write, each before the name of the table.
var sqlWriting = [...]string{"INSERT INTO ", "UPDATE ", "DELETE FROM "}

// The tables and views, each view with its text and each table with none.
const (
	sqlTablesLite = `
SELECT name, CASE WHEN type = 'view' THEN sql ELSE '' END AS text FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name LIMIT 10000`

	sqlTablesPostgres = `
SELECT relname::text AS name, CASE WHEN relkind = 'v' THEN pg_get_viewdef(oid) ELSE '' END AS text FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY name LIMIT 10000`
)

// Something that takes a snapshot.
const (
	sqlSnapshotLite     = `SELECT 1 AS one FROM sqlite_master ORDER BY rowid LIMIT 1`
	sqlSnapshotPostgres = `SELECT 1 ORDER BY 1 LIMIT 1`
)

// sqlHeadPostgres looks at a table, whose name is filled in quoted, without reading of it.
const sqlHeadPostgres = "SELECT FROM %s LIMIT 0;\n"

const sqlReplan = `DISCARD PLANS`
