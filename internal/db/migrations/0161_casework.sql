-- owner: casework
-- Score sheets of organisations, and what they made of what others disclosed to them. Both are read by that organisation alone.

CREATE TABLE casework_sheet (
  id      TEXT NOT NULL PRIMARY KEY,
  org     TEXT NOT NULL,   -- credit code of whose sheet it is
  no      BIGINT NOT NULL, -- 1 for the first of the organisation; the newest is the one that it reads by
  text    TEXT NOT NULL,   -- the file as it was brought
  digest  TEXT NOT NULL,   -- sha256 of the file, hex
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      BIGINT NOT NULL, -- microseconds
  UNIQUE (org, no)
);

CREATE TABLE casework_score (
  id       TEXT NOT NULL PRIMARY KEY,
  org      TEXT NOT NULL,   -- whose sheet read it
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  sheet_id TEXT NOT NULL REFERENCES casework_sheet (id),
  facts    TEXT NOT NULL,   -- digest of the facts that were read, "sha256:" and hex; the facts themselves are not kept here
  scored   TEXT NOT NULL,   -- points by line and answers of conditions, JSON
  day      TEXT NOT NULL,   -- ISO day
  person   TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL  -- microseconds
);
CREATE INDEX casework_score_org ON casework_score (org, id);
CREATE INDEX casework_score_case ON casework_score (case_id, org, id);
