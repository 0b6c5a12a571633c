package db

import (
	"database/sql"
	"fmt"
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
	plain *plain // kept as the driver gave them, where a reading was told them before
	at    int    // rows given so far
	err   error
	note  *note // what a reading notes down meanwhile
}

// note is what a reading notes down of an answer, to remember it once it was read to its end.
type note struct {
	as     *asking
	got    plain
	values []any // of the present row
	places []any // of these
	size   int
	given  int // rows that were gone to
}

// noted starts to note down an answer that is worth it.
func (r *Rows) noted(as *asking) *Rows {
	if as.worth() {
		r.note = &note{as: as}
	}
	return r
}

// scan reads the present row and notes it down.
func (n *note) scan(rows *sql.Rows, to []any) error {
	if n.places == nil {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		if n.got.columns = columns; len(columns) != len(to) {
			return rows.Scan(to...) // which says so
		}
		n.values, n.places = make([]any, len(columns)), make([]any, len(columns))
		for i := range n.values {
			n.places[i] = &n.values[i]
		}
	}
	if len(to) != len(n.values) {
		return rows.Scan(to...)
	}
	if err := rows.Scan(n.places...); err != nil {
		return err
	}
	for i, v := range n.values {
		if err := assign(to[i], v); err != nil {
			n.size = answerBytesMax + 1 // what assign does not know is not remembered
			return rows.Scan(to...)
		}
	}
	if len(n.got.rows) == n.given-1 && n.size <= answerBytesMax {
		n.got.rows = append(n.got.rows, slices.Clone(n.values))
		n.size += 24 + 40*len(n.values)
		for _, v := range n.values {
			switch v := v.(type) {
			case string:
				n.size += len(v)
			case []byte:
				n.size += len(v)
			}
		}
	}
	return nil
}

// ended remembers what was noted down, if it is all that there is.
func (r *Rows) ended() {
	n := r.note
	r.note = nil
	if n != nil && len(n.got.rows) == n.given && r.rows.Err() == nil {
		n.as.keep(kept{}, &n.got, n.size)
	}
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
		there := r.rows.Next()
		if r.note != nil {
			if !there {
				r.ended()
			} else {
				r.note.given++
			}
		}
		return there
	}
	if r.at >= r.n() || r.err != nil {
		return false
	}
	r.at++
	return true
}

// Scan reads the columns of the present row.
func (r *Rows) Scan(to ...any) error {
	if r.note != nil && r.note.size > answerBytesMax {
		r.note = nil // too much to be remembered
	}
	if r.note != nil {
		return r.note.scan(r.rows, to)
	}
	if r.rows != nil {
		return r.rows.Scan(to...)
	}
	if r.plain != nil {
		return r.plain.scan(r.at, to)
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

// n is how many rows are kept.
func (r *Rows) n() int {
	if r.plain != nil {
		return len(r.plain.rows)
	}
	return len(r.values)
}

// scan reads the columns of a row, of which the first is number one.
func (p *plain) scan(at int, to []any) error {
	if at == 0 || at > len(p.rows) || len(to) != len(p.rows[at-1]) {
		return sql.ErrNoRows
	}
	for i, v := range p.rows[at-1] {
		if err := assign(to[i], v); err != nil {
			return fmt.Errorf("column %s: %w", p.columns[i], err)
		}
	}
	return nil
}

// Columns are the names of the columns.
func (r *Rows) Columns() ([]string, error) {
	if r.rows != nil {
		return r.rows.Columns()
	}
	if r.plain != nil {
		return slices.Clone(r.plain.columns), nil
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
	r.at = r.n() + 1
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
		if err := r.kept.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	err := r.kept.Scan(to...)
	if r.kept.note != nil && err == nil {
		r.kept.Next() // there is no other row, mostly: then the answer is whole
	}
	if r.kept.rows != nil {
		r.kept.Close()
	}
	return err
}

// Err is why the statement failed, if it did.
func (r *Row) Err() error {
	if r.row != nil {
		return r.row.Err()
	}
	return r.err
}
