-- owner: casework
-- What is set aside of one telephone number names it by a digest under the key of the node. The digest before had no key: a number has few
-- digits, and who reads the table could try them all. Those rows go; such a pattern waits to be looked at once more.

DELETE FROM casework_pattern_aside WHERE pattern = 'phone';
