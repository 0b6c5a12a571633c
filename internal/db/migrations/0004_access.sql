-- owner: access
-- Who may sign in, what they hold, how they proved it, and what was done. Times are microseconds since 1970
-- in UTC; 0 is "not yet". Secrets stand here only as SHA-256 (hash), Argon2id (password) or encrypted (seed).

CREATE TABLE access_person (
  id             TEXT PRIMARY KEY,
  email          TEXT NOT NULL UNIQUE, -- lower case; an erased person's is "erased:ID"
  name           TEXT NOT NULL,
  org            TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled', 'erased')),
  password       TEXT NOT NULL,        -- PHC string of Argon2id; '' is none
  seed           BYTEA,                -- of one-time codes, AES-256-GCM
  seed_confirmed BOOLEAN NOT NULL,
  code_step      BIGINT NOT NULL,      -- the newest time step whose code was used
  made_at        BIGINT NOT NULL,
  changed_at     BIGINT NOT NULL
);
CREATE INDEX access_person_org ON access_person (org, id);

CREATE TABLE access_grant (
  id       TEXT PRIMARY KEY,
  person   TEXT NOT NULL REFERENCES access_person (id),
  role     TEXT NOT NULL,
  region   TEXT NOT NULL,              -- '' is the whole node
  org      TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX access_grant_once ON access_grant (person, role, region, org) WHERE ended_at = 0;
CREATE INDEX access_grant_role ON access_grant (role, region) WHERE ended_at = 0;

CREATE TABLE access_session (
  hash     TEXT PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  person   TEXT NOT NULL REFERENCES access_person (id),
  strong   BOOLEAN NOT NULL,           -- a second factor was shown
  made_at  BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  ends_at  BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  addr     TEXT NOT NULL,
  agent    TEXT NOT NULL
);
CREATE INDEX access_session_person ON access_session (person, made_at);
CREATE INDEX access_session_ends ON access_session (ends_at);

CREATE TABLE access_link (
  hash    TEXT PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('first', 'invite', 'recover')),
  person  TEXT NOT NULL,               -- '' for the first administrator, who is nobody yet
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX access_link_person ON access_link (person, kind);

CREATE TABLE access_recovery_code (
  hash    TEXT PRIMARY KEY,
  person  TEXT NOT NULL REFERENCES access_person (id),
  used_at BIGINT NOT NULL
);
CREATE INDEX access_recovery_code_person ON access_recovery_code (person);

CREATE TABLE access_throttle (
  key      TEXT PRIMARY KEY,           -- keyed digest of the account, the address or the person
  failures BIGINT NOT NULL CHECK (failures >= 0),
  last_at  BIGINT NOT NULL,
  until_at BIGINT NOT NULL
);

CREATE TABLE access_provider_state (
  hash     TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  person   TEXT NOT NULL,              -- who links an identity; '' for a sign-in
  link     TEXT NOT NULL,              -- hash of the invitation that is being accepted, or ''
  nonce    TEXT NOT NULL,
  verifier TEXT NOT NULL,
  ends_at  BIGINT NOT NULL
);

CREATE TABLE access_identity (
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  person  TEXT NOT NULL REFERENCES access_person (id),
  made_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX access_identity_person ON access_identity (person);

CREATE TABLE access_token (
  hash     TEXT PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  person   TEXT NOT NULL REFERENCES access_person (id),
  name     TEXT NOT NULL,
  scopes   TEXT NOT NULL,              -- permissions, one space between
  strong   BOOLEAN NOT NULL,
  made_at  BIGINT NOT NULL,
  ends_at  BIGINT NOT NULL,
  used_at  BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX access_token_person ON access_token (person, made_at);

CREATE TABLE access_journal (
  id      TEXT PRIMARY KEY,
  at      BIGINT NOT NULL,
  person  TEXT NOT NULL,               -- '' for a clock or somebody not signed in
  session TEXT NOT NULL,
  token   BOOLEAN NOT NULL,
  mandate TEXT NOT NULL,
  act     TEXT NOT NULL,
  object  TEXT NOT NULL,
  region  TEXT NOT NULL,
  detail  TEXT NOT NULL                -- ids, digests and numbers; no personal data
);
CREATE INDEX access_journal_at ON access_journal (at, id);
CREATE INDEX access_journal_person ON access_journal (person, at, id);
CREATE INDEX access_journal_object ON access_journal (object, at, id);

-- The journal is append only, whoever asks.
-- only: sqlite
CREATE TRIGGER access_journal_no_update BEFORE UPDATE ON access_journal
BEGIN SELECT RAISE(ABORT, 'access_journal is append only'); END;
CREATE TRIGGER access_journal_no_delete BEFORE DELETE ON access_journal
BEGIN SELECT RAISE(ABORT, 'access_journal is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION access_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'access_journal is append only'; END $$;
CREATE TRIGGER access_journal_no_change BEFORE UPDATE OR DELETE ON access_journal
FOR EACH ROW EXECUTE FUNCTION access_journal_refuse();
CREATE TRIGGER access_journal_no_truncate BEFORE TRUNCATE ON access_journal
FOR EACH STATEMENT EXECUTE FUNCTION access_journal_refuse();
-- end
