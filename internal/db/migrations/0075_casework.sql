-- owner: casework
-- The newest cases of a scheme, for how long its cases take.

CREATE INDEX casework_case_scheme ON casework_case (scheme, id);
