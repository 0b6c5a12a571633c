-- owner: federation
-- Slots that are held together with the money of a case: at the home of the case, and at the node whose calendar it is.
-- Times are microseconds, 0 is never; sums are fen.

-- What cases of this node hold or held, here or elsewhere.
CREATE TABLE federation_slot (
  id           TEXT PRIMARY KEY,
  subject      TEXT NOT NULL,    -- id of the case
  field        TEXT NOT NULL,    -- of its form
  case_no      TEXT NOT NULL,
  org          TEXT NOT NULL,    -- for whom
  host         TEXT NOT NULL,    -- region code of the node whose calendar it is
  listing      TEXT NOT NULL,    -- id there
  from_us      BIGINT NOT NULL,
  to_us        BIGINT NOT NULL,
  samples      BIGINT NOT NULL CHECK (samples >= 0),
  operator     BOOLEAN NOT NULL,
  title_zh     TEXT NOT NULL,    -- of the instrument, as its node calls it; '' before it answered
  title_en     TEXT NOT NULL,
  zone         TEXT NOT NULL,
  price        BIGINT NOT NULL CHECK (price >= 0),
  charge       BIGINT NOT NULL CHECK (charge >= 0), -- what giving it back late costs
  booking      TEXT NOT NULL,    -- id there
  want         TEXT NOT NULL CHECK (want IN ('held', 'confirmed', 'released')),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'held', 'refused', 'confirmed', 'lost', 'used', 'released')),
  code         TEXT NOT NULL,    -- of the refusal, or of why it waits
  why_zh       TEXT NOT NULL,
  why_en       TEXT NOT NULL,
  next_from_us BIGINT NOT NULL,  -- the first slot that would pass, where it was refused
  next_to_us   BIGINT NOT NULL,
  letter       TEXT NOT NULL,    -- id of the one that is under way
  asked_at     BIGINT NOT NULL,
  answered_at  BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  again_at     BIGINT NOT NULL,  -- when it may be asked again
  CHECK (from_us < to_us)
);
CREATE INDEX federation_slot_subject ON federation_slot (subject, id);
CREATE INDEX federation_slot_open ON federation_slot (again_at, id) WHERE want <> state AND letter = '';
CREATE INDEX federation_slot_changed ON federation_slot (changed_at, id);

-- What this node's calendars keep for cases of other nodes. A released one stays for ever, so that what comes late is refused.
CREATE TABLE federation_slot_kept (
  node       TEXT NOT NULL,
  id         TEXT NOT NULL,
  digest     TEXT NOT NULL,      -- of what was asked for; '' of one that never came
  case_no    TEXT NOT NULL,
  org        TEXT NOT NULL,
  org_zh     TEXT NOT NULL,
  org_en     TEXT NOT NULL,
  person     TEXT NOT NULL,      -- for whom that node vouches
  listing    TEXT NOT NULL,
  from_us    BIGINT NOT NULL,
  to_us      BIGINT NOT NULL,
  price      BIGINT NOT NULL,
  booking    TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'lost', 'used', 'released')),
  at         BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (node, id)
);
CREATE INDEX federation_slot_kept_state ON federation_slot_kept (state, changed_at, id);
CREATE INDEX federation_slot_kept_booking ON federation_slot_kept (booking);

-- Prices that were offered for a slot.
CREATE TABLE federation_slot_offer (
  org      TEXT NOT NULL,
  slot     TEXT NOT NULL,        -- node, listing, from, to, samples, operator as text
  price    BIGINT NOT NULL CHECK (price >= 0),
  at       BIGINT NOT NULL,
  PRIMARY KEY (org, slot)
);
CREATE INDEX federation_slot_offer_at ON federation_slot_offer (at);
