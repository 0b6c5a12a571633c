-- owner: catalogue
-- Searches that people keep, to be told of what is published later and answers them.

CREATE TABLE catalogue_saved (
  id       TEXT   PRIMARY KEY,
  person   TEXT   NOT NULL,
  question TEXT   NOT NULL,               -- JSON: the words and what was chosen
  made_at  BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,               -- what was published until this moment was told, or was there
  told     BIGINT NOT NULL,               -- how many listings in all
  ended_at BIGINT NOT NULL                -- 0 while the person is told
);

CREATE INDEX catalogue_saved_person ON catalogue_saved (person, id);
CREATE INDEX catalogue_saved_open ON catalogue_saved (ended_at, id);
