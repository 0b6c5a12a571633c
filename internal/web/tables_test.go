package web

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Tables that are no lists, each with its reason: they are read as they stand.
var noLists = map[string]string{
	"allocationletter": "on paper", "demand": "on paper",
	"bankfiles": "cells of a file that are wrong, in the order of the file", "import": "cells of a file that are wrong, in the order of the file",
	"labels":    "cells of a file that are wrong, in the order of the file",
	"importone": "cells of a file that are wrong, in the order of the file", "listimport": "cells of a file that are wrong, in the order of the file",
	"flows":    "a matrix of jurisdictions",
	"calendar": "days in their order, and months", "deadlines": "the days of a month; what stands in them is the list beside it", "labmonth": "days beside each other; handed out by the page", "organisation": "what is known of one organisation, each with its source",
	"part-book": "what a price is made of", "part-freethere": "the slots of some days, in their order", "part-tasks": "numbers by lead; handed out with the tasks", "reconcile": "days that add up", "scheme": "the edition, in the order of its file",
	"tasks": "a matrix and numbers by place", "usage": "gaps in a log, by time",
}

var (
	tableTag  = regexp.MustCompile(`<table[^>]*>`)
	listNamed = regexp.MustCompile(`data-list="[^"]*"`)
	blockHead = regexp.MustCompile(`\{\{define "([^"]+)"\}\}`)
)

// Every table is a list, which sorts, narrows, pages and is taken (wholelist.go), or says why it is none; and every list that a
// room pages is handed out by its room.
func TestEveryTableIsAListOrSaysWhyNot(t *testing.T) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]bool{}
	for _, file := range names {
		b, err := templateFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text, name := string(b), strings.TrimSuffix(path.Base(file), ".html")
		tags := tableTag.FindAllString(text, -1)
		for _, tag := range tags {
			if !strings.Contains(tag, "pile") {
				plain[name] = true
			}
		}
		for _, block := range blocksOf(text) {
			paged := strings.Contains(block, `template "pager"`) || strings.Contains(block, `rel="next"`)
			if tableTag.MatchString(block) && paged && !handsOut(block) && name != "style" {
				t.Errorf("templates/%s.html pages a list and does not hand it out: %.60s", name, block)
			}
		}
	}
	for name := range plain {
		if noLists[name] == "" {
			t.Errorf(`templates/%s.html has a table that is no list: class="pile" makes it one, or noLists says why not`, name)
		}
	}
	for name := range noLists {
		if !plain[name] {
			t.Errorf("noLists names %s, which has no such table", name)
		}
	}
}

// blocksOf are the templates of a file, each from its define.
func blocksOf(text string) (out []string) {
	at := 0
	for _, next := range blockHead.FindAllStringIndex(text, -1) {
		out = append(out, text[at:next[0]])
		at = next[0]
	}
	return append(out, text[at:])
}

// handsOut says whether a template has the links that hand out its list, by its room or, named, by wholelist.go.
func handsOut(block string) bool {
	for _, link := range []string{`template "exports"`, "format=", ".XLSX", "Export"} {
		if strings.Contains(block, link) {
			return true
		}
	}
	return slices.ContainsFunc(listNamed.FindAllString(block, -1), func(named string) bool { return named != `data-list="no"` })
}
