// Package dbtest opens real databases for tests: SQLite always, and PostgreSQL too when CORRIDOR_TEST_PG=1 is set.
//
// A database of a test is a copy of one that was migrated once for the test binary, so a test pays milliseconds.
// PostgreSQL is a private child of the binary with a socket only, and is gone with it (postgres.go). The setting is a
// variable of the environment and not a flag, because `go test ./...` would refuse a flag that only some packages know.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
)

// Open returns a migrated SQLite database in a folder of the test. now may be nil.
func Open(t testing.TB, now func() time.Time) *db.DB {
	t.Helper()
	return OpenAt(t, SQLite(t), now)
}

// Each runs the same test on every database that is asked for.
func Each(t *testing.T, now func() time.Time, test func(*testing.T, *db.DB)) {
	EachDSN(t, func(t *testing.T, dsn string) { test(t, OpenAt(t, dsn, now)) })
}

// EachDSN gives a test the address of a migrated database, for tests that open it themselves, or more than once.
func EachDSN(t *testing.T, test func(*testing.T, string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	if Postgres() {
		t.Run("postgres", func(t *testing.T) { test(t, cluster(t).create(t)) })
	}
}

// Postgres says whether tests run on PostgreSQL, too.
func Postgres() bool { return os.Getenv("CORRIDOR_TEST_PG") == "1" }

// OpenAt opens a database and closes it with the test.
func OpenAt(t testing.TB, dsn string, now func() time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{DSN: dsn, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// SQLite is the address of a migrated SQLite database in a folder of the test.
func SQLite(t testing.TB) string {
	t.Helper()
	b, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "node.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// migrated is the file of an empty, migrated database, made once.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "corridor-dbtest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "node.db")
	d, err := db.Open(context.Background(), db.Config{DSN: "sqlite:" + path, Now: longAgo})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // the last connection copies the journal back into the file
		return nil, err
	}
	return os.ReadFile(path)
})

// longAgo is when the databases of tests are made: before any time that a test sets.
func longAgo() time.Time { return time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC) }

// PostgresDSN is the address of a migrated PostgreSQL database of its own, where Postgres says that there is one.
func PostgresDSN(t testing.TB) string { return cluster(t).create(t) }

// EachPair gives a test the addresses of two migrated databases of one kind, for tests of two nodes.
func EachPair(t *testing.T, test func(t *testing.T, a, b string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t), SQLite(t)) })
	if Postgres() {
		t.Run("postgres", func(t *testing.T) { test(t, cluster(t).create(t), cluster(t).create(t)) })
	}
}
