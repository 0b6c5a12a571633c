-- owner: settlement
-- Payment lists, what the bank answered to their lines, and the accounts of payees.

CREATE TABLE settlement_serial (
  year BIGINT PRIMARY KEY,
  last BIGINT NOT NULL
);

-- A list is open while lines may leave it, closed when it has its number and digest, released by another person, or
-- withdrawn before that. What is closed never changes but in who released it.
CREATE TABLE settlement_list (
  id            TEXT   PRIMARY KEY,
  no            TEXT   NOT NULL,           -- '' while open
  region        TEXT   NOT NULL,
  state         TEXT   NOT NULL CHECK (state IN ('open', 'closed', 'released', 'withdrawn')),
  note          TEXT   NOT NULL,           -- what it was gathered by, for people
  made_by       TEXT   NOT NULL,
  made_name     TEXT   NOT NULL,
  made_at       BIGINT NOT NULL,
  closed_at     BIGINT NOT NULL,           -- 0 while open
  digest        TEXT   NOT NULL,           -- SHA-256 of its lines, '' while open
  payments      BIGINT NOT NULL,
  total_fen     BIGINT NOT NULL CHECK (total_fen >= 0),
  released_by   TEXT   NOT NULL,
  released_name TEXT   NOT NULL,
  released_at   BIGINT NOT NULL,
  CHECK (state IN ('open', 'withdrawn') OR no <> '' AND digest <> ''),
  CHECK (state <> 'released' OR released_by <> '' AND released_by <> made_by)
);

CREATE UNIQUE INDEX settlement_list_no ON settlement_list (no) WHERE no <> '';
CREATE INDEX settlement_list_made ON settlement_list (made_at, id);

CREATE TABLE settlement_payment (
  id           TEXT   PRIMARY KEY,
  list_id      TEXT   NOT NULL REFERENCES settlement_list (id),
  line         BIGINT NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('listed', 'paid', 'returned', 'dropped')),
  case_id      TEXT   NOT NULL,
  case_no      TEXT   NOT NULL,
  scheme       TEXT   NOT NULL,
  edition      TEXT   NOT NULL,
  title_zh     TEXT   NOT NULL,
  title_en     TEXT   NOT NULL,
  action       TEXT   NOT NULL,            -- the case's action that the bank's answer takes
  desk         TEXT   NOT NULL,
  out_path     TEXT   NOT NULL,            -- the account of the books that leaves them
  org          TEXT   NOT NULL,            -- whose case it is
  payee        TEXT   NOT NULL,
  payee_zh     TEXT   NOT NULL,
  payee_en     TEXT   NOT NULL,
  bank         TEXT   NOT NULL,
  account      TEXT   NOT NULL,            -- digits
  account_from TEXT   NOT NULL,            -- 'case', or the id of the entry of settlement_account
  sum_fen      BIGINT NOT NULL CHECK (sum_fen > 0),
  fixed_by     TEXT   NOT NULL,            -- the person who fixed the sum
  fixed_name   TEXT   NOT NULL,
  fixed_at     BIGINT NOT NULL,
  again        TEXT   NOT NULL,            -- the returned payment that this one is made again for; '' for none
  was_paid     BOOLEAN NOT NULL,           -- the case has been marked as paid by it
  stuck        BOOLEAN NOT NULL,           -- it came back and the scheme has no way back
  answered_at  BIGINT NOT NULL,            -- of the last answer; 0 for none
  answered_day TEXT   NOT NULL,            -- the bank's own day; '' if it gave none
  bank_ref     TEXT   NOT NULL,
  reason       TEXT   NOT NULL,            -- why it came back
  UNIQUE (list_id, line)
);

-- One case never stands on two lists at once.
CREATE UNIQUE INDEX settlement_payment_live ON settlement_payment (case_id) WHERE state = 'listed';
CREATE INDEX settlement_payment_case ON settlement_payment (case_id, id);
CREATE INDEX settlement_payment_payee ON settlement_payment (payee, state);
CREATE INDEX settlement_payment_answered ON settlement_payment (answered_at, id);

-- Each answer that was taken, and the act of the case that followed from it: act_at is the time of that act, as it
-- stands in the books, or 0 if nothing moved there.
CREATE TABLE settlement_answer (
  id         TEXT   PRIMARY KEY,
  payment_id TEXT   NOT NULL REFERENCES settlement_payment (id),
  result     TEXT   NOT NULL CHECK (result IN ('paid', 'returned')),
  file       TEXT   NOT NULL,              -- digest of the file
  file_row   BIGINT NOT NULL,
  person     TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  act_at     BIGINT NOT NULL,
  UNIQUE (payment_id, result)
);

CREATE INDEX settlement_answer_at ON settlement_answer (at, id);

-- A file of the bank that was taken, with what it brought.
CREATE TABLE settlement_file (
  id       TEXT   PRIMARY KEY,
  kind     TEXT   NOT NULL CHECK (kind IN ('answers', 'receipts')),
  name     TEXT   NOT NULL,
  digest   TEXT   NOT NULL,
  rows     BIGINT NOT NULL,
  taken    BIGINT NOT NULL,
  same     BIGINT NOT NULL,
  bad      BIGINT NOT NULL,
  person   TEXT   NOT NULL,
  by_name  TEXT   NOT NULL,
  at       BIGINT NOT NULL
);

CREATE INDEX settlement_file_at ON settlement_file (at, id);

CREATE TABLE settlement_account (
  id           TEXT   PRIMARY KEY,
  org          TEXT   NOT NULL,
  region       TEXT   NOT NULL,            -- where the organisation is, for who confirms
  holder       TEXT   NOT NULL,
  bank         TEXT   NOT NULL,
  account      TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('given', 'confirmed', 'refused')),
  given_by     TEXT   NOT NULL,
  given_name   TEXT   NOT NULL,
  given_at     BIGINT NOT NULL,
  decided_by   TEXT   NOT NULL,
  decided_name TEXT   NOT NULL,
  decided_at   BIGINT NOT NULL,
  reason       TEXT   NOT NULL,
  CHECK (state = 'given' OR decided_by <> '' AND decided_by <> given_by)
);

CREATE INDEX settlement_account_org ON settlement_account (org, id);
CREATE INDEX settlement_account_state ON settlement_account (state, id);

-- Money that came back from an organisation, as the bank reported it; a repayment enters the case when it is whole.
CREATE TABLE settlement_receipt (
  id       TEXT   PRIMARY KEY,
  case_id  TEXT   NOT NULL,
  case_no  TEXT   NOT NULL,
  org      TEXT   NOT NULL,
  out_path TEXT   NOT NULL,
  sum_fen  BIGINT NOT NULL CHECK (sum_fen > 0),
  payer    TEXT   NOT NULL,
  bank_ref TEXT   NOT NULL,
  day      TEXT   NOT NULL,
  file     TEXT   NOT NULL,
  file_row BIGINT NOT NULL,
  person   TEXT   NOT NULL,
  at       BIGINT NOT NULL,
  act_at   BIGINT NOT NULL,                -- the act that entered it; 0 while it waits for the rest
  UNIQUE (case_id, bank_ref)
);

CREATE INDEX settlement_receipt_at ON settlement_receipt (at, id);
