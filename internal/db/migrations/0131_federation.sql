-- owner: federation
-- What this jurisdiction recognises from whom, and certificates. Days are ISO texts, '' is open; times are microseconds.
CREATE TABLE federation_recognition (
  id         TEXT PRIMARY KEY,
  list       TEXT NOT NULL, -- name by which rules ask: voucher_provider
  kind       TEXT NOT NULL CHECK (kind IN ('provider', 'label', 'expert', 'listing')),
  source     TEXT NOT NULL, -- region code of the jurisdiction that it is recognised from
  what       TEXT NOT NULL, -- code of an organisation, or id of a label, an expert pool, a kind of listing of that jurisdiction
  since      TEXT NOT NULL,
  until      TEXT NOT NULL, -- last day
  basis      TEXT NOT NULL,
  verified   BOOLEAN NOT NULL,
  ends       TEXT NOT NULL, -- id of the entry whose last day this one changes; '' for a new entry
  state      TEXT NOT NULL CHECK (state IN ('proposed', 'adopted', 'refused')),
  asked_by   TEXT NOT NULL, -- person
  asked_name TEXT NOT NULL,
  asked_at   BIGINT NOT NULL,
  by_person  TEXT NOT NULL, -- who decided; never who asked
  by_name    TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  leaf       TEXT NOT NULL, -- id of the public leaf; '' before it is adopted
  CHECK (state = 'proposed' OR by_person <> asked_by)
);
CREATE INDEX federation_recognition_list ON federation_recognition (list, state, since);
CREATE INDEX federation_recognition_asked ON federation_recognition (asked_at, id);

-- Certificates of neighbours, as their verified logs show them.
CREATE TABLE federation_certificate (
  origin TEXT NOT NULL,
  idx    BIGINT NOT NULL,
  org    TEXT NOT NULL,
  label  TEXT NOT NULL,
  level  TEXT NOT NULL,
  issuer TEXT NOT NULL,
  since  TEXT NOT NULL,
  until  TEXT NOT NULL, -- last day
  PRIMARY KEY (origin, idx)
);
CREATE INDEX federation_certificate_org ON federation_certificate (org, label);

-- Certificates that this node gave out, by the label of the registry.
CREATE TABLE federation_certified (
  label_id TEXT PRIMARY KEY,
  org      TEXT NOT NULL,
  leaf     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  ended    BOOLEAN NOT NULL
);
