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
	"importone": "cells of a file that are wrong, in the order of the file", "listimport": "cells of a file that are wrong, in the order of the file",
	"flows":    "a matrix of jurisdictions",
	"calendar": "days in their order, and months", "deadlines": "the days of a month; what stands in them is the list beside it", "labmonth": "days beside each other; handed out by the page", "organisation": "what is known of one organisation, each with its source",
	"part-book": "what a price is made of", "part-freethere": "the slots of some days, in their order", "part-tasks": "numbers by lead; handed out with the tasks", "reconcile": "days that add up", "scheme": "the edition, in the order of its file",
	"tasks": "a matrix and numbers by place", "usage": "gaps in a log, by time",
}

// Lists that their room pages and that cannot be taken as a file while they have several pages. A page is struck out here when it
// hands out its list; none is added.
var notTaken = []string{"casechanges", "catalogue", "documents", "figure", "imports", "knowledge", "labday", "part-book", "roundlists", "systems"}

var tableTag = regexp.MustCompile(`<table[^>]*>`)

// Every table is a list, which sorts, narrows, pages and is taken (wholelist.go), or says why it is none; and every list that a
// room pages is handed out by its room.
func TestEveryTableIsAListOrSaysWhyNot(t *testing.T) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	plain, kept := map[string]bool{}, []string{}
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
		paged := strings.Contains(text, `template "pager"`) || strings.Contains(text, `rel="next"`)
		taken := strings.Contains(text, `template "exports"`) || strings.Contains(text, "format=") || strings.Contains(text, ".XLSX") || strings.Contains(text, "data-list=") || strings.Contains(text, "Export")
		if len(tags) > 0 && paged && !taken && name != "style" {
			kept = append(kept, name)
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
	for _, name := range kept {
		if !slices.Contains(notTaken, name) {
			t.Errorf("templates/%s.html pages a list and does not hand it out", name)
		}
	}
	for _, name := range notTaken {
		if !slices.Contains(kept, name) {
			t.Errorf("notTaken names %s, which hands out its list by now: strike it out", name)
		}
	}
}
