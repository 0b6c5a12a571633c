package internal_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corridor/internal/fault"
)

var (
	codeForm    = regexp.MustCompile(`^[a-z]+\.[a-z0-9_]+$`)
	placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)
)

// given is a code with the names that a place in the program gives it.
type given struct {
	f     *file
	node  ast.Node
	code  string
	names []string
	open  bool // names are added elsewhere
}

// codesOf finds where a file makes refusals: fault.New with a literal code; a call of a function of the package whose
// parameter is called code; a field called Code or code.
func codesOf(f *file, helpers map[string]int) (all []given) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			at, isNew := -1, false
			switch fn := x.Fun.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := fn.X.(*ast.Ident); ok && pkg.Name == "fault" && fn.Sel.Name == "New" {
					at, isNew = 1, true
				} else if i, ok := helpers[fn.Sel.Name]; ok {
					at = i
				}
			case *ast.Ident:
				if i, ok := helpers[fn.Name]; ok {
					at = i
				}
				if fn.Name == "New" && f.room == "fault" {
					at, isNew = 1, true
				}
			}
			if at < 0 || at >= len(x.Args) {
				return true
			}
			code, ok := literal(x.Args[at])
			if !ok || !codeForm.MatchString(code) {
				return true
			}
			g := given{f: f, node: x, code: code, open: !isNew || x.Ellipsis.IsValid()}
			for i := at + 1; i < len(x.Args); i += 2 {
				name, ok := literal(x.Args[i])
				g.open = g.open || !ok
				g.names = append(g.names, name)
			}
			all = append(all, g)
		case *ast.KeyValueExpr:
			if key, ok := x.Key.(*ast.Ident); ok && (key.Name == "Code" || key.Name == "code") {
				if code, ok := literal(x.Value); ok && codeForm.MatchString(code) {
					all = append(all, given{f: f, node: x, code: code, open: true})
				}
			}
		}
		return true
	})
	return all
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// helpersOf are the functions of each folder that take a code, with its place among the arguments.
func helpersOf(all []*file) map[string]map[string]int {
	helpers := map[string]map[string]int{}
	for _, f := range all {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || f.test {
				continue
			}
			i := 0
			for _, p := range fn.Type.Params.List {
				for _, name := range p.Names {
					if t, ok := p.Type.(*ast.Ident); ok && name.Name == "code" && t.Name == "string" {
						if helpers[f.dir()] == nil {
							helpers[f.dir()] = map[string]int{}
						}
						helpers[f.dir()][fn.Name.Name] = i
					}
					i++
				}
			}
		}
	}
	return helpers
}

func TestEveryRefusalHasItsSentence(t *testing.T) {
	everyRefusalHasItsSentence(t.Errorf, files(t), fault.Codes())
}

func everyRefusalHasItsSentence(say report, all []*file, sentences map[string][2]string) {
	helpers := helpersOf(all)
	for _, f := range all {
		if f.test || f.room == "" {
			continue
		}
		for _, g := range codesOf(f, helpers[f.dir()]) {
			words, ok := sentences[g.code]
			if !ok {
				// A dotted word of another meaning: only a room's name makes it a code.
				if room, _, _ := strings.Cut(g.code, "."); room == f.room || floorOf(room) >= 0 {
					say("%s: %s has no sentence in internal/fault/text", f.at(g.node), g.code)
				}
				continue
			}
			if g.open {
				continue
			}
			for _, w := range words {
				for _, p := range placeholder.FindAllStringSubmatch(w, -1) {
					if !slices.Contains(g.names, p[1]) {
						say("%s: the sentence of %s names {%s}, which is not given", f.at(g.node), g.code, p[1])
					}
				}
			}
		}
	}
}

func TestNoSentenceIsUnused(t *testing.T) { noSentenceIsUnused(t.Errorf, files(t), fault.Codes()) }

func noSentenceIsUnused(say report, all []*file, sentences map[string][2]string) {
	used := map[string]bool{}
	for _, f := range all {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok {
				if s, ok := literal(l); ok {
					used[s] = true
				}
			}
			return true
		})
	}
	for code := range sentences {
		if !used[code] {
			say("%s has a sentence and is used nowhere", code)
		}
	}
}

func TestSentencesAreOfRoomsThatExist(t *testing.T) {
	texts, err := filepath.Glob("fault/text/*.yaml")
	if err != nil || len(texts) == 0 {
		t.Fatal(texts, err)
	}
	for _, name := range texts {
		room := strings.TrimSuffix(filepath.Base(name), ".yaml")
		if _, err := os.Stat(room); err == nil || room == "cmd" {
			continue
		}
		if found, _ := filepath.Glob(filepath.Join("*", room)); len(found) == 0 { // a package inside a room
			t.Errorf("%s is of no room", name)
		}
	}
}
