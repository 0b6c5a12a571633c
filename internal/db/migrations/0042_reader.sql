-- owner: reader
-- How many findings mention a subject, by which lists are sorted; written anew whenever names or mentions move.
ALTER TABLE subject ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
UPDATE subject SET told = (SELECT count(*) FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key WHERE n.subject = subject.id);
CREATE INDEX subject_by_told ON subject (told, name, id);
