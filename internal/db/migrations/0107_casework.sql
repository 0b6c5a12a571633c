-- owner: casework
-- Orders of a month are found by the steps that they had in it.

CREATE INDEX casework_step_at ON casework_step (at, case_id);
