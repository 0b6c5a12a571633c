package agreement

// owed is what others owe to the party $19.
const owed = fits + `
  AND t.agreement IN (SELECT s.agreement FROM agreement_party s JOIN agreement f ON f.id = s.agreement AND f.form <> 'plan'
                      WHERE s.code = $19 OR s.code = '' AND s.name = $19)
  AND NOT EXISTS (SELECT 1 FROM agreement_partner k WHERE k.task = t.id AND (k.code = $19 OR k.code = '' AND k.name = $19))`

const sqlCountOwed = `SELECT count(*) FROM agreement_task t ` + owed + ` ORDER BY 1 LIMIT 1`

const sqlOwed = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement ` + owed + `
ORDER BY CASE t.state WHEN 'running' THEN 0 WHEN 'submitted' THEN 0 ELSE 1 END, t.due_on, t.id LIMIT $20 OFFSET $21`
