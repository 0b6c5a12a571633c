-- owner: federation
-- An answer of a host may arrive after what its people did later: the newest by the host's own clock holds.
ALTER TABLE federation_slot ADD COLUMN stood_us BIGINT NOT NULL DEFAULT 0; -- when it stood so at its host; 0 where that has not said
