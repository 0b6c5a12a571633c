-- owner: casework
-- Which labels of which organisations the decisions of a case rested on, and which of those were taken back since.

CREATE TABLE casework_relied (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  org     TEXT NOT NULL,     -- that held the label: the case's own, or one that its form names
  label   TEXT NOT NULL,
  step    BIGINT NOT NULL,   -- the first whose decision saw it
  lost_on TEXT NOT NULL,     -- first day without it; '' as long as nothing is known of a loss
  lost_at BIGINT NOT NULL,   -- when this node heard of it; 0 with lost_on ''
  stage   TEXT NOT NULL,     -- in which the case stood then
  told    BOOLEAN NOT NULL,  -- whoever has to know was told, and what goes by itself went
  PRIMARY KEY (case_id, org, label)
);

CREATE INDEX casework_relied_label ON casework_relied (org, label, case_id);

CREATE INDEX casework_relied_untold ON casework_relied (lost_at, case_id) WHERE lost_at > 0 AND NOT told;
