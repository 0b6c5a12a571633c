-- owner: registry
-- What experts declare to be tied to organisations by. An entry that is changed gets a row more; the last one counts.

CREATE TABLE registry_expert_tie (
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('coauthor', 'teacher', 'family', 'employer', 'paid', 'project', 'other')),
  since      TEXT   NOT NULL,
  until      TEXT   NOT NULL,            -- last day; '' is without end
  note       TEXT   NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);
CREATE INDEX registry_expert_tie_account ON registry_expert_tie (account, id);
