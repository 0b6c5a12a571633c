-- owner: casework
-- What is asked for. A case stands in a stage of the edition of its scheme; its steps are append only.
-- Times are microseconds since 1970 in UTC; 0 is "not yet" or "never".

CREATE TABLE casework_case (
  id         TEXT PRIMARY KEY,
  no         TEXT NOT NULL UNIQUE, -- for people: node, year, serial
  scheme     TEXT NOT NULL,
  edition    TEXT NOT NULL,
  digest     TEXT NOT NULL,        -- of the edition, which the case keeps to its end
  org        TEXT NOT NULL,        -- whose case it is
  region     TEXT NOT NULL,        -- where it belongs: decides which desks see it
  stage      TEXT NOT NULL,
  ending     TEXT NOT NULL CHECK (ending IN ('', 'granted', 'refused', 'ended')),
  opened_by  TEXT NOT NULL,
  opened_at  BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  fires_at   BIGINT NOT NULL,      -- when the stage's row by clock fires; 0 if there is none
  due_at     BIGINT NOT NULL,      -- when the next person is late and has not been told of; 0 if there is nothing to tell
  version    BIGINT NOT NULL,      -- counts changes; a change names the version it saw
  fields     TEXT NOT NULL,        -- JSON: what was filled in
  answers    TEXT NOT NULL,        -- JSON: what officers answered to rules that ask
  purse      TEXT NOT NULL,        -- JSON: what was fixed, is held, went out
  start_key  TEXT NOT NULL         -- the caller's idempotency key; '' is none
);
CREATE UNIQUE INDEX casework_case_start ON casework_case (opened_by, start_key) WHERE start_key <> '';
CREATE INDEX casework_case_org ON casework_case (org, changed_at, id);
CREATE INDEX casework_case_stage ON casework_case (digest, stage, changed_at, id);
CREATE INDEX casework_case_changed ON casework_case (changed_at, id);
CREATE INDEX casework_case_due ON casework_case (due_at, id) WHERE due_at > 0;
CREATE INDEX casework_case_fires ON casework_case (fires_at, id) WHERE fires_at > 0;

CREATE TABLE casework_step (
  case_id    TEXT NOT NULL REFERENCES casework_case (id),
  no         BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  action     TEXT NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage   TEXT NOT NULL,
  role       TEXT NOT NULL,        -- '' when no person acted
  person     TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  mandate    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  decision   TEXT NOT NULL,        -- JSON: answers of the rules and every fact that was seen
  leaf       TEXT NOT NULL,        -- id of the public leaf; '' if nothing became public
  act_key    TEXT NOT NULL,        -- the caller's idempotency key; '' is none
  PRIMARY KEY (case_id, no)
);
CREATE UNIQUE INDEX casework_step_key ON casework_step (case_id, act_key) WHERE act_key <> '';
CREATE INDEX casework_step_leaf ON casework_step (leaf) WHERE leaf <> '';

CREATE TABLE casework_serial (
  year BIGINT PRIMARY KEY,
  last BIGINT NOT NULL
);

-- only: sqlite
CREATE TRIGGER casework_step_kept_update BEFORE UPDATE ON casework_step
BEGIN SELECT RAISE(ABORT, 'casework_step is append only'); END;
CREATE TRIGGER casework_step_kept_delete BEFORE DELETE ON casework_step
BEGIN SELECT RAISE(ABORT, 'casework_step is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION casework_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER casework_step_kept BEFORE UPDATE OR DELETE ON casework_step
FOR EACH ROW EXECUTE FUNCTION casework_kept();
-- end
