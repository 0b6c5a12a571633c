-- owner: federation
-- Used once: what of an invoice line was claimed, anywhere. Sums are fen; times are microseconds, 0 is never.

-- The keys of the years, under which lines are named; encrypted by this node's secret.
CREATE TABLE federation_once_key (
  year        BIGINT PRIMARY KEY CHECK (year > 2000),
  box         TEXT NOT NULL,
  fingerprint TEXT NOT NULL, -- for two people to compare
  made_by     TEXT NOT NULL, -- region code of the node that made it
  at          BIGINT NOT NULL
);

-- The register: lines of which this node is asked. It knows neither invoice nor seller.
CREATE TABLE federation_once_line (
  digest TEXT PRIMARY KEY,
  total  BIGINT NOT NULL CHECK (total > 0),
  used   BIGINT NOT NULL CHECK (used >= 0 AND used <= total) -- the sum of what is held and confirmed
);

CREATE TABLE federation_once_use (
  node       TEXT NOT NULL,   -- region code of who claims
  claim      TEXT NOT NULL,   -- its id there
  digest     TEXT NOT NULL,   -- '' for one that was given back before it was held
  amount     BIGINT NOT NULL CHECK (amount >= 0),
  state      TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released')), -- released is for ever
  at         BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (node, claim)
);
CREATE INDEX federation_once_use_digest ON federation_once_use (digest);
CREATE INDEX federation_once_use_state ON federation_once_use (state, changed_at);

-- Who asked what, and what was answered.
CREATE TABLE federation_once_question (
  id     TEXT PRIMARY KEY,
  at     BIGINT NOT NULL,
  node   TEXT NOT NULL,
  asked  TEXT NOT NULL CHECK (asked IN ('hold', 'confirm', 'release', 'key')),
  claim  TEXT NOT NULL,
  digest TEXT NOT NULL,
  amount BIGINT NOT NULL,
  answer TEXT NOT NULL
);
CREATE INDEX federation_once_question_node ON federation_once_question (node, asked, at);
CREATE INDEX federation_once_question_at ON federation_once_question (at, id);

-- What cases of this node claim, and how far each is.
CREATE TABLE federation_once_claim (
  id          TEXT PRIMARY KEY,
  subject     TEXT NOT NULL,   -- id of the case
  seller      TEXT NOT NULL,
  number      TEXT NOT NULL,
  line        BIGINT NOT NULL CHECK (line > 0),
  total       BIGINT NOT NULL CHECK (total > 0),
  amount      BIGINT NOT NULL CHECK (amount > 0 AND amount <= total),
  keeper      TEXT NOT NULL,   -- node that answers; '' while nobody does
  digest      TEXT NOT NULL,   -- '' before the key is here
  want        TEXT NOT NULL CHECK (want IN ('held', 'confirmed', 'released')),
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'refused', 'confirmed', 'released')),
  code        TEXT NOT NULL,   -- of the answer that refused, or of why it waits
  letter      TEXT NOT NULL,   -- id of the one that is under way
  asked_at    BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  again_at    BIGINT NOT NULL, -- when it may be asked again
  paid_at     BIGINT NOT NULL  -- when it was confirmed
);
CREATE INDEX federation_once_claim_subject ON federation_once_claim (subject, id);
CREATE INDEX federation_once_claim_open ON federation_once_claim (again_at, id) WHERE want <> state AND letter = '';
CREATE INDEX federation_once_claim_asked ON federation_once_claim (asked_at, id);

-- Invoices that were asked about again after payment.
CREATE TABLE federation_once_check (
  claim      TEXT NOT NULL,
  days       BIGINT NOT NULL, -- after payment
  due_at     BIGINT NOT NULL,
  checked_at BIGINT NOT NULL,
  answer     TEXT NOT NULL,   -- '' before; valid, cancelled, unknown
  detail     TEXT NOT NULL,
  PRIMARY KEY (claim, days)
);
CREATE INDEX federation_once_check_due ON federation_once_check (due_at) WHERE checked_at = 0;
