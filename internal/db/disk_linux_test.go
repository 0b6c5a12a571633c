package db_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

// disk mounts a small file system of its own for a test, where the kernel lets us.
func disk(t *testing.T, megabytes int) (dir string, ok bool) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "disk")
	must(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mount("corridor-test", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", megabytes)); err != nil {
		return dir, false
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir, true
}

// moveTo puts a migrated database on a disk.
func moveTo(t *testing.T, dir string) (dsn string) {
	t.Helper()
	b, err := os.ReadFile(strings.TrimPrefix(dbtest.SQLite(t), "sqlite:"))
	must(t, err)
	path := filepath.Join(dir, "node.db")
	must(t, os.WriteFile(path, b, 0o600))
	return "sqlite:" + path
}

// A disk that fills up under load: what is refused is not there, what is acknowledged is, and room heals it. Where nothing
// can be mounted TestAFullDatabaseRefusesAndHeals says the same of a page limit.
func TestAFullDiskRefusesAndHeals(t *testing.T) {
	dir, ok := disk(t, 64)
	if !ok {
		return
	}
	dsn := moveTo(t, dir)
	d := dbtest.OpenAt(t, dsn, nil)
	must(t, act(d, `CREATE TABLE x (n BIGINT PRIMARY KEY, b BYTEA)`))
	filler := filepath.Join(dir, "filler")
	must(t, os.WriteFile(filler, make([]byte, 40<<20), 0o600)) // more than the acts find: their journal is still to be copied
	var next, acknowledged, full atomic.Int64
	insert := func() error {
		return d.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO x (n, b) VALUES ($1, $2)`, next.Add(1), make([]byte, 50_000))
			return err
		})
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for refused := 0; refused < 5; {
				err := insert()
				switch {
				case err == nil:
					acknowledged.Add(1)
				case fault.CodeOf(err) == "db.full" && fault.KindOf(err) == fault.Unavailable:
					full.Add(1)
					refused++
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if acknowledged.Load() == 0 || full.Load() == 0 {
		t.Errorf("%d acts were acknowledged and %d refused: the disk was not filled", acknowledged.Load(), full.Load())
	}
	if n := number(t, d, `SELECT count(*) FROM x`); n != acknowledged.Load() {
		t.Errorf("%d rows of %d acknowledged acts", n, acknowledged.Load())
	}
	must(t, os.Remove(filler))
	must(t, insert())
	must(t, d.Close())
	again := dbtest.OpenAt(t, dsn, nil)
	if n := number(t, again, `SELECT count(*) FROM x`); n != acknowledged.Load()+1 {
		t.Errorf("after a restart %d rows of %d acknowledged acts", n, acknowledged.Load()+1)
	}
	if n := number(t, again, `SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'`); n != 0 {
		t.Errorf("the database has %d faults", n)
	}
}

func TestAFolderThatIsReadOnlyIsRefused(t *testing.T) {
	dir, mounted := disk(t, 32)
	dsn := moveTo(t, dir)
	set := func(readOnly bool) {
		if !mounted {
			must(t, os.Chmod(dir, map[bool]os.FileMode{true: 0o500, false: 0o700}[readOnly]))
			return
		}
		flags := uintptr(syscall.MS_REMOUNT)
		if readOnly {
			flags |= syscall.MS_RDONLY
		}
		must(t, syscall.Mount("corridor-test", dir, "tmpfs", flags, ""))
	}
	set(true)
	_, err := db.Open(ctx, db.Config{DSN: dsn})
	set(false)
	wantCode(t, err, "db.read_only")
	if err != nil && !strings.Contains(err.Error(), dir) {
		t.Errorf("the folder is not named: %v", err)
	}
	dbtest.OpenAt(t, dsn, nil)
}
