-- owner: log
-- The transparency log of this node. A leaf waits in log_pending, in the act that made it public, until the one
-- sequencer numbers it. Everything else is append only.
CREATE TABLE log_pending (
  id     TEXT PRIMARY KEY,
  at     BIGINT NOT NULL,
  kind   TEXT NOT NULL,
  day    TEXT NOT NULL,
  fields TEXT NOT NULL,  -- JSON, as in the leaf
  leaf   BYTEA NOT NULL, -- canonical JSON, the bytes that are hashed
  salt   BYTEA NOT NULL, -- of the commitment; private
  object TEXT NOT NULL   -- what the leaf is about; private
);

CREATE TABLE log_entry (
  idx    BIGINT PRIMARY KEY CHECK (idx >= 0),
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

-- Hashes of the tree, numbered as in golang.org/x/mod/sumdb/tlog; tiles are cut from these rows.
CREATE TABLE log_hash (
  idx  BIGINT PRIMARY KEY CHECK (idx >= 0),
  hash BYTEA NOT NULL
);

CREATE TABLE log_checkpoint (
  size BIGINT PRIMARY KEY CHECK (size >= 0),
  at   BIGINT NOT NULL,
  note TEXT NOT NULL -- signed note
);

CREATE VIEW v_log_leaf AS
SELECT idx, kind, day, fields FROM log_entry;

-- only: sqlite
CREATE TRIGGER log_entry_kept_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;
CREATE TRIGGER log_entry_kept_delete BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append only'); END;
CREATE TRIGGER log_hash_kept_update BEFORE UPDATE ON log_hash
BEGIN SELECT RAISE(ABORT, 'log_hash is append only'); END;
CREATE TRIGGER log_hash_kept_delete BEFORE DELETE ON log_hash
BEGIN SELECT RAISE(ABORT, 'log_hash is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER log_entry_kept BEFORE UPDATE OR DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION log_kept();
CREATE TRIGGER log_hash_kept BEFORE UPDATE OR DELETE ON log_hash FOR EACH ROW EXECUTE FUNCTION log_kept();
-- end
