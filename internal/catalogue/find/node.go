package find

import (
	"math/bits"
	"slices"
)

// node is what a unit of a question looks for in a segment.
type node struct {
	op   op
	keys []key   // one: the term; span: the first and the last
	subs []*node // all, any
	// share is how much of an alternative's impact counts, of 255; 0 is all of it.
	share uint8
}

type op uint8

const (
	opOne  op = iota
	opSpan    // any term of a range of keys: one character alone
	opAll     // every one of subs
	opAny     // the strongest of subs
)

func one(k key) *node { return &node{op: opOne, keys: []key{k}} }

// all is the node of a phrase's terms.
func all(keys []key) *node {
	if len(keys) == 1 {
		return one(keys[0])
	}
	n := &node{op: opAll}
	for _, k := range keys {
		n.subs = append(n.subs, one(k))
	}
	return n
}

// run is the node of a text as one run; nil where it has no word.
func run(text string) *node {
	if i := itemsOf(text); len(i) == 1 && i[0].han {
		c := []rune(i[0].text)[0]
		return &node{op: opSpan, keys: []key{pairKey(c, 0), pairKey(c, 1<<runeLen-1)}}
	}
	keys := phrase(text)
	if len(keys) == 0 {
		return nil
	}
	return all(keys)
}

// marks adds the terms of a node to the set that highlights go by.
func (n *node) marks(set map[key]bool) {
	if n.op != opSpan {
		for _, k := range n.keys {
			set[k] = true
		}
	} else if a, _ := n.keys[0].chars2(); a != 0 {
		set[pairKey(a, 0)] = true
	}
	for _, s := range n.subs {
		s.marks(set)
	}
}

// df is how many listings of the view have what the node looks for, at most: exact for one term, the rarest of a phrase,
// the sum of alternatives.
func (v *view) df(n *node) int {
	switch n.op {
	case opOne:
		sum := 0
		for _, p := range v.parts {
			if b := p.postings(n.keys[0]); b != nil {
				sum += count(b)
			}
		}
		return sum
	case opSpan:
		sum := 0
		for _, p := range v.parts {
			from, to := p.keysFrom(n.keys[0], n.keys[1])
			for i := from; i < to; i++ {
				sum += count(p.blob[p.offs[i]:])
			}
		}
		return min(sum, v.alive)
	case opAll:
		least := v.alive
		for _, s := range n.subs {
			least = min(least, v.df(s))
		}
		return least
	}
	sum := 0
	for _, s := range n.subs {
		sum += v.df(s)
	}
	return min(sum, v.alive)
}

// scratch is the space of one worker; it is used again.
type scratch struct {
	score []uint32
	cover []uint16
	best  []uint8
	spare []*list
	mark  bitmap
	sets  []bitmap
	blobs [][]byte
}

func newScratch() *scratch {
	return &scratch{score: make([]uint32, segmentMax), cover: make([]uint16, segmentMax), best: make([]uint8, segmentMax), mark: newBitmap(segmentMax)}
}

func (s *scratch) take() *list {
	if n := len(s.spare); n > 0 {
		l := s.spare[n-1]
		s.spare = s.spare[:n-1]
		l.reset()
		return l
	}
	return new(list)
}

// set is an empty set of places of a segment.
func (s *scratch) set(n int) bitmap {
	if last := len(s.sets) - 1; last >= 0 {
		b := s.sets[last][:(n+63)/64]
		s.sets = s.sets[:last]
		clear(b)
		return b
	}
	return newBitmap(segmentMax)[:(n+63)/64]
}

func (s *scratch) back(b bitmap) { s.sets = append(s.sets, b[:segmentMax/64]) }

func (s *scratch) give(l *list) { s.spare = append(s.spare, l) }

// eval lists where a segment has what the node looks for.
func (s *segment) eval(n *node, sc *scratch, out *list) {
	out.reset()
	switch n.op {
	case opOne:
		if b := s.postings(n.keys[0]); b != nil {
			decode(b, out)
		}
	case opAll:
		if s.phrase(n, sc, out) {
			return
		}
		other := sc.take()
		for i, sub := range n.subs {
			if i == 0 {
				s.eval(sub, sc, out)
			} else {
				s.eval(sub, sc, other)
				both(out, other)
			}
			if len(out.at) == 0 {
				break
			}
		}
		sc.give(other)
	case opSpan:
		from, to := s.keysFrom(n.keys[0], n.keys[1])
		sc.union(s, out, func(add func(*list, uint8)) {
			l := sc.take()
			for i := from; i < to; i++ {
				decode(s.blob[s.offs[i]:s.offs[i+1]], l)
				add(l, 0)
			}
			sc.give(l)
		})
	case opAny:
		sc.union(s, out, func(add func(*list, uint8)) {
			l := sc.take()
			for _, sub := range n.subs {
				s.eval(sub, sc, l)
				add(l, sub.share)
			}
			sc.give(l)
		})
	}
}

// phrase is eval of terms that must all be there: the rarest is written down, and the others are met with it as they are read. It is
// false where there is more than terms.
func (s *segment) phrase(n *node, sc *scratch, out *list) bool {
	blobs := sc.blobs[:0]
	for _, sub := range n.subs {
		if sub.op != opOne {
			return false
		}
		blobs = append(blobs, s.postings(sub.keys[0]))
	}
	sc.blobs = blobs
	slices.SortFunc(blobs, func(a, b []byte) int { return count(a) - count(b) })
	if len(blobs) == 0 || blobs[0] == nil {
		return true
	}
	decode(blobs[0], out)
	for _, b := range blobs[1:] {
		meet(out, b)
	}
	return true
}

// union collects lists and writes the strongest of each place.
func (sc *scratch) union(s *segment, out *list, each func(add func(*list, uint8))) {
	// An alternative may itself be a union, so the space is this call's own.
	best, mark := sc.best, sc.mark
	sc.best, sc.mark = nil, nil
	if best == nil {
		best, mark = make([]uint8, segmentMax), newBitmap(segmentMax)
	}
	each(func(l *list, share uint8) {
		for i, at := range l.at {
			v := l.impact[i]
			if share > 0 {
				v = uint8(max(1, int(v)*int(share)/255))
			}
			if v > best[at] {
				best[at] = v
			}
			mark[at>>6] |= 1 << (at & 63)
		}
	})
	for w := range (s.n + 63) / 64 {
		for set := mark[w]; set != 0; set &= set - 1 {
			at := uint16(w<<6 + bits.TrailingZeros64(set))
			out.add(at, best[at])
			best[at] = 0
		}
		mark[w] = 0
	}
	sc.best, sc.mark = best, mark
}

// both keeps in a what b has too, with the weaker impact.
func both(a, b *list) {
	n, j := 0, 0
	for i, at := range a.at {
		for j < len(b.at) && b.at[j] < at {
			j++
		}
		if j == len(b.at) {
			break
		}
		if b.at[j] == at {
			a.at[n], a.impact[n] = at, min(a.impact[i], b.impact[j])
			n++
		}
	}
	a.at, a.impact = a.at[:n], a.impact[:n]
}
