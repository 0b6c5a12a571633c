package db_test

import (
	"context"
	"errors"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

func TestARefusedActKeepsNothing(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("refused")
		if err := d.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE x (n BIGINT)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		err := d.Act(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES ($1)`, 1); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT count(*) FROM x`).Scan(&n) }); err != nil || n != 0 {
			t.Fatalf("%d rows, %v", n, err)
		}
	})
}
