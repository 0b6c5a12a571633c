-- owner: casework
-- What organisations agreed to show: the facts as they were signed, until when, how it ended, and who read them.

CREATE TABLE casework_disclosure (
  case_id    TEXT NOT NULL REFERENCES casework_case (id),
  no         BIGINT NOT NULL,            -- 1 for the first of the case; the newest is the one that is read
  text       TEXT NOT NULL,              -- canonical JSON
  salt       TEXT NOT NULL,              -- hex; with text it opens the commitment in the leaf
  leaf       TEXT NOT NULL,
  until      TEXT NOT NULL,              -- ISO day, the last on which it is read
  made_at    BIGINT NOT NULL,            -- microseconds
  over_at    BIGINT NOT NULL DEFAULT 0,  -- when it ended before its last day; 0: it did not
  over_why   TEXT NOT NULL DEFAULT '',   -- withdrawn, ended, again
  taken_back BOOLEAN NOT NULL DEFAULT FALSE, -- the leaf is withdrawn
  PRIMARY KEY (case_id, no)
);
CREATE INDEX casework_disclosure_over ON casework_disclosure (over_at) WHERE over_at > 0 AND NOT taken_back;

CREATE TABLE casework_disclosure_read (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  id      TEXT NOT NULL PRIMARY KEY,
  no      BIGINT NOT NULL, -- of the disclosure
  at      BIGINT NOT NULL, -- microseconds
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  role    TEXT NOT NULL,   -- of the scheme, by which it was read
  org     TEXT NOT NULL,   -- organisation or office of who read; '' for a desk of no office
  how     TEXT NOT NULL    -- page, file, operation
);
CREATE INDEX casework_disclosure_read_case ON casework_disclosure_read (case_id, id);
