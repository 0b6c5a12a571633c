package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go

	"corridor/internal/fault"
)

const (
	batchMax   = 1024             // acts in one SQLite transaction
	queueMax   = 4096             // acts that may wait; more are refused
	actTimeMax = 10 * time.Second // one act may take
	readersMax = 4
)

// Config says which database to open. The zero value of Now is time.Now.
type Config struct {
	DSN string           // sqlite:PATH or postgres://…
	Now func() time.Time // the node's clock
}

// DB is an open, migrated database. It is safe for concurrent use.
type DB struct {
	dialect string // "sqlite" or "postgres"
	write   *sql.DB
	read    *sql.DB
	now     func() time.Time

	nowMu sync.Mutex
	last  int64 // microseconds of the newest act; guarded by nowMu

	queue  chan *waiting
	closed chan struct{} // closed by Close: no more acts are taken
	done   chan struct{} // closed when the writer has left
	once   sync.Once
}

// waiting is one act on its way to the writer.
type waiting struct {
	ctx    context.Context
	fn     func(*Tx) error
	answer chan error
}

// Tx is one act or one reading. It is used by one goroutine, and only until its function returns.
type Tx struct {
	q   querier
	now time.Time
	db  *DB
}

type querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Open opens the database and brings its schema to the newest migration.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	path, ok := strings.CutPrefix(c.DSN, "sqlite:")
	if !ok {
		return nil, fault.New(fault.Invalid, "db.dsn", "dsn", c.DSN).On("dsn")
	}
	d, err := openSQLite(path, c.Now)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	if err := d.migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("migrate %s: %w", c.DSN, err)
	}
	return d, nil
}

func openSQLite(path string, now func() time.Time) (*DB, error) {
	const common = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)"
	w, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(4000)&"+common)
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.Ping(); err != nil {
		return nil, err
	}
	r, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(ON)&"+common)
	if err != nil {
		return nil, err
	}
	r.SetMaxOpenConns(readersMax)
	d := &DB{dialect: "sqlite", write: w, read: r, now: now,
		queue: make(chan *waiting, queueMax), closed: make(chan struct{}), done: make(chan struct{})}
	go d.writer()
	return d, nil
}

// Dialect is "sqlite" or "postgres", for the few places where a database can guard better.
func (d *DB) Dialect() string { return d.dialect }

// Close waits for the act under way and closes the database. Acts still waiting are refused.
func (d *DB) Close() error {
	var err error
	d.once.Do(func() {
		close(d.closed)
		<-d.done
		err = errors.Join(d.read.Close(), d.write.Close())
	})
	return err
}

// Act runs fn as one transaction and returns after it is durable. The error of fn is returned as it is,
// and nothing that fn wrote is kept. fn waits on nothing outside the database.
func (d *DB) Act(ctx context.Context, fn func(*Tx) error) error {
	w := &waiting{ctx: ctx, fn: fn, answer: make(chan error, 1)}
	select {
	case d.queue <- w:
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	case <-ctx.Done():
		return ctx.Err()
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

// Read runs fn on a snapshot. Writing in it is an error.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	defer tx.Rollback()
	return fn(&Tx{q: tx, now: d.now().UTC().Truncate(time.Microsecond), db: d})
}

// tick returns the time of the next act: the clock's, or one microsecond after the last act.
func (d *DB) tick() time.Time {
	d.nowMu.Lock()
	defer d.nowMu.Unlock()
	us := d.now().UnixMicro()
	if us <= d.last {
		us = d.last + 1
	}
	d.last = us
	return time.UnixMicro(us).UTC()
}

// Now is the time of this act: UTC, whole microseconds, later than that of every act before it.
func (tx *Tx) Now() time.Time { return tx.now }

// Dialect is that of the database.
func (tx *Tx) Dialect() string { return tx.db.dialect }

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := tx.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a statement that returns rows. The caller closes them before the next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.q.QueryContext(ctx, query, args...)
}

// QueryRow runs a statement that returns one row; Scan reports sql.ErrNoRows when there is none.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.q.QueryRowContext(ctx, query, args...)
}

// Micros is how a time is stored: microseconds since 1970 in UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time is the time that was stored as microseconds.
func Time(us int64) time.Time { return time.UnixMicro(us).UTC() }

// NoRows tells whether Scan found no row.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
