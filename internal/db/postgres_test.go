package db_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

func TestPostgreSQLThatIsGoneAndBack(t *testing.T) {
	if !dbtest.Postgres() {
		return // a file does not go away
	}
	c := dbtest.NewCluster(t)
	dsn := c.Create(t, "node", "")
	d := dbtest.OpenAt(t, dsn, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`))
	var acknowledged, unsure, refused atomic.Int64
	var next atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				n := next.Add(1)
				err := d.Act(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES ($1)`, n)
					return err
				})
				switch {
				case err == nil:
					acknowledged.Add(1)
				case errors.Is(err, fault.New(fault.Unavailable, "db.unsure")):
					unsure.Add(1)
				case fault.KindOf(err) == fault.Unavailable:
					refused.Add(1)
					time.Sleep(10 * time.Millisecond)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	c.Restart(t, func() {
		wantCode(t, act(d, `INSERT INTO x (n) VALUES (-1)`), "db.gone")
		err := d.Read(ctx, func(tx *db.Tx) error { var n int; return tx.QueryRow(ctx, `SELECT count(*) FROM x`).Scan(&n) })
		wantCode(t, err, "db.gone")
		if _, err := db.Open(ctx, db.Config{DSN: dsn}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("opening a database that is gone: %v", err)
		}
	})
	back := acknowledged.Load()
	for until := time.Now().Add(time.Minute); acknowledged.Load() < back+100 && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	close(stop)
	wg.Wait()
	kept := number(t, d, `SELECT count(*) FROM x`)
	if a := acknowledged.Load(); kept < a || kept > a+unsure.Load() || a < back+100 {
		t.Errorf("%d rows for %d acknowledged acts and %d of unknown outcome; %d refused, %d when it came back", kept, a, unsure.Load(), refused.Load(), back)
	}
}

func TestATextOrderThatIsNotCIsRefused(t *testing.T) {
	if !dbtest.Postgres() {
		return // SQLite has no other order
	}
	c := dbtest.NewCluster(t, "fsync=off")
	for _, x := range []struct{ settings, code string }{
		{`LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`, "db.text_order"},
		{`LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans' LC_COLLATE 'C' LC_CTYPE 'C'`, "db.text_order"},
		{`ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`, "db.encoding"},
		{`LC_COLLATE 'C' LC_CTYPE 'C'`, ""},
	} {
		dsn := c.Create(t, "d"+string(rune('a'+len(x.settings)%26)), x.settings)
		d, err := db.Open(ctx, db.Config{DSN: dsn})
		wantCode(t, err, x.code)
		if err == nil {
			d.Close()
		} else if fault.Of(err).Field != "dsn" {
			t.Errorf("the setting at fault is not named: %v", err)
		}
	}
}

// Two acts that each look and then write what the other looked at are not both kept as they stand.
func TestActsOnPostgreSQLAreSerializable(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE duty (name TEXT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO duty (name, n) VALUES ('a', 1), ('b', 1)`))
		one := errors.New("one must stay")
		var wg sync.WaitGroup
		var left atomic.Int64
		for _, name := range []string{"a", "b"} {
			wg.Go(func() {
				err := d.Act(ctx, func(tx *db.Tx) error {
					var n int64
					if err := tx.QueryRow(ctx, `SELECT sum(n) FROM duty`).Scan(&n); err != nil {
						return err
					}
					time.Sleep(20 * time.Millisecond)
					if n < 2 {
						return one
					}
					_, err := tx.Exec(ctx, `UPDATE duty SET n = 0 WHERE name = $1`, name)
					return err
				})
				if errors.Is(err, one) {
					left.Add(1)
				} else {
					must(t, err)
				}
			})
		}
		wg.Wait()
		if n := number(t, d, `SELECT sum(n) FROM duty`); n != 1 || left.Load() != 1 {
			t.Errorf("%d on duty, %d refused; want 1 and 1", n, left.Load())
		}
	})
}

// What a migration does may take its time; an act may not.
func TestAMigrationOnPostgreSQLHasNoTimeLimit(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if strings.HasPrefix(dsn, "sqlite:") {
			return // statements of SQLite have no time limit of their own
		}
		d := dbtest.OpenAt(t, dsn+"&statement_timeout=2000&idle_in_transaction_session_timeout=2000", nil)
		slow := func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `SELECT pg_sleep(3)`)
			time.Sleep(3 * time.Second)
			return err
		}
		wantCode(t, d.Act(ctx, slow), "db.act_too_long")
		must(t, d.Long(ctx, slow))
	})
}

// Neither the time limit of a statement nor anything else lets an act be answered before its standby has it.
func TestACommitWaitsForASynchronousStandby(t *testing.T) {
	if !dbtest.Postgres() {
		return // SQLite has none
	}
	c := dbtest.NewCluster(t)
	dsn := c.Create(t, "node", "")
	d := dbtest.OpenAt(t, dsn+"&statement_timeout=2000", nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT)`))
	admin, err := sql.Open("pgx", dsn)
	must(t, err)
	defer admin.Close()
	standby := func(name string) {
		for _, s := range []string{`ALTER SYSTEM SET synchronous_standby_names = '` + name + `'`, `SELECT pg_reload_conf()`} {
			_, err := admin.Exec(s)
			must(t, err)
		}
		for is := "?"; is != name; time.Sleep(10 * time.Millisecond) {
			must(t, admin.QueryRow(`SHOW synchronous_standby_names`).Scan(&is))
		}
	}
	standby("away")
	// A server takes up a setting in one process after the other, so the first acts may still be answered.
	answered, n := make(chan error, 1), int64(0)
	for waits, until := false, time.Now().Add(20*time.Second); !waits; {
		go func() { answered <- act(d, `INSERT INTO x (n) VALUES (1)`) }()
		n++
		select {
		case err := <-answered:
			must(t, err)
			if time.Now().After(until) {
				t.Fatal("acts are answered without the standby")
			}
		case <-time.After(time.Second):
			waits = true
		}
	}
	standby("")
	must(t, <-answered)
	if rows := number(t, d, `SELECT count(*) FROM x`); rows != n {
		t.Errorf("%d rows, want %d", rows, n)
	}
}
