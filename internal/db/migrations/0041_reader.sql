-- owner: reader
-- What documents speak of. A name leads to its subject through subject_name alone, so joining and splitting moves names.
CREATE TABLE subject (
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('organisation', 'policy', 'programme', 'place', 'indicator')),
  name    TEXT NOT NULL,
  code    TEXT NOT NULL, -- of the registry, or GB/T 2260 for a place; '' while nobody linked it
  made_at BIGINT NOT NULL
);
CREATE INDEX subject_by_kind ON subject (kind, name, id);

CREATE TABLE subject_name (
  kind    TEXT NOT NULL,
  key     TEXT NOT NULL, -- compared form of the name
  name    TEXT NOT NULL,
  subject TEXT NOT NULL REFERENCES subject (id),
  told_by TEXT NOT NULL, -- who said so; '' for the document that was read
  reason  TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX subject_name_of ON subject_name (subject, kind, key);

-- Which finding speaks of which name, and as what.
CREATE TABLE subject_mention (
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL,
  document TEXT NOT NULL REFERENCES document (id),
  no       BIGINT NOT NULL,
  part     TEXT NOT NULL CHECK (part IN ('self', 'party', 'whose', 'issuer')),
  said_of  TEXT NOT NULL, -- the time it speaks of, 2024, 2024-06, 2021-08-18 or 2022..2024; '' when nothing says
  said_by  TEXT NOT NULL CHECK (said_by IN ('fact', 'event', 'page', 'none')),
  PRIMARY KEY (kind, key, document, no, part),
  FOREIGN KEY (kind, key) REFERENCES subject_name (kind, key)
);
CREATE INDEX subject_mention_of ON subject_mention (document, no);

-- What persons did to subjects; nothing is overwritten.
CREATE TABLE subject_step (
  id      TEXT PRIMARY KEY,
  subject TEXT NOT NULL REFERENCES subject (id),
  act     TEXT NOT NULL CHECK (act IN ('join', 'split', 'link', 'unlink')),
  key     TEXT NOT NULL, -- the name that moved, or the code that was linked
  other   TEXT NOT NULL, -- the subject at the other end, '' for none
  done_by TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX subject_step_of ON subject_step (subject, id);

-- The parts of a regulation that can be named: 第五条 is 5, 一、（二） is 1.2.
CREATE TABLE document_clause (
  document  TEXT NOT NULL REFERENCES document (id),
  path      TEXT NOT NULL,
  no        BIGINT NOT NULL, -- order in the document, from 0
  article   BIGINT NOT NULL,
  label     TEXT NOT NULL,
  chapter   TEXT NOT NULL,
  text      TEXT NOT NULL,
  span_from BIGINT NOT NULL,
  span_to   BIGINT NOT NULL,
  PRIMARY KEY (document, path)
);
CREATE INDEX document_clause_order ON document_clause (document, no);

-- A source that a scheme names, and the document that a person says is its text.
CREATE TABLE clause_source (
  key      TEXT PRIMARY KEY, -- compared form of the source's title
  title    TEXT NOT NULL,
  document TEXT NOT NULL REFERENCES document (id),
  told_by  TEXT NOT NULL,
  told_at  BIGINT NOT NULL
);
