-- owner: catalogue
-- Files that are taken in while nobody waits: what was asked for, how far it is, and what came of it.

CREATE TABLE catalogue_intake (
  id       TEXT   PRIMARY KEY,
  what     TEXT   NOT NULL,               -- listings, runs
  org      TEXT   NOT NULL,               -- for which organisation; '' where the rows say it
  asks     TEXT   NOT NULL,               -- JSON: the kind, and what to do
  name     TEXT   NOT NULL,               -- of the file
  digest   TEXT   NOT NULL,               -- of the file
  state    TEXT   NOT NULL CHECK (state IN ('waiting', 'checking', 'writing', 'done', 'refused', 'failed', 'cut', 'stopped')),
  done     BIGINT NOT NULL CHECK (done >= 0),
  total    BIGINT NOT NULL CHECK (total >= 0),
  problem  TEXT   NOT NULL,               -- JSON: in both languages, or ''
  report   TEXT   NOT NULL,               -- JSON, or ''
  person   TEXT   NOT NULL,
  strong   BOOLEAN NOT NULL,              -- they had shown a second factor
  made_us  BIGINT NOT NULL,
  began_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL
);

CREATE INDEX catalogue_intake_waits ON catalogue_intake (state, id);
CREATE INDEX catalogue_intake_person ON catalogue_intake (person, id);
