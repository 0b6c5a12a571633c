// Package dbtest opens real databases for tests: SQLite always, PostgreSQL too with -pg.
package dbtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"corridor/internal/db"
)

// Open returns a migrated SQLite database in a folder of the test. now may be nil.
func Open(t testing.TB, now func() time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "node.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Each runs the same test on every database that is asked for.
func Each(t *testing.T, now func() time.Time, test func(*testing.T, *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t, now)) })
}
