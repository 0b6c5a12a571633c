package db

import (
	"context"
	"time"
)

// WriterExec runs a statement on the writer's own connection, outside any act: tests make the database full or read
// only by it.
func (d *DB) WriterExec(query string) error {
	if d.dialect == postgresDialect {
		_, err := d.write.ExecContext(context.Background(), query)
		return err
	}
	_ = d.Act(context.Background(), func(*Tx) error { return nil }) // once it is answered the writer has its connection
	_, err := d.conn.ExecContext(context.Background(), query)
	return err
}

// Fence is that of the lease.
func (d *DB) Fence() int64 { return d.lease.fence.Load() }

// QueueMax and ActTimeMax are the limits that tests run into.
const (
	QueueMax   = queueMax
	ActTimeMax = actTimeMax
)

// Slow makes an act older than it is.
func Slow(tx *Tx, by time.Duration) { tx.began = tx.began.Add(-by) }
