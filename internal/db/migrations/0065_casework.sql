-- owner: casework
-- A round that was closed: the cases that waited, ranked, and which of them were admitted. It is decided as a whole in one
-- act; where there are many cases their steps follow in pieces, and the account that they draw on is set aside for them.

CREATE TABLE casework_round (
  id        TEXT PRIMARY KEY,
  digest    TEXT NOT NULL,    -- of the edition
  scheme    TEXT NOT NULL,
  day       TEXT NOT NULL,    -- on which it closed, ISO
  at        BIGINT NOT NULL,  -- when it was decided, microseconds
  person    TEXT NOT NULL,    -- who decided, with name, role and mandate as steps have them
  by_name   TEXT NOT NULL,
  role      TEXT NOT NULL,
  mandate   TEXT NOT NULL,
  plan      TEXT NOT NULL,    -- digest of the ranking that was decided on
  total     BIGINT NOT NULL,
  piece     BIGINT NOT NULL,  -- how many pieces of the steps were taken
  done_at   BIGINT NOT NULL   -- when all steps were taken; 0 is not yet
);
CREATE INDEX casework_round_edition ON casework_round (digest, day, at);
CREATE INDEX casework_round_open ON casework_round (at) WHERE done_at = 0;

CREATE TABLE casework_round_line (
  round_id TEXT NOT NULL REFERENCES casework_round (id),
  rank     BIGINT NOT NULL CHECK (rank > 0),
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  value    TEXT NOT NULL,     -- JSON: what the case was ranked by
  sum_fen  BIGINT NOT NULL,   -- what it takes from the account; 0 where the room is a count
  room     TEXT NOT NULL,     -- which room it was counted against: the account's path, or the entry of a table
  taken    BOOLEAN NOT NULL,
  done     BOOLEAN NOT NULL,
  PRIMARY KEY (round_id, rank)
);
CREATE INDEX casework_round_line_case ON casework_round_line (case_id, done);

-- A time at which a scheme opens cases for all organisations for whom its rules pass. It goes through them by code, in
-- pieces; where it stands is written with the cases that the piece opened.

CREATE TABLE casework_start (
  id         TEXT PRIMARY KEY,
  scheme     TEXT NOT NULL,
  digest     TEXT NOT NULL,   -- of the edition that was in force at the time
  home       TEXT NOT NULL,   -- jurisdiction
  due        BIGINT NOT NULL, -- the time, microseconds; of one scheme and jurisdiction once
  begun_at   BIGINT NOT NULL,
  done_at    BIGINT NOT NULL, -- 0 is not yet
  after_org  TEXT NOT NULL,   -- the organisation up to which all were looked at
  looked     BIGINT NOT NULL,
  opened     BIGINT NOT NULL,
  failed     BIGINT NOT NULL,
  UNIQUE (scheme, home, due)
);
CREATE INDEX casework_start_open ON casework_start (begun_at) WHERE done_at = 0;

-- The organisations of whom the rules could not say; an officer opens the case by hand or dismisses it.

CREATE TABLE casework_start_unknown (
  start_id TEXT NOT NULL REFERENCES casework_start (id),
  org      TEXT NOT NULL,
  answers  TEXT NOT NULL,     -- JSON: what the rules answered, with what they saw
  state    TEXT NOT NULL CHECK (state IN ('waits', 'opened', 'dismissed')),
  case_id  TEXT NOT NULL,     -- that was opened by hand; '' if none
  reason   TEXT NOT NULL,
  person   TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL,   -- of the decision; 0 while it waits
  PRIMARY KEY (start_id, org)
);
CREATE INDEX casework_start_waits ON casework_start_unknown (start_id, org) WHERE state = 'waits';
