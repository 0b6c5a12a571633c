-- owner: indicator
-- What published documents said of a figure, as a person accepted it. Values are kept as they were read.
CREATE TABLE indicator_report (
  id              TEXT PRIMARY KEY,
  indicator       TEXT NOT NULL,
  value           TEXT NOT NULL,
  unit            TEXT NOT NULL,
  approx          TEXT NOT NULL,
  period          TEXT NOT NULL,
  document        TEXT NOT NULL,
  document_digest TEXT NOT NULL,
  document_title  TEXT NOT NULL,
  span_from       BIGINT NOT NULL CHECK (span_from >= 0),
  span_to         BIGINT NOT NULL CHECK (span_to > span_from),
  quote           TEXT NOT NULL,
  accepted_by     TEXT NOT NULL,
  accepted_at     BIGINT NOT NULL,
  UNIQUE (indicator, document_digest, span_from, span_to)
);
