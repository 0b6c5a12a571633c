package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

func TestWhatIsWrittenLaterIsSeenByTheNextReading(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`))
		const count, sum, insert = `SELECT count(*) FROM x WHERE n < $1`, `SELECT COALESCE(sum(n), 0) FROM x WHERE n < $1`, `INSERT INTO x (n) VALUES ($1)`
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			want := func(query string, want int64) {
				var got int64
				if err := tx.QueryRow(ctx, query, 10).Scan(&got); err != nil || got != want {
					t.Errorf("%s is %d, want %d (%v)", query, got, want, err)
				}
			}
			tx.Ahead(ctx, count, 10)
			must(t, tx.Later(ctx, insert, 1))
			want(count, 1)
			tx.Ahead(ctx, count, 10)
			tx.Ahead(ctx, sum, 10)
			want(sum, 1)
			must(t, tx.Later(ctx, insert, 2))
			want(count, 2)
			tx.Ahead(ctx, sum, 10)
			want(count, 2)
			want(sum, 3)
			tx.Ahead(ctx, sum, 10) // and nobody asks
			return tx.Later(ctx, insert, 4)
		}))
		if got := number(t, d, sum, 10); got != 7 {
			t.Errorf("the rows add up to %d, want 7", got)
		}
	})
}

// A reading asks ahead as an act does: it sees one state, whatever is written meanwhile, and still cannot write.
func TestAReadingAsksAhead(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`, `INSERT INTO x (n) VALUES (1)`))
		const count, sum = `SELECT count(*) FROM x WHERE n < $1`, `SELECT COALESCE(sum(n), 0) FROM x WHERE n < $1`
		err := d.Read(ctx, func(tx *db.Tx) error {
			tx.Ahead(ctx, sum, 10)
			for i := range 3 {
				var n, s int64
				must(t, tx.QueryRow(ctx, count, 10).Scan(&n))
				must(t, tx.QueryRow(ctx, sum, 10).Scan(&s))
				if n != 1 || s != 1 {
					t.Errorf("%d rows of %d, want 1 of 1", n, s)
				}
				must(t, act(d, fmt.Sprintf(`INSERT INTO x (n) VALUES (%d)`, i+2)))
			}
			tx.Ahead(ctx, count, 10)
			return tx.Later(ctx, `INSERT INTO x (n) VALUES (9)`)
		})
		if err == nil {
			t.Error("a reading wrote")
		}
		if got := number(t, d, sum, 10); got != 1+2+3+4 {
			t.Errorf("the rows add up to %d, want 10", got)
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		if err := d.Read(canceled, func(tx *db.Tx) error { _, err := tx.Query(canceled, count, 10); return err }); err == nil {
			t.Error("a reading that nobody waits for was done")
		}
		if got := number(t, d, count, 10); got != 4 {
			t.Errorf("%d rows afterwards, want 4", got)
		}
	})
}

// What is remembered is read again after one of its tables was written or a transaction undone, and only then; an error is not remembered,
// and a reading remembers by itself.
func TestWhatIsRememberedIsForgottenWhenItsTablesAreWritten(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE shop_x (n BIGINT PRIMARY KEY)`, `CREATE TABLE shopping_x (n BIGINT PRIMARY KEY)`))
		type key struct{ what string }
		asked, no := 0, errors.New("no")
		count := func(tx *db.Tx) (n int) {
			n, err := db.Remember(tx, "shops_ shop_x", key{"count"}, func() (n int, err error) {
				asked++
				err = tx.QueryRow(ctx, `SELECT count(*) FROM shop_x`).Scan(&n)
				return n, err
			})
			must(t, err)
			return n
		}
		in := func(tx *db.Tx, statement string) { _, err := tx.Exec(ctx, statement); must(t, err) }
		for i, x := range []struct {
			do          func(*db.Tx) error
			want, asked int
		}{
			{nil, 0, 1},
			{nil, 0, 0},
			{func(tx *db.Tx) error { in(tx, `INSERT INTO shopping_x (n) VALUES (1)`); return nil }, 0, 0},
			{func(tx *db.Tx) error { in(tx, "\n INSERT INTO shop_x (n) VALUES (1)"); return nil }, 1, 1},
			{nil, 1, 0},
			{func(tx *db.Tx) error { return tx.Later(ctx, `UPDATE shop_x SET n = 2`) }, 1, 1},
			{func(tx *db.Tx) error { in(tx, `DELETE FROM shop_x`); count(tx); return no }, 1, 2},
			{func(tx *db.Tx) error { in(tx, `DELETE FROM shop_x`); return nil }, 0, 1},
			{func(tx *db.Tx) error {
				in(tx, `WITH y AS (SELECT 7 AS n) INSERT INTO shop_x (n) SELECT n FROM y`)
				return nil
			}, 1, 1},
			{func(tx *db.Tx) error { return d.Read(ctx, func(tx *db.Tx) error { count(tx); return nil }) }, 1, 1},
		} {
			asked = 0
			if x.do != nil {
				if err := d.Act(ctx, x.do); err != nil && !errors.Is(err, no) {
					t.Error(err)
				}
			}
			must(t, d.Act(ctx, func(tx *db.Tx) error {
				if got := count(tx); got != x.want || asked != x.asked || !db.Remembers(tx, "shops_ shop_x", key{"count"}) {
					t.Errorf("line %d: %d rows, asked %d times; want %d, %d", i, got, asked, x.want, x.asked)
				}
				return nil
			}))
		}
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			for range 2 {
				if _, err := db.Remember(tx, "shop_x", key{"error"}, func() (int, error) { asked++; return 0, no }); err == nil {
					t.Error("no error")
				}
			}
			return nil
		}))
		if asked != 3 {
			t.Errorf("asked %d times, want 3", asked)
		}
	})
}

// A trigger writes to no table: what is asked ahead of another table than the one that is written stays true.
func TestTriggersOnlyRefuse(t *testing.T) {
	d := dbtest.Open(t, nil)
	rows, err := texts(d, `SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name LIMIT 1000`)
	must(t, err)
	if len(rows) < 20 {
		t.Fatalf("%d triggers", len(rows))
	}
	for _, text := range rows {
		_, body, _ := strings.Cut(text, "BEGIN")
		if strings.Contains(body, "INSERT ") || strings.Contains(body, "UPDATE ") || strings.Contains(body, "DELETE ") {
			t.Errorf("writes: %s", text)
		}
	}
}

func texts(d *db.DB, query string) (out []string, err error) {
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = db.Collect(ctx, tx, "texts", func(scan func(...any) error) (s string, err error) { return s, scan(&s) }, query)
		return err
	})
	return out, err
}

// Acts share trips as they share a commit, and each fails alone.
func TestWhatFailsLaterIsTheFailureOfItsOwnAct(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`, `INSERT INTO x (n) VALUES (-1)`))
		gone := fault.New(fault.Conflict, "db.busy")
		var callers sync.WaitGroup
		for i := range 60 {
			callers.Go(func() {
				err := d.Act(ctx, func(tx *db.Tx) error {
					if err := tx.Later(ctx, `INSERT INTO x (n) VALUES ($1)`, i); err != nil {
						return err
					}
					switch i % 6 {
					case 0: // there is one already
						return tx.Later(ctx, `INSERT INTO x (n) VALUES ($1)`, -1)
					case 3: // there is none
						return tx.LaterOne(ctx, gone, `UPDATE x SET n = $2 WHERE n = $1`, 1000, i)
					case 4:
						return tx.LaterOne(ctx, gone, `UPDATE x SET n = n + $2 WHERE n = $1`, i, 1000)
					}
					return nil
				})
				if failed, want := err != nil, i%3 == 0; failed != want || i%6 == 3 && !errors.Is(err, gone) {
					t.Errorf("act %d: %v", i, err)
				}
			})
		}
		callers.Wait()
		if n := number(t, d, `SELECT count(*) FROM x`); n != 41 {
			t.Errorf("%d rows, want 41", n)
		}
	})
}

// What an act on PostgreSQL keeps of an answer is read as a reading reads it.
func TestAnActReadsTheSameValuesAsAReading(t *testing.T) {
	type name string
	type fen int64
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (k TEXT NOT NULL, n BIGINT, small INTEGER, yes BOOLEAN, f DOUBLE PRECISION)`,
			`INSERT INTO x (k, n, small, yes, f) VALUES ('', 9007199254740993, -7, TRUE, 0.25), ('冷冻', NULL, 0, FALSE, -1e9)`))
		read := func(tx *db.Tx) (string, error) {
			all, err := db.Collect(ctx, tx, "values", func(scan func(...any) error) (string, error) {
				var k name
				var n *fen
				var small int
				var yes bool
				var f float64
				var sum fen
				var text string
				err := scan(&k, &n, &small, &yes, &f, &sum, &text)
				if n == nil {
					n = new(fen)
				}
				return fmt.Sprint(k, *n, small, yes, f, sum, text), err
			}, `SELECT k, n, small, yes, f, (SELECT sum(n) FROM x), CAST(small AS TEXT) FROM x ORDER BY x.small DESC LIMIT $1`, 10)
			return fmt.Sprint(all), err
		}
		var inAct, inReading string
		for _, x := range []struct {
			run func(context.Context, func(*db.Tx) error) error
			to  *string
		}{{d.Act, &inAct}, {d.Read, &inReading}} {
			must(t, x.run(ctx, func(tx *db.Tx) (err error) { *x.to, err = read(tx); return err }))
		}
		if inAct != inReading || inAct == "[]" {
			t.Errorf("an act reads %s, a reading %s", inAct, inReading)
		}
	})
}
