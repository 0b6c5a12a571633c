package registry

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

//go:embed data
var embedded embed.FS

// Data holds the files of this room: compacts/, authorities/ and the lists. A node may be given its own.
func Data() fs.FS {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

// Word is an id with what people call it.
type Word struct {
	ID string `yaml:"id"`
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// labelWord is a label: what it is called, and whether two officers enter and revoke it outside a case.
type labelWord struct {
	Word `yaml:",inline"`
	Two  bool `yaml:"two"`
}

// markWord is a mark: what it is called, whether a yes counts as listed_untrustworthy, and which words of a register
// mean yes or no.
type markWord struct {
	Word   `yaml:",inline"`
	Counts string   `yaml:"counts"`
	Yes    []string `yaml:"yes"`
	No     []string `yaml:"no"`
	Basis  string   `yaml:"basis"`
}

// figureWord is a figure of a year.
type figureWord struct {
	Word  `yaml:",inline"`
	Money bool `yaml:"money"`
}

// ties says which share ties two organisations.
type ties struct {
	Share    unit.Ratio `yaml:"share"`
	Basis    string     `yaml:"basis"`
	Verified bool       `yaml:"verified"`
}

var (
	kindWords   = mustRead[[]Word]("kinds.yaml")
	markWords   = mustRead[[]markWord]("marks.yaml")
	figureWords = mustRead[[]figureWord]("figures.yaml")
	labelWords  = mustRead[[]labelWord]("labels.yaml")
	tieRule     = mustRead[ties]("ties.yaml")
	keepRules   = mustRead[[]keepRule]("keep.yaml")
)

// Kinds of organisations, in the order of data/kinds.yaml.
var Kinds = idsOf(kindWords)

// mustRead panics on a damaged file: it is embedded, so that is a mistake of the build.
func mustRead[T any](name string) (v T) {
	b, err := embedded.ReadFile("data/" + name)
	if err == nil {
		err = yaml.UnmarshalWithOptions(b, &v, yaml.Strict())
	}
	if err != nil {
		panic(fmt.Sprintf("registry: data/%s: %v", name, err))
	}
	return v
}

func idsOf(words []Word) (ids []string) {
	for _, w := range words {
		ids = append(ids, w.ID)
	}
	return ids
}

func wordsOf(words []Word, id string) fault.Words {
	for _, w := range words {
		if w.ID == id {
			return fault.Words{w.ZH, w.EN}
		}
	}
	return fault.Words{id, id}
}

// KindWords is what people call a kind of organisation.
func KindWords(kind string) fault.Words { return wordsOf(kindWords, kind) }

// LabelWords is what people call a label; its id where data/labels.yaml does not know it.
func LabelWords(label string) fault.Words {
	w, _ := labelOf(label)
	return fault.Words{w.ZH, w.EN}
}

// LabelIDs are the labels that have names, in the order of data/labels.yaml.
func LabelIDs() (ids []string) {
	for _, w := range labelWords {
		ids = append(ids, w.ID)
	}
	return ids
}

// TwoFor says whether a label is entered and revoked by two officers outside a case. One that data/labels.yaml does not know is.
func TwoFor(label string) bool {
	w, known := labelOf(label)
	return !known || w.Two
}

func labelOf(label string) (labelWord, bool) {
	for _, w := range labelWords {
		if w.ID == label {
			return w, true
		}
	}
	return labelWord{Word: Word{label, label, label}}, false
}

// MarkWords is what people call a mark.
func MarkWords(m Mark) fault.Words {
	if w, ok := markOf(m); ok {
		return fault.Words{w.ZH, w.EN}
	}
	return fault.Words{string(m), string(m)}
}

func markOf(m Mark) (markWord, bool) {
	for _, w := range markWords {
		if w.ID == string(m) {
			return w, true
		}
	}
	return markWord{}, false
}

// FigureWords is what people call a figure of a year.
func FigureWords(f Figure) fault.Words {
	for _, w := range figureWords {
		if w.ID == string(f) {
			return fault.Words{w.ZH, w.EN}
		}
	}
	return fault.Words{string(f), string(f)}
}

func figureOf(f Figure) (figureWord, bool) {
	for _, w := range figureWords {
		if w.ID == string(f) {
			return w, true
		}
	}
	return figureWord{}, false
}
