package find

import (
	"container/heap"
	"math"
	"math/bits"
	"slices"
)

// entry is a listing that may be shown.
type entry struct {
	rank  uint64 // higher first
	id    id     // then the younger
	part  int32
	at    uint16
	score uint32
}

func (e *entry) before(o *entry) bool {
	if e.rank != o.rank {
		return e.rank > o.rank
	}
	return compareID(e.id, o.id) > 0
}

// top keeps the best of what is offered, the worst of them in front.
type top struct {
	keep int
	all  []entry
}

func (t *top) Len() int           { return len(t.all) }
func (t *top) Less(i, j int) bool { return t.all[j].before(&t.all[i]) }
func (t *top) Swap(i, j int)      { t.all[i], t.all[j] = t.all[j], t.all[i] }
func (t *top) Push(e any)         { t.all = append(t.all, e.(entry)) }
func (t *top) Pop() any {
	e := t.all[len(t.all)-1]
	t.all = t.all[:len(t.all)-1]
	return e
}

func (t *top) offer(e entry) {
	switch {
	case t.keep == 0:
	case len(t.all) < t.keep:
		heap.Push(t, e)
	case e.before(&t.all[0]):
		t.all[0] = e
		heap.Fix(t, 0)
	}
}

// page is a stretch of the best, the best first.
func (t *top) page(offset, limit int) []entry {
	slices.SortFunc(t.all, func(a, b entry) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	from := min(offset, len(t.all))
	return t.all[from:min(from+limit, len(t.all))]
}

// collect filters what the clauses let through, counts it and offers it.
func (x *Index) collect(p *plan, s *part, no int, hit bitmap, sc *scratch, out *found) {
	pass := sc.take()
	defer sc.give(pass)
	// miss are those that one filter alone keeps out, by filter; the last is the free slot.
	miss := make([][]uint16, len(p.filters)+1)
	priced := p.least > 0 || p.most != none32
	hard := priced || p.since > 0 || p.until != none32
	plain := len(p.filters) == 0 && p.pick == 0 && !hard
	for i, set := range hit {
		for ; set != 0; set &= set - 1 {
			at := uint16(i<<6 + bits.TrailingZeros64(set))
			if plain {
				pass.at = append(pass.at, at)
				continue
			}
			if hard {
				if price := s.price[at]; priced && (price == none32 || price < p.least || price > p.most) {
					continue
				}
				if made := s.made[at]; p.since > 0 && made <= p.since || made > p.until {
					continue
				}
			}
			fails, last := 0, 0
			for f := range p.filters {
				if !p.filters[f].pass(s, at) {
					fails, last = fails+1, f
					if fails > 1 {
						break
					}
				}
			}
			if p.pick > 0 && fails < 2 && s.free[at] > p.free[p.pick-1] {
				fails, last = fails+1, len(p.filters)
			}
			switch fails {
			case 0:
				pass.at = append(pass.at, at)
			case 1:
				miss[last] = append(miss[last], at)
			}
		}
	}
	out.total += len(pass.at)
	for i, f := range p.counted {
		own := slices.IndexFunc(p.filters, func(l filter) bool { return l.facet == f })
		x.tally(s, f, pass.at, out.counts[i])
		if own >= 0 {
			x.tally(s, f, miss[own], out.counts[i])
		}
	}
	if len(p.free) > 0 {
		for _, all := range [][]uint16{pass.at, miss[len(p.filters)]} {
			for _, at := range all {
				for i := len(p.free) - 1; i >= 0 && s.free[at] <= p.free[i]; i-- {
					out.free[i]++
				}
			}
		}
	}
	if p.keep == 0 {
		return
	}
	// From the youngest, which ids put last: of equals they are kept, so the others fall out without touching the heap.
	for _, at := range slices.Backward(pass.at) {
		score := sc.score[at]
		rank := x.rank(p, s, at, score)
		t := &out.top
		if len(t.all) == t.keep && rank < t.all[0].rank {
			continue
		}
		t.offer(entry{rank, s.ids[at], int32(no), at, score})
	}
}

func (f *filter) pass(s *part, at uint16) bool {
	if f.many {
		for _, v := range s.many[f.seat].of(int(at)) {
			if f.allowed[v] {
				return true
			}
		}
		return false
	}
	return f.allowed[s.value(f.seat, at)]
}

// tally counts the codes of a facet.
func (x *Index) tally(s *part, f int, all []uint16, counts []uint32) {
	if x.c.Facets[f].Many {
		col := &s.many[x.seat[f]]
		if col.ends == nil {
			return
		}
		if len(all) == s.n {
			for _, v := range col.values {
				counts[v]++
			}
			return
		}
		for _, at := range all {
			for _, v := range col.of(int(at)) {
				counts[v]++
			}
		}
		return
	}
	col := s.one[x.seat[f]]
	if col == nil {
		return
	}
	if len(all) == s.n {
		for _, c := range col {
			counts[c]++
		}
		return
	}
	for _, at := range all {
		counts[col[at]]++
	}
}

// rank is where a listing stands in the order: higher first, equals by the lower half.
func (x *Index) rank(p *plan, s *part, at uint16, score uint32) uint64 {
	if p.blend {
		return uint64(float64(score+1)*x.liking(p, s, at))<<32 | uint64(s.made[at])
	}
	switch p.order {
	case ByPrice:
		return uint64(none32-s.price[at])<<32 | uint64(score)
	case ByFree:
		return uint64(none32-s.free[at])<<32 | uint64(score)
	case ByDistance:
		return uint64(none32-x.metres(p, s, at))<<32 | uint64(score)
	case ByNewest:
		return uint64(s.made[at])<<32 | uint64(score)
	}
	return uint64(score)<<32 | uint64(s.made[at])
}

func (x *Index) metres(p *plan, s *part, at uint16) uint32 {
	if p.km == nil {
		return none32
	}
	km := p.km[s.value(x.seat[x.facet[x.c.Origin]], at)]
	if km < 0 {
		return none32
	}
	return uint32(km * 1000)
}

// liking is how much of its relevance a listing keeps where the question itself wishes for an order: a tenth of the price
// counts about as much as standing in the title.
func (x *Index) liking(p *plan, s *part, at uint16) float64 {
	switch p.order {
	case ByPrice:
		if s.price[at] == none32 {
			return 1. / 8
		}
		return 1 / (0.5 + math.Log10(1+float64(s.price[at])/100))
	case ByDistance:
		m := x.metres(p, s, at)
		if m == none32 {
			return 1. / 8
		}
		return 1 / (1 + float64(m)/100_000)
	case ByNewest:
		return 0.5 + float64(s.made[at])/none32
	}
	return 1
}

const earthKm = 6371

// km is the great-circle distance (haversine).
func (a Point) km(b Point) float64 {
	rad := math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad/2, (b.Lon-a.Lon)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earthKm * math.Asin(min(1, math.Sqrt(h)))
}
