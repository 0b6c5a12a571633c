-- What the migrations make of an empty SQLite database. Written by `make update`; PostgreSQL has the same tables and columns.

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

CREATE TABLE access_identity (
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  person  TEXT NOT NULL REFERENCES access_person (id),
  made_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);

CREATE INDEX access_identity_person ON access_identity (person);

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

CREATE INDEX access_journal_object ON access_journal (object, at, id);

CREATE INDEX access_journal_person ON access_journal (person, at, id);

CREATE TRIGGER access_journal_no_delete BEFORE DELETE ON access_journal
BEGIN SELECT RAISE(ABORT, 'access_journal is append only'); END;

CREATE TRIGGER access_journal_no_update BEFORE UPDATE ON access_journal
BEGIN SELECT RAISE(ABORT, 'access_journal is append only'); END;

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

CREATE TABLE access_provider_state (
  hash     TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  person   TEXT NOT NULL,              -- who links an identity; '' for a sign-in
  link     TEXT NOT NULL,              -- hash of the invitation that is being accepted, or ''
  nonce    TEXT NOT NULL,
  verifier TEXT NOT NULL,
  ends_at  BIGINT NOT NULL
);

CREATE TABLE access_recovery_code (
  hash    TEXT PRIMARY KEY,
  person  TEXT NOT NULL REFERENCES access_person (id),
  used_at BIGINT NOT NULL
);

CREATE INDEX access_recovery_code_person ON access_recovery_code (person);

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
, proved_at BIGINT NOT NULL DEFAULT 0);

CREATE INDEX access_session_ends ON access_session (ends_at);

CREATE INDEX access_session_person ON access_session (person, made_at);

CREATE TABLE access_throttle (
  key      TEXT PRIMARY KEY,           -- keyed digest of the account, the address or the person
  failures BIGINT NOT NULL CHECK (failures >= 0),
  last_at  BIGINT NOT NULL,
  until_at BIGINT NOT NULL
);

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
  accepted_at     BIGINT NOT NULL, form TEXT NOT NULL DEFAULT 'framework', fields TEXT NOT NULL DEFAULT '[]', clauses TEXT NOT NULL DEFAULT '[]', valid_from TEXT, valid_until TEXT, secrecy TEXT NOT NULL DEFAULT 'public', contact TEXT NOT NULL DEFAULT '', event TEXT NOT NULL DEFAULT '', investment_fen BIGINT, region TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'signed', under TEXT NOT NULL DEFAULT '', lamps TEXT NOT NULL DEFAULT 'strict', text TEXT NOT NULL DEFAULT '', home TEXT NOT NULL DEFAULT '', version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (document_digest, span_from, span_to)
);

CREATE INDEX agreement_by_form ON agreement (form, accepted_at, id);

CREATE INDEX agreement_by_time ON agreement (accepted_at, id);

CREATE TABLE agreement_amendment (
  id         TEXT PRIMARY KEY,
  agreement  TEXT NOT NULL REFERENCES agreement (id),
  wording    TEXT NOT NULL, -- JSON: what is to stand
  was        TEXT NOT NULL, -- JSON: what stood
  reason     TEXT NOT NULL,
  state      TEXT NOT NULL, -- open, agreed, refused, withdrawn
  party      BIGINT NOT NULL, -- number of who proposes among the signers
  person     TEXT NOT NULL,
  node       TEXT NOT NULL, -- where it was proposed; '' is here
  was_digest TEXT NOT NULL,
  digest     TEXT NOT NULL, -- of the new text: what each party signs
  made_at    BIGINT NOT NULL,
  decided_at BIGINT
);

CREATE INDEX agreement_amendment_by_agreement ON agreement_amendment (agreement, id);

CREATE UNIQUE INDEX agreement_amendment_open ON agreement_amendment (agreement) WHERE state = 'open';

CREATE TABLE agreement_change (
  id         TEXT PRIMARY KEY,
  task       TEXT NOT NULL REFERENCES agreement_task (id),
  content    TEXT NOT NULL, -- JSON: what is to be
  was        TEXT NOT NULL, -- JSON: what was
  reason     TEXT NOT NULL,
  state      TEXT NOT NULL, -- open, agreed, refused, withdrawn
  party      TEXT NOT NULL, -- who proposes
  person     TEXT NOT NULL,
  digest     TEXT NOT NULL, -- of task, content and version: what each party agrees to
  version    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  decided_at BIGINT
);

CREATE INDEX agreement_change_by_task ON agreement_change (task, id);

CREATE UNIQUE INDEX agreement_change_open ON agreement_change (task) WHERE state = 'open';

CREATE TABLE agreement_consent (
  change  TEXT NOT NULL REFERENCES agreement_change (id),
  party   TEXT NOT NULL,
  yes     BOOLEAN NOT NULL,
  person  TEXT NOT NULL,
  node    TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (change, party)
);

CREATE TABLE agreement_event (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  region  TEXT NOT NULL,
  held_on TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE TABLE agreement_evidence (
  id           TEXT PRIMARY KEY,
  task         TEXT NOT NULL REFERENCES agreement_task (id),
  title        TEXT NOT NULL,
  place        TEXT NOT NULL, -- an address, or ''
  digest       TEXT NOT NULL, -- of a file of this node, or ''
  person       TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  withdrawn_at BIGINT,
  withdrawn    TEXT NOT NULL DEFAULT '' -- why
);

CREATE INDEX agreement_evidence_by_digest ON agreement_evidence (digest, task);

CREATE INDEX agreement_evidence_by_task ON agreement_evidence (task, id);

CREATE TABLE agreement_feed (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL,
  digest     TEXT NOT NULL UNIQUE, -- of the secret in its address; the secret is not kept
  query      TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE INDEX agreement_feed_by_person ON agreement_feed (person, id);

CREATE TABLE agreement_list (
  id      TEXT PRIMARY KEY,
  plan    TEXT NOT NULL REFERENCES agreement (id),
  zh      TEXT NOT NULL,
  en      TEXT NOT NULL,
  public  BOOLEAN NOT NULL, -- practical projects that the public follows
  made_at BIGINT NOT NULL
);

CREATE INDEX agreement_list_by_plan ON agreement_list (plan, id);

CREATE TABLE agreement_listed (
  list    TEXT NOT NULL REFERENCES agreement_list (id),
  no      BIGINT NOT NULL,
  task    TEXT NOT NULL REFERENCES agreement_task (id),
  section TEXT NOT NULL,
  PRIMARY KEY (list, no),
  UNIQUE (list, task)
);

CREATE INDEX agreement_listed_by_task ON agreement_listed (task, list);

CREATE TABLE agreement_milestone (
  task            TEXT NOT NULL REFERENCES agreement_task (id),
  no              BIGINT NOT NULL,
  title           TEXT NOT NULL,
  due_on          TEXT NOT NULL,
  original_due_on TEXT NOT NULL,
  done_on         TEXT,
  PRIMARY KEY (task, no)
);

CREATE INDEX agreement_milestone_by_due ON agreement_milestone (due_on, task) WHERE done_on IS NULL;

CREATE TABLE agreement_need (
  task  TEXT NOT NULL REFERENCES agreement_task (id),
  needs TEXT NOT NULL REFERENCES agreement_task (id),
  PRIMARY KEY (task, needs),
  CHECK (task <> needs)
);

CREATE INDEX agreement_need_back ON agreement_need (needs, task);

CREATE TABLE agreement_partner (
  task       TEXT NOT NULL REFERENCES agreement_task (id),
  no         BIGINT NOT NULL, -- 0 is the lead
  name       TEXT NOT NULL,
  code       TEXT NOT NULL,
  budget_fen BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (task, no)
);

CREATE INDEX agreement_partner_by_code ON agreement_partner (code, task);

CREATE INDEX agreement_partner_by_name ON agreement_partner (name, task);

CREATE TABLE agreement_party (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  no        BIGINT NOT NULL,
  name      TEXT NOT NULL,
  code      TEXT NOT NULL, -- of the registry: a credit code, an authority, a region; '' is not linked yet
  PRIMARY KEY (agreement, no)
);

CREATE INDEX agreement_party_by_code ON agreement_party (code, agreement);

CREATE INDEX agreement_party_by_name ON agreement_party (name, agreement);

CREATE TABLE agreement_progress (
  id      TEXT PRIMARY KEY,
  task    TEXT NOT NULL REFERENCES agreement_task (id),
  month   TEXT NOT NULL, -- 2026-03
  done    TEXT NOT NULL,
  next    TEXT NOT NULL,
  problem TEXT NOT NULL,
  reached TEXT NOT NULL,
  person  TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE INDEX agreement_progress_by_task ON agreement_progress (task, month, id);

CREATE TABLE agreement_share (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  node      TEXT NOT NULL, -- that holds the same text
  since     BIGINT NOT NULL,
  PRIMARY KEY (agreement, node)
);

CREATE TABLE agreement_signature (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  party     BIGINT NOT NULL,
  digest    TEXT NOT NULL, -- of the text that was signed
  name      TEXT NOT NULL, -- of the party
  person    TEXT NOT NULL, -- who signed for it here; '' where it came from its node
  node      TEXT NOT NULL, -- the node where it was signed; '' is this one
  leaf      TEXT NOT NULL, -- in the public log of the node that keeps the agreement
  signed_at BIGINT NOT NULL,
  PRIMARY KEY (agreement, party, digest)
);

CREATE TABLE agreement_signature_proof (
  agreement TEXT NOT NULL,
  party     BIGINT NOT NULL,
  digest    TEXT NOT NULL,
  via       TEXT NOT NULL, -- node that passed it on; '' when it came from the signing node itself
  proof     TEXT NOT NULL, -- the letter with the fields that signed it
  PRIMARY KEY (agreement, party, digest)
);

CREATE TABLE agreement_supervision (
  id          TEXT PRIMARY KEY,
  task        TEXT NOT NULL REFERENCES agreement_task (id),
  step        TEXT NOT NULL, -- of supervision.yaml
  reason      TEXT NOT NULL,
  person      TEXT NOT NULL, -- '' is the clock
  made_at     BIGINT NOT NULL,
  answer_by   TEXT NOT NULL,
  answer      TEXT NOT NULL DEFAULT '',
  answered_by TEXT NOT NULL DEFAULT '',
  answered_at BIGINT
);

CREATE INDEX agreement_supervision_by_task ON agreement_supervision (task, id);

CREATE TABLE agreement_tag (
  object TEXT NOT NULL, -- id of an agreement or of a task
  frame  TEXT NOT NULL,
  item   TEXT NOT NULL,
  PRIMARY KEY (object, frame, item)
);

CREATE INDEX agreement_tag_by_item ON agreement_tag (frame, item, object);

CREATE TABLE agreement_task (
  id              TEXT PRIMARY KEY,
  agreement       TEXT NOT NULL REFERENCES agreement (id),
  title           TEXT NOT NULL,
  owner           TEXT NOT NULL,
  due_on          TEXT NOT NULL,
  original_due_on TEXT NOT NULL,
  done_at         BIGINT,
  evidence        TEXT NOT NULL,
  version         BIGINT NOT NULL, code TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'running', lead_code TEXT NOT NULL DEFAULT '', level TEXT NOT NULL DEFAULT '', serves TEXT NOT NULL DEFAULT '', region TEXT NOT NULL DEFAULT '', indicator TEXT NOT NULL DEFAULT '', baseline TEXT NOT NULL DEFAULT '', target TEXT NOT NULL DEFAULT '', target_unit TEXT NOT NULL DEFAULT '', reached TEXT NOT NULL DEFAULT '', verifier_kind TEXT NOT NULL DEFAULT 'office', verifier_name TEXT NOT NULL DEFAULT '', verifier_code TEXT NOT NULL DEFAULT '', verifier_person TEXT NOT NULL DEFAULT '', submitted_by TEXT NOT NULL DEFAULT '', verify_by TEXT, held_since BIGINT NOT NULL DEFAULT 0, lamps TEXT NOT NULL DEFAULT 'strict', sentence TEXT NOT NULL DEFAULT '', span_from BIGINT NOT NULL DEFAULT 0, span_to BIGINT NOT NULL DEFAULT 0, hidden BOOLEAN NOT NULL DEFAULT FALSE, problem TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', submission TEXT NOT NULL DEFAULT '',
  CHECK (done_at IS NULL OR evidence <> '')
);

CREATE INDEX agreement_task_by_agreement ON agreement_task (agreement, due_on, id);

CREATE UNIQUE INDEX agreement_task_by_code ON agreement_task (code);

CREATE INDEX agreement_task_by_due ON agreement_task (due_on, id);

CREATE INDEX agreement_task_by_lead ON agreement_task (lead_code, state, due_on);

CREATE INDEX agreement_task_by_serves ON agreement_task (serves, id);

CREATE INDEX agreement_task_open ON agreement_task (state, due_on, id);

CREATE INDEX agreement_task_verify ON agreement_task (verify_by, id) WHERE state = 'submitted';

CREATE TABLE agreement_verdict (
  id      TEXT PRIMARY KEY,
  task    TEXT NOT NULL REFERENCES agreement_task (id),
  passed  BOOLEAN NOT NULL,
  note    TEXT NOT NULL,
  party   TEXT NOT NULL, -- for whom it was verified
  person  TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  void_at BIGINT          -- the evidence that it rested on was withdrawn
);

CREATE INDEX agreement_verdict_by_task ON agreement_verdict (task, id);

CREATE TABLE agreement_view (
  id      TEXT PRIMARY KEY,
  person  TEXT NOT NULL,
  name    TEXT NOT NULL,
  query   TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE INDEX agreement_view_by_person ON agreement_view (person, id);

CREATE TABLE calendar_notice (
  id        TEXT PRIMARY KEY,     -- the order in which they count
  year      BIGINT NOT NULL CHECK (year BETWEEN 1949 AND 9999),
  title     TEXT NOT NULL CHECK (title <> ''),
  source    TEXT NOT NULL CHECK (source <> ''),
  text      TEXT NOT NULL CHECK (text <> ''),
  digest    TEXT NOT NULL CHECK (length(digest) = 64), -- SHA-256 of the text, in hex
  by_person TEXT NOT NULL,        -- '' for whoever keeps the node's folder
  at        BIGINT NOT NULL       -- microseconds since 1970 in UTC
);

CREATE TRIGGER calendar_notice_kept_delete BEFORE DELETE ON calendar_notice
BEGIN SELECT RAISE(ABORT, 'calendar_notice is append only'); END;

CREATE TRIGGER calendar_notice_kept_update BEFORE UPDATE ON calendar_notice
BEGIN SELECT RAISE(ABORT, 'calendar_notice is append only'); END;

CREATE TABLE casework_abroad (
  case_id TEXT NOT NULL,
  node    TEXT NOT NULL,    -- region code of the node that hosts the organisation
  org     TEXT NOT NULL,
  seq     BIGINT NOT NULL,  -- of the newest shadow that was sent; only grows
  digest  TEXT NOT NULL,    -- of what it showed; '' when another is owed
  letter  TEXT NOT NULL,    -- id of its letter; '' when none was sent yet
  sent_at BIGINT NOT NULL,
  owed    BOOLEAN NOT NULL, -- could not be written then; a tick writes it
  gone    BOOLEAN NOT NULL, -- the organisation is no party any more
  PRIMARY KEY (case_id, node, org)
);

CREATE INDEX casework_abroad_owed ON casework_abroad (case_id) WHERE owed;

CREATE TABLE casework_against (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  of_case TEXT NOT NULL REFERENCES casework_case (id),
  digest  TEXT NOT NULL,       -- of the decision, SHA-256 in hex
  PRIMARY KEY (case_id, field)
);

CREATE INDEX casework_against_of ON casework_against (of_case, digest, case_id);

CREATE TABLE casework_answer (       -- what a seat answered: once, and append only
  case_id    TEXT NOT NULL,
  ask        TEXT NOT NULL,
  opening    BIGINT NOT NULL,
  seat       TEXT NOT NULL,
  at         BIGINT NOT NULL,
  person     TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  mandate    TEXT NOT NULL,
  instead    TEXT NOT NULL,          -- the role that answered for a silent seat; '' is the seat itself
  reason     TEXT NOT NULL,
  answer     TEXT NOT NULL,          -- JSON: verdict, scores and what else was asked
  answer_key TEXT NOT NULL,          -- the caller's idempotency key; '' is none
  PRIMARY KEY (case_id, ask, opening, seat),
  FOREIGN KEY (case_id, ask, opening, seat) REFERENCES casework_seat (case_id, ask, opening, seat)
);

CREATE UNIQUE INDEX casework_answer_key ON casework_answer (case_id, person, answer_key) WHERE answer_key <> '';

CREATE TRIGGER casework_answer_kept_delete BEFORE DELETE ON casework_answer
BEGIN SELECT RAISE(ABORT, 'casework_answer is append only'); END;

CREATE TRIGGER casework_answer_kept_update BEFORE UPDATE ON casework_answer
BEGIN SELECT RAISE(ABORT, 'casework_answer is append only'); END;

CREATE TABLE casework_asked (        -- an ask, each time that it was opened
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  ask       TEXT NOT NULL,
  opening   BIGINT NOT NULL,         -- 1 for the first
  step      BIGINT NOT NULL,         -- of the case, that opened it
  opened_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,         -- when an action was taken on what it brought, or it was opened again
  PRIMARY KEY (case_id, ask, opening)
);

CREATE TABLE casework_bill (
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id),
  parent  TEXT NOT NULL REFERENCES casework_case (id),
  entry   TEXT NOT NULL,            -- of `cases` in the scheme above
  row_no  BIGINT NOT NULL CHECK (row_no > 0) -- of the group; 1 where there is none
);

CREATE INDEX casework_bill_row ON casework_bill (parent, entry, row_no, case_id);

CREATE TABLE casework_case (
  id         TEXT PRIMARY KEY,
  no         TEXT NOT NULL UNIQUE, -- for people: node, year, serial
  scheme     TEXT NOT NULL,
  edition    TEXT NOT NULL,
  digest     TEXT NOT NULL,        -- of the edition, which the case keeps to its end
  org        TEXT NOT NULL,        -- whose case it is
  region     TEXT NOT NULL,        -- where it belongs: decides which desks see it
  stage      TEXT NOT NULL,
  ending     TEXT NOT NULL CHECK (ending IN ('', 'granted', 'refused', 'ended')),
  opened_by  TEXT NOT NULL,
  opened_at  BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  fires_at   BIGINT NOT NULL,      -- when the stage's row by clock fires; 0 if there is none
  due_at     BIGINT NOT NULL,      -- when the next person is late and has not been told of; 0 if there is nothing to tell
  version    BIGINT NOT NULL,      -- counts changes; a change names the version it saw
  fields     TEXT NOT NULL,        -- JSON: what was filled in
  answers    TEXT NOT NULL,        -- JSON: what officers answered to rules that ask
  purse      TEXT NOT NULL,        -- JSON: what was fixed, is held, went out
  start_key  TEXT NOT NULL         -- the caller's idempotency key; '' is none
, parent TEXT NOT NULL DEFAULT '');

CREATE INDEX casework_case_changed ON casework_case (changed_at, id);

CREATE INDEX casework_case_due ON casework_case (due_at, id) WHERE due_at > 0;

CREATE INDEX casework_case_fires ON casework_case (fires_at, id) WHERE fires_at > 0;

CREATE INDEX casework_case_org ON casework_case (org, changed_at, id);

CREATE INDEX casework_case_parent ON casework_case (parent, id) WHERE parent <> '';

CREATE INDEX casework_case_scheme ON casework_case (scheme, id);

CREATE INDEX casework_case_stage ON casework_case (digest, stage, changed_at, id);

CREATE UNIQUE INDEX casework_case_start ON casework_case (opened_by, start_key) WHERE start_key <> '';

CREATE TABLE casework_catchup (
  what  TEXT PRIMARY KEY,
  after TEXT NOT NULL
);

CREATE TABLE casework_change (
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  version BIGINT NOT NULL, -- of the case, that the change made
  field   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  person  TEXT NOT NULL,   -- '' where the registry changed it
  by_name TEXT NOT NULL,   -- '' once the person was erased
  was     TEXT NOT NULL,   -- JSON: value, or what was typed and could not be read
  becomes TEXT NOT NULL
);

CREATE INDEX casework_change_case ON casework_change (case_id, version, id);

CREATE INDEX casework_change_person ON casework_change (person, id);

CREATE TABLE casework_comment (
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  at      BIGINT NOT NULL, -- microseconds since 1970 in UTC
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,   -- '' once the person was erased
  role    TEXT NOT NULL,   -- of the scheme, that the person played
  sight   TEXT NOT NULL CHECK (sight IN ('desk', 'applicant', 'all')),
  words   TEXT NOT NULL
);

CREATE INDEX casework_comment_case ON casework_comment (case_id, id);

CREATE INDEX casework_comment_person ON casework_comment (person, id);

CREATE TABLE casework_discard (
  id         TEXT   PRIMARY KEY,
  case_id    TEXT   NOT NULL REFERENCES casework_case (id),
  person     TEXT   NOT NULL,
  by_name    TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  last_day   TEXT   NOT NULL,           -- until which it can be taken up again
  back_by    TEXT   NOT NULL,           -- who took it up again; '' while it is away
  back_name  TEXT   NOT NULL,
  back_at    BIGINT NOT NULL            -- 0 while it is away
);

CREATE UNIQUE INDEX casework_discard_away ON casework_discard (case_id) WHERE back_at = 0;

CREATE INDEX casework_discard_person ON casework_discard (person, id);

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

CREATE TABLE casework_draw (
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  ask         TEXT NOT NULL,
  opening     BIGINT NOT NULL,       -- the opening of the ask that it is for
  box         TEXT NOT NULL,         -- the seed and the key of the tokens, encrypted
  promise     TEXT NOT NULL,         -- digest of the seed, as it was published
  promised_at BIGINT NOT NULL,
  promised_in TEXT NOT NULL,         -- id of the public leaf
  drawn_at    BIGINT NOT NULL,
  drawn_in    TEXT NOT NULL,         -- id of the public leaf; '' before
  seed        TEXT NOT NULL,         -- '' before
  pool        TEXT NOT NULL,
  field       TEXT NOT NULL,         -- code that was asked for; '' is any
  digest      TEXT NOT NULL,         -- of everybody who could be drawn
  want        BIGINT NOT NULL,
  standby     BIGINT NOT NULL,
  per_unit    BIGINT NOT NULL,       -- 0 is no limit
  PRIMARY KEY (case_id, ask, opening)
);

CREATE TABLE casework_edition (
  id           TEXT PRIMARY KEY,
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  title_zh     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  first_day    TEXT NOT NULL,
  last_day     TEXT NOT NULL,
  digest       TEXT NOT NULL,       -- of the files that were merged
  dir          TEXT NOT NULL,       -- where the pack's own files lie among the kept ones
  note         TEXT NOT NULL,       -- what the proposer says of it
  state        TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'withdrawn')),
  proposed_by  TEXT NOT NULL,
  proposer     TEXT NOT NULL,       -- name
  proposed_as  TEXT NOT NULL,       -- mandate
  proposed_at  BIGINT NOT NULL,
  decided_by   TEXT NOT NULL,
  decider      TEXT NOT NULL,
  decided_as   TEXT NOT NULL,
  decided_at   BIGINT NOT NULL,
  reason       TEXT NOT NULL,
  leaf         TEXT NOT NULL,       -- id of the public leaf; '' until adopted
  CHECK (state <> 'adopted' OR decided_by <> '' AND decided_by <> proposed_by)
);

CREATE UNIQUE INDEX casework_edition_digest ON casework_edition (digest) WHERE state <> 'withdrawn';

CREATE UNIQUE INDEX casework_edition_name ON casework_edition (scheme, edition) WHERE state <> 'withdrawn';

CREATE TRIGGER casework_edition_kept_delete BEFORE DELETE ON casework_edition
BEGIN SELECT RAISE(ABORT, 'casework_edition is never deleted'); END;

CREATE TRIGGER casework_edition_kept_update BEFORE UPDATE ON casework_edition WHEN OLD.state <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'a decided casework_edition never changes'); END;

CREATE TABLE casework_edition_file (
  edition_id TEXT NOT NULL REFERENCES casework_edition (id),
  path       TEXT NOT NULL,
  content    TEXT NOT NULL,
  PRIMARY KEY (edition_id, path)
);

CREATE TRIGGER casework_edition_file_kept_delete BEFORE DELETE ON casework_edition_file
BEGIN SELECT RAISE(ABORT, 'casework_edition_file is append only'); END;

CREATE TRIGGER casework_edition_file_kept_update BEFORE UPDATE ON casework_edition_file
BEGIN SELECT RAISE(ABORT, 'casework_edition_file is append only'); END;

CREATE TABLE casework_ending (
  id           TEXT PRIMARY KEY,
  digest       TEXT NOT NULL,    -- of the edition, carried by the program or adopted
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  last_day     TEXT NOT NULL,    -- the last day in force, ISO
  reason       TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'withdrawn')),
  proposed_by  TEXT NOT NULL,    -- person
  proposer     TEXT NOT NULL,    -- name
  proposed_as  TEXT NOT NULL,    -- mandate
  proposed_at  BIGINT NOT NULL,  -- microseconds since 1970 in UTC
  decided_by   TEXT NOT NULL,
  decider      TEXT NOT NULL,
  decided_as   TEXT NOT NULL,
  decided_at   BIGINT NOT NULL,  -- 0 while it waits
  leaf         TEXT NOT NULL     -- id of the public leaf; '' while it waits
);

CREATE UNIQUE INDEX casework_ending_one ON casework_ending (digest) WHERE state <> 'withdrawn';

CREATE TABLE casework_file (
  case_id    TEXT NOT NULL REFERENCES casework_case (id),
  digest     TEXT NOT NULL,   -- SHA-256 of the content, in hex
  name       TEXT NOT NULL,   -- as it was brought into this case
  type       TEXT NOT NULL,   -- media type, told from the first bytes
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  person     TEXT NOT NULL,   -- who brought it
  at         BIGINT NOT NULL, kept TEXT NOT NULL DEFAULT '', box TEXT NOT NULL DEFAULT '', node TEXT NOT NULL DEFAULT '', -- microseconds since 1970 in UTC
  PRIMARY KEY (case_id, digest)
);

CREATE TABLE casework_held (
  case_id  TEXT    NOT NULL REFERENCES casework_case (id),
  org      TEXT    NOT NULL,     -- that holds the label
  label    TEXT    NOT NULL,
  last_day TEXT    NOT NULL,     -- '' without end
  looked   BOOLEAN NOT NULL,     -- the case was looked at after that day
  PRIMARY KEY (case_id, org, label)
);

CREATE INDEX casework_held_label ON casework_held (org, label);

CREATE INDEX casework_held_last ON casework_held (last_day, case_id) WHERE NOT looked AND last_day <> '';

CREATE TABLE casework_lead (
  case_id    TEXT PRIMARY KEY REFERENCES casework_case (id), -- the payer's case
  node       TEXT NOT NULL,                                  -- in which the lead lives
  opening    TEXT NOT NULL,
  seq        BIGINT NOT NULL,                                -- of what the lead told last
  news       TEXT NOT NULL,                                  -- JSON: that
  changed_at BIGINT NOT NULL,
  said       BIGINT NOT NULL,                                -- number of what the lead was told last
  digest     TEXT NOT NULL,                                  -- of that
  owed       BOOLEAN NOT NULL,                               -- a letter to the lead could not be written yet
  UNIQUE (node, opening)
);

CREATE INDEX casework_lead_changed ON casework_lead (changed_at, case_id);

CREATE INDEX casework_lead_owed ON casework_lead (case_id) WHERE owed;

CREATE TABLE casework_lot (          -- everybody in the pool, those who could not be drawn too
  case_id TEXT NOT NULL,
  ask     TEXT NOT NULL,
  opening BIGINT NOT NULL,
  token   TEXT NOT NULL,             -- names nobody
  person  TEXT NOT NULL,             -- id of the account
  unit    TEXT NOT NULL,             -- code of his or her organisation
  unit_no BIGINT NOT NULL,           -- all of one organisation have one number in a draw
  kept    TEXT NOT NULL,             -- JSON: why he or she could not be drawn; '' could be
  place   BIGINT NOT NULL,           -- from 1; the last ones stand by; 0 was not drawn
  PRIMARY KEY (case_id, ask, opening, token),
  FOREIGN KEY (case_id, ask, opening) REFERENCES casework_draw (case_id, ask, opening)
);

CREATE TABLE casework_member (
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  person   TEXT NOT NULL,
  name     TEXT NOT NULL,
  org      TEXT NOT NULL, -- the organisation that the person was invited from
  may      TEXT NOT NULL CHECK (may IN ('edit', 'view')),
  given_by TEXT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (case_id, person)
);

CREATE INDEX casework_member_person ON casework_member (person, case_id);

CREATE TABLE casework_member_org (
  case_id     TEXT   NOT NULL REFERENCES casework_case (id),
  field       TEXT   NOT NULL,     -- the list
  org         TEXT   NOT NULL,
  joined_on   TEXT   NOT NULL,
  joined_step BIGINT NOT NULL,     -- 1 for those who stood in it from the beginning
  left_on     TEXT   NOT NULL,     -- first day on which it was a member no more; '' while it is one
  left_step   BIGINT NOT NULL,
  PRIMARY KEY (case_id, field, org, joined_step)
);

CREATE TABLE casework_move (
  case_id      TEXT NOT NULL REFERENCES casework_case (id),
  at           BIGINT NOT NULL, -- microseconds since 1970 in UTC
  from_edition TEXT NOT NULL,
  from_digest  TEXT NOT NULL,
  to_edition   TEXT NOT NULL,
  to_digest    TEXT NOT NULL,
  renamed      TEXT NOT NULL,   -- JSON
  dropped      TEXT NOT NULL,   -- JSON
  PRIMARY KEY (case_id, to_digest)
);

CREATE TABLE casework_named (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  person  TEXT NOT NULL,            -- as the field has it
  PRIMARY KEY (case_id, person)
);

CREATE INDEX casework_named_person ON casework_named (person, case_id);

CREATE TABLE casework_objection (
  id        TEXT PRIMARY KEY,
  public_id TEXT NOT NULL REFERENCES casework_public (id),
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  at        BIGINT NOT NULL,
  name      TEXT NOT NULL,   -- of who objects, as they gave it; '' is not given
  contact   TEXT NOT NULL,   -- how they want to be answered; '' is not given
  words     TEXT NOT NULL,   -- JSON: field and what was written
  step      BIGINT NOT NULL  -- of the case, that it set off; 0 if an earlier one had done so
);

CREATE INDEX casework_objection_case ON casework_objection (case_id, id);

CREATE INDEX casework_objection_public ON casework_objection (public_id, id);

CREATE TABLE casework_opening (      -- an opening of what is sealed in a case: one person asks for it, another opens
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  asked_at    BIGINT NOT NULL,       -- microseconds since 1970 in UTC
  asked_by    TEXT NOT NULL,         -- person
  asked_name  TEXT NOT NULL,
  asked_role  TEXT NOT NULL,         -- of the scheme
  reason      TEXT NOT NULL,
  fields      TEXT NOT NULL,         -- those that were due, by name, with commas between
  ended_at    BIGINT NOT NULL,       -- 0 while it waits for the second person
  opened_by   TEXT NOT NULL,         -- person; '' while it waits, or when it was taken back
  opened_name TEXT NOT NULL,
  opened_role TEXT NOT NULL,
  PRIMARY KEY (case_id, asked_at)
);

CREATE UNIQUE INDEX casework_opening_one ON casework_opening (case_id) WHERE ended_at = 0;

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

CREATE TABLE casework_payer (
  id         TEXT PRIMARY KEY,
  case_id    TEXT NOT NULL REFERENCES casework_case (id), -- the lead
  entry      TEXT NOT NULL,                               -- of `cases` in its scheme
  row_no     BIGINT NOT NULL CHECK (row_no > 0),          -- of the group
  payer      TEXT NOT NULL,                               -- region code of the jurisdiction that pays
  node       TEXT NOT NULL,                               -- that answers for it
  org        TEXT NOT NULL,                               -- whose case it is there
  asked      BIGINT NOT NULL CHECK (asked >= 0),          -- 0 where the scheme names no sum
  given      TEXT NOT NULL,                               -- JSON: the fields that it was opened with
  state      TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'paid', 'bounced', 'refused', 'withdrawn', 'clawed_back')),
  sum        BIGINT NOT NULL CHECK (sum >= 0),            -- that the payer stands by
  gone       BOOLEAN NOT NULL,                            -- the lead let it go
  seq        BIGINT NOT NULL,                             -- of what the payer said last; 0 before it answered
  news       TEXT NOT NULL,                               -- JSON: what it said
  opened_at  BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  letter     TEXT NOT NULL,                               -- that asks; '' in this node, or while it could not be written
  told       BIGINT NOT NULL,                             -- number of what the lead told it last
  digest     TEXT NOT NULL,                               -- of that
  owed       BOOLEAN NOT NULL                             -- a letter to it could not be written yet
);

CREATE INDEX casework_payer_case ON casework_payer (case_id, id);

CREATE INDEX casework_payer_changed ON casework_payer (changed_at, id);

CREATE INDEX casework_payer_owed ON casework_payer (case_id) WHERE owed;

CREATE TABLE casework_plan (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  plan    TEXT NOT NULL,
  PRIMARY KEY (case_id, plan)
);

CREATE INDEX casework_plan_plan ON casework_plan (plan, case_id);

CREATE TABLE casework_prefill (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  value   TEXT NOT NULL,   -- JSON: as the registry had it when it was last looked at
  was     TEXT NOT NULL,   -- JSON: before the registry last changed while this was a draft; '' if it did not
  source  TEXT NOT NULL,
  of_day  TEXT NOT NULL,   -- of the fact, ISO; '' is not known
  at      BIGINT NOT NULL, -- when it was read
  PRIMARY KEY (case_id, field)
);

CREATE TABLE casework_public (
  id       TEXT PRIMARY KEY,
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  scheme   TEXT NOT NULL,
  digest   TEXT NOT NULL,   -- of the edition
  stage    TEXT NOT NULL,
  action   TEXT NOT NULL,   -- by which anybody may object
  since_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL, -- 0 while the calendar does not reach so far
  ended_at BIGINT NOT NULL, -- when the case left the stage; 0 while it stands there
  how      TEXT NOT NULL,   -- the action by which it left; '' while it stands there
  kind     TEXT NOT NULL,   -- of the public leaf
  fields   TEXT NOT NULL,   -- JSON: what the leaf shows; no more is shown here
  leaf     TEXT NOT NULL    -- id of the leaf; '' if nothing entered the log
);

CREATE INDEX casework_public_case ON casework_public (case_id, id);

CREATE INDEX casework_public_open ON casework_public (until_at, id) WHERE ended_at = 0;

CREATE INDEX casework_public_past ON casework_public (ended_at, id) WHERE ended_at > 0;

CREATE TABLE casework_reader (       -- who may see a case besides its organisation and the desks of its place
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  code    TEXT NOT NULL,             -- of an organisation, an office, a person with an account
  why     TEXT NOT NULL CHECK (why IN ('field', 'seat')),
  PRIMARY KEY (case_id, code, why)
);

CREATE INDEX casework_reader_code ON casework_reader (code, case_id);

CREATE TABLE casework_relied (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  org     TEXT NOT NULL,     -- that held the label: the case's own, or one that its form names
  label   TEXT NOT NULL,
  step    BIGINT NOT NULL,   -- the first whose decision saw it
  lost_on TEXT NOT NULL,     -- first day without it; '' as long as nothing is known of a loss
  lost_at BIGINT NOT NULL,   -- when this node heard of it; 0 with lost_on ''
  stage   TEXT NOT NULL,     -- in which the case stood then
  told    BOOLEAN NOT NULL,  -- whoever has to know was told, and what goes by itself went
  PRIMARY KEY (case_id, org, label)
);

CREATE INDEX casework_relied_label ON casework_relied (org, label, case_id);

CREATE INDEX casework_relied_untold ON casework_relied (lost_at, case_id) WHERE lost_at > 0 AND NOT told;

CREATE TABLE casework_round (
  id        TEXT PRIMARY KEY,
  digest    TEXT NOT NULL,    -- of the edition
  scheme    TEXT NOT NULL,
  day       TEXT NOT NULL,    -- on which it closed, ISO
  at        BIGINT NOT NULL,  -- when it was decided, microseconds
  person    TEXT NOT NULL,    -- who decided, with name, role and mandate as steps have them
  by_name   TEXT NOT NULL,
  role      TEXT NOT NULL,
  mandate   TEXT NOT NULL,
  plan      TEXT NOT NULL,    -- digest of the ranking that was decided on
  total     BIGINT NOT NULL,
  piece     BIGINT NOT NULL,  -- how many pieces of the steps were taken
  done_at   BIGINT NOT NULL   -- when all steps were taken; 0 is not yet
, returns TEXT NOT NULL DEFAULT '');

CREATE INDEX casework_round_edition ON casework_round (digest, day, at);

CREATE INDEX casework_round_open ON casework_round (at) WHERE done_at = 0;

CREATE TABLE casework_round_line (
  round_id TEXT NOT NULL REFERENCES casework_round (id),
  rank     BIGINT NOT NULL CHECK (rank > 0),
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  value    TEXT NOT NULL,     -- JSON: what the case was ranked by
  sum_fen  BIGINT NOT NULL,   -- what it takes from the account; 0 where the room is a count
  room     TEXT NOT NULL,     -- which room it was counted against: the account's path, or the entry of a table
  taken    BOOLEAN NOT NULL,
  done     BOOLEAN NOT NULL, reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (round_id, rank)
);

CREATE INDEX casework_round_line_case ON casework_round_line (case_id, done);

CREATE TABLE casework_round_skip (
  digest  TEXT NOT NULL,   -- of the edition
  day     TEXT NOT NULL,   -- of the round, ISO
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  reason  TEXT NOT NULL,
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      BIGINT NOT NULL, -- microseconds
  PRIMARY KEY (digest, day, case_id)
);

CREATE TABLE casework_score (
  id       TEXT NOT NULL PRIMARY KEY,
  org      TEXT NOT NULL,   -- whose sheet read it
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  sheet_id TEXT NOT NULL REFERENCES casework_sheet (id),
  facts    TEXT NOT NULL,   -- digest of the facts that were read, "sha256:" and hex; the facts themselves are not kept here
  scored   TEXT NOT NULL,   -- points by line and answers of conditions, JSON
  day      TEXT NOT NULL,   -- ISO day
  person   TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL  -- microseconds
);

CREATE INDEX casework_score_case ON casework_score (case_id, org, id);

CREATE INDEX casework_score_org ON casework_score (org, id);

CREATE TABLE casework_sealed (
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  field     TEXT NOT NULL,
  box       TEXT NOT NULL,   -- the value as JSON, encrypted under the node's secret; hex
  digest    TEXT NOT NULL,   -- SHA-256 of salt and value, in hex: shows afterwards that it was not exchanged
  sealed_at BIGINT NOT NULL,
  opens_at  BIGINT NOT NULL, opened_at BIGINT NOT NULL DEFAULT 0, -- the first moment after its day; 0 when the day lies beyond the published calendar
  PRIMARY KEY (case_id, field)
);

CREATE TABLE casework_seat (         -- who is asked
  case_id     TEXT NOT NULL,
  ask         TEXT NOT NULL,
  opening     BIGINT NOT NULL,
  seat        TEXT NOT NULL,         -- id of an office, or of a person with an account
  kind        TEXT NOT NULL CHECK (kind IN ('office', 'person')),
  no          BIGINT NOT NULL,       -- their order
  holds       BIGINT NOT NULL,       -- the opening whose answer counts: an earlier one where it is not asked again
  waiting     BOOLEAN NOT NULL,      -- for its answer
  asked_at    BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,       -- 0 when no time is counted
  provisional BOOLEAN NOT NULL,      -- the due time lies beyond the published calendar
  late_told   BOOLEAN NOT NULL,
  struck_at   BIGINT NOT NULL,       -- when it fell out: declined, late, in conflict
  struck_why  TEXT NOT NULL, struck_by TEXT NOT NULL DEFAULT '', struck_reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (case_id, ask, opening, seat),
  FOREIGN KEY (case_id, ask, opening) REFERENCES casework_asked (case_id, ask, opening)
);

CREATE INDEX casework_seat_due ON casework_seat (due_at, case_id) WHERE waiting AND NOT late_told;

CREATE INDEX casework_seat_person ON casework_seat (seat, asked_at) WHERE kind = 'person';

CREATE INDEX casework_seat_waiting ON casework_seat (seat, case_id) WHERE waiting;

CREATE TABLE casework_serial (
  year BIGINT PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE casework_shadow (
  id         TEXT PRIMARY KEY,
  home       TEXT NOT NULL,   -- region code of the node in which the case lives
  case_id    TEXT NOT NULL,
  org        TEXT NOT NULL,
  seq        BIGINT NOT NULL,
  no         TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  stage      TEXT NOT NULL,
  ending     TEXT NOT NULL,
  mine       BOOLEAN NOT NULL, -- the organisation can act now
  due_at     BIGINT NOT NULL,
  opened_at  BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,  -- in its home
  came_at    BIGINT NOT NULL,  -- here
  gone       BOOLEAN NOT NULL,
  shows      TEXT NOT NULL,    -- JSON
  UNIQUE (home, case_id, org)
);

CREATE INDEX casework_shadow_org ON casework_shadow (org, changed_at, id);

CREATE TABLE casework_shadow_act (
  id          TEXT PRIMARY KEY, -- of the letter
  shadow      TEXT NOT NULL,
  action      TEXT NOT NULL,
  wanted      TEXT NOT NULL,    -- JSON of the letter's body
  person      TEXT NOT NULL,
  by_name     TEXT NOT NULL,
  mandate     TEXT NOT NULL,
  act_key     TEXT NOT NULL,
  at          BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('sent', 'done', 'refused')),
  code        TEXT NOT NULL,    -- of the refusal
  zh          TEXT NOT NULL,
  en          TEXT NOT NULL,
  answered_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX casework_shadow_act_key ON casework_shadow_act (shadow, person, act_key) WHERE act_key <> '';

CREATE INDEX casework_shadow_act_of ON casework_shadow_act (shadow, id);

CREATE TABLE casework_shadow_file (
  shadow     TEXT NOT NULL,
  digest     TEXT NOT NULL,
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  person     TEXT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (shadow, digest)
);

CREATE TABLE casework_sheet (
  id      TEXT NOT NULL PRIMARY KEY,
  org     TEXT NOT NULL,   -- credit code of whose sheet it is
  no      BIGINT NOT NULL, -- 1 for the first of the organisation; the newest is the one that it reads by
  text    TEXT NOT NULL,   -- the file as it was brought
  digest  TEXT NOT NULL,   -- sha256 of the file, hex
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      BIGINT NOT NULL, -- microseconds
  UNIQUE (org, no)
);

CREATE TABLE casework_side (
  trial_id TEXT NOT NULL REFERENCES casework_trial (id),
  org      TEXT NOT NULL,
  was      TEXT NOT NULL,
  becomes  TEXT NOT NULL,
  was_fen  BIGINT NOT NULL,
  is_fen   BIGINT NOT NULL,
  rule     TEXT NOT NULL,           -- that decides
  rule_zh  TEXT NOT NULL,
  rule_en  TEXT NOT NULL,
  PRIMARY KEY (trial_id, org)
);

CREATE TABLE casework_start (
  id         TEXT PRIMARY KEY,
  scheme     TEXT NOT NULL,
  digest     TEXT NOT NULL,   -- of the edition that was in force at the time
  home       TEXT NOT NULL,   -- jurisdiction
  due        BIGINT NOT NULL, -- the time, microseconds; of one scheme and jurisdiction once
  begun_at   BIGINT NOT NULL,
  done_at    BIGINT NOT NULL, -- 0 is not yet
  after_org  TEXT NOT NULL,   -- the organisation up to which all were looked at
  looked     BIGINT NOT NULL,
  opened     BIGINT NOT NULL,
  failed     BIGINT NOT NULL,
  UNIQUE (scheme, home, due)
);

CREATE INDEX casework_start_open ON casework_start (begun_at) WHERE done_at = 0;

CREATE TABLE casework_start_unknown (
  start_id TEXT NOT NULL REFERENCES casework_start (id),
  org      TEXT NOT NULL,
  answers  TEXT NOT NULL,     -- JSON: what the rules answered, with what they saw
  state    TEXT NOT NULL CHECK (state IN ('waits', 'opened', 'dismissed')),
  case_id  TEXT NOT NULL,     -- that was opened by hand; '' if none
  reason   TEXT NOT NULL,
  person   TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL,   -- of the decision; 0 while it waits
  PRIMARY KEY (start_id, org)
);

CREATE INDEX casework_start_waits ON casework_start_unknown (start_id, org) WHERE state = 'waits';

CREATE TABLE casework_step (
  case_id    TEXT NOT NULL REFERENCES casework_case (id),
  no         BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  action     TEXT NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage   TEXT NOT NULL,
  role       TEXT NOT NULL,        -- '' when no person acted
  person     TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  mandate    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  decision   TEXT NOT NULL,        -- JSON: answers of the rules and every fact that was seen
  leaf       TEXT NOT NULL,        -- id of the public leaf; '' if nothing became public
  act_key    TEXT NOT NULL,        -- the caller's idempotency key; '' is none
  PRIMARY KEY (case_id, no)
);

CREATE INDEX casework_step_at ON casework_step (at, case_id);

CREATE UNIQUE INDEX casework_step_key ON casework_step (case_id, act_key) WHERE act_key <> '';

CREATE INDEX casework_step_leaf ON casework_step (leaf) WHERE leaf <> '';

CREATE TRIGGER casework_step_kept_delete BEFORE DELETE ON casework_step
BEGIN SELECT RAISE(ABORT, 'casework_step is append only'); END;

CREATE TRIGGER casework_step_kept_update BEFORE UPDATE ON casework_step
BEGIN SELECT RAISE(ABORT, 'casework_step is append only'); END;

CREATE TABLE casework_taken (
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id),
  role    TEXT NOT NULL,        -- of the scheme, that the person plays
  person  TEXT NOT NULL,
  name    TEXT NOT NULL,
  given_by TEXT NOT NULL,       -- who gave it; the person itself where it was taken
  at      BIGINT NOT NULL
);

CREATE INDEX casework_taken_person ON casework_taken (person, case_id);

CREATE TABLE casework_trial (
  id           TEXT PRIMARY KEY,
  scheme       TEXT NOT NULL,
  edition      TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  digest       TEXT NOT NULL,
  against      TEXT NOT NULL,       -- digest of the edition it is compared with; '' is none
  budget_fen   BIGINT NOT NULL,     -- 0 is without end
  assumed      TEXT NOT NULL,       -- JSON: facts that were assumed, as they were typed
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
  done         BIGINT NOT NULL,     -- organisations judged so far
  total        BIGINT NOT NULL,
  problem      TEXT NOT NULL,       -- JSON [zh, en]; '' if none
  result       TEXT NOT NULL,       -- JSON; '' until done
  asked_by     TEXT NOT NULL,
  asker        TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  began_at     BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL
);

CREATE INDEX casework_trial_digest ON casework_trial (digest, id);

CREATE INDEX casework_trial_state ON casework_trial (state, id);

CREATE TABLE casework_typed (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  typed   TEXT NOT NULL,
  PRIMARY KEY (case_id, field)
);

CREATE TABLE casework_veil (         -- cases of which only some are told whose they are: none is found by its organisation
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id)
);

CREATE TABLE casework_wait (
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  role        TEXT NOT NULL,    -- of the scheme
  desk        TEXT NOT NULL,    -- the desk that plays it; '' for a party
  org         TEXT NOT NULL,    -- the organisation that plays it; '' for a desk
  region      TEXT NOT NULL,    -- where the desk sits, or the case's own
  digest      TEXT NOT NULL,    -- of the edition
  stage       TEXT NOT NULL,
  until_at    BIGINT NOT NULL,  -- when the role is late; the largest number when no time is counted
  provisional BOOLEAN NOT NULL, -- the time lies beyond the published calendar
  soon_told   BOOLEAN NOT NULL, -- was told that it is due soon
  PRIMARY KEY (case_id, role)
);

CREATE INDEX casework_wait_age ON casework_wait (desk, digest, stage, case_id, region) WHERE desk <> '';

CREATE INDEX casework_wait_desk ON casework_wait (desk, digest, stage, until_at, case_id, region) WHERE desk <> '';

CREATE INDEX casework_wait_org ON casework_wait (org, until_at, case_id) WHERE org <> '';

CREATE INDEX casework_wait_soon ON casework_wait (until_at, case_id) WHERE NOT soon_told;

CREATE TABLE casework_wanted (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  step    BIGINT NOT NULL, -- that asked for it
  field   TEXT NOT NULL,
  PRIMARY KEY (case_id, step, field)
);

CREATE TABLE catalogue_booking (
  id            TEXT    PRIMARY KEY,
  instrument    TEXT    NOT NULL REFERENCES catalogue_booking_instrument (id),
  state         TEXT    NOT NULL CHECK (state IN ('requested', 'offered', 'held', 'confirmed', 'displaced', 'running', 'done', 'failed',
                                                  'declined', 'cancelled', 'lapsed', 'no_show')),
  org           TEXT    NOT NULL,          -- whose booking it is
  person        TEXT    NOT NULL,          -- who uses the instrument
  from_us       BIGINT  NOT NULL,          -- [from, to) in microseconds, whole minutes
  to_us         BIGINT  NOT NULL,
  samples       BIGINT  NOT NULL CHECK (samples >= 0),
  operator      BOOLEAN NOT NULL,          -- the laboratory's operator runs it
  supervised    BOOLEAN NOT NULL,          -- the user's first use, under supervision
  purpose       TEXT    NOT NULL,
  class         TEXT    NOT NULL,
  price_fen     BIGINT  NOT NULL CHECK (price_fen >= 0),
  deposit_fen   BIGINT  NOT NULL CHECK (deposit_fen >= 0),
  lines         TEXT    NOT NULL,          -- JSON: what the price is made of
  price_version BIGINT  NOT NULL,
  free_us       BIGINT  NOT NULL,          -- until then it is cancelled free of charge
  series        TEXT    NOT NULL,          -- of a recurring booking, or ''
  wait          TEXT    NOT NULL,          -- the place in the waiting list that it answers, or ''
  until_us      BIGINT  NOT NULL,          -- how long an offer stands; 0 for none
  reason        TEXT    NOT NULL,          -- of what became of it
  charge_fen    BIGINT  NOT NULL CHECK (charge_fen >= 0),
  used_from_us  BIGINT  NOT NULL,
  used_to_us    BIGINT  NOT NULL,
  used_samples  BIGINT  NOT NULL,
  made_at       BIGINT  NOT NULL,
  decided_by    TEXT    NOT NULL,
  decided_at    BIGINT  NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_of ON catalogue_booking (instrument, from_us, id);

CREATE INDEX catalogue_booking_org ON catalogue_booking (org, from_us, id);

CREATE INDEX catalogue_booking_person ON catalogue_booking (person, instrument, from_us);

CREATE TABLE catalogue_booking_certificate (
  id     TEXT   PRIMARY KEY,
  org    TEXT   NOT NULL,                  -- the owner of the instruments, who vouches
  kind   TEXT   NOT NULL,
  person TEXT   NOT NULL,
  since  TEXT   NOT NULL,
  until  TEXT   NOT NULL,                  -- '' is without end
  by_person TEXT NOT NULL,
  at     BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_certificate_of ON catalogue_booking_certificate (org, person, id);

CREATE TABLE catalogue_booking_duty (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_duty_of ON catalogue_booking_duty (instrument, from_us, id);

CREATE TABLE catalogue_booking_feed (
  id      TEXT   PRIMARY KEY,
  digest  TEXT   NOT NULL UNIQUE,
  kind    TEXT   NOT NULL CHECK (kind IN ('person', 'instrument', 'lab')),
  object  TEXT   NOT NULL,                 -- the instrument, or the code of the laboratory; '' of a person
  person  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_feed_person ON catalogue_booking_feed (person, id);

CREATE TABLE catalogue_booking_hold (
  id      TEXT   PRIMARY KEY,
  booking TEXT   NOT NULL,                 -- '' of a tombstone that nothing was held for
  state   TEXT   NOT NULL CHECK (state IN ('held', 'confirmed', 'lapsed')),
  digest  TEXT   NOT NULL,                 -- of what was asked for
  at      BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_hold_booking ON catalogue_booking_hold (booking);

CREATE TABLE catalogue_booking_instrument (
  id        TEXT   PRIMARY KEY,            -- that of its listing, where it is listed
  no        BIGINT NOT NULL UNIQUE,
  org       TEXT   NOT NULL,               -- credit code of the owner
  region    TEXT   NOT NULL,
  title_zh  TEXT   NOT NULL,
  title_en  TEXT   NOT NULL,
  place     TEXT   NOT NULL,               -- where the user goes
  zone      TEXT   NOT NULL,               -- IANA name
  state     TEXT   NOT NULL CHECK (state IN ('open', 'withdrawn')),
  reason    TEXT   NOT NULL,               -- why it was withdrawn
  person    TEXT   NOT NULL,
  at        BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_instrument_org ON catalogue_booking_instrument (org, id);

CREATE TABLE catalogue_booking_move (
  offer     TEXT    PRIMARY KEY,              -- the booking of the other instrument
  booking   TEXT    NOT NULL,                 -- the one that it would take the place of
  state     TEXT    NOT NULL CHECK (state IN ('asked', 'taken', 'refused', 'over')),
  kept      BOOLEAN NOT NULL,                 -- the price stays as it was
  price_fen BIGINT  NOT NULL,                 -- what the booking costs where it is
  why       TEXT    NOT NULL,
  person    TEXT    NOT NULL,                 -- who offers it
  at        BIGINT  NOT NULL,
  CHECK (offer <> booking)
);

CREATE INDEX catalogue_booking_move_of ON catalogue_booking_move (booking, state, offer);

CREATE TABLE catalogue_booking_plan (
  instrument TEXT   NOT NULL REFERENCES catalogue_booking_instrument (id),
  version    BIGINT NOT NULL,
  body       TEXT   NOT NULL,              -- JSON
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (instrument, version)
);

CREATE TABLE catalogue_booking_price (
  instrument TEXT   NOT NULL REFERENCES catalogue_booking_instrument (id),
  version    BIGINT NOT NULL,
  from_day   TEXT   NOT NULL,              -- the first local day of use that it is for
  body       TEXT   NOT NULL,              -- JSON
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (instrument, version)
);

CREATE TABLE catalogue_booking_quote (
  id            TEXT    PRIMARY KEY,
  instrument    TEXT    NOT NULL,
  org           TEXT    NOT NULL,
  person        TEXT    NOT NULL,
  from_us       BIGINT  NOT NULL,
  to_us         BIGINT  NOT NULL,
  samples       BIGINT  NOT NULL,
  operator      BOOLEAN NOT NULL,
  class         TEXT    NOT NULL,
  price_fen     BIGINT  NOT NULL,
  deposit_fen   BIGINT  NOT NULL,
  lines         TEXT    NOT NULL,
  price_version BIGINT  NOT NULL,
  free_us       BIGINT  NOT NULL,
  at            BIGINT  NOT NULL,
  until_us      BIGINT  NOT NULL
);

CREATE TABLE catalogue_booking_shut (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('shut', 'fault', 'calibration', 'outside')),
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  why        TEXT   NOT NULL,
  source     TEXT   NOT NULL,              -- the outside calendar that says so, or ''
  uid        TEXT   NOT NULL,              -- of the event there
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,              -- taken back; 0 while it holds
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_shut_of ON catalogue_booking_shut (instrument, from_us, id);

CREATE INDEX catalogue_booking_shut_source ON catalogue_booking_shut (source, id);

CREATE TABLE catalogue_booking_slot (
  booking       TEXT   PRIMARY KEY REFERENCES catalogue_booking (id),
  instrument_no BIGINT NOT NULL,
  busy_from     BIGINT NOT NULL,
  busy_to       BIGINT NOT NULL,
  CHECK (busy_from < busy_to)
);

CREATE INDEX catalogue_booking_slot_at ON catalogue_booking_slot (instrument_no, busy_from, busy_to);

CREATE TRIGGER catalogue_booking_slot_insert BEFORE INSERT ON catalogue_booking_slot
WHEN EXISTS (SELECT 1 FROM catalogue_booking_slot s WHERE s.instrument_no = NEW.instrument_no AND s.busy_from < NEW.busy_to AND NEW.busy_from < s.busy_to)
BEGIN SELECT RAISE(ABORT, 'catalogue_booking_slot overlaps'); END;

CREATE TRIGGER catalogue_booking_slot_update BEFORE UPDATE ON catalogue_booking_slot
WHEN EXISTS (SELECT 1 FROM catalogue_booking_slot s WHERE s.booking <> OLD.booking AND s.instrument_no = NEW.instrument_no AND s.busy_from < NEW.busy_to AND NEW.busy_from < s.busy_to)
BEGIN SELECT RAISE(ABORT, 'catalogue_booking_slot overlaps'); END;

CREATE TABLE catalogue_booking_source (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  url        TEXT   NOT NULL,              -- '' of an uploaded file
  digest     TEXT   NOT NULL,              -- of what was read last
  events     BIGINT NOT NULL,
  problem    TEXT   NOT NULL,              -- code of the refusal of the last reading, or ''
  read_at    BIGINT NOT NULL,
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_source_of ON catalogue_booking_source (instrument, id);

CREATE TABLE catalogue_booking_wait (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  from_us    BIGINT NOT NULL,              -- a slot within [from, to) is wanted
  to_us      BIGINT NOT NULL,
  minutes    BIGINT NOT NULL CHECK (minutes > 0),
  samples    BIGINT NOT NULL,
  operator   BOOLEAN NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('waiting', 'offered', 'taken', 'left', 'over')),
  at         BIGINT NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_wait_of ON catalogue_booking_wait (instrument, state, at, id);

CREATE TABLE catalogue_change (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  listing TEXT NOT NULL
);

CREATE INDEX catalogue_change_listing ON catalogue_change (listing, seq);

CREATE TABLE catalogue_file (
  id         TEXT   PRIMARY KEY,
  listing    TEXT   NOT NULL REFERENCES catalogue_listing (id),
  use        TEXT   NOT NULL CHECK (use IN ('picture', 'manual', 'regulation', 'configuration', 'achievement')),
  digest     TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  type       TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  title      TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  dropped_at BIGINT NOT NULL              -- 0 while it is part of the listing
);

CREATE INDEX catalogue_file_listing ON catalogue_file (listing, id);

CREATE TABLE catalogue_intake (
  id       TEXT   PRIMARY KEY,
  what     TEXT   NOT NULL,               -- listings, runs
  org      TEXT   NOT NULL,               -- for which organisation; '' where the rows say it
  asks     TEXT   NOT NULL,               -- JSON: the kind, and what to do
  name     TEXT   NOT NULL,               -- of the file
  digest   TEXT   NOT NULL,               -- of the file
  state    TEXT   NOT NULL CHECK (state IN ('waiting', 'checking', 'writing', 'done', 'refused', 'failed', 'cut', 'stopped')),
  done     BIGINT NOT NULL CHECK (done >= 0),
  total    BIGINT NOT NULL CHECK (total >= 0),
  problem  TEXT   NOT NULL,               -- JSON: in both languages, or ''
  report   TEXT   NOT NULL,               -- JSON, or ''
  person   TEXT   NOT NULL,
  strong   BOOLEAN NOT NULL,              -- they had shown a second factor
  made_us  BIGINT NOT NULL,
  began_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL
);

CREATE INDEX catalogue_intake_person ON catalogue_intake (person, id);

CREATE INDEX catalogue_intake_waits ON catalogue_intake (state, id);

CREATE TABLE catalogue_listing (
  id           TEXT   PRIMARY KEY,
  kind         TEXT   NOT NULL,
  owner        TEXT   NOT NULL,           -- the organisation's code in the registry
  own_no       TEXT   NOT NULL,           -- the owner's own number, '' for none
  region       TEXT   NOT NULL,           -- where it stands
  state        TEXT   NOT NULL CHECK (state IN ('registered', 'unit_review', 'published', 'suspended', 'moved', 'retired')),
  version      BIGINT NOT NULL CHECK (version > 0),
  title_zh     TEXT   NOT NULL,
  title_en     TEXT   NOT NULL,
  owner_zh     TEXT   NOT NULL,           -- the owner's name when the listing was last changed
  owner_en     TEXT   NOT NULL,
  fields       TEXT   NOT NULL,           -- JSON: field to its canonical text
  reason       TEXT   NOT NULL,           -- why it is in this state
  synthetic    BOOLEAN NOT NULL,
  made_at      BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,           -- of the last act
  refreshed_at BIGINT NOT NULL,           -- when the owner last stated or confirmed the fields
  published_at BIGINT NOT NULL,           -- first published; 0 for never
  origin       TEXT   NOT NULL,           -- code of the node whose listing is mirrored here; '' is this node's own
  proof        TEXT   NOT NULL, of_case TEXT NOT NULL DEFAULT '',           -- of a mirrored one: the leaf of its node's log
  CHECK (published_at > 0 OR state IN ('registered', 'unit_review', 'retired'))
);

CREATE UNIQUE INDEX catalogue_listing_case ON catalogue_listing (of_case) WHERE of_case <> '';

CREATE INDEX catalogue_listing_fresh ON catalogue_listing (refreshed_at, id);

CREATE INDEX catalogue_listing_kind ON catalogue_listing (kind, state, id);

CREATE UNIQUE INDEX catalogue_listing_own ON catalogue_listing (owner, kind, own_no) WHERE own_no <> '';

CREATE INDEX catalogue_listing_owner ON catalogue_listing (owner, id);

CREATE INDEX catalogue_listing_region ON catalogue_listing (region, id);

CREATE INDEX catalogue_listing_state ON catalogue_listing (state, id);

CREATE TABLE catalogue_mirror (
  listing TEXT   PRIMARY KEY,   -- in catalogue_listing
  origin  TEXT   NOT NULL,      -- code of the node
  remote  TEXT   NOT NULL,      -- id of the listing there
  log     TEXT   NOT NULL,      -- name of its log
  idx     BIGINT NOT NULL,      -- leaf of that log
  digest  TEXT   NOT NULL,      -- SHA-256 of what is kept of the record, in hexadecimal digits; '' once it is withdrawn
  kind    TEXT   NOT NULL,
  state   TEXT   NOT NULL,      -- of the listing
  seen_at BIGINT NOT NULL,      -- when that leaf was taken in
  UNIQUE (origin, remote)
);

CREATE INDEX catalogue_mirror_log ON catalogue_mirror (log, idx);

CREATE INDEX catalogue_mirror_origin ON catalogue_mirror (origin, kind, state);

CREATE TABLE catalogue_saved (
  id       TEXT   PRIMARY KEY,
  person   TEXT   NOT NULL,
  question TEXT   NOT NULL,               -- JSON: the words and what was chosen
  made_at  BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,               -- what was published until this moment was told, or was there
  told     BIGINT NOT NULL,               -- how many listings in all
  ended_at BIGINT NOT NULL                -- 0 while the person is told
);

CREATE INDEX catalogue_saved_open ON catalogue_saved (ended_at, id);

CREATE INDEX catalogue_saved_person ON catalogue_saved (person, id);

CREATE TABLE catalogue_taken_back (
  listing TEXT   PRIMARY KEY REFERENCES catalogue_listing (id),
  reason  TEXT   NOT NULL,               -- public
  at      BIGINT NOT NULL                -- microseconds
);

CREATE TABLE catalogue_usage_claim (
  receipt    TEXT   NOT NULL REFERENCES catalogue_usage_receipt (id),
  sheet      TEXT   NOT NULL REFERENCES catalogue_usage_sheet (id),
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (receipt, sheet)
);

CREATE INDEX catalogue_usage_claim_sheet ON catalogue_usage_claim (sheet);

CREATE TABLE catalogue_usage_rating (
  run        TEXT   PRIMARY KEY REFERENCES catalogue_usage_run (id),
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  stars      BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words      TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_rating_of ON catalogue_usage_rating (instrument, at, run);

CREATE TABLE catalogue_usage_receipt (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,
  day        TEXT   NOT NULL,
  payer      TEXT   NOT NULL,             -- as the bank names it
  ref        TEXT   NOT NULL,             -- the bank's number
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  left_fen   BIGINT NOT NULL CHECK (left_fen >= 0 AND left_fen <= amount_fen),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  UNIQUE (owner, ref)
);

CREATE TABLE catalogue_usage_result (
  id       TEXT   PRIMARY KEY,
  sample   TEXT   NOT NULL REFERENCES catalogue_usage_sample (id),
  kind     TEXT   NOT NULL CHECK (kind IN ('result', 'report')),
  digest   TEXT   NOT NULL,
  name     TEXT   NOT NULL,
  until_us BIGINT NOT NULL,               -- may be taken until then
  person   TEXT   NOT NULL,
  at       BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_result_sample ON catalogue_usage_result (sample, id);

CREATE TABLE catalogue_usage_run (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,             -- credit code of the owner of the instrument
  instrument TEXT   NOT NULL,             -- id of its listing
  log_no     TEXT   NOT NULL,             -- the machine's own number
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  minutes    BIGINT NOT NULL,             -- effective: preparation, test and necessary work after it
  account    TEXT   NOT NULL,             -- whom the machine names
  samples    BIGINT NOT NULL CHECK (samples >= 0),
  project    TEXT   NOT NULL,             -- project code of an inside user, or ''
  direction  TEXT   NOT NULL CHECK (direction IN ('', '135', '136', '137', '138')),
  booking    TEXT   NOT NULL,             -- '' where none was found
  user_org   TEXT   NOT NULL,
  way        TEXT   NOT NULL CHECK (way IN ('', '1', '2', '3')),
  class      TEXT   NOT NULL CHECK (class IN ('open', 'unsure', 'inside', 'outside', 'void')),
  why        TEXT   NOT NULL,             -- what a person said when they settled it
  over_min   BIGINT NOT NULL,             -- minutes of it outside the booked time
  price_fen  BIGINT NOT NULL CHECK (price_fen >= 0),
  record     TEXT   NOT NULL CHECK (record IN ('unsent', 'sent', 'failed')),
  problem    TEXT   NOT NULL,             -- why the platform did not take the record
  tries      BIGINT NOT NULL,
  sheet      TEXT   NOT NULL,             -- the charge sheet that it is on, or ''
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  UNIQUE (instrument, log_no),
  CHECK (from_us < to_us),
  CHECK (minutes >= 0 AND minutes * 60000000 <= to_us - from_us)
);

CREATE INDEX catalogue_usage_run_of ON catalogue_usage_run (instrument, from_us, id);

CREATE INDEX catalogue_usage_run_owner ON catalogue_usage_run (owner, from_us, id);

CREATE INDEX catalogue_usage_run_sheet ON catalogue_usage_run (sheet, from_us, id) WHERE sheet <> '';

CREATE INDEX catalogue_usage_run_user ON catalogue_usage_run (user_org, from_us, id) WHERE user_org <> '';

CREATE TABLE catalogue_usage_sample (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,             -- whose samples they are
  what       TEXT   NOT NULL,
  samples    BIGINT NOT NULL CHECK (samples > 0),
  hazards    TEXT   NOT NULL,             -- codes, separated by blanks; '' says that there is none
  secret     BOOLEAN NOT NULL,
  keep_until TEXT   NOT NULL,             -- '' where nothing was agreed
  state      TEXT   NOT NULL CHECK (state IN ('declared', 'refused', 'received', 'stored', 'returned', 'destroyed')),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL
, booking TEXT NOT NULL DEFAULT '');

CREATE INDEX catalogue_usage_sample_booking ON catalogue_usage_sample (booking, id) WHERE booking <> '';

CREATE INDEX catalogue_usage_sample_org ON catalogue_usage_sample (org, at, id);

CREATE INDEX catalogue_usage_sample_owner ON catalogue_usage_sample (owner, at, id);

CREATE TABLE catalogue_usage_sheet (
  id        TEXT   PRIMARY KEY,
  no        TEXT   NOT NULL,
  owner     TEXT   NOT NULL,
  month     TEXT   NOT NULL,              -- 2026-05
  payer     TEXT   NOT NULL,              -- credit code of the firm; '' for a project
  project   TEXT   NOT NULL,
  total_fen BIGINT NOT NULL CHECK (total_fen > 0),
  paid_fen  BIGINT NOT NULL CHECK (paid_fen >= 0 AND paid_fen <= total_fen),
  state     TEXT   NOT NULL CHECK (state IN ('made', 'asked', 'invoiced', 'paid', 'moved')),
  invoice   TEXT   NOT NULL,              -- number of the invoice
  title     TEXT   NOT NULL,              -- to whom the invoice is made out
  person    TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  UNIQUE (owner, no),
  CHECK (payer <> '' OR project <> '')
);

CREATE INDEX catalogue_usage_sheet_owner ON catalogue_usage_sheet (owner, month, id);

CREATE INDEX catalogue_usage_sheet_payer ON catalogue_usage_sheet (payer, month, id) WHERE payer <> '';

CREATE TABLE catalogue_usage_step (
  sample  TEXT   NOT NULL REFERENCES catalogue_usage_sample (id),
  no      BIGINT NOT NULL,
  state   TEXT   NOT NULL,
  samples BIGINT NOT NULL,
  note    TEXT   NOT NULL,
  person  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (sample, no)
);

CREATE TABLE catalogue_usage_taken (
  id     TEXT   PRIMARY KEY,
  result TEXT   NOT NULL REFERENCES catalogue_usage_result (id),
  org    TEXT   NOT NULL,                 -- for which organisation it was taken
  person TEXT   NOT NULL,
  at     BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_taken_of ON catalogue_usage_taken (result, id);

CREATE TABLE catalogue_version (
  listing TEXT   NOT NULL REFERENCES catalogue_listing (id),
  version BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  person  TEXT   NOT NULL,                -- '' for the node itself
  act     TEXT   NOT NULL,
  state   TEXT   NOT NULL,                -- after the act
  reason  TEXT   NOT NULL,
  fields  TEXT   NOT NULL,
  PRIMARY KEY (listing, version)
);

CREATE TABLE clause_source (
  key      TEXT PRIMARY KEY, -- compared form of the source's title
  title    TEXT NOT NULL,
  document TEXT NOT NULL REFERENCES document (id),
  told_by  TEXT NOT NULL,
  told_at  BIGINT NOT NULL
);

CREATE TABLE db_job (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,             -- who does it: "federation.letter"
  job_key  TEXT NOT NULL,             -- one job of a kind for each key
  body     BYTEA NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
  due_at   BIGINT NOT NULL,
  made_at  BIGINT NOT NULL,
  attempts BIGINT NOT NULL CHECK (attempts >= 0),
  fence    BIGINT NOT NULL,           -- of the process that has claimed it; 0 when nobody has
  problem  TEXT NOT NULL,             -- of the last attempt, for the operator
  tried_at BIGINT NOT NULL,           -- the last attempt; 0 before the first
  UNIQUE (kind, job_key)
);

CREATE INDEX db_job_dead ON db_job (state, id) WHERE state = 'dead';

CREATE INDEX db_job_due ON db_job (kind, due_at, id) WHERE state = 'waiting';

CREATE TABLE db_lease (
  name     TEXT PRIMARY KEY CHECK (name IN ('node', 'clock')),
  fence    BIGINT NOT NULL CHECK (fence > 0),
  holder   TEXT NOT NULL,   -- host and process, for the operator
  taken_at BIGINT NOT NULL,
  acted_at BIGINT NOT NULL
);

CREATE TABLE document (
  id       TEXT PRIMARY KEY,
  digest   TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  title    TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  reading  TEXT NOT NULL, -- JSON: warnings, repairs, noise
  text     TEXT NOT NULL  -- what the spans point into, where that is not the original bytes; else ''
, published_by TEXT NOT NULL DEFAULT '', articles TEXT NOT NULL DEFAULT '[]', indexed BOOLEAN NOT NULL DEFAULT FALSE);

CREATE INDEX document_by_time ON document (taken_at, id);

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
  became     TEXT NOT NULL, corrected TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (document, no),
  CHECK ((state = 'waiting') = (decided_at IS NULL)),
  CHECK (state <> 'rejected' OR reason <> '')
);

CREATE INDEX document_finding_by_state ON document_finding (state, document, no);

CREATE TABLE document_gram (
  gram      TEXT NOT NULL,
  paragraph BIGINT NOT NULL REFERENCES document_paragraph (id),
  PRIMARY KEY (gram, paragraph)
);

CREATE INDEX document_gram_of ON document_gram (paragraph, gram);

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

CREATE TABLE federation_aside (
  log   TEXT NOT NULL,
  epoch BIGINT NOT NULL, -- that set it aside
  idx   BIGINT NOT NULL,
  leaf  BYTEA NOT NULL,
  PRIMARY KEY (log, epoch, idx)
);

CREATE TRIGGER federation_aside_kept_delete BEFORE DELETE ON federation_aside
BEGIN SELECT RAISE(ABORT, 'federation_aside is append only'); END;

CREATE TRIGGER federation_aside_kept_update BEFORE UPDATE ON federation_aside
BEGIN SELECT RAISE(ABORT, 'federation_aside is append only'); END;

CREATE TABLE federation_behind (
  peer TEXT PRIMARY KEY, -- region code
  at   BIGINT NOT NULL,
  why  TEXT NOT NULL     -- what kept it from being done, for the operator
);

CREATE TABLE federation_certificate (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL,
  org    TEXT NOT NULL,
  label  TEXT NOT NULL,
  level  TEXT NOT NULL,
  issuer TEXT NOT NULL,
  since  TEXT NOT NULL,
  until  TEXT NOT NULL, -- last day
  PRIMARY KEY (origin, idx)
);

CREATE INDEX federation_certificate_org ON federation_certificate (org, label);

CREATE TABLE federation_certified (
  label_id TEXT PRIMARY KEY,
  org      TEXT NOT NULL,
  leaf     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  ended    BOOLEAN NOT NULL
);

CREATE TABLE federation_community (
  version BIGINT PRIMARY KEY CHECK (version > 0),
  at      BIGINT NOT NULL,
  note    TEXT NOT NULL -- signed note
);

CREATE TRIGGER federation_community_kept_delete BEFORE DELETE ON federation_community
BEGIN SELECT RAISE(ABORT, 'federation_community is append only'); END;

CREATE TRIGGER federation_community_kept_update BEFORE UPDATE ON federation_community
BEGIN SELECT RAISE(ABORT, 'federation_community is append only'); END;

CREATE TABLE federation_credential (
  id       TEXT PRIMARY KEY,
  account  TEXT NOT NULL,   -- of the holder at this node; '' for somebody who does not sign in here
  name     TEXT NOT NULL,
  no       TEXT NOT NULL,   -- the issuer's own number of the certificate
  hint     TEXT NOT NULL,   -- by which the holder is told from others of the same name; never a whole number of a document
  kind     TEXT NOT NULL,
  level    TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  issuer   TEXT NOT NULL,
  since    TEXT NOT NULL,
  until    TEXT NOT NULL,   -- last day
  salt     TEXT NOT NULL,   -- base64
  leaf     TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL,
  ended_at BIGINT NOT NULL, -- 0 while it holds
  reason   TEXT NOT NULL
);

CREATE INDEX federation_credential_account ON federation_credential (account, id);

CREATE INDEX federation_credential_no ON federation_credential (no, id);

CREATE TABLE federation_epoch (
  code    TEXT NOT NULL,   -- region code of the node, this one's too
  epoch   BIGINT NOT NULL CHECK (epoch >= 2),
  log     TEXT NOT NULL,   -- name of its log
  note    TEXT NOT NULL,   -- the statement with all its signatures
  signers TEXT NOT NULL,   -- codes of the nodes whose countersignatures counted here
  at      BIGINT NOT NULL, -- since when it holds here
  cut_at  BIGINT NOT NULL CHECK (cut_at >= 0), -- leaves before it stand on
  aside   BIGINT NOT NULL, -- leaves that were set aside here
  state   TEXT NOT NULL CHECK (state IN ('cutting', 'holds')),
  PRIMARY KEY (code, epoch)
);

CREATE TRIGGER federation_epoch_kept_delete BEFORE DELETE ON federation_epoch
BEGIN SELECT RAISE(ABORT, 'federation_epoch is append only'); END;

CREATE TRIGGER federation_epoch_kept_update BEFORE UPDATE ON federation_epoch
WHEN OLD.state <> 'cutting' OR NEW.state <> 'holds' OR NEW.note <> OLD.note OR NEW.cut_at <> OLD.cut_at
BEGIN SELECT RAISE(ABORT, 'federation_epoch is append only'); END;

CREATE TABLE federation_evidence (
  id      TEXT PRIMARY KEY,
  code    TEXT NOT NULL,
  at      BIGINT NOT NULL,
  problem TEXT NOT NULL,
  had     TEXT NOT NULL, -- the checkpoint that was verified before
  got     TEXT NOT NULL, -- what came
  proof   TEXT NOT NULL  -- for a fork: hashes that show that the new tree does not begin with the old one
);

CREATE INDEX federation_evidence_code ON federation_evidence (code, at, id);

CREATE TRIGGER federation_evidence_kept_delete BEFORE DELETE ON federation_evidence
BEGIN SELECT RAISE(ABORT, 'federation_evidence is append only'); END;

CREATE TRIGGER federation_evidence_kept_update BEFORE UPDATE ON federation_evidence
BEGIN SELECT RAISE(ABORT, 'federation_evidence is append only'); END;

CREATE TABLE federation_leaf (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL CHECK (idx >= 0),
  kind   TEXT NOT NULL, -- '' for a leaf that is not in our form; it is kept as it is
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,
  leaf   BYTEA NOT NULL,
  PRIMARY KEY (origin, idx)
);

CREATE INDEX federation_leaf_kind ON federation_leaf (kind, day, origin, idx);

CREATE TRIGGER federation_leaf_kept_delete BEFORE DELETE ON federation_leaf
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e JOIN federation_aside a ON a.log = e.log AND a.epoch = e.epoch
  WHERE e.log = OLD.origin AND e.state = 'cutting' AND OLD.idx >= e.cut_at AND a.idx = OLD.idx AND a.leaf = OLD.leaf)
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;

CREATE TRIGGER federation_leaf_kept_update BEFORE UPDATE ON federation_leaf
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;

CREATE TABLE federation_letter (
  peer        TEXT NOT NULL, -- region code of the other node
  way         TEXT NOT NULL CHECK (way IN ('out', 'in')),
  n           BIGINT NOT NULL CHECK (n > 0),
  id          TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  made_at     BIGINT NOT NULL, -- by the clock of who wrote it
  letter      BYTEA NOT NULL,  -- the bytes that were signed
  digest      TEXT NOT NULL,   -- of them; the next letter names it
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
  answer      BYTEA NOT NULL,  -- the bytes of the answer; empty while it waits
  code        TEXT NOT NULL,   -- of the refusal; '' is none
  answered_at BIGINT NOT NULL, -- 0 is not yet
  attempts    BIGINT NOT NULL,
  problem     TEXT NOT NULL,   -- why the last attempt brought no answer
  tried_at    BIGINT NOT NULL, letter_sig TEXT NOT NULL DEFAULT '', answer_sig TEXT NOT NULL DEFAULT '', back_at BIGINT NOT NULL DEFAULT 0, -- 0 before the first
  PRIMARY KEY (peer, way, n)
);

CREATE INDEX federation_letter_made ON federation_letter (made_at, id);

CREATE INDEX federation_letter_waiting ON federation_letter (peer, n) WHERE state = 'waiting';

CREATE TRIGGER federation_letter_kept_delete BEFORE DELETE ON federation_letter
BEGIN SELECT RAISE(ABORT, 'federation_letter: a letter is kept'); END;

CREATE TRIGGER federation_letter_kept_update BEFORE UPDATE ON federation_letter
WHEN OLD.state <> 'waiting' OR NEW.letter <> OLD.letter OR NEW.digest <> OLD.digest OR NEW.n <> OLD.n OR NEW.peer <> OLD.peer OR NEW.way <> OLD.way
BEGIN SELECT RAISE(ABORT, 'federation_letter: a letter is not changed'); END;

CREATE TABLE federation_letter_key (
  generation BIGINT PRIMARY KEY CHECK (generation > 0),
  public     TEXT NOT NULL, -- base64 of an Ed25519 key
  since      TEXT NOT NULL,
  until      TEXT NOT NULL, -- last day
  leaf       TEXT NOT NULL, -- id of the leaf
  at         BIGINT NOT NULL
);

CREATE TABLE federation_letter_refused (
  peer     TEXT NOT NULL,
  code     TEXT NOT NULL,
  times    BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  detail   TEXT NOT NULL, -- the sentence of the last one
  PRIMARY KEY (peer, code)
);

CREATE TABLE federation_mirror (
  origin TEXT NOT NULL,
  kind   TEXT NOT NULL,   -- of leaves
  next   BIGINT NOT NULL, -- the first leaf that was not looked at
  at     BIGINT NOT NULL,
  PRIMARY KEY (origin, kind)
);

CREATE TABLE federation_mirror_refused (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL,
  kind   TEXT NOT NULL,
  code   TEXT NOT NULL,   -- of the refusal
  field  TEXT NOT NULL,   -- that it names; '' is none
  at     BIGINT NOT NULL,
  PRIMARY KEY (origin, idx)
);

CREATE INDEX federation_mirror_refused_at ON federation_mirror_refused (origin, at, idx);

CREATE TABLE federation_once_check (
  claim      TEXT NOT NULL,
  days       BIGINT NOT NULL, -- after payment
  due_at     BIGINT NOT NULL,
  checked_at BIGINT NOT NULL,
  answer     TEXT NOT NULL,   -- '' before; valid, cancelled, unknown
  detail     TEXT NOT NULL,
  PRIMARY KEY (claim, days)
);

CREATE INDEX federation_once_check_due ON federation_once_check (due_at) WHERE checked_at = 0;

CREATE TABLE federation_once_claim (
  id          TEXT PRIMARY KEY,
  subject     TEXT NOT NULL,   -- id of the case
  seller      TEXT NOT NULL,
  number      TEXT NOT NULL,
  line        BIGINT NOT NULL CHECK (line > 0),
  total       BIGINT NOT NULL CHECK (total > 0),
  amount      BIGINT NOT NULL CHECK (amount > 0 AND amount <= total),
  keeper      TEXT NOT NULL,   -- node that answers; '' while nobody does
  digest      TEXT NOT NULL,   -- '' before the key is here
  want        TEXT NOT NULL CHECK (want IN ('held', 'confirmed', 'released')),
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'refused', 'confirmed', 'released')),
  code        TEXT NOT NULL,   -- of the answer that refused, or of why it waits
  letter      TEXT NOT NULL,   -- id of the one that is under way
  asked_at    BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  again_at    BIGINT NOT NULL, -- when it may be asked again
  paid_at     BIGINT NOT NULL  -- when it was confirmed
);

CREATE INDEX federation_once_claim_asked ON federation_once_claim (asked_at, id);

CREATE INDEX federation_once_claim_open ON federation_once_claim (again_at, id) WHERE want <> state AND letter = '';

CREATE INDEX federation_once_claim_subject ON federation_once_claim (subject, id);

CREATE TABLE federation_once_key (
  year        BIGINT PRIMARY KEY CHECK (year > 2000),
  box         TEXT NOT NULL,
  fingerprint TEXT NOT NULL, -- for two people to compare
  made_by     TEXT NOT NULL, -- region code of the node that made it
  at          BIGINT NOT NULL
);

CREATE TABLE federation_once_line (
  digest TEXT PRIMARY KEY,
  total  BIGINT NOT NULL CHECK (total > 0),
  used   BIGINT NOT NULL CHECK (used >= 0 AND used <= total) -- the sum of what is held and confirmed
);

CREATE TABLE federation_once_question (
  id     TEXT PRIMARY KEY,
  at     BIGINT NOT NULL,
  node   TEXT NOT NULL,
  asked  TEXT NOT NULL CHECK (asked IN ('hold', 'confirm', 'release', 'key')),
  claim  TEXT NOT NULL,
  digest TEXT NOT NULL,
  amount BIGINT NOT NULL,
  answer TEXT NOT NULL
);

CREATE INDEX federation_once_question_at ON federation_once_question (at, id);

CREATE INDEX federation_once_question_node ON federation_once_question (node, asked, at);

CREATE TABLE federation_once_use (
  node       TEXT NOT NULL,   -- region code of who claims
  claim      TEXT NOT NULL,   -- its id there
  digest     TEXT NOT NULL,   -- '' for one that was given back before it was held
  amount     BIGINT NOT NULL CHECK (amount >= 0),
  state      TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released')), -- released is for ever
  at         BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (node, claim)
);

CREATE INDEX federation_once_use_digest ON federation_once_use (digest);

CREATE INDEX federation_once_use_state ON federation_once_use (state, changed_at);

CREATE TABLE federation_peer (
  code       TEXT PRIMARY KEY, -- region code
  origin     TEXT NOT NULL,    -- name of its log
  size       BIGINT NOT NULL,  -- leaves that are verified and here
  target     TEXT NOT NULL,    -- the newest signed checkpoint that continues all before it
  seen_at    BIGINT NOT NULL,  -- when it last answered well; 0 is never
  problem    TEXT NOT NULL,    -- code of the refusal of the last answer; '' is none
  problem_at BIGINT NOT NULL
);

CREATE TABLE federation_recognition (
  id         TEXT PRIMARY KEY,
  list       TEXT NOT NULL, -- name by which rules ask: voucher_provider
  kind       TEXT NOT NULL CHECK (kind IN ('provider', 'label', 'expert', 'listing')),
  source     TEXT NOT NULL, -- region code of the jurisdiction that it is recognised from
  what       TEXT NOT NULL, -- code of an organisation, or id of a label, an expert pool, a kind of listing of that jurisdiction
  since      TEXT NOT NULL,
  until      TEXT NOT NULL, -- last day
  basis      TEXT NOT NULL,
  verified   BOOLEAN NOT NULL,
  ends       TEXT NOT NULL, -- id of the entry whose last day this one changes; '' for a new entry
  state      TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'refused')),
  asked_by   TEXT NOT NULL, -- person
  asked_name TEXT NOT NULL,
  asked_at   BIGINT NOT NULL,
  by_person  TEXT NOT NULL, -- who decided; never who asked
  by_name    TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  leaf       TEXT NOT NULL, -- id of the public leaf; '' before it is adopted
  CHECK (state = 'proposed' OR by_person <> asked_by)
);

CREATE INDEX federation_recognition_asked ON federation_recognition (asked_at, id);

CREATE INDEX federation_recognition_list ON federation_recognition (list, state, since);

CREATE TABLE federation_request (
  id          TEXT PRIMARY KEY,
  code        TEXT NOT NULL,
  name_zh     TEXT NOT NULL,
  name_en     TEXT NOT NULL,
  url         TEXT NOT NULL,
  log_key     TEXT NOT NULL,
  witness_key TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'ended')),
  asked_by    TEXT NOT NULL,
  asked_at    BIGINT NOT NULL,
  decided_by  TEXT NOT NULL,
  decided_at  BIGINT NOT NULL
, near BOOLEAN NOT NULL DEFAULT FALSE);

CREATE UNIQUE INDEX federation_request_one ON federation_request (code) WHERE state IN ('waiting', 'confirmed');

CREATE TABLE federation_slot (
  id           TEXT PRIMARY KEY,
  subject      TEXT NOT NULL,    -- id of the case
  field        TEXT NOT NULL,    -- of its form
  case_no      TEXT NOT NULL,
  org          TEXT NOT NULL,    -- for whom
  host         TEXT NOT NULL,    -- region code of the node whose calendar it is
  listing      TEXT NOT NULL,    -- id there
  from_us      BIGINT NOT NULL,
  to_us        BIGINT NOT NULL,
  samples      BIGINT NOT NULL CHECK (samples >= 0),
  operator     BOOLEAN NOT NULL,
  title_zh     TEXT NOT NULL,    -- of the instrument, as its node calls it; '' before it answered
  title_en     TEXT NOT NULL,
  zone         TEXT NOT NULL,
  price        BIGINT NOT NULL CHECK (price >= 0),
  charge       BIGINT NOT NULL CHECK (charge >= 0), -- what giving it back late costs
  booking      TEXT NOT NULL,    -- id there
  want         TEXT NOT NULL CHECK (want IN ('held', 'confirmed', 'released')),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'held', 'refused', 'confirmed', 'lost', 'used', 'released')),
  code         TEXT NOT NULL,    -- of the refusal, or of why it waits
  why_zh       TEXT NOT NULL,
  why_en       TEXT NOT NULL,
  next_from_us BIGINT NOT NULL,  -- the first slot that would pass, where it was refused
  next_to_us   BIGINT NOT NULL,
  letter       TEXT NOT NULL,    -- id of the one that is under way
  asked_at     BIGINT NOT NULL,
  answered_at  BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  again_at     BIGINT NOT NULL, stood_us BIGINT NOT NULL DEFAULT 0,  -- when it may be asked again
  CHECK (from_us < to_us)
);

CREATE INDEX federation_slot_changed ON federation_slot (changed_at, id);

CREATE INDEX federation_slot_open ON federation_slot (again_at, id) WHERE want <> state AND letter = '';

CREATE INDEX federation_slot_subject ON federation_slot (subject, id);

CREATE TABLE federation_slot_kept (
  node       TEXT NOT NULL,
  id         TEXT NOT NULL,
  digest     TEXT NOT NULL,      -- of what was asked for; '' of one that never came
  case_no    TEXT NOT NULL,
  org        TEXT NOT NULL,
  org_zh     TEXT NOT NULL,
  org_en     TEXT NOT NULL,
  person     TEXT NOT NULL,      -- for whom that node vouches
  listing    TEXT NOT NULL,
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  price      BIGINT NOT NULL,
  booking    TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'lost', 'used', 'released')),
  at         BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (node, id)
);

CREATE INDEX federation_slot_kept_booking ON federation_slot_kept (booking);

CREATE INDEX federation_slot_kept_state ON federation_slot_kept (state, changed_at, id);

CREATE TABLE federation_slot_offer (
  org      TEXT NOT NULL,
  slot     TEXT NOT NULL,        -- node, listing, from, to, samples, operator as text
  price    BIGINT NOT NULL CHECK (price >= 0),
  at       BIGINT NOT NULL,
  PRIMARY KEY (org, slot)
);

CREATE INDEX federation_slot_offer_at ON federation_slot_offer (at);

CREATE TABLE federation_tile (
  origin TEXT NOT NULL,
  level  BIGINT NOT NULL CHECK (level BETWEEN 0 AND 7),
  n      BIGINT NOT NULL CHECK (n >= 0),
  width  BIGINT NOT NULL CHECK (width BETWEEN 1 AND 256),
  hashes BYTEA NOT NULL CHECK (length(hashes) = 32 * width),
  PRIMARY KEY (origin, level, n)
);

CREATE TRIGGER federation_tile_kept_delete BEFORE DELETE ON federation_tile
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting')
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;

CREATE TRIGGER federation_tile_kept_update BEFORE UPDATE ON federation_tile
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting')
  AND (NEW.origin <> OLD.origin OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes)
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;

CREATE TABLE federation_withdrawal (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL, -- of the leaf that was withdrawn
  by_idx BIGINT NOT NULL, -- of the leaf that says so
  PRIMARY KEY (origin, idx)
);

CREATE TABLE federation_witness (
  origin     TEXT PRIMARY KEY,
  size       BIGINT NOT NULL,
  checkpoint TEXT NOT NULL,
  at         BIGINT NOT NULL
);

CREATE TRIGGER federation_witness_kept_update BEFORE UPDATE ON federation_witness
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'federation_witness never goes back'); END;

CREATE TABLE file (
  digest     TEXT PRIMARY KEY CHECK (length(digest) = 64),
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  put_at     BIGINT NOT NULL
);

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

CREATE TABLE ledger_account (
  path       TEXT PRIMARY KEY,
  asset      TEXT NOT NULL,
  floored    BOOLEAN NOT NULL,          -- available (posted_fen - held_fen) may not go below zero
  opened_at  BIGINT NOT NULL,
  posted_fen BIGINT NOT NULL CHECK (posted_fen BETWEEN -1000000000000000000 AND 1000000000000000000),
  held_fen   BIGINT NOT NULL CHECK (held_fen BETWEEN 0 AND 1000000000000000000),
  entries    BIGINT NOT NULL CHECK (entries >= 0),
  moved_at   BIGINT NOT NULL,           -- time of the last entry
  head       BYTEA NOT NULL,            -- digest of the last entry; of the opening before the first
  CHECK (typeof(posted_fen) = 'integer' AND typeof(held_fen) = 'integer'), -- an overflow would be a REAL
  CHECK (NOT floored OR posted_fen - held_fen >= 0),
  UNIQUE (path, asset)
) WITHOUT ROWID;

CREATE TRIGGER ledger_account_kept_delete BEFORE DELETE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'an account stays as it was opened'); END;

CREATE TRIGGER ledger_account_kept_update BEFORE UPDATE OF path, asset, floored, opened_at ON ledger_account
BEGIN SELECT RAISE(ABORT, 'an account stays as it was opened'); END;

CREATE TABLE ledger_hold (
  id         TEXT PRIMARY KEY REFERENCES ledger_transfer (id),
  account    TEXT NOT NULL REFERENCES ledger_account (path),
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
  left_fen   BIGINT NOT NULL CHECK (left_fen BETWEEN 0 AND amount_fen),
  is_open    BOOLEAN NOT NULL,
  CHECK (is_open OR left_fen = 0)
);

CREATE INDEX ledger_hold_open ON ledger_hold (account, id) WHERE is_open;

CREATE TRIGGER ledger_hold_kept_delete BEFORE DELETE ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was made'); END;

CREATE TRIGGER ledger_hold_kept_update BEFORE UPDATE OF id, account, amount_fen ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was made'); END;

CREATE TABLE ledger_transfer (
  seq               INTEGER PRIMARY KEY,
  id                TEXT NOT NULL UNIQUE,
  at                BIGINT NOT NULL,
  kind              TEXT NOT NULL CHECK (kind IN ('post', 'hold', 'capture', 'release')),
  asset             TEXT NOT NULL,
  debit             TEXT NOT NULL,
  credit            TEXT,               -- NULL for a hold or a release
  amount_fen        BIGINT NOT NULL CHECK (amount_fen BETWEEN 0 AND 1000000000000000000), -- as asked for
  held_change_fen   BIGINT NOT NULL,    -- of the debit account
  of_hold           TEXT REFERENCES ledger_transfer (id),
  is_last           BOOLEAN NOT NULL,
  ref               TEXT NOT NULL,
  note              TEXT NOT NULL,
  reverses          TEXT REFERENCES ledger_transfer (id),
  debit_no          BIGINT NOT NULL,    -- the place among the account's entries, from 1
  debit_posted_fen  BIGINT NOT NULL,    -- the account after this entry
  debit_held_fen    BIGINT NOT NULL,
  credit_no         BIGINT,
  credit_posted_fen BIGINT,
  credit_held_fen   BIGINT,
  digest            BYTEA NOT NULL,
  CHECK (typeof(amount_fen) = 'integer' AND typeof(held_change_fen) = 'integer'),
  CHECK (credit IS NULL OR credit <> debit),
  CHECK ((kind IN ('post', 'capture')) = (credit IS NOT NULL)),
  CHECK ((kind IN ('capture', 'release')) = (of_hold IS NOT NULL)),
  CHECK (reverses IS NULL OR kind = 'post'),
  CHECK (NOT is_last OR kind = 'capture'),
  CHECK (CASE kind
    WHEN 'post'    THEN held_change_fen = 0
    WHEN 'hold'    THEN held_change_fen = amount_fen
    WHEN 'capture' THEN held_change_fen <= -amount_fen
    ELSE held_change_fen <= 0 AND amount_fen = 0 END),
  FOREIGN KEY (debit, asset) REFERENCES ledger_account (path, asset),
  FOREIGN KEY (credit, asset) REFERENCES ledger_account (path, asset)
);

CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit, at, credit_no) WHERE credit IS NOT NULL;

CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit, at, debit_no);

CREATE INDEX ledger_transfer_hold ON ledger_transfer (of_hold, seq) WHERE of_hold IS NOT NULL;

CREATE INDEX ledger_transfer_ref ON ledger_transfer (ref, at, seq) WHERE ref <> '';

CREATE UNIQUE INDEX ledger_transfer_reverses ON ledger_transfer (reverses) WHERE reverses IS NOT NULL;

CREATE TRIGGER ledger_transfer_kept_delete BEFORE DELETE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'ledger_transfer is append only'); END;

CREATE TRIGGER ledger_transfer_kept_update BEFORE UPDATE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'ledger_transfer is append only'); END;

CREATE TABLE log_checkpoint (
  size BIGINT PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL -- signed note with the log's own signatures
);

CREATE TRIGGER log_checkpoint_kept_delete BEFORE DELETE ON log_checkpoint
BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append only'); END;

CREATE TRIGGER log_checkpoint_kept_update BEFORE UPDATE ON log_checkpoint
BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append only'); END;

CREATE TABLE log_cosignature (
  size    BIGINT NOT NULL REFERENCES log_checkpoint (size),
  witness TEXT NOT NULL, -- name of its key
  key     TEXT NOT NULL, -- verifier key, with its algorithm
  line    TEXT NOT NULL, -- signature line of the note
  PRIMARY KEY (size, witness)
);

CREATE TABLE log_entry (
  idx    INTEGER PRIMARY KEY CHECK (idx >= 0),
  id     TEXT NOT NULL UNIQUE,
  at     BIGINT NOT NULL,
  kind   TEXT NOT NULL,
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,
  leaf   BYTEA NOT NULL,
  salt   BYTEA NOT NULL,
  object TEXT NOT NULL
);

CREATE INDEX log_entry_kind ON log_entry (kind, idx);

CREATE INDEX log_entry_object ON log_entry (object, idx);

CREATE TRIGGER log_entry_kept_delete BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;

CREATE TRIGGER log_entry_kept_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;

CREATE TABLE log_identity (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  origin TEXT NOT NULL
);

CREATE TRIGGER log_identity_kept_delete BEFORE DELETE ON log_identity
BEGIN SELECT RAISE(ABORT, 'log_identity is written once'); END;

CREATE TRIGGER log_identity_kept_update BEFORE UPDATE ON log_identity
BEGIN SELECT RAISE(ABORT, 'log_identity is written once'); END;

CREATE TABLE log_key (
  key TEXT PRIMARY KEY
);

CREATE TABLE log_pending (
  id     TEXT PRIMARY KEY,
  at     BIGINT NOT NULL,
  kind   TEXT NOT NULL,
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,  -- canonical JSON, as in the leaf
  leaf   BYTEA NOT NULL, -- canonical JSON, the bytes that are hashed
  salt   BYTEA NOT NULL, -- of the commitment; private
  object TEXT NOT NULL   -- what the leaf is about; private
);

CREATE INDEX log_pending_object ON log_pending (object, id);

CREATE TABLE log_record (
  id   TEXT PRIMARY KEY, -- of the leaf
  body BYTEA NOT NULL,
  salt BYTEA NOT NULL
);

CREATE TRIGGER log_record_kept_update BEFORE UPDATE ON log_record
BEGIN SELECT RAISE(ABORT, 'log_record is never changed'); END;

CREATE TABLE log_tile (
  level  BIGINT NOT NULL CHECK (level BETWEEN 0 AND 7),
  n      BIGINT NOT NULL CHECK (n >= 0),
  width  BIGINT NOT NULL CHECK (width BETWEEN 1 AND 256),
  hashes BYTEA NOT NULL CHECK (length(hashes) = 32 * width),
  PRIMARY KEY (level, n)
);

CREATE TRIGGER log_tile_kept_delete BEFORE DELETE ON log_tile
BEGIN SELECT RAISE(ABORT, 'log_tile only grows'); END;

CREATE TRIGGER log_tile_kept_update BEFORE UPDATE ON log_tile
WHEN NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'log_tile only grows'); END;

CREATE TABLE log_withdrawal (
  idx    BIGINT PRIMARY KEY,  -- of the leaf whose record was withdrawn
  by_id  TEXT NOT NULL UNIQUE -- of the leaf that says so
);

CREATE TRIGGER log_withdrawal_kept_delete BEFORE DELETE ON log_withdrawal
BEGIN SELECT RAISE(ABORT, 'log_withdrawal is append only'); END;

CREATE TRIGGER log_withdrawal_kept_update BEFORE UPDATE ON log_withdrawal
BEGIN SELECT RAISE(ABORT, 'log_withdrawal is append only'); END;

CREATE TABLE migration (
  name       TEXT PRIMARY KEY,
  digest     TEXT NOT NULL,
  applied_at BIGINT NOT NULL
);

CREATE TABLE node_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
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

CREATE TRIGGER notice_notice_no_delete BEFORE DELETE ON notice_notice
BEGIN SELECT RAISE(ABORT, 'notice_notice is append only'); END;

CREATE TRIGGER notice_notice_no_update BEFORE UPDATE ON notice_notice
BEGIN SELECT RAISE(ABORT, 'notice_notice is append only'); END;

CREATE TABLE notice_told (
  person   TEXT NOT NULL,
  notice   TEXT NOT NULL REFERENCES notice_notice (id),
  told_key TEXT NOT NULL,             -- told once to a person for each key; '' is no key
  read_at  BIGINT NOT NULL,
  PRIMARY KEY (person, notice)
);

CREATE INDEX notice_told_notice ON notice_told (notice, person);

CREATE UNIQUE INDEX notice_told_once ON notice_told (person, told_key) WHERE told_key <> '';

CREATE INDEX notice_told_unread ON notice_told (person, notice) WHERE read_at = 0;

CREATE TABLE notice_wish (
  person     TEXT PRIMARY KEY,
  mail       BOOLEAN NOT NULL,
  lang       TEXT NOT NULL CHECK (lang IN ('', 'zh', 'en')), -- '' is both
  changed_at BIGINT NOT NULL
);

CREATE TABLE registry_alias (        -- codes and names that older records carry
  alias      TEXT NOT NULL,
  org        TEXT NOT NULL REFERENCES registry_org (code),
  kind       TEXT NOT NULL CHECK (kind IN ('code', 'name')),
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (org, alias)
);

CREATE INDEX registry_alias_alias ON registry_alias (alias, org);

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

CREATE TABLE registry_expert (
  id         TEXT NOT NULL,
  pool       TEXT NOT NULL,          -- the name that schemes draw from
  account    TEXT NOT NULL,          -- id in access: an expert answers here
  unit       TEXT NOT NULL,          -- code of the organisation that he or she belongs to
  field      TEXT NOT NULL,          -- code of what he or she knows; '' is every field
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day; '' is without end
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);

CREATE INDEX registry_expert_pool ON registry_expert (pool, account, id);

CREATE TABLE registry_expert_tie (
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('coauthor', 'teacher', 'family', 'employer', 'paid', 'project', 'other')),
  since      TEXT   NOT NULL,
  until      TEXT   NOT NULL,            -- last day; '' is without end
  note       TEXT   NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);

CREATE INDEX registry_expert_tie_account ON registry_expert_tie (account, id);

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

CREATE VIRTUAL TABLE registry_find USING fts5 (grams, content='', contentless_delete=1, detail=none,
  tokenize="unicode61 remove_diacritics 0");

CREATE TABLE 'registry_find_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'registry_find_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'registry_find_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'registry_find_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

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

CREATE INDEX registry_label_label ON registry_label (label, org);

CREATE INDEX registry_label_org ON registry_label (org, label, since);

CREATE TABLE registry_label_abroad (
  log        TEXT   NOT NULL,            -- whose leaf proves it
  idx        BIGINT NOT NULL,            -- of the leaf
  node       TEXT   NOT NULL,            -- region code of the node that published it
  org        TEXT   NOT NULL,            -- may be unknown here
  label      TEXT   NOT NULL,
  level      TEXT   NOT NULL,
  issuer     TEXT   NOT NULL,
  since      TEXT   NOT NULL,
  until      TEXT   NOT NULL,            -- last day
  holder_zh  TEXT   NOT NULL,            -- as that node calls the organisation
  holder_en  TEXT   NOT NULL,
  title_zh   TEXT   NOT NULL,            -- and the label
  title_en   TEXT   NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (log, idx)
);

CREATE INDEX registry_label_abroad_org ON registry_label_abroad (org, label, since);

CREATE TABLE registry_label_change (
  id           TEXT   NOT NULL PRIMARY KEY,
  batch        TEXT   NOT NULL,            -- what was asked for together is decided on together
  verb         TEXT   NOT NULL CHECK (verb IN ('enter', 'revoke')),
  org          TEXT   NOT NULL REFERENCES registry_org (code),
  region       TEXT   NOT NULL,            -- of the organisation, when it was asked for
  label        TEXT   NOT NULL,
  level        TEXT   NOT NULL,
  issuer       TEXT   NOT NULL,
  since        TEXT   NOT NULL,
  until        TEXT   NOT NULL,            -- last day
  day          TEXT   NOT NULL,            -- first day without it; '' with enter
  basis        TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  file         TEXT   NOT NULL,            -- digest of the document; '' for none
  file_name    TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('proposed', 'done', 'refused', 'void')),
  label_id     TEXT   NOT NULL,            -- of the label: that was entered, or is revoked; '' before
  asked_by     TEXT   NOT NULL,            -- person
  asked_name   TEXT   NOT NULL,
  asked_at     BIGINT NOT NULL,            -- microseconds
  decided_by   TEXT   NOT NULL,
  decided_name TEXT   NOT NULL,
  decided_at   BIGINT NOT NULL,            -- 0 while nobody decided
  note         TEXT   NOT NULL             -- what who decided said; the code of the fault where it became void
);

CREATE INDEX registry_label_change_batch ON registry_label_change (batch, id);

CREATE INDEX registry_label_change_org ON registry_label_change (org, asked_at, id);

CREATE INDEX registry_label_change_state ON registry_label_change (state, asked_at, id);

CREATE TABLE registry_list (
  id      TEXT PRIMARY KEY,
  list    TEXT NOT NULL,   -- the name that schemes use
  since   TEXT NOT NULL,   -- ISO day
  source  TEXT NOT NULL,
  person  TEXT NOT NULL,   -- who entered it
  entered BIGINT NOT NULL  -- microseconds
);

CREATE INDEX registry_list_name ON registry_list (list, since, entered);

CREATE TABLE registry_list_code (
  version TEXT NOT NULL REFERENCES registry_list (id),
  code    TEXT NOT NULL,
  words   TEXT NOT NULL,   -- what the list calls it
  PRIMARY KEY (version, code)
);

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

CREATE UNIQUE INDEX registry_person_account ON registry_person (account) WHERE account <> '';

CREATE UNIQUE INDEX registry_person_identity ON registry_person (identity) WHERE identity <> '';

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

CREATE TABLE settlement_account (
  id           TEXT   PRIMARY KEY,
  org          TEXT   NOT NULL,
  region       TEXT   NOT NULL,            -- where the organisation is, for who confirms
  holder       TEXT   NOT NULL,
  bank         TEXT   NOT NULL,
  account      TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('given', 'confirmed', 'refused')),
  given_by     TEXT   NOT NULL,
  given_name   TEXT   NOT NULL,
  given_at     BIGINT NOT NULL,
  decided_by   TEXT   NOT NULL,
  decided_name TEXT   NOT NULL,
  decided_at   BIGINT NOT NULL,
  reason       TEXT   NOT NULL,
  CHECK (state = 'given' OR decided_by <> '' AND decided_by <> given_by)
);

CREATE INDEX settlement_account_org ON settlement_account (org, id);

CREATE INDEX settlement_account_state ON settlement_account (state, id);

CREATE TABLE settlement_answer (
  id         TEXT   PRIMARY KEY,
  payment_id TEXT   NOT NULL REFERENCES settlement_payment (id),
  result     TEXT   NOT NULL CHECK (result IN ('paid', 'returned')),
  file       TEXT   NOT NULL,              -- digest of the file
  file_row   BIGINT NOT NULL,
  person     TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  act_at     BIGINT NOT NULL,
  UNIQUE (payment_id, result)
);

CREATE INDEX settlement_answer_at ON settlement_answer (at, id);

CREATE TABLE settlement_file (
  id       TEXT   PRIMARY KEY,
  kind     TEXT   NOT NULL CHECK (kind IN ('answers', 'receipts')),
  name     TEXT   NOT NULL,
  digest   TEXT   NOT NULL,
  rows     BIGINT NOT NULL,
  taken    BIGINT NOT NULL,
  same     BIGINT NOT NULL,
  bad      BIGINT NOT NULL,
  person   TEXT   NOT NULL,
  by_name  TEXT   NOT NULL,
  at       BIGINT NOT NULL
);

CREATE INDEX settlement_file_at ON settlement_file (at, id);

CREATE TABLE settlement_line (
  statement    TEXT   NOT NULL REFERENCES settlement_statement (id),
  side         TEXT   NOT NULL CHECK (side IN ('payer', 'host')),
  order_no     TEXT   NOT NULL,
  org          TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  approved_fen BIGINT NOT NULL,
  paid_fen     BIGINT NOT NULL,
  billed_fen   BIGINT NOT NULL,
  recorded     BOOLEAN NOT NULL,           -- this side has a record of what was billed
  days         BIGINT NOT NULL,            -- from claim to payment; -1: not paid
  workdays     BOOLEAN NOT NULL,
  PRIMARY KEY (statement, side, order_no)
);

CREATE INDEX settlement_line_order ON settlement_line (order_no, statement);

CREATE TABLE settlement_list (
  id            TEXT   PRIMARY KEY,
  no            TEXT   NOT NULL,           -- '' while open
  region        TEXT   NOT NULL,
  state         TEXT   NOT NULL CHECK (state IN ('open', 'closed', 'released', 'withdrawn')),
  note          TEXT   NOT NULL,           -- what it was gathered by, for people
  made_by       TEXT   NOT NULL,
  made_name     TEXT   NOT NULL,
  made_at       BIGINT NOT NULL,
  closed_at     BIGINT NOT NULL,           -- 0 while open
  digest        TEXT   NOT NULL,           -- SHA-256 of its lines, '' while open
  payments      BIGINT NOT NULL,
  total_fen     BIGINT NOT NULL CHECK (total_fen >= 0),
  released_by   TEXT   NOT NULL,
  released_name TEXT   NOT NULL,
  released_at   BIGINT NOT NULL, treasury TEXT NOT NULL DEFAULT '',
  CHECK (state IN ('open', 'withdrawn') OR no <> '' AND digest <> ''),
  CHECK (state <> 'released' OR released_by <> '' AND released_by <> made_by)
);

CREATE INDEX settlement_list_made ON settlement_list (made_at, id);

CREATE UNIQUE INDEX settlement_list_no ON settlement_list (no) WHERE no <> '';

CREATE TABLE settlement_payment (
  id           TEXT   PRIMARY KEY,
  list_id      TEXT   NOT NULL REFERENCES settlement_list (id),
  line         BIGINT NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('listed', 'paid', 'returned', 'dropped')),
  case_id      TEXT   NOT NULL,
  case_no      TEXT   NOT NULL,
  scheme       TEXT   NOT NULL,
  edition      TEXT   NOT NULL,
  title_zh     TEXT   NOT NULL,
  title_en     TEXT   NOT NULL,
  action       TEXT   NOT NULL,            -- the case's action that the bank's answer takes
  desk         TEXT   NOT NULL,
  out_path     TEXT   NOT NULL,            -- the account of the books that leaves them
  org          TEXT   NOT NULL,            -- whose case it is
  payee        TEXT   NOT NULL,
  payee_zh     TEXT   NOT NULL,
  payee_en     TEXT   NOT NULL,
  bank         TEXT   NOT NULL,
  account      TEXT   NOT NULL,            -- digits
  account_from TEXT   NOT NULL,            -- 'case', or the id of the entry of settlement_account
  sum_fen      BIGINT NOT NULL CHECK (sum_fen > 0),
  fixed_by     TEXT   NOT NULL,            -- the person who fixed the sum
  fixed_name   TEXT   NOT NULL,
  fixed_at     BIGINT NOT NULL,
  again        TEXT   NOT NULL,            -- the returned payment that this one is made again for; '' for none
  was_paid     BOOLEAN NOT NULL,           -- the case has been marked as paid by it
  stuck        BOOLEAN NOT NULL,           -- it came back and the scheme has no way back
  answered_at  BIGINT NOT NULL,            -- of the last answer; 0 for none
  answered_day TEXT   NOT NULL,            -- the bank's own day; '' if it gave none
  bank_ref     TEXT   NOT NULL,
  reason       TEXT   NOT NULL,            -- why it came back
  UNIQUE (list_id, line)
);

CREATE INDEX settlement_payment_answered ON settlement_payment (answered_at, id);

CREATE INDEX settlement_payment_case ON settlement_payment (case_id, id);

CREATE UNIQUE INDEX settlement_payment_live ON settlement_payment (case_id) WHERE state = 'listed';

CREATE INDEX settlement_payment_payee ON settlement_payment (payee, state);

CREATE TABLE settlement_receipt (
  id       TEXT   PRIMARY KEY,
  case_id  TEXT   NOT NULL,
  case_no  TEXT   NOT NULL,
  org      TEXT   NOT NULL,
  out_path TEXT   NOT NULL,
  sum_fen  BIGINT NOT NULL CHECK (sum_fen > 0),
  payer    TEXT   NOT NULL,
  bank_ref TEXT   NOT NULL,
  day      TEXT   NOT NULL,
  file     TEXT   NOT NULL,
  file_row BIGINT NOT NULL,
  person   TEXT   NOT NULL,
  at       BIGINT NOT NULL,
  act_at   BIGINT NOT NULL,                -- the act that entered it; 0 while it waits for the rest
  UNIQUE (case_id, bank_ref)
);

CREATE INDEX settlement_receipt_at ON settlement_receipt (at, id);

CREATE TABLE settlement_record (
  payer        TEXT   NOT NULL,
  host         TEXT   NOT NULL,
  n            BIGINT NOT NULL CHECK (n > 0), -- number of the letter from host to payer
  made_at      BIGINT NOT NULL,            -- by the host's clock
  order_no     TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  billed_fen   BIGINT NOT NULL CHECK (billed_fen >= 0),
  received_fen BIGINT NOT NULL CHECK (received_fen >= 0), -- of the payer's treasury
  note         TEXT   NOT NULL,
  person       TEXT   NOT NULL,            -- '' in the payer's node
  by_name      TEXT   NOT NULL,
  PRIMARY KEY (payer, host, n)
);

CREATE INDEX settlement_record_order ON settlement_record (payer, host, order_no, n);

CREATE TABLE settlement_serial (
  year BIGINT PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE settlement_signature (
  statement TEXT   NOT NULL REFERENCES settlement_statement (id),
  side      TEXT   NOT NULL CHECK (side IN ('payer', 'host')),
  digest    TEXT   NOT NULL,
  person    TEXT   NOT NULL,               -- id in the node that vouches for it
  by_name   TEXT   NOT NULL,               -- '' of the other side
  mandate   TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  leaf      TEXT   NOT NULL,               -- of the own log, once both have signed
  PRIMARY KEY (statement, side)
);

CREATE TABLE settlement_statement (
  id          TEXT   PRIMARY KEY,          -- 340000-310000-2026-03
  payer       TEXT   NOT NULL,
  host        TEXT   NOT NULL,
  period      TEXT   NOT NULL,             -- 2026-03
  from_at     BIGINT NOT NULL,             -- half-open time by the payer's clock
  until_at    BIGINT NOT NULL,
  told_from   BIGINT NOT NULL,             -- letters payer to host: behind this number
  told_to     BIGINT NOT NULL,             -- up to and with this one
  record_from BIGINT NOT NULL,             -- letters host to payer
  record_to   BIGINT NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('sent', 'compared', 'signed')),
  made_by     TEXT   NOT NULL,             -- '' where the node computed it by itself
  made_name   TEXT   NOT NULL,
  made_at     BIGINT NOT NULL,
  parts       BIGINT NOT NULL,             -- letters with the other side's lines that have come
  text        TEXT   NOT NULL,             -- canonical JSON, '' until it is compared
  digest      TEXT   NOT NULL,
  differences BIGINT NOT NULL,
  CHECK (told_from <= told_to AND record_from <= record_to),
  CHECK (state = 'sent' OR digest <> '')
);

CREATE UNIQUE INDEX settlement_statement_pair ON settlement_statement (payer, host, period);

CREATE TABLE settlement_told (
  payer        TEXT   NOT NULL,            -- node whose treasury pays
  host         TEXT   NOT NULL,            -- node of the provider
  n            BIGINT NOT NULL CHECK (n > 0), -- number of the letter from payer to host
  made_at      BIGINT NOT NULL,            -- by the payer's clock
  order_no     TEXT   NOT NULL,
  org          TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  to_provider  BOOLEAN NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('pending', 'approved', 'paid', 'rejected', 'dropped', 'back')),
  approved_fen BIGINT NOT NULL CHECK (approved_fen >= 0),
  paid_fen     BIGINT NOT NULL,
  since        TEXT   NOT NULL,            -- day of the claim, '' before
  paid_on      TEXT   NOT NULL,            -- day of the last payment, '' for none
  workdays     BOOLEAN NOT NULL,
  PRIMARY KEY (payer, host, n)
);

CREATE INDEX settlement_told_made ON settlement_told (payer, host, made_at, order_no);

CREATE INDEX settlement_told_order ON settlement_told (payer, host, order_no, n);

CREATE INDEX settlement_told_provider ON settlement_told (provider, payer, order_no);

CREATE TABLE settlement_treasury_serial (
  treasury TEXT   NOT NULL,
  year     BIGINT NOT NULL,
  last     BIGINT NOT NULL,
  PRIMARY KEY (treasury, year)
);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE subject (
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('organisation', 'policy', 'programme', 'place', 'indicator')),
  name    TEXT NOT NULL,
  code    TEXT NOT NULL, -- of the registry, or GB/T 2260 for a place; '' while nobody linked it
  made_at BIGINT NOT NULL
, told BIGINT NOT NULL DEFAULT 0, said BIGINT NOT NULL DEFAULT 0, said_in BIGINT NOT NULL DEFAULT 0, shown BIGINT NOT NULL DEFAULT 0, shown_in BIGINT NOT NULL DEFAULT 0);

CREATE INDEX subject_by_kind ON subject (kind, name, id);

CREATE INDEX subject_by_said ON subject (said DESC, name, id);

CREATE INDEX subject_by_shown ON subject (shown DESC, name, id);

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

CREATE VIEW v_case_label AS
SELECT l.basis, l.org, l.label, l.until, l.revoked_on FROM registry_label l
WHERE l.basis LIKE 'case/%' AND l.entered_at = (SELECT max(n.entered_at) FROM registry_label n WHERE n.id = l.id);

CREATE VIEW v_ledger_account AS
SELECT path, asset, floored, opened_at, posted_fen, held_fen, posted_fen - held_fen AS available_fen, entries, moved_at
FROM ledger_account;

CREATE VIEW v_ledger_entry AS
SELECT debit AS account, COALESCE(credit, '') AS other, debit_no AS no, seq, id, at, kind, asset,
       CASE WHEN credit IS NULL THEN 0 ELSE -amount_fen END AS change_fen, held_change_fen,
       debit_posted_fen AS posted_fen, debit_held_fen AS held_fen, ref, note, COALESCE(reverses, '') AS reverses
FROM ledger_transfer
UNION ALL
SELECT credit, debit, credit_no, seq, id, at, kind, asset, amount_fen, 0,
       credit_posted_fen, credit_held_fen, ref, note, COALESCE(reverses, '')
FROM ledger_transfer
WHERE credit IS NOT NULL;

CREATE VIEW v_log_leaf AS
SELECT (SELECT origin FROM log_identity WHERE one = 1) AS origin, e.idx AS idx, e.kind AS kind, e.day AS day,
       e.fields AS fields, w.idx IS NOT NULL AS withdrawn
FROM log_entry e LEFT JOIN log_withdrawal w ON w.idx = e.idx;

CREATE VIEW v_log_size AS
SELECT origin, (SELECT COALESCE(MAX(idx) + 1, 0) FROM log_entry) AS size FROM log_identity WHERE one = 1;

CREATE VIEW v_public_leaf AS
SELECT l.origin AS origin, l.idx AS idx, l.kind AS kind, l.day AS day, l.fields AS fields, w.idx IS NOT NULL AS withdrawn
FROM federation_leaf l LEFT JOIN federation_withdrawal w ON w.origin = l.origin AND w.idx = l.idx
WHERE l.kind <> ''
UNION ALL
SELECT origin, idx, kind, day, fields, withdrawn FROM v_log_leaf;

CREATE VIEW v_public_log AS
SELECT origin, size FROM federation_peer
UNION ALL
SELECT origin, size FROM v_log_size;

CREATE VIEW v_registry_compact_member (compact, region, since, until) AS
SELECT compact, region, since, until FROM registry_compact_member;

CREATE VIEW v_registry_label (id, org, label, level, issuer, since, until, revoked_on) AS
SELECT l.id, l.org, l.label, l.level, l.issuer, l.since, l.until, l.revoked_on FROM registry_label l
WHERE NOT EXISTS (SELECT 1 FROM registry_label n WHERE n.id = l.id AND n.entered_at > l.entered_at);

CREATE VIEW v_registry_org (code, zh, en, kind, region, industry, founded, home, synthetic) AS
SELECT code, zh, en, kind, region, industry, founded, home, synthetic FROM registry_org;
