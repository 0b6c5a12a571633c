-- owner: casework
-- Who stands and stood in a list of organisations that actions change: a row for each time that one was a member.

CREATE TABLE casework_member_org (
  case_id     TEXT   NOT NULL REFERENCES casework_case (id),
  field       TEXT   NOT NULL,     -- the list
  org         TEXT   NOT NULL,
  joined_on   TEXT   NOT NULL,
  joined_step BIGINT NOT NULL,     -- 1 for those who stood in it from the beginning
  left_on     TEXT   NOT NULL,     -- first day on which it was a member no more; '' while it is one
  left_step   BIGINT NOT NULL,
  PRIMARY KEY (case_id, field, org, joined_step)
);
