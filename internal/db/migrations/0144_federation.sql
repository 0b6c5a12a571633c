-- owner: federation
-- A person who adds a neighbour may confirm that its address is of the own network: plain HTTP or no public address.
ALTER TABLE federation_request ADD COLUMN near BOOLEAN NOT NULL DEFAULT FALSE;
