package internal_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"corridor/internal/db"
)

// statement recognises the text of SQL by how it begins; ours is written in capitals.
var statement = regexp.MustCompile(`(?s)^\s*(--[^\n]*\n\s*)*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TEMP\s+)?(TABLE|INDEX|VIEW|UNIQUE|TRIGGER)\s|ALTER\s+TABLE\s|DROP\s+(TABLE|VIEW|INDEX)\s|WITH\s+(RECURSIVE\s+)?\w+(\s*\([^)]*\))?\s+AS\s|PRAGMA\s|VACUUM\b|SET\s+LOCAL\s)`)

// Words of SQL that name a table or a view.
var (
	comments = regexp.MustCompile(`--[^\n]*`)
	strs     = regexp.MustCompile(`'(?:[^']|'')*'`)
	writes   = regexp.MustCompile(`(?i)\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+([a-z_][a-z0-9_]*)`)
	reads    = regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)(\s*\()?`)
	creates  = regexp.MustCompile(`(?i)\bCREATE\s+(?:VIRTUAL\s+)?(TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_]*)`)
	alters   = regexp.MustCompile(`(?i)\b(?:ALTER\s+TABLE|DROP\s+TABLE(?:\s+IF\s+EXISTS)?|DROP\s+VIEW(?:\s+IF\s+EXISTS)?)\s+([a-z_][a-z0-9_]*)|\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+\w+\s+ON\s+([a-z_][a-z0-9_]*)`)
	names    = regexp.MustCompile(`(?i)(?:\bWITH\s+(?:RECURSIVE\s+)?|,\s*|\)\s*,\s*)([a-z_][a-z0-9_]*)\s*(?:\([^()]*\))?\s+AS\s+(?:NOT\s+MATERIALIZED\s+|MATERIALIZED\s+)?\(`)
	stars    = regexp.MustCompile(`(?i)\bSELECT\s+(DISTINCT\s+)?([a-z_]+\.)?\*`)
	unnamed  = regexp.MustCompile(`(?i)\bINSERT\s+INTO\s+[a-z_][a-z0-9_]*\s+(VALUES|SELECT)\b`)
)

// sharedTables are read by every room, beside their owner's views, and written only through a function of the owner.
var sharedTables = map[string]string{"node_setting": "what the node knows of itself: read in views, written by db.Tx.Set"}

// catalogTables belong to the databases themselves.
var catalogTables = regexp.MustCompile(`^(sqlite_\w+|pragma_\w+|pg_\w+|information_schema|json_each|generate_series|unnest|excluded|current_\w+)$`)

// constant is a string constant of a Go file, whole, with where it stands.
type constant struct {
	f    *file
	node ast.Node
	text string
}

// texts are the string literals of a file; parts put together with + are one.
func texts(f *file) (all []constant) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			_, isField := x.(*ast.Field)
			return isField && x.(*ast.Field).Tag == nil
		case *ast.BasicLit, *ast.BinaryExpr:
			if s, ok := whole(x.(ast.Expr)); ok {
				all = append(all, constant{f, n, s})
				return false
			}
		}
		return true
	})
	return all
}

// whole is the text of a literal, or of literals and names put together; a name stands as a space.
func whole(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			s, err := strconv.Unquote(x.Value)
			return s, err == nil
		}
	case *ast.BinaryExpr:
		a, okA := whole(x.X)
		b, okB := whole(x.Y)
		if x.Op == token.ADD && (okA || okB) {
			return a + " " + b, true
		}
	case *ast.ParenExpr:
		return whole(x.X)
	}
	return "", false
}

func isSQLFile(f *file) bool {
	base := path.Base(f.path)
	return base == sqlFile || strings.HasPrefix(base, "sql_")
}

func TestSQLStandsInSQLFiles(t *testing.T) { sqlStandsInSQLFiles(t.Errorf, files(t)) }

func sqlStandsInSQLFiles(say report, all []*file) {
	for _, f := range all {
		if f.test || isSQLFile(f) {
			continue
		}
		for _, c := range texts(f) {
			if statement.MatchString(c.text) {
				say("%s: SQL outside sql.go: %.50q", f.at(c.node), strings.TrimSpace(c.text))
			}
		}
	}
}

func TestSQLNamesItsColumns(t *testing.T) { sqlNamesItsColumns(t.Errorf, files(t)) }

func sqlNamesItsColumns(say report, all []*file) {
	for _, f := range all {
		if f.test || !isSQLFile(f) {
			continue
		}
		for _, c := range texts(f) {
			text := strs.ReplaceAllString(comments.ReplaceAllString(c.text, ""), "''")
			if stars.MatchString(text) || unnamed.MatchString(text) {
				say("%s: columns are not named: %.60q", f.at(c.node), strings.TrimSpace(text))
			}
		}
	}
}

// owners is who owns each table and view, from the migrations.
func owners(say report, all []db.Migration) map[string]string {
	owner := map[string]string{"migration": "db"}
	for _, m := range all {
		for _, dialect := range []string{"sqlite", "postgres"} {
			text := comments.ReplaceAllString(m.For(dialect), "")
			for _, c := range creates.FindAllStringSubmatch(text, -1) {
				name := strings.ToLower(c[2])
				if was, ok := owner[name]; ok && was != m.Owner {
					say("%s makes %s, which is %s's", m.Name, name, was)
				}
				owner[name] = m.Owner
			}
		}
	}
	return owner
}

func migrations(t *testing.T) []db.Migration {
	t.Helper()
	all, err := db.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestATableHasOneOwner(t *testing.T) { aTableHasOneOwner(t.Errorf, migrations(t)) }

func aTableHasOneOwner(say report, all []db.Migration) {
	owner := owners(say, all)
	for _, m := range all {
		if floorOf(m.Owner) < 0 {
			say("%s: its owner %s is no room", m.Name, m.Owner)
		}
		if !strings.HasPrefix(m.Name[len("0001_"):], m.Owner) {
			say("%s is %s's and not named so", m.Name, m.Owner)
		}
		text := comments.ReplaceAllString(m.SQL, "")
		for _, a := range alters.FindAllStringSubmatch(text, -1) {
			if name := strings.ToLower(a[1] + a[2]); owner[name] != m.Owner {
				say("%s of %s changes %s, which is %q's", m.Name, m.Owner, name, owner[name])
			}
		}
		for _, c := range creates.FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(strings.ToLower(c[2]), "v_") != strings.EqualFold(c[1], "VIEW") {
				say("%s makes %s: views, and only views, are called v_…", m.Name, c[2])
			}
		}
	}
}

// A room writes its own tables, and reads them and the views of the floors below.
func TestARoomKeepsToItsTables(t *testing.T) {
	aRoomKeepsToItsTables(t.Errorf, files(t), migrations(t))
}

func aRoomKeepsToItsTables(say report, all []*file, steps []db.Migration) {
	owner := owners(say, steps)
	for _, f := range all {
		if f.test || f.room == "" || !isSQLFile(f) {
			continue
		}
		for _, c := range texts(f) {
			if statement.MatchString(c.text) {
				keepsTo(say, owner, f.at(c.node), f.room, c.text)
			}
		}
	}
	for _, m := range steps {
		for _, dialect := range []string{"sqlite", "postgres"} {
			for _, s := range strings.Split(comments.ReplaceAllString(m.For(dialect), ""), ";") {
				if strings.Contains(strings.ToUpper(s), "CREATE VIEW") {
					keepsTo(say, owner, m.Name+" ("+dialect+")", m.Owner, s)
				}
			}
		}
	}
}

// keepsTo looks at the tables that one statement of a room names.
func keepsTo(say report, owner map[string]string, where, room, text string) {
	text = strs.ReplaceAllString(comments.ReplaceAllString(text, ""), "''")
	local := map[string]bool{}
	for _, n := range names.FindAllStringSubmatch(text, -1) {
		local[strings.ToLower(n[1])] = true
	}
	for _, w := range writes.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(w[1])
		if room != owner[name] && owner[name] != "" {
			say("%s: %s writes %s, which is %s's", where, room, name, owner[name])
		}
	}
	for _, r := range reads.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(r[1])
		of, known := owner[name]
		_, shared := sharedTables[name]
		switch {
		case local[name] || r[2] != "" || catalogTables.MatchString(name) || shared || of == room:
		case !known:
			say("%s: %s reads %s, which no migration makes", where, room, name)
		case !strings.HasPrefix(name, "v_"):
			say("%s: %s reads %s, a table of %s; read a view that it publishes", where, room, name, of)
		case floorOf(of) > floorOf(room):
			say("%s: %s reads %s of %s, a floor above", where, room, name, of)
		}
	}
}
