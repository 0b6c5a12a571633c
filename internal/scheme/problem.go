package scheme

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

// Problem is one thing that is wrong with a pack: where, what, and what to do.
type Problem struct {
	Pos
	Code  string      `json:"code"`
	Words fault.Words `json:"words"`
	Do    fault.Words `json:"do"`
	Line  string      `json:"text"`  // the line as it is written
	Caret string      `json:"caret"` // spaces and a caret that points into it
}

// Gutter is as wide as the number of the line, to stand before the caret.
func (p Problem) Gutter() string { return strings.Repeat(" ", len(fmt.Sprint(p.Pos.Line))) }

// Problems are in the order of the files.
type Problems []Problem

// Has says whether any problem has the code.
func (p Problems) Has(code string) bool {
	for _, x := range p {
		if x.Code == code {
			return true
		}
	}
	return false
}

//go:embed problems.yaml
var problemText []byte

// sentences of each code: what is wrong, and what to do.
var sentences = func() map[string]sentence {
	m := map[string]sentence{}
	if err := yaml.Unmarshal(problemText, &m); err != nil {
		panic(fmt.Sprintf("scheme: problems.yaml: %v", err))
	}
	return m
}()

type sentence struct {
	Say [2]string `yaml:"say"`
	Do  [2]string `yaml:"do"`
}

// tooBig names what can be too big.
var tooBig = map[string]fault.Words{
	"bytes": {"文件字节数", "bytes of the file"}, "lines": {"文件行数", "lines of the file"},
	"tokens": {"文件词数", "words of the file"}, "depth": {"嵌套层数", "levels of nesting"},
	"expression": {"表达式字符数", "characters of the expression"}, "rows": {"行数", "rows"},
}

// found collects problems and knows the lines of the files they stand in.
type found struct {
	problems Problems
	lines    map[string][]string
}

// source keeps the lines of a file, so that problems can show them.
func (f *found) source(name string, b []byte) {
	if f.lines == nil {
		f.lines = map[string][]string{}
	}
	if len(b) > fileBytesMax {
		b = b[:fileBytesMax]
	}
	f.lines[name] = strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}

// at adds a problem; args alternate names and values of the sentence. The same twice is said once.
func (f *found) at(pos Pos, code string, args ...any) {
	p := Problem{Pos: pos, Code: code, Words: fill(sentences[code].Say, args), Do: fill(sentences[code].Do, args)}
	if lines := f.lines[pos.File]; pos.Line >= 1 && pos.Line <= len(lines) {
		p.Line = shortLine(lines[pos.Line-1])
		p.Caret = caret(p.Line, pos.Col)
	}
	for _, q := range f.problems {
		if q.Pos == p.Pos && q.Code == p.Code && q.Words == p.Words {
			return
		}
	}
	f.problems = append(f.problems, p)
}

// lineMax is how many characters of a line a report shows.
const lineMax = 400

func shortLine(l string) string {
	if r := []rune(l); len(r) > lineMax {
		return string(r[:lineMax]) + "…"
	}
	return l
}

// sorted returns the problems in the order of files, lines and columns.
func (f *found) sorted() Problems {
	sort.SliceStable(f.problems, func(i, j int) bool {
		a, b := f.problems[i].Pos, f.problems[j].Pos
		if a.File != b.File {
			return fileOrder(a.File) < fileOrder(b.File)
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	return f.problems
}

// fileOrder puts the files of one folder in the order in which people read them.
func fileOrder(name string) string {
	for i, n := range []string{"scheme.yaml", "form.yaml", "tests.yaml"} {
		if rest, ok := strings.CutSuffix(name, n); ok {
			return rest + string(rune('0'+i))
		}
	}
	return name
}

func fill(words [2]string, args []any) fault.Words {
	out := fault.Words(words)
	for i := 0; i+1 < len(args); i += 2 {
		name := fmt.Sprintf("{%v}", args[i])
		out[0] = strings.ReplaceAll(out[0], name, fault.Word(args[i+1], fault.ZH))
		out[1] = strings.ReplaceAll(out[1], name, fault.Word(args[i+1], fault.EN))
	}
	out[0], out[1] = strings.TrimSpace(out[0]), strings.TrimSpace(out[1])
	return out
}

// caret is the line under a line, pointing at a column. Wide characters take two cells on a terminal.
func caret(line string, col int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		if i >= col-1 {
			break
		}
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case wide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String() + "^"
}

// wide says whether a terminal gives the character two cells: Han, kana, Hangul and full-width forms.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 ||
		r >= 0x20000 && r <= 0x3fffd
}
