package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	sqlRely = `
INSERT INTO casework_relied (case_id, org, label, step, lost_on, lost_at, stage, told) VALUES ($1, $2, $3, $4, '', 0, '', FALSE)
ON CONFLICT (case_id, org, label) DO NOTHING`

	// sqlHeldAgain forgets a loss: a later decision of the case saw the label again, or it was none.
	sqlHeldAgain = `UPDATE casework_relied SET lost_on = '', lost_at = 0, stage = '', told = FALSE WHERE case_id = $1 AND org = $2 AND label = $3 AND lost_at > 0`

	// sqlLose marks every case that goes on, or that ended otherwise than by a refusal, and rested on a label; how many of them have
	// something to lose is looked at one by one.
	sqlLose = `
UPDATE casework_relied SET lost_on = $3, lost_at = $4, told = FALSE, stage = (SELECT c.stage FROM casework_case c WHERE c.id = case_id)
WHERE org = $1 AND label = $2 AND lost_at = 0 AND case_id IN (SELECT c.id FROM casework_case c WHERE c.ending <> 'refused')`

	sqlRestOn   = `SELECT count(*) FROM casework_relied r JOIN casework_case c ON c.id = r.case_id WHERE r.org = $1 AND r.label = $2 AND r.lost_at = 0 AND c.ending <> 'refused'`
	sqlUntold   = `SELECT DISTINCT case_id FROM casework_relied WHERE lost_at > 0 AND lost_on <= $1 AND NOT told ORDER BY case_id LIMIT $2`
	sqlLostBy   = `SELECT count(*) FROM casework_relied WHERE case_id = $1 AND org = $2 AND label = $3 AND lost_at > 0 AND lost_on <= $4`
	sqlSetTold  = `UPDATE casework_relied SET told = TRUE WHERE case_id = $1 AND lost_at > 0`
	sqlLostOf   = `SELECT org, label, step, lost_on, lost_at, stage, told FROM casework_relied WHERE case_id = $1 AND lost_at > 0 ORDER BY lost_at, org, label LIMIT $2`
	lostOfACase = 50
)

func scanLost(scan func(...any) error) (l LostLabel, err error) {
	var at int64
	err = scan(&l.Org, &l.Label, &l.Step, &l.On, &at, &l.stage, &l.told)
	l.Heard = db.Time(at)
	return l, err
}

// selectUntold are cases of which nobody was told yet that a label is gone by a day, at most limit of them.
func selectUntold(ctx context.Context, tx *db.Tx, day unit.Day, limit int) ([]unit.ID, error) {
	return db.Collect(ctx, tx, "cases whose label was lost", func(scan func(...any) error) (id unit.ID, err error) {
		err = scan((*string)(&id))
		return id, err
	}, sqlUntold, day.String(), limit)
}

// heldAgain forgets that a case lost a label.
func heldAgain(ctx context.Context, tx *db.Tx, id unit.ID, org, label string) error {
	_, err := tx.Exec(ctx, sqlHeldAgain, string(id), org, label)
	return err
}

func selectLost(ctx context.Context, tx *db.Tx, id unit.ID) ([]LostLabel, error) {
	return db.Collect(ctx, tx, "labels that a case rested on and that are gone", scanLost, sqlLostOf, string(id), lostOfACase)
}

// lostBy says whether a case rested on a label that was taken back by a day.
func lostBy(ctx context.Context, tx *db.Tx, id unit.ID, org, label string, day unit.Day) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlLostBy, string(id), org, label, day.String()).Scan(&n)
	return n > 0, err
}
