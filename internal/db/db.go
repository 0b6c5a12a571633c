package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/fault"
)

const (
	batchMax       = 1024                   // acts in one transaction
	batchTimeMax   = 500 * time.Millisecond // begun acts of a batch are finished after it, the others wait for the next
	carefulBatches = 64                     // with a savepoint for each act, after one had to be undone
	queueMax       = 4096                   // acts that may wait; more are refused
	actTimeMax     = 10 * time.Second       // one act may take
	nestedAfter    = 50 * time.Millisecond  // of waiting, an act is asked whether it waits for itself
	readersMax     = 4                      // connections of SQLite that read
	connsBeside    = 2                      // that ask for the lease beside them
	triesMax       = 30                     // of one batch
	statementsMax  = 1000                   // kept prepared on a connection of SQLite
	postedMax      = 1000                   // statements that wait for a trip to PostgreSQL
)

// connsMax is how many connections of PostgreSQL read. Each learns the tables and plans every statement for itself, and more of them than
// processors can serve only wait for one another: two for each of ours, which the database often shares.
var connsMax = min(max(4, 2*runtime.NumCPU()), 16)

// Variables only for tests, which do not wait so long.
var (
	waitMax   = 10 * time.Second // an act waits to be begun
	answerMax = 60 * time.Second // after which nobody knows what became of an act under way
)

// The dialects, as migrations name them.
const (
	sqliteDialect   = "sqlite"
	postgresDialect = "postgres"
)

// Config says which database to open. The zero values are the defaults.
type Config struct {
	DSN string           // sqlite:PATH or postgres://…
	Now func() time.Time // the node's clock; time.Now

	// ReadOnly looks at a database that another process may be serving: no lease, no acts, no migration. A schema
	// that is not the newest is refused.
	ReadOnly bool
	// Wait is how long Open waits for a process that holds the lease; by default it is refused at once. A standby waits
	// for as long as its context lasts: a negative Wait.
	Wait time.Duration
}

// DB is an open, migrated database. It is safe for concurrent use.
type DB struct {
	dialect  string
	dsn      string
	write    *sql.DB // of one connection; nil when read only
	read     *sql.DB
	readers  *readers // connections that read; nil where a copy is looked at
	changes  *changes // which tables may have changed; nil where others may write, too
	answers  answers  // of readings
	now      func() time.Time
	readOnly bool
	lease    *lease // nil when read only

	nowMu sync.Mutex
	last  int64 // microseconds of the newest act; guarded by nowMu

	queue         chan *waiting
	conn          *connection   // the writer's; nil when there is none
	careful       int           // batches that go on with savepoints; the writer's
	writing       atomic.Int64  // the writer's goroutine
	closed        chan struct{} // closed by Close: no more acts are taken
	done          chan struct{} // closed when the writer has left
	once          sync.Once
	wake          chan struct{} // one token when an act left a job
	waiting       atomic.Int64  // acts that wait or run, for Stats
	acts, batches atomic.Int64  // for Stats
	asked         atomic.Int64  // statements of acts and readings, for Stats
}

// Open opens the database, takes the lease and brings the schema to the newest migration.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	d := &DB{dsn: c.DSN, now: c.Now, readOnly: c.ReadOnly,
		queue: make(chan *waiting, queueMax), closed: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1)}
	path, isSQLite := strings.CutPrefix(c.DSN, "sqlite:")
	var err error
	switch {
	case isSQLite && path != "":
		err = d.openSQLite(ctx, path, c.Wait)
	case strings.HasPrefix(c.DSN, "postgres://"), strings.HasPrefix(c.DSN, "postgresql://"):
		err = d.openPostgres(ctx, c.Wait)
	default:
		return nil, fault.New(fault.Invalid, "db.dsn", "dsn", withoutPassword(c.DSN)).On("dsn")
	}
	if err == nil {
		err = d.start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", withoutPassword(c.DSN), errors.Join(unavailable(err), d.Close()))
	}
	return d, nil
}

// start brings an opened database into service.
func (d *DB) start(ctx context.Context) error {
	if d.readOnly {
		return d.checkSchema(ctx)
	}
	if err := d.migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := d.takeFence(ctx); err != nil {
		return err
	}
	if err := d.learn(ctx); err != nil {
		return err
	}
	go d.endSnapshots()
	return nil
}

// Dialect is "sqlite" or "postgres", for the few places where a database can guard better.
func (d *DB) Dialect() string { return d.dialect }

// Stats is what a metrics page shows.
type Stats struct {
	Waiting int   // acts that wait or run
	Acts    int64 // that were committed, or refused by themselves
	Batches int64 // transactions that they shared
	Fence   int64 // of the lease; it grows each time that the database is taken into service
	// Statements that acts and readings ran, those on PostgreSQL that shared a trip counted one by one.
	Statements int64
	Remembered int64 // questions of readings that were answered without asking the database
}

// Stats reads the counters.
func (d *DB) Stats() Stats {
	s := Stats{Waiting: int(d.waiting.Load()), Acts: d.acts.Load(), Batches: d.batches.Load(), Statements: d.asked.Load(), Remembered: d.answers.found.Load()}
	if d.lease != nil {
		s.Fence = d.lease.fence.Load()
	}
	return s
}

// Close waits for the acts under way, closes the database and gives up the lease. Acts still waiting are refused.
func (d *DB) Close() error {
	var err error
	d.once.Do(func() {
		close(d.closed)
		if d.conn != nil {
			<-d.done
		}
		d.dropReaders()
		for _, pool := range []*sql.DB{d.read, d.write} {
			if pool != nil {
				err = errors.Join(err, pool.Close())
			}
		}
		if d.lease != nil {
			err = errors.Join(err, d.lease.release())
		}
	})
	return err
}

// Act runs fn as one transaction and returns after it is durable. The error of fn is returned as it is,
// and nothing that fn wrote is kept. fn waits on nothing outside the database, and for no other act.
func (d *DB) Act(ctx context.Context, fn func(*Tx) error) error {
	if d.readOnly {
		return fault.New(fault.Unavailable, "db.read_only")
	}
	if err := d.lease.check(); err != nil {
		return err
	}
	d.waiting.Add(1)
	defer d.waiting.Add(-1)
	return d.act(&waiting{ctx: ctx, fn: fn, answer: make(chan error, 1)})
}

// startWriter lets the writer take acts. Its connection is made with the first.
func (d *DB) startWriter() {
	d.conn = &connection{pool: d.write, postgres: d.dialect == postgresDialect}
	go d.writer()
}

func (d *DB) act(w *waiting) error {
	err := d.await(w)
	if err == nil && w.job {
		select {
		case d.wake <- struct{}{}:
		default: // somebody is being woken already
		}
	}
	if err == nil {
		for _, b := range w.bells {
			b.Ring()
		}
	}
	return unavailable(err)
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

// readNow is the clock's time, or that of the last act when the clock is behind it.
func (d *DB) readNow() time.Time { return time.UnixMicro(max(d.now().UnixMicro(), d.acted())).UTC() }

// acted is the time of the newest act.
func (d *DB) acted() int64 {
	d.nowMu.Lock()
	defer d.nowMu.Unlock()
	return d.last
}

// actedAtLeast keeps the times of acts after one that the database remembers.
func (d *DB) actedAtLeast(us int64) {
	d.nowMu.Lock()
	defer d.nowMu.Unlock()
	d.last = max(d.last, us)
}

// Micros is how a time is stored: microseconds since 1970 in UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time is the time that was stored as microseconds.
func Time(us int64) time.Time { return time.UnixMicro(us).UTC() }

// MicrosOrZero is how a time is stored that may not be there: 0 for the zero time.
func MicrosOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return Micros(t)
}

// TimeOrZero is the time that was stored by MicrosOrZero.
func TimeOrZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return Time(us)
}

// NoRows tells whether Scan found no row.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
