-- owner: registry
-- Labels that officers enter or revoke outside a case: what was asked for, why, on which document, and who decided on it.

CREATE TABLE registry_label_change (
  id           TEXT   NOT NULL PRIMARY KEY,
  batch        TEXT   NOT NULL,            -- what was asked for together is decided on together
  verb         TEXT   NOT NULL CHECK (verb IN ('enter', 'revoke')),
  org          TEXT   NOT NULL REFERENCES registry_org (code),
  region       TEXT   NOT NULL,            -- of the organisation, when it was asked for
  label        TEXT   NOT NULL,
  level        TEXT   NOT NULL,
  issuer       TEXT   NOT NULL,
  since        TEXT   NOT NULL,
  until        TEXT   NOT NULL,            -- last day
  day          TEXT   NOT NULL,            -- first day without it; '' with enter
  basis        TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  file         TEXT   NOT NULL,            -- digest of the document; '' for none
  file_name    TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('proposed', 'done', 'refused', 'void')),
  label_id     TEXT   NOT NULL,            -- of the label: that was entered, or is revoked; '' before
  asked_by     TEXT   NOT NULL,            -- person
  asked_name   TEXT   NOT NULL,
  asked_at     BIGINT NOT NULL,            -- microseconds
  decided_by   TEXT   NOT NULL,
  decided_name TEXT   NOT NULL,
  decided_at   BIGINT NOT NULL,            -- 0 while nobody decided
  note         TEXT   NOT NULL             -- what who decided said; the code of the fault where it became void
);

CREATE INDEX registry_label_change_batch ON registry_label_change (batch, id);
CREATE INDEX registry_label_change_state ON registry_label_change (state, asked_at, id);
CREATE INDEX registry_label_change_org ON registry_label_change (org, asked_at, id);
