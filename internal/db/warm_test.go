package db_test

import (
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// TestWhoeverAsksFirstFindsTheConnectionsMade: none is made by those who come at once to a node that was warmed.
func TestWhoeverAsksFirstFindsTheConnectionsMade(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.OpenAt(t, dsn, nil)
		must(t, act(d, `CREATE TABLE "select" (n BIGINT PRIMARY KEY)`)) // a name that has to be quoted
		must(t, d.Close())
		d = dbtest.OpenAt(t, dsn, nil)
		must(t, d.Warm(ctx))
		must(t, d.Warm(ctx)) // again does nothing
		if d.Dialect() == "postgres" && d.Unmade() != 0 {
			t.Errorf("%d connections are still to be made", d.Unmade())
		}
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			var n int
			return tx.QueryRow(ctx, `SELECT count(*) FROM "select"`).Scan(&n)
		}))
	})
}
