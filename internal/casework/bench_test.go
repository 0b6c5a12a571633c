package casework_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/ledger"
	"corridor/internal/unit"
)

// callers act side by side, each in cases of its own.
const callers = 64

// benchEach runs a benchmark in a world of each database that is asked for, whose address is told; settings are those of a PostgreSQL.
func benchEach(b *testing.B, bench func(b *testing.B, w *world, dsn string), settings ...string) {
	for _, engine := range []string{"sqlite", "postgres"} {
		if engine == "postgres" && !dbtest.Postgres() {
			continue
		}
		b.Run(engine, func(b *testing.B) {
			dsn := dbtest.SQLite(b)
			if engine == "postgres" {
				dsn = dbtest.NewCluster(b, settings...).Create(b, "bench", "")
			}
			w := &world{t: b, now: unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)}
			w.db = dbtest.OpenAt(b, dsn, w.clock)
			w.build()
			bench(b, w, dsn)
		})
	}
}

// BenchmarkTransitions measures durable transitions of cases: filed, approved with a hold in the books, paid with two postings and a
// public leaf. Each is an act of its own, judged, with its step, its decision and its journal entry.
func BenchmarkTransitions(b *testing.B) {
	benchEach(b, func(b *testing.B, w *world, _ string) {
		w.must(w.db.Act(context.Background(), func(tx *db.Tx) error {
			_, err := w.ledger.Apply(context.Background(), tx, ledger.Transfer{ID: "more", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/voucher/2026/budget", Amount: 1e15})
			return err
		}))
		cases := make([]casework.Case, (b.N+2)/3)
		each := func(do func(i int)) {
			var all sync.WaitGroup
			for k := range callers {
				all.Go(func() {
					for i := k; i < len(cases); i += callers {
						do(i)
					}
				})
			}
			all.Wait()
		}
		each(func(i int) { cases[i] = w.open(firm, small) })
		b.ResetTimer()
		each(func(i int) {
			for _, step := range []struct {
				who    access.Actor
				action string
			}{{firm, "file"}, {reviewer, "approve"}, {finance, "pay"}} {
				var err error
				if cases[i], err = w.act(step.who, cases[i], step.action, ""); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.StopTimer()
		b.ReportMetric(float64(3*len(cases))/b.Elapsed().Seconds(), "transitions/s")
		w.clean()
	})
}
