-- owner: casework
-- What is shown to the public while anybody may object to it, and what was objected. Times are microseconds since 1970.

CREATE TABLE casework_public (
  id       TEXT PRIMARY KEY,
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  scheme   TEXT NOT NULL,
  digest   TEXT NOT NULL,   -- of the edition
  stage    TEXT NOT NULL,
  action   TEXT NOT NULL,   -- by which anybody may object
  since_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL, -- 0 while the calendar does not reach so far
  ended_at BIGINT NOT NULL, -- when the case left the stage; 0 while it stands there
  how      TEXT NOT NULL,   -- the action by which it left; '' while it stands there
  kind     TEXT NOT NULL,   -- of the public leaf
  fields   TEXT NOT NULL,   -- JSON: what the leaf shows; no more is shown here
  leaf     TEXT NOT NULL    -- id of the leaf; '' if nothing entered the log
);
CREATE INDEX casework_public_case ON casework_public (case_id, id);
CREATE INDEX casework_public_open ON casework_public (until_at, id) WHERE ended_at = 0;
CREATE INDEX casework_public_past ON casework_public (ended_at, id) WHERE ended_at > 0;

CREATE TABLE casework_objection (
  id        TEXT PRIMARY KEY,
  public_id TEXT NOT NULL REFERENCES casework_public (id),
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  at        BIGINT NOT NULL,
  name      TEXT NOT NULL,   -- of who objects, as they gave it; '' is not given
  contact   TEXT NOT NULL,   -- how they want to be answered; '' is not given
  words     TEXT NOT NULL,   -- JSON: field and what was written
  step      BIGINT NOT NULL  -- of the case, that it set off; 0 if an earlier one had done so
);
CREATE INDEX casework_objection_case ON casework_objection (case_id, id);
CREATE INDEX casework_objection_public ON casework_objection (public_id, id);
