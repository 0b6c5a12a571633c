package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// weak is what no file of ours imports: memory without types, broken digests and ciphers, chance that can be guessed where it has to be secret.
// allowed says who may, and why.
var (
	weak    = []string{"unsafe", "crypto/md5", "crypto/sha1", "crypto/des", "crypto/rc4", "crypto/dsa", "math/rand", "golang.org/x/crypto/md4", "golang.org/x/crypto/ripemd160", "golang.org/x/crypto/blowfish"}
	allowed = map[string]string{"internal/access/guess.go crypto/sha1": "the published lists of leaked passwords are of that digest"}
)

func TestNothingWeakIsImported(t *testing.T) {
	used := map[string]bool{}
	for _, f := range files(t) {
		for _, i := range f.ast.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range weak {
				if name != w || f.test {
					continue
				}
				if allowed[f.path+" "+w] == "" {
					t.Errorf("%s imports %s", f.at(i), w)
				}
				used[f.path+" "+w] = true
			}
		}
	}
	for what := range allowed {
		if !used[what] {
			t.Errorf("nobody needs the exception %s", what)
		}
	}
}

// asMarkup is how a script would write what it was given as markup, run it, or keep it in the browser.
var asMarkup = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(|new Function|localStorage|sessionStorage|indexedDB`)

func TestScriptsWriteTextAndKeepNothing(t *testing.T) {
	n := 0
	err := filepath.WalkDir(filepath.Join(root, "internal/web"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".js" {
			return err
		}
		n++
		text, err := os.ReadFile(name)
		if m := asMarkup.Find(text); m != nil {
			t.Errorf("%s has %s", name, m)
		}
		return err
	})
	if err != nil || n == 0 {
		t.Fatalf("%d scripts, %v", n, err)
	}
}
