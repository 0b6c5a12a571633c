-- owner: casework
-- Editions of schemes that were brought into this node while it runs. Those that the program carries stand in no table.
-- What was decided stays: the files never change, nor does an edition once it was adopted or withdrawn.
-- Times are microseconds since 1970 in UTC; 0 is "not yet".

CREATE TABLE casework_edition (
  id           TEXT PRIMARY KEY,
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  title_zh     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  first_day    TEXT NOT NULL,
  last_day     TEXT NOT NULL,
  digest       TEXT NOT NULL,       -- of the files that were merged
  dir          TEXT NOT NULL,       -- where the pack's own files lie among the kept ones
  note         TEXT NOT NULL,       -- what the proposer says of it
  state        TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'withdrawn')),
  proposed_by  TEXT NOT NULL,
  proposer     TEXT NOT NULL,       -- name
  proposed_as  TEXT NOT NULL,       -- mandate
  proposed_at  BIGINT NOT NULL,
  decided_by   TEXT NOT NULL,
  decider      TEXT NOT NULL,
  decided_as   TEXT NOT NULL,
  decided_at   BIGINT NOT NULL,
  reason       TEXT NOT NULL,
  leaf         TEXT NOT NULL,       -- id of the public leaf; '' until adopted
  CHECK (state <> 'adopted' OR decided_by <> '' AND decided_by <> proposed_by)
);
CREATE UNIQUE INDEX casework_edition_name ON casework_edition (scheme, edition) WHERE state <> 'withdrawn';
CREATE UNIQUE INDEX casework_edition_digest ON casework_edition (digest) WHERE state <> 'withdrawn';

CREATE TABLE casework_edition_file (
  edition_id TEXT NOT NULL REFERENCES casework_edition (id),
  path       TEXT NOT NULL,
  content    TEXT NOT NULL,
  PRIMARY KEY (edition_id, path)
);

-- A trial runs an edition over the registry before it is in force. It is done by a loop of the serving process.
CREATE TABLE casework_trial (
  id           TEXT PRIMARY KEY,
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  digest       TEXT NOT NULL,
  against      TEXT NOT NULL,       -- digest of the edition it is compared with; '' is none
  budget_fen   BIGINT NOT NULL,     -- 0 is without end
  assumed      TEXT NOT NULL,       -- JSON: facts that were assumed, as they were typed
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
  done         BIGINT NOT NULL,     -- organisations judged so far
  total        BIGINT NOT NULL,
  problem      TEXT NOT NULL,       -- JSON [zh, en]; '' if none
  result       TEXT NOT NULL,       -- JSON; '' until done
  asked_by     TEXT NOT NULL,
  asker        TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  began_at     BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL
);
CREATE INDEX casework_trial_digest ON casework_trial (digest, id);
CREATE INDEX casework_trial_state ON casework_trial (state, id);

-- The organisations for which a trial comes out on another side than under the edition it is compared with.
CREATE TABLE casework_side (
  trial_id TEXT NOT NULL REFERENCES casework_trial (id),
  org      TEXT NOT NULL,
  was      TEXT NOT NULL,
  becomes  TEXT NOT NULL,
  was_fen  BIGINT NOT NULL,
  is_fen   BIGINT NOT NULL,
  rule     TEXT NOT NULL,           -- that decides
  rule_zh  TEXT NOT NULL,
  rule_en  TEXT NOT NULL,
  PRIMARY KEY (trial_id, org)
);

-- only: sqlite
CREATE TRIGGER casework_edition_kept_update BEFORE UPDATE ON casework_edition WHEN OLD.state <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'a decided casework_edition never changes'); END;
CREATE TRIGGER casework_edition_kept_delete BEFORE DELETE ON casework_edition
BEGIN SELECT RAISE(ABORT, 'casework_edition is never deleted'); END;
CREATE TRIGGER casework_edition_file_kept_update BEFORE UPDATE ON casework_edition_file
BEGIN SELECT RAISE(ABORT, 'casework_edition_file is append only'); END;
CREATE TRIGGER casework_edition_file_kept_delete BEFORE DELETE ON casework_edition_file
BEGIN SELECT RAISE(ABORT, 'casework_edition_file is append only'); END;
-- end
-- only: postgres
CREATE TRIGGER casework_edition_kept_update BEFORE UPDATE ON casework_edition
FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION casework_kept();
CREATE TRIGGER casework_edition_kept_delete BEFORE DELETE ON casework_edition
FOR EACH ROW EXECUTE FUNCTION casework_kept();
CREATE TRIGGER casework_edition_file_kept BEFORE UPDATE OR DELETE ON casework_edition_file
FOR EACH ROW EXECUTE FUNCTION casework_kept();
-- end
