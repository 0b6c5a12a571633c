-- owner: log
-- The transparency log of this node. A leaf waits in log_pending, in the act that made it public, until the one
-- sequencer numbers it. Leaves, tiles and checkpoints are append only, whoever asks.

-- Whose log this database holds; written with the first checkpoint, and never another.
CREATE TABLE log_identity (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  origin TEXT NOT NULL
);

-- Every verifier key whose signature stands on a checkpoint here.
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

CREATE TABLE log_entry (
-- only: sqlite
  idx    INTEGER PRIMARY KEY CHECK (idx >= 0),
-- end
-- only: postgres
  idx    BIGINT PRIMARY KEY CHECK (idx >= 0),
-- end
  id     TEXT NOT NULL UNIQUE,
  at     BIGINT NOT NULL,
  kind   TEXT NOT NULL,
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,
  leaf   BYTEA NOT NULL,
  salt   BYTEA NOT NULL,
  object TEXT NOT NULL
);
CREATE INDEX log_entry_object ON log_entry (object, idx);
CREATE INDEX log_entry_kind ON log_entry (kind, idx);

-- The hashes of the tree, as C2SP tlog-tiles cuts them: 256 in a full tile, fewer in the last one of a level.
CREATE TABLE log_tile (
  level  BIGINT NOT NULL CHECK (level BETWEEN 0 AND 7),
  n      BIGINT NOT NULL CHECK (n >= 0),
  width  BIGINT NOT NULL CHECK (width BETWEEN 1 AND 256),
  hashes BYTEA NOT NULL CHECK (length(hashes) = 32 * width),
  PRIMARY KEY (level, n)
);

CREATE TABLE log_checkpoint (
  size BIGINT PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL -- signed note with the log's own signatures
);

-- What witnesses signed of our checkpoints.
CREATE TABLE log_cosignature (
  size    BIGINT NOT NULL REFERENCES log_checkpoint (size),
  witness TEXT NOT NULL, -- name of its key
  key     TEXT NOT NULL, -- verifier key, with its algorithm
  line    TEXT NOT NULL, -- signature line of the note
  PRIMARY KEY (size, witness)
);

-- Public records, served beside their leaf until they are withdrawn.
CREATE TABLE log_record (
  id   TEXT PRIMARY KEY, -- of the leaf
  body BYTEA NOT NULL,
  salt BYTEA NOT NULL
);

CREATE TABLE log_withdrawal (
  idx    BIGINT PRIMARY KEY,  -- of the leaf whose record was withdrawn
  by_id  TEXT NOT NULL UNIQUE -- of the leaf that says so
);

CREATE VIEW v_log_leaf AS
SELECT (SELECT origin FROM log_identity WHERE one = 1) AS origin, e.idx AS idx, e.kind AS kind, e.day AS day,
       e.fields AS fields, w.idx IS NOT NULL AS withdrawn
FROM log_entry e LEFT JOIN log_withdrawal w ON w.idx = e.idx;

-- only: sqlite
CREATE TRIGGER log_identity_kept_update BEFORE UPDATE ON log_identity
BEGIN SELECT RAISE(ABORT, 'log_identity is written once'); END;
CREATE TRIGGER log_identity_kept_delete BEFORE DELETE ON log_identity
BEGIN SELECT RAISE(ABORT, 'log_identity is written once'); END;
CREATE TRIGGER log_entry_kept_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;
CREATE TRIGGER log_entry_kept_delete BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;
CREATE TRIGGER log_tile_kept_update BEFORE UPDATE ON log_tile
WHEN NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'log_tile only grows'); END;
CREATE TRIGGER log_tile_kept_delete BEFORE DELETE ON log_tile
BEGIN SELECT RAISE(ABORT, 'log_tile only grows'); END;
CREATE TRIGGER log_checkpoint_kept_update BEFORE UPDATE ON log_checkpoint
BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append only'); END;
CREATE TRIGGER log_checkpoint_kept_delete BEFORE DELETE ON log_checkpoint
BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append only'); END;
CREATE TRIGGER log_record_kept_update BEFORE UPDATE ON log_record
BEGIN SELECT RAISE(ABORT, 'log_record is never changed'); END;
CREATE TRIGGER log_withdrawal_kept_update BEFORE UPDATE ON log_withdrawal
BEGIN SELECT RAISE(ABORT, 'log_withdrawal is append only'); END;
CREATE TRIGGER log_withdrawal_kept_delete BEFORE DELETE ON log_withdrawal
BEGIN SELECT RAISE(ABORT, 'log_withdrawal is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE FUNCTION log_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.level <> OLD.level OR NEW.n <> OLD.n OR NEW.width <= OLD.width
     OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes THEN
    RAISE EXCEPTION 'log_tile only grows';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER log_identity_kept BEFORE UPDATE OR DELETE ON log_identity FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_entry_kept BEFORE UPDATE OR DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_tile_kept_update BEFORE UPDATE ON log_tile FOR EACH ROW EXECUTE FUNCTION log_tile_grows();
CREATE TRIGGER log_tile_kept_delete BEFORE DELETE ON log_tile FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_checkpoint_kept BEFORE UPDATE OR DELETE ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_record_kept BEFORE UPDATE ON log_record FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_withdrawal_kept BEFORE UPDATE OR DELETE ON log_withdrawal FOR EACH ROW EXECUTE FUNCTION log_kept();
-- end
