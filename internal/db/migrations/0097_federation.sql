-- owner: federation
-- How far what a neighbour publishes of a kind was handed to the room that keeps it, and what that room or the proof refused.
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
