-- owner: reader
ALTER TABLE document ADD COLUMN published_by TEXT NOT NULL DEFAULT ''; -- '' while its accepted facts are for officers only
ALTER TABLE document ADD COLUMN articles TEXT NOT NULL DEFAULT '[]';    -- JSON: title, publisher, dates and kind of each
ALTER TABLE document ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE; -- its paragraphs, words, mentions and clauses stand in the tables below

ALTER TABLE document_finding ADD COLUMN corrected TEXT NOT NULL DEFAULT ''; -- JSON: what a person made of it; '' for as it was read
CREATE INDEX document_finding_by_state ON document_finding (state, document, no);

-- What was done to a finding, one row for each time; nothing is overwritten.
CREATE TABLE document_step (
  document TEXT NOT NULL REFERENCES document (id),
  no       BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  act      TEXT NOT NULL CHECK (act IN ('accepted', 'corrected', 'rejected', 'undone')),
  done_by  TEXT NOT NULL,
  reason   TEXT NOT NULL,
  data     TEXT NOT NULL, -- JSON: the finding after a correction, else ''
  PRIMARY KEY (document, no, at)
);

-- Paragraphs after repairs, and the pairs of neighbouring characters that each holds.
CREATE TABLE document_paragraph (
  id        BIGINT PRIMARY KEY,
  document  TEXT NOT NULL REFERENCES document (id),
  no        BIGINT NOT NULL, -- from 0
  article   BIGINT NOT NULL,
  heading   BOOLEAN NOT NULL,
  span_from BIGINT NOT NULL,
  span_to   BIGINT NOT NULL,
  text      TEXT NOT NULL,
  plain     TEXT NOT NULL,   -- compared form: letters and digits in lower case
  UNIQUE (document, no)
);
CREATE TABLE document_gram (
  gram      TEXT NOT NULL,
  paragraph BIGINT NOT NULL REFERENCES document_paragraph (id),
  PRIMARY KEY (gram, paragraph)
);
