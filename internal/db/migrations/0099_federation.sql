-- owner: federation
-- Certificates that this node gave to persons. What is personal goes when the certificate is withdrawn.
CREATE TABLE federation_credential (
  id       TEXT PRIMARY KEY,
  account  TEXT NOT NULL,   -- of the holder at this node; '' for somebody who does not sign in here
  name     TEXT NOT NULL,
  no       TEXT NOT NULL,   -- the issuer's own number of the certificate
  hint     TEXT NOT NULL,   -- by which the holder is told from others of the same name; never a whole number of a document
  kind     TEXT NOT NULL,
  level    TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  issuer   TEXT NOT NULL,
  since    TEXT NOT NULL,
  until    TEXT NOT NULL,   -- last day
  salt     TEXT NOT NULL,   -- base64
  leaf     TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       BIGINT NOT NULL,
  ended_at BIGINT NOT NULL, -- 0 while it holds
  reason   TEXT NOT NULL
);
CREATE INDEX federation_credential_account ON federation_credential (account, id);
CREATE INDEX federation_credential_no ON federation_credential (no, id);
