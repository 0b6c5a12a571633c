package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
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
	ahead  []*statement         // asked ahead by an act on PostgreSQL, and not wanted yet
	memory memory               // of a reading; that of acts is the connection's
	job    bool                 // a job was left
	bells  []Bell               // that are rung once the act is kept
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
	tx.writes(query)
	if c := tx.trips(); c != nil {
		s, err := tx.send(ctx, c, &statement{query: query, args: args})
		return s.changed, err
	}
	r, err := tx.q.ExecContext(ctx, query, args...)
	if err != nil {
		tx.failed = err
		return 0, err
	}
	return r.RowsAffected()
}

// Later runs a statement that nobody waits for: it has been done when the act's next reading is answered, and a failure
// of it is the act's. On PostgreSQL it needs no trip of its own.
func (tx *Tx) Later(ctx context.Context, query string, args ...any) error {
	return tx.LaterOne(ctx, nil, query, args...)
}

// LaterOne is Later for a statement that has to change exactly one row; otherwise is what the act fails with where it
// does not, and nil where it may change any number.
func (tx *Tx) LaterOne(ctx context.Context, otherwise error, query string, args ...any) error {
	check := func(n int64) error {
		if otherwise != nil && n != 1 {
			return otherwise
		}
		return nil
	}
	if c := tx.trips(); c != nil {
		if _, err := tx.ready(ctx); err != nil {
			return err
		}
		tx.writes(query)
		if c.post(&statement{query: query, args: args, check: check}); len(c.posted) >= postedMax {
			tx.failed = c.trip(tx.bound)
		}
		return tx.failed
	}
	n, err := tx.Exec(ctx, query, args...)
	if err == nil {
		tx.failed = check(n)
		err = tx.failed
	}
	return err
}

// Ahead says that this will soon be asked, with the same arguments. On PostgreSQL it then goes with the trip of what is asked
// first; what an act writes to a table that it names forgets it, so that the answer is always that of a statement run when it is asked.
func (tx *Tx) Ahead(ctx context.Context, query string, args ...any) {
	c := tx.pipe()
	if c == nil || tx.asks(query, args).recall() != nil || slices.ContainsFunc(tx.ahead, func(a *statement) bool { return a.same(query, args) }) {
		return
	}
	if _, err := tx.ready(ctx); err == nil {
		s := &statement{query: query, args: args, reads: true}
		c.post(s)
		tx.ahead = append(tx.ahead, s)
	}
}

// pipe is the connection of an act or a reading on PostgreSQL; nil elsewhere.
func (tx *Tx) pipe() *connection {
	if c, ok := tx.q.(*connection); ok && c.postgres {
		return c
	}
	return nil
}

// trips is the connection of an act on PostgreSQL, whose statements share trips; nil elsewhere.
func (tx *Tx) trips() *connection {
	if tx.bound == nil {
		return nil
	}
	return tx.pipe()
}

// shares is trips for a question, which shares a trip in a reading, too, where something was asked ahead and has not gone yet, or
// where it was asked ahead itself. What else a reading asks comes row by row, for it may be much.
func (tx *Tx) shares(query string, args []any) *connection {
	if tx.bound == nil && !slices.ContainsFunc(tx.ahead, func(a *statement) bool { return !a.done || a.same(query, args) }) {
		return nil
	}
	return tx.pipe()
}

func (tx *Tx) forget() {
	for _, s := range tx.ahead {
		s.forgotten = true
	}
	tx.ahead = nil
}

// send makes a trip with a statement and all that waits, or finds it among those that were asked ahead.
func (tx *Tx) send(ctx context.Context, c *connection, s *statement) (*statement, error) {
	if i := slices.IndexFunc(tx.ahead, func(a *statement) bool { return s.reads && a.same(s.query, s.args) }); i >= 0 {
		s = tx.ahead[i]
		tx.ahead = slices.Delete(tx.ahead, i, i+1)
	} else {
		c.post(s)
	}
	if !s.done {
		tx.failed = c.trip(ctx)
	}
	return s, tx.failed
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
	tx.writes(query)
	r, err := tx.q.ExecContext(ctx, query, args...)
	if err != nil {
		tx.failed = err
		return 0, err
	}
	return r.LastInsertId()
}

// Query runs a statement that returns rows. The caller closes them before the next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	as := tx.asks(query, args)
	if known := as.recall(); known != nil {
		return known.rows(tx.q.(*connection)), nil
	}
	ctx, err := tx.ready(ctx)
	if err != nil {
		return nil, err
	}
	if !reads(query) {
		tx.writes(query)
	}
	if c := tx.shares(query, args); c != nil {
		s, err := tx.send(ctx, c, &statement{query: query, args: args, reads: true})
		if err != nil {
			return nil, err
		}
		if as.worth() {
			as.keep(s.rows, nil, s.rows.sizeOf())
		}
		return &Rows{kept: s.rows}, nil
	}
	by := tx.reading(query)
	rows, err := by.QueryContext(ctx, query, args...)
	switch {
	case err != nil:
		tx.failed = err
		return nil, err
	case tx.bound != nil || by != tx.q || tx.pipe() != nil:
		tx.rows = append(tx.rows, rows)
	case tx.open != nil:
		tx.open[query] = rows
	}
	return (&Rows{rows: rows}).noted(as), nil
}

// QueryRow runs a statement that returns one row; Scan reports sql.ErrNoRows when there is none.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if tx.bound == nil || tx.shares(query, args) != nil {
		rows, err := tx.Query(ctx, query, args...)
		return &Row{kept: rows, err: err}
	}
	ctx, err := tx.ready(ctx)
	if err != nil {
		return &Row{err: err}
	}
	if !reads(query) {
		tx.writes(query)
	}
	row := tx.reading(query).QueryRowContext(ctx, query, args...)
	if tx.bound != nil {
		tx.failed = row.Err()
	}
	return &Row{row: row}
}

// ready is the context of the next statement, or why there is none: an earlier one failed, or the act takes too long.
func (tx *Tx) ready(ctx context.Context) (context.Context, error) {
	if tx.failed != nil {
		return ctx, tx.failed
	}
	tx.db.asked.Add(1)
	if tx.bound == nil {
		Rest(ctx)
		return ctx, nil
	}
	if !tx.long && time.Since(tx.began) > actTimeMax {
		tx.failed = fault.New(fault.Unavailable, "db.act_too_long")
		return ctx, tx.failed
	}
	return tx.bound, nil
}

// reads says whether a statement surely writes nothing.
func reads(query string) bool {
	rest := strings.TrimLeft(query, " \t\n")
	return strings.HasPrefix(rest, "SELECT") || strings.HasPrefix(rest, "WITH") && !slices.ContainsFunc(sqlWriting[:], func(verb string) bool { return strings.Contains(rest, verb) })
}

// end notes the outcome of an act whose function returned err: a failed statement or too long a time ends it, too.
func (tx *Tx) end(err error) {
	tx.forget()
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
