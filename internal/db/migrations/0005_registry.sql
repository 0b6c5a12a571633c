-- owner: registry
-- Who exists, and what was known of them on a day. Days are ISO texts, '' is open; times are microseconds.
-- Everything said of an organisation is a statement: from a day on, by a source, entered at a time. A statement is
-- never overwritten; a later one about the same thing and day takes its place, and the earlier one stays readable.

CREATE TABLE registry_org (          -- the newest statement of each organisation
  no         INTEGER PRIMARY KEY,    -- in order of entry, for the index of names; of this database alone
  code       TEXT NOT NULL UNIQUE,   -- unified social credit code, or local:… for what is not incorporated
  zh         TEXT NOT NULL,
  en         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  region     TEXT NOT NULL,
  industry   TEXT NOT NULL,
  founded    TEXT NOT NULL,
  home       TEXT NOT NULL,          -- node that answers for it
  synthetic  BOOLEAN NOT NULL,       -- made up
  since      TEXT NOT NULL,          -- '' for what was first known of it
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  find       TEXT NOT NULL           -- every name it is found by, as |name|name|
);

CREATE TABLE registry_org_past (     -- the statements before
  code       TEXT NOT NULL REFERENCES registry_org (code),
  zh         TEXT NOT NULL,
  en         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  region     TEXT NOT NULL,
  industry   TEXT NOT NULL,
  founded    TEXT NOT NULL,
  home       TEXT NOT NULL,
  synthetic  BOOLEAN NOT NULL,
  since      TEXT NOT NULL,
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (code, since, entered_at)
);

-- The index of names: each whole name, its first characters, its pairs of neighbouring characters, and marks of region
-- and kind, as words. The two databases have different indexes for sets of words; both are rebuilt from registry_org.
-- A million names are written to either in the order they come, which an ordered index of names would not bear.
-- only: sqlite
CREATE VIRTUAL TABLE registry_find USING fts5 (grams, content='', contentless_delete=1, detail=none,
  tokenize="unicode61 remove_diacritics 0");
-- end
-- only: postgres
CREATE TABLE registry_find (
  no    INTEGER PRIMARY KEY,
  grams TEXT[] NOT NULL
);
CREATE INDEX registry_find_grams ON registry_find USING gin (grams);
-- end

CREATE TABLE registry_alias (        -- codes and names that older records carry
  alias      TEXT NOT NULL,
  org        TEXT NOT NULL REFERENCES registry_org (code),
  kind       TEXT NOT NULL CHECK (kind IN ('code', 'name')),
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (org, alias)
);
CREATE INDEX registry_alias_alias ON registry_alias (alias, org);

CREATE TABLE registry_figure (       -- figures of a year, as filed: money in fen, else a count
  org        TEXT NOT NULL REFERENCES registry_org (code),
  figure     TEXT NOT NULL,
  year       BIGINT NOT NULL CHECK (year BETWEEN 1900 AND 9999),
  filed_on   TEXT NOT NULL,
  value      BIGINT NOT NULL,
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (org, figure, year, filed_on, entered_at)
);

CREATE TABLE registry_mark (         -- what a register says from a day on; a removal says no from its day
  org        TEXT NOT NULL REFERENCES registry_org (code),
  mark       TEXT NOT NULL,
  since      TEXT NOT NULL,
  is_so      BOOLEAN NOT NULL,
  source     TEXT NOT NULL,
  basis      TEXT NOT NULL,          -- decision or document, '' when none was given
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (org, mark, since, entered_at)
);

CREATE TABLE registry_relation (
  org        TEXT NOT NULL REFERENCES registry_org (code),
  holder     TEXT NOT NULL,          -- code of an organisation, id of a person, or ? for not known
  kind       TEXT NOT NULL CHECK (kind IN ('share', 'controller', 'legal_person', 'declared')),
  share      BIGINT NOT NULL CHECK (share BETWEEN 0 AND 1000000000), -- billionths
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  void       BOOLEAN NOT NULL,       -- entered in error
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (org, kind, holder, since, entered_at)
);
CREATE INDEX registry_relation_holder ON registry_relation (holder, org);

CREATE TABLE registry_label (        -- a label at each of its steps, whole
  id         TEXT NOT NULL,
  step       TEXT NOT NULL CHECK (step IN ('issue', 'renew', 'revoke')),
  org        TEXT NOT NULL REFERENCES registry_org (code),
  label      TEXT NOT NULL,
  level      TEXT NOT NULL,
  issuer     TEXT NOT NULL,
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  revoked_on TEXT NOT NULL,          -- first day without it
  basis      TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);
CREATE INDEX registry_label_org ON registry_label (org, label, since);
CREATE INDEX registry_label_label ON registry_label (label, org);

CREATE TABLE registry_person (       -- the only table of this room with personal data
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,          -- '' when erased
  identity   TEXT NOT NULL,          -- keyed digest of an identity number, '' when none was given
  email      TEXT NOT NULL,
  phone      TEXT NOT NULL,
  account    TEXT NOT NULL,          -- id in access, '' for somebody who does not sign in here
  synthetic  BOOLEAN NOT NULL,
  made_at    BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  erased_at  BIGINT NOT NULL,        -- 0 is not
  kept       TEXT NOT NULL           -- what was kept when it was erased, and why: JSON, no personal data
);
CREATE UNIQUE INDEX registry_person_identity ON registry_person (identity) WHERE identity <> '';
CREATE UNIQUE INDEX registry_person_account ON registry_person (account) WHERE account <> '';

CREATE TABLE registry_mandate (      -- who may act for which organisation; the newest statement of an id counts
  id         TEXT NOT NULL,
  person     TEXT NOT NULL REFERENCES registry_person (id),
  org        TEXT NOT NULL REFERENCES registry_org (code),
  what       TEXT NOT NULL,          -- all, or one matter
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  basis      TEXT NOT NULL,          -- digest of the letter of authority
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);
CREATE INDEX registry_mandate_org ON registry_mandate (org, person);
CREATE INDEX registry_mandate_person ON registry_mandate (person, org);

CREATE TABLE registry_authority (    -- who governs here, and their offices
  id         TEXT NOT NULL,          -- 310000, or 310000.science for an office
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  parent     TEXT NOT NULL,
  zh         TEXT NOT NULL,
  en         TEXT NOT NULL,
  region     TEXT NOT NULL,
  org        TEXT NOT NULL,          -- its credit code, '' when not entered
  treasury   TEXT NOT NULL,          -- first part of its accounts in the books, '' when it has none
  hosted     BOOLEAN NOT NULL,       -- by this node
  source     TEXT NOT NULL,
  verified   BOOLEAN NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, since)
);
CREATE INDEX registry_authority_region ON registry_authority (region, id);

CREATE TABLE registry_compact (
  id         TEXT PRIMARY KEY,
  zh         TEXT NOT NULL,
  en         TEXT NOT NULL,
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  shares     TEXT NOT NULL,          -- words, one space between
  recognises TEXT NOT NULL,
  complete   BOOLEAN NOT NULL,       -- every member is named
  source     TEXT NOT NULL,
  verified   BOOLEAN NOT NULL,
  digest     TEXT NOT NULL,          -- of the file it was read from
  entered_at BIGINT NOT NULL
);

CREATE TABLE registry_compact_member (
  compact    TEXT NOT NULL REFERENCES registry_compact (id),
  region     TEXT NOT NULL,
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day
  source     TEXT NOT NULL,
  verified   BOOLEAN NOT NULL,
  PRIMARY KEY (compact, region, since)
);
CREATE INDEX registry_compact_member_region ON registry_compact_member (region, compact);

CREATE TABLE registry_import (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,          -- of the file
  digest     TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  good_rows  BIGINT NOT NULL,
  done_rows  BIGINT NOT NULL,
  bad_rows   BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL         -- 0 is not yet
);
CREATE INDEX registry_import_started ON registry_import (started_at);

-- What other rooms may read.
CREATE VIEW v_registry_org (code, zh, en, kind, region, industry, founded, home, synthetic) AS
SELECT code, zh, en, kind, region, industry, founded, home, synthetic FROM registry_org;

CREATE VIEW v_registry_label (id, org, label, level, issuer, since, until, revoked_on) AS
SELECT l.id, l.org, l.label, l.level, l.issuer, l.since, l.until, l.revoked_on FROM registry_label l
WHERE NOT EXISTS (SELECT 1 FROM registry_label n WHERE n.id = l.id AND n.entered_at > l.entered_at);

CREATE VIEW v_registry_compact_member (compact, region, since, until) AS
SELECT compact, region, since, until FROM registry_compact_member;
