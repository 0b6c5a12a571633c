package web

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/scheme"
)

//go:embed codewords.csv
var codeWordsFile string

// codeWords are what people read where the program keeps a code: a part (of: what an act is done to; act; job; leaf: a public entry; field: of one), then the code.
var codeWords = func() map[[2]string]fault.Words {
	rows, err := csv.NewReader(strings.NewReader(codeWordsFile)).ReadAll()
	if err != nil {
		panic("web: codewords.csv: " + err.Error()) // it is embedded, so that is a mistake of the build
	}
	all := map[[2]string]fault.Words{}
	for _, r := range rows[1:] {
		key := [2]string{r[0], r[1]}
		if _, twice := all[key]; twice || len(r) != 4 {
			panic("web: codewords.csv: " + strings.Join(r, ","))
		}
		all[key] = fault.Words{r[2], r[3]}
	}
	return all
}()

// codeWord is what people call a code; the code itself where nobody wrote it down.
func codeWord(part, code string) fault.Words {
	if w, ok := codeWords[[2]string{part, code}]; ok {
		return w
	}
	return fault.Words{code, code}
}

var unfilled = regexp.MustCompile(`\{[a-z_]+\}`)

// faultWord is the sentence of a fault of which only the code was kept, and perhaps some of what it names.
func faultWord(lang fault.Lang, code string, args ...any) string {
	return unfilled.ReplaceAllString(fault.New(fault.Internal, code, args...).Sentence(lang), "…")
}

// packWords say what the packs of a node call their actions, and the public entries that come of them.
type packWords struct{ acts, leaves map[string]fault.Words }

func packWordsOf(packs []*scheme.Scheme) packWords {
	w := packWords{map[string]fault.Words{}, map[string]fault.Words{}}
	for _, s := range packs {
		for _, row := range s.Stages {
			said := s.Say(row.Action)
			if said[0] != row.Action {
				w.acts[row.Action] = said
			}
			if leaf, public := s.Publish[row.Action]; public {
				w.leaves[leaf.Name] = pairOf(s.Title, said)
			}
		}
	}
	return w
}

// act is what was done to what: case.approve is 办件：批准.
func (w packWords) act(code string) fault.Words {
	of, verb, ok := strings.Cut(code, ".")
	if !ok {
		return fault.Words{code, code}
	}
	what, done := codeWord("of", of), codeWord("act", verb)
	if said, ours := w.acts[verb]; of == "case" && ours {
		done = said
	}
	return pairOf(what, done)
}

// pairOf is what something is and what was done to it, or a part of it.
func pairOf(what, done fault.Words) fault.Words {
	return fault.Words{what[0] + "：" + done[0], what[1] + ": " + done[1]}
}

// leaf is what a public entry tells of.
func (w packWords) leaf(kind string) fault.Words {
	if said, ours := w.leaves[kind]; ours {
		return said
	}
	return codeWord("leaf", kind)
}

func (v *visit) packWords() packWords { return packWordsOf(v.s.c.Cases.Schemes()) }
