package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"corridor/internal/fault"
)

// connection is the one that writes, or one of those that read. Only the writer uses it; it is made when it is needed, and made anew when it broke
// or when nobody knows in which state it is. Transactions are begun and ended by statements: a sql.Tx would hold a lock
// of the sql.Conn that closing it, once the driver says ErrBadConn, waits for.
type connection struct {
	pool     *sql.DB
	postgres bool
	conn     *sql.Conn            // nil: to be made
	stmts    map[string]*sql.Stmt // kept prepared, on SQLite: a statement costs a third less so; pgx does it by itself
	posted   []*statement         // on PostgreSQL: what goes with the next trip
	memory   memory               // of acts
	written  map[string]bool      // the tables that the transaction wrote to; "" is any
	reading  bool                 // of a reading on PostgreSQL: what was posted goes before what is asked by itself
	seen     int64                // of one that reads: the count of changes before its snapshot; 0 where nothing is known
	seenAt   time.Time            // when the snapshot was taken; zero: there is none
	types    *pgtype.Map          // of PostgreSQL's, of this connection
	grown    int64                // rows changed since PostgreSQL was last told to plan anew
	replan   int64                // so many rows are due to be
}

// writes notes a table that the transaction writes to.
func (c *connection) writes(table string) {
	if c.written == nil {
		c.written = map[string]bool{}
	}
	c.written[table] = true
}

func (c *connection) open(ctx context.Context) (err error) {
	if c.conn == nil {
		c.stmts = map[string]*sql.Stmt{}
		if c.conn, err = c.pool.Conn(ctx); err == nil && c.postgres {
			err = c.raw(func(pc *pgx.Conn) error { c.types = pc.TypeMap(); return nil })
		}
	}
	return err
}

// drop closes the connection with its statements, and does not give it back to the pool.
func (c *connection) drop() {
	c.posted, c.seenAt, c.seen = nil, time.Time{}, 0
	c.memory.forget()
	if c.conn == nil {
		return
	}
	if alive := c.conn.Raw(func(any) error { return nil }) == nil; alive {
		for _, s := range c.stmts {
			s.Close() // SQLite would keep the transaction open for them
		}
	}
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn }) // database/sql closes it
	c.conn.Close()
	c.conn = nil
}

// begin opens a transaction in which nobody else writes, and makes sure that this process holds the lease. On SQLite that
// is seen before the commit. A long one has no time limit.
func (c *connection) begin(ctx context.Context, l *lease, long bool) error {
	old := c.conn != nil
	err := c.tryBegin(ctx, l, long)
	if err != nil {
		c.drop()
	}
	if old && cannotServe(err) == "db.gone" { // it broke since it was used last
		return c.begin(ctx, l, long)
	}
	return err
}

func (c *connection) tryBegin(ctx context.Context, l *lease, long bool) (err error) {
	c.posted = nil
	clear(c.written)
	c.memory.fresh()
	if err := c.open(ctx); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if c.postgres {
		return c.beginPostgres(ctx, l, long)
	}
	_, err = c.ExecContext(ctx, "BEGIN IMMEDIATE")
	return err
}

// beginPostgres needs one round trip. The process shares a lock that bears the number of the fence, which the next
// process takes alone before it raises the fence, and keeps. Such locks live in the server's memory: a row locked for
// sharing guards as well and costs a write.
func (c *connection) beginPostgres(ctx context.Context, l *lease, long bool) error {
	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL SERIALIZABLE")
	if long {
		b.Queue(sqlPostgresNoLimit)
		b.Queue(sqlPostgresNoIdleLimit)
	}
	mine := l.fence.Load()
	if mine == 0 { // not taken yet: the migrations run
		return c.raw(func(pc *pgx.Conn) error { return pc.SendBatch(ctx, b).Close() })
	}
	var fence int64
	var shared bool
	b.Queue(sqlFenceShare, fenceClass, int32(mine)).QueryRow(func(row pgx.Row) error { return row.Scan(&fence, &shared) })
	if err := c.raw(func(pc *pgx.Conn) error { return pc.SendBatch(ctx, b).Close() }); err != nil {
		return err
	}
	switch {
	case fence != mine:
		return l.lose()
	case !shared:
		return errTaking
	}
	return nil
}

func (c *connection) raw(fn func(*pgx.Conn) error) error {
	return c.conn.Raw(func(driverConn any) error { return fn(driverConn.(*stdlib.Conn).Conn()) })
}

func (c *connection) savepoint(ctx context.Context) error {
	if _, err := c.ExecContext(ctx, "SAVEPOINT act"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	return nil
}

// settle ends the savepoint of an act that returned said: its outcome is own. An error means that the whole
// transaction is of no use.
func (c *connection) settle(ctx context.Context, said error) (own, err error) {
	if said == nil {
		_, err := c.ExecContext(ctx, "RELEASE act")
		var pe *pgconn.PgError
		if err == nil || !errors.As(err, &pe) {
			return nil, err
		}
		said = fmt.Errorf("a statement of the act failed: %w", err) // and the act did not look
	}
	var pe *pgconn.PgError
	if again(said) && errors.As(said, &pe) { // a savepoint does not help against these
		return said, said
	}
	c.posted = nil
	c.memory.forget()
	for _, statement := range []string{"ROLLBACK TO act", "RELEASE act"} {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return said, fmt.Errorf("undo an act that failed (%v): %w", said, err) // that act's words are not for the others
		}
	}
	return said, nil
}

// commit makes the transaction durable. Once it was tried there is nothing to roll back.
func (c *connection) commit(acted int64, l *lease) (tried bool, err error) {
	ctx := context.Background() // a standby that has to confirm takes its time
	if c.postgres {
		return true, c.commitPostgres(ctx)
	}
	if fence := l.fence.Load(); fence != 0 {
		r, err := c.ExecContext(ctx, sqlLeaseMark, acted, fence)
		if err != nil {
			return false, fmt.Errorf("check the lease: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return false, errors.Join(err, l.lose())
		}
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err == nil, err // on SQLite a commit that failed leaves the transaction open
}

// commitPostgres tells a commit that was not done from one of which nobody knows. It waits for a synchronous standby:
// the time limit of a statement does not run while PostgreSQL commits.
func (c *connection) commitPostgres(ctx context.Context) error {
	var done pgconn.CommandTag
	sent := false
	err := c.raw(func(pc *pgx.Conn) error {
		if pc.IsClosed() {
			return driver.ErrBadConn
		}
		sent = true
		results, err := pc.PgConn().Exec(ctx, "COMMIT").ReadAll()
		if n := len(results); n > 0 {
			done = results[n-1].CommandTag
		}
		return err
	})
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe) && cannotServe(err) != "db.gone":
		c.rollback(ctx)
		return err
	case err != nil && !sent:
		c.drop()
		return err
	case err != nil:
		c.drop()
		return fault.New(fault.Unavailable, "db.unsure").Because(err) // the connection broke while it was committed
	case done.String() != "COMMIT":
		return errUndo // a statement failed, and its act hid it
	}
	return nil
}

// rollback undoes the transaction, if there is one: SQLite may have ended it by itself, and a connection on which that
// failed is noticed and dropped by the next begin.
func (c *connection) rollback(ctx context.Context) {
	c.posted = nil
	if c.conn == nil {
		return
	}
	if _, err := c.ExecContext(ctx, "ROLLBACK"); err != nil && c.postgres {
		c.drop()
	}
}

func (c *connection) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if len(c.stmts) >= statementsMax { // only statements put together at run time can come to that
		for q, s := range c.stmts {
			s.Close()
			delete(c.stmts, q)
		}
	}
	s, err := c.conn.PrepareContext(ctx, unnamed(query))
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// alone sends what was posted by a reading, before a statement that makes its own trip.
func (c *connection) alone(ctx context.Context) error {
	if !c.reading || len(c.posted) == 0 {
		return nil
	}
	return c.trip(ctx)
}

func (c *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if c.postgres {
		if err := c.alone(ctx); err != nil {
			return nil, err
		}
		return c.conn.ExecContext(ctx, query, args...)
	}
	s, err := c.stmt(ctx, query)
	if err != nil {
		return c.conn.ExecContext(ctx, query, args...) // a script of several statements, or it fails again
	}
	return s.ExecContext(ctx, args...)
}

func (c *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if c.postgres {
		if err := c.alone(ctx); err != nil {
			return nil, err
		}
		return c.conn.QueryContext(ctx, query, args...)
	}
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if c.postgres {
		return c.conn.QueryRowContext(ctx, query, args...)
	}
	s, err := c.stmt(ctx, query)
	if err != nil {
		return c.conn.QueryRowContext(ctx, query, args...) // a row whose Scan fails
	}
	return s.QueryRowContext(ctx, args...)
}
