-- owner: casework
-- An edition that ends before its last day: one officer proposes it with a day and a reason, another confirms.
CREATE TABLE casework_ending (
  id           TEXT PRIMARY KEY,
  digest       TEXT NOT NULL,    -- of the edition, carried by the program or adopted
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  last_day     TEXT NOT NULL,    -- the last day in force, ISO
  reason       TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'withdrawn')),
  proposed_by  TEXT NOT NULL,    -- person
  proposer     TEXT NOT NULL,    -- name
  proposed_as  TEXT NOT NULL,    -- mandate
  proposed_at  BIGINT NOT NULL,  -- microseconds since 1970 in UTC
  decided_by   TEXT NOT NULL,
  decider      TEXT NOT NULL,
  decided_as   TEXT NOT NULL,
  decided_at   BIGINT NOT NULL,  -- 0 while it waits
  leaf         TEXT NOT NULL     -- id of the public leaf; '' while it waits
);

CREATE UNIQUE INDEX casework_ending_one ON casework_ending (digest) WHERE state <> 'withdrawn';
