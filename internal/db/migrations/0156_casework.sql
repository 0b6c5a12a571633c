-- owner: casework
-- Patterns that an officer looked at and set aside: with a reason, and how many cases it had then. One that has grown shows again.

CREATE TABLE casework_pattern_aside (
  pattern TEXT NOT NULL,   -- kind of pattern, patterns.yaml
  subject TEXT NOT NULL,   -- scheme and the codes that it is about, with / between them
  at      BIGINT NOT NULL, -- microseconds
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  reason  TEXT NOT NULL,
  cases   BIGINT NOT NULL CHECK (cases > 0),
  PRIMARY KEY (pattern, subject, at)
);
