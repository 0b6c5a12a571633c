-- owner: federation
-- The logs whose leaves v_public_leaf shows, and how many of each are here.
CREATE VIEW v_public_log AS
SELECT origin, size FROM federation_peer
UNION ALL
SELECT origin, size FROM v_log_size;
