-- owner: federation
-- The logs of the neighbours, as this node has verified them.
CREATE TABLE federation_peer (
  code       TEXT PRIMARY KEY, -- region code
  origin     TEXT NOT NULL,    -- name of its log
  size       BIGINT NOT NULL,  -- leaves that are verified
  checkpoint TEXT NOT NULL,    -- the signed checkpoint of that size
  seen_at    BIGINT NOT NULL,  -- when it last answered well; 0 is never
  problem    TEXT NOT NULL,    -- code of the refusal that stops following; '' is none
  problem_at BIGINT NOT NULL
);

CREATE TABLE federation_leaf (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL CHECK (idx >= 0),
  kind   TEXT NOT NULL,
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,
  leaf   BYTEA NOT NULL,
  PRIMARY KEY (origin, idx)
);
CREATE INDEX federation_leaf_kind ON federation_leaf (kind, day, origin, idx);

CREATE TABLE federation_hash (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL CHECK (idx >= 0),
  hash   BYTEA NOT NULL,
  PRIMARY KEY (origin, idx)
);

-- What a neighbour said that cannot be true, kept as it came.
CREATE TABLE federation_evidence (
  id       TEXT PRIMARY KEY,
  code     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  problem  TEXT NOT NULL,
  had      TEXT NOT NULL, -- the checkpoint that was verified before
  got      TEXT NOT NULL  -- what came
);
CREATE INDEX federation_evidence_code ON federation_evidence (code, at, id);

-- Public leaves of all logs that this node has verified, and of its own.
CREATE VIEW v_public_leaf AS
SELECT origin, idx, kind, day, fields FROM federation_leaf
UNION ALL
SELECT origin, idx, kind, day, fields FROM v_log_leaf;

-- only: sqlite
CREATE TRIGGER federation_leaf_kept_update BEFORE UPDATE ON federation_leaf
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;
CREATE TRIGGER federation_leaf_kept_delete BEFORE DELETE ON federation_leaf
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION federation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER federation_leaf_kept BEFORE UPDATE OR DELETE ON federation_leaf FOR EACH ROW EXECUTE FUNCTION federation_kept();
-- end
