-- owner: catalogue
-- What instruments did by their own logs, what of it was reported, what was charged for it, and what was paid.

CREATE TABLE catalogue_usage_run (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,             -- credit code of the owner of the instrument
  instrument TEXT   NOT NULL,             -- id of its listing
  log_no     TEXT   NOT NULL,             -- the machine's own number
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  minutes    BIGINT NOT NULL,             -- effective: preparation, test and necessary work after it
  account    TEXT   NOT NULL,             -- whom the machine names
  samples    BIGINT NOT NULL CHECK (samples >= 0),
  project    TEXT   NOT NULL,             -- project code of an inside user, or ''
  direction  TEXT   NOT NULL CHECK (direction IN ('', '135', '136', '137', '138')),
  booking    TEXT   NOT NULL,             -- '' where none was found
  user_org   TEXT   NOT NULL,
  way        TEXT   NOT NULL CHECK (way IN ('', '1', '2', '3')),
  class      TEXT   NOT NULL CHECK (class IN ('open', 'unsure', 'inside', 'outside', 'void')),
  why        TEXT   NOT NULL,             -- what a person said when they settled it
  over_min   BIGINT NOT NULL,             -- minutes of it outside the booked time
  price_fen  BIGINT NOT NULL CHECK (price_fen >= 0),
  record     TEXT   NOT NULL CHECK (record IN ('unsent', 'sent', 'failed')),
  problem    TEXT   NOT NULL,             -- why the platform did not take the record
  tries      BIGINT NOT NULL,
  sheet      TEXT   NOT NULL,             -- the charge sheet that it is on, or ''
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  UNIQUE (instrument, log_no),
  CHECK (from_us < to_us),
  CHECK (minutes >= 0 AND minutes * 60000000 <= to_us - from_us)
);

CREATE INDEX catalogue_usage_run_of ON catalogue_usage_run (instrument, from_us, id);
CREATE INDEX catalogue_usage_run_owner ON catalogue_usage_run (owner, from_us, id);
CREATE INDEX catalogue_usage_run_sheet ON catalogue_usage_run (sheet, from_us, id) WHERE sheet <> '';

-- What one payer owes for one month: a firm, or a project of the owner's own house.
CREATE TABLE catalogue_usage_sheet (
  id        TEXT   PRIMARY KEY,
  no        TEXT   NOT NULL,
  owner     TEXT   NOT NULL,
  month     TEXT   NOT NULL,              -- 2026-05
  payer     TEXT   NOT NULL,              -- credit code of the firm; '' for a project
  project   TEXT   NOT NULL,
  total_fen BIGINT NOT NULL CHECK (total_fen > 0),
  paid_fen  BIGINT NOT NULL CHECK (paid_fen >= 0 AND paid_fen <= total_fen),
  state     TEXT   NOT NULL CHECK (state IN ('made', 'asked', 'invoiced', 'paid', 'moved')),
  invoice   TEXT   NOT NULL,              -- number of the invoice
  title     TEXT   NOT NULL,              -- to whom the invoice is made out
  person    TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  UNIQUE (owner, no),
  CHECK (payer <> '' OR project <> '')
);

CREATE INDEX catalogue_usage_sheet_owner ON catalogue_usage_sheet (owner, month, id);
CREATE INDEX catalogue_usage_sheet_payer ON catalogue_usage_sheet (payer, month, id) WHERE payer <> '';

-- Money that came in, and what it was for.
CREATE TABLE catalogue_usage_receipt (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,
  day        TEXT   NOT NULL,
  payer      TEXT   NOT NULL,             -- as the bank names it
  ref        TEXT   NOT NULL,             -- the bank's number
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  left_fen   BIGINT NOT NULL CHECK (left_fen >= 0 AND left_fen <= amount_fen),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  UNIQUE (owner, ref)
);

CREATE TABLE catalogue_usage_claim (
  receipt    TEXT   NOT NULL REFERENCES catalogue_usage_receipt (id),
  sheet      TEXT   NOT NULL REFERENCES catalogue_usage_sheet (id),
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (receipt, sheet)
);

CREATE INDEX catalogue_usage_claim_sheet ON catalogue_usage_claim (sheet);

-- Samples by count, from their declaration to the end.
CREATE TABLE catalogue_usage_sample (
  id         TEXT   PRIMARY KEY,
  owner      TEXT   NOT NULL,
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,             -- whose samples they are
  what       TEXT   NOT NULL,
  samples    BIGINT NOT NULL CHECK (samples > 0),
  hazards    TEXT   NOT NULL,             -- codes, separated by blanks; '' says that there is none
  secret     BOOLEAN NOT NULL,
  keep_until TEXT   NOT NULL,             -- '' where nothing was agreed
  state      TEXT   NOT NULL CHECK (state IN ('declared', 'refused', 'received', 'stored', 'returned', 'destroyed')),
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_sample_owner ON catalogue_usage_sample (owner, at, id);
CREATE INDEX catalogue_usage_sample_org ON catalogue_usage_sample (org, at, id);

CREATE TABLE catalogue_usage_step (
  sample  TEXT   NOT NULL REFERENCES catalogue_usage_sample (id),
  no      BIGINT NOT NULL,
  state   TEXT   NOT NULL,
  samples BIGINT NOT NULL,
  note    TEXT   NOT NULL,
  person  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (sample, no)
);

-- Results and reports: the file by its digest.
CREATE TABLE catalogue_usage_result (
  id       TEXT   PRIMARY KEY,
  sample   TEXT   NOT NULL REFERENCES catalogue_usage_sample (id),
  kind     TEXT   NOT NULL CHECK (kind IN ('result', 'report')),
  digest   TEXT   NOT NULL,
  name     TEXT   NOT NULL,
  until_us BIGINT NOT NULL,               -- may be taken until then
  person   TEXT   NOT NULL,
  at       BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_result_sample ON catalogue_usage_result (sample, id);

-- What users say of uses that there really were: one rating for each run.
CREATE TABLE catalogue_usage_rating (
  run        TEXT   PRIMARY KEY REFERENCES catalogue_usage_run (id),
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  stars      BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words      TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_rating_of ON catalogue_usage_rating (instrument, at, run);
