package extract

import (
	"strconv"
	"strings"
	"sync"
)

// noiseRule is one line of data/noise.txt.
type noiseRule struct {
	kind NoiseKind
	mode string // is, begins, ends, has, tail
	max  int
}

// noiseBook finds the rules whose words stand in a line.
type noiseBook struct {
	rules []noiseRule
	heads *lexicon // words that a line begins with, for is, begins and tail
	parts *lexicon // words anywhere
}

var noiseWords = sync.OnceValue(func() *noiseBook {
	b := &noiseBook{rules: make([]noiseRule, 1), heads: newLexicon(), parts: newLexicon()}
	for _, line := range dataLines("noise.txt") {
		f := strings.Fields(line)
		n, err := strconv.Atoi(f[2])
		if err != nil {
			panic("noise.txt: " + line)
		}
		b.rules = append(b.rules, noiseRule{NoiseKind(f[0]), f[1], n})
		at := int32(len(b.rules) - 1)
		for _, w := range f[3:] {
			if f[1] == "has" {
				b.parts.add(strings.ToLower(w), at)
			} else {
				b.heads.add(strings.ToLower(w), at)
			}
		}
	}
	return b
})

// bareMax is how many characters of a line are compared with the words of the noise book.
const bareMax = 24

// bare is the beginning of a line as the noise book spells it: no blanks, no ornaments in front, small letters,
// half-width punctuation. It is written into out, which has room for bareMax.
func bare(r, out []rune) []rune {
	out = out[:0]
	for _, c := range r {
		if isSpace(c) {
			continue
		}
		if c = spelt(c); len(out) == 0 && ornament(c) {
			continue
		}
		if out = append(out, c); len(out) == bareMax {
			break
		}
	}
	return out
}

// noiseOf says whether a line is noise by its words. tail says that what follows is noise, too.
func noiseOf(r []rune) (kind NoiseKind, tail bool) {
	book := noiseWords()
	var buf [bareMax]rune
	head := bare(r, buf[:])
	if len(head) == 0 {
		return NoiseOther, false
	}
	n := len(r)
	if k, t := statement(head); k != "" {
		return k, t
	}
	for i := 0; i < 2 && i < len(head); i++ { // the words may stand behind one bracket
		if i == 1 && !is(head[0], cBracket) {
			break
		}
		end, v := book.heads.longest(head, i)
		if v == 0 {
			continue
		}
		rule := book.rules[v]
		rest := len(head) - end
		switch {
		case n > rule.max:
		case rule.mode == "is":
			if rest == 0 || rest == 1 && !isWord(head[end]) || rest <= 3 && !isHan(head[end]) && !isLatin(head[end]) {
				return rule.kind, false
			}
		case rule.mode == "tail":
			if rule.kind == NoiseCopyright || rest == 0 || n <= end+12 {
				return rule.kind, true
			}
		case rule.kind == NoiseByline && (r[n-1] == '？' || r[n-1] == '?' || r[n-1] == '。'):
			// what a reporter asks in an interview
		case rule.kind == NoiseByline || rule.kind == NoiseEditor || rule.kind == NoiseMeta:
			if labelled(head, end) || n <= 20 && !hasStop(r) {
				return rule.kind, false
			}
		default:
			return rule.kind, false
		}
	}
	if n <= 160 {
		if kind := noiseInside(book, r); kind != "" {
			return kind, false
		}
	}
	if n <= 80 && crumbs(r) {
		return NoiseNavigation, false
	}
	return "", false
}

// statement finds the long statements of a site that begin with somebody's name: X声明:
func statement(head []rune) (NoiseKind, bool) {
	for i := 0; i+2 < len(head) && i < 14; i++ {
		if head[i] == '声' && head[i+1] == '明' && head[i+2] == ':' {
			return NoiseCopyright, true
		}
		if is(head[i], cPause) {
			break
		}
	}
	return "", false
}

// labelled says whether the word that ends at end is a label: a colon, a bracket or a name of few characters follows.
func labelled(head []rune, end int) bool {
	if end >= len(head) || head[end-1] == ':' || head[end-1] == '/' {
		return true
	}
	c := head[end]
	return c == ':' || c == '/' || c == '|' || c == ')' || c == ']' || c == '】' || isDigit(c)
}

func hasStop(r []rune) bool {
	for _, c := range r {
		if c == '。' || c == '，' || c == '；' {
			return true
		}
	}
	return false
}

func noiseInside(book *noiseBook, r []rune) NoiseKind {
	var buf [bareMax]rune
	for i, c := range r {
		if !book.parts.starts(lower(c)) || !book.parts.pairAt(r, i) {
			continue
		}
		end := min(len(r), i+bareMax)
		if _, v := book.parts.longest(bare(r[i:end], buf[:]), 0); v != 0 && len(r) <= book.rules[v].max {
			return book.rules[v].kind
		}
	}
	return ""
}

// pairAt says whether the first two characters at i, as the noise book spells them, can be those of a word; the first of
// them is known to be one that a word begins with.
func (l *lexicon) pairAt(r []rune, i int) bool {
	a := spelt(r[i])
	if _, alone := l.longest([]rune{a}, 0); alone != 0 || ornament(a) {
		return true
	}
	for i++; i < len(r); i++ {
		if !isSpace(r[i]) {
			h := pairHash(a, spelt(r[i]))
			return l.pairs[h>>6]&(1<<(h&63)) != 0
		}
	}
	return false
}

// spelt is a character as the noise book has it.
func spelt(c rune) rune {
	switch {
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	case c == '：':
		return ':'
	case c == '（':
		return '('
	case c == '＞' || c == '»' || c == '›':
		return '>'
	}
	return c
}

// ornament says whether a character that stands before a word is no part of it.
func ornament(c rune) bool {
	return c == '|' || c == '·' || c == '•' || c == '>' || c == '/' || c == '*' || c == '#' || c == '-'
}

func lower(c rune) rune {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// crumbs says whether a line is a way through a site: names with arrows between them.
func crumbs(r []rune) bool {
	arrows, run := 0, 0
	for i, c := range r {
		if c == '>' || c == '»' || c == '›' || c == '＞' || c == '→' {
			if run > 12 || run == 0 && i > 0 && arrows == 0 {
				return false
			}
			arrows++
			run = 0
		} else if isWord(c) {
			run++
		} else if c == '。' || c == '，' {
			return false
		}
	}
	return arrows >= 2 || arrows == 1 && len(r) <= 30
}
