-- owner: casework
-- A case may live under another one of the same organisation and take from what that one lends.

ALTER TABLE casework_case ADD COLUMN parent TEXT NOT NULL DEFAULT ''; -- '' is none

CREATE INDEX casework_case_parent ON casework_case (parent, id) WHERE parent <> '';
