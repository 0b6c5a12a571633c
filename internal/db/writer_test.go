package db_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

func TestAnActInsideAnActIsRefused(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		var inner error
		err := d.Act(ctx, func(tx *db.Tx) error {
			inner = act(d, `INSERT INTO x (n) VALUES (1)`)
			_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (2)`)
			return err
		})
		must(t, err)
		wantCode(t, inner, "db.act_in_act")
		if fault.KindOf(inner) != fault.Internal {
			t.Errorf("the kind is %s", fault.KindOf(inner))
		}
		must(t, act(d, `INSERT INTO x (n) VALUES (4)`))
		if n := number(t, d, `SELECT sum(n) FROM x`); n != 6 {
			t.Errorf("the rows add up to %d, want 6: what was refused was done all the same", n)
		}
	})
}

func TestAnActThatWaitsTooLongIsRefusedAndNotDone(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		db.Impatient(t, 100*time.Millisecond, 300*time.Millisecond)
		hold, held, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() { ended <- d.Act(ctx, func(*db.Tx) error { close(held); <-hold; return nil }) }()
		<-held
		wantCode(t, act(d, `INSERT INTO x (n) VALUES (1)`), "db.waited_too_long")
		wantCode(t, <-ended, "db.unsure") // the one under way is not known to be undone
		close(hold)
		must(t, act(d, `INSERT INTO x (n) VALUES (2)`))
		if n := number(t, d, `SELECT sum(n) FROM x`); n != 2 {
			t.Errorf("the rows add up to %d, want 2", n)
		}
	})
}

// A batch ends after its time, and its other acts are in the next.
func TestABatchHasATimeLimit(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		hold, held := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { must(t, d.Act(ctx, func(*db.Tx) error { close(held); <-hold; return nil })) })
		<-held
		var slow, seen atomic.Int64
		for range 2 {
			wg.Go(func() {
				must(t, d.Act(ctx, func(tx *db.Tx) error {
					if slow.Add(1) == 2 { // by now another connection sees what the first of the two wrote
						seen.Store(number(t, d, `SELECT count(*) FROM x`))
					}
					time.Sleep(db.BatchTimeMax + time.Millisecond)
					_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`)
					return err
				}))
			})
		}
		for d.Stats().Waiting < 3 {
			time.Sleep(time.Millisecond)
		}
		close(hold)
		wg.Wait()
		if seen.Load() != 1 {
			t.Error("the act that took the time of a batch was not committed before the next began")
		}
	})
}

// Acts share a transaction without savepoints until one of them has to be undone; neither its neighbours nor those after
// it notice.
func TestAnActIsUndoneAlone(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY)`))
		mine := errors.New("mine")
		for round := range int64(3) {
			hold, held := make(chan struct{}), make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() { must(t, d.Act(ctx, func(*db.Tx) error { close(held); <-hold; return nil })) })
			<-held
			for i := range int64(20) {
				wg.Go(func() {
					err := d.Act(ctx, func(tx *db.Tx) error {
						n := round*100 + i
						if _, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES ($1)`, n); err != nil {
							return err
						}
						switch i {
						case 5:
							return mine
						case 7:
							panic("seven")
						case 9:
							_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES ($1)`, n) // there already
							return err
						case 11: // the same, and the act hides it
							var there int64
							_ = tx.QueryRow(ctx, `INSERT INTO x (n) VALUES ($1) RETURNING n`, n).Scan(&there)
						}
						return nil
					})
					if failed := i == 5 || i == 7 || i == 9 || i == 11; failed != (err != nil) || i == 5 && err != mine {
						t.Errorf("act %d: %v", i, err)
					}
				})
			}
			for d.Stats().Waiting < 21 {
				time.Sleep(time.Millisecond)
			}
			close(hold)
			wg.Wait()
			if n := number(t, d, fmt.Sprintf(`SELECT count(*) FROM x WHERE n >= %d`, round*100)); n != 16 {
				t.Errorf("round %d: %d rows, want 16", round, n)
			}
		}
	})
}

// A connection that breaks in the middle of an act is made anew, and neither the act nor its neighbours are lost.
func TestAWriterWhoseConnectionBreaksHeals(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		if d.Dialect() == "sqlite" {
			return // a file has none
		}
		must(t, act(d, `CREATE TABLE x (n BIGINT)`))
		var runs atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				must(t, d.Act(ctx, func(tx *db.Tx) error {
					if i == 3 && runs.Add(1) == 1 {
						must(t, d.BreakWriter())
					}
					_, err := tx.Exec(ctx, `INSERT INTO x (n) VALUES (1)`)
					return err
				}))
			})
		}
		wg.Wait()
		if n := number(t, d, `SELECT count(*) FROM x`); n != 8 {
			t.Errorf("%d rows, want 8", n)
		}
	})
}

// Statements given together are done in their order and answered each for itself; one that fails ends the act.
func TestStatementsTogether(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		key := map[string]string{"sqlite": `INTEGER PRIMARY KEY`, "postgres": `BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY`}[d.Dialect()]
		must(t, act(d, `CREATE TABLE x (seq `+key+`, n BIGINT NOT NULL CHECK (n > 0))`))
		var said []int64
		note := func(n int64) error { said = append(said, n); return nil }
		run := func(list ...db.Statement) error {
			return d.Act(ctx, func(tx *db.Tx) error { said = nil; return tx.Together(ctx, list) })
		}
		insert := db.Statement{Query: `INSERT INTO x (n) VALUES ($1), ($2)`, Args: []any{5, 6}, Key: "seq", Done: note}
		double := db.Statement{Query: `UPDATE x SET n = n * $1`, Args: []any{2}, Done: note}
		must(t, run(insert, double, insert))
		if got := fmt.Sprint(said); got != "[2 2 4]" {
			t.Errorf("answered %s, want two keys, two rows, four keys", got)
		}
		must(t, run(double))
		must(t, run())
		if err := run(insert, db.Statement{Query: `UPDATE x SET n = -n`, Done: note}, insert); err == nil {
			t.Error("a statement that failed is kept")
		}
		mine := errors.New("mine")
		if err := run(insert, db.Statement{Query: `DELETE FROM x`, Done: func(int64) error { return mine }}); !errors.Is(err, mine) {
			t.Errorf("%v", err)
		}
		if n := number(t, d, `SELECT sum(n) FROM x`); n != 66 {
			t.Errorf("the rows add up to %d, want 66", n)
		}
	})
}
