package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"corridor/internal/fault"
)

// writer is the one goroutine that writes to SQLite. It drains the queue without a timer: while one batch
// is being committed the next one gathers.
func (d *DB) writer() {
	defer close(d.done)
	ctx := context.Background()
	conn, err := d.write.Conn(ctx)
	if err != nil {
		d.refuseAll(err)
		return
	}
	defer conn.Close()
	for {
		var batch []*waiting
		select {
		case w := <-d.queue:
			batch = append(batch, w)
		case <-d.closed:
			return
		}
	gather:
		for len(batch) < batchMax {
			select {
			case w := <-d.queue:
				batch = append(batch, w)
			default:
				break gather
			}
		}
		d.run(ctx, conn, batch)
	}
}

// refuseAll answers every act with the error until the database is closed.
func (d *DB) refuseAll(err error) {
	for {
		select {
		case w := <-d.queue:
			w.answer <- fmt.Errorf("the writer has no connection: %w", err)
		case <-d.closed:
			return
		}
	}
}

// run commits a batch, and answers. A batch whose transaction fails as a whole is redone act by act, so
// that the one at fault does not take the others with it.
func (d *DB) run(ctx context.Context, conn *sql.Conn, batch []*waiting) {
	errs := make([]error, len(batch))
	err := d.transact(ctx, conn, batch, errs)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			one := errs[i : i+1]
			if err := d.transact(ctx, conn, batch[i:i+1], one); err != nil {
				one[0] = err
			}
		}
		err = nil
	}
	for i, w := range batch {
		if err != nil {
			errs[i] = err
		}
		w.answer <- errs[i]
	}
}

// transact runs each act in a savepoint of one transaction. errs gets each act's own error; the returned
// error means that nothing was kept.
func (d *DB) transact(ctx context.Context, conn *sql.Conn, batch []*waiting, errs []error) (err error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	for i, w := range batch {
		if errs[i] = w.ctx.Err(); errs[i] != nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, "SAVEPOINT act"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
		errs[i] = d.one(tx, w)
		if errs[i] != nil {
			if _, err := tx.ExecContext(ctx, "ROLLBACK TO act"); err != nil {
				return fmt.Errorf("undo an act: %w", err)
			}
		}
		if _, err := tx.ExecContext(ctx, "RELEASE act"); err != nil {
			return fmt.Errorf("release: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// one runs a single act. A panic in it is that act's error and nobody else's.
func (d *DB) one(q querier, w *waiting) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in an act: %v", r)
		}
	}()
	start := time.Now()
	err = w.fn(&Tx{q: q, now: d.tick(), db: d})
	if err == nil && time.Since(start) > actTimeMax {
		return fault.New(fault.Unavailable, "db.act_too_long")
	}
	return err
}
