package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"corridor/internal/fault"
)

// Tx is one act or one reading. It is used by one goroutine, and only until its function returns.
type Tx struct {
	q      querier
	now    time.Time
	db     *DB
	bound  context.Context      // of an act: statements run under it, whatever the caller's patience; nil in a reading
	began  time.Time            // of an act, by the clock of the machine
	wrote  bool                 // a statement ran that may have written
	failed error                // the first statement that failed; none is run after it
	err    error                // the outcome, once the function has returned
	rows   []*sql.Rows          // what an act has read; closed with it
	open   map[string]*sql.Rows // the newest rows of each statement of a reading on SQLite
	job    bool                 // a job was left
	long   bool                 // of a migration: it takes the time it needs
}

type querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Now is the time of this act: UTC, whole microseconds, later than that of every act before it. After a crash on
// PostgreSQL that holds as far as the clock was not set back by more than the two seconds in between.
func (tx *Tx) Now() time.Time { return tx.now }

// Dialect is that of the database.
func (tx *Tx) Dialect() string { return tx.db.dialect }

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return 0, err
	}
	tx.wrote = true
	r, err := tx.q.ExecContext(ctx, query, args...)
	if err != nil {
		tx.failed = err
		return 0, err
	}
	return r.RowsAffected()
}

// Insert runs an INSERT into a table whose integer key the database chooses, and returns the key of the last row. It must
// have neither ON CONFLICT nor RETURNING: SQLite makes a trigger of that one, which costs more than the insertion.
func (tx *Tx) Insert(ctx context.Context, query, key string, args ...any) (last int64, err error) {
	if tx.db.dialect == postgresDialect {
		rows, err := tx.Query(ctx, query+" RETURNING "+key, args...)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&last); err != nil {
				return 0, err
			}
		}
		return last, rows.Err()
	}
	ctx, err = tx.ready(ctx)
	if err != nil {
		return 0, err
	}
	tx.wrote = true
	r, err := tx.q.ExecContext(ctx, query, args...)
	if err != nil {
		tx.failed = err
		return 0, err
	}
	return r.LastInsertId()
}

// Query runs a statement that returns rows. The caller closes them before the next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return nil, err
	}
	tx.wrote = tx.wrote || !reads(query)
	by := tx.reading(query)
	rows, err := by.QueryContext(ctx, query, args...)
	switch {
	case err != nil:
		tx.failed = err
	case tx.bound != nil || by != tx.q:
		tx.rows = append(tx.rows, rows)
	case tx.open != nil:
		tx.open[query] = rows
	}
	return rows, err
}

// QueryRow runs a statement that returns one row; Scan reports sql.ErrNoRows when there is none.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, err := tx.ready(ctx)
	if err != nil {
		over, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return tx.q.QueryRowContext(over, query, args...) // a row whose Scan fails
	}
	tx.wrote = tx.wrote || !reads(query)
	row := tx.reading(query).QueryRowContext(ctx, query, args...)
	if tx.bound != nil {
		tx.failed = row.Err()
	}
	return row
}

// ready is the context of the next statement, or why there is none: an earlier one failed, or the act takes too long.
func (tx *Tx) ready(ctx context.Context) (context.Context, error) {
	if tx.failed != nil {
		return ctx, tx.failed
	}
	if tx.bound == nil {
		return ctx, nil
	}
	if !tx.long && time.Since(tx.began) > actTimeMax {
		tx.failed = fault.New(fault.Unavailable, "db.act_too_long")
		return ctx, tx.failed
	}
	return tx.bound, nil
}

// reads says whether a statement surely writes nothing.
func reads(query string) bool { return strings.HasPrefix(strings.TrimLeft(query, " \t\n"), "SELECT") }

// end notes the outcome of an act whose function returned err: a failed statement or too long a time ends it, too.
func (tx *Tx) end(err error) {
	for _, r := range tx.rows {
		r.Close() // a statement left open would stand in the way of the next act that uses it
	}
	switch {
	case err != nil:
		tx.err = err
	case tx.failed != nil:
		tx.err = tx.failed
	case !tx.long && time.Since(tx.began) > actTimeMax:
		tx.err = fault.New(fault.Unavailable, "db.act_too_long")
	}
}

// dirty says whether an act failed and left something in the transaction: what it wrote, or on PostgreSQL a statement that
// failed, after which nothing else can be done in it.
func (tx *Tx) dirty() bool {
	if tx.err == nil {
		return false
	}
	var pe *pgconn.PgError
	return tx.wrote || tx.failed != nil || errors.As(tx.err, &pe) || cannotServe(tx.err) == "db.gone"
}
