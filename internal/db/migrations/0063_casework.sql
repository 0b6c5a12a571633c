-- owner: casework
-- Drawing people by lot: a seed that is promised before anybody knows the pool, and what came of it. Times are
-- microseconds since 1970 in UTC; 0 is "not yet".

CREATE TABLE casework_draw (
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  ask         TEXT NOT NULL,
  opening     BIGINT NOT NULL,       -- the opening of the ask that it is for
  box         TEXT NOT NULL,         -- the seed and the key of the tokens, encrypted
  promise     TEXT NOT NULL,         -- digest of the seed, as it was published
  promised_at BIGINT NOT NULL,
  promised_in TEXT NOT NULL,         -- id of the public leaf
  drawn_at    BIGINT NOT NULL,
  drawn_in    TEXT NOT NULL,         -- id of the public leaf; '' before
  seed        TEXT NOT NULL,         -- '' before
  pool        TEXT NOT NULL,
  field       TEXT NOT NULL,         -- code that was asked for; '' is any
  digest      TEXT NOT NULL,         -- of everybody who could be drawn
  want        BIGINT NOT NULL,
  standby     BIGINT NOT NULL,
  per_unit    BIGINT NOT NULL,       -- 0 is no limit
  PRIMARY KEY (case_id, ask, opening)
);

CREATE TABLE casework_lot (          -- everybody in the pool, those who could not be drawn too
  case_id TEXT NOT NULL,
  ask     TEXT NOT NULL,
  opening BIGINT NOT NULL,
  token   TEXT NOT NULL,             -- names nobody
  person  TEXT NOT NULL,             -- id of the account
  unit    TEXT NOT NULL,             -- code of his or her organisation
  unit_no BIGINT NOT NULL,           -- all of one organisation have one number in a draw
  kept    TEXT NOT NULL,             -- JSON: why he or she could not be drawn; '' could be
  place   BIGINT NOT NULL,           -- from 1; the last ones stand by; 0 was not drawn
  PRIMARY KEY (case_id, ask, opening, token),
  FOREIGN KEY (case_id, ask, opening) REFERENCES casework_draw (case_id, ask, opening)
);

ALTER TABLE casework_seat ADD COLUMN struck_by TEXT NOT NULL DEFAULT '';     -- name of who struck it
ALTER TABLE casework_seat ADD COLUMN struck_reason TEXT NOT NULL DEFAULT '';
