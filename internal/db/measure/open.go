package measure

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"corridor/internal/db"
)

// Open opens the database that is measured and says where that is. Without an address it is a new SQLite file in a new
// folder below dir, or below the folder for temporary files; finish closes it and removes what Open made.
func Open(ctx context.Context, dsn, dir string) (d *db.DB, m Machine, at string, finish func() error, err error) {
	remove := func() error { return nil }
	if dsn == "" {
		made, err := os.MkdirTemp(dir, "corridor-bench-")
		if err != nil {
			return nil, m, "", nil, err
		}
		remove = func() error { return os.RemoveAll(made) }
		dsn = "sqlite:" + filepath.Join(made, "node.db")
	}
	if d, err = db.Open(ctx, db.Config{DSN: dsn}); err != nil {
		return nil, m, "", nil, errors.Join(err, remove())
	}
	finish = func() error { return errors.Join(d.Close(), remove()) }
	if m, err = Describe(ctx, d, dsn); err != nil {
		return nil, m, "", nil, errors.Join(err, finish())
	}
	return d, m, dsn, finish, nil
}
