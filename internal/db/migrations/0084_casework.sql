-- owner: casework
-- Drafts that their organisation put away. Until a day they come back as they were; the case itself says that it has ended.

CREATE TABLE casework_discard (
  id         TEXT   PRIMARY KEY,
  case_id    TEXT   NOT NULL REFERENCES casework_case (id),
  person     TEXT   NOT NULL,
  by_name    TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  last_day   TEXT   NOT NULL,           -- until which it can be taken up again
  back_by    TEXT   NOT NULL,           -- who took it up again; '' while it is away
  back_name  TEXT   NOT NULL,
  back_at    BIGINT NOT NULL            -- 0 while it is away
);

CREATE UNIQUE INDEX casework_discard_away ON casework_discard (case_id) WHERE back_at = 0;
CREATE INDEX casework_discard_person ON casework_discard (person, id);
