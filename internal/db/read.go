package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"corridor/internal/fault"
)

const (
	snapshotMax   = time.Second            // a snapshot serves later readings, if nothing was committed: so long somebody beside this process is not seen
	snapshotsLook = 250 * time.Millisecond // between two looks for snapshots that are of no use any more
)

// Read runs fn on a snapshot of what is committed. Writing in it is an error. What readings before it were told it may be told again
// without asking the database, if it would say the same.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	Rest(ctx)
	select {
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	default:
	}
	if d.readers != nil {
		return unavailable(d.readOn(ctx, fn))
	}
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin reading: %w", unavailable(err))
	}
	defer tx.Rollback()
	return unavailable(fn(&Tx{q: tx, now: d.readNow(), db: d}))
}

type afresh struct{}

// Afresh has the readings under a context ask the database for everything, each on a snapshot of its own. It is for audits: they look
// for what somebody did to the database beside this process, which memory would hide for seconds.
func Afresh(ctx context.Context) context.Context { return context.WithValue(ctx, afresh{}, true) }

// startReaders makes room for the connections that read. Each keeps its statements prepared, and is made when it is needed.
func (d *DB) startReaders(n int) {
	d.readers = newReaders(n)
	for range n {
		d.readers.give(&connection{pool: d.read, postgres: d.dialect == postgresDialect, reading: true})
	}
}

func (d *DB) readOn(ctx context.Context, fn func(*Tx) error) error {
	select {
	case <-d.readers.free:
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	case <-ctx.Done():
		return fmt.Errorf("begin reading: %w", ctx.Err())
	}
	c := d.readers.last()
	defer d.giveBack(c)
	known := d.changes
	if ctx.Value(afresh{}) != nil {
		known = nil
	}
	if err := c.look(ctx, known); err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	tx := &Tx{q: c, now: d.readNow(), db: d}
	if !c.postgres {
		tx.open = map[string]*sql.Rows{}
	}
	sound := false
	defer func() {
		tx.closeRows()
		c.posted = nil
		if !sound || !d.changes.still(c.seen) || !c.inside() {
			c.leave(context.WithoutCancel(ctx))
		}
	}()
	err := fn(tx)
	sound = err == nil
	return err
}

// look makes sure that a connection has a snapshot of what is committed now. One that broke since it was used last is made anew.
func (c *connection) look(ctx context.Context, s *changes) error {
	if !c.seenAt.IsZero() && s.still(c.seen) && time.Since(c.seenAt) < snapshotMax {
		return nil
	}
	old := c.conn != nil
	err := c.snapshot(ctx, s)
	if old && cannotServe(err) == "db.gone" {
		c.drop()
		err = c.snapshot(ctx, s)
	}
	if err != nil {
		c.drop()
	}
	return err
}

// snapshot ends the snapshot that there may be, and takes a new one.
func (c *connection) snapshot(ctx context.Context, s *changes) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	c.posted = nil
	ended := c.seenAt.IsZero()
	c.seen, c.seenAt = s.state(), time.Now()
	if c.postgres {
		b := &pgx.Batch{}
		if !ended {
			b.Queue("ROLLBACK")
		}
		b.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
		b.Queue(sqlSnapshotPostgres)
		return c.raw(func(pc *pgx.Conn) error { return pc.SendBatch(ctx, b).Close() })
	}
	if !ended {
		if _, err := c.ExecContext(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var one int
	err := c.QueryRowContext(ctx, sqlSnapshotLite).Scan(&one)
	if NoRows(err) {
		err = nil // of a database that has no table yet
	}
	return err
}

// inside says whether the snapshot still serves: PostgreSQL ends it with the first statement that fails.
func (c *connection) inside() bool {
	if !c.postgres {
		return true
	}
	in := false
	err := c.raw(func(pc *pgx.Conn) error { in = !pc.IsClosed() && pc.PgConn().TxStatus() == 'T'; return nil })
	return err == nil && in
}

// leave ends the snapshot.
func (c *connection) leave(ctx context.Context) {
	c.posted, c.seenAt, c.seen = nil, time.Time{}, 0
	if c.conn == nil {
		return
	}
	if _, err := c.ExecContext(ctx, "ROLLBACK"); err != nil {
		c.drop() // nobody knows in which state it is
	}
}

// endSnapshots ends those that no reading will use, so that they do not keep the database from tidying up.
func (d *DB) endSnapshots() {
	t := time.NewTicker(snapshotsLook)
	defer t.Stop()
	for {
		select {
		case <-d.closed:
			return
		case <-t.C:
		}
		for {
			c := d.readers.find(func(c *connection) bool {
				return !c.seenAt.IsZero() && (!d.changes.still(c.seen) || time.Since(c.seenAt) > snapshotMax)
			})
			if c == nil {
				break
			}
			c.leave(context.Background())
			d.giveBack(c)
		}
	}
}

func (d *DB) giveBack(c *connection) {
	d.readers.give(c)
	select {
	case <-d.closed:
		d.dropReaders()
	default:
	}
}

// dropReaders closes the connections that nobody reads with.
func (d *DB) dropReaders() {
	for d.readers != nil {
		c := d.readers.find(func(*connection) bool { return true })
		if c == nil {
			return
		}
		c.drop()
	}
}

// reading is who runs a query of a reading whose statements are kept prepared: the connection as it is where rows of the
// same statement are still being read, because a statement can be under way only once.
func (tx *Tx) reading(query string) querier {
	c, ok := tx.q.(*connection)
	if !ok || tx.open == nil {
		return tx.q
	}
	if rows := tx.open[query]; rows != nil {
		if _, err := rows.Columns(); err == nil { // rows that are closed refuse
			return c.conn
		}
	}
	return c
}

// closeRows closes what was left open.
func (tx *Tx) closeRows() {
	for _, r := range tx.open {
		r.Close()
	}
	for _, r := range tx.rows {
		r.Close()
	}
}
