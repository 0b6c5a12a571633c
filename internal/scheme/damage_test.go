package scheme

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

const packsDir = "testdata/packs"

// damage is one thing spoilt in a pack, and what must be said of it.
type damage struct {
	Code        string   // that must be there
	In          string   // file
	Find        string   // what is replaced, exactly once
	Put         string   // by what
	Find2, Put2 string   // a second change that the damage needs
	At          string   // the line that the report must point to contains this; empty for any
	Also        []string // further packs that are checked beside it
}

func damages(t *testing.T) []damage {
	t.Helper()
	b, err := os.ReadFile("testdata/damages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out []damage
	if err := yaml.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// files are the packs of the tests, as a tree that can be changed.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	err := filepath.WalkDir(packsDir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(packsDir, p)
		tree[filepath.ToSlash(rel)] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// packOf is the pack that a file belongs to.
func packOf(file string) string {
	if strings.Contains(file, "/") {
		return filepath.ToSlash(filepath.Dir(file))
	}
	return file
}

func TestEveryPackOfTheTestsPasses(t *testing.T) {
	problems := CheckPacks(os.DirFS(packsDir), "rent.yaml", "shared/pot", "shared/spend", "local/pot", "local/spend", "jury.yaml", "help.yaml", "kitty.yaml", "dues.yaml", "instalments.yaml", "slot.yaml")
	var b bytes.Buffer
	Report(&b, problems, fault.EN)
	if len(problems) > 0 {
		t.Error(b.String())
	}
}

// TestEveryDamageIsNamed spoils one thing at a time: the report names the error at its line. The whole reports, in
// both languages, stand in a golden file.
func TestEveryDamageIsNamed(t *testing.T) {
	var golden bytes.Buffer
	shown := map[string]bool{}
	for _, d := range damages(t) {
		tree := files(t)
		if d.In != "" {
			was := string(tree[d.In].Data)
			if n := strings.Count(was, d.Find); n != 1 {
				t.Errorf("%s: %q is %d times in %s", d.Code, d.Find, n, d.In)
				continue
			}
			put := strings.ReplaceAll(d.Put, "{long}", strings.Repeat(" || firm.operating", 150))
			put = strings.ReplaceAll(put, "{deep}", strings.Repeat("[", 14)+strings.Repeat("]", 14))
			spoilt := strings.Replace(was, d.Find, put, 1)
			if d.Find2 != "" {
				spoilt = strings.Replace(spoilt, d.Find2, d.Put2, 1)
			}
			tree[d.In].Data = []byte(spoilt)
		}
		problems := CheckPacks(tree, append([]string{packOf(d.In)}, d.Also...)...)
		hit := false
		for _, p := range problems {
			hit = hit || p.Code == d.Code && strings.Contains(p.Line, d.At)
		}
		if !hit {
			var b bytes.Buffer
			Report(&b, problems, fault.EN)
			t.Errorf("%s (%s): not named; the report is\n%s", d.Code, d.Put, b.String())
		}
		if shown[d.Code] {
			continue
		}
		shown[d.Code] = true
		fmt.Fprintf(&golden, "=== %s\n\n", d.Code)
		Report(&golden, problems, fault.ZH)
		for _, p := range problems {
			if p.Code == d.Code {
				Report(&golden, Problems{p}, fault.EN)
				break
			}
		}
	}
	for code := range sentences {
		if !shown[code] && code != "proof.too_big" { // TestAProofThatIsTooBigSaysSo

			t.Errorf("no damage shows the error %s", code)
		}
	}
	compareGolden(t, "testdata/damages.golden", golden.Bytes())
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -update and look at the change", file)
	}
}
