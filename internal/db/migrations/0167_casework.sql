-- owner: casework
-- Until when the labels run that a case gave: when one is over, because it ran out or was taken back outside the case, the case is looked at.

CREATE TABLE casework_held (
  case_id  TEXT    NOT NULL REFERENCES casework_case (id),
  org      TEXT    NOT NULL,     -- that holds the label
  label    TEXT    NOT NULL,
  last_day TEXT    NOT NULL,     -- '' without end
  looked   BOOLEAN NOT NULL,     -- the case was looked at after that day
  PRIMARY KEY (case_id, org, label)
);

CREATE INDEX casework_held_last ON casework_held (last_day, case_id) WHERE NOT looked AND last_day <> '';

CREATE INDEX casework_held_label ON casework_held (org, label);

INSERT INTO casework_held (case_id, org, label, last_day, looked)
SELECT c.id, l.org, l.label, max(CASE WHEN l.revoked_on <> '' THEN l.revoked_on ELSE l.until END), FALSE
FROM casework_case c JOIN v_case_label l ON l.basis = 'case/' || c.id
WHERE c.ending = '' GROUP BY c.id, l.org, l.label;
