-- owner: federation
-- A node that cannot go on with its log as its neighbours have seen it begins a new epoch of it, under a new key, once its neighbours
-- have countersigned that. What of the log stood after the place of the beginning is set aside, and kept.
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

CREATE TABLE federation_aside (
  log   TEXT NOT NULL,
  epoch BIGINT NOT NULL, -- that set it aside
  idx   BIGINT NOT NULL,
  leaf  BYTEA NOT NULL,
  PRIMARY KEY (log, epoch, idx)
);

-- only: sqlite
CREATE TRIGGER federation_epoch_kept_update BEFORE UPDATE ON federation_epoch
WHEN OLD.state <> 'cutting' OR NEW.state <> 'holds' OR NEW.note <> OLD.note OR NEW.cut_at <> OLD.cut_at
BEGIN SELECT RAISE(ABORT, 'federation_epoch is append only'); END;
CREATE TRIGGER federation_epoch_kept_delete BEFORE DELETE ON federation_epoch
BEGIN SELECT RAISE(ABORT, 'federation_epoch is append only'); END;
CREATE TRIGGER federation_aside_kept_update BEFORE UPDATE ON federation_aside
BEGIN SELECT RAISE(ABORT, 'federation_aside is append only'); END;
CREATE TRIGGER federation_aside_kept_delete BEFORE DELETE ON federation_aside
BEGIN SELECT RAISE(ABORT, 'federation_aside is append only'); END;
DROP TRIGGER federation_leaf_kept_delete;
CREATE TRIGGER federation_leaf_kept_delete BEFORE DELETE ON federation_leaf
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e JOIN federation_aside a ON a.log = e.log AND a.epoch = e.epoch
  WHERE e.log = OLD.origin AND e.state = 'cutting' AND OLD.idx >= e.cut_at AND a.idx = OLD.idx AND a.leaf = OLD.leaf)
BEGIN SELECT RAISE(ABORT, 'federation_leaf is append only'); END;
DROP TRIGGER federation_tile_kept_update;
CREATE TRIGGER federation_tile_kept_update BEFORE UPDATE ON federation_tile
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting')
  AND (NEW.origin <> OLD.origin OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes)
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;
DROP TRIGGER federation_tile_kept_delete;
CREATE TRIGGER federation_tile_kept_delete BEFORE DELETE ON federation_tile
WHEN NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting')
BEGIN SELECT RAISE(ABORT, 'federation_tile only grows'); END;
-- end
-- only: postgres
CREATE FUNCTION federation_epoch_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'cutting' OR NEW.state <> 'holds' OR NEW.note <> OLD.note OR NEW.cut_at <> OLD.cut_at THEN
    RAISE EXCEPTION 'federation_epoch is append only';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION federation_leaf_set_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM federation_epoch e JOIN federation_aside a ON a.log = e.log AND a.epoch = e.epoch
    WHERE e.log = OLD.origin AND e.state = 'cutting' AND OLD.idx >= e.cut_at AND a.idx = OLD.idx AND a.leaf = OLD.leaf) THEN
    RAISE EXCEPTION 'federation_leaf is append only: DELETE refused';
  END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION federation_tile_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting') THEN
    RAISE EXCEPTION 'federation_tile only grows';
  END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE FUNCTION federation_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.origin <> OLD.origin OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
     OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes)
     AND NOT EXISTS (SELECT 1 FROM federation_epoch e WHERE e.log = OLD.origin AND e.state = 'cutting') THEN
    RAISE EXCEPTION 'federation_tile only grows';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER federation_epoch_kept_update BEFORE UPDATE ON federation_epoch FOR EACH ROW EXECUTE FUNCTION federation_epoch_kept();
CREATE TRIGGER federation_epoch_kept_delete BEFORE DELETE ON federation_epoch FOR EACH ROW EXECUTE FUNCTION federation_kept();
CREATE TRIGGER federation_aside_kept BEFORE UPDATE OR DELETE ON federation_aside FOR EACH ROW EXECUTE FUNCTION federation_kept();
DROP TRIGGER federation_leaf_kept ON federation_leaf;
CREATE TRIGGER federation_leaf_kept BEFORE UPDATE ON federation_leaf FOR EACH ROW EXECUTE FUNCTION federation_kept();
CREATE TRIGGER federation_leaf_set_aside BEFORE DELETE ON federation_leaf FOR EACH ROW EXECUTE FUNCTION federation_leaf_set_aside();
DROP TRIGGER federation_tile_kept_delete ON federation_tile;
CREATE TRIGGER federation_tile_kept_delete BEFORE DELETE ON federation_tile FOR EACH ROW EXECUTE FUNCTION federation_tile_cut();
-- end
