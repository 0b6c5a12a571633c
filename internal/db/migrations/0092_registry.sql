-- owner: registry
-- Who may be drawn to judge: the newest statement of an id counts, nothing is deleted. Times are microseconds since 1970.

CREATE TABLE registry_expert (
  id         TEXT NOT NULL,
  pool       TEXT NOT NULL,          -- the name that schemes draw from
  account    TEXT NOT NULL,          -- id in access: an expert answers here
  unit       TEXT NOT NULL,          -- code of the organisation that he or she belongs to
  field      TEXT NOT NULL,          -- code of what he or she knows; '' is every field
  since      TEXT NOT NULL,
  until      TEXT NOT NULL,          -- last day; '' is without end
  source     TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (id, entered_at)
);
CREATE INDEX registry_expert_pool ON registry_expert (pool, account, id);
