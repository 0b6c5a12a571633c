-- owner: casework
-- What a field of type `case` names: a decision of another case, by its digest. Kept beside the field so that a decision
-- finds what was brought against it.

CREATE TABLE casework_against (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  of_case TEXT NOT NULL REFERENCES casework_case (id),
  digest  TEXT NOT NULL,       -- of the decision, SHA-256 in hex
  PRIMARY KEY (case_id, field)
);
CREATE INDEX casework_against_of ON casework_against (of_case, digest, case_id);

-- A draft that came over to another edition: what moved, and what was left behind.
CREATE TABLE casework_move (
  case_id      TEXT NOT NULL REFERENCES casework_case (id),
  at           BIGINT NOT NULL, -- microseconds since 1970 in UTC
  from_edition TEXT NOT NULL,
  from_digest  TEXT NOT NULL,
  to_edition   TEXT NOT NULL,
  to_digest    TEXT NOT NULL,
  renamed      TEXT NOT NULL,   -- JSON
  dropped      TEXT NOT NULL,   -- JSON
  PRIMARY KEY (case_id, to_digest)
);
