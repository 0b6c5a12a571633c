package compare

import (
	"hash/fnv"
	"slices"
	"sort"
	"strings"
)

// Text is a document by its paragraphs after repairs.
type Text struct{ Paragraphs []string }

// Likeness is how two texts hang together.
type Likeness string

const (
	Copy    Likeness = "copy"    // the same text but for trifles
	Edition Likeness = "edition" // one text, changed or cut
	Shares  Likeness = "shares"  // whole paragraphs stand in both
	Retold  Likeness = "retold"  // other words, the same figures: one may be a rewriting of the other
)

// Pair is two texts that hang together.
type Pair struct {
	A, B       int      // places in the list that was compared, A before B
	Is         Likeness // the strongest that holds
	Share      float64  // of the runs of characters of both that stand in both, 0 to 1
	Held       float64  // of the runs of the shorter text that stand in the longer one
	Paragraphs int      // paragraphs of some length that stand in both, word for word
	Figures    int      // figures that both tell
}

const (
	shingle      = 5  // characters of a run
	hashes       = 64 // of a sketch
	bandRows     = 2  // of a sketch that are looked up together: pairs with a share of a quarter are found nearly surely
	longEnough   = 30 // characters from which on a paragraph is hardly met by chance
	copyShare    = 0.9
	editionShare = 0.5
	editionHeld  = 0.7
	retoldLeast  = 4  // figures in common from which on a text may be a rewriting
	everywhere   = 50 // texts in which a paragraph stands that then says nothing
)

// Near finds texts that hang together. Candidates come from sketches (minhash, in bands) and from whole paragraphs in
// common; each is then measured exactly, so what is said of a pair is no estimate.
func Near(all []Text) []Pair {
	runs := make([][]uint64, len(all))
	shared := map[[2]int]int{}
	byParagraph := map[uint64][]int{}
	buckets := map[[2 + bandRows]uint64][]int{}
	candidates := map[[2]int]bool{}
	for i, t := range all {
		seen := map[uint64]bool{}
		var whole strings.Builder
		for _, p := range t.Paragraphs {
			key := plain(p)
			whole.WriteString(key)
			if h := hash(key); len([]rune(key)) >= longEnough && !seen[h] {
				seen[h] = true
				byParagraph[h] = append(byParagraph[h], i)
			}
		}
		runs[i] = shingles(whole.String())
		if len(runs[i]) == 0 {
			continue
		}
		sketch := minhash(runs[i])
		for b := 0; b < hashes; b += bandRows {
			key := [2 + bandRows]uint64{uint64(b)}
			copy(key[1:], sketch[b:b+bandRows])
			for _, j := range buckets[key] {
				candidates[[2]int{j, i}] = true
			}
			buckets[key] = append(buckets[key], i)
		}
	}
	for _, list := range byParagraph {
		if len(list) > everywhere {
			continue
		}
		for x, i := range list {
			for _, j := range list[x+1:] {
				shared[[2]int{i, j}]++
				candidates[[2]int{i, j}] = true
			}
		}
	}
	var out []Pair
	for c := range candidates {
		if p, ok := measure(c, runs[c[0]], runs[c[1]], shared[c]); ok {
			out = append(out, p)
		}
	}
	sortPairs(out)
	return out
}

func measure(c [2]int, a, b []uint64, paragraphs int) (Pair, bool) {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both, i, j = both+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	p := Pair{A: c[0], B: c[1], Paragraphs: paragraphs, Share: float64(both) / float64(max(1, len(a)+len(b)-both)),
		Held: float64(both) / float64(max(1, min(len(a), len(b))))}
	switch {
	case p.Share >= copyShare:
		p.Is = Copy
	case p.Share >= editionShare || p.Held >= editionHeld:
		p.Is = Edition
	case paragraphs > 0:
		p.Is = Shares
	default:
		return p, false
	}
	return p, true
}

// shingles are the hashes of all runs of a compared text, sorted, each once.
func shingles(s string) []uint64 {
	r := []rune(s)
	if len(r) < shingle {
		return nil
	}
	out := make([]uint64, 0, len(r))
	for i := 0; i+shingle <= len(r); i++ {
		h := uint64(14695981039346656037)
		for _, c := range r[i : i+shingle] {
			h = (h ^ uint64(c)) * 1099511628211
		}
		out = append(out, h)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// minhash is the smallest of the runs under each of many orders.
func minhash(runs []uint64) (out [hashes]uint64) {
	for i := range out {
		out[i] = ^uint64(0)
		seed := mix(uint64(i)*0x9E3779B97F4A7C15 + 1)
		for _, h := range runs {
			out[i] = min(out[i], mix(h^seed))
		}
	}
	return out
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// WithFigures adds to pairs of texts how many figures both tell, and the pairs that have only figures in common: numbers
// survive where every word was replaced. Groups are those of facts, whose Source is the place of their text.
func WithFigures(pairs []Pair, facts []Fact, groups []Group) []Pair {
	both := map[[2]int]int{}
	for _, g := range groups {
		var sources []int
		for _, f := range g.Facts {
			if s := facts[f].Source; !slices.Contains(sources, s) {
				sources = append(sources, s)
			}
		}
		slices.Sort(sources)
		if len(sources) > everywhere {
			continue
		}
		for i, a := range sources {
			for _, b := range sources[i+1:] {
				both[[2]int{a, b}]++
			}
		}
	}
	out := slices.Clone(pairs)
	for i := range out {
		key := [2]int{out[i].A, out[i].B}
		out[i].Figures = both[key]
		delete(both, key)
	}
	for key, n := range both {
		if n >= retoldLeast {
			out = append(out, Pair{A: key[0], B: key[1], Is: Retold, Figures: n})
		}
	}
	sortPairs(out)
	return out
}

func sortPairs(all []Pair) {
	sort.Slice(all, func(i, j int) bool {
		if all[i].A != all[j].A {
			return all[i].A < all[j].A
		}
		return all[i].B < all[j].B
	})
}
