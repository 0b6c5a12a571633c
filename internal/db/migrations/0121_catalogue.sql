-- owner: catalogue
-- Samples may belong to a booking; who took a result is kept; a user finds their own runs.

ALTER TABLE catalogue_usage_sample ADD COLUMN booking TEXT NOT NULL DEFAULT '';  -- the booking that they are sent for, or ''

CREATE INDEX catalogue_usage_sample_booking ON catalogue_usage_sample (booking, id) WHERE booking <> '';

CREATE TABLE catalogue_usage_taken (
  id     TEXT   PRIMARY KEY,
  result TEXT   NOT NULL REFERENCES catalogue_usage_result (id),
  org    TEXT   NOT NULL,                 -- for which organisation it was taken
  person TEXT   NOT NULL,
  at     BIGINT NOT NULL
);

CREATE INDEX catalogue_usage_taken_of ON catalogue_usage_taken (result, id);

CREATE INDEX catalogue_usage_run_user ON catalogue_usage_run (user_org, from_us, id) WHERE user_org <> '';
