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

// BenchmarkTransitions measures durable transitions of cases: filed, approved with a hold in the books, paid with two postings and a
// public leaf. Each is an act of its own, judged, with its step, its decision and its journal entry.
func BenchmarkTransitions(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		if engine == "postgres" && !dbtest.Postgres() {
			continue
		}
		b.Run(engine, func(b *testing.B) {
			dsn := dbtest.SQLite(b)
			if engine == "postgres" {
				dsn = dbtest.NewCluster(b).Create(b, "cases", "")
			}
			w := &world{t: b, now: unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)}
			w.db = dbtest.OpenAt(b, dsn, w.clock)
			w.build()
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
}

// The queue of BenchmarkQueueOfAMillion: copies of one case that waits, in the places and with the times of many.
const (
	benchCases = 1_000_000
	benchChunk = 1_000

	sqlBenchNumbers = `WITH RECURSIVE n (i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $2 - 1) `
	sqlBenchCases   = `
INSERT INTO casework_case (id, no, scheme, edition, digest, org, region, stage, ending, opened_by, opened_at, changed_at, fires_at, due_at, version, fields, answers, purse, start_key, parent)
` + sqlBenchNumbers + `SELECT 'COPY' || (10000000 + i), 'COPY' || i, c.scheme, c.edition, c.digest, c.org, c.region, c.stage, c.ending, c.opened_by, c.opened_at + i, c.changed_at + i * 7919 % 1000003,
  c.fires_at, 0, c.version, c.fields, c.answers, c.purse, '', c.parent
FROM casework_case c CROSS JOIN n WHERE c.id = $3 ORDER BY i`
	sqlBenchWaits = `
INSERT INTO casework_wait (case_id, role, desk, org, region, digest, stage, until_at, provisional, soon_told)
` + sqlBenchNumbers + `SELECT 'COPY' || (10000000 + i), w.role, w.desk, w.org, w.region, w.digest, w.stage, w.until_at + i * 104729 % 1000003, w.provisional, w.soon_told
FROM casework_wait w CROSS JOIN n WHERE w.case_id = $3 ORDER BY i`
)

// BenchmarkQueueOfAMillion measures a page of 50 among 1,000,000 cases that wait for one desk: the page, the counts by stage and how
// many there are. Deep pages and the other order stand beside it.
func BenchmarkQueueOfAMillion(b *testing.B) {
	ctx := context.Background()
	w := &world{t: b, now: unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)}
	w.db = dbtest.Open(b, w.clock)
	w.build()
	c, err := w.act(firm, w.open(firm, small), "file", "")
	w.must(err)
	for from := 0; from < benchCases; from += benchChunk {
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			for _, copies := range []string{sqlBenchCases, sqlBenchWaits} {
				if _, err := tx.Exec(ctx, copies, from, from+benchChunk, string(c.ID)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for name, f := range map[string]casework.QueueFilter{"first": {}, "late": {Due: "late"}, "page 100": {Page: 100}, "oldest": {Sort: "age"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p, err := w.cases.Line(ctx, reviewer, f)
				if err != nil || f.Due == "" && len(p.Cases) != 50 {
					b.Fatal(len(p.Cases), err)
				}
			}
		})
	}
}
