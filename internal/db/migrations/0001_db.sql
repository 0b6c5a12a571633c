-- owner: db
-- What this database is: which node it belongs to, and when it was made.
CREATE TABLE node_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
