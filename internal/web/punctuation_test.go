package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// A Chinese mark that stands outside the words of a page is shown to whoever reads English, too.
func TestChineseMarksStandInChineseWordsOnly(t *testing.T) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d templates, %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(templateFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(action.ReplaceAllString(string(text), ""), "\n") {
			if at := strings.IndexAny(line, "：（），；。"); at >= 0 {
				t.Errorf("%s:%d: %q", name, i+1, line[at:min(len(line), at+12)])
			}
		}
	}
}
