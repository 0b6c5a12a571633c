package agreement

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
)

// Owed is one page of what others owe to a party: open and done tasks that another leads, in agreements that it signed and
// that are no plans, and in which it has no part of its own but to verify; and how many there are. key is the party's.
func (r *Register) Owed(ctx context.Context, who access.Actor, key string, page, rows int) (all []Task, total int, err error) {
	rows = min(max(rows, 1), taskPageMax)
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		args := append(r.filter(tx, who, Query{}), key)
		if err := tx.QueryRow(ctx, sqlCountOwed, args...).Scan(&total); err != nil {
			return err
		}
		if all, err = collect(ctx, tx, scanTask, sqlOwed, append(args, rows, (max(page, 1)-1)*rows)...); err != nil {
			return err
		}
		r.light(all, tx.Now())
		return nil
	})
	return all, total, err
}

// Top is one page of the tasks of a query without counting them: for who knows from Sum how many there are.
func (r *Register) Top(ctx context.Context, who access.Actor, q Query) (all []Task, err error) {
	if q.Rows < 1 || q.Rows > openMax {
		q.Rows = 50
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = findTasks(ctx, tx, q, r.filter(tx, who, q)); err != nil {
			return err
		}
		r.light(all, tx.Now())
		return nil
	})
	return all, err
}
