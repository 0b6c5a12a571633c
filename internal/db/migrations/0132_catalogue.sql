-- owner: catalogue
-- A booking that its owner offers to move to another instrument of the laboratory: the slot there is a booking of its own,
-- kept until the user has answered.

CREATE TABLE catalogue_booking_move (
  offer     TEXT    PRIMARY KEY,              -- the booking of the other instrument
  booking   TEXT    NOT NULL,                 -- the one that it would take the place of
  state     TEXT    NOT NULL CHECK (state IN ('asked', 'taken', 'refused', 'over')),
  kept      BOOLEAN NOT NULL,                 -- the price stays as it was
  price_fen BIGINT  NOT NULL,                 -- what the booking costs where it is
  why       TEXT    NOT NULL,
  person    TEXT    NOT NULL,                 -- who offers it
  at        BIGINT  NOT NULL,
  CHECK (offer <> booking)
);

CREATE INDEX catalogue_booking_move_of ON catalogue_booking_move (booking, state, offer);
