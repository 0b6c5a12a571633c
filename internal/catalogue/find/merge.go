package find

import (
	"container/heap"
	"math/bits"
	"slices"
)

// Segments are joined when mergeWidth of about one size stand beside each other, so that there are never many and each
// listing is written again only a few times; a big one that has lost a third of its listings is written without them.

// tier is the size of a part in powers of mergeWidth.
func (p part) tier() int { return (bits.Len(uint(p.alive)) - 1) / 3 }

// dueMerge are the places of parts that are to be joined into one of at most most listings; nil for none.
func dueMerge(parts []part, most int) []int {
	tiers := map[int][]int{}
	for i, p := range parts {
		if p.dead != nil && p.n > smallMerge && p.alive*3 < p.n*2 && p.n <= most {
			return []int{i}
		}
		if p.alive > most/2 {
			continue
		}
		t := p.tier()
		tiers[t] = append(tiers[t], i)
	}
	low := -1
	for t, all := range tiers {
		if len(all) >= mergeWidth && (low < 0 || t < low) {
			low = t
		}
	}
	if low < 0 {
		return nil
	}
	var take []int
	sum := 0
	for _, i := range tiers[low] {
		if sum+parts[i].alive > most {
			break
		}
		sum += parts[i].alive
		take = append(take, i)
	}
	if len(take) < 2 {
		return nil
	}
	return take
}

// joinSmall joins what is so small that a writer can wait for it.
func joinSmall(parts []part, most int) []part {
	for {
		var small []part
		var places []int
		for i, p := range parts {
			if p.alive > 0 && p.alive <= most/2 {
				small = append(small, p)
				places = append(places, i)
			}
		}
		due := dueMerge(small, most)
		if len(due) < 2 {
			return parts
		}
		var from []part
		gone := map[int]bool{}
		for _, i := range due {
			from = append(from, small[i])
			gone[places[i]] = true
		}
		kept := parts[:0:0]
		for i, p := range parts {
			if !gone[i] {
				kept = append(kept, p)
			}
		}
		parts = append(kept, whole(join(from)))
	}
}

// mergeLater starts the one merger if something is due. Under write.
func (x *Index) mergeLater() {
	if x.merging || dueMerge(x.seen.Load().parts, x.c.SegmentMax) == nil {
		return
	}
	x.merging = true
	x.merges.Add(1)
	go func() {
		defer x.merges.Done()
		for x.mergeOnce() {
		}
	}()
}

// mergeOnce joins what is due beside searches and changes, and says whether there may be more.
func (x *Index) mergeOnce() bool {
	v := x.seen.Load()
	due := dueMerge(v.parts, x.c.SegmentMax)
	if due == nil {
		x.write.Lock()
		defer x.write.Unlock()
		// Apply may have made something due since.
		x.merging = dueMerge(x.seen.Load().parts, x.c.SegmentMax) != nil
		return x.merging
	}
	var from []part
	for _, i := range due {
		from = append(from, v.parts[i])
	}
	joined := whole(join(from))

	x.write.Lock()
	defer x.write.Unlock()
	now := x.seen.Load()
	parts := make([]part, 0, len(now.parts))
	for _, p := range now.parts {
		if !slices.ContainsFunc(from, func(f part) bool { return f.segment == p.segment }) {
			parts = append(parts, p)
		}
	}
	// What died in the sources meanwhile is dead in the joined one too.
	for _, f := range from {
		i := slices.IndexFunc(now.parts, func(p part) bool { return p.segment == f.segment })
		for at := range f.n {
			if !f.dead.has(at) && (i < 0 || now.parts[i].dead.has(at)) {
				one := []part{joined}
				kill(one, f.ids[at])
				joined = one[0]
			}
		}
	}
	x.publish(append(parts, joined), now.seq)
	return true
}

// Settle waits until nothing is left to be joined.
func (x *Index) Settle() { x.merges.Wait() }

// source is a part while it is joined: moved are the new places of its living.
type source struct {
	part
	moved []int32
	next  int // key
}

// cursors are sources ordered by their next key.
type cursors []*source

func (c cursors) Len() int           { return len(c) }
func (c cursors) Less(i, j int) bool { return c[i].keys[c[i].next] < c[j].keys[c[j].next] }
func (c cursors) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *cursors) Push(s any)        { *c = append(*c, s.(*source)) }
func (c *cursors) Pop() any {
	old := *c
	s := old[len(old)-1]
	*c = old[:len(old)-1]
	return s
}

// join writes the living of parts as one segment, from their postings alone.
func join(parts []part) *segment {
	type spot struct {
		from *source
		at   int
	}
	var spots []spot
	var all []*source
	size := 0
	for _, p := range parts {
		s := &source{part: p, moved: make([]int32, p.n)}
		all = append(all, s)
		size += len(p.blob)
		for at := range p.n {
			s.moved[at] = -1
			if !p.dead.has(at) {
				spots = append(spots, spot{s, at})
			}
		}
	}
	slices.SortFunc(spots, func(a, b spot) int { return compareID(a.from.ids[a.at], b.from.ids[b.at]) })
	rows := make([]row, len(spots))
	for i, p := range spots {
		p.from.moved[p.at] = int32(i)
		rows[i] = p.from.row(p.at)
	}
	out := columns(rows)

	var open cursors
	for _, s := range all {
		if len(s.keys) > 0 {
			open = append(open, s)
		}
	}
	heap.Init(&open)
	blob := make([]byte, 0, size)
	out.offs = append(out.offs, 0)
	var piece, sum list
	var mix []uint32 // place and impact, to be sorted
	for len(open) > 0 {
		k := open[0].keys[open[0].next]
		sum.reset()
		mix = mix[:0]
		for len(open) > 0 && open[0].keys[open[0].next] == k {
			s := open[0]
			decode(s.blob[s.offs[s.next]:s.offs[s.next+1]], &piece)
			for i, at := range piece.at {
				if to := s.moved[at]; to >= 0 {
					mix = append(mix, uint32(to)<<8|uint32(piece.impact[i]))
				}
			}
			if s.next++; s.next < len(s.keys) {
				heap.Fix(&open, 0)
			} else {
				heap.Pop(&open)
			}
		}
		if len(mix) == 0 {
			continue
		}
		slices.Sort(mix)
		for _, m := range mix {
			sum.add(uint16(m>>8), uint8(m))
		}
		blob = encode(blob, sum)
		out.keys = append(out.keys, k)
		out.offs = append(out.offs, uint32(len(blob)))
	}
	out.blob = slices.Clip(blob)
	out.vocab = joinWords(parts)
	return out
}

// joinWords is the union of vocabularies. Words whose last listing died stay until nobody is left; they cost a look.
func joinWords(parts []part) words {
	var all []string
	for _, p := range parts {
		for i := range p.vocab.len() {
			all = append(all, p.vocab.at(i))
		}
	}
	slices.Sort(all)
	return wordsOf(slices.Compact(all))
}
