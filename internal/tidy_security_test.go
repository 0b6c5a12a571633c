package internal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// required are the requirements of OWASP ASVS 5.0.0 of levels 1 and 2, by section: their numbers, as ranges.
const required = `
1.1 1-2, 1.2 1-9, 1.3 1-11, 1.4 1-3, 1.5 1-2
2.1 1-3, 2.2 1-3, 2.3 1-4, 2.4 1-1
3.2 1-2, 3.3 1-4, 3.4 1-6, 3.5 1-5, 3.7 1-2
4.1 1-3, 4.2 1-1, 4.3 1-2, 4.4 1-4
5.1 1-1, 5.2 1-3, 5.3 1-2, 5.4 1-3
6.1 1-3, 6.2 1-12, 6.3 1-4, 6.4 1-4, 6.5 1-5, 6.6 1-3, 6.8 1-4
7.1 1-3, 7.2 1-4, 7.3 1-2, 7.4 1-5, 7.5 1-2, 7.6 1-2
8.1 1-2, 8.2 1-3, 8.3 1-1, 8.4 1-1
9.1 1-3, 9.2 1-4
10.1 1-2, 10.2 1-2, 10.3 1-4, 10.4 1-11, 10.5 1-5, 10.6 1-2, 10.7 1-3
11.1 1-2, 11.2 1-3, 11.3 1-3, 11.4 1-4, 11.5 1-1, 11.6 1-1
12.1 1-3, 12.2 1-2, 12.3 1-4
13.1 1-1, 13.2 1-5, 13.3 1-2, 13.4 1-5
14.1 1-2, 14.2 1-4, 14.3 1-3
15.1 1-3, 15.2 1-3, 15.3 1-7
16.1 1-1, 16.2 1-5, 16.3 1-4, 16.4 1-3, 16.5 1-3
17.1 1-1, 17.2 1-4, 17.3 1-2`

var (
	requirement  = regexp.MustCompile(`\b\d{1,2}\.\d\.\d{1,2}\b`)
	namedTest    = regexp.MustCompile(`\bTest[A-Z][A-Za-z0-9]+`)
	testFunction = regexp.MustCompile(`(?m)^func (Test[A-Z][A-Za-z0-9]+)\(t \*testing\.T\)`)
	stateWord    = map[string]bool{"met": true, "part": true, "operator": true, "none": true, "not met": true}
)

// The table of docs/security.md answers for every requirement once, in the words for states, and each test that it names is there.
func TestSecurityTable(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, f := range files(t) {
		if f.test {
			for _, m := range testFunction.FindAllStringSubmatch(string(f.text), -1) {
				tests[m[1]] = true
			}
		}
	}
	answered := map[string]int{}
	states := map[string]int{}
	for i, line := range strings.Split(string(b), "\n") {
		for _, name := range namedTest.FindAllString(line, -1) {
			if !tests[name] {
				t.Errorf("docs/security.md:%d names %s, which no package has", i+1, name)
			}
		}
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !requirement.MatchString(cells[1]) { // | number | state | how | tests |
			continue
		}
		numbers := requirement.FindAllString(cells[1], -1)
		state := strings.TrimSpace(cells[2])
		if strings.HasPrefix(strings.TrimSpace(cells[1]), "8.1.4") || strings.HasPrefix(strings.TrimSpace(cells[1]), "8.1.5") {
			continue // clauses of GB/T 22239
		}
		if !stateWord[state] {
			t.Errorf("docs/security.md:%d: the state %q is none of the words", i+1, state)
		}
		for _, n := range numbers {
			answered[n]++
			states[state]++
		}
	}
	want := 0
	for _, section := range strings.FieldsFunc(required, func(r rune) bool { return r == ',' || r == '\n' }) {
		var name string
		var first, last int
		if _, err := fmt.Sscanf(strings.ReplaceAll(strings.TrimSpace(section), "-", " "), "%s %d %d", &name, &first, &last); err != nil {
			t.Fatalf("%q: %v", section, err)
		}
		for n := first; n <= last; n++ {
			want++
			number := name + "." + strconv.Itoa(n)
			if answered[number] != 1 {
				t.Errorf("requirement %s is answered %d times", number, answered[number])
			}
			delete(answered, number)
		}
	}
	for number := range answered {
		t.Errorf("%s is no requirement of levels 1 and 2", number)
	}
	t.Logf("%d requirements: %v", want, states)
}
