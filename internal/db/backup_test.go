package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// pairs opens a database whose acts each write two rows, so that a copy with half an act has an odd number.
func pairs(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d := dbtest.OpenAt(t, dsn, nil)
	must(t, act(d, `CREATE TABLE IF NOT EXISTS pair (n BIGINT)`))
	return d
}

func pair(d *db.DB) error {
	return act(d, `INSERT INTO pair (n) VALUES (1)`, `INSERT INTO pair (n) VALUES (2)`)
}

func TestABackupIsTakenWhileServing(t *testing.T) {
	dsn := dbtest.SQLite(t)
	d := pairs(t, dsn)
	must(t, d.Act(ctx, func(tx *db.Tx) error { return tx.Set(ctx, db.OriginSetting, "test.example/31") }))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := pair(d); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for number(t, d, `SELECT count(*) FROM pair`) < 20 {
		time.Sleep(time.Millisecond)
	}
	before := number(t, d, `SELECT count(*) FROM pair`)
	to := filepath.Join(t.TempDir(), "backup.db")
	must(t, d.Backup(ctx, to))
	close(stop)
	wg.Wait()
	after := number(t, d, `SELECT count(*) FROM pair`)
	wantCode(t, d.Backup(ctx, to), "db.backup_there")
	if left, _ := filepath.Glob(to + ".*"); len(left) != 0 {
		t.Errorf("left beside it: %v", left)
	}

	// Restored over the database of the same node: what stood there is kept.
	must(t, d.Close())
	path := strings.TrimPrefix(dsn, "sqlite:")
	kept, err := db.Restore(ctx, to, path, false)
	must(t, err)
	restored := dbtest.OpenAt(t, dsn, nil)
	n := number(t, restored, `SELECT count(*) FROM pair`)
	if n%2 != 0 || n < before || n > after {
		t.Errorf("the backup has %d rows; there were %d before and %d after", n, before, after)
	}
	must(t, pair(restored))
	must(t, restored.Read(ctx, func(tx *db.Tx) error {
		note, err := tx.Restored(ctx)
		if !strings.Contains(note, "backup.db") {
			t.Errorf("the database does not say that it was restored: %q", note)
		}
		return err
	}))
	old := dbtest.OpenAt(t, "sqlite:"+kept, nil)
	if n := number(t, old, `SELECT count(*) FROM pair`); n != after {
		t.Errorf("what stood there has %d rows, want %d", n, after)
	}
}

func TestABackupIsRestoredWhereNothingStood(t *testing.T) {
	d := pairs(t, dbtest.SQLite(t))
	must(t, pair(d))
	dir := t.TempDir()
	must(t, d.Backup(ctx, filepath.Join(dir, "backup.db")))
	kept, err := db.Restore(ctx, filepath.Join(dir, "backup.db"), filepath.Join(dir, "node.db"), false)
	must(t, err)
	if kept != "" {
		t.Errorf("%q is said to have stood there", kept)
	}
	if n := number(t, pairs(t, "sqlite:"+filepath.Join(dir, "node.db")), `SELECT count(*) FROM pair`); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestAWrongBackupChangesNothing(t *testing.T) {
	dsn := dbtest.SQLite(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	d := pairs(t, dsn)
	must(t, d.Act(ctx, func(tx *db.Tx) error { return tx.Set(ctx, db.OriginSetting, "test.example/31") }))
	for range 200 {
		must(t, pair(d))
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	must(t, d.Backup(ctx, good))
	_, err := db.Restore(ctx, good, path, false)
	wantCode(t, err, "db.lease_held") // it is being served
	must(t, d.Close())
	was, err := os.ReadFile(path)
	must(t, err)

	change := func(name string, do func([]byte) []byte) string {
		b, err := os.ReadFile(good)
		must(t, err)
		to := filepath.Join(dir, name)
		must(t, os.WriteFile(to, do(b), 0o600))
		return to
	}
	edit := func(name, statement string) string {
		to := change(name, func(b []byte) []byte { return b })
		x := dbtest.OpenAt(t, "sqlite:"+to, nil)
		must(t, x.WriterExec("PRAGMA foreign_keys = OFF"))
		must(t, x.WriterExec(statement))
		must(t, x.Close())
		return to
	}
	for _, c := range []struct{ path, code string }{
		{change("cut.db", func(b []byte) []byte { return b[:len(b)/2] }), "db.backup_damaged"},
		{change("byte.db", func(b []byte) []byte { return strike(b, "CREATE TABLE pair") }), "db.backup_damaged"},
		{change("text.db", func([]byte) []byte { return []byte(strings.Repeat("no database ", 1000)) }), "db.backup_damaged"},
		{change("empty.db", func([]byte) []byte { return nil }), "db.backup_empty"},
		{filepath.Join(dir, "none.db"), "db.gone"},
		{edit("newer.db", `INSERT INTO migration (name, digest, applied_at) VALUES ('9999_later.sql', '', 0)`), "db.newer"},
		{edit("changed.db", `UPDATE migration SET digest = 'x'`), "db.migration_changed"},
		{edit("other.db", `UPDATE node_setting SET value = 'test.example/32' WHERE name = 'log.origin'`), "db.restore_other"},
		{edit("orphan.db", `CREATE TABLE orphan (id TEXT REFERENCES db_job (id)); INSERT INTO orphan (id) VALUES ('x')`), "db.backup_damaged"},
	} {
		_, err := db.Restore(ctx, c.path, path, false)
		if err == nil {
			t.Errorf("%s is restored", filepath.Base(c.path))
			continue
		}
		wantCode(t, err, c.code)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(was) {
		t.Errorf("the database was changed (%v)", err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) != 0 {
		t.Errorf("left beside it: %v", left)
	}
	if _, err := db.Restore(ctx, filepath.Join(dir, "other.db"), path, true); err != nil {
		t.Errorf("another node's backup, asked for: %v", err)
	}
}

// strike overwrites a text everywhere: where the schema fills several pages, a page can keep a copy that nobody reads.
func strike(b []byte, text string) []byte {
	return []byte(strings.ReplaceAll(string(b), text, strings.Repeat("\xff", len(text))))
}

// A database that is damaged cannot say whose it is and is replaced all the same; it is kept with its journal.
func TestADamagedDatabaseIsReplaced(t *testing.T) {
	dsn := dbtest.SQLite(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	d := pairs(t, dsn)
	must(t, pair(d))
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, d.Backup(ctx, backup))
	must(t, d.Close())
	must(t, os.WriteFile(path, []byte(strings.Repeat("damaged", 5000)), 0o600))
	must(t, os.WriteFile(path+"-wal", []byte("the journal"), 0o600))
	kept, err := db.Restore(ctx, backup, path, false)
	must(t, err)
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	if n := number(t, pairs(t, dsn), `SELECT count(*) FROM pair`); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestPostgreSQLIsBackedUpByItsOwnTools(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if d := dbtest.OpenAt(t, dsn, nil); d.Dialect() == "postgres" {
			wantCode(t, d.Backup(ctx, filepath.Join(t.TempDir(), "x")), "db.backup_postgres")
		}
	})
}
