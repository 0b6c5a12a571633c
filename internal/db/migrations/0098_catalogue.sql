-- owner: catalogue
-- What is mirrored here of other nodes' listings: which listing there, and the leaf that proves the version that is kept.
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
