package db

import (
	"context"
	"database/sql"
	"fmt"

	"corridor/internal/fault"
)

// Read runs fn on a snapshot of what is committed. Writing in it is an error.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	select {
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	default:
	}
	if d.readers != nil {
		return unavailable(d.readPrepared(ctx, fn))
	}
	if d.dialect == postgresDialect {
		return unavailable(d.readPiped(ctx, fn))
	}
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin reading: %w", unavailable(err))
	}
	defer tx.Rollback()
	return unavailable(fn(&Tx{q: tx, now: d.readNow(), db: d}))
}

// readPiped reads from PostgreSQL. The transaction begins with the first trip, which takes along what was asked ahead.
func (d *DB) readPiped(ctx context.Context, fn func(*Tx) error) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	begin := &statement{query: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	c := &connection{pool: d.read, postgres: true, conn: conn, reading: true, posted: []*statement{begin}}
	tx := &Tx{q: c, now: d.readNow(), db: d}
	defer func() {
		tx.closeRows()
		if c.posted = nil; begin.done {
			c.rollback(context.WithoutCancel(ctx)) // which drops a connection of which nobody knows in which state it is
		}
		if c.conn != nil {
			c.conn.Close() // back to the pool
		}
	}()
	return fn(tx)
}

// startReaders makes room for the connections of SQLite that read. Each keeps its statements prepared, and is made when
// it is needed; pgx does that by itself.
func (d *DB) startReaders() {
	d.readers = make(chan *connection, readersMax)
	for range readersMax {
		d.readers <- &connection{pool: d.read}
	}
}

func (d *DB) readPrepared(ctx context.Context, fn func(*Tx) error) error {
	var c *connection
	select {
	case c = <-d.readers:
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	case <-ctx.Done():
		return fmt.Errorf("begin reading: %w", ctx.Err())
	}
	defer d.giveBack(c)
	err := c.open(ctx)
	if err == nil {
		_, err = c.ExecContext(ctx, "BEGIN")
	}
	if err != nil {
		c.drop()
		return fmt.Errorf("begin reading: %w", err)
	}
	tx := &Tx{q: c, now: d.readNow(), db: d, open: map[string]*sql.Rows{}}
	defer func() {
		tx.closeRows()
		if _, err := c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			c.drop() // nobody knows in which state it is
		}
	}()
	return fn(tx)
}

func (d *DB) giveBack(c *connection) {
	d.readers <- c
	select {
	case <-d.closed:
		d.dropReaders()
	default:
	}
}

// dropReaders closes the connections that nobody reads with.
func (d *DB) dropReaders() {
	for {
		select {
		case c := <-d.readers:
			c.drop()
		default:
			return
		}
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
