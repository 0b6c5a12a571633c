-- owner: reader
CREATE TABLE document (
  id       TEXT PRIMARY KEY,
  digest   TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  title    TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  reading  TEXT NOT NULL, -- JSON: warnings, repairs, noise
  text     TEXT NOT NULL  -- what the spans point into, where that is not the original bytes; else ''
);
CREATE INDEX document_by_time ON document (taken_at, id);

CREATE TABLE document_finding (
  document   TEXT NOT NULL REFERENCES document (id),
  no         BIGINT NOT NULL,
  article    BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  span_from  BIGINT NOT NULL CHECK (span_from >= 0),
  span_to    BIGINT NOT NULL CHECK (span_to > span_from),
  quote      TEXT NOT NULL,
  data       TEXT NOT NULL, -- JSON
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'rejected')),
  reason     TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT,
  became     TEXT NOT NULL,
  PRIMARY KEY (document, no),
  CHECK ((state = 'waiting') = (decided_at IS NULL)),
  CHECK (state <> 'rejected' OR reason <> '')
);
