-- owner: reader
-- How often findings speak of a subject, and in how many documents: all that are not rejected, and those that everybody may
-- see, accepted in a published document. They move with every act that moves one of these; told is not written any more.
ALTER TABLE subject ADD COLUMN said BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subject ADD COLUMN said_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subject ADD COLUMN shown BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subject ADD COLUMN shown_in BIGINT NOT NULL DEFAULT 0;
UPDATE subject SET
  said = (SELECT count(*) FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
    JOIN document_finding f ON f.document = m.document AND f.no = m.no WHERE n.subject = subject.id AND f.state <> 'rejected'),
  said_in = (SELECT count(DISTINCT m.document) FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
    JOIN document_finding f ON f.document = m.document AND f.no = m.no WHERE n.subject = subject.id AND f.state <> 'rejected'),
  shown = (SELECT count(*) FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
    JOIN document_finding f ON f.document = m.document AND f.no = m.no JOIN document d ON d.id = f.document
    WHERE n.subject = subject.id AND f.state = 'accepted' AND d.published_by <> ''),
  shown_in = (SELECT count(DISTINCT m.document) FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
    JOIN document_finding f ON f.document = m.document AND f.no = m.no JOIN document d ON d.id = f.document
    WHERE n.subject = subject.id AND f.state = 'accepted' AND d.published_by <> '');
DROP INDEX subject_by_told;
CREATE INDEX subject_by_said ON subject (said DESC, name, id);
CREATE INDEX subject_by_shown ON subject (shown DESC, name, id);
