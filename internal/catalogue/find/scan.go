package find

import (
	"unicode/utf8"
)

// wordMax is the most bytes of a word; what is longer is cut there.
const wordMax = 48

// key names a term: two characters, or the hash of a word. Two words of one hash would find each other's listings; with
// a million words of 63 bits that is one chance in ten million.
type key uint64

const (
	pairBit = 1 << 62
	wordBit = 1 << 63
	runeLen = 21 // bits of a character
)

// pairKey is the term of two neighbouring characters; b is 0 after the last character of a run, so that every character
// begins exactly one pair and one character alone is a range of keys.
func pairKey(a, b rune) key { return pairBit | key(a)<<runeLen | key(b) }

// chars2 are the characters of a pair.
func (k key) chars2() (a, b rune) {
	return rune(k >> runeLen & (1<<runeLen - 1)), rune(k & (1<<runeLen - 1))
}

const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// wordKey is the term of a folded word.
func wordKey(w []byte) key {
	h := uint64(fnvBasis)
	for _, c := range stem(w) {
		h = (h ^ uint64(c)) * fnvPrime
	}
	h ^= h >> 29 // FNV's high bits know little of the last letters
	return key(h) | wordBit
}

// stem takes the English plural off: batteries to battery, microscopes to microscope. It never looks at words with
// digits, and treats a document and a question alike, so a wrong cut costs nothing but a rare confusion.
func stem(w []byte) []byte {
	n := len(w)
	if n < 5 || w[n-1] != 's' {
		return w
	}
	switch w[n-2] {
	case 's', 'u', 'i', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return w
	}
	if w[n-3] == 'i' && w[n-2] == 'e' {
		var b [wordMax * 2]byte
		return append(append(b[:0], w[:n-3]...), 'y')
	}
	return w[:n-1]
}

// shape of a token: which of them a phrase needs, and which are only there to be found.
type shape uint8

const (
	tokWord  shape = iota // a whole word
	tokPart               // the letters or the digits of a word that has both
	tokJoin               // two neighbouring words, or a word and the character beside it
	tokPair               // two characters
	tokFinal              // the last character of a run
)

// token is a term of a text and where it stands there.
type token struct {
	key      key
	shape    shape
	from, to int // bytes
	word     []byte
}

// scan calls emit for every term of a text, in order. The word of a token is valid during the call only.
func scan(text string, emit func(token)) {
	t := table()
	var (
		last, word [wordMax]byte // the word before, and this one
		lastLen    int           // 0: no word stands directly or across one blank or hyphen before
		lastFrom   int
		before     rune // the character directly before, if it is one
		beforeFrom int
		joined     [2*wordMax + utf8.UTFMax]byte
		near       bool // the word before touches
	)
	endRun := func(at int) {
		if before != 0 {
			emit(token{pairKey(before, 0), tokFinal, beforeFrom, at, nil})
			before = 0
		}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch t.of(r) {
		case gap:
			endRun(i)
			near = false
			if r != ' ' && r != '-' && r != '/' && r != '‑' && r != '–' && r != '_' && r != '·' {
				lastLen = 0
			}
			i += size
		case han:
			f := t.folded(r)
			if before != 0 {
				emit(token{pairKey(before, f), tokPair, beforeFrom, i + size, nil})
			} else if near && lastLen > 0 {
				b := utf8.AppendRune(append(joined[:0], last[:lastLen]...), f)
				emit(token{wordKey(b), tokJoin, lastFrom, i + size, nil})
			}
			before, beforeFrom, lastLen, near = f, i, 0, false
			i += size
		case alnum:
			from, n := i, 0
			digit, letter := false, false
			for i < len(text) {
				r, size := utf8.DecodeRuneInString(text[i:])
				if t.of(r) != alnum {
					// A point between digits belongs to the number.
					if r != '.' || n == 0 || !digitByte(word[n-1]) || i+1 >= len(text) || !digitByte(text[i+1]) {
						break
					}
				}
				f := t.folded(r)
				if n+utf8.UTFMax <= wordMax {
					n += utf8.EncodeRune(word[n:wordMax], f)
					if f >= '0' && f <= '9' {
						digit = true
					} else {
						letter = true
					}
				}
				i += size
			}
			w := word[:n]
			if before != 0 {
				b := append(utf8.AppendRune(joined[:0], before), w...)
				emit(token{wordKey(b), tokJoin, beforeFrom, i, nil})
			}
			endRun(from)
			emit(token{wordKey(w), tokWord, from, i, w})
			if digit && letter {
				parts(w, from, emit)
			}
			if lastLen > 0 {
				b := append(append(joined[:0], last[:lastLen]...), w...)
				emit(token{wordKey(b), tokJoin, lastFrom, i, nil})
			}
			copy(last[:], w)
			lastLen, lastFrom, near = n, from, true
		}
	}
	endRun(len(text))
}

// parts are the letters and the digits of a word that has both, of two and more: 2100 of 2100f, 300 and kv of 300kv.
func parts(w []byte, from int, emit func(token)) {
	for i := 0; i < len(w); {
		j := i + 1
		for j < len(w) && digitByte(w[j]) == digitByte(w[i]) {
			j++
		}
		if j-i > 1 {
			emit(token{wordKey(w[i:j]), tokPart, from, from + len(w), w[i:j]})
		}
		i = j
	}
}

func digitByte(c byte) bool { return c >= '0' && c <= '9' || c == '.' }

// phrase are the terms that stand for a text as one run: pairs of characters, joined words, and a word alone only where
// nothing is joined to it.
func phrase(text string) []key {
	var all []key
	var words []token
	var joins []token
	scan(text, func(t token) {
		switch t.shape {
		case tokPair:
			all = append(all, t.key)
		case tokJoin:
			all = append(all, t.key)
			joins = append(joins, t)
		case tokWord:
			words = append(words, token{key: t.key, from: t.from, to: t.to})
		case tokFinal:
			words = append(words, t)
		}
	})
	for _, w := range words {
		covered := false
		for _, j := range joins {
			covered = covered || j.from <= w.from && w.to <= j.to
		}
		if w.shape == tokFinal {
			covered = covered || len(all) > 0
		}
		if !covered {
			all = append(all, w.key)
		}
	}
	return all
}
