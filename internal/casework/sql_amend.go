package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlMemberOrg = `INSERT INTO casework_member_org (case_id, field, org, joined_on, joined_step, left_on, left_step) VALUES ($1, $2, $3, $4, $5, '', 0)`

	sqlMemberOrgLeft  = `UPDATE casework_member_org SET left_on = $4, left_step = $5 WHERE case_id = $1 AND field = $2 AND org = $3 AND left_on = ''`
	sqlMemberOrgs     = `SELECT field, org, joined_on, left_on FROM casework_member_org WHERE case_id = $1 ORDER BY field, joined_on, joined_step, org LIMIT $2`
	sqlMemberOrgKnown = `SELECT count(*) FROM casework_member_org WHERE case_id = $1 AND field = $2`
	memberOrgsMax     = 2000 // rows of one case
)

// beginMembership keeps the list as it was before its first change.
func beginMembership(ctx context.Context, tx *db.Tx, id unit.ID, field string, orgs []string, from unit.Day) error {
	n := 0
	if err := tx.QueryRow(ctx, sqlMemberOrgKnown, string(id), field).Scan(&n); err != nil || n > 0 {
		return err
	}
	for _, org := range orgs {
		if err := insertMembership(ctx, tx, id, field, org, from, 1); err != nil {
			return err
		}
	}
	return nil
}

func insertMembership(ctx context.Context, tx *db.Tx, id unit.ID, field, org string, day unit.Day, step int) error {
	if _, err := tx.Exec(ctx, sqlMemberOrg, string(id), field, org, day.String(), step); err != nil {
		return fmt.Errorf("%s joins %s: %w", org, field, err)
	}
	return nil
}

func endMembership(ctx context.Context, tx *db.Tx, id unit.ID, field, org string, day unit.Day, step int) error {
	if _, err := tx.Exec(ctx, sqlMemberOrgLeft, string(id), field, org, day.String(), step); err != nil {
		return fmt.Errorf("%s leaves %s: %w", org, field, err)
	}
	return nil
}

func selectMembership(ctx context.Context, tx *db.Tx, id unit.ID) ([]MemberOrg, error) {
	return db.Collect(ctx, tx, "members of case "+string(id), func(scan func(...any) error) (m MemberOrg, err error) {
		err = scan(&m.Field, &m.Org, &m.Joined, &m.Left)
		return m, err
	}, sqlMemberOrgs, string(id), memberOrgsMax)
}
