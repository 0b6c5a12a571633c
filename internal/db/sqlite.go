package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go
)

// Settings of every connection, those of the writer and those of a reader. FULL makes a commit durable; the journal is
// copied back into the file after 16,000 pages, 64 MB. The writer keeps 64 MB of pages in memory, each reader 16 MB.
const (
	sqliteCommon = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)"
	sqliteWriter = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(16000)"
	sqliteReader = "_pragma=query_only(ON)&_pragma=cache_size(-16384)"
)

func (d *DB) openSQLite(ctx context.Context, path string, wait holdOut) (err error) {
	d.dialect = sqliteDialect
	if !d.readOnly {
		if d.lease, err = takeFile(ctx, path+leaseSuffix, wait); err != nil {
			return err
		}
		if d.write, err = sql.Open("sqlite", sqliteDSN(path, sqliteWriter)); err != nil {
			return err
		}
		d.write.SetMaxOpenConns(1)
		if err := d.write.PingContext(ctx); err != nil {
			return err
		}
		d.startWriter()
	}
	mode := sqliteReader
	if d.readOnly {
		mode += "&mode=rw" // a file that is not there is not made
	}
	if d.read, err = sql.Open("sqlite", sqliteDSN(path, mode)); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(readersMax)
	d.read.SetMaxIdleConns(readersMax)
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	d.startReaders(readersMax)
	return nil
}

// sqliteDSN writes a path, which may hold any character, as the address of a connection.
func sqliteDSN(path, settings string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings + "&" + sqliteCommon
}
