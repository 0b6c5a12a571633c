-- owner: registry
-- Dated lists of codes, such as a catalogue of encouraged industries. A version is the whole list from a day on, by its
-- source; a later one of the same day takes its place, and the earlier one stays readable.

CREATE TABLE registry_list (
  id      TEXT PRIMARY KEY,
  list    TEXT NOT NULL,   -- the name that schemes use
  since   TEXT NOT NULL,   -- ISO day
  source  TEXT NOT NULL,
  person  TEXT NOT NULL,   -- who entered it
  entered BIGINT NOT NULL  -- microseconds
);
CREATE INDEX registry_list_name ON registry_list (list, since, entered);

CREATE TABLE registry_list_code (
  version TEXT NOT NULL REFERENCES registry_list (id),
  code    TEXT NOT NULL,
  words   TEXT NOT NULL,   -- what the list calls it
  PRIMARY KEY (version, code)
);
