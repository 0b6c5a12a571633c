package agreement

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// remindMax is how many tasks, nodes or verifications can be due in the days of one reminder.
const remindMax = 5_000_000

const sqlEachDue = `
SELECT t.id, t.code, t.title, t.owner, t.lead_code, t.due_on FROM agreement_task t
WHERE t.state = 'running' AND t.due_on >= $1 AND t.due_on <= $2 ORDER BY t.due_on, t.id LIMIT $3`

// sqlEachMilestone begins with the nodes: CROSS JOIN keeps SQLite from going through all running tasks first.
const sqlEachMilestone = `
SELECT t.code, t.owner, t.lead_code, m.no, m.title, m.due_on
FROM agreement_milestone m CROSS JOIN agreement_task t
WHERE t.id = m.task AND t.state = 'running' AND m.done_on IS NULL AND m.due_on >= $1 AND m.due_on <= $2 ORDER BY m.due_on, m.task, m.no LIMIT $3`

const sqlEachVerify = `
SELECT t.code, t.title, t.verifier_kind, t.verifier_name, t.verifier_code, t.verify_by FROM agreement_task t
WHERE t.state = 'submitted' AND t.verify_by >= $1 AND t.verify_by <= $2 ORDER BY t.verify_by, t.id LIMIT $3`

// each goes through the rows of some days.
func each(ctx context.Context, tx *db.Tx, query string, first, last unit.Day, one func(scanner) error) error {
	rows, err := tx.Query(ctx, query, first, last, remindMax)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := one(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachDue goes through the running tasks that are due from one day to another.
func eachDue(ctx context.Context, tx *db.Tx, first, last unit.Day, do func(Task)) error {
	return each(ctx, tx, sqlEachDue, first, last, func(row scanner) error {
		var t Task
		err := row.Scan(&t.ID, &t.Code, &t.Title, &t.Lead.Name, &t.Lead.Code, &t.Due)
		t.Owner = t.Lead.Name
		if err == nil {
			do(t)
		}
		return err
	})
}

// eachMilestone goes through the nodes of running tasks that are not reached and due from one day to another.
func eachMilestone(ctx context.Context, tx *db.Tx, first, last unit.Day, do func(Task, Milestone)) error {
	return each(ctx, tx, sqlEachMilestone, first, last, func(row scanner) error {
		var t Task
		var m Milestone
		err := row.Scan(&t.Code, &t.Lead.Name, &t.Lead.Code, &m.No, &m.Title, &m.Due)
		if err == nil {
			do(t, m)
		}
		return err
	})
}

// eachVerify goes through the tasks whose evidence is to be verified by a day from one to another.
func eachVerify(ctx context.Context, tx *db.Tx, first, last unit.Day, do func(Task)) error {
	return each(ctx, tx, sqlEachVerify, first, last, func(row scanner) error {
		var t Task
		v := &t.Verifier
		err := row.Scan(&t.Code, &t.Title, &v.Kind, &v.Party.Name, &v.Party.Code, &t.VerifyBy)
		if err == nil {
			do(t)
		}
		return err
	})
}
