package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Warm opens the connections that read, and has each look at the head of every table. A session of PostgreSQL learns by itself what the
// tables are; without this it would learn it while the first who ask wait, who may come all at once. On SQLite there is nothing to do.
func (d *DB) Warm(ctx context.Context) error {
	if d.dialect != postgresDialect || d.changes == nil {
		return nil
	}
	var look strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.changes.tables)) {
		fmt.Fprintf(&look, sqlHeadPostgres, pgx.Identifier{name}.Sanitize())
	}
	n := 0
	done := make(chan error)
	for ; ; n++ {
		c := d.readers.find(func(c *connection) bool { return c.conn == nil })
		if c == nil {
			break
		}
		go func() {
			err := c.open(ctx)
			if err == nil {
				err = c.script(ctx, look.String())
			}
			if err != nil {
				c.drop()
			}
			d.giveBack(c)
			done <- err
		}()
	}
	var failed error
	for range n {
		failed = errors.Join(failed, <-done)
	}
	if failed != nil {
		return fmt.Errorf("warm the connections that read: %w", unavailable(failed))
	}
	return nil
}
