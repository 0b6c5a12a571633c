-- owner: agreement
-- Reminders look for the milestones of some days that are not reached, and for evidence whose verifier's days run out.
CREATE INDEX agreement_milestone_by_due ON agreement_milestone (due_on, task) WHERE done_on IS NULL;
CREATE INDEX agreement_task_verify ON agreement_task (verify_by, id) WHERE state = 'submitted';
