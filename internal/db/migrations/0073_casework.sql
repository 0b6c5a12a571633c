-- owner: casework
-- What happens to the form of a case while people fill it in. Times are microseconds since 1970 in UTC.

-- What was typed into a field and could not be read. It is kept so that nobody types it again; the field itself is empty.
CREATE TABLE casework_typed (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  field   TEXT NOT NULL,
  typed   TEXT NOT NULL,
  PRIMARY KEY (case_id, field)
);

-- Who changed which field, from what to what. A sealed field never stands here.
CREATE TABLE casework_change (
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  version BIGINT NOT NULL, -- of the case, that the change made
  field   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  person  TEXT NOT NULL,   -- '' where the registry changed it
  by_name TEXT NOT NULL,   -- '' once the person was erased
  was     TEXT NOT NULL,   -- JSON: value, or what was typed and could not be read
  becomes TEXT NOT NULL
);
CREATE INDEX casework_change_case ON casework_change (case_id, version, id);
CREATE INDEX casework_change_person ON casework_change (person, id);

-- Who works on the form of a case by invitation of the organisation whose case it is.
CREATE TABLE casework_member (
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  person   TEXT NOT NULL,
  name     TEXT NOT NULL,
  org      TEXT NOT NULL, -- the organisation that the person was invited from
  may      TEXT NOT NULL CHECK (may IN ('edit', 'view')),
  given_by TEXT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (case_id, person)
);
CREATE INDEX casework_member_person ON casework_member (person, case_id);
