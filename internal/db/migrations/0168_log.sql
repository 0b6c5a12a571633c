-- owner: log
-- How many leaves of this node's log have their number, for who reads on from where it was.
CREATE VIEW v_log_size AS
SELECT origin, (SELECT COALESCE(MAX(idx) + 1, 0) FROM log_entry) AS size FROM log_identity WHERE one = 1;
