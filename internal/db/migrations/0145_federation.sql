-- owner: federation
-- Who took a letter or an answer keeps the fields that signed it: with them a node that was set back to an older backup can fetch its
-- letters back, and nobody can make one up for it.
ALTER TABLE federation_letter ADD COLUMN letter_sig TEXT NOT NULL DEFAULT ''; -- of a letter that came in; '' of one from before
ALTER TABLE federation_letter ADD COLUMN answer_sig TEXT NOT NULL DEFAULT ''; -- of the answer to a letter that went out
ALTER TABLE federation_letter ADD COLUMN back_at BIGINT NOT NULL DEFAULT 0;   -- when it was fetched back after a restore; 0 is never

-- Neighbours of which a node that was set back has not fetched its letters yet: nothing is written to them before.
CREATE TABLE federation_behind (
  peer TEXT PRIMARY KEY, -- region code
  at   BIGINT NOT NULL,
  why  TEXT NOT NULL     -- what kept it from being done, for the operator
);
