-- owner: agreement
-- The letters by which parties in other nodes signed, as their nodes wrote and signed them: who keeps the agreement passes them on to
-- the nodes of the other parties, which check that signature themselves.
CREATE TABLE agreement_signature_proof (
  agreement TEXT NOT NULL,
  party     BIGINT NOT NULL,
  digest    TEXT NOT NULL,
  via       TEXT NOT NULL, -- node that passed it on; '' when it came from the signing node itself
  proof     TEXT NOT NULL, -- the letter with the fields that signed it
  PRIMARY KEY (agreement, party, digest)
);
