-- owner: settlement
-- A node pays for several authorities, each out of a treasury of its own: a list goes to one of them.

ALTER TABLE settlement_list ADD COLUMN treasury TEXT NOT NULL DEFAULT ''; -- first part of its accounts in the books; '' is the node's own

CREATE TABLE settlement_treasury_serial (
  treasury TEXT   NOT NULL,
  year     BIGINT NOT NULL,
  last     BIGINT NOT NULL,
  PRIMARY KEY (treasury, year)
);
