package access

import (
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What is guessed early is refused, however long: what leaked, what lies on the keyboard, what repeats, what is known of the person or
// of this house. What has no rule of composition to follow is taken.
func TestAPasswordThatIsGuessedEarlyIsRefused(t *testing.T) {
	s := &Service{issuer: "Anhui node"}
	for password, taken := range map[string]bool{
		"password1234":                 false,
		"qwertyuiop123":                false,
		"abcabcabcabcabc":              false,
		"123456789012":                 false,
		"corridor2026":                 false,
		"Shanghai20261":                false,
		"mustermann1985":               false, // the person's name
		"p@ssw0rd2026":                 false,
		"iloveyou1234":                 false,
		"a long pass phrase 1":         true,
		"correct horse battery staple": true,
		"vier blaue eimer am fenster":  true,
		"一二三四五六七八九十百千":                 true,
		"窗外有四只蓝桶子在排队等雨":                true,
		"kq7#Vb!x2Lm0":                 true,
		"\xff\xfe no text at all":      false,
	} {
		err := s.guessable(password, "m.mustermann@example.org", "Max Mustermann")
		if (err == nil) != taken {
			t.Errorf("%q: %v", password, err)
		}
	}
}

// A list of breached passwords is searched where it lies: every line of it is found, what lies between is not.
func TestABreachedPasswordIsFoundInTheOperatorsList(t *testing.T) {
	for _, n := range []int{1, 2, 3, 500} {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("%X:%d", sha1.Sum([]byte(fmt.Sprint("leaked ", i))), i*i*i))
		}
		slices.Sort(lines)
		for _, end := range []string{"\r\n", "\n"} {
			path := filepath.Join(t.TempDir(), "breached.txt")
			if err := os.WriteFile(path, []byte(strings.Join(lines, end)+end), 0o600); err != nil {
				t.Fatal(err)
			}
			list := breachList(path)
			if err := list.check(); err != nil {
				t.Fatal(err)
			}
			for i := range n + 50 {
				in, err := list.has(fmt.Sprint("leaked ", i))
				if err != nil || in != (i < n) {
					t.Fatalf("of %d lines, leaked %d: found %t, %v", n, i, in, err)
				}
			}
		}
	}
	s := &Service{breached: breachList(filepath.Join(t.TempDir(), "none"))}
	if err := s.guessable("kq7#Vb!x2Lm0"); err == nil {
		t.Error("a list that is not there lets a password pass")
	}
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(damaged, []byte("password\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := breachList(damaged).check(); err == nil {
		t.Error("a file of words is taken for a list of digests")
	}
}
