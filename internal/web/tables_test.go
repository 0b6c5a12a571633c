package web

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Tables that are no lists, by file and place in it, each with its reason: they are read as they stand.
var noLists = map[string]string{
	"allocationletter 1": "on paper", "demand 1": "on paper",
	"announced 1": "what an edition changes, beside each other; a few lines of each edition", "announced 2": "the same for its numbers",
	"bankfiles 2": "cells of a file that are wrong, in the order of the file", "import 1": "cells of a file that are wrong, in the order of the file",
	"labels 1":    "cells of a file that are wrong, in the order of the file",
	"importone 1": "cells of a file that are wrong, in the order of the file", "listimport 1": "cells of a file that are wrong, in the order of the file",
	"flows 1":    "a matrix of jurisdictions",
	"calendar 1": "days in their order", "calendar 2": "the days of a month", "deadlines 1": "the days of a month; what stands in them is the list beside it",
	"labmonth 1": "days beside each other; handed out by the page", "organisation 1": "what marks of one organisation say, each with its source", "organisation 4": "the facts of one organisation, each with its source",
	"part-book 2": "what a price is made of", "part-book 3": "the rates of each class of user", "part-freethere 1": "the slots of some days, in their order",
	"part-tasks 1": "numbers by lead; handed out with the tasks", "reconcile 1": "days that add up",
	"scheme 1": "the edition, in the order of its file", "scheme 2": "the edition, in the order of its file", "scheme 3": "the edition, in the order of its file",
	"tasks 1": "a matrix", "tasks 2": "numbers by place",
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
		for i, tag := range tableTag.FindAllString(text, -1) {
			if !strings.Contains(tag, "pile") || strings.Contains(tag, `data-list="no"`) {
				plain[fmt.Sprint(name, " ", i+1)] = true
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
			t.Errorf(`the table %s is no list: class="pile" makes it one, or noLists says why not`, name)
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
