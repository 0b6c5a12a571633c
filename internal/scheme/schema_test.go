package scheme

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/fault"
	"corridor/schemes"
)

// TestTheSchemasAreThoseOfTheDecoder: the files that editors read are made from the decoder's own lists.
func TestTheSchemasAreThoseOfTheDecoder(t *testing.T) {
	for _, file := range SchemaFiles {
		b, err := JSONSchema(file)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b) {
			t.Errorf("%s: no JSON", file)
		}
		compareGolden(t, filepath.Join("../../schemes/schema/gen", file+".schema.json"), b)
	}
	if _, err := JSONSchema("other"); err == nil {
		t.Error("a file without a schema has one")
	}
}

// TestTheSchemasAcceptThePacks by a small reader of the part of JSON Schema that is used here.
func TestTheSchemasAcceptThePacks(t *testing.T) {
	check := func(file string, root *node, schema string) {
		b, err := JSONSchema(schema)
		if err != nil {
			t.Fatal(err)
		}
		var s map[string]any
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		for _, why := range fits(root, s, schema) {
			t.Errorf("%s: %s", file, why)
		}
	}
	for _, name := range []string{"rent.yaml", "jury.yaml", "help.yaml", "slot.yaml", "shared/pot/scheme.yaml", "local/pot/scheme.yaml", "shared/spend/scheme.yaml"} {
		b, err := os.ReadFile(filepath.Join(packsDir, name))
		if err != nil {
			t.Fatal(err)
		}
		n, _ := parseFile(name, b)
		check(name, n, "scheme")
	}
	for _, dir := range packs(t) {
		for _, schema := range SchemaFiles {
			b, err := schemes.FS.ReadFile(dir + "/" + schema + ".yaml")
			if err != nil {
				continue
			}
			n, _ := parseFile(dir, b)
			check(dir+"/"+schema, n, schema)
			// An editor finds the schema by the first line of the file.
			at, named := strings.CutPrefix(strings.SplitN(string(b), "\n", 2)[0], "# yaml-language-server: $schema=")
			if want := "schema/gen/" + schema + ".schema.json"; !named || path.Join(dir, at) != want {
				t.Errorf("%s/%s.yaml: the first line leads an editor to %q, want %s", dir, schema, path.Join(dir, at), want)
			}
		}
	}
}

// fits says where a tree does not fit a schema.
func fits(n *node, s map[string]any, at string) (out []string) {
	if choices, ok := s["anyOf"].([]any); ok {
		for _, a := range choices {
			if len(fits(n, a.(map[string]any), at)) == 0 {
				return nil
			}
		}
		return []string{at + ": fits none"}
	}
	if enum, ok := s["enum"].([]any); ok {
		for _, e := range enum {
			if text, _ := e.(string); text == n.text || e == (n.text == "true") {
				return nil
			}
		}
		return []string{at + ": " + n.text + " is not in the list"}
	}
	switch s["type"] {
	case "object":
		return append(out, fitsObject(n, s, at)...)
	case "array":
		if n.kind != listNode {
			return []string{at + ": no list"}
		}
		if least, ok := s["minItems"].(float64); ok && float64(len(n.items)) < least {
			out = append(out, at+": too short")
		}
		for _, x := range n.items {
			out = append(out, fits(x, s["items"].(map[string]any), at+"[]")...)
		}
	case "string":
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(n.text) {
			out = append(out, at+": "+n.text+" does not match "+p)
		}
	}
	return out
}

func fitsObject(n *node, s map[string]any, at string) (out []string) {
	if n.kind != mapNode {
		return []string{at + ": no object"}
	}
	props, _ := s["properties"].(map[string]any)
	for i, k := range n.keys {
		if p, ok := props[k.text]; ok {
			out = append(out, fits(n.items[i], p.(map[string]any), at+"."+k.text)...)
		} else if more, ok := s["additionalProperties"].(map[string]any); ok {
			out = append(out, fits(n.items[i], more, at+"."+k.text)...)
		} else if s["additionalProperties"] == false {
			out = append(out, at+": no key "+k.text)
		}
	}
	required, _ := s["required"].([]any)
	for _, r := range required {
		if n.get(r.(string)) == nil {
			out = append(out, at+": wants "+r.(string))
		}
	}
	return out
}

// TestDesksOfThePacksAreRolesOfAccess: a desk that access does not know would be an office that nobody can hold.
func TestDesksOfThePacksAreRolesOfAccess(t *testing.T) {
	b, err := os.ReadFile("../access/roles.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range packs(t) {
		s, _ := Load(schemes.FS, dir)
		for name, r := range s.Roles.All() {
			if r.Desk != "" && !strings.Contains(string(b), "{id: "+r.Desk+",") {
				t.Errorf("%s: role %s: access has no desk %s", dir, name, r.Desk)
			}
		}
	}
}

func TestTheDiagramIsPlain(t *testing.T) {
	for _, dir := range packs(t) {
		s, _ := Load(schemes.FS, dir)
		for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
			svg := string(Diagram(s, lang))
			for _, never := range []string{"style", "<script", "href", "onload", "<foreignObject"} {
				if strings.Contains(svg, never) {
					t.Errorf("%s: the diagram has %s", dir, never)
				}
			}
			for _, stage := range s.AllStages() {
				if says := html.EscapeString(s.Say(stage).In(lang)) + "<"; !strings.Contains(svg, ">"+says) && !strings.Contains(svg, "● "+says) {
					t.Errorf("%s: the diagram lacks the stage %s", dir, stage)
				}
			}
			if got, want := strings.Count(svg, "<path d=\"M"), 2*len(s.Stages); got != want {
				t.Errorf("%s: %d lines and heads for %d rows", dir, got, len(s.Stages))
			}
		}
	}
	compareGolden(t, "testdata/rent.svg", Diagram(rent(t), fault.EN))
}

// TestTheLanguageDescriptionNamesEveryErrorAndKey: docs/scheme-language.md is what people write from.
func TestTheLanguageDescriptionNamesEveryErrorAndKey(t *testing.T) {
	b, err := os.ReadFile("../../docs/scheme-language.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for code := range sentences {
		if !strings.Contains(doc, "| `"+code+"` |") {
			t.Errorf("the description lacks the error %s", code)
		}
	}
	for _, keys := range []string{schemeKeys, paramKeys, ruleKeys, amountKeys, roleKeys, accountKeys, askKeys, roundKeys, caseKeys, startKeys, fieldKeys, testsKeys, verdictKeys, runKeys} {
		for _, k := range strings.Fields(keys) {
			if !regexp.MustCompile(`\b` + k + `\b`).MatchString(doc) {
				t.Errorf("the description lacks the key %s", k)
			}
		}
	}
	for fact := range factWords {
		name := fact[strings.LastIndexByte(fact, '.')+1:]
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(doc) {
			t.Errorf("the description lacks the fact %s", fact)
		}
	}
}

// TestTheGuideIsTrue: the scheme that docs/adding/scheme.md tells an officer to copy passes as it stands there.
func TestTheGuideIsTrue(t *testing.T) {
	b, err := os.ReadFile("../../docs/adding/scheme.md")
	if err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		name := regexp.MustCompile(`(?m)^# (\w+\.yaml) — `).FindStringSubmatch(block[1])
		if name == nil {
			t.Fatalf("a file without a name: %.80s", block[1])
		}
		tree["cn-310000/small-grant/2026/"+name[1]] = &fstest.MapFile{Data: []byte(block[1])}
	}
	if problems := CheckPacks(tree, "cn-310000/small-grant/2026"); len(problems) > 0 || len(tree) != 3 {
		var out bytes.Buffer
		Report(&out, problems, fault.EN)
		t.Errorf("%d files; %s", len(tree), out.String())
	}
}
