-- owner: casework
-- Cases with a party whose organisation another node hosts. Times are microseconds since 1970 in UTC, 0 is never.
-- What the home of a case has told of it to other nodes.
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

-- Files of a case whose bytes stay in another node; '' is here.
ALTER TABLE casework_file ADD COLUMN node TEXT NOT NULL DEFAULT '';

-- Cases of other nodes, as they show them to organisations that this node hosts.
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

-- What people here did in them, by letter.
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
CREATE INDEX casework_shadow_act_of ON casework_shadow_act (shadow, id);
CREATE UNIQUE INDEX casework_shadow_act_key ON casework_shadow_act (shadow, person, act_key) WHERE act_key <> '';

-- Files that people here brought for them. They stay here; their home gets the digest.
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
