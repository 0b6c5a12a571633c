-- owner: casework
-- What was filled into a field that nobody may open before its day. It stands in no other place: the case has no value in
-- that field until then. Times are microseconds since 1970 in UTC.

CREATE TABLE casework_sealed (
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  field     TEXT NOT NULL,
  box       TEXT NOT NULL,   -- the value as JSON, encrypted under the node's secret; hex
  digest    TEXT NOT NULL,   -- SHA-256 of salt and value, in hex: shows afterwards that it was not exchanged
  sealed_at BIGINT NOT NULL,
  opens_at  BIGINT NOT NULL, -- the first moment after its day; 0 when the day lies beyond the published calendar
  PRIMARY KEY (case_id, field)
);
