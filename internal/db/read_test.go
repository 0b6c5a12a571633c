package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// TestAStatementIsReadInsideItself: rows of one statement stay what they are while the same statement runs again, and rows that a
// reading leaves open stand in nobody's way.
func TestAStatementIsReadInsideItself(t *testing.T) {
	d := dbtest.Open(t, nil)
	ctx := context.Background()
	const numbers = `SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) t WHERE n >= $1 ORDER BY n LIMIT 3`
	read := func(tx *db.Tx, from int, each func(int)) {
		rows, err := tx.Query(ctx, numbers, from)
		if err != nil {
			t.Error(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Error(err)
			}
			each(n)
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				got := ""
				err := d.Read(ctx, func(tx *db.Tx) error {
					read(tx, 1, func(n int) {
						got += fmt.Sprint(n)
						if n == 2 {
							return
						}
						var one int
						if err := tx.QueryRow(ctx, numbers, n).Scan(&one); err != nil {
							t.Error(err)
						}
						read(tx, 3, func(m int) { got += fmt.Sprintf("[%d %d]", one, m) })
					})
					_, err := tx.Query(ctx, numbers, 1) // left open
					return err
				})
				if want := "1[1 3]23[3 3]"; got != want || err != nil {
					t.Errorf("%q %v, want %q", got, err, want)
				}
			}
		})
	}
	all.Wait()
}
