package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"corridor/internal/fault"
)

// unavailable puts a refusal in front of an error by which the database itself says that it cannot serve; every other
// error is returned as it is. What failed was not done, except where it says db.unsure.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var said *fault.Error
	if errors.As(err, &said) {
		return err
	}
	if code := cannotServe(err); code != "" {
		return fault.New(fault.Unavailable, code).Because(err)
	}
	return err
}

// cannotServe is the code for an error of the database as a whole; "" for an error of the act.
func cannotServe(err error) string {
	if err == nil {
		return ""
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // the low byte is the kind, the others say more
		case sqlitelib.SQLITE_FULL:
			return "db.full"
		case sqlitelib.SQLITE_READONLY:
			return "db.read_only"
		case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
			return "db.busy"
		case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
			return "db.damaged"
		case sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_NOMEM, sqlitelib.SQLITE_PROTOCOL:
			return "db.gone"
		}
		return ""
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "53100":
			return "db.full"
		case pg.Code == "25006":
			return "db.read_only"
		case pg.Code == "57014", pg.Code == "25P03":
			return "db.act_too_long"
		case strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "40"):
			return "db.busy"
		case strings.HasPrefix(pg.Code, "XX"):
			return "db.damaged"
		case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "58"), strings.HasPrefix(pg.Code, "28"),
			pg.Code == "3D000":
			return "db.gone"
		}
		return ""
	}
	switch { // of the files beside the database
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "db.full"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "db.read_only"
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "conn closed") {
		return "db.gone"
	}
	return ""
}
