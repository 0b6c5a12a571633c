-- owner: federation
-- The logs of the neighbours, as this node has verified them, and what the members have agreed on.
CREATE TABLE federation_peer (
  code       TEXT PRIMARY KEY, -- region code
  origin     TEXT NOT NULL,    -- name of its log
  size       BIGINT NOT NULL,  -- leaves that are verified and here
  target     TEXT NOT NULL,    -- the newest signed checkpoint that continues all before it
  seen_at    BIGINT NOT NULL,  -- when it last answered well; 0 is never
  problem    TEXT NOT NULL,    -- code of the refusal of the last answer; '' is none
  problem_at BIGINT NOT NULL
);

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

-- The hashes of the neighbours' trees, cut as their own tiles are.
CREATE TABLE federation_tile (
  origin TEXT NOT NULL,
  level  BIGINT NOT NULL CHECK (level BETWEEN 0 AND 7),
  n      BIGINT NOT NULL CHECK (n >= 0),
  width  BIGINT NOT NULL CHECK (width BETWEEN 1 AND 256),
  hashes BYTEA NOT NULL CHECK (length(hashes) = 32 * width),
  PRIMARY KEY (origin, level, n)
);

CREATE TABLE federation_withdrawal (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL, -- of the leaf that was withdrawn
  by_idx BIGINT NOT NULL, -- of the leaf that says so
  PRIMARY KEY (origin, idx)
);

-- What a neighbour said that cannot be true, kept as it came.
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

-- The newest checkpoint of each log that this node has signed as a witness.
CREATE TABLE federation_witness (
  origin     TEXT PRIMARY KEY,
  size       BIGINT NOT NULL,
  checkpoint TEXT NOT NULL,
  at         BIGINT NOT NULL
);

-- Nodes that somebody asked to add, and what a person decided.
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
);
CREATE UNIQUE INDEX federation_request_one ON federation_request (code) WHERE state IN ('waiting', 'confirmed');

-- Every version of the community file that this node has taken in.
CREATE TABLE federation_community (
  version BIGINT PRIMARY KEY CHECK (version > 0),
  at      BIGINT NOT NULL,
  note    TEXT NOT NULL -- signed note
);

-- Public leaves of all logs that this node has verified, and of its own.
CREATE VIEW v_public_leaf AS
SELECT l.origin AS origin, l.idx AS idx, l.kind AS kind, l.day AS day, l.fields AS fields, w.idx IS NOT NULL AS withdrawn
FROM federation_leaf l LEFT JOIN federation_withdrawal w ON w.origin = l.origin AND w.idx = l.idx
WHERE l.kind <> ''
UNION ALL
SELECT origin, idx, kind, day, fields, withdrawn FROM v_log_leaf;

-- only: sqlite
CREATE TRIGGER federation_leaf_kept_update BEFORE UPDATE ON federation_leaf
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;
CREATE TRIGGER federation_leaf_kept_delete BEFORE DELETE ON federation_leaf
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;
CREATE TRIGGER federation_tile_kept_update BEFORE UPDATE ON federation_tile
WHEN NEW.origin <> OLD.origin OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;
CREATE TRIGGER federation_tile_kept_delete BEFORE DELETE ON federation_tile
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;
CREATE TRIGGER federation_evidence_kept_update BEFORE UPDATE ON federation_evidence
BEGIN SELECT RAISE(ABORT, 'federation_evidence is append only'); END;
CREATE TRIGGER federation_evidence_kept_delete BEFORE DELETE ON federation_evidence
BEGIN SELECT RAISE(ABORT, 'federation_evidence is append only'); END;
CREATE TRIGGER federation_witness_kept_update BEFORE UPDATE ON federation_witness
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'federation_witness never goes back'); END;
CREATE TRIGGER federation_community_kept_update BEFORE UPDATE ON federation_community
BEGIN SELECT RAISE(ABORT, 'federation_community is append only'); END;
CREATE TRIGGER federation_community_kept_delete BEFORE DELETE ON federation_community
BEGIN SELECT RAISE(ABORT, 'federation_community is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION federation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE FUNCTION federation_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
     OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes THEN
    RAISE EXCEPTION 'federation_tile only grows';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION federation_witness_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.size < OLD.size THEN
    RAISE EXCEPTION 'federation_witness never goes back';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER federation_leaf_kept BEFORE UPDATE OR DELETE ON federation_leaf FOR EACH ROW EXECUTE FUNCTION federation_kept();
CREATE TRIGGER federation_tile_kept_update BEFORE UPDATE ON federation_tile FOR EACH ROW EXECUTE FUNCTION federation_tile_grows();
CREATE TRIGGER federation_tile_kept_delete BEFORE DELETE ON federation_tile FOR EACH ROW EXECUTE FUNCTION federation_kept();
CREATE TRIGGER federation_evidence_kept BEFORE UPDATE OR DELETE ON federation_evidence FOR EACH ROW EXECUTE FUNCTION federation_kept();
CREATE TRIGGER federation_witness_kept BEFORE UPDATE ON federation_witness FOR EACH ROW EXECUTE FUNCTION federation_witness_grows();
CREATE TRIGGER federation_community_kept BEFORE UPDATE OR DELETE ON federation_community FOR EACH ROW EXECUTE FUNCTION federation_kept();
-- end
