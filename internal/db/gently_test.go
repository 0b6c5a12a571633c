package db_test

import (
	"context"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// TestGentleWorkRests: what works gently rests four times as long as it worked before it reads again, and before each question of a
// long reading; nobody else rests, and whose context ends is not kept waiting.
func TestGentleWorkRests(t *testing.T) {
	const worked = 20 * time.Millisecond
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		took := func(of func()) time.Duration {
			from := time.Now()
			of()
			return time.Since(from)
		}
		gentle := db.Gently(ctx)
		ask := func(tx *db.Tx) error {
			var n int
			return tx.QueryRow(gentle, `SELECT 1`).Scan(&n)
		}
		time.Sleep(worked)
		if rested := took(func() { must(t, d.Read(gentle, ask)) }); rested < 4*worked {
			t.Errorf("a reading began after %s", rested)
		}
		must(t, d.Read(gentle, func(tx *db.Tx) error {
			must(t, ask(tx))
			time.Sleep(worked)
			if rested := took(func() { must(t, ask(tx)) }); rested < 4*worked {
				t.Errorf("the second question of a reading was asked after %s", rested)
			}
			return nil
		}))
		time.Sleep(worked)
		if rested := took(func() { db.Rest(gentle) }); rested < 4*worked {
			t.Errorf("work went on after %s", rested)
		}
	})
	ended, end := context.WithCancel(db.Gently(ctx))
	end()
	time.Sleep(worked)
	done := make(chan bool)
	go func() { db.Rest(ended); db.Rest(context.Background()); close(done) }()
	<-done
}
