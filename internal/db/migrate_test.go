package db_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

// CORRIDOR_UPDATE=1 rewrites schema.sql.
func TestTheSumOfTheMigrationsIsSchemaSQL(t *testing.T) {
	d := dbtest.Open(t, nil)
	var b strings.Builder
	b.WriteString("-- What the migrations make of an empty SQLite database. Written by `make update`; PostgreSQL has the same tables and columns.\n")
	must(t, d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'view' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, name LIMIT 10000`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			fmt.Fprintf(&b, "\n%s;\n", text)
		}
		return rows.Err()
	}))
	if os.Getenv("CORRIDOR_UPDATE") == "1" {
		must(t, os.WriteFile("schema.sql", []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile("schema.sql")
	must(t, err)
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("schema.sql is not what the migrations make; `make update` writes it anew (-schema.sql +database):\n%s", diff)
	}
}

func TestMigrationsAreNumberedAndOwned(t *testing.T) {
	all, err := db.Migrations()
	must(t, err)
	name := regexp.MustCompile(`^(\d{4})_[a-z_]+\.sql$`)
	last := ""
	for _, m := range all {
		n := name.FindStringSubmatch(m.Name)
		if n == nil || n[1] <= last {
			t.Errorf("%s is no name of a migration, or its number is taken", m.Name)
			continue
		}
		last = n[1]
		if m.Owner == "" || len(m.Digest()) != 64 {
			t.Errorf("%s has no owner", m.Name)
		}
		for _, dialect := range []string{"sqlite", "postgres"} {
			if text := m.For(dialect); strings.Contains(text, "-- only:") || strings.TrimSpace(text) == "" {
				t.Errorf("%s is not well formed for %s", m.Name, dialect)
			}
		}
	}
}

func TestADialectBlockIsOfItsDialect(t *testing.T) {
	m := db.Migration{SQL: "-- owner: test\na\n-- only: sqlite\nb\n-- end\nc\n-- only: postgres\nd\n-- end\ne"}
	if got := m.For("sqlite"); got != "-- owner: test\na\nb\nc\ne" {
		t.Errorf("sqlite: %q", got)
	}
	if got := m.For("postgres"); got != "-- owner: test\na\nc\nd\ne" {
		t.Errorf("postgres: %q", got)
	}
}

func TestASchemaThatDoesNotFitIsRefused(t *testing.T) {
	for _, c := range []struct{ statement, code, readOnly string }{
		{`INSERT INTO migration (name, digest, applied_at) VALUES ('9999_later.sql', '', 0)`, "db.newer", "db.newer"},
		{`UPDATE migration SET digest = '' WHERE name = '0001_db.sql'`, "db.migration_changed", "db.migration_changed"},
		{`CREATE TABLE extra (n BIGINT); DELETE FROM migration WHERE name = '0002_db_jobs.sql'; DROP TABLE db_lease; DROP TABLE db_job`, "", "db.older"},
	} {
		dbtest.EachDSN(t, func(t *testing.T, dsn string) {
			d := dbtest.OpenAt(t, dsn, nil)
			must(t, d.WriterExec(c.statement))
			must(t, d.Close())
			_, err := db.Open(ctx, db.Config{DSN: dsn, ReadOnly: true})
			wantCode(t, err, c.readOnly)
			d, err = db.Open(ctx, db.Config{DSN: dsn})
			wantCode(t, err, c.code)
			if err == nil { // what was missing is there again
				must(t, d.Close())
				d, err = db.Open(ctx, db.Config{DSN: dsn, ReadOnly: true})
				must(t, err)
				d.Close()
			}
		})
	}
}

// An index for searching may be a virtual table of SQLite, which PostgreSQL has in its own way.
func TestBothDatabasesHaveTheSameTablesAndColumns(t *testing.T) {
	columns := map[string]map[string]bool{}
	var virtual []string
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		if d.Dialect() == "postgres" {
			columns["postgres"] = names(t, d, `
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY 1 LIMIT 100000`)
			return
		}
		columns["sqlite"] = names(t, d, `
SELECT l.name || '.' || c.name FROM pragma_table_list l, pragma_table_info(l.name) c
WHERE l.schema = 'main' AND l.type IN ('table', 'view') AND l.name NOT LIKE 'sqlite_%' ORDER BY 1 LIMIT 100000`)
		for v := range names(t, d, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual' ORDER BY name LIMIT 1000`) {
			virtual = append(virtual, v+".")
		}
	})
	there, ok := columns["postgres"]
	if !ok {
		return
	}
	for _, v := range virtual {
		maps.DeleteFunc(there, func(column string, _ bool) bool { return strings.HasPrefix(column, v) })
	}
	if diff := cmp.Diff(columns["sqlite"], there); diff != "" {
		t.Errorf("the columns differ (-SQLite +PostgreSQL):\n%s", diff)
	}
}

// names reads one column of text.
func names(t *testing.T, d *db.DB, query string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	must(t, d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			all[name] = true
		}
		return rows.Err()
	}))
	if len(all) == 0 && !strings.Contains(query, "virtual") {
		t.Error("no columns are found")
	}
	return all
}
