package systems

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/systems.md")

// root is the folder of the module, found by walking up to go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = up
	}
}

func TestNamedTestsStandInTheTree(t *testing.T) {
	dir := root(t)
	for _, s := range All() {
		if s.Test == "" {
			continue
		}
		if err := stands(dir, s.Test); err != nil {
			t.Errorf("system %d: %v", s.ID, err)
		}
	}
}

func TestTestIsFoundOnlyWhereItStands(t *testing.T) {
	dir := root(t)
	const here = "internal/web/systems/tree_test.go:"
	for _, c := range []struct {
		test string
		ok   bool
	}{
		{here + "TestTestIsFoundOnlyWhereItStands", true},
		{here + "TestThatWasNeverWritten", false},
		{here + "stands", false},
		{"internal/web/systems/systems.go:TestX", false},
		{"internal/web/systems/none_test.go:TestX", false},
		{"test/none.txtar", false},
		{"../other/test/a.txtar", false},
		{"a sentence", false},
	} {
		if err := stands(dir, c.test); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.test, err)
		}
	}
}

// stands tells whether a test named as path/to/file_test.go:TestName or test/name.txtar is in the tree.
func stands(dir, test string) error {
	path, name, isGo := strings.Cut(test, ":")
	if !filepath.IsLocal(path) {
		return fmt.Errorf("%s leads out of the tree", test)
	}
	full := filepath.Join(dir, filepath.FromSlash(path))
	if !isGo {
		if !strings.HasPrefix(path, "test/") || !strings.HasSuffix(path, ".txtar") {
			return fmt.Errorf("%s is neither file_test.go:TestName nor test/name.txtar", test)
		}
		_, err := os.Stat(full)
		return err
	}
	if !strings.HasSuffix(path, "_test.go") || !strings.HasPrefix(name, "Test") {
		return fmt.Errorf("%s is neither file_test.go:TestName nor test/name.txtar", test)
	}
	f, err := parser.ParseFile(token.NewFileSet(), full, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
			return nil
		}
	}
	return fmt.Errorf("%s has no %s", path, name)
}

func TestNamedPagesAreOperations(t *testing.T) {
	f, err := os.Open(filepath.Join(root(t), "api", "operations.txt"))
	if os.IsNotExist(err) {
		t.Log("api/operations.txt has not been written; only the form of the pages is checked")
	} else if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	if err == nil {
		defer f.Close()
		if patterns, err = gets(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range All() {
		if s.Page == "" {
			continue
		}
		if !strings.HasPrefix(s.Page, "/") {
			t.Errorf("system %d: the page %q is not a path of the node", s.ID, s.Page)
		}
		if f != nil && !served(s.Page, patterns) {
			t.Errorf("system %d: no GET operation answers %s", s.ID, s.Page)
		}
	}
}

func TestPageFitsItsPattern(t *testing.T) {
	patterns, err := gets(strings.NewReader(
		"GET / public 200\nGET /orders/{id} reviewer 200,404\nGET /files/{path...} public 200\nPOST /claims reviewer 201\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		page string
		ok   bool
	}{
		{"/", true},
		{"/orders/34-2026-000731", true},
		{"/orders/34?tab=money#proof", true},
		{"/files/a/b/c", true},
		{"/orders", false},
		{"/orders/", false},
		{"/orders/1/money", false},
		{"/claims", false},
		{"/none", false},
	} {
		if got := served(c.page, patterns); got != c.ok {
			t.Errorf("%s: served %v, want %v", c.page, got, c.ok)
		}
	}
}

// gets reads the patterns of the GET operations from lines of the form "METHOD PATH …".
func gets(r io.Reader) ([]string, error) {
	var patterns []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if w := strings.Fields(lines.Text()); len(w) >= 2 && w[0] == "GET" {
			patterns = append(patterns, w[1])
		}
	}
	return patterns, lines.Err()
}

// served tells whether a page, without its query and fragment, fits one of the patterns. {x} stands for one segment
// that is not empty, {x...} at the end for the rest.
func served(page string, patterns []string) bool {
	page, _, _ = strings.Cut(page, "#")
	page, _, _ = strings.Cut(page, "?")
	for _, p := range patterns {
		if fits(strings.Split(page, "/"), strings.Split(p, "/")) {
			return true
		}
	}
	return false
}

func fits(page, pattern []string) bool {
	for i, p := range pattern {
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "...}") {
			return true
		}
		if i >= len(page) {
			return false
		}
		wild := strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") && page[i] != ""
		if p != page[i] && !wild {
			return false
		}
	}
	return len(page) == len(pattern)
}

func TestDocumentEqualsTheList(t *testing.T) {
	path := filepath.Join(root(t), "docs", "systems.md")
	want := Markdown()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/systems.md is not what the list says; run go test ./internal/web/systems -update\n%s", diff)
	}
}
