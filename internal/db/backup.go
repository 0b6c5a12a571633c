package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"corridor/internal/fault"
)

// Suffixes of the files that a backup or a restoring leaves or passes through.
const (
	partSuffix    = ".part"     // not finished: of no use
	beforeSuffix  = ".replaced" // with the time: what stood there before a restoring
	journalSuffix = "-wal"
	sharedSuffix  = "-shm"
)

// findingsMax is how many findings of a check are told.
const findingsMax = 10

// Backup writes a consistent copy of a SQLite database to a new file, while acts and readings go on. The copy was
// checked and is durable when Backup returns nil. PostgreSQL is backed up by its own tools; see docs/operating.md.
func (d *DB) Backup(ctx context.Context, to string) error {
	from, ok := strings.CutPrefix(d.dsn, "sqlite:")
	if !ok {
		return fault.New(fault.Invalid, "db.backup_postgres")
	}
	if _, err := os.Lstat(to); err == nil {
		return fault.New(fault.Conflict, "db.backup_there", "path", to).On("path")
	}
	part := to + partSuffix
	if err := removeIfThere(part); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := backup(ctx, from, part); err != nil {
		return fmt.Errorf("back up to %s: %w", to, errors.Join(unavailable(err), removeIfThere(part)))
	}
	if err := keep(part, to); err != nil {
		return fmt.Errorf("back up to %s: %w", to, err)
	}
	return nil
}

func backup(ctx context.Context, from, part string) error {
	pool, err := sql.Open("sqlite", sqliteDSN(from, "mode=ro"))
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, sqlBackup, part); err != nil {
		return err
	}
	_, err = look(ctx, part)
	return err
}

// copied is what a copy of a database says of itself.
type copied struct {
	origin string // of the node's log; "" when it has none
	acted  int64  // the newest act, microseconds
}

// look checks a database that nobody serves: whole, consistent, and of a schema that this program knows. One that is
// older is brought up to date when it is opened.
func look(ctx context.Context, path string) (c copied, err error) {
	d := &DB{dialect: sqliteDialect, dsn: "sqlite:" + path, now: time.Now, readOnly: true}
	if d.read, err = sql.Open("sqlite", sqliteDSN(path, "mode=ro")); err != nil {
		return c, err
	}
	defer d.read.Close()
	err = d.Read(ctx, func(tx *Tx) (err error) { c, err = lookAt(ctx, tx, filepath.Base(path)); return err })
	if cannotServe(err) == "db.damaged" {
		err = fault.New(fault.Invalid, "db.backup_damaged", "path", filepath.Base(path), "found", "").Because(err)
	}
	return c, err
}

func lookAt(ctx context.Context, tx *Tx, name string) (c copied, err error) {
	for _, q := range []string{sqlCheckWhole, sqlCheckKeys} {
		found, err := findings(ctx, tx, q)
		if err != nil {
			return c, err
		}
		if len(found) > 0 {
			return c, fault.New(fault.Invalid, "db.backup_damaged", "path", name, "found", strings.Join(found, "; "))
		}
	}
	all, err := Migrations()
	if err != nil {
		return c, err
	}
	there, err := applied(ctx, tx)
	if err != nil {
		return c, fault.New(fault.Invalid, "db.backup_empty", "path", name).Because(err) // it has no such table
	}
	if _, err := compare(all, there); err != nil {
		return c, err
	}
	if c.origin, err = tx.Setting(ctx, OriginSetting); err != nil {
		return c, err
	}
	return c, tx.QueryRow(ctx, sqlLeaseActedAt).Scan(&c.acted)
}

// findings reads what a check of the database says, apart from "ok".
func findings(ctx context.Context, tx *Tx, query string) ([]string, error) {
	rows, err := tx.Query(ctx, query, findingsMax)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		if line != "ok" {
			found = append(found, line)
		}
	}
	return found, rows.Err()
}

// Restore puts a backup in the place of a SQLite database that nobody serves. The backup is checked first: a damaged
// one, one made by a newer program and, unless another node is meant, one of another node change nothing. What stood
// there is kept beside it, with the time in its name; its name is returned, "" when nothing stood there. A crash leaves
// either the one database or the other.
func Restore(ctx context.Context, backup, path string, otherNode bool) (before string, err error) {
	c, err := look(ctx, backup)
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, unavailable(err))
	}
	l, err := takeFile(ctx, path+leaseSuffix, 0)
	if err != nil {
		return "", fmt.Errorf("restore to %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, l.release()) }()
	stood := false
	if _, err := os.Lstat(path); err == nil {
		stood = true
		// A database that cannot be read, as is likely when one restores, has no say.
		if now, err := look(ctx, path); err == nil && now.origin != "" && now.origin != c.origin && !otherNode {
			return "", fault.New(fault.Conflict, "db.restore_other", "ours", now.origin, "theirs", c.origin).On("backup")
		}
	}
	part := path + partSuffix
	if err := copyFile(backup, part); err != nil {
		return "", fmt.Errorf("restore to %s: %w", path, errors.Join(err, removeIfThere(part)))
	}
	if err := noteRestored(ctx, part, filepath.Base(backup), c); err != nil {
		return "", fmt.Errorf("restore to %s: %w", path, errors.Join(err, removeIfThere(part)))
	}
	if stood {
		if before, err = setAside(ctx, path); err != nil {
			return "", fmt.Errorf("set aside %s: %w", path, err)
		}
	}
	if err := keep(part, path); err != nil {
		return before, fmt.Errorf("restore to %s: %w", path, err)
	}
	return before, nil
}

// noteRestored writes into the copy that it is one.
func noteRestored(ctx context.Context, path, from string, c copied) error {
	pool, err := sql.Open("sqlite", sqliteDSN(path, "mode=rw"))
	if err != nil {
		return err
	}
	defer pool.Close()
	text := fmt.Sprintf("%s from %s, newest act %s", time.Now().UTC().Format(time.RFC3339), from, Time(c.acted).Format(time.RFC3339))
	_, err = pool.ExecContext(ctx, sqlSettingSet, restoredSetting, text)
	return err
}

// setAside gives the present database a second name, with its journal folded in where it can be read, and clears the
// way for the new one: a journal that stayed would be taken for the new one's.
func setAside(ctx context.Context, path string) (before string, err error) {
	before = path + beforeSuffix + time.Now().UTC().Format("-20060102T150405.000000")
	if pool, err := sql.Open("sqlite", sqliteDSN(path, "mode=rw")); err == nil {
		_, _ = pool.ExecContext(ctx, sqlFoldJournal) // best effort: a damaged one keeps its journal beside it
		pool.Close()
	}
	if err := os.Link(path, before); err != nil {
		return "", err
	}
	if err := os.Rename(path+journalSuffix, before+journalSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return before, err
	}
	return before, removeIfThere(path + sharedSuffix)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

// keep makes a finished file durable under its name.
func keep(part, path string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
