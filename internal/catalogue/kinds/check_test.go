package kinds_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/catalogue/kinds"
)

const good = `id: boat
zh: 科考船
en: Research vessel
about: [出海的船, Goes to sea]
title: {zh: name, en: name}
place: region
groups: [{id: a, zh: 船, en: Vessel}]
fields:
  - {id: name, zh: 船名, en: Name, type: line, need: save, group: a, weight: 5}
  - {id: days, zh: 自持力, en: Endurance, type: count, group: a, unit: [天, days]}
  - {id: kind, zh: 类型, en: Type, type: code, group: a, of: [{code: a, zh: 甲, en: first}, {code: b, zh: 乙, en: second}]}
  - {id: region, zh: 母港, en: Home port, type: region, need: save, group: a}
`

// Each damage to a kind is reported where it stands, with the line and what to do.
func TestProblemsAreReportedWhereTheyStand(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{"", "", ""},
		{"type: count", "type: number", `boat.yaml:10:46: there is no type "number"`},
		{"title: {zh: name,", "title: {zh: nam,", `boat.yaml:5:13: title.zh names the field "nam", which is not there; name is`},
		{"group: a, weight: 5", "group: b, weight: 5", `boat.yaml:9:65: the group "b" is not there`},
		{"{code: b,", "{code: a,", `the code "a" has no words in zh and en, or stands twice`},
		{"place: region", "place: days", "boat.yaml:6:8: place names the field days, which is no region"},
		{"need: save, group: a, weight", "need: save, private: true, group: a, weight", "the field name is private and yet searched or counted"},
		{"id: boat", "id: ship", `boat.yaml:1:5: the id "ship" is not the name of the file boat.yaml`},
		{"about: [出海的船, Goes to sea]", "about: [出海的船, Goes to sea, and back]", "two texts are expected"},
		{"zh: 科考船", "zhh: 科考船", `boat.yaml:2:1: unknown field "zhh"`},
		{"en: Research vessel", "en: [", "boat.yaml:"},
	} {
		text := strings.Replace(good, c.was, c.is, 1)
		problems, n, err := kinds.Check(fstest.MapFS{"boat.yaml": {Data: []byte(text)}})
		if err != nil || n != 1 {
			t.Fatal(err, n)
		}
		got := ""
		if len(problems) > 0 {
			got = problems[0].Error()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s\nwant %s", c.is, got, c.want)
		}
		if c.want != "" && problems[0].Line > 0 && !strings.Contains(got, "^") {
			t.Errorf("%s: no caret in %s", c.is, got)
		}
	}
	problems, n, err := kinds.Check(kinds.Files)
	if err != nil || len(problems) > 0 || n < 11 {
		t.Errorf("the program's own kinds: %d, %v %v", n, problems, err)
	}
}

// The schema for editors knows every key that a file may have, and no other.
func TestTheSchemaKnowsEveryKey(t *testing.T) {
	b, err := kinds.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Properties map[string]struct {
			Items struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	compare := func(what string, of any, have map[string]bool) {
		n := 0
		for i := range reflect.TypeOf(of).NumField() {
			f := reflect.TypeOf(of).Field(i)
			if !f.IsExported() {
				continue
			}
			name := f.Tag.Get("yaml")
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			if n++; !have[name] {
				t.Errorf("the schema of a %s does not know %s", what, name)
			}
		}
		if n != len(have) {
			t.Errorf("the schema of a %s has %d keys, and a file %d", what, len(have), n)
		}
	}
	kind, field := map[string]bool{}, map[string]bool{}
	for name := range s.Properties {
		kind[name] = true
	}
	for name := range s.Properties["fields"].Items.Properties {
		field[name] = true
	}
	compare("kind", kinds.Kind{}, kind)
	compare("field", kinds.Field{}, field)
}
