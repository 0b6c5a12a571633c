-- owner: registry
-- Who exists. Days are ISO texts; '' is open. What is known of an organisation is dated, so that a question can be
-- asked of any past day; entries of a year are filed on a day and count from it.
CREATE TABLE registry_org (
  code       TEXT PRIMARY KEY,     -- unified social credit code, or a local id for what is not incorporated
  zh         TEXT NOT NULL,
  en         TEXT NOT NULL,
  find       TEXT NOT NULL,        -- both names in lower case, for finding
  kind       TEXT NOT NULL,
  region     TEXT NOT NULL,
  industry   TEXT NOT NULL,
  founded    TEXT NOT NULL,
  controller TEXT NOT NULL,        -- code of the actual controller; '' is the organisation itself
  home       TEXT NOT NULL,        -- node that answers for it
  synthetic  BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX registry_org_find ON registry_org (find, code);
CREATE INDEX registry_org_region ON registry_org (region, code);

CREATE TABLE registry_year (
  org       TEXT NOT NULL REFERENCES registry_org (code),
  year      BIGINT NOT NULL,
  staff     BIGINT NOT NULL CHECK (staff >= 0),
  revenue   BIGINT NOT NULL,       -- fen
  rnd_spend BIGINT NOT NULL,       -- fen
  source    TEXT NOT NULL,
  filed_on  TEXT NOT NULL,
  PRIMARY KEY (org, year, filed_on)
);

-- A mark is what a register says of an organisation from a day on: operating, tax_normal, listed_untrustworthy.
CREATE TABLE registry_mark (
  org       TEXT NOT NULL REFERENCES registry_org (code),
  mark      TEXT NOT NULL,
  is_so     BOOLEAN NOT NULL,
  source    TEXT NOT NULL,
  since     TEXT NOT NULL,
  PRIMARY KEY (org, mark, since)
);

CREATE TABLE registry_share (
  holder    TEXT NOT NULL,         -- code of an organisation, or an id of a person
  org       TEXT NOT NULL REFERENCES registry_org (code),
  relation  TEXT NOT NULL CHECK (relation IN ('share', 'legal_person', 'declared')),
  share_ppm BIGINT NOT NULL CHECK (share_ppm BETWEEN 0 AND 1000000),
  since     TEXT NOT NULL,
  until     TEXT NOT NULL,
  source    TEXT NOT NULL,
  PRIMARY KEY (holder, org, relation, since)
);
CREATE INDEX registry_share_org ON registry_share (org, holder);

CREATE TABLE registry_label (
  id         TEXT PRIMARY KEY,
  org        TEXT NOT NULL REFERENCES registry_org (code),
  label      TEXT NOT NULL,
  issuer     TEXT NOT NULL,
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,
  revoked_on TEXT NOT NULL
);
CREATE INDEX registry_label_org ON registry_label (org, label, since);
