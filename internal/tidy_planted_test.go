package internal_test

import (
	"fmt"
	"go/parser"
	"path"
	"strings"
	"testing"

	"corridor/internal/db"
)

// plant is a file that does not exist.
func plant(t *testing.T, name, text string) *file {
	t.Helper()
	f := &file{path: name, test: strings.HasSuffix(name, "_test.go"), text: []byte(text), room: roomOf(module + "/" + path.Dir(name))}
	var err error
	if f.ast, err = parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		t.Fatal(err)
	}
	return f
}

// Each wall finds what is planted, and nothing in what is right: a test that can see nothing is no test.
func TestTheWallsSeeWhatIsWrong(t *testing.T) {
	steps := []db.Migration{
		{Name: "0001_ledger.sql", Owner: "ledger", SQL: "-- owner: ledger\nCREATE TABLE ledger_a (n BIGINT);\nCREATE VIEW v_ledger_a AS SELECT n FROM ledger_a;"},
		{Name: "0002_registry.sql", Owner: "registry", SQL: "-- owner: registry\nCREATE TABLE registry_a (n BIGINT);\nCREATE VIEW v_registry_a AS SELECT n FROM registry_a;"},
	}
	sentences := map[string][2]string{"ledger.a": {"甲 {left}", "a {left}"}, "ledger.b": {"乙", "b"}}
	tables := func(say report, all []*file) { aRoomKeepsToItsTables(say, all, steps) }
	codes := func(say report, all []*file) { everyRefusalHasItsSentence(say, all, sentences) }
	unused := func(say report, all []*file) { noSentenceIsUnused(say, all, sentences) }
	packs := func(say report, all []*file) {
		noSchemeInGo(say, all, map[string]string{"pay_it": "an action of rent", "shut": "a stage of rent", "file": "an action of rent", "rent": "the id of a scheme"})
	}
	const both = `var _ = "ledger.a" + "ledger.b"`
	const good = "// Package ledger keeps the books of a planted tree in exact double entry, refuses in a documented order, and knows no scheme; a sentence for its length.\npackage ledger\n"
	for _, c := range []struct {
		wall             func(report, []*file)
		name, text, want string
	}{
		{importsGoDownOnly, "internal/ledger/a.go", `package ledger; import "corridor/internal/unit"`, ""},
		{importsGoDownOnly, "internal/ledger/a.go", `package ledger; import "corridor/internal/registry"`, "own floor"},
		{importsGoDownOnly, "internal/ledger/a.go", `package ledger; import "corridor/internal/web"`, "floor above"},
		{importsGoDownOnly, "internal/ledger/a_test.go", `package ledger; import "corridor/internal/web/systems"`, "floor above"},
		{importsGoDownOnly, "internal/web/systems/a.go", `package systems; import "corridor/internal/web"`, ""},
		{importsGoDownOnly, "internal/unit/a.go", `package unit; import "corridor/internal/db"`, "floor above"},
		{importsGoDownOnly, "internal/log/a.go", `package log; import "corridor/internal/files"`, "own floor"},
		{importsGoDownOnly, "internal/node/a.go", `package node; import "corridor/internal/demo"`, "floor above"},
		{importsGoDownOnly, "cmd/corridor/a.go", `package main; import "corridor/internal/demo"`, ""},
		{importsGoDownOnly, "internal/ledger/a.go", `package ledger; import "corridor/internal/db/dbtest"`, "tests only"},
		{importsGoDownOnly, "internal/ledger/a_test.go", `package ledger; import "corridor/internal/db/dbtest"`, ""},
		{importsGoDownOnly, "internal/ledger/a.go", `package ledger; import "testing"`, "tests only"},
		{importsGoDownOnly, "internal/scheme/a.go", `package scheme; import "corridor/schemes"`, "is given them"},
		{onlyTheFaceServesHTTP, "internal/ledger/a.go", `package ledger; import "net/http"; var c http.Client`, ""},
		{onlyTheFaceServesHTTP, "internal/ledger/a.go", `package ledger; import h "net/http"; func a(w h.ResponseWriter) {}`, "only web serves"},
		{onlyTheFaceServesHTTP, "internal/ledger/a.go", `package ledger; import "html/template"; var _ template.HTML`, "only web makes"},
		{onlyTheFaceServesHTTP, "internal/web/a.go", `package web; import "net/http"; func a(w http.ResponseWriter) {}`, ""},
		{onlyTheFaceServesHTTP, "internal/node/a.go", `package node; import "net/http"; var s http.Server`, ""},
		{everyPackageSaysWhatItIs, "internal/ledger/a.go", good, ""},
		{everyPackageSaysWhatItIs, "internal/ledger/a.go", "package ledger", "does not begin"},
		{everyPackageSaysWhatItIs, "internal/ledger/a.go", "// Package ledger is.\npackage ledger", "characters"},
		{everyPackageSaysWhatItIs, "cmd/corridor/a.go", "// Package main is.\npackage main", "does not begin"},
		{filesAreFormattedAndShort, "internal/ledger/a.go", "package ledger\n", ""},
		{filesAreFormattedAndShort, "internal/ledger/a.go", "package ledger\nvar  a int\n", "gofmt"},
		{filesAreFormattedAndShort, "internal/ledger/a.go", "package ledger\n" + strings.Repeat("\nvar _ int\n", linesMax), "lines"},
		{nothingIsLeftForLater, "internal/ledger/a.go", "package ledger\n// TO" + "DO: this\n", "for later"},
		{nothingIsLeftForLater, "internal/ledger/a_test.go", "package ledger\nfunc a(t T) { t.Skip() }", "skipped"},
		{sqlStandsInSQLFiles, "internal/ledger/a.go", "package ledger; const a = `\n-- why\nSELECT n FROM ledger_a`", "outside"},
		{sqlStandsInSQLFiles, "internal/ledger/a.go", "package ledger; func a() { x(`UPDATE ledger_a SET n = ` + b) }", "outside"},
		{sqlStandsInSQLFiles, "internal/ledger/a.go", `package ledger; const a = "Select one of them"`, ""},
		{sqlStandsInSQLFiles, "internal/ledger/sql.go", "package ledger; const a = `SELECT n FROM ledger_a`", ""},
		{sqlNamesItsColumns, "internal/ledger/sql.go", "package ledger; const a = `SELECT a.* FROM ledger_a a`", "not named"},
		{sqlNamesItsColumns, "internal/ledger/sql.go", "package ledger; const a = `INSERT INTO ledger_a VALUES ($1)`", "not named"},
		{sqlNamesItsColumns, "internal/ledger/sql.go", "package ledger; const a = `SELECT count(*) FROM ledger_a`", ""},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `UPDATE ledger_a SET n = (SELECT max(n) FROM ledger_a)`", ""},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `UPDATE registry_a SET n = 1`", "writes registry_a"},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `SELECT n FROM ledger_a JOIN registry_a ON true`", "a table of registry"},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `SELECT n FROM v_registry_a`", ""},
		{tables, "internal/access/sql.go", "package access; const a = `SELECT n FROM v_registry_a`", "floor above"},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `SELECT n FROM nowhere`", "no migration"},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `WITH a AS (SELECT n FROM ledger_a), b (n) AS (SELECT n FROM a) SELECT n FROM b`", ""},
		{tables, "internal/ledger/sql.go", "package ledger; const a = `INSERT INTO ledger_a (n) VALUES ('x from registry_a') ON CONFLICT (n) DO UPDATE SET n = 1`", ""},
		{codes, "internal/ledger/a.go", `package ledger; var _ = fault.New(fault.Invalid, "ledger.a", "left", 1)`, ""},
		{codes, "internal/ledger/a.go", `package ledger; var _ = fault.New(fault.Invalid, "ledger.a")`, "{left}"},
		{codes, "internal/ledger/a.go", `package ledger; var _ = fault.New(fault.Invalid, "ledger.c")`, "no sentence"},
		{codes, "internal/ledger/a.go", `package ledger; func no(kind int, code string) {}; func a() { no(1, "ledger.c") }`, "no sentence"},
		{codes, "internal/ledger/a.go", `package ledger; var _ = problem{Code: "ledger.c"}`, "no sentence"},
		{codes, "internal/ledger/a.go", `package ledger; var _ = problem{Key: "ledger.c"}`, ""},
		{packs, "internal/web/a.go", `package web; var _ = "pay_it"`, "an action of rent"},
		{packs, "internal/web/a.go", `package web; var _ = "rent"`, "the id of a scheme"},
		{packs, "internal/casework/a.go", `package casework; var _ = "shut"`, "a stage of rent"},
		{packs, "internal/casework/a.go", `package casework; var _ = "file"`, ""},
		{packs, "internal/web/a.go", `package web; var _ = "shut"`, ""},
		{packs, "internal/casework/a_test.go", `package casework; var _ = "pay_it"`, ""},
		{packs, "internal/demo/a.go", `package demo; var _ = "pay_it"`, ""},
		{unused, "internal/ledger/a.go", `package ledger; ` + both, ""},
		{unused, "internal/ledger/a.go", `package ledger; var _ = "ledger.a"`, "ledger.b"},
	} {
		var said []string
		c.wall(func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }, []*file{plant(t, c.name, c.text)})
		switch {
		case c.want == "" && len(said) > 0:
			t.Errorf("%s\n%.100s\nis right, and refused: %s", c.name, c.text, said)
		case c.want != "" && (len(said) == 0 || !strings.Contains(strings.Join(said, " "), c.want)):
			t.Errorf("%s\n%.100s\nis wrong (%s), and found is only: %s", c.name, c.text, c.want, said)
		}
	}
}

func TestAMigrationOfAnotherRoomIsSeen(t *testing.T) {
	for _, c := range []struct {
		step db.Migration
		want string
	}{
		{db.Migration{Name: "0002_registry.sql", Owner: "registry", SQL: "CREATE TABLE ledger_a (n BIGINT)"}, "which is ledger's"},
		{db.Migration{Name: "0002_registry.sql", Owner: "registry", SQL: "ALTER TABLE ledger_a ADD COLUMN m BIGINT"}, "changes ledger_a"},
		{db.Migration{Name: "0002_registry.sql", Owner: "registry", SQL: "CREATE INDEX x ON ledger_a (n)"}, "changes ledger_a"},
		{db.Migration{Name: "0002_registry.sql", Owner: "nobody", SQL: "CREATE TABLE b (n BIGINT)"}, "is no room"},
		{db.Migration{Name: "0002_other.sql", Owner: "registry", SQL: "CREATE TABLE b (n BIGINT)"}, "not named so"},
		{db.Migration{Name: "0002_registry.sql", Owner: "registry", SQL: "CREATE VIEW registry_b AS SELECT 1"}, "called v_"},
		{db.Migration{Name: "0002_registry.sql", Owner: "registry", SQL: "CREATE TABLE registry_b (n BIGINT); CREATE INDEX x ON registry_b (n)"}, ""},
	} {
		var said []string
		aTableHasOneOwner(func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) },
			[]db.Migration{{Name: "0001_ledger.sql", Owner: "ledger", SQL: "CREATE TABLE ledger_a (n BIGINT)"}, c.step})
		if got := strings.Join(said, " "); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.step.SQL, got, c.want)
		}
	}
}
