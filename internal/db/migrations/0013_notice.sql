-- owner: notice
-- What was told, to whom, by which way, and when. Times are microseconds since 1970 in UTC; 0 is "not yet". Nobody is
-- named here: people stand under their id, and addresses are asked for when a letter leaves.

CREATE TABLE notice_notice (
  id       TEXT PRIMARY KEY,
  at       BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  object   TEXT NOT NULL,
  path     TEXT NOT NULL,             -- a page of this node, or ''
  org      TEXT NOT NULL,             -- the organisation that it is about, or ''
  audience TEXT NOT NULL,             -- as it was addressed: voucher_review@340000
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  text_zh  TEXT NOT NULL,
  text_en  TEXT NOT NULL,
  reached  BIGINT NOT NULL CHECK (reached >= 0),
  cut      BOOLEAN NOT NULL           -- there were more people than one notice reaches
);
CREATE INDEX notice_notice_object ON notice_notice (object, id);

CREATE TABLE notice_told (
  person   TEXT NOT NULL,
  notice   TEXT NOT NULL REFERENCES notice_notice (id),
  told_key TEXT NOT NULL,             -- told once to a person for each key; '' is no key
  read_at  BIGINT NOT NULL,
  PRIMARY KEY (person, notice)
);
CREATE UNIQUE INDEX notice_told_once ON notice_told (person, told_key) WHERE told_key <> '';
CREATE INDEX notice_told_unread ON notice_told (person, notice) WHERE read_at = 0;
CREATE INDEX notice_told_notice ON notice_told (notice, person);

CREATE TABLE notice_wish (
  person     TEXT PRIMARY KEY,
  mail       BOOLEAN NOT NULL,
  lang       TEXT NOT NULL CHECK (lang IN ('', 'zh', 'en')), -- '' is both
  changed_at BIGINT NOT NULL
);

CREATE TABLE notice_hook (
  id       TEXT PRIMARY KEY,
  org      TEXT NOT NULL,             -- '' hears everything that this node tells
  url      TEXT NOT NULL,
  kinds    TEXT NOT NULL,             -- beginnings of kinds, one space between; '' is all
  secret   BYTEA NOT NULL,            -- AES-256-GCM
  made_by  TEXT NOT NULL,
  made_at  BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX notice_hook_org ON notice_hook (org, id) WHERE ended_at = 0;

-- One line for each way out of the node that a notice took.
CREATE TABLE notice_letter (
  id       TEXT PRIMARY KEY,
  notice   TEXT NOT NULL REFERENCES notice_notice (id),
  person   TEXT NOT NULL,             -- by e-mail, or ''
  hook     TEXT NOT NULL,             -- to a system, or ''
  made_at  BIGINT NOT NULL,
  sent_at  BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,           -- given up
  problem  TEXT NOT NULL,             -- of the last attempt, for the operator
  CHECK ((person = '') <> (hook = '')),
  CHECK (sent_at = 0 OR ended_at = 0)
);
CREATE INDEX notice_letter_notice ON notice_letter (notice, id);

-- What was told stays as it was told.
-- only: sqlite
CREATE TRIGGER notice_notice_no_update BEFORE UPDATE ON notice_notice
BEGIN SELECT RAISE(ABORT, 'notice_notice is append only'); END;
CREATE TRIGGER notice_notice_no_delete BEFORE DELETE ON notice_notice
BEGIN SELECT RAISE(ABORT, 'notice_notice is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION notice_notice_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'notice_notice is append only'; END $$;
CREATE TRIGGER notice_notice_no_change BEFORE UPDATE OR DELETE ON notice_notice
FOR EACH ROW EXECUTE FUNCTION notice_notice_refuse();
CREATE TRIGGER notice_notice_no_truncate BEFORE TRUNCATE ON notice_notice
FOR EACH STATEMENT EXECUTE FUNCTION notice_notice_refuse();
-- end
