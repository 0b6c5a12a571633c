package internal_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The walls of the house (docs/architecture.md). What can be checked is checked here and not by memory; a finding names
// the file and the line. The tree is read once, as text: nothing is compiled.

// floors is the house from the ground up. A room imports rooms of the floors below its own and none beside it. The
// ground is laid in order (fault, unit, db, then the three that stand on them), and so is the door.
var floors = []struct {
	name  string
	rooms []string
}{
	{"ground: fault", []string{"fault"}},
	{"ground: unit", []string{"unit"}},
	{"ground: db", []string{"db"}},
	{"ground", []string{"log", "files", "notice", "sheets"}},
	{"base", []string{"access"}},
	{"facts", []string{"registry", "scheme", "ledger", "federation", "calendar"}},
	{"work", []string{"casework"}},
	{"desk", []string{"reader", "agreement", "catalogue", "settlement", "indicator"}},
	{"face", []string{"web"}},
	{"door: node", []string{"node"}},
	{"door: demo", []string{"demo"}},
	{"door: cmd", []string{"cmd"}},
}

const (
	module      = "corridor"
	linesMax    = 800
	commentMin  = 120 // characters of a package comment; below that it says nothing
	walkMax     = 20_000
	sqlFile     = "sql.go"
	testSupport = module + "/internal/db/dbtest"
)

// noHTTPServer is what only the face serves with; the door starts it.
var noHTTPServer = []string{"Handle", "HandleFunc", "Handler", "HandlerFunc", "ListenAndServe", "ListenAndServeTLS", "NewServeMux", "ResponseWriter",
	"Serve", "ServeContent", "ServeFile", "ServeMux", "Server", "FileServer", "FileServerFS", "Redirect", "SetCookie", "StripPrefix", "TimeoutHandler"}

// file is a parsed Go file of the project.
type file struct {
	path string // from the root, with slashes
	room string // "ledger", "cmd"; "" for schemes/ and test/
	test bool
	text []byte
	ast  *ast.File
}

func (f *file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(positions.Position(n.Pos()).Line)
}

// dir is the folder of a file.
func (f *file) dir() string { return path.Dir(f.path) }

var positions = token.NewFileSet()

// root is the folder of the project.
var root = func() string {
	abs, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return abs
}()

// tree reads every Go file of the project, in the order of names.
var tree = sync.OnceValues(func() ([]*file, error) {
	var all []*file
	for _, top := range []string{"cmd", "internal", "schemes", "test"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules"):
				return fs.SkipDir
			case d.IsDir() || filepath.Ext(name) != ".go":
				return nil
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			f := &file{path: filepath.ToSlash(rel), test: strings.HasSuffix(name, "_test.go")}
			f.room = roomOf(module + "/" + f.dir())
			if f.text, err = os.ReadFile(name); err != nil {
				return err
			}
			f.ast, err = parser.ParseFile(positions, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution)
			all = append(all, f)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
})

// report takes a finding.
type report func(format string, args ...any)

// files is the tree, or the end of the test.
func files(t *testing.T) []*file {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 || len(all) > walkMax {
		t.Fatalf("%d Go files", len(all))
	}
	return all
}

// roomOf is the room that a package belongs to: internal/web/systems is of web, cmd/corridor of cmd.
func roomOf(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, module+"/internal/")
	if !ok {
		if strings.HasPrefix(pkg, module+"/cmd/") {
			return "cmd"
		}
		return ""
	}
	room, _, _ := strings.Cut(rest, "/")
	return room
}

// floorOf is the place of a room in floors; -1 for none.
func floorOf(room string) int {
	return slices.IndexFunc(floors, func(f struct {
		name  string
		rooms []string
	}) bool {
		return slices.Contains(f.rooms, room)
	})
}

func isGenerated(f *file) bool { return path.Base(f.dir()) == "gen" }

func TestEveryRoomHasAFloor(t *testing.T) {
	tour, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files(t) {
		if f.room == "" || seen[f.room] || f.dir() == "internal" {
			continue
		}
		seen[f.room] = true
		if floorOf(f.room) < 0 {
			t.Errorf("%s is a room of no floor", f.dir())
		}
		if f.room != "cmd" && !bytes.Contains(tour, []byte("internal/"+f.room+" ")) {
			t.Errorf("internal/doc.go, the tour, does not come to internal/%s", f.room)
		}
	}
}

func TestImportsGoDownOnly(t *testing.T) { importsGoDownOnly(t.Errorf, files(t)) }

func importsGoDownOnly(say report, all []*file) {
	for _, f := range all {
		for _, imp := range f.ast.Imports {
			pkg, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				say("%s: %v", f.at(imp), err)
				continue
			}
			to := roomOf(pkg)
			if to == "" && pkg != module+"/schemes" && pkg != module+"/internal" {
				if !f.test && (pkg == "testing" || pkg == "net/http/httptest") && f.dir()+"/" != strings.TrimPrefix(testSupport, module+"/")+"/" {
					say("%s: %s is for tests only", f.at(imp), pkg)
				}
				continue
			}
			if f.room == "" {
				if !f.test && f.dir() == "schemes" {
					say("%s: schemes/ is data and imports %s", f.at(imp), pkg)
				}
				continue // test/ starts the whole program
			}
			here, there := floorOf(f.room), floorOf(to)
			switch {
			case pkg == testSupport:
				if !f.test {
					say("%s: dbtest is for tests only", f.at(imp))
				}
			case pkg == module+"/schemes":
				if !f.test && here < floorOf("node") {
					say("%s: %s imports the packs of schemes/; a room is given them", f.at(imp), f.room)
				}
			case to == f.room:
				// a room may have packages of its own
			case here == there:
				say("%s: %s imports %s of its own floor; let it own a small interface, joined in internal/node", f.at(imp), f.room, to)
			case here < there:
				say("%s: %s imports %s of a floor above", f.at(imp), f.room, to)
			}
		}
	}
}

func TestOnlyTheFaceServesHTTP(t *testing.T) { onlyTheFaceServesHTTP(t.Errorf, files(t)) }

func onlyTheFaceServesHTTP(say report, all []*file) {
	for _, f := range all {
		door := floorOf(f.room) > floorOf("web")
		if f.test || f.room == "web" || f.room == "" {
			continue
		}
		var local string
		for _, imp := range f.ast.Imports {
			switch p, _ := strconv.Unquote(imp.Path.Value); p {
			case "html/template":
				say("%s: only web makes HTML", f.at(imp))
			case "net/http":
				local = "http"
				if imp.Name != nil {
					local = imp.Name.Name
				}
			}
		}
		if local == "" || door {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local && slices.Contains(noHTTPServer, sel.Sel.Name) {
				say("%s: http.%s in %s; only web serves HTTP", f.at(sel), sel.Sel.Name, f.room)
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) { everyPackageSaysWhatItIs(t.Errorf, files(t)) }

func everyPackageSaysWhatItIs(say report, all []*file) {
	type found struct {
		name string
		doc  string
	}
	packages := map[string]found{}
	for _, f := range all {
		if f.test && strings.HasSuffix(f.ast.Name.Name, "_test") {
			continue
		}
		p := packages[f.dir()]
		if f.ast.Doc != nil && len(f.ast.Doc.Text()) > len(p.doc) {
			p.doc = f.ast.Doc.Text()
		}
		p.name = f.ast.Name.Name
		packages[f.dir()] = p
	}
	for dir, p := range packages {
		want := "Package " + p.name + " "
		if p.name == "main" {
			want = "Command " + path.Base(dir) + " "
		}
		if !strings.HasPrefix(p.doc, want) {
			say("%s: its comment does not begin with %q", dir, want)
		} else if len(p.doc) < commentMin {
			say("%s: its comment has %d characters: idea, guarantee, what it does not do, source of the rule", dir, len(p.doc))
		}
	}
}

func TestFilesAreFormattedAndShort(t *testing.T) { filesAreFormattedAndShort(t.Errorf, files(t)) }

func filesAreFormattedAndShort(say report, all []*file) {
	for _, f := range all {
		if isGenerated(f) {
			continue
		}
		if n := bytes.Count(f.text, []byte("\n")); n > linesMax {
			say("%s has %d lines; a file is one idea", f.path, n)
		}
		tidy, err := format.Source(f.text)
		if err != nil {
			say("%s: %v", f.path, err)
		} else if !bytes.Equal(tidy, f.text) {
			say("%s is not formatted: gofmt -w %s", f.path, f.path)
		}
	}
}

func TestNothingIsLeftForLater(t *testing.T) { nothingIsLeftForLater(t.Errorf, files(t)) }

func nothingIsLeftForLater(say report, all []*file) {
	later := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:"}
	for _, f := range all {
		for _, group := range f.ast.Comments {
			for _, word := range later {
				if strings.Contains(group.Text(), word) {
					say("%s: a comment leaves something for later (%s)", f.at(group), word)
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if ok && f.test && (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf" || sel.Sel.Name == "SkipNow") {
				if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "t" || x.Name == "b" || x.Name == "f") {
					say("%s: a test is skipped", f.at(sel))
				}
			}
			return true
		})
	}
}
