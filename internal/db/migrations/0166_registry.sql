-- owner: registry
-- Labels whose basis is a case, each as it stands after its newest step.

CREATE VIEW v_case_label AS
SELECT l.basis, l.org, l.label, l.until, l.revoked_on FROM registry_label l
WHERE l.basis LIKE 'case/%' AND l.entered_at = (SELECT max(n.entered_at) FROM registry_label n WHERE n.id = l.id);
