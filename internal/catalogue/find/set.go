package find

import (
	"math/bits"
	"sync"
)

// Filters are the same few again and again, and a segment never changes: so the listings of a code are kept as a set once the code has been
// asked for twice, and a filter is then an AND of words instead of a look at every hit. A set of a full segment takes 8 KB.
const (
	setsMost  = 128 // sets of a segment; after that it begins anew
	setsTwice = 2   // asked so often, a set is made
	orMost    = 16  // codes of one filter that are joined from sets; more are looked up hit by hit
)

// sets are those that a segment keeps. It is safe for concurrent use.
type sets struct {
	mu    sync.Mutex
	asked map[setKey]int
	kept  map[setKey]bitmap
}

// setKey names a code of a facet by their numbers, which an index does not change.
type setKey struct {
	facet int
	code  uint16
}

// keep gives the set of a code, or nil while it is not worth one.
func (s *segment) keep(f *filter, code uint16) bitmap {
	k := setKey{f.facet, code}
	s.sets.mu.Lock()
	defer s.sets.mu.Unlock()
	if set := s.sets.kept[k]; set != nil {
		return set
	}
	if s.sets.asked == nil || len(s.sets.asked) >= 8*setsMost || len(s.sets.kept) >= setsMost {
		s.sets.asked, s.sets.kept = map[setKey]int{}, map[setKey]bitmap{}
	}
	if s.sets.asked[k]++; s.sets.asked[k] < setsTwice {
		return nil
	}
	set := newBitmap(s.n)
	if f.many {
		for at := range s.n {
			for _, v := range s.many[f.seat].of(at) {
				if v == code {
					set.set(at)
				}
			}
		}
	} else if col := s.one[f.seat]; col != nil {
		for at, v := range col {
			if v == code {
				set.set(at)
			}
		}
	}
	s.sets.kept[k] = set
	return set
}

// pass writes into set which of the hits a filter lets through. Outside of the hits set may hold anything.
func (f *filter) pass(s *part, hit, set bitmap) {
	if clear(set); f.joined(s, set) {
		return
	}
	copy(set, hit)
	if f.many {
		col := &s.many[f.seat]
		set.keepIf(func(at uint16) bool {
			for _, v := range col.of(int(at)) {
				if f.allowed[v] {
					return true
				}
			}
			return false
		})
		return
	}
	set.keepIf(func(at uint16) bool { return f.allowed[s.value(f.seat, at)] })
}

// joined joins the sets of the codes, where all of them are kept.
func (f *filter) joined(s *part, set bitmap) bool {
	if len(f.codes) > orMost {
		return false
	}
	all := true
	for _, code := range f.codes {
		of := s.keep(f, code)
		if all = all && of != nil; all {
			for i, w := range of {
				set[i] |= w
			}
		}
	}
	return all
}

// keepIf takes out of a set what does not pass.
func (b bitmap) keepIf(pass func(at uint16) bool) {
	for i, w := range b {
		for rest := w; rest != 0; rest &= rest - 1 {
			if !pass(uint16(i<<6 + bits.TrailingZeros64(rest))) {
				w &^= rest & -rest
			}
		}
		b[i] = w
	}
}

func (b bitmap) and(o bitmap) {
	for i := range b {
		b[i] &= o[i]
	}
}

// each calls do for all of a set.
func (b bitmap) each(do func(at uint16)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			do(uint16(i<<6 + bits.TrailingZeros64(w)))
		}
	}
}

// list writes a set down.
func (b bitmap) list(out []uint16) []uint16 {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			out = append(out, uint16(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return out
}
