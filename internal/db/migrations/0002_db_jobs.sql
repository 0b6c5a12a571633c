-- owner: db
-- Which process serves this database, and what is left to be done after an act. Times are microseconds since
-- 1970 in UTC.

-- The row 'node' is the lease: each taking raises the fence, and every act checks it. acted_at is the time of the newest
-- act; on PostgreSQL the row 'clock' keeps it.
CREATE TABLE db_lease (
  name     TEXT PRIMARY KEY CHECK (name IN ('node', 'clock')),
  fence    BIGINT NOT NULL CHECK (fence > 0),
  holder   TEXT NOT NULL,   -- host and process, for the operator
  taken_at BIGINT NOT NULL,
  acted_at BIGINT NOT NULL
);

-- A job is written by the act that makes it necessary and is gone when it is done.
CREATE TABLE db_job (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,             -- who does it: "federation.letter"
  job_key  TEXT NOT NULL,             -- one job of a kind for each key
  body     BYTEA NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
  due_at   BIGINT NOT NULL,
  made_at  BIGINT NOT NULL,
  attempts BIGINT NOT NULL CHECK (attempts >= 0),
  fence    BIGINT NOT NULL,           -- of the process that has claimed it; 0 when nobody has
  problem  TEXT NOT NULL,             -- of the last attempt, for the operator
  tried_at BIGINT NOT NULL,           -- the last attempt; 0 before the first
  UNIQUE (kind, job_key)
);
CREATE INDEX db_job_due ON db_job (kind, due_at, id) WHERE state = 'waiting';
CREATE INDEX db_job_dead ON db_job (state, id) WHERE state = 'dead';
