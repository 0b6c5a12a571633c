-- owner: registry
-- Labels that other jurisdictions gave and made public as certificates: one row for each leaf of their logs that is not withdrawn.

CREATE TABLE registry_label_abroad (
  log        TEXT   NOT NULL,            -- whose leaf proves it
  idx        BIGINT NOT NULL,            -- of the leaf
  node       TEXT   NOT NULL,            -- region code of the node that published it
  org        TEXT   NOT NULL,            -- may be unknown here
  label      TEXT   NOT NULL,
  level      TEXT   NOT NULL,
  issuer     TEXT   NOT NULL,
  since      TEXT   NOT NULL,
  until      TEXT   NOT NULL,            -- last day
  holder_zh  TEXT   NOT NULL,            -- as that node calls the organisation
  holder_en  TEXT   NOT NULL,
  title_zh   TEXT   NOT NULL,            -- and the label
  title_en   TEXT   NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (log, idx)
);

CREATE INDEX registry_label_abroad_org ON registry_label_abroad (org, label, since);
