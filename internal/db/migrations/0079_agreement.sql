-- owner: agreement
-- The text of an agreement changes when all its parties have signed the digest of the new one; the former words stay here.
CREATE TABLE agreement_amendment (
  id         TEXT PRIMARY KEY,
  agreement  TEXT NOT NULL REFERENCES agreement (id),
  wording    TEXT NOT NULL, -- JSON: what is to stand
  was        TEXT NOT NULL, -- JSON: what stood
  reason     TEXT NOT NULL,
  state      TEXT NOT NULL, -- open, agreed, refused, withdrawn
  party      BIGINT NOT NULL, -- number of who proposes among the signers
  person     TEXT NOT NULL,
  node       TEXT NOT NULL, -- where it was proposed; '' is here
  was_digest TEXT NOT NULL,
  digest     TEXT NOT NULL, -- of the new text: what each party signs
  made_at    BIGINT NOT NULL,
  decided_at BIGINT
);
CREATE UNIQUE INDEX agreement_amendment_open ON agreement_amendment (agreement) WHERE state = 'open';
CREATE INDEX agreement_amendment_by_agreement ON agreement_amendment (agreement, id);
