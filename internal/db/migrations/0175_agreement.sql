-- owner: agreement
-- The evidence that a task was submitted with, while it is submitted: a verdict of another node names what it is about.
ALTER TABLE agreement_task ADD COLUMN submission TEXT NOT NULL DEFAULT '';
