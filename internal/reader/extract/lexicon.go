package extract

import (
	"embed"
	"slices"
	"strings"
)

//go:embed data/*.txt
var dataFiles embed.FS

// lexicon is a trie over runes: it finds the longest known word at a place without looking back, so a pass over
// a text is linear. The first rune is looked up in a table of the basic plane, further ones in short sorted lists.
type lexicon struct {
	root  []int32
	nodes []lexNode
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
	return &lexicon{root: make([]int32, 0x10000), nodes: make([]lexNode, 1)}
}

// add puts a word in; value must not be 0. The later of two equal words wins.
func (l *lexicon) add(word string, value int32) {
	at := int32(0)
	for i, r := range []rune(word) {
		if i == 0 {
			if r >= 0x10000 {
				return
			}
			if l.root[r] == 0 {
				l.nodes = append(l.nodes, lexNode{})
				l.root[r] = int32(len(l.nodes) - 1)
			}
			at = l.root[r]
			continue
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
	for _, e := range l.nodes[at].edges {
		if e.r == r {
			return e.to
		}
		if e.r > r {
			break
		}
	}
	return 0
}

// longest returns the end and value of the longest word that begins at i; value 0 is none.
func (l *lexicon) longest(r []rune, i int) (end int, value int32) {
	if i >= len(r) || uint32(r[i]) >= 0x10000 {
		return i, 0
	}
	at := l.root[r[i]]
	for j := i + 1; at != 0; j++ {
		if v := l.nodes[at].value; v != 0 {
			end, value = j, v
		}
		if j >= len(r) {
			break
		}
		at = l.next(at, r[j])
	}
	if value == 0 {
		return i, 0
	}
	return end, value
}

// starts says whether a word of the lexicon can begin with a character; most characters are turned away here.
func (l *lexicon) starts(c rune) bool { return uint32(c) < 0x10000 && l.root[c] != 0 }

// at says whether a word of the lexicon begins at i.
func (l *lexicon) at(r []rune, i int) bool {
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
	for i := end - max; i < end; i++ {
		if i < 0 || !l.starts(r[i]) {
			continue
		}
		if e, v := l.longest(r[:end], i); v != 0 && e == end {
			return i, v
		}
	}
	return end, 0
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
