package internal_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A path or a make target that a document names is there.
var (
	docPath   = regexp.MustCompile("[`(](?:\\.\\./|\\./)*((?:internal|docs|schemes|cmd|test|api|e2e|\\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9_])[`)#]")
	docTarget = regexp.MustCompile("`make ([a-z-]+)`")
	target    = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
)

func TestDocumentsNameWhatIsThere(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	documents := []string{filepath.Join(root, "README.md")}
	for _, top := range []string{"docs", "schemes"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(name) == ".md" {
				documents = append(documents, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range documents {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		rel, _ := filepath.Rel(root, name)
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range docPath.FindAllStringSubmatch(line, -1) {
				if _, err := os.Stat(filepath.Join(root, m[1])); err == nil {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
					t.Errorf("%s:%d names %s, which is not there", rel, i+1, m[1])
				}
			}
			for _, m := range docTarget.FindAllStringSubmatch(line, -1) {
				if !targets[m[1]] {
					t.Errorf("%s:%d names make %s, which the Makefile does not have", rel, i+1, m[1])
				}
			}
		}
	}
}

var direct = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)

// What the program is built on is explained: every module that go.mod names as ours to choose.
func TestEveryDependencyIsExplained(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(filepath.Join(root, "docs/dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := direct.FindAllStringSubmatch(string(mod), -1)
	if len(all) < 10 {
		t.Fatalf("go.mod names %d modules of ours", len(all))
	}
	for _, m := range all {
		if !strings.Contains(string(said), "`"+m[1]+"`") {
			t.Errorf("docs/dependencies.md does not say why %s was taken", m[1])
		}
	}
}

// One word has one meaning, in both languages.
func TestTheGlossaryHasEachWordOnce(t *testing.T) {
	f, err := os.Open(filepath.Join(root, "docs/glossary.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatalf("%d words: %v", len(rows), err)
	}
	for column, language := range []string{"English", "Chinese"} {
		seen := map[string]string{}
		for _, row := range rows[1:] {
			if other, twice := seen[row[column]]; twice {
				t.Errorf("the %s %q stands for %q and for %q", language, row[column], other, row[3])
			}
			seen[row[column]] = row[3]
		}
	}
}
