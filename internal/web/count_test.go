package web

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corridor/internal/fault"
)

// A number that is followed by what is counted, in the form that English has for several.
var ofSeveral = regexp.MustCompile(`\{\{([^{}]*)\}\} \{\{t "[^"]*" "([a-z]+s|are|were|do|seem|fit)[ ,.;:)"]`)

// What looks like it and is right, each with its reason.
var severalAlways = map[string]string{
	"tenths $t.MedianWorkdays": "a tenth is written: 1.0 days", "tenths $t.MedianDays": "a tenth is written: 1.0 days",
	"end places": "the sum of two numbers, of which the second is of several", "end days": "several numbers",
}

// One is not several: what is counted goes through fault.Count, so that no page says «1 rows».
func TestWhatIsCountedHasItsFormForOne(t *testing.T) {
	if got := (fault.Count(1, "条", "row", "rows")); got != (fault.Words{"1 条", "1 row"}) {
		t.Errorf("one is %q", got)
	}
	if got := fault.Count(21, "条", "row", "rows"); got != (fault.Words{"21 条", "21 rows"}) {
		t.Errorf("21 is %q", got)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range names {
		b, err := templateFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ofSeveral.FindAllStringSubmatch(string(b), -1) {
			first, _, _ := strings.Cut(m[1], " ")
			if slices.Contains([]string{"if", "else", "with"}, first) || slices.Contains([]string{"as", "is", "was"}, m[2]) {
				continue // a word, and not several
			}
			if severalAlways[m[1]] == "" && severalAlways[m[1]+" "+m[2]] == "" && !slices.Contains([]string{"words", "yuan", "day", "t", "time"}, first) {
				t.Errorf("%s counts without a form for one: %s", file, m[0])
			}
		}
	}
}
