package db_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

func TestAFullDatabaseRefusesAndHeals(t *testing.T) {
	d := dbtest.Open(t, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT, b BYTEA)`))
	big := func(n int) error {
		return d.Act(ctx, func(tx *db.Tx) error {
			for i := range 20 {
				if _, err := tx.Exec(ctx, `INSERT INTO x (n, b) VALUES ($1, $2)`, n*20+i, make([]byte, 10_000)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	must(t, big(0))
	must(t, d.WriterExec(`PRAGMA max_page_count = 1`)) // as many as there are
	err := big(1)
	wantCode(t, err, "db.full")
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the kind is %s", fault.KindOf(err))
	}
	var wg sync.WaitGroup
	for range 8 { // a batch in which every act fails, and one that needs no room
		wg.Go(func() { wantCode(t, big(1), "db.full") })
		wg.Go(func() { must(t, d.Act(ctx, func(*db.Tx) error { return nil })) })
	}
	wg.Wait()
	must(t, d.WriterExec(`PRAGMA max_page_count = 1000000`))
	must(t, big(2))
	if n := number(t, d, `SELECT count(*) FROM x`); n != 40 {
		t.Errorf("%d rows, want 40: an act was kept by half", n)
	}
}

func TestAReadOnlyDatabaseRefusesAndHeals(t *testing.T) {
	d := dbtest.Open(t, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT)`))
	must(t, d.WriterExec(`PRAGMA query_only = ON`))
	err := act(d, `INSERT INTO x (n) VALUES (1)`)
	wantCode(t, err, "db.read_only")
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the kind is %s", fault.KindOf(err))
	}
	must(t, d.WriterExec(`PRAGMA query_only = OFF`))
	must(t, act(d, `INSERT INTO x (n) VALUES (1)`))
	if n := number(t, d, `SELECT count(*) FROM x`); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestADamagedDatabaseIsSaidToBe(t *testing.T) {
	dsn := dbtest.SQLite(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	must(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, err := db.Open(ctx, db.Config{DSN: dsn})
	wantCode(t, err, "db.damaged")
}

func TestAnErrorOfTheActIsReturnedAsItIs(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		mine := errors.New("mine")
		if err := d.Act(ctx, func(*db.Tx) error { return mine }); err != mine {
			t.Errorf("got %v", err)
		}
		if err := d.Read(ctx, func(*db.Tx) error { return mine }); err != mine {
			t.Errorf("got %v", err)
		}
		refusal := fault.New(fault.Conflict, "fault.internal")
		if err := d.Act(ctx, func(*db.Tx) error { return refusal }); err != error(refusal) {
			t.Errorf("got %v", err)
		}
		if err := act(d, `INSERT INTO nowhere (n) VALUES (1)`); fault.KindOf(err) != fault.Internal {
			t.Errorf("a wrong statement is %v", err)
		}
	})
}

func TestAnActThatTakesTooLongIsUndone(t *testing.T) {
	d := dbtest.Open(t, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT)`))
	err := d.Act(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`); err != nil {
			return err
		}
		db.Slow(tx, db.ActTimeMax+time.Second)
		_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (2)`)
		return err
	})
	wantCode(t, err, "db.act_too_long")
	if n := number(t, d, `SELECT count(*) FROM x`); n != 0 {
		t.Errorf("%d rows, want 0", n)
	}
}
