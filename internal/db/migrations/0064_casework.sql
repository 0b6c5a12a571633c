-- owner: casework
-- A case that an action of the case above it opened stands for one entry of that scheme's `cases` and one row of its group.
-- The newest of a row is the one that counts: what was refused is opened again as another case.

CREATE TABLE casework_bill (
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id),
  parent  TEXT NOT NULL REFERENCES casework_case (id),
  entry   TEXT NOT NULL,            -- of `cases` in the scheme above
  row_no  BIGINT NOT NULL CHECK (row_no > 0) -- of the group; 1 where there is none
);
CREATE INDEX casework_bill_row ON casework_bill (parent, entry, row_no, case_id);

-- The persons whom the fields of a case name, so that it can be counted how many cases name somebody.
CREATE TABLE casework_named (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  person  TEXT NOT NULL,            -- as the field has it
  PRIMARY KEY (case_id, person)
);
CREATE INDEX casework_named_person ON casework_named (person, case_id);
