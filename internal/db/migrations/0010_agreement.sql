-- owner: agreement
CREATE TABLE agreement (
  id              TEXT PRIMARY KEY,
  title           TEXT NOT NULL,
  kind            TEXT NOT NULL,
  parties         TEXT NOT NULL, -- JSON list of names, as in the source
  signed_on       TEXT,
  about           TEXT NOT NULL,
  document        TEXT NOT NULL,
  document_digest TEXT NOT NULL,
  document_title  TEXT NOT NULL,
  span_from       BIGINT NOT NULL CHECK (span_from >= 0),
  span_to         BIGINT NOT NULL CHECK (span_to > span_from),
  quote           TEXT NOT NULL,
  accepted_by     TEXT NOT NULL,
  accepted_at     BIGINT NOT NULL,
  UNIQUE (document_digest, span_from, span_to)
);
CREATE INDEX agreement_by_time ON agreement (accepted_at, id);

CREATE TABLE agreement_task (
  id              TEXT PRIMARY KEY,
  agreement       TEXT NOT NULL REFERENCES agreement (id),
  title           TEXT NOT NULL,
  owner           TEXT NOT NULL,
  due_on          TEXT NOT NULL,
  original_due_on TEXT NOT NULL,
  done_at         BIGINT,
  evidence        TEXT NOT NULL,
  version         BIGINT NOT NULL,
  CHECK (done_at IS NULL OR evidence <> '')
);
CREATE INDEX agreement_task_by_agreement ON agreement_task (agreement, due_on, id);
CREATE INDEX agreement_task_by_due ON agreement_task (due_on, id);
