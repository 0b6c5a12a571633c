package fault

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

// Lang is a language of the face.
type Lang string

const (
	ZH Lang = "zh"
	EN Lang = "en"
)

//go:embed text/*.yaml
var files embed.FS

// sentences is code -> [zh, en], read once from text/.
var sentences = mustRead()

func mustRead() map[string][2]string {
	all := map[string][2]string{}
	entries, err := files.ReadDir("text")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		b, err := files.ReadFile(path.Join("text", e.Name()))
		if err != nil {
			panic(err)
		}
		var m map[string][2]string
		if err := yaml.Unmarshal(b, &m); err != nil {
			panic(fmt.Sprintf("fault: %s: %v", e.Name(), err))
		}
		room := strings.TrimSuffix(e.Name(), ".yaml")
		for code, words := range m {
			if !strings.HasPrefix(code, room+".") {
				panic(fmt.Sprintf("fault: %s: code %s is not of this room", e.Name(), code))
			}
			all[code] = words
		}
	}
	return all
}

// Codes returns every code that has a sentence, with its sentences in zh and en.
func Codes() map[string][2]string {
	c := make(map[string][2]string, len(sentences))
	for k, v := range sentences {
		c[k] = v
	}
	return c
}

// Sentence is what the user reads: the sentence of the code in the language, its {names} filled.
// A code without a sentence is shown as itself, so that nothing is hidden.
func (e *Error) Sentence(lang Lang) string {
	words, ok := sentences[e.Code]
	if !ok {
		return e.Code
	}
	s := words[0]
	if lang == EN {
		s = words[1]
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", e.Args[i]), Word(e.Args[i+1], lang))
	}
	return strings.TrimRight(s, " ") // a part of a sentence that is not there leaves its blank
}

// Words is a value that reads differently in each language: [zh, en].
type Words [2]string

// In returns the words of one language.
func (w Words) In(lang Lang) string {
	if lang == EN {
		return w[1]
	}
	return w[0]
}

// Word prints one value in a language: Words by language, all else by fmt.
func Word(v any, lang Lang) string {
	switch w := v.(type) {
	case Words:
		return w.In(lang)
	case [2]string:
		return Words(w).In(lang)
	}
	return fmt.Sprint(v)
}
