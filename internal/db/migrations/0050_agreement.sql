-- owner: agreement
-- An instrument is whatever carries promises: a framework or implementing agreement, an investment project, a plan.
ALTER TABLE agreement ADD COLUMN form TEXT NOT NULL DEFAULT 'framework';
ALTER TABLE agreement ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';      -- JSON list: what it is about
ALTER TABLE agreement ADD COLUMN clauses TEXT NOT NULL DEFAULT '[]';     -- JSON list of texts, in their order
ALTER TABLE agreement ADD COLUMN valid_from TEXT;
ALTER TABLE agreement ADD COLUMN valid_until TEXT;
ALTER TABLE agreement ADD COLUMN secrecy TEXT NOT NULL DEFAULT 'public';
ALTER TABLE agreement ADD COLUMN contact TEXT NOT NULL DEFAULT '';       -- an office, never a person
ALTER TABLE agreement ADD COLUMN event TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement ADD COLUMN investment_fen BIGINT;
ALTER TABLE agreement ADD COLUMN region TEXT NOT NULL DEFAULT '';        -- where the project stands
ALTER TABLE agreement ADD COLUMN state TEXT NOT NULL DEFAULT 'signed';
ALTER TABLE agreement ADD COLUMN under TEXT NOT NULL DEFAULT '';         -- the framework that it carries out
ALTER TABLE agreement ADD COLUMN lamps TEXT NOT NULL DEFAULT 'strict';
ALTER TABLE agreement ADD COLUMN text TEXT NOT NULL DEFAULT '';          -- of one that was entered by hand
ALTER TABLE agreement ADD COLUMN home TEXT NOT NULL DEFAULT '';          -- the node that keeps it; '' is this one
ALTER TABLE agreement ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX agreement_by_form ON agreement (form, accepted_at, id);

CREATE TABLE agreement_party (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  no        BIGINT NOT NULL,
  name      TEXT NOT NULL,
  code      TEXT NOT NULL, -- of the registry: a credit code, an authority, a region; '' is not linked yet
  PRIMARY KEY (agreement, no)
);
CREATE INDEX agreement_party_by_code ON agreement_party (code, agreement);
CREATE INDEX agreement_party_by_name ON agreement_party (name, agreement);
-- only: sqlite
INSERT INTO agreement_party (agreement, no, name, code)
SELECT a.id, p.key, p.value, '' FROM agreement a, json_each(a.parties) p;
-- end
-- only: postgres
INSERT INTO agreement_party (agreement, no, name, code)
SELECT a.id, p.n - 1, p.v, '' FROM agreement a, json_array_elements_text(a.parties::json) WITH ORDINALITY AS p(v, n);
-- end

CREATE TABLE agreement_event (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  region  TEXT NOT NULL,
  held_on TEXT NOT NULL,
  made_at BIGINT NOT NULL
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

ALTER TABLE agreement_task ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN state TEXT NOT NULL DEFAULT 'running';
ALTER TABLE agreement_task ADD COLUMN lead_code TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN level TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN serves TEXT NOT NULL DEFAULT '';      -- the task above that it carries out
ALTER TABLE agreement_task ADD COLUMN region TEXT NOT NULL DEFAULT '';      -- where it is done
ALTER TABLE agreement_task ADD COLUMN indicator TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN baseline TEXT NOT NULL DEFAULT '';    -- decimal
ALTER TABLE agreement_task ADD COLUMN target TEXT NOT NULL DEFAULT '';      -- decimal
ALTER TABLE agreement_task ADD COLUMN target_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN reached TEXT NOT NULL DEFAULT '';     -- decimal, by the last report
ALTER TABLE agreement_task ADD COLUMN verifier_kind TEXT NOT NULL DEFAULT 'office';
ALTER TABLE agreement_task ADD COLUMN verifier_name TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN verifier_code TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN verifier_person TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN submitted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement_task ADD COLUMN verify_by TEXT;
ALTER TABLE agreement_task ADD COLUMN held_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agreement_task ADD COLUMN lamps TEXT NOT NULL DEFAULT 'strict';
ALTER TABLE agreement_task ADD COLUMN sentence TEXT NOT NULL DEFAULT '';    -- of the source
ALTER TABLE agreement_task ADD COLUMN span_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agreement_task ADD COLUMN span_to BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agreement_task ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE; -- of an agreement that is not public
ALTER TABLE agreement_task ADD COLUMN problem TEXT NOT NULL DEFAULT '';     -- to be coordinated, by the last report
ALTER TABLE agreement_task ADD COLUMN words TEXT NOT NULL DEFAULT '';       -- what it is found by, in small letters
UPDATE agreement_task SET code = 'T-' || id, words = lower(title || ' ' || owner), state = CASE WHEN done_at IS NULL THEN 'running' ELSE 'done' END;
CREATE UNIQUE INDEX agreement_task_by_code ON agreement_task (code);
CREATE INDEX agreement_task_by_lead ON agreement_task (lead_code, state, due_on);
CREATE INDEX agreement_task_by_serves ON agreement_task (serves, id);
CREATE INDEX agreement_task_open ON agreement_task (state, due_on, id);

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
INSERT INTO agreement_partner (task, no, name, code, budget_fen) SELECT id, 0, owner, '', 0 FROM agreement_task;

CREATE TABLE agreement_milestone (
  task            TEXT NOT NULL REFERENCES agreement_task (id),
  no              BIGINT NOT NULL,
  title           TEXT NOT NULL,
  due_on          TEXT NOT NULL,
  original_due_on TEXT NOT NULL,
  done_on         TEXT,
  PRIMARY KEY (task, no)
);

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
CREATE INDEX agreement_evidence_by_task ON agreement_evidence (task, id);
CREATE INDEX agreement_evidence_by_digest ON agreement_evidence (digest, task);

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
CREATE UNIQUE INDEX agreement_change_open ON agreement_change (task) WHERE state = 'open';
CREATE INDEX agreement_change_by_task ON agreement_change (task, id);

CREATE TABLE agreement_consent (
  change  TEXT NOT NULL REFERENCES agreement_change (id),
  party   TEXT NOT NULL,
  yes     BOOLEAN NOT NULL,
  person  TEXT NOT NULL,
  node    TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (change, party)
);

CREATE TABLE agreement_need (
  task  TEXT NOT NULL REFERENCES agreement_task (id),
  needs TEXT NOT NULL REFERENCES agreement_task (id),
  PRIMARY KEY (task, needs),
  CHECK (task <> needs)
);
CREATE INDEX agreement_need_back ON agreement_need (needs, task);

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

CREATE TABLE agreement_tag (
  object TEXT NOT NULL, -- id of an agreement or of a task
  frame  TEXT NOT NULL,
  item   TEXT NOT NULL,
  PRIMARY KEY (object, frame, item)
);
CREATE INDEX agreement_tag_by_item ON agreement_tag (frame, item, object);

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

CREATE TABLE agreement_view (
  id      TEXT PRIMARY KEY,
  person  TEXT NOT NULL,
  name    TEXT NOT NULL,
  query   TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX agreement_view_by_person ON agreement_view (person, id);

CREATE TABLE agreement_feed (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL,
  digest     TEXT NOT NULL UNIQUE, -- of the secret in its address; the secret is not kept
  query      TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX agreement_feed_by_person ON agreement_feed (person, id);

CREATE TABLE agreement_share (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  node      TEXT NOT NULL, -- that holds the same text
  since     BIGINT NOT NULL,
  PRIMARY KEY (agreement, node)
);
