-- owner: settlement
-- Statements between two jurisdictions: what one told the other by letter of each order, what the providers' side records
-- itself, and the monthly statement that both compute, compare and sign.

-- What the payer's node told of an order, in the order of its letters: how the order stood. Both nodes keep it.
CREATE TABLE settlement_told (
  payer        TEXT   NOT NULL,            -- node whose treasury pays
  host         TEXT   NOT NULL,            -- node of the provider
  n            BIGINT NOT NULL CHECK (n > 0), -- number of the letter from payer to host
  made_at      BIGINT NOT NULL,            -- by the payer's clock
  order_no     TEXT   NOT NULL,
  org          TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  to_provider  BOOLEAN NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('pending', 'approved', 'paid', 'rejected', 'dropped', 'back')),
  approved_fen BIGINT NOT NULL CHECK (approved_fen >= 0),
  paid_fen     BIGINT NOT NULL,
  since        TEXT   NOT NULL,            -- day of the claim, '' before
  paid_on      TEXT   NOT NULL,            -- day of the last payment, '' for none
  workdays     BOOLEAN NOT NULL,
  PRIMARY KEY (payer, host, n)
);

CREATE INDEX settlement_told_order ON settlement_told (payer, host, order_no, n);
CREATE INDEX settlement_told_provider ON settlement_told (provider, payer, order_no);

-- What a provider has in its own books of an order: what it billed and what it received. Corrections are further rows.
CREATE TABLE settlement_record (
  payer        TEXT   NOT NULL,
  host         TEXT   NOT NULL,
  n            BIGINT NOT NULL CHECK (n > 0), -- number of the letter from host to payer
  made_at      BIGINT NOT NULL,            -- by the host's clock
  order_no     TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  billed_fen   BIGINT NOT NULL CHECK (billed_fen >= 0),
  received_fen BIGINT NOT NULL CHECK (received_fen >= 0), -- of the payer's treasury
  note         TEXT   NOT NULL,
  person       TEXT   NOT NULL,            -- '' in the payer's node
  by_name      TEXT   NOT NULL,
  PRIMARY KEY (payer, host, n)
);

CREATE INDEX settlement_record_order ON settlement_record (payer, host, order_no, n);

-- A statement of one payer, one host and one month. What stands before from_* belongs to earlier statements.
CREATE TABLE settlement_statement (
  id          TEXT   PRIMARY KEY,          -- 340000-310000-2026-03
  payer       TEXT   NOT NULL,
  host        TEXT   NOT NULL,
  period      TEXT   NOT NULL,             -- 2026-03
  from_at     BIGINT NOT NULL,             -- half-open time by the payer's clock
  until_at    BIGINT NOT NULL,
  told_from   BIGINT NOT NULL,             -- letters payer to host: behind this number
  told_to     BIGINT NOT NULL,             -- up to and with this one
  record_from BIGINT NOT NULL,             -- letters host to payer
  record_to   BIGINT NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('sent', 'compared', 'signed')),
  made_by     TEXT   NOT NULL,             -- '' where the node computed it by itself
  made_name   TEXT   NOT NULL,
  made_at     BIGINT NOT NULL,
  parts       BIGINT NOT NULL,             -- letters with the other side's lines that have come
  text        TEXT   NOT NULL,             -- canonical JSON, '' until it is compared
  digest      TEXT   NOT NULL,
  differences BIGINT NOT NULL,
  CHECK (told_from <= told_to AND record_from <= record_to),
  CHECK (state = 'sent' OR digest <> '')
);

CREATE UNIQUE INDEX settlement_statement_pair ON settlement_statement (payer, host, period);

-- The lines of both sides, each as that side computed it.
CREATE TABLE settlement_line (
  statement    TEXT   NOT NULL REFERENCES settlement_statement (id),
  side         TEXT   NOT NULL CHECK (side IN ('payer', 'host')),
  order_no     TEXT   NOT NULL,
  org          TEXT   NOT NULL,
  provider     TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  approved_fen BIGINT NOT NULL,
  paid_fen     BIGINT NOT NULL,
  billed_fen   BIGINT NOT NULL,
  recorded     BOOLEAN NOT NULL,           -- this side has a record of what was billed
  days         BIGINT NOT NULL,            -- from claim to payment; -1: not paid
  workdays     BOOLEAN NOT NULL,
  PRIMARY KEY (statement, side, order_no)
);

CREATE INDEX settlement_line_order ON settlement_line (order_no, statement);

CREATE TABLE settlement_signature (
  statement TEXT   NOT NULL REFERENCES settlement_statement (id),
  side      TEXT   NOT NULL CHECK (side IN ('payer', 'host')),
  digest    TEXT   NOT NULL,
  person    TEXT   NOT NULL,               -- id in the node that vouches for it
  by_name   TEXT   NOT NULL,               -- '' of the other side
  mandate   TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  leaf      TEXT   NOT NULL,               -- of the own log, once both have signed
  PRIMARY KEY (statement, side)
);
