package find

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed simplified.txt
var simplifiedText string

// class says what a character is to the index.
type class uint8

const (
	gap   class = iota // ends a word
	alnum              // letters and digits that make words
	han                // characters that make pairs
)

const plane = 1 << 16 // the characters that the tables hold; those above are told apart without a table

// chars are the tables of the basic plane: fold and class of every character.
type chars struct {
	fold  [plane]uint16
	class [plane]class
}

var table = sync.OnceValue(func() *chars {
	t := new(chars)
	for r := range rune(plane) {
		f := r
		switch {
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
			f = r - 0xFEE0
		case r >= '₀' && r <= '₉':
			f = '0' + r - '₀'
		case r == '²' || r == '³':
			f = '2' + r - '²'
		case r == '¹':
			f = '1'
		case r == 'µ' || r == 'μ':
			f = 'u'
		}
		f = unicode.ToLower(f)
		if unicode.Is(unicode.Latin, f) && f > unicode.MaxASCII { // ä to a
			if base := []rune(norm.NFD.String(string(f)))[0]; base < unicode.MaxASCII {
				f = base
			}
		}
		t.fold[r] = uint16(f)
		switch {
		case unicode.Is(unicode.Han, f):
			t.class[r] = han
		case unicode.IsLetter(f), unicode.IsDigit(f):
			t.class[r] = alnum
		}
	}
	for line := range strings.Lines(simplifiedText) {
		if line[0] == '#' {
			continue
		}
		pairs := []rune(strings.TrimSpace(line))
		for i := 0; i+1 < len(pairs); i += 2 {
			t.fold[pairs[i]] = uint16(pairs[i+1])
		}
	}
	return t
})

// folded is the character as the index compares it: lower case, half width, simplified.
func (t *chars) folded(r rune) rune {
	if r >= 0 && r < plane {
		return rune(t.fold[r])
	}
	return r
}

func (t *chars) of(r rune) class {
	switch {
	case r >= 0 && r < plane:
		return t.class[r]
	case unicode.Is(unicode.Han, r):
		return han
	}
	return gap
}

// Fold is a text as the index compares it, character by character.
func Fold(s string) string { return strings.Map(table().folded, s) }
