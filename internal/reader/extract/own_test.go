package extract

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// gold is the annotation of one text of testdata/own, in the form that a scorer of the annotated documents reads.
type gold struct {
	Doc           string              `json:"doc"`
	Title         string              `json:"title"`
	Publisher     *string             `json:"publisher"`
	Date          *string             `json:"date"`
	EventDate     *string             `json:"event_date"`
	Script        string              `json:"lang_script"`
	Main          map[string]string   `json:"main_text"`
	Starts        []string            `json:"body_paragraph_starts"`
	Subheadings   []string            `json:"subheadings"`
	Noise         []string            `json:"noise_paragraph_starts"`
	Figures       []goldFigure        `json:"figures"`
	NonFigures    []map[string]string `json:"non_figures"`
	Agreements    []goldAgreement     `json:"agreements"`
	Policies      []map[string]string `json:"policies"`
	Organisations []string            `json:"organisations"`
	Aliases       map[string][]string `json:"organisation_aliases"`
	People        []map[string]string `json:"people"`
	Trad          map[string]string   `json:"trad_map,omitempty"`
	Unspin        [][]string          `json:"unspin_map,omitempty"`
}

type goldFigure struct {
	Quote     string   `json:"quote"`
	Value     float64  `json:"value"`
	Max       *float64 `json:"value_max,omitempty"`
	Unit      string   `json:"unit"`
	Approx    string   `json:"approx"`
	Period    *string  `json:"period"`
	Basis     string   `json:"period_basis,omitempty"`
	Indicator string   `json:"indicator"`
	Subject   string   `json:"subject"`
	Change    bool     `json:"change"`
	Weak      bool     `json:"weak,omitempty"`
}

type goldAgreement struct {
	Parties []string `json:"parties"`
	Kind    string   `json:"kind"`
	Date    *string  `json:"date"`
	Quote   string   `json:"quote"`
}

// ownText is one text of ours with its annotation.
type ownText struct {
	name, file string
	data       []byte
	gold       gold
}

func ownTexts(t testing.TB) []ownText {
	t.Helper()
	files, err := filepath.Glob("testdata/own/*.txtar")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d texts: %v", len(files), err)
	}
	var out []ownText
	for _, f := range files {
		ar, err := txtar.ParseFile(f)
		if err != nil || len(ar.Files) != 2 {
			t.Fatalf("%s: %d parts, %v", f, len(ar.Files), err)
		}
		o := ownText{name: strings.TrimSuffix(filepath.Base(f), ".txtar"), file: ar.Files[0].Name, data: ar.Files[0].Data}
		o.gold = readGold(t, o.name, ar.Files[1].Data, o.data)
		o.gold.Doc = o.name + filepath.Ext(o.file)
		out = append(out, o)
	}
	return out
}

func readGold(t testing.TB, name string, gd, doc []byte) gold {
	t.Helper()
	g := gold{Script: "hans", Aliases: map[string][]string{}}
	last := ""
	for line := range strings.Lines(string(gd)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		kind, rest, _ := strings.Cut(line, " ")
		parts := strings.Split(rest, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		switch kind {
		case "title":
			g.Title = rest
		case "publisher":
			g.Publisher = &rest
		case "date":
			g.Date = &rest
		case "event":
			g.EventDate = &rest
		case "P":
			g.Starts = append(g.Starts, rest)
		case "E":
			last = rest
		case "H":
			g.Subheadings = append(g.Subheadings, rest)
		case "N":
			g.Noise = append(g.Noise, rest)
		case "F":
			g.Figures = append(g.Figures, goldFigureOf(t, name, parts))
		case "A":
			a := goldAgreement{Kind: parts[1], Quote: parts[1], Date: dashNil(parts[2])}
			for p := range strings.SplitSeq(parts[0], ";") {
				a.Parties = append(a.Parties, strings.TrimSpace(p))
			}
			g.Agreements = append(g.Agreements, a)
		case "L":
			g.Policies = append(g.Policies, map[string]string{"name": rest})
		case "O":
			all := strings.Split(rest, ";")
			o := strings.TrimSpace(all[0])
			g.Organisations = append(g.Organisations, o)
			for _, a := range all[1:] {
				g.Aliases[o] = append(g.Aliases[o], strings.TrimSpace(a))
			}
		case "W":
			g.People = append(g.People, map[string]string{"name": parts[0], "role": parts[1]})
		case "X":
			g.NonFigures = append(g.NonFigures, map[string]string{"span": rest})
		default:
			t.Fatalf("%s: %q", name, line)
		}
	}
	switch {
	case strings.Contains(name, "spun"):
		g.Script = "hans (spun)"
		for _, line := range dataLines("spun.txt") {
			f := strings.Fields(line)
			for _, spun := range f[1:] {
				if spun, ok := strings.CutPrefix(spun, "!"); ok && spun != f[0] {
					g.Unspin = append(g.Unspin, []string{spun, f[0]})
				}
			}
		}
	case strings.Contains(name, "pinyin"), strings.Contains(name, "traditional"):
		g.Script, g.Trad = "hant", map[string]string{}
		if strings.Contains(name, "pinyin") {
			g.Script = "hant+pinyin"
		}
		for _, c := range string(doc) {
			if c < 0x10000 && traditionalTable()[c] != 0 {
				g.Trad[string(c)] = string(rune(traditionalTable()[c]))
			}
		}
	}
	if last == "" { // the line of the last paragraph ends the body
		p := g.Starts[len(g.Starts)-1]
		if i := strings.LastIndex(string(doc), p); i >= 0 {
			line, _, _ := strings.Cut(string(doc[i:]), "\n")
			line, _, _ = strings.Cut(line, "</")
			r := []rune(strings.TrimSpace(line))
			last = string(r[max(0, len(r)-14):])
		}
	}
	g.Main = map[string]string{"first": g.Starts[0], "last": last}
	return g
}

func goldFigureOf(t testing.TB, name string, p []string) goldFigure {
	t.Helper()
	m := strings.Fields(p[1])
	v, err := strconv.ParseFloat(m[0], 64)
	if err != nil || len(m) != 3 || len(p) < 5 {
		t.Fatalf("%s: %q", name, p)
	}
	f := goldFigure{Quote: p[0], Value: v, Unit: m[1], Approx: m[2], Period: dashNil(p[2]), Indicator: p[3], Subject: p[4]}
	if f.Period != nil {
		f.Basis = "stated"
	}
	if len(p) > 5 {
		for w := range strings.SplitSeq(p[5], ",") {
			switch w = strings.TrimSpace(w); {
			case w == "change":
				f.Change = true
			case w == "weak":
				f.Weak = true
			case w == "weakperiod":
				f.Basis = "inferred"
			case strings.HasPrefix(w, "max="):
				high, err := strconv.ParseFloat(w[4:], 64)
				if err != nil {
					t.Fatal(err)
				}
				f.Max = &high
			}
		}
	}
	return f
}

func dashNil(s string) *string {
	if s == "-" || s == "" {
		return nil
	}
	return &s
}

// TestOwnTextsForAScorer writes texts, annotations and what was read to the folder that CORRIDOR_GOLD_OUT names, for
// a scorer that is no part of this repository. Without the variable there is nothing to write.
func TestOwnTextsForAScorer(t *testing.T) {
	dir := os.Getenv("CORRIDOR_GOLD_OUT")
	texts := ownTexts(t)
	for _, o := range texts {
		d, err := Read(o.gold.Doc, o.data, Options{})
		if err != nil {
			t.Errorf("%s: %v", o.name, err)
			continue
		}
		if dir == "" {
			continue
		}
		half := "odd"
		if n, _ := strconv.Atoi(o.name[:2]); n%2 == 0 {
			half = "even"
		}
		for file, v := range map[string]any{"gold/" + o.name + ".json": o.gold, "out/" + o.name + ".json": d} {
			b, err := json.MarshalIndent(v, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, half, file), b)
		}
		write(t, filepath.Join(dir, half, "docs", o.gold.Doc), o.data)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
