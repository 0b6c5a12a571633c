-- owner: casework
-- Which instruments and lists of the register of agreements the fields of a case name: the pages of both lead to each other.

CREATE TABLE casework_plan (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  plan    TEXT NOT NULL,
  PRIMARY KEY (case_id, plan)
);
CREATE INDEX casework_plan_plan ON casework_plan (plan, case_id);
