-- owner: catalogue
-- What is offered: listings of every kind, each act on them, their files, and the order in which they changed.

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
  proof        TEXT   NOT NULL,           -- of a mirrored one: the leaf of its node's log
  CHECK (published_at > 0 OR state IN ('registered', 'unit_review', 'retired'))
);

-- One thing is listed once: the owner's number is unique for the owner and the kind.
CREATE UNIQUE INDEX catalogue_listing_own ON catalogue_listing (owner, kind, own_no) WHERE own_no <> '';
CREATE INDEX catalogue_listing_state ON catalogue_listing (state, id);
CREATE INDEX catalogue_listing_kind ON catalogue_listing (kind, state, id);
CREATE INDEX catalogue_listing_owner ON catalogue_listing (owner, id);
CREATE INDEX catalogue_listing_region ON catalogue_listing (region, id);
CREATE INDEX catalogue_listing_fresh ON catalogue_listing (refreshed_at, id);

-- Each act on a listing. The fields stand here where the act changed them, '' where it did not.
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

-- Every change of a listing, written in the act that made it: what follows the catalogue goes on from the last number
-- that it has, and misses nothing.
CREATE TABLE catalogue_change (
-- only: sqlite
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
-- end
-- only: postgres
  seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
-- end
  listing TEXT NOT NULL
);

CREATE INDEX catalogue_change_listing ON catalogue_change (listing, seq);
