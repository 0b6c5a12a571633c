package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// reopened gives a test a database that knows the tables made by some statements: what a table is is learnt when it is opened.
func reopened(t *testing.T, statements []string, test func(*testing.T, *db.DB)) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d, err := db.Open(ctx, db.Config{DSN: dsn})
		must(t, err)
		must(t, act(d, statements...))
		must(t, d.Close())
		test(t, dbtest.OpenAt(t, dsn, nil))
	})
}

// What a reading is told by memory is what the database would have told it: the two tables are written by the same acts, so every
// reading sees them alike; and nobody sees a number that is older than the one whose act they were told to be kept.
func TestAReadingIsToldNothingThatIsOld(t *testing.T) {
	reopened(t, []string{`CREATE TABLE told_a (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `CREATE TABLE told_b (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`,
		`CREATE VIEW v_told AS SELECT id, n FROM told_b`, `CREATE VIEW v_told_again AS SELECT id, n FROM v_told`,
		`INSERT INTO told_a (id, n) VALUES (1, 0), (2, 0)`, `INSERT INTO told_b (id, n) VALUES (1, 0), (2, 0)`}, func(t *testing.T, d *db.DB) {
		var kept atomic.Int64 // the newest number of the first row whose act was answered
		ctx, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		wrong := make(chan string, 100)
		read := func() {
			least := kept.Load()
			var a, b, other int64
			var rows []int64
			err := d.Read(ctx, func(tx *db.Tx) error {
				tx.Ahead(ctx, `SELECT n FROM v_told_again WHERE id = $1`, 1)
				err := errors.Join(tx.QueryRow(ctx, `SELECT n FROM told_a WHERE id = $1`, 1).Scan(&a), tx.QueryRow(ctx, `SELECT n FROM v_told_again WHERE id = $1`, 1).Scan(&b),
					tx.QueryRow(ctx, `SELECT n FROM told_a WHERE id = $1`, 2).Scan(&other))
				if err != nil {
					return err
				}
				rows, err = db.Collect(ctx, tx, "numbers", func(scan func(...any) error) (n int64, err error) { return n, scan(&n) }, `SELECT n FROM told_b ORDER BY id LIMIT 9`)
				return err
			})
			if err == nil && (a != b || a < least || len(rows) != 2 || rows[0] != a || rows[1] != other) {
				select {
				case wrong <- fmt.Sprintf("%d and %d, %d and %v, at least %d", a, b, other, rows, least):
				default:
				}
			}
		}
		for range 6 {
			all.Go(func() {
				for ctx.Err() == nil {
					read()
				}
			})
		}
		no := errors.New("no")
		for i := int64(1); i <= 120; i++ {
			err := d.Act(ctx, func(tx *db.Tx) error {
				for _, q := range []string{`UPDATE told_a SET n = $1 WHERE id = $2`, `UPDATE told_b SET n = $1 WHERE id = $2`} {
					if _, err := tx.Exec(ctx, q, i, 1+i%3/2); err != nil {
						return err
					}
				}
				if i%7 == 0 {
					return no
				}
				return nil
			})
			if err != nil && !errors.Is(err, no) {
				t.Fatal(err)
			}
			if err == nil && i%3/2 == 0 {
				kept.Store(i)
			}
			read()
		}
		stop()
		all.Wait()
		close(wrong)
		for w := range wrong {
			t.Error(w)
		}
	})
}

// An answer is asked once, until one of the tables that it may come from is written; what never comes again is not kept for long.
func TestAnAnswerIsAskedOnce(t *testing.T) {
	reopened(t, []string{`CREATE TABLE once_a (n BIGINT PRIMARY KEY)`, `CREATE TABLE once_b (n BIGINT PRIMARY KEY)`}, func(t *testing.T, d *db.DB) {
		ask := func(want, statements int64) {
			t.Helper()
			before := d.Stats()
			if got := number(t, d, `SELECT count(*) FROM once_a WHERE n > $1`, 0); got != want {
				t.Errorf("%d rows, want %d", got, want)
			}
			if after := d.Stats(); after.Statements-before.Statements != statements || after.Remembered-before.Remembered != 1-statements {
				t.Errorf("%+v after %+v, want %d statements", after, before, statements)
			}
		}
		ask(0, 1)
		ask(0, 0)
		must(t, act(d, `INSERT INTO once_b (n) VALUES (1)`))
		ask(0, 0)
		must(t, act(d, `INSERT INTO once_a (n) VALUES (1)`))
		ask(1, 1)
		ask(1, 0)
		must(t, act(d, `WITH x AS (SELECT 7 AS n) INSERT INTO once_a (n) SELECT n FROM x`))
		ask(2, 1)
		// What fails in a reading is that reading's, and the next one is served.
		if err := d.Read(ctx, func(tx *db.Tx) error {
			_ = tx.QueryRow(ctx, `SELECT nothing FROM once_a`).Scan(new(int))
			return nil
		}); err != nil {
			t.Log(err)
		}
		ask(2, 0)
		must(t, act(d, `DELETE FROM once_a`))
		ask(0, 1)
	})
}

// Rows are scanned alike whether the database tells them or memory, into whatever a room reads them into.
func TestWhatIsRememberedIsScannedAlike(t *testing.T) {
	type name string
	type fen int64
	type yes bool
	type raw []byte
	reopened(t, []string{`CREATE TABLE alike (s TEXT, n BIGINT, b BOOLEAN, x BYTEA, f DOUBLE PRECISION)`,
		`INSERT INTO alike (s, n, b, x, f) VALUES ('17', 42, TRUE, NULL, 0.25), (NULL, NULL, NULL, NULL, NULL)`}, func(t *testing.T, d *db.DB) {
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE alike SET x = $1 WHERE n = 42`, []byte("bytes"))
			return err
		}))
		for _, column := range []string{"s", "n", "b", "x", "f", "sum(n) AS sum"} {
			for _, make := range []func() any{
				func() any { return new(string) }, func() any { return new(name) }, func() any { return new(int64) }, func() any { return new(int) }, func() any { return new(int32) },
				func() any { return new(fen) }, func() any { return new(uint64) }, func() any { return new(bool) }, func() any { return new(yes) }, func() any { return new([]byte) }, func() any { return new(raw) },
				func() any { return new(float64) }, func() any { return new(any) }, func() any { return new(*string) }, func() any { return new(*int64) }, func() any { return &sql.Null[string]{} },
				func() any { return &sql.NullInt64{} }, func() any { return &sql.NullBool{} },
			} {
				var told []string
				for range 2 {
					var got []string
					must(t, d.Read(ctx, func(tx *db.Tx) error {
						query := `SELECT ` + column + ` FROM alike WHERE n > 0 OR s IS NULL GROUP BY s, n, b, x, f ORDER BY n NULLS LAST LIMIT 2`
						rows, err := tx.Query(ctx, query)
						if err != nil {
							return err
						}
						defer rows.Close()
						for rows.Next() {
							to := make()
							if err := rows.Scan(to); err != nil {
								got = append(got, "refused")
								continue
							}
							got = append(got, shown(to))
						}
						return rows.Err()
					}))
					told = append(told, strings.Join(got, "; "))
				}
				if told[0] != told[1] {
					t.Errorf("%s into %T: told %s, remembered %s", column, make(), told[0], told[1])
				}
			}
		}
	})
}

func shown(to any) string {
	v := reflect.ValueOf(to).Elem()
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return fmt.Sprintf("%#v", v.Interface())
}
