package db

import (
	"database/sql"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// Rows are what a statement returned: read from the database as they are asked for, or kept whole, where an act on
// PostgreSQL fetched them with other statements.
type Rows struct {
	rows *sql.Rows // nil: kept
	kept
	at  int // rows given so far
	err error
}

// kept are rows as PostgreSQL sent them.
type kept struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][][]byte
}

// read takes all rows. What the driver returns is only good until it reads on, so it is copied.
func (k *kept) read(types *pgtype.Map, rows pgx.Rows) error {
	defer rows.Close()
	k.types = types
	for rows.Next() {
		raw := rows.RawValues()
		size := 0
		for _, v := range raw {
			size += len(v)
		}
		all, row := make([]byte, 0, size), make([][]byte, len(raw))
		for i, v := range raw {
			if v != nil {
				from := len(all)
				all = append(all, v...)
				row[i] = all[from:len(all):len(all)]
			}
		}
		k.values = append(k.values, row)
	}
	k.fields = slices.Clone(rows.FieldDescriptions())
	rows.Close()
	return rows.Err()
}

// Next goes to the next row and says whether there is one.
func (r *Rows) Next() bool {
	if r.rows != nil {
		return r.rows.Next()
	}
	if r.at >= len(r.values) || r.err != nil {
		return false
	}
	r.at++
	return true
}

// Scan reads the columns of the present row.
func (r *Rows) Scan(to ...any) error {
	if r.rows != nil {
		return r.rows.Scan(to...)
	}
	if r.at == 0 || r.at > len(r.values) || len(to) != len(r.fields) {
		return sql.ErrNoRows
	}
	for i, v := range r.values[r.at-1] {
		if err := r.types.Scan(r.fields[i].DataTypeOID, r.fields[i].Format, v, to[i]); err != nil {
			return pgx.ScanArgError{ColumnIndex: i, FieldName: r.fields[i].Name, Err: err}
		}
	}
	return nil
}

// Columns are the names of the columns.
func (r *Rows) Columns() ([]string, error) {
	if r.rows != nil {
		return r.rows.Columns()
	}
	var names []string
	for _, f := range r.fields {
		names = append(names, f.Name)
	}
	return names, nil
}

// Err is why there were no more rows; nil when all were read.
func (r *Rows) Err() error {
	if r.rows != nil {
		return r.rows.Err()
	}
	return r.err
}

// Close ends the reading. It may be called twice.
func (r *Rows) Close() error {
	if r.rows != nil {
		return r.rows.Close()
	}
	r.at = len(r.values) + 1
	return nil
}

// Row is the first row of an answer, or none.
type Row struct {
	row  *sql.Row // nil: kept, or a failure
	kept *Rows
	err  error
}

// Scan reads the columns; sql.ErrNoRows says that there is no row.
func (r *Row) Scan(to ...any) error {
	switch {
	case r.row != nil:
		return r.row.Scan(to...)
	case r.err != nil:
		return r.err
	case !r.kept.Next():
		return sql.ErrNoRows
	}
	return r.kept.Scan(to...)
}

// Err is why the statement failed, if it did.
func (r *Row) Err() error {
	if r.row != nil {
		return r.row.Err()
	}
	return r.err
}
