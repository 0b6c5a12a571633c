-- owner: federation
-- Letters between nodes. A letter is numbered for each pair and way; the receiver applies it once, in its order, and answers.
-- Days are ISO texts; times are microseconds.

-- The keys that this node's letters are signed with; each stands in its log as a leaf letters.key.
CREATE TABLE federation_letter_key (
  generation BIGINT PRIMARY KEY CHECK (generation > 0),
  public     TEXT NOT NULL, -- base64 of an Ed25519 key
  since      TEXT NOT NULL,
  until      TEXT NOT NULL, -- last day
  leaf       TEXT NOT NULL, -- id of the leaf
  at         BIGINT NOT NULL
);

CREATE TABLE federation_letter (
  peer        TEXT NOT NULL, -- region code of the other node
  way         TEXT NOT NULL CHECK (way IN ('out', 'in')),
  n           BIGINT NOT NULL CHECK (n > 0),
  id          TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  made_at     BIGINT NOT NULL, -- by the clock of who wrote it
  letter      BYTEA NOT NULL,  -- the bytes that were signed
  digest      TEXT NOT NULL,   -- of them; the next letter names it
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
  answer      BYTEA NOT NULL,  -- the bytes of the answer; empty while it waits
  code        TEXT NOT NULL,   -- of the refusal; '' is none
  answered_at BIGINT NOT NULL, -- 0 is not yet
  attempts    BIGINT NOT NULL,
  problem     TEXT NOT NULL,   -- why the last attempt brought no answer
  tried_at    BIGINT NOT NULL, -- 0 before the first
  PRIMARY KEY (peer, way, n)
);
CREATE INDEX federation_letter_waiting ON federation_letter (peer, n) WHERE state = 'waiting';
CREATE INDEX federation_letter_made ON federation_letter (made_at, id);

-- What came at the door and was not taken in, counted for each neighbour and reason.
CREATE TABLE federation_letter_refused (
  peer     TEXT NOT NULL,
  code     TEXT NOT NULL,
  times    BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  detail   TEXT NOT NULL, -- the sentence of the last one
  PRIMARY KEY (peer, code)
);

-- only: sqlite
CREATE TRIGGER federation_letter_kept_update BEFORE UPDATE ON federation_letter
WHEN OLD.state <> 'waiting' OR NEW.letter <> OLD.letter OR NEW.digest <> OLD.digest OR NEW.n <> OLD.n OR NEW.peer <> OLD.peer OR NEW.way <> OLD.way
BEGIN SELECT RAISE(ABORT, 'federation_letter: a letter is not changed'); END;
CREATE TRIGGER federation_letter_kept_delete BEFORE DELETE ON federation_letter
BEGIN SELECT RAISE(ABORT, 'federation_letter: a letter is kept'); END;
-- end
-- only: postgres
CREATE FUNCTION federation_letter_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'waiting' OR NEW.letter <> OLD.letter OR NEW.digest <> OLD.digest OR NEW.n <> OLD.n OR NEW.peer <> OLD.peer OR NEW.way <> OLD.way THEN
    RAISE EXCEPTION 'federation_letter: a letter is not changed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER federation_letter_kept_update BEFORE UPDATE ON federation_letter FOR EACH ROW EXECUTE FUNCTION federation_letter_waits();
CREATE TRIGGER federation_letter_kept_delete BEFORE DELETE ON federation_letter FOR EACH ROW EXECUTE FUNCTION federation_kept();
-- end
