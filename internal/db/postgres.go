package db

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
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

const (
	readIdleMax = 10 * time.Minute // a reading may do nothing
	connectMax  = 5 * time.Second  // connecting may take, where the address says nothing else
)

// Bounds of the pause between two tries of one batch.
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
	if err := d.checkOrder(ctx); err != nil {
		return err
	}
	if d.readOnly {
		d.startReaders(connsMax)
		return nil
	}
	d.write = postgresPool(c, postgresActs)
	d.write.SetMaxOpenConns(1)
	if d.lease, err = takeSession(ctx, postgresPool(c, nil), d, wait); err != nil {
		return err
	}
	d.startReaders(connsMax)
	d.startWriter()
	return nil
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
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectMax
	}
	c.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(connsMax + connsBeside)
	pool.SetMaxIdleConns(connsMax + connsBeside)
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

// withoutPassword is an address as it may be shown and logged.
func withoutPassword(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		return u.Redacted()
	}
	return dsn
}
