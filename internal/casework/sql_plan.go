package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlUnplan    = `DELETE FROM casework_plan WHERE case_id = $1`
	sqlPlan      = `INSERT INTO casework_plan (case_id, plan) VALUES ($1, $2)`
	sqlPlanCases = `SELECT p.case_id FROM casework_plan p WHERE p.plan = $1 ORDER BY p.case_id DESC LIMIT $2`
)

// writePlans keeps which plans the fields of a case name.
func writePlans(ctx context.Context, tx *db.Tx, id unit.ID, plans []string) error {
	if _, err := tx.Exec(ctx, sqlUnplan, string(id)); err != nil {
		return err
	}
	for _, p := range plans {
		if _, err := tx.Exec(ctx, sqlPlan, string(id), p); err != nil {
			return err
		}
	}
	return nil
}

func selectPlanCases(ctx context.Context, tx *db.Tx, plan unit.ID) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases of a plan", func(scan func(...any) error) (id unit.ID, err error) {
		return id, scan(&id)
	}, sqlPlanCases, string(plan), planCasesMax)
}
