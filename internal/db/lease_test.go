package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

func TestOneProcessServesADatabase(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		first := dbtest.OpenAt(t, dsn, nil)
		_, err := db.Open(ctx, db.Config{DSN: dsn})
		wantCode(t, err, "db.lease_held")
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
			t.Errorf("the holder is not named: %v", err)
		}
		_, err = db.Open(ctx, db.Config{DSN: dsn, Wait: 300 * time.Millisecond})
		wantCode(t, err, "db.lease_held")
		patience, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		if _, err := db.Open(patience, db.Config{DSN: dsn, Wait: -1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a standby whose patience ends: %v", err)
		}

		standby := make(chan *db.DB)
		go func() {
			d, err := db.Open(ctx, db.Config{DSN: dsn, Wait: -1})
			if err != nil {
				t.Error(err)
			}
			standby <- d
		}()
		must(t, act(first, `CREATE TABLE x (n BIGINT)`, `INSERT INTO x (n) VALUES (1)`))
		fence := first.Fence()
		must(t, first.Close())
		second := <-standby
		defer second.Close()
		if second.Fence() != fence+1 || number(t, second, `SELECT n FROM x`) != 1 {
			t.Errorf("the standby has fence %d after %d", second.Fence(), fence)
		}
		must(t, act(second, `INSERT INTO x (n) VALUES (2)`))
	})
}

func TestWhoLostTheLeaseCannotWrite(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		first := dbtest.OpenAt(t, dsn, nil)
		must(t, act(first, `CREATE TABLE x (n BIGINT)`))
		takeLockAway(t, dsn, first)
		second, err := overtake(t, dsn, first)
		must(t, err)
		defer second.Close()

		// The first does not know yet.
		err = act(first, `INSERT INTO x (n) VALUES (1)`)
		wantCode(t, err, "db.lease_lost")
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("the kind is %s", fault.KindOf(err))
		}
		select {
		case <-first.Lost():
		default:
			t.Error("the first is not told that it lost the lease")
		}
		wantCode(t, act(first, `INSERT INTO x (n) VALUES (2)`), "db.lease_lost")
		must(t, act(second, `INSERT INTO x (n) VALUES (3)`))
		if n := number(t, first, `SELECT sum(n) FROM x`); n != 3 {
			t.Errorf("the rows add up to %d, want 3", n)
		}
	})
}

// An act that is under way while another process takes the lease is waited for, and is there when the other serves.
func TestAnActUnderWayWhileTheLeaseIsTaken(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		first := dbtest.OpenAt(t, dsn, nil)
		must(t, act(first, `CREATE TABLE x (n BIGINT)`))
		takeLockAway(t, dsn, first)
		begun, goOn, ended := make(chan struct{}, 9), make(chan struct{}), make(chan error)
		go func() {
			ended <- first.Act(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`)
				begun <- struct{}{}
				<-goOn
				return err
			})
		}()
		<-begun
		taken := make(chan *db.DB)
		go func() {
			d, err := overtake(t, dsn, first)
			if err != nil {
				t.Error(err)
			}
			taken <- d
		}()
		select {
		case <-taken:
			t.Fatal("the lease was taken while an act was under way")
		case <-time.After(300 * time.Millisecond):
		}
		close(goOn)
		must(t, <-ended)
		second := <-taken
		defer second.Close()
		if n := number(t, second, `SELECT count(*) FROM x`); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
		wantCode(t, act(first, `INSERT INTO x (n) VALUES (2)`), "db.lease_lost")
	})
}

func TestALockThatBreaksIsTakenAgain(t *testing.T) {
	if !dbtest.Postgres() {
		return // the lock of a file cannot break
	}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.OpenAt(t, dsn, nil)
		if d.Dialect() != "postgres" {
			return
		}
		takeLockAway(t, dsn, d)
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		var err error
		for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
			if locked(t, dsn) > 0 {
				_, err = db.Open(ctx, db.Config{DSN: dsn})
				break
			}
		}
		wantCode(t, err, "db.lease_held")
		must(t, act(d, `INSERT INTO x (n) VALUES (1)`))
	})
}

// takeLockAway breaks the lock that tells who is alive, as an operator can and as a cut connection does, while its
// holder lives on.
func takeLockAway(t *testing.T, dsn string, d *db.DB) {
	t.Helper()
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		must(t, os.Remove(path+"-lease"))
		return
	}
	admin, err := sql.Open("pgx", dsn)
	must(t, err)
	defer admin.Close()
	_, err = admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	must(t, err)
	for until := time.Now().Add(5 * time.Second); locked(t, dsn) != 0 && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
}

// overtake opens a database whose lock was taken away. Who had it takes it back after seconds: where that was sooner, once more.
func overtake(t *testing.T, dsn string, first *db.DB) (d *db.DB, err error) {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; {
		d, err = db.Open(ctx, db.Config{DSN: dsn})
		if fault.CodeOf(err) != "db.lease_held" || time.Now().After(until) {
			return d, err
		}
		takeLockAway(t, dsn, first)
	}
}

// locked counts the advisory locks of a PostgreSQL database.
func locked(t *testing.T, dsn string) (n int) {
	t.Helper()
	admin, err := sql.Open("pgx", dsn)
	must(t, err)
	defer admin.Close()
	must(t, admin.QueryRow(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&n))
	return n
}
