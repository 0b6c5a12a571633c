-- owner: calendar
-- The holiday notices that were loaded into this node, each as it came. They are never changed: a mistake is mended by
-- a later one, whose days win.

CREATE TABLE calendar_notice (
  id        TEXT PRIMARY KEY,     -- the order in which they count
  year      BIGINT NOT NULL CHECK (year BETWEEN 1949 AND 9999),
  title     TEXT NOT NULL CHECK (title <> ''),
  source    TEXT NOT NULL CHECK (source <> ''),
  text      TEXT NOT NULL CHECK (text <> ''),
  digest    TEXT NOT NULL CHECK (length(digest) = 64), -- SHA-256 of the text, in hex
  by_person TEXT NOT NULL,        -- '' for whoever keeps the node's folder
  at        BIGINT NOT NULL       -- microseconds since 1970 in UTC
);

-- only: sqlite
CREATE TRIGGER calendar_notice_kept_update BEFORE UPDATE ON calendar_notice
BEGIN SELECT RAISE(ABORT, 'calendar_notice is append only'); END;
CREATE TRIGGER calendar_notice_kept_delete BEFORE DELETE ON calendar_notice
BEGIN SELECT RAISE(ABORT, 'calendar_notice is append only'); END;
-- end
-- only: postgres
CREATE FUNCTION calendar_notice_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'calendar_notice is append only'; END $$;
CREATE TRIGGER calendar_notice_kept BEFORE UPDATE OR DELETE ON calendar_notice
FOR EACH ROW EXECUTE FUNCTION calendar_notice_refuse();
-- end
