-- owner: catalogue
-- Retired listings of which what was published was taken back: from then on only those who keep or review them read them.

CREATE TABLE catalogue_taken_back (
  listing TEXT   PRIMARY KEY REFERENCES catalogue_listing (id),
  reason  TEXT   NOT NULL,               -- public
  at      BIGINT NOT NULL                -- microseconds
);
