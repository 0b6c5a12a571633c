-- owner: catalogue
-- A need that a case makes names it: it is listed while the case looks for an answer, and changed by the case alone.
ALTER TABLE catalogue_listing ADD COLUMN of_case TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX catalogue_listing_case ON catalogue_listing (of_case) WHERE of_case <> '';
