package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

var ctx = context.Background()

// must ends the test at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// act is an act of statements.
func act(d *db.DB, statements ...string) error {
	return d.Act(ctx, func(tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// number reads one number.
func number(t testing.TB, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	must(t, d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) }))
	return n
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestARefusedActKeepsNothing(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`))
		boom := errors.New("refused")
		insert := func(n int64, then func() error) error {
			return d.Act(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES ($1)`, n); err != nil {
					return err
				}
				return then()
			})
		}
		if err := insert(1, func() error { return boom }); !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		if err := insert(2, func() error { panic("an act") }); err == nil || !strings.Contains(err.Error(), "an act") {
			t.Errorf("a panic is %v", err)
		}
		must(t, insert(3, func() error { return nil }))
		if n := number(t, d, `SELECT sum(n) FROM x`); n != 3 {
			t.Errorf("the rows add up to %d, want 3", n)
		}
	})
}

func TestAStatementThatFailsEndsTheAct(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`, `INSERT INTO x (n) VALUES (1)`))
		err := d.Act(ctx, func(tx *db.Tx) error {
			tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`) // the error is not looked at
			tx.Exec(ctx, `INSERT INTO x (n) VALUES (2)`)
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM x`).Scan(&n); err == nil {
				t.Errorf("a statement after the failed one is answered: %d", n)
			}
			return nil
		})
		if err == nil {
			t.Error("an act whose statement failed is kept")
		}
		if n := number(t, d, `SELECT count(*) FROM x`); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestActsOfManyCallersAreEachOneTransaction(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (name TEXT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO x (name, n) VALUES ('sum', 0)`))
		const callers, each = 16, 10
		refused := errors.New("refused")
		var wg sync.WaitGroup
		var failed atomic.Int64
		for c := range callers {
			wg.Go(func() {
				for i := range each {
					err := d.Act(ctx, func(tx *db.Tx) error {
						var n int64
						if err := tx.QueryRow(ctx, `SELECT n FROM x WHERE name = 'sum'`).Scan(&n); err != nil {
							return err
						}
						if _, err := tx.Exec(ctx, `UPDATE x SET n = $1 WHERE name = 'sum'`, n+1); err != nil { // read, then write
							return err
						}
						if (c+i)%4 == 0 {
							return refused
						}
						return nil
					})
					switch {
					case errors.Is(err, refused):
						failed.Add(1)
					case err != nil:
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got, want := number(t, d, `SELECT n FROM x WHERE name = 'sum'`), callers*each-failed.Load(); got != want {
			t.Errorf("counted to %d, want %d", got, want)
		}
	})
}

func TestNoTwoActsHaveTheSameTime(t *testing.T) {
	at := time.Date(2026, 4, 30, 9, 0, 0, 1_500, time.UTC)
	clock := func() time.Time { return at } // stands still
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.OpenAt(t, dsn, clock)
		var last time.Time
		for range 3 {
			must(t, d.Act(ctx, func(tx *db.Tx) error {
				if !tx.Now().After(last) || tx.Now().Location() != time.UTC || tx.Now().Nanosecond()%1000 != 0 {
					t.Errorf("the time %s comes after %s", tx.Now(), last)
				}
				last = tx.Now()
				return nil
			}))
		}
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		must(t, d.Close())
		at = at.Add(-time.Hour) // the clock was set back while the node was stopped
		defer func() { at = at.Add(time.Hour) }()
		d = dbtest.OpenAt(t, dsn, clock)
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			if !tx.Now().After(last) {
				t.Errorf("after a restart the time %s comes after %s", tx.Now(), last)
			}
			return nil
		}))
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			if !tx.Now().After(last) {
				t.Errorf("a reading is at %s, before the act at %s", tx.Now(), last)
			}
			return nil
		}))
	})
}

func TestReadersSeeWhatIsCommitted(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		count := func(tx *db.Tx) (n int64) {
			must(t, tx.QueryRow(ctx, `SELECT count(*) FROM x`).Scan(&n))
			return n
		}
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`); err != nil {
				return err
			}
			if n := number(t, d, `SELECT count(*) FROM x`); n != 0 {
				t.Errorf("a reader sees %d rows that are not committed", n)
			}
			return nil
		}))
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			if n := count(tx); n != 1 {
				t.Errorf("a reader sees %d rows, want 1", n)
			}
			must(t, act(d, `INSERT INTO x (n) VALUES (2)`))
			if n := count(tx); n != 1 {
				t.Errorf("a reading is no snapshot: %d rows", n)
			}
			return nil
		}))
		err := d.Read(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (3)`); return err })
		wantCode(t, err, "db.read_only")
		if n := number(t, d, `SELECT count(*) FROM x`); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestRowsLeftOpenDoNotStandInTheWay(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT)`, `INSERT INTO x (n) VALUES (1), (2)`))
		for range 3 {
			must(t, d.Act(ctx, func(tx *db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT n FROM x ORDER BY n LIMIT 10`)
				if err == nil {
					rows.Next()
				}
				return err
			}))
		}
	})
}

func TestAnActThatIsGivenUpBeforeItBeginsIsNotDone(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		ran := false
		if err := d.Act(over, func(*db.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
			t.Errorf("ran %t, %v", ran, err)
		}
		// Once begun it is finished, whatever the caller's patience.
		patience, cancel := context.WithCancel(ctx)
		err := d.Act(patience, func(tx *db.Tx) error {
			cancel()
			_, err := tx.Exec(patience, `CREATE TABLE x (n BIGINT)`)
			return err
		})
		must(t, err)
		must(t, act(d, `INSERT INTO x (n) VALUES (1)`))
	})
}

func TestTooManyActsAreRefused(t *testing.T) {
	d := dbtest.Open(t, nil) // only SQLite has a queue
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { d.Act(ctx, func(*db.Tx) error { close(held); <-hold; return nil }) })
	<-held
	var refused atomic.Int64
	for range db.QueueMax + 3 {
		wg.Go(func() {
			if err := d.Act(ctx, func(*db.Tx) error { return nil }); fault.CodeOf(err) == "db.queue_full" {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	for until := time.Now().Add(10 * time.Second); refused.Load() < 3 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	close(hold)
	wg.Wait()
	if refused.Load() != 3 {
		t.Errorf("%d acts were refused, want 3", refused.Load())
	}
	if n := d.Stats().Waiting; n != 0 {
		t.Errorf("%d acts are said to wait", n)
	}
}

func TestAClosedDatabaseTakesNoActs(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, d.Close())
		wantCode(t, act(d, `CREATE TABLE x (n BIGINT)`), "db.closed")
		wantCode(t, d.Read(ctx, func(*db.Tx) error { return nil }), "db.closed")
		must(t, d.Close())
	})
}

func TestAWrongAddressIsRefused(t *testing.T) {
	for _, dsn := range []string{"", "sqlite:", "mysql://h/d", "node.db", "postgres://%zz"} {
		_, err := db.Open(ctx, db.Config{DSN: dsn})
		if fault.CodeOf(err) != "db.dsn" || fault.Of(err).Field != "dsn" {
			t.Errorf("%q: %v", dsn, err)
		}
	}
	_, err := db.Open(ctx, db.Config{DSN: "mysql://u:geheim@h/d"})
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("the password is told: %v", err)
	}
	_, err = db.Open(ctx, db.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder.db")})
	if err == nil {
		t.Error("a database is made in no folder")
	}
}

func TestAPathMayHoldAnyCharacter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "节点 ?#%&.db")
	d := dbtest.OpenAt(t, "sqlite:"+path, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT)`))
	if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.db")); len(found) != 1 || found[0] != path {
		t.Errorf("the files are %q", found)
	}
}

func TestReadOnlyLooksBesideTheProcessThatServes(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.OpenAt(t, dsn, nil)
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		look, err := db.Open(ctx, db.Config{DSN: dsn, ReadOnly: true})
		must(t, err)
		defer look.Close()
		must(t, act(d, `INSERT INTO x (n) VALUES (1)`))
		if n := number(t, look, `SELECT count(*) FROM x`); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
		wantCode(t, act(look, `INSERT INTO x (n) VALUES (2)`), "db.read_only")
	})
	_, err := db.Open(ctx, db.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "none.db"), ReadOnly: true})
	if err == nil {
		t.Error("a database that is not there is looked at")
	}
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		for _, want := range []string{"", "a", "b"} {
			must(t, d.Act(ctx, func(tx *db.Tx) error {
				if want == "" {
					return nil
				}
				return tx.Set(ctx, "test.name", want)
			}))
			must(t, d.Read(ctx, func(tx *db.Tx) error {
				got, err := tx.Setting(ctx, "test.name")
				if got != want {
					t.Errorf("the setting is %q, want %q", got, want)
				}
				return err
			}))
		}
	})
}

func BenchmarkActsOf64Callers(b *testing.B) {
	d := dbtest.Open(b, nil)
	must(b, act(d, `CREATE TABLE x (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`))
	var n atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := n.Add(1)
			err := d.Act(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO x (id, n) VALUES ($1, $2)`, fmt.Sprint(id), id)
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
