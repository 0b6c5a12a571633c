package kinds

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is something wrong in the file of a kind: where it stands, what is wrong, and what to do.
type Problem struct {
	File      string
	Line, Col int    // from 1; 0 where the whole file is meant
	Text      string // of that line
	Wrong     string
	Do        string // "" where what is wrong says it
}

// Error is the problem as a compiler says it: file, line and column, what is wrong, the line with a caret, what to do.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": " + p.Wrong)
	if p.Text != "" {
		fmt.Fprintf(&b, "\n  %s\n  %s^", p.Text, blanks(p.Text, p.Col-1))
	}
	if p.Do != "" {
		b.WriteString("\n  " + p.Do)
	}
	return b.String()
}

// blanks is what stands under the first n characters of a line: as wide as they are on a screen.
func blanks(line string, n int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		switch {
		case i >= n:
			return b.String()
		case r == '\t':
			b.WriteByte('\t')
		case r > 0x2E7F: // Chinese characters take two places
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Check reads every kind of a folder, with the code lists of the program beside its own, and returns all that is wrong.
func Check(dir fs.FS) (problems []Problem, kinds int, err error) {
	lists := map[string][]Code{}
	for _, from := range []fs.FS{Files, dir} {
		names, err := fs.Glob(from, "codes/*.csv")
		if err != nil {
			return nil, 0, err
		}
		for _, name := range names {
			list, err := readCodes(from, name)
			if err != nil {
				problems = append(problems, Problem{File: name, Wrong: err.Error(), Do: "a list of codes has the columns code,parent,zh,en"})
			}
			lists[strings.TrimSuffix(path.Base(name), ".csv")] = list
		}
	}
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, 0, err
		}
		_, some := parse(name, text, lists)
		problems = append(problems, some...)
	}
	return problems, len(names), nil
}

// parse reads one kind and finds everything that is wrong with it.
func parse(name string, text []byte, lists map[string][]Code) (*Kind, []Problem) {
	k := &Kind{file: name, index: map[string]int{}}
	if len(text) > fileMax {
		return k, []Problem{{File: name, Wrong: fmt.Sprintf("the file is larger than %d KiB", fileMax>>10)}}
	}
	c := &checking{k: k, lines: strings.Split(string(text), "\n")}
	tree, err := parser.ParseBytes(text, 0)
	if err == nil {
		c.tree = tree
		err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(k)
	}
	if err != nil {
		return k, []Problem{c.syntax(err)}
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		if _, twice := k.index[f.ID]; twice {
			c.say(fmt.Sprintf("$.fields[%d].id", i), "give one of them another id", "the field %s stands twice", f.ID)
			continue
		}
		k.index[f.ID] = i
		if f.Codes != "" {
			f.Of = lists[f.Codes]
		}
	}
	c.whole()
	for i, f := range k.Fields {
		c.field(fmt.Sprintf("$.fields[%d]", i), f)
	}
	return k, c.problems
}

// checking is one kind under check.
type checking struct {
	k        *Kind
	lines    []string
	tree     *ast.File
	problems []Problem
}

// syntax is what the reader of YAML says.
func (c *checking) syntax(err error) Problem {
	p := Problem{File: c.k.file, Wrong: err.Error()}
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil {
		p.Wrong = y.GetMessage()
		p.Line, p.Col = y.GetToken().Position.Line, y.GetToken().Position.Column
		c.show(&p)
	}
	return p
}

func (c *checking) show(p *Problem) {
	if p.Line >= 1 && p.Line <= len(c.lines) {
		p.Text = c.lines[p.Line-1]
	}
}

// say adds a problem at the place of a path, or of the nearest one above it that is there.
func (c *checking) say(at, do, wrong string, args ...any) {
	p := Problem{File: c.k.file, Wrong: fmt.Sprintf(wrong, args...), Do: do}
	for at != "$" && at != "" {
		if way, err := yaml.PathString(at); err == nil {
			if node, err := way.FilterFile(c.tree); err == nil && node != nil && node.GetToken() != nil {
				tok := node.GetToken()
				if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
					tok = m.Values[0].Key.GetToken()
				}
				p.Line, p.Col = tok.Position.Line, tok.Position.Column
				break
			}
		}
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	c.show(&p)
	c.problems = append(c.problems, p)
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// whole checks what the kind says as a whole.
func (c *checking) whole() {
	k := c.k
	if !idForm.MatchString(k.ID) || k.ID+".yaml" != path.Base(k.file) {
		c.say("$.id", "small letters, digits and _, and the file is called ID.yaml", "the id %q is not the name of the file %s", k.ID, path.Base(k.file))
	}
	if k.ZH == "" || k.EN == "" {
		c.say("$.zh", "write zh: and en:", "the kind has no name in one of the languages")
	}
	if k.Title.ZH == "" {
		c.say("$.title", "title: {zh: name, en: ename}", "nothing says which field a listing is called by")
	}
	if len(k.Fields) == 0 || len(k.Fields) > fieldsMax {
		c.say("$.fields", "", "%d fields; 1 to %d are expected", len(k.Fields), fieldsMax)
	}
	for _, x := range []struct{ at, id string }{{"title.zh", k.Title.ZH}, {"title.en", k.Title.EN}, {"key", k.Key}, {"place", k.Place}, {"price", k.Price}, {"price_for.academic", k.For.Academic}, {"list_from", k.From}} {
		c.named("$."+x.at, x.at, x.id)
	}
	if p := k.For; p.Per != "" && !slices.Contains(Pers, p.Per) {
		c.say("$.price_for.per", strings.Join(Pers, ", "), "a price is not for %q", p.Per)
	} else if p.Hours < 0 || p.Hours > 0 && p.Per != "hour" {
		c.say("$.price_for.hours", "per: hour", "hours are of a price for hours")
	}
	for what, ids := range map[string][]string{"summary": k.Summary, "leaf": k.Leaf} {
		for i, id := range ids {
			at := fmt.Sprintf("$.%s[%d]", what, i)
			c.named(at, what, id)
			if f, ok := k.Field(id); ok && f.Private {
				c.say(at, "take it off, or let the field be public", "%s names the field %s, which is private", what, id)
			}
		}
	}
	for i, deed := range k.Do {
		if !slices.Contains(Deeds, deed) {
			c.say(fmt.Sprintf("$.do[%d]", i), "one of "+strings.Join(Deeds, ", "), "nothing is done by the word %q", deed)
		}
	}
	for at, n := range map[string]Number{"refresh": k.Refresh, "list_within": k.Within} {
		if n.Value < 0 || n.Value > 0 && n.Basis == "" {
			c.say("$."+at, "basis: where it stands; verified: true only if somebody has read it there", "%s has no basis", at)
		}
	}
	c.asks()
	if f, ok := k.Field(k.Place); ok && f.Type != "region" {
		c.say("$.place", "type: region", "place names the field %s, which is no region", f.ID)
	}
}

func (c *checking) named(at, what, id string) {
	if _, ok := c.k.index[id]; !ok && id != "" {
		c.say(at, "", "%s names the field %q, which is not there%s", what, id, c.nearest(id))
	}
}

// nearest is the field that somebody may have meant.
func (c *checking) nearest(id string) string {
	for _, f := range c.k.Fields {
		if f.ID != "" && (strings.HasPrefix(f.ID, id) || strings.HasPrefix(id, f.ID) || strings.ReplaceAll(f.ID, "_", "") == strings.ReplaceAll(id, "_", "")) {
			return "; " + f.ID + " is"
		}
	}
	return ""
}

// field checks one field.
func (c *checking) field(at string, f Field) {
	if !idForm.MatchString(f.ID) {
		c.say(at+".id", "small letters, digits and _, at most 40", "%q is no id", f.ID)
	}
	if f.ZH == "" || f.EN == "" {
		c.say(at, "write zh: and en:", "the field %s has no name in one of the languages", f.ID)
	}
	if !slices.Contains(Types, f.Type) {
		c.say(at+".type", "one of "+strings.Join(Types, ", "), "there is no type %q", f.Type)
		return
	}
	if !slices.ContainsFunc(c.k.Groups, func(g Group) bool { return g.ID == f.Group }) {
		c.say(at+".group", "add it to groups, or name one of them", "the group %q is not there", f.Group)
	}
	if f.Need != Optional && f.Need != ToSave && f.Need != ToPublish {
		c.say(at+".need", "save, publish, or leave it out", "need has no value %q", f.Need)
	}
	switch {
	case f.Coded() && (len(f.Of) == 0 || len(f.Of) > codesMax):
		c.say(at, fmt.Sprintf("list them under of:, or name a file codes/%s.csv", f.Codes), "the field %s has %d codes; 1 to %d are expected", f.ID, len(f.Of), codesMax)
	case !f.Coded() && len(f.Of) > 0:
		c.say(at+".of", "type: code or codes", "a field of type %s has no codes", f.Type)
	}
	seen := map[string]bool{}
	for i, code := range f.Of {
		if code.Code == "" || code.ZH == "" || code.EN == "" || seen[code.Code] {
			c.say(fmt.Sprintf("%s.of[%d]", at, i), "", "the code %q has no words in zh and en, or stands twice", code.Code)
		}
		seen[code.Code] = true
	}
	if f.Weight < 0 || f.Weight > weightMax {
		c.say(at+".weight", "", "weight is 0 to %d", weightMax)
	}
	if f.Step < 0 || f.Step > decimalMax || (f.Step > 0) != (f.Type == "decimal") {
		c.say(at, fmt.Sprintf("step: 1 to %d, for a decimal only", decimalMax), "the digits after the point of %s are not clear", f.ID)
	}
	if f.Private && (f.Facet || f.Weight > 0) {
		c.say(at, "take off private, or facet and weight", "the field %s is private and yet searched or counted", f.ID)
	}
	if f.When.Field != "" {
		c.named(at+".need_when", "need_when", f.When.Field)
	}
}
