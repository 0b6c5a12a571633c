package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

func TestParametersInOrderLoseTheirNames(t *testing.T) {
	for _, x := range [][2]string{
		{"", ""},
		{"SELECT $1, $2", "SELECT ?, ?"},
		{"VALUES ($1,$2),($3,$4)", "VALUES (?,?),(?,?)"},
		{"SELECT $1, $1", "SELECT $1, $1"},
		{"SELECT $2, $1", "SELECT $2, $1"},
		{"SELECT $1, $3", "SELECT $1, $3"},
		{"SELECT $01", "SELECT $01"},
		{"SELECT $name", "SELECT $name"},
		{"SELECT ?, $1", "SELECT ?, $1"},
		{"SELECT '$1 it''s $2', $1, \"$2\", [$2] -- $2\n, $2 /* $3 */", "SELECT '$1 it''s $2', ?, \"$2\", [$2] -- $2\n, ? /* $3 */"},
		{"SELECT $1, '", "SELECT ?, '"},
		{"SELECT $1$2", "SELECT $1$2"},
		{"SELECT $1A", "SELECT $1A"},
		{"SELECT a$1", "SELECT a$1"},
		{"SELECT ($1)", "SELECT (?)"},
		{"SELECT $1(a)", "SELECT $1(a)"},
		{"SELECT 长, $1", "SELECT 长, ?"},
	} {
		if got := unnamed(x[0]); got != x[1] {
			t.Errorf("%q\n got %q\nwant %q", x[0], got, x[1])
		}
	}
}

// However a statement is written, it answers the same without names, or is refused the same.
func FuzzParametersWithoutNames(f *testing.F) {
	for _, s := range []string{"$1, $2, $3", "$1||'$2', $2, $3", "$3, $2", "\"a$1\", $1", "$1 -- $2\n, $2", "/*$1*/$1,$2", "x'$1', $1", "`$1`", "$1::a, $2", "@a, :b, $1", "'it''s', $1, $1"} {
		f.Add(s)
	}
	pool, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		f.Fatal(err)
	}
	pool.SetMaxOpenConns(1)
	f.Cleanup(func() { pool.Close() })
	ask := func(query string) (string, error) {
		rows, err := pool.QueryContext(context.Background(), query, 11, 22, 33)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		columns, _ := rows.Columns()
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if !rows.Next() {
			return "none", rows.Err()
		}
		if err := rows.Scan(row...); err != nil {
			return "", err
		}
		var said strings.Builder
		for _, v := range row {
			fmt.Fprintf(&said, "%v|", *v.(*any))
		}
		return said.String(), nil
	}
	f.Fuzz(func(t *testing.T, list string) {
		if strings.ContainsAny(list, ";\x00") || strings.Contains(strings.ToLower(list), "random") || len(list) > 200 {
			return // scripts are run as they are; some answers are never the same
		}
		query := "SELECT " + list
		want, wantErr := ask(query)
		got, err := ask(unnamed(query))
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %q %v\n%q: %q %v", query, want, wantErr, unnamed(query), got, err)
		}
	})
}
