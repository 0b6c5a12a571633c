-- owner: casework
-- Who has to act, as rows: one for each role that can act in the present stage of a case that goes on. They follow from the
-- case and its edition and are written with it, so that a queue is read from an index. Times are microseconds since 1970.

CREATE TABLE casework_wait (
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  role        TEXT NOT NULL,    -- of the scheme
  desk        TEXT NOT NULL,    -- the desk that plays it; '' for a party
  org         TEXT NOT NULL,    -- the organisation that plays it; '' for a desk
  region      TEXT NOT NULL,    -- where the desk sits, or the case's own
  digest      TEXT NOT NULL,    -- of the edition
  stage       TEXT NOT NULL,
  until_at    BIGINT NOT NULL,  -- when the role is late; the largest number when no time is counted
  provisional BOOLEAN NOT NULL, -- the time lies beyond the published calendar
  soon_told   BOOLEAN NOT NULL, -- was told that it is due soon
  PRIMARY KEY (case_id, role)
);
CREATE INDEX casework_wait_desk ON casework_wait (desk, digest, stage, until_at, case_id, region) WHERE desk <> '';
CREATE INDEX casework_wait_age ON casework_wait (desk, digest, stage, case_id, region) WHERE desk <> '';
CREATE INDEX casework_wait_org ON casework_wait (org, until_at, case_id) WHERE org <> '';
CREATE INDEX casework_wait_soon ON casework_wait (until_at, case_id) WHERE NOT soon_told;

-- Who of a desk took a case. It hinders nobody of the same desk; it says who looks after it.
CREATE TABLE casework_taken (
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id),
  role    TEXT NOT NULL,        -- of the scheme, that the person plays
  person  TEXT NOT NULL,
  name    TEXT NOT NULL,
  given_by TEXT NOT NULL,       -- who gave it; the person itself where it was taken
  at      BIGINT NOT NULL
);
CREATE INDEX casework_taken_person ON casework_taken (person, case_id);

-- What is still to be derived of the cases that were there before: up to which case it was done.
CREATE TABLE casework_catchup (
  what  TEXT PRIMARY KEY,
  after TEXT NOT NULL
);
INSERT INTO casework_catchup (what, after) SELECT 'waits', '' WHERE EXISTS (SELECT 1 FROM casework_case);
