-- owner: files
-- Content by digest; the bytes lie in the node's folder of files.
CREATE TABLE file (
  digest     TEXT PRIMARY KEY CHECK (length(digest) = 64),
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  put_at     BIGINT NOT NULL
);
