package web

import (
	"html/template"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"corridor/internal/fault"
)

// Words that are put in place when a page is made read as the function would have them read, wherever they stand.
func TestWordsInPlaceReadAsTheFunctionSaysThem(t *testing.T) {
	const text = `<p title="{{t "甲" "a"}}">{{t "一" "one"}} {{t "二" ""}}{{t "A & B's" "<b>"}}<a href="/x">{{len (t "四" "four")}}</a>` +
		`{{if eq (t "zh" "en") .Lang}}{{t "同" "same"}}{{else}}{{t "异" "other"}}{{end}}{{range .Of}}{{t "项" "item"}}{{.}}{{end}}{{with .Of}}{{t "有" "some"}}{{end}}` +
		`{{template "part" (t "五" "five")}}{{$x := t "六" "six"}}{{$x}}{{t "七" "seven" | printf "%q"}}</p>{{define "part"}}[{{.}}]{{end}}{{define "unused"}}{{template "part" .}}{{end}}`
	for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
		plain := template.Must(template.New("x").Funcs(functions(lang)).Parse(text))
		made := template.New("x").Funcs(functions(lang))
		var uses []string
		calls := 0
		for _, of := range plain.Templates() {
			tree := of.Tree.Copy()
			sayIn(lang, tree.Root, func(part string) { uses = append(uses, of.Name()+" "+part) })
			calls += strings.Count(tree.Root.String(), `{{t "`)
			template.Must(made.AddParseTree(of.Name(), tree))
		}
		value := struct {
			Lang string
			Of   []int
		}{"en", []int{1, 2}}
		var got, want strings.Builder
		if err := plain.Execute(&want, value); err != nil {
			t.Fatal(err)
		}
		if err := made.Lookup("x").Execute(&got, value); err != nil || got.String() != want.String() {
			t.Errorf("%s: %v\n got %s\nwant %s", lang, err, got.String(), want.String())
		}
		slices.Sort(uses)
		if all := strings.Join(uses, ", "); all != "unused part, x part" || calls != 0 {
			t.Errorf("it uses %s, and asks for words %d times", all, calls)
		}
	}
}

// A page holds no more than what it reaches, and the texts of a page that is made leave those of the program as they were.
func TestAPageIsMadeOfWhatItReaches(t *testing.T) {
	all, err := parsePages()
	if err != nil {
		t.Fatal(err)
	}
	before := all.parts["layout.html"].Root.String()
	page, err := all.of(fault.EN, "signin")
	if err != nil {
		t.Fatal(err)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(page.Templates(), func(x *template.Template) bool { return x.Name() == name })
	}
	if !has("main") || !has("said") || !has("problem") || has("week") || len(all.parts) < 50 {
		t.Errorf("of %d parts the page has %s", len(all.parts), page.DefinedTemplates())
	}
	if all.parts["layout.html"].Root.String() != before {
		t.Error("making a page changed the layout of all others")
	}
	all.own["signin"]["main"].Root.Nodes = append(all.own["signin"]["main"].Root.Nodes, &parse.TemplateNode{NodeType: parse.NodeTemplate, Name: "nowhere"})
	if _, err := all.of(fault.ZH, "signin"); err == nil || !strings.Contains(err.Error(), `"nowhere"`) {
		t.Errorf("a part that is nowhere: %v", err)
	}
	if _, err := all.of(fault.ZH, "nothing"); err == nil {
		t.Error("there is a page of no name")
	}
}
