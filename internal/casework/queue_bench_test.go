package casework_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
)

// The queue of BenchmarkQueueOfAMillion: copies of one case that waits, with the times of many. They are written in bulk,
// which only this file does: the rows are those that casework wrote for the case that was filed, and the indexes, dropped
// for the time of it, are made again by their own definitions.
const (
	benchCases = 1_000_000
	benchChunk = 50_000 // cases in one statement

	sqlBenchNumbers = `WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2 - 1) `
	sqlBenchCases   = `
INSERT INTO casework_case (id, no, scheme, edition, digest, org, region, stage, ending, opened_by, opened_at, changed_at, fires_at, due_at, version, fields, answers, purse, start_key, parent)
` + sqlBenchNumbers + `SELECT 'COPY' || (10000000 + i), 'COPY' || (10000000 + i), c.scheme, c.edition, c.digest, c.org, c.region, c.stage, c.ending, c.opened_by, c.opened_at + i, c.changed_at + i * 7919 % 1000003,
  c.fires_at, 0, c.version, c.fields, c.answers, c.purse, '', c.parent
FROM n CROSS JOIN (SELECT * FROM casework_case WHERE id = $3) c ORDER BY i`
	sqlBenchWaits = `
INSERT INTO casework_wait (case_id, role, desk, org, region, digest, stage, until_at, provisional, soon_told)
` + sqlBenchNumbers + `SELECT 'COPY' || (10000000 + i), w.role, w.desk, w.org, w.region, w.digest, w.stage, CASE WHEN w.until_at > 4000000000000000000 THEN w.until_at ELSE w.until_at + i * 104729 % 1000003 END, w.provisional, w.soon_told
FROM n CROSS JOIN (SELECT * FROM casework_wait WHERE case_id = $3) w ORDER BY i, w.role`

	sqlBenchIndexes = `
SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('casework_case', 'casework_wait') AND sql IS NOT NULL ORDER BY name LIMIT 100`
	sqlBenchIndexesPG = `
SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('casework_case', 'casework_wait') AND indexdef NOT LIKE '%_pkey %' AND indexdef NOT LIKE '%_key %'
ORDER BY indexname LIMIT 100`
)

// BenchmarkQueueOfAMillion measures a page of 50 among 1,000,000 cases that wait for one desk: the page, the counts by stage and how
// many there are. Deep pages and the other order stand beside it.
func BenchmarkQueueOfAMillion(b *testing.B) {
	benchEach(b, func(b *testing.B, w *world, dsn string) {
		c, err := w.act(firm, w.open(firm, small), "file", "")
		w.must(err)
		began := time.Now()
		w.fill(dsn, c, benchCases)
		b.Logf("%d cases written in %s", benchCases, time.Since(began).Round(time.Second))
		for _, x := range []struct {
			name string
			f    casework.QueueFilter
		}{{"first", casework.QueueFilter{}}, {"late", casework.QueueFilter{Due: "late"}}, {"page 100", casework.QueueFilter{Page: 100}}, {"oldest", casework.QueueFilter{Sort: "age"}}} {
			b.Run(x.name, func(b *testing.B) {
				for b.Loop() {
					p, err := w.cases.Line(context.Background(), reviewer, x.f)
					if err != nil || x.f.Due == "" && len(p.Cases) != 50 {
						b.Fatal(len(p.Cases), err)
					}
				}
			})
		}
	}, "max_wal_size=4GB")
}

// fill copies a case so many times, on a connection of its own.
func (w *world) fill(dsn string, c casework.Case, n int) {
	ctx := context.Background()
	driver, query := "pgx", sqlBenchIndexesPG
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, dsn, query = "sqlite", "file:"+path+"?_pragma=synchronous(off)&_pragma=foreign_keys(off)", sqlBenchIndexes
	}
	d, err := sql.Open(driver, dsn)
	w.must(err)
	defer d.Close()
	d.SetMaxOpenConns(1)
	do := func(query string, args ...any) { _, err := d.ExecContext(ctx, query, args...); w.must(err) }
	rows, err := d.QueryContext(ctx, query)
	w.must(err)
	var names, makes []string
	for rows.Next() {
		var name, text string
		w.must(rows.Scan(&name, &text))
		names, makes = append(names, name), append(makes, text)
	}
	w.must(rows.Err())
	for _, name := range names {
		do("DROP INDEX " + name)
	}
	for from := 0; from < n; from += benchChunk {
		for _, copies := range []string{sqlBenchCases, sqlBenchWaits} {
			do(copies, from, min(from+benchChunk, n), string(c.ID))
		}
	}
	for _, text := range append(makes, "ANALYZE casework_wait", "ANALYZE casework_case") {
		do(text)
	}
}
