-- owner: access

-- When the person of a session last proved who they are; dangerous acts want it to be recent.
ALTER TABLE access_session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
