-- owner: ledger
-- Exact double-entry books. Only the balances in ledger_account and what is left in ledger_hold are ever
-- updated; both are derived from ledger_transfer, which is append only. Amounts are fen.

CREATE TABLE ledger_account (
  path       TEXT PRIMARY KEY,
  asset      TEXT NOT NULL,
  floored    BOOLEAN NOT NULL,          -- available (posted_fen - held_fen) may not go below zero
  opened_at  BIGINT NOT NULL,
  posted_fen BIGINT NOT NULL CHECK (posted_fen BETWEEN -1000000000000000000 AND 1000000000000000000),
  held_fen   BIGINT NOT NULL CHECK (held_fen BETWEEN 0 AND 1000000000000000000),
  entries    BIGINT NOT NULL CHECK (entries >= 0),
  moved_at   BIGINT NOT NULL,           -- time of the last entry
  head       BYTEA NOT NULL,            -- digest of the last entry; of the opening before the first
-- only: sqlite
  CHECK (typeof(posted_fen) = 'integer' AND typeof(held_fen) = 'integer'), -- an overflow would be a REAL
-- end
  CHECK (NOT floored OR posted_fen - held_fen >= 0),
  UNIQUE (path, asset)
-- only: sqlite
) WITHOUT ROWID; -- found by its path in one step
-- end
-- only: postgres
);
-- end

CREATE TABLE ledger_transfer (
-- only: sqlite
  seq               INTEGER PRIMARY KEY,
-- end
-- only: postgres
  seq               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
-- end
  id                TEXT NOT NULL UNIQUE,
  at                BIGINT NOT NULL,
  kind              TEXT NOT NULL CHECK (kind IN ('post', 'hold', 'capture', 'release')),
  asset             TEXT NOT NULL,
  debit             TEXT NOT NULL,
  credit            TEXT,               -- NULL for a hold or a release
  amount_fen        BIGINT NOT NULL CHECK (amount_fen BETWEEN 0 AND 1000000000000000000), -- as asked for
  held_change_fen   BIGINT NOT NULL,    -- of the debit account
  of_hold           TEXT REFERENCES ledger_transfer (id),
  is_last           BOOLEAN NOT NULL,
  ref               TEXT NOT NULL,
  note              TEXT NOT NULL,
  reverses          TEXT REFERENCES ledger_transfer (id),
  debit_no          BIGINT NOT NULL,    -- the place among the account's entries, from 1
  debit_posted_fen  BIGINT NOT NULL,    -- the account after this entry
  debit_held_fen    BIGINT NOT NULL,
  credit_no         BIGINT,
  credit_posted_fen BIGINT,
  credit_held_fen   BIGINT,
  digest            BYTEA NOT NULL,
-- only: sqlite
  CHECK (typeof(amount_fen) = 'integer' AND typeof(held_change_fen) = 'integer'),
-- end
  CHECK (credit IS NULL OR credit <> debit),
  CHECK ((kind IN ('post', 'capture')) = (credit IS NOT NULL)),
  CHECK ((kind IN ('capture', 'release')) = (of_hold IS NOT NULL)),
  CHECK (reverses IS NULL OR kind = 'post'),
  CHECK (NOT is_last OR kind = 'capture'),
  CHECK (CASE kind
    WHEN 'post'    THEN held_change_fen = 0
    WHEN 'hold'    THEN held_change_fen = amount_fen
    WHEN 'capture' THEN held_change_fen <= -amount_fen
    ELSE held_change_fen <= 0 AND amount_fen = 0 END),
  FOREIGN KEY (debit, asset) REFERENCES ledger_account (path, asset),
  FOREIGN KEY (credit, asset) REFERENCES ledger_account (path, asset)
);
CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit, at, debit_no);
CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit, at, credit_no) WHERE credit IS NOT NULL;
CREATE INDEX ledger_transfer_ref ON ledger_transfer (ref, at, seq) WHERE ref <> '';
CREATE INDEX ledger_transfer_hold ON ledger_transfer (of_hold, seq) WHERE of_hold IS NOT NULL;
CREATE UNIQUE INDEX ledger_transfer_reverses ON ledger_transfer (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_hold (
  id         TEXT PRIMARY KEY REFERENCES ledger_transfer (id),
  account    TEXT NOT NULL REFERENCES ledger_account (path),
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
  left_fen   BIGINT NOT NULL CHECK (left_fen BETWEEN 0 AND amount_fen),
  is_open    BOOLEAN NOT NULL,
  CHECK (is_open OR left_fen = 0)
);
CREATE INDEX ledger_hold_open ON ledger_hold (account, id) WHERE is_open;

-- One row for each account that an entry names, for figures and statements of other rooms.
CREATE VIEW v_ledger_entry AS
SELECT debit AS account, COALESCE(credit, '') AS other, debit_no AS no, seq, id, at, kind, asset,
       CASE WHEN credit IS NULL THEN 0 ELSE -amount_fen END AS change_fen, held_change_fen,
       debit_posted_fen AS posted_fen, debit_held_fen AS held_fen, ref, note, COALESCE(reverses, '') AS reverses
FROM ledger_transfer
UNION ALL
SELECT credit, debit, credit_no, seq, id, at, kind, asset, amount_fen, 0,
       credit_posted_fen, credit_held_fen, ref, note, COALESCE(reverses, '')
FROM ledger_transfer
WHERE credit IS NOT NULL;

CREATE VIEW v_ledger_account AS
SELECT path, asset, floored, opened_at, posted_fen, held_fen, posted_fen - held_fen AS available_fen, entries, moved_at
FROM ledger_account;

-- Entries stay as they are, and so does what an account was opened with.
-- only: sqlite
CREATE TRIGGER ledger_transfer_kept_update BEFORE UPDATE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'ledger_transfer is append only'); END;
CREATE TRIGGER ledger_transfer_kept_delete BEFORE DELETE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'ledger_transfer is append only'); END;
CREATE TRIGGER ledger_account_kept_update BEFORE UPDATE OF path, asset, floored, opened_at ON ledger_account
BEGIN SELECT RAISE(ABORT, 'an account stays as it was opened'); END;
CREATE TRIGGER ledger_account_kept_delete BEFORE DELETE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'an account stays as it was opened'); END;
CREATE TRIGGER ledger_hold_kept_update BEFORE UPDATE OF id, account, amount_fen ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was made'); END;
CREATE TRIGGER ledger_hold_kept_delete BEFORE DELETE ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was made'); END;
-- end
-- only: postgres
CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER ledger_transfer_kept_update BEFORE UPDATE OR DELETE ON ledger_transfer
FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_transfer_kept_truncate BEFORE TRUNCATE ON ledger_transfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_account_kept_update BEFORE UPDATE OF path, asset, floored, opened_at ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_account_kept_delete BEFORE DELETE ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_hold_kept_update BEFORE UPDATE OF id, account, amount_fen ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_hold_kept_delete BEFORE DELETE ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_kept();
-- end
