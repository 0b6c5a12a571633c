package find

import (
	"slices"
	"strings"
	"sync"

	pinyin "github.com/mozillazg/go-pinyin"
)

// initialsMin are the fewest letters that are taken for initials; two would mean everything.
const initialsMin = 3

// sounds are the readings of characters without tones, and the characters of a reading.
type sounds struct {
	of  map[rune][]string
	has map[string][]rune
	max int // letters of the longest reading
}

var spoken = sync.OnceValue(func() *sounds {
	s := &sounds{of: map[rune][]string{}, has: map[string][]rune{}}
	a := pinyin.NewArgs()
	a.Heteronym = true
	for r := range pinyin.PinyinDict {
		c := rune(r)
		if c < 0x4E00 || c > 0x9FFF || table().folded(c) != c {
			continue
		}
		for _, p := range pinyin.SinglePinyin(c, a) {
			p = strings.ReplaceAll(p, "ü", "v")
			if p != "" && !slices.Contains(s.of[c], p) {
				s.of[c] = append(s.of[c], p)
				s.has[p] = append(s.has[p], c)
				s.max = max(s.max, len(p))
			}
		}
	}
	return s
})

// inPinyin are the usual readings of a text of characters only, their first letters and the whole; "" where it has others.
func inPinyin(text string) (initials, whole string) {
	for _, r := range Fold(text) {
		p := spoken().of[r]
		if len(p) == 0 {
			return "", ""
		}
		initials += p[0][:1]
		whole += p[0]
	}
	return initials, whole
}

const (
	syllablesMin = 2
	syllablesMax = 12
	cutsMax      = 6 // ways to cut a word into syllables that are tried
)

// syllables are the ways to read a word as pinyin, the longest syllables first.
func syllables(word string) (ways [][]string) {
	s := spoken()
	var cut func(rest string, so []string)
	steps := 0
	cut = func(rest string, so []string) {
		if steps++; steps > 2000 || len(ways) == cutsMax || len(so) > syllablesMax {
			return
		}
		if rest == "" {
			if len(so) >= syllablesMin {
				ways = append(ways, slices.Clone(so))
			}
			return
		}
		for n := min(s.max, len(rest)); n > 0; n-- {
			if _, ok := s.has[rest[:n]]; ok {
				cut(rest[n:], append(so, rest[:n]))
			}
		}
	}
	cut(word, nil)
	return ways
}
