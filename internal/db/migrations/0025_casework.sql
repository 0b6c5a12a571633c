-- owner: casework
-- The files that were brought into a case. A field of the form names a file by its digest, and only one of the case's
-- own: who merely knows a digest gets no file by it.

CREATE TABLE casework_file (
  case_id    TEXT NOT NULL REFERENCES casework_case (id),
  digest     TEXT NOT NULL,   -- SHA-256 of the content, in hex
  name       TEXT NOT NULL,   -- as it was brought into this case
  type       TEXT NOT NULL,   -- media type, told from the first bytes
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  person     TEXT NOT NULL,   -- who brought it
  at         BIGINT NOT NULL, -- microseconds since 1970 in UTC
  PRIMARY KEY (case_id, digest)
);
