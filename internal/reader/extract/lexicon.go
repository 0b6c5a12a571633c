package extract

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed data/*.txt
var dataFiles embed.FS

// lexicon is a trie over runes: it finds the longest known word at a place without looking back, so a pass over
// a text is linear. Most places are turned away by two small sets, of first characters and of first pairs, before the
// trie is looked at. A lexicon is not added to once it is in use.
type lexicon struct {
	first [1024]uint64 // characters that a word begins with
	pairs [1024]uint64 // hashes of the first two characters of longer words; a foreign pair may be among them
	root  [256]*[256]int32
	nodes []lexNode
	back  func() *lexicon // the same words from their end to their beginning
}

type lexNode struct {
	edges []lexEdge
	value int32 // 0 is no word
}

type lexEdge struct {
	r  rune
	to int32
}

func newLexicon() *lexicon {
	l := &lexicon{nodes: make([]lexNode, 1)}
	l.back = sync.OnceValue(func() *lexicon {
		b := newLexicon()
		for hi, page := range l.root {
			if page == nil {
				continue
			}
			for lo, at := range page {
				l.reverse(b, []rune{rune(hi<<8 | lo)}, at)
			}
		}
		return b
	})
	return l
}

// reverse adds the words below a node to another lexicon, each from its end. head is the way to the node.
func (l *lexicon) reverse(to *lexicon, head []rune, at int32) {
	if at == 0 {
		return
	}
	if v := l.nodes[at].value; v != 0 {
		word := slices.Clone(head)
		slices.Reverse(word)
		to.add(string(word), v)
	}
	for _, e := range l.nodes[at].edges {
		l.reverse(to, append(head, e.r), e.to)
	}
}

// pairHash spreads two characters over the bits of a set of pairs.
func pairHash(a, b rune) uint32 { return (uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA77) >> 16 }

// add puts a word in; value must not be 0. The later of two equal words wins.
func (l *lexicon) add(word string, value int32) {
	at, before := int32(0), rune(0)
	for i, r := range []rune(word) {
		if i == 0 {
			if r >= 0x10000 {
				return
			}
			page := l.root[r>>8]
			if page == nil {
				page = new([256]int32)
				l.root[r>>8] = page
			}
			if page[r&0xff] == 0 {
				l.nodes = append(l.nodes, lexNode{})
				page[r&0xff] = int32(len(l.nodes) - 1)
				l.first[r>>6] |= 1 << (r & 63)
			}
			at, before = page[r&0xff], r
			continue
		}
		if i == 1 {
			h := pairHash(before, r)
			l.pairs[h>>6] |= 1 << (h & 63)
		}
		j, ok := slices.BinarySearchFunc(l.nodes[at].edges, r, func(e lexEdge, r rune) int { return int(e.r - r) })
		if !ok {
			l.nodes = append(l.nodes, lexNode{})
			l.nodes[at].edges = slices.Insert(l.nodes[at].edges, j, lexEdge{r, int32(len(l.nodes) - 1)})
		}
		at = l.nodes[at].edges[j].to
	}
	if at != 0 {
		l.nodes[at].value = value
	}
}

func (l *lexicon) addAll(words string, value int32) *lexicon {
	for _, w := range strings.Fields(words) {
		l.add(w, value)
	}
	return l
}

func (l *lexicon) next(at int32, r rune) int32 {
	edges := l.nodes[at].edges
	for len(edges) > 8 {
		if h := len(edges) / 2; edges[h].r <= r {
			edges = edges[h:]
		} else {
			edges = edges[:h]
		}
	}
	for _, e := range edges {
		if e.r == r {
			return e.to
		}
	}
	return 0
}

// longest returns the end and value of the longest word that begins at i; value 0 is none.
func (l *lexicon) longest(r []rune, i int) (end int, value int32) {
	if i >= len(r) || !l.starts(r[i]) {
		return i, 0
	}
	c := r[i]
	at := l.root[c>>8][c&0xff]
	end, value = i, l.nodes[at].value
	if value != 0 {
		end = i + 1
	}
	if i+1 >= len(r) {
		return end, value
	}
	if h := pairHash(c, r[i+1]); l.pairs[h>>6]&(1<<(h&63)) == 0 {
		return end, value
	}
	for j := i + 1; j < len(r); j++ {
		if at = l.next(at, r[j]); at == 0 {
			break
		}
		if v := l.nodes[at].value; v != 0 {
			end, value = j+1, v
		}
	}
	return end, value
}

// starts says whether a word of the lexicon can begin with a character; most characters are turned away here.
func (l *lexicon) starts(c rune) bool {
	return uint32(c) < 0x10000 && l.first[c>>6]&(1<<(c&63)) != 0
}

// at says whether a word of the lexicon begins at i.
func (l *lexicon) at(r []rune, i int) bool {
	if l == nil {
		return false
	}
	_, v := l.longest(r, i)
	return v != 0
}

// whole says whether the runes are one word of the lexicon.
func (l *lexicon) whole(r []rune) bool {
	end, v := l.longest(r, 0)
	return v != 0 && end == len(r)
}

// endsWith returns the start of the longest word of the lexicon that ends at end, no more than max runes long.
func (l *lexicon) endsWith(r []rune, end, max int) (start int, value int32) {
	start = end
	b := l.back()
	if end <= 0 || end > len(r) || max <= 0 || !b.starts(r[end-1]) {
		return start, 0
	}
	c := r[end-1]
	at := b.root[c>>8][c&0xff]
	for j := end - 1; ; {
		if v := b.nodes[at].value; v != 0 {
			start, value = j, v
		}
		if j--; j < 0 || end-j > max {
			return start, value
		}
		if at = b.next(at, r[j]); at == 0 {
			return start, value
		}
	}
}

// find returns the first place at or after i where a word begins, or -1.
func (l *lexicon) find(r []rune, i int) (start, end int, value int32) {
	for ; i < len(r); i++ {
		if !l.starts(r[i]) {
			continue
		}
		if e, v := l.longest(r, i); v != 0 {
			return i, e, v
		}
	}
	return -1, -1, 0
}

func words(list string) *lexicon { return newLexicon().addAll(list, 1) }

// dataLines returns the lines of a data file without comments and blank ones.
func dataLines(name string) []string {
	b, err := dataFiles.ReadFile("data/" + name)
	if err != nil {
		panic(err)
	}
	var out []string
	for line := range strings.SplitSeq(string(b), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
