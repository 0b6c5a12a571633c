package agreement_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/unit"
)

// sqlManyTasks makes tasks of an agreement by the thousand, as the room would have written them: due days spread over two
// years, thirty leads. It is for measuring alone.
const sqlManyTasks = `
INSERT INTO agreement_task (id, agreement, title, owner, due_on, original_due_on, evidence, version, code, state, lead_code, lamps, words, held_since)
SELECT substr('00000000000000000000000000' || n, -26, 26), $1, '任务 ' || n, '牵头方 ' || (n % 30), $2, $2, '', 1, 'B-' || n, 'running', 'local:lead-' || (n % 30), 'regional', '任务 ' || n, 1
FROM (WITH RECURSIVE c(n) AS (VALUES ($3 + 0) UNION ALL SELECT n + 1 FROM c WHERE n + 1 < $4 + 0) SELECT n FROM c) t`

const sqlManyPartners = `INSERT INTO agreement_partner (task, no, name, code) SELECT id, 0, owner, lead_code FROM agreement_task WHERE code LIKE 'B-%'`

const sqlManyMilestones = `
INSERT INTO agreement_milestone (task, no, title, due_on, original_due_on) SELECT id, 1, '中期', $1, $1 FROM agreement_task WHERE due_on = $2 AND code LIKE 'B-%'`

// many fills a database with n tasks, due from a year before to a year after 2 March 2026.
func many(b *testing.B, n int) (*house, agreement.Agreement) {
	b.Helper()
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	d := dbtest.Open(b, clock.now)
	acc, err := access.New(access.Config{DB: d, NoCodes: true})
	if err != nil {
		b.Fatal(err)
	}
	r, err := agreement.New(agreement.Config{DB: d, Access: acc, Calendar: unit.ChinaCalendar()})
	if err != nil {
		b.Fatal(err)
	}
	a, err := r.Add(context.Background(), planner, agreement.Agreement{Title: "计划", Form: agreement.Plan, Text: "计划", Signers: []agreement.Party{{Name: "甲"}, {Name: "乙"}}})
	if err != nil {
		b.Fatal(err)
	}
	const days = 730
	for i := range days {
		from, to := n*i/days, n*(i+1)/days
		if from == to {
			continue
		}
		due := day(2025, time.March, 2).Add(i)
		if err := d.Act(context.Background(), func(tx *db.Tx) error {
			if _, err := tx.Exec(context.Background(), sqlManyTasks, a.ID, due, from, to); err != nil {
				return err
			}
			_, err := tx.Exec(context.Background(), sqlManyMilestones, due.Add(-30), due)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	if n <= 100_000 {
		if err := d.Act(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(context.Background(), sqlManyPartners); return err }); err != nil {
			b.Fatal(err)
		}
	}
	return &house{Register: r, db: d, hand: clock}, a
}

// BenchmarkPlanOf10000 is what the page of a plan asks: the counts by colour and lead, and its first page.
func BenchmarkPlanOf10000(b *testing.B) {
	h, a := many(b, 10_000)
	q := agreement.Query{Agreement: a.ID, Rows: 50}
	for b.Loop() {
		sum, err := h.Sum(context.Background(), everybody, q)
		if err != nil || sum.Counts.Total() != 10_000 {
			b.Fatal(sum.Counts, err)
		}
		if all, n, err := h.Find(context.Background(), everybody, q); err != nil || n != 10_000 || len(all) != 50 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkRemindersOfAMillion is who is to be reminded of what among a million running tasks, each with one node.
func BenchmarkRemindersOfAMillion(b *testing.B) {
	h, _ := many(b, 1_000_000)
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err == nil {
			b.ReportMetric(float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano())/1e9/float64(b.N), "s/CPU")
		}
	}()
	for b.Loop() {
		n := 0
		if err := h.db.Read(context.Background(), func(tx *db.Tx) error {
			all, err := h.Reminders(context.Background(), tx, day(2026, 3, 1), day(2026, 3, 2))
			for _, d := range all {
				for _, c := range d.Count {
					n += c
				}
			}
			return err
		}); err != nil || n == 0 {
			b.Fatal(n, err)
		}
		b.ReportMetric(float64(n), "reminded")
	}
}
