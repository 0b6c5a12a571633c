package db

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// WriterExec runs a statement on the writer's own connection, outside any act: tests make the database full or read
// only by it.
func (d *DB) WriterExec(query string) error {
	_ = d.Act(context.Background(), func(*Tx) error { return nil }) // once it is answered the writer has its connection, and rests
	_, err := d.conn.conn.ExecContext(context.Background(), query)
	return err
}

// Fence is that of the lease.
func (d *DB) Fence() int64 { return d.lease.fence.Load() }

// QueueMax, ActTimeMax and BatchTimeMax are the limits that tests run into.
const (
	QueueMax     = queueMax
	ActTimeMax   = actTimeMax
	BatchTimeMax = batchTimeMax
)

// Slow makes an act older than it is.
func Slow(tx *Tx, by time.Duration) { tx.began = tx.began.Add(-by) }

// Impatient shortens for how long acts wait, for one test.
func Impatient(t *testing.T, wait, answer time.Duration) {
	w, a := waitMax, answerMax
	waitMax, answerMax = wait, answer
	t.Cleanup(func() { waitMax, answerMax = w, a })
}

// BreakWriter breaks the connection of PostgreSQL's writer from within an act.
func (d *DB) BreakWriter() error {
	return d.conn.raw(func(pc *pgx.Conn) error { return pc.PgConn().Conn().Close() })
}

// Long runs an act as a migration runs.
func (d *DB) Long(ctx context.Context, fn func(*Tx) error) error { return d.long(ctx, fn) }

// Unmade is how many of the connections that read nobody has made yet.
func (d *DB) Unmade() (n int) {
	d.readers.mu.Lock()
	defer d.readers.mu.Unlock()
	for _, c := range d.readers.list {
		if c.conn == nil {
			n++
		}
	}
	return n
}
