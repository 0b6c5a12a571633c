-- owner: catalogue
-- What may be booked, by which plan and prices, who booked it, and when it cannot be used.

-- An instrument that may be booked. Its number is what the guard against overlaps is keyed by.
CREATE TABLE catalogue_booking_instrument (
  id        TEXT   PRIMARY KEY,            -- that of its listing, where it is listed
  no        BIGINT NOT NULL UNIQUE,
  org       TEXT   NOT NULL,               -- credit code of the owner
  region    TEXT   NOT NULL,
  title_zh  TEXT   NOT NULL,
  title_en  TEXT   NOT NULL,
  place     TEXT   NOT NULL,               -- where the user goes
  zone      TEXT   NOT NULL,               -- IANA name
  state     TEXT   NOT NULL CHECK (state IN ('open', 'withdrawn')),
  reason    TEXT   NOT NULL,               -- why it was withdrawn
  person    TEXT   NOT NULL,
  at        BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_instrument_org ON catalogue_booking_instrument (org, id);

-- Plans and prices are never changed: another version follows.
CREATE TABLE catalogue_booking_plan (
  instrument TEXT   NOT NULL REFERENCES catalogue_booking_instrument (id),
  version    BIGINT NOT NULL,
  body       TEXT   NOT NULL,              -- JSON
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (instrument, version)
);

CREATE TABLE catalogue_booking_price (
  instrument TEXT   NOT NULL REFERENCES catalogue_booking_instrument (id),
  version    BIGINT NOT NULL,
  from_day   TEXT   NOT NULL,              -- the first local day of use that it is for
  body       TEXT   NOT NULL,              -- JSON
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (instrument, version)
);

CREATE TABLE catalogue_booking (
  id            TEXT    PRIMARY KEY,
  instrument    TEXT    NOT NULL REFERENCES catalogue_booking_instrument (id),
  state         TEXT    NOT NULL CHECK (state IN ('requested', 'offered', 'held', 'confirmed', 'displaced', 'running', 'done', 'failed',
                                                  'declined', 'cancelled', 'lapsed', 'no_show')),
  org           TEXT    NOT NULL,          -- whose booking it is
  person        TEXT    NOT NULL,          -- who uses the instrument
  from_us       BIGINT  NOT NULL,          -- [from, to) in microseconds, whole minutes
  to_us         BIGINT  NOT NULL,
  samples       BIGINT  NOT NULL CHECK (samples >= 0),
  operator      BOOLEAN NOT NULL,          -- the laboratory's operator runs it
  supervised    BOOLEAN NOT NULL,          -- the user's first use, under supervision
  purpose       TEXT    NOT NULL,
  class         TEXT    NOT NULL,
  price_fen     BIGINT  NOT NULL CHECK (price_fen >= 0),
  deposit_fen   BIGINT  NOT NULL CHECK (deposit_fen >= 0),
  lines         TEXT    NOT NULL,          -- JSON: what the price is made of
  price_version BIGINT  NOT NULL,
  free_us       BIGINT  NOT NULL,          -- until then it is cancelled free of charge
  series        TEXT    NOT NULL,          -- of a recurring booking, or ''
  wait          TEXT    NOT NULL,          -- the place in the waiting list that it answers, or ''
  until_us      BIGINT  NOT NULL,          -- how long an offer stands; 0 for none
  reason        TEXT    NOT NULL,          -- of what became of it
  charge_fen    BIGINT  NOT NULL CHECK (charge_fen >= 0),
  used_from_us  BIGINT  NOT NULL,
  used_to_us    BIGINT  NOT NULL,
  used_samples  BIGINT  NOT NULL,
  made_at       BIGINT  NOT NULL,
  decided_by    TEXT    NOT NULL,
  decided_at    BIGINT  NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_of ON catalogue_booking (instrument, from_us, id);
CREATE INDEX catalogue_booking_org ON catalogue_booking (org, from_us, id);
CREATE INDEX catalogue_booking_person ON catalogue_booking (person, instrument, from_us);

-- The time that a booking takes, set-up and clean-up included: a row for as long as it takes it. Two rows of one
-- instrument never overlap, whoever writes them. On PostgreSQL the number is a range of one, so that its own index
-- guards it without an extension.
CREATE TABLE catalogue_booking_slot (
  booking       TEXT   PRIMARY KEY REFERENCES catalogue_booking (id),
  instrument_no BIGINT NOT NULL,
  busy_from     BIGINT NOT NULL,
  busy_to       BIGINT NOT NULL,
  CHECK (busy_from < busy_to)
);

CREATE INDEX catalogue_booking_slot_at ON catalogue_booking_slot (instrument_no, busy_from, busy_to);

-- only: sqlite
CREATE TRIGGER catalogue_booking_slot_insert BEFORE INSERT ON catalogue_booking_slot
WHEN EXISTS (SELECT 1 FROM catalogue_booking_slot s WHERE s.instrument_no = NEW.instrument_no AND s.busy_from < NEW.busy_to AND NEW.busy_from < s.busy_to)
BEGIN SELECT RAISE(ABORT, 'catalogue_booking_slot overlaps'); END;
CREATE TRIGGER catalogue_booking_slot_update BEFORE UPDATE ON catalogue_booking_slot
WHEN EXISTS (SELECT 1 FROM catalogue_booking_slot s WHERE s.booking <> OLD.booking AND s.instrument_no = NEW.instrument_no AND s.busy_from < NEW.busy_to AND NEW.busy_from < s.busy_to)
BEGIN SELECT RAISE(ABORT, 'catalogue_booking_slot overlaps'); END;
-- end
-- only: postgres
ALTER TABLE catalogue_booking_slot ADD CONSTRAINT catalogue_booking_slot_overlaps
  EXCLUDE USING gist (int8range(instrument_no, instrument_no, '[]') WITH &&, int8range(busy_from, busy_to) WITH &&);
-- end

-- A slot that is held for somebody else's act. The id is the caller's; one that lapsed stays as a tombstone.
CREATE TABLE catalogue_booking_hold (
  id      TEXT   PRIMARY KEY,
  booking TEXT   NOT NULL,                 -- '' of a tombstone that nothing was held for
  state   TEXT   NOT NULL CHECK (state IN ('held', 'confirmed', 'lapsed')),
  digest  TEXT   NOT NULL,                 -- of what was asked for
  at      BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_hold_booking ON catalogue_booking_hold (booking);

CREATE TABLE catalogue_booking_quote (
  id            TEXT    PRIMARY KEY,
  instrument    TEXT    NOT NULL,
  org           TEXT    NOT NULL,
  person        TEXT    NOT NULL,
  from_us       BIGINT  NOT NULL,
  to_us         BIGINT  NOT NULL,
  samples       BIGINT  NOT NULL,
  operator      BOOLEAN NOT NULL,
  class         TEXT    NOT NULL,
  price_fen     BIGINT  NOT NULL,
  deposit_fen   BIGINT  NOT NULL,
  lines         TEXT    NOT NULL,
  price_version BIGINT  NOT NULL,
  free_us       BIGINT  NOT NULL,
  at            BIGINT  NOT NULL,
  until_us      BIGINT  NOT NULL
);

CREATE TABLE catalogue_booking_wait (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  org        TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  from_us    BIGINT NOT NULL,              -- a slot within [from, to) is wanted
  to_us      BIGINT NOT NULL,
  minutes    BIGINT NOT NULL CHECK (minutes > 0),
  samples    BIGINT NOT NULL,
  operator   BOOLEAN NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('waiting', 'offered', 'taken', 'left', 'over')),
  at         BIGINT NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_wait_of ON catalogue_booking_wait (instrument, state, at, id);

-- When an instrument cannot be used: exactly from one moment to another.
CREATE TABLE catalogue_booking_shut (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('shut', 'fault', 'calibration', 'outside')),
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  why        TEXT   NOT NULL,
  source     TEXT   NOT NULL,              -- the outside calendar that says so, or ''
  uid        TEXT   NOT NULL,              -- of the event there
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,              -- taken back; 0 while it holds
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_shut_of ON catalogue_booking_shut (instrument, from_us, id);
CREATE INDEX catalogue_booking_shut_source ON catalogue_booking_shut (source, id);

-- Outside calendars of a laboratory that block slots.
CREATE TABLE catalogue_booking_source (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  url        TEXT   NOT NULL,              -- '' of an uploaded file
  digest     TEXT   NOT NULL,              -- of what was read last
  events     BIGINT NOT NULL,
  problem    TEXT   NOT NULL,              -- code of the refusal of the last reading, or ''
  read_at    BIGINT NOT NULL,
  person     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_source_of ON catalogue_booking_source (instrument, id);

-- Who has learnt to use what.
CREATE TABLE catalogue_booking_certificate (
  id     TEXT   PRIMARY KEY,
  org    TEXT   NOT NULL,                  -- the owner of the instruments, who vouches
  kind   TEXT   NOT NULL,
  person TEXT   NOT NULL,
  since  TEXT   NOT NULL,
  until  TEXT   NOT NULL,                  -- '' is without end
  by_person TEXT NOT NULL,
  at     BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_certificate_of ON catalogue_booking_certificate (org, person, id);

-- When which operator is on duty at an instrument.
CREATE TABLE catalogue_booking_duty (
  id         TEXT   PRIMARY KEY,
  instrument TEXT   NOT NULL,
  person     TEXT   NOT NULL,
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  CHECK (from_us < to_us)
);

CREATE INDEX catalogue_booking_duty_of ON catalogue_booking_duty (instrument, from_us, id);

-- Secret addresses of calendars; only a digest of the secret is kept.
CREATE TABLE catalogue_booking_feed (
  id      TEXT   PRIMARY KEY,
  digest  TEXT   NOT NULL UNIQUE,
  kind    TEXT   NOT NULL CHECK (kind IN ('person', 'instrument', 'lab')),
  object  TEXT   NOT NULL,                 -- the instrument, or the code of the laboratory; '' of a person
  person  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX catalogue_booking_feed_person ON catalogue_booking_feed (person, id);
