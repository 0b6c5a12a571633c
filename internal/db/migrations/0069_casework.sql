-- owner: casework
-- What is sealed is opened by two persons after its day, and sealed files lie encrypted in the folder of files.
ALTER TABLE casework_sealed ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0; -- when it was opened; 0 is sealed

CREATE TABLE casework_opening (      -- an opening of what is sealed in a case: one person asks for it, another opens
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  asked_at    BIGINT NOT NULL,       -- microseconds since 1970 in UTC
  asked_by    TEXT NOT NULL,         -- person
  asked_name  TEXT NOT NULL,
  asked_role  TEXT NOT NULL,         -- of the scheme
  reason      TEXT NOT NULL,
  fields      TEXT NOT NULL,         -- those that were due, by name, with commas between
  ended_at    BIGINT NOT NULL,       -- 0 while it waits for the second person
  opened_by   TEXT NOT NULL,         -- person; '' while it waits, or when it was taken back
  opened_name TEXT NOT NULL,
  opened_role TEXT NOT NULL,
  PRIMARY KEY (case_id, asked_at)
);

CREATE UNIQUE INDEX casework_opening_one ON casework_opening (case_id) WHERE ended_at = 0;

ALTER TABLE casework_file ADD COLUMN kept TEXT NOT NULL DEFAULT ''; -- digest under which the encrypted bytes lie; '' where they lie as they are
ALTER TABLE casework_file ADD COLUMN box TEXT NOT NULL DEFAULT '';  -- name and media type of such a file, encrypted; hex
