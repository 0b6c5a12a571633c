-- owner: casework
-- What people say to each other about a case. It decides nothing and never becomes public.

CREATE TABLE casework_comment (
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  at      BIGINT NOT NULL, -- microseconds since 1970 in UTC
  person  TEXT NOT NULL,
  by_name TEXT NOT NULL,   -- '' once the person was erased
  role    TEXT NOT NULL,   -- of the scheme, that the person played
  sight   TEXT NOT NULL CHECK (sight IN ('desk', 'applicant', 'all')),
  words   TEXT NOT NULL
);
CREATE INDEX casework_comment_case ON casework_comment (case_id, id);
CREATE INDEX casework_comment_person ON casework_comment (person, id);
