-- owner: casework
-- A round whose payers have a claim to a return: which cases are passed over along the ranking, and what each jurisdiction got.

CREATE TABLE casework_round_skip (
  digest  TEXT NOT NULL,   -- of the edition
  day     TEXT NOT NULL,   -- of the round, ISO
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  reason  TEXT NOT NULL,
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      BIGINT NOT NULL, -- microseconds
  PRIMARY KEY (digest, day, case_id)
);

ALTER TABLE casework_round ADD COLUMN returns TEXT NOT NULL DEFAULT '';      -- JSON: what each payer had paid in and got, and its bounds; '' where there are none
ALTER TABLE casework_round_line ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- why the case was passed over though it had its place
