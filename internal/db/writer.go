package db

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"time"

	"corridor/internal/fault"
)

// actSQLite queues an act and waits for the writer's answer.
func (d *DB) actSQLite(w *waiting) error {
	select {
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	default:
	}
	select {
	case d.queue <- w:
	default:
		return fault.New(fault.TooMany, "db.queue_full", "max", queueMax)
	}
	// Once queued the act may be under way: its answer, not the caller's patience, says what happened.
	select {
	case err := <-w.answer:
		return err
	case <-d.done:
		select {
		case err := <-w.answer:
			return err
		default:
			return fault.New(fault.Unavailable, "db.closed")
		}
	}
}

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
	d.conn = conn
	p := &prepared{conn: conn, stmts: map[string]*sql.Stmt{}}
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
		d.run(ctx, p, batch)
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
func (d *DB) run(ctx context.Context, p *prepared, batch []*waiting) {
	errs := make([]error, len(batch))
	err := d.transact(ctx, p, batch, errs)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			one := errs[i : i+1]
			if err := d.transact(ctx, p, batch[i:i+1], one); err != nil {
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
func (d *DB) transact(ctx context.Context, p *prepared, batch []*waiting, errs []error) (err error) {
	tx, err := p.conn.BeginTx(ctx, nil) // immediate: nobody else writes until the end
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	kept := false
	for i, w := range batch {
		if errs[i] = w.ctx.Err(); errs[i] != nil {
			continue
		}
		if _, err := p.ExecContext(ctx, "SAVEPOINT act"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
		errs[i] = d.one(p, w)
		if errs[i] != nil {
			if _, err := p.ExecContext(ctx, "ROLLBACK TO act"); err != nil {
				return fmt.Errorf("undo an act that failed (%w): %w", errs[i], err)
			}
		}
		if _, err := p.ExecContext(ctx, "RELEASE act"); err != nil {
			return fmt.Errorf("release: %w", err)
		}
		kept = kept || errs[i] == nil
	}
	if !kept {
		return nil
	}
	if err := d.checkFence(ctx, p); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// checkFence makes sure that this process still holds the lease, and keeps the time of the newest act.
func (d *DB) checkFence(ctx context.Context, p *prepared) error {
	fence := d.lease.fence.Load()
	if fence == 0 {
		return nil // not taken yet: the migrations run
	}
	r, err := p.ExecContext(ctx, sqlLeaseMark, d.acted(), fence)
	if err != nil {
		return fmt.Errorf("check the lease: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return d.lease.lose()
}

// one runs a single act. A panic in it is that act's error and nobody else's.
func (d *DB) one(q querier, w *waiting) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in an act: %v\n%s", r, debug.Stack())
		}
	}()
	tx := &Tx{q: q, now: d.tick(), db: d, bound: context.WithoutCancel(w.ctx), began: time.Now(), long: w.long}
	err = tx.end(w.fn(tx))
	w.job = tx.job
	return err
}

// prepared runs statements on one connection and keeps each prepared: a statement costs a third less so.
type prepared struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (p *prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := p.stmts[query]; ok {
		return s, nil
	}
	if len(p.stmts) >= statementsMax { // only statements put together at run time can come to that
		for q, s := range p.stmts {
			s.Close()
			delete(p.stmts, q)
		}
	}
	s, err := p.conn.PrepareContext(ctx, query)
	if err == nil {
		p.stmts[query] = s
	}
	return s, err
}

func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return p.conn.ExecContext(ctx, query, args...) // a script of several statements, or it fails again
	}
	return s.ExecContext(ctx, args...)
}

func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (p *prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return p.conn.QueryRowContext(ctx, query, args...) // a row whose Scan fails
	}
	return s.QueryRowContext(ctx, args...)
}
