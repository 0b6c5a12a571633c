package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"corridor/internal/fault"
)

// Settings of every session of ours; what the address itself sets goes before. A dead peer is noticed within half a
// minute.
var postgresSession = map[string]string{
	"application_name":        "corridor",
	"timezone":                "UTC",
	"tcp_keepalives_idle":     "10",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "3",
}

// An act that hangs is ended by the database, too. A reading, which may be an export or an audit, may take its time and
// only not be forgotten.
var (
	postgresActs = map[string]string{
		"statement_timeout":                   strconv.FormatInt(actTimeMax.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": strconv.FormatInt(2*actTimeMax.Milliseconds(), 10),
	}
	postgresReadings = map[string]string{
		"idle_in_transaction_session_timeout": strconv.FormatInt(readIdleMax.Milliseconds(), 10),
	}
)

// readIdleMax is how long a reading may do nothing.
const readIdleMax = 10 * time.Minute

// backoff bounds between two tries of one act.
const (
	retryFirst = time.Millisecond
	retryMax   = 100 * time.Millisecond
)

func (d *DB) openPostgres(ctx context.Context, wait holdOut) (err error) {
	d.dialect = postgresDialect
	c, err := pgx.ParseConfig(d.dsn)
	if err != nil {
		return fault.New(fault.Invalid, "db.dsn", "dsn", withoutPassword(d.dsn)).On("dsn")
	}
	d.read = postgresPool(c, postgresReadings)
	if err := d.checkOrder(ctx); err != nil || d.readOnly {
		return err
	}
	d.write = postgresPool(c, postgresActs)
	d.lease, err = takeSession(ctx, postgresPool(c, nil), d, wait)
	return err
}

// postgresPool opens connections with our settings.
func postgresPool(c *pgx.ConnConfig, own map[string]string) *sql.DB {
	c = c.Copy()
	for _, settings := range []map[string]string{own, postgresSession} {
		for name, value := range settings {
			if _, given := c.RuntimeParams[name]; !given {
				c.RuntimeParams[name] = value
			}
		}
	}
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(connsMax)
	pool.SetMaxIdleConns(connsMax)
	return pool
}

// checkOrder refuses a database that would sort text in another way than SQLite, or that holds another encoding.
func (d *DB) checkOrder(ctx context.Context) error {
	var order, provider, encoding string
	if err := d.read.QueryRowContext(ctx, sqlPostgresOrder).Scan(&order, &provider, &encoding); err != nil {
		return fmt.Errorf("ask for the text order: %w", err)
	}
	if provider != "c" || order != "C" && order != "POSIX" {
		return fault.New(fault.Invalid, "db.text_order", "order", order).On("dsn")
	}
	if encoding != "UTF8" {
		return fault.New(fault.Invalid, "db.encoding", "encoding", encoding).On("dsn")
	}
	return nil
}

// actPostgres runs an act until the database takes it as if it had run alone.
func (d *DB) actPostgres(w *waiting) error {
	d.acting.RLock()
	defer d.acting.RUnlock()
	wait := retryFirst
	for try := 1; ; try++ {
		select {
		case <-d.closed:
			return fault.New(fault.Unavailable, "db.closed")
		default:
		}
		err := d.tryPostgres(w)
		if !again(err, try) {
			return err
		}
		if try == triesMax {
			return fault.New(fault.Unavailable, "db.busy").Because(err)
		}
		select {
		case <-time.After(rand.N(wait) + retryFirst):
			wait = min(2*wait, retryMax)
		case <-w.ctx.Done():
			return w.ctx.Err()
		}
	}
}

// uniqueTriesMax is how often an act is tried that met a value which is there already: under SERIALIZABLE another act
// may have written it just now, and the act's own look before writing then refuses it in its own words.
const uniqueTriesMax = 3

// again says whether an act is worth another try.
func again(err error, try int) bool {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return errors.Is(err, errTaking)
	}
	switch pe.Code {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	case "23505", "23P01": // unique_violation, exclusion_violation
		return try < uniqueTriesMax
	}
	return false
}

func (d *DB) tryPostgres(w *waiting) (err error) {
	conn, err := d.write.Conn(w.ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	// From here the act's own time counts, and no longer the caller's patience.
	ctx := context.WithoutCancel(w.ctx)
	if !w.long {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, actTimeMax+time.Second)
		defer cancel()
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	if err := d.shareFence(ctx, tx); err != nil {
		return err
	}
	a := &Tx{q: tx, now: d.tick(), db: d, bound: ctx, began: time.Now(), long: w.long}
	if err := guarded(a, w.fn); err != nil {
		return err
	}
	w.job = a.job
	if err := tx.Commit(); err != nil {
		var pe *pgconn.PgError
		if !errors.As(err, &pe) && !errors.Is(err, pgx.ErrTxCommitRollback) {
			return fault.New(fault.Unavailable, "db.unsure").Because(err) // the connection broke while it was committed
		}
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// guarded runs the function of an act. A panic in it is that act's error.
func guarded(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in an act: %v\n%s", r, debug.Stack())
		}
	}()
	return tx.end(fn(tx))
}

// errTaking says that another process is taking the lease just now.
var errTaking = errors.New("the lease is being taken")

// shareFence makes sure that this process holds the lease, and that nobody takes it before the end of the act: it shares
// a lock that bears the number of the fence, which the next process takes alone before it raises the fence, and keeps.
// Such locks live in the server's memory: a row locked for sharing guards as well and halves the speed.
func (d *DB) shareFence(ctx context.Context, tx *sql.Tx) error {
	mine := d.lease.fence.Load()
	if mine == 0 {
		return nil // not taken yet: the migrations run
	}
	var fence int64
	var shared bool
	if err := tx.QueryRowContext(ctx, sqlFenceShare, fenceClass, int32(mine)).Scan(&fence, &shared); err != nil {
		return fmt.Errorf("check the lease: %w", err)
	}
	switch {
	case fence != mine:
		return d.lease.lose()
	case !shared:
		return errTaking
	}
	return nil
}

// withoutPassword is an address as it may be shown and logged.
func withoutPassword(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		return u.Redacted()
	}
	return dsn
}
