-- owner: casework
-- Several payers: what a lead case asked of each, and how each stands; and, beside a payer's case, what its lead told of itself.
-- Lead and payer may live in one node or in two; both name the opening by one id. Times are microseconds, sums fen.

CREATE TABLE casework_payer (
  id         TEXT PRIMARY KEY,
  case_id    TEXT NOT NULL REFERENCES casework_case (id), -- the lead
  entry      TEXT NOT NULL,                               -- of `cases` in its scheme
  row_no     BIGINT NOT NULL CHECK (row_no > 0),          -- of the group
  payer      TEXT NOT NULL,                               -- region code of the jurisdiction that pays
  node       TEXT NOT NULL,                               -- that answers for it
  org        TEXT NOT NULL,                               -- whose case it is there
  asked      BIGINT NOT NULL CHECK (asked >= 0),          -- 0 where the scheme names no sum
  given      TEXT NOT NULL,                               -- JSON: the fields that it was opened with
  state      TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'paid', 'bounced', 'refused', 'withdrawn', 'clawed_back')),
  sum        BIGINT NOT NULL CHECK (sum >= 0),            -- that the payer stands by
  gone       BOOLEAN NOT NULL,                            -- the lead let it go
  seq        BIGINT NOT NULL,                             -- of what the payer said last; 0 before it answered
  news       TEXT NOT NULL,                               -- JSON: what it said
  opened_at  BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  letter     TEXT NOT NULL,                               -- that asks; '' in this node, or while it could not be written
  told       BIGINT NOT NULL,                             -- number of what the lead told it last
  digest     TEXT NOT NULL,                               -- of that
  owed       BOOLEAN NOT NULL                             -- a letter to it could not be written yet
);
CREATE INDEX casework_payer_case ON casework_payer (case_id, id);
CREATE INDEX casework_payer_owed ON casework_payer (case_id) WHERE owed;
CREATE INDEX casework_payer_changed ON casework_payer (changed_at, id);

CREATE TABLE casework_lead (
  case_id    TEXT PRIMARY KEY REFERENCES casework_case (id), -- the payer's case
  node       TEXT NOT NULL,                                  -- in which the lead lives
  opening    TEXT NOT NULL,
  seq        BIGINT NOT NULL,                                -- of what the lead told last
  news       TEXT NOT NULL,                                  -- JSON: that
  changed_at BIGINT NOT NULL,
  said       BIGINT NOT NULL,                                -- number of what the lead was told last
  digest     TEXT NOT NULL,                                  -- of that
  owed       BOOLEAN NOT NULL,                               -- a letter to the lead could not be written yet
  UNIQUE (node, opening)
);
CREATE INDEX casework_lead_owed ON casework_lead (case_id) WHERE owed;
CREATE INDEX casework_lead_changed ON casework_lead (changed_at, case_id);
