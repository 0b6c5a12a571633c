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
	if p.since > 0 || p.until != none32 {
		hit.keepIf(func(at uint16) bool { made := s.made[at]; return (p.since == 0 || made > p.since) && made <= p.until })
	}
	out.bare += hit.count()
	if p.least > 0 || p.most != none32 {
		hit.keepIf(func(at uint16) bool {
			price := p.price(s, at)
			return price != none32 && price >= p.least && price <= p.most
		})
	}
	pass, passed := sc.take(), hit
	defer sc.give(pass)
	// miss are those that one filter alone keeps out, by filter; the last is the free slot.
	miss := make([]bitmap, len(p.filters)+1)
	if lets := x.lets(p, s, hit, sc); len(lets) > 0 {
		passed = sc.set(s.n)
		defer sc.back(passed)
		copy(passed, hit)
		for _, set := range lets {
			passed.and(set)
		}
		for i, set := range lets {
			own := i == len(p.filters) && len(p.free) > 0 || i < len(p.filters) && slices.Contains(p.counted, p.filters[i].facet)
			if own {
				only := sc.set(s.n)
				defer sc.back(only)
				copy(only, hit)
				for w := range only {
					only[w] &^= set[w]
				}
				for j, other := range lets {
					if j != i {
						only.and(other)
					}
				}
				miss[i] = only
			}
			defer sc.back(set)
		}
	}
	pass.at = passed.list(pass.at)
	out.total += len(pass.at)
	for i, f := range p.counted {
		own := slices.IndexFunc(p.filters, func(l filter) bool { return l.facet == f })
		x.tally(s, f, pass.at, out.counts[i])
		if own >= 0 {
			x.tallySet(s, f, miss[own], out.counts[i])
		}
	}
	if len(p.free) > 0 {
		for _, all := range []bitmap{passed, miss[len(p.filters)]} {
			all.each(func(at uint16) {
				for i := len(p.free) - 1; i >= 0 && s.free[at] <= p.free[i]; i-- {
					out.free[i]++
				}
			})
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

// lets are what each filter lets through of the hits, and last the wish for a free slot, if there is one.
func (x *Index) lets(p *plan, s *part, hit bitmap, sc *scratch) (all []bitmap) {
	for i := range p.filters {
		set := sc.set(s.n)
		p.filters[i].pass(s, hit, set)
		all = append(all, set)
	}
	if p.pick > 0 {
		set := sc.set(s.n)
		copy(set, hit)
		set.keepIf(func(at uint16) bool { return s.free[at] <= p.free[p.pick-1] })
		all = append(all, set)
	}
	return all
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

// tallySet counts the codes of a facet in a set.
func (x *Index) tallySet(s *part, f int, set bitmap, counts []uint32) {
	seat := x.seat[f]
	if x.c.Facets[f].Many {
		col := &s.many[seat]
		set.each(func(at uint16) {
			for _, v := range col.of(int(at)) {
				counts[v]++
			}
		})
		return
	}
	col := s.one[seat]
	if col == nil {
		return
	}
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			counts[col[i<<6+bits.TrailingZeros64(w)]]++
		}
	}
}

// rank is where a listing stands in the order: higher first, equals by the lower half.
func (x *Index) rank(p *plan, s *part, at uint16, score uint32) uint64 {
	if len(p.likes) > 0 {
		liked := float64(score + 1)
		for _, o := range p.likes {
			liked *= x.liking(p, s, at, o)
		}
		return uint64(liked)<<32 | uint64(s.made[at])
	}
	switch p.order {
	case ByPrice:
		price := p.price(s, at)
		if price == none32 {
			return uint64(score) >> 4
		}
		return uint64(unitsOfPrice-x.unit(p, s, at))<<60 | uint64(none32-price)<<28 | uint64(score)>>4
	case ByFree:
		return uint64(none32-s.free[at])<<32 | uint64(score)
	case ByDistance:
		return uint64(none32-x.metres(p, s, at))<<32 | uint64(score)
	case ByNewest:
		return uint64(s.made[at])<<32 | uint64(score)
	}
	return uint64(score)<<32 | uint64(s.made[at])
}

// otherUnit is the price in fen that a wish for something cheap takes for what is charged by another unit than the first: an hour's price
// and a report's do not compare, so it is no reason to come before or after.
const otherUnit = 300_00

// price is what the asker pays.
func (p *plan) price(s *part, at uint16) uint32 {
	if p.reduced {
		return s.reduced[at]
	}
	return s.price[at]
}

// unit is the place of a price's unit among those of the index.
func (x *Index) unit(p *plan, s *part, at uint16) uint8 {
	if p.units == nil {
		return 0
	}
	return p.units[s.value(x.seat[x.facet[x.c.Unit]], at)]
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

// abroadCounts is how much a place of another province counts beside one as near: vouchers and rules are of a province.
const abroadCounts = 0.75

// liking is how much of its relevance a listing keeps where the question itself wishes for an order: a tenth of the price
// counts about as much as standing in the title.
func (x *Index) liking(p *plan, s *part, at uint16, by Order) float64 {
	switch by {
	case ByPrice:
		price := p.price(s, at)
		if price == none32 {
			return 1. / 8
		}
		if x.unit(p, s, at) > 0 {
			price = otherUnit
		}
		return 1 / (1 + math.Log10(1+float64(price)/100))
	case ByDistance:
		m := x.metres(p, s, at)
		if m == none32 {
			return 1. / 8
		}
		near := 1 / (1 + float64(m)/100_000)
		if p.home != nil && !p.home[s.value(x.seat[x.facet[x.c.Origin]], at)] {
			near *= abroadCounts
		}
		return near
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
