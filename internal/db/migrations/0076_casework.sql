-- owner: casework
-- What the registry filled into a form, and what an office asked for when it sent a case back. Times are microseconds since
-- 1970 in UTC.

CREATE TABLE casework_prefill (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  value   TEXT NOT NULL,   -- JSON: as the registry had it when it was last looked at
  was     TEXT NOT NULL,   -- JSON: before the registry last changed while this was a draft; '' if it did not
  source  TEXT NOT NULL,
  of_day  TEXT NOT NULL,   -- of the fact, ISO; '' is not known
  at      BIGINT NOT NULL, -- when it was read
  PRIMARY KEY (case_id, field)
);

CREATE TABLE casework_wanted (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  step    BIGINT NOT NULL, -- that asked for it
  field   TEXT NOT NULL,
  PRIMARY KEY (case_id, step, field)
);
