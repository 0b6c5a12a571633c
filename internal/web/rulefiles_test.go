package web

import (
	"testing"

	"corridor/internal/casework"
	"corridor/internal/files"
	"corridor/internal/scheme"
)

// An officer sees beside a rule the files of the part of the form that it read, and all of them where the officer answers.
func TestTheFilesStandBesideTheRuleThatTheyAreFor(t *testing.T) {
	s := &scheme.Scheme{Form: scheme.Form{Sections: []scheme.Section{
		{Fields: []scheme.Field{{Name: "provider", Type: "org"}}},
		{Fields: []scheme.Field{{Name: "report", Type: "file", Words: someWords}}},
		{Fields: []scheme.Field{{Name: "invoice_lines", Type: "group"}, {Name: "invoice", Type: "file", Words: someWords}}}}}}
	c := casework.Case{Fields: map[string]scheme.Value{"report": {Kind: scheme.File, Text: "aa"}, "invoice": {Kind: scheme.File, Text: "bb"}}}
	have := caseFiles{id: someID, at: "/cases/", all: map[files.Digest]casework.Attached{"aa": {Name: "report.pdf"}, "bb": {Name: "invoice.pdf"}}}
	for _, x := range []struct {
		answer scheme.Answer
		want   string
	}{
		{scheme.Answer{Need: "not_affiliated", Saw: []scheme.SeenFact{{Name: "form.provider"}}}, ""},
		{scheme.Answer{Need: "unused", Saw: []scheme.SeenFact{{Name: "form.invoice_lines.seller"}}}, "invoice.pdf "},
		{scheme.Answer{Need: "report"}, "report.pdf "},
		{scheme.Answer{Need: "for_research", Ask: "reviewer"}, "report.pdf invoice.pdf "},
	} {
		got := ""
		for _, e := range (&visit{}).evidenceOf(s, c, have, x.answer).Files {
			for _, f := range e.Files {
				got += f.Name + " "
			}
		}
		if got != x.want {
			t.Errorf("beside %s stand %q, want %q", x.answer.Need, got, x.want)
		}
	}
}
