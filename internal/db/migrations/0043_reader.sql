-- owner: reader
CREATE INDEX document_gram_of ON document_gram (paragraph, gram); -- the audit counts the pairs of a paragraph
