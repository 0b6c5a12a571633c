package find

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Order is what results are sorted by.
type Order string

// The orders. What has no price, no free slot or no place comes last; equals go by relevance, then the newest first.
const (
	ByRelevance Order = ""
	ByPrice     Order = "price"
	ByDistance  Order = "distance" // from Query.From
	ByFree      Order = "free"
	ByNewest    Order = "newest"
)

// Query is a question with what was chosen beside it. The zero Query finds everything, the newest first.
type Query struct {
	Text    string
	Literal bool                // words as they stand: no synonym, no wish, no guess
	Filter  map[string][]string // by facet: any of the codes
	Reduced bool                // who asks pays the lower price where there is one
	// PriceMost and PriceLeast are for listings that name a price; 0 is no limit.
	PriceMost, PriceLeast unit.Fen
	Since, Until          time.Time   // first published after Since and until Until, to the second; zero is no bound
	FreeBy                []time.Time // bounds that free slots are counted by, rising
	FreePick              int         // the bound that is asked for, from 1; 0 for none
	Order                 Order
	From                  string // the place that distances are from, a code of Config.Origin
	Offset, Limit         int
	Facets                []string // that are counted
	Exact                 bool     // nothing that only comes near, unless nothing has all that was asked
}

// Limits of a query.
const (
	LimitMax    = 50_000 // of one answer: an export
	depthMax    = 100_000
	filterMax   = 200 // codes of one facet
	freeByMax   = 8
	workersMost = 4
)

// Hit is a listing that was found.
type Hit struct {
	ID    unit.ID
	Score uint32 // compares within one answer only
	Km    int    // from Query.From; -1 where one of the two places is not known
}

// Count is how many listings have a code, with every filter but those of its own facet.
type Count struct {
	Code string
	N    int
}

// Answer is what was found.
type Answer struct {
	Hits    []Hit
	Total   int
	Facets  map[string][]Count // most first
	Free    []int              // by Query.FreeBy: with a slot until then
	Notes   []Note
	Places  map[string][]string // what places of the question were taken as filters
	Order   Order               // that was used
	From    string
	Near    string // the place that the question wished to be near, which is no filter then
	Exact   int    // how many have all that was asked: they come first, and what comes near follows
	Nearest bool   // nothing has all that was asked; Notes say what was left out
	Without int    // with Total 0: how many there are without the filters
	Marks   Marks
	Seq     int64 // the last change that was seen
}

// Search answers a query. It takes milliseconds; ctx is looked at between segments.
func (x *Index) Search(ctx context.Context, q Query) (*Answer, error) {
	v := x.seen.Load()
	if err := x.check(q); err != nil {
		return nil, err
	}
	a, err := x.read(v, q.Text, q.Literal)
	if err != nil {
		return nil, err
	}
	p, err := x.plan(v, q, a)
	if err != nil {
		return nil, err
	}
	out, err := x.run(ctx, p)
	if err != nil {
		return nil, err
	}
	l, err := x.climb(ctx, p, q, out)
	if err != nil {
		return nil, err
	}
	ans := x.answer(l, q, p)
	if out = l.found; out.total == 0 && (len(p.filters) > 0 || p.pick > 0 || p.least > 0 || p.most != none32) {
		ans.Without = out.bare
	}
	return ans, nil
}

func (x *Index) check(q Query) error {
	switch {
	case q.Offset < 0 || q.Limit < 0 || q.Limit > LimitMax || q.Offset+q.Limit > depthMax:
		return fault.New(fault.Invalid, "find.search_depth", "most", depthMax).On("page")
	case len(q.FreeBy) > freeByMax || q.FreePick < 0 || q.FreePick > len(q.FreeBy):
		return fault.New(fault.Invalid, "find.search_free").On("free")
	}
	switch q.Order {
	case ByRelevance, ByPrice, ByDistance, ByFree, ByNewest:
	default:
		return fault.New(fault.Invalid, "find.search_order").On("sort")
	}
	for f, codes := range q.Filter {
		if _, ok := x.facet[f]; !ok || len(codes) > filterMax {
			return fault.New(fault.Invalid, "find.search_facet", "facet", f).On("filter")
		}
	}
	for _, f := range q.Facets {
		if _, ok := x.facet[f]; !ok {
			return fmt.Errorf("find: no facet %q", f)
		}
	}
	return nil
}

// plan is a query made ready to be run on segments.
type plan struct {
	v       *view
	asked   *asked
	clauses []clause
	filters []filter
	places  map[string][]string
	reduced bool    // the lower price is the asker's
	units   []uint8 // by number of the unit's code: its place in an order by price
	least   uint32  // price
	most    uint32
	since   uint32 // seconds; made after
	until   uint32
	free    []uint32 // bounds
	pick    int
	order   Order
	likes   []Order // orders that come from wishes: they are mixed with relevance
	from    string
	around  string    // from, where the question named it
	km      []float32 // by number of the origin's code; under 0 for not known
	home    []bool    // by number of the origin's code: in the province of from
	keep    int
	counted []int
	notes   []Note
}

// filter lets listings pass by a facet.
type filter struct {
	facet, seat int
	many        bool
	allowed     []bool   // by number
	codes       []uint16 // that are allowed and that some listing has
}

func (x *Index) filterOf(v *view, f int, codes []string) filter {
	out := filter{facet: f, seat: x.seat[f], many: x.c.Facets[f].Many, allowed: make([]bool, len(v.codes[f]))}
	for n, c := range v.codes[f] {
		if out.allowed[n] = n > 0 && slices.Contains(codes, c); out.allowed[n] {
			out.codes = append(out.codes, uint16(n))
		}
	}
	return out
}

func (x *Index) plan(v *view, q Query, a *asked) (*plan, error) {
	p := &plan{v: v, asked: a, clauses: slices.Clone(a.clauses), places: map[string][]string{}, least: 0, most: none32, pick: q.FreePick,
		order: q.Order, from: q.From, reduced: q.Reduced, keep: q.Offset + q.Limit, notes: a.notes}
	if !a.empty {
		p.keep = max(p.keep, enough) // what is found first stands before what comes near
	}
	for name, codes := range q.Filter {
		if len(codes) > 0 {
			p.filters = append(p.filters, x.filterOf(v, x.facet[name], codes))
		}
	}
	around := q.From == "" && a.near && len(a.places) > 0 // near a place is not only in it
	if around {
		p.from = x.pointOf(a)
		around = p.from != ""
		p.around = p.from
	}
	for name, codes := range a.places {
		if around {
			break
		}
		if f, ok := x.facet[name]; ok && len(q.Filter[name]) == 0 {
			p.filters = append(p.filters, x.filterOf(v, f, codes))
			p.places[name] = codes
		}
	}
	if q.PriceLeast > 0 {
		p.least = price32(q.PriceLeast)
	}
	if q.PriceMost > 0 {
		p.most = price32(q.PriceMost)
	} else if a.gratis {
		p.most = 0
	} else if a.most > 0 {
		p.most = price32(unit.Fen(a.most))
	}
	p.until = none32
	if !q.Since.IsZero() {
		p.since = seconds32(q.Since)
	}
	if !q.Until.IsZero() {
		p.until = seconds32(q.Until)
	}
	for _, t := range q.FreeBy {
		p.free = append(p.free, minutes32(t))
	}
	for _, name := range q.Facets {
		p.counted = append(p.counted, x.facet[name])
	}
	if p.order == ByRelevance {
		if a.cheap {
			p.likes = append(p.likes, ByPrice)
		}
		if a.near && p.from != "" {
			p.likes = append(p.likes, ByDistance)
		}
		if a.newest {
			p.likes = append(p.likes, ByNewest)
		}
		if len(p.likes) > 0 {
			p.order = p.likes[0]
		} else if a.empty {
			p.order = ByNewest
		}
	}
	x.measure(p)
	x.unitsOf(p)
	// The rarest first: what follows is only looked at where that is.
	slices.SortStableFunc(p.clauses, func(a, b clause) int {
		return cmp.Or(cmp.Compare(min(b.need, 1), min(a.need, 1)), a.reach()-b.reach())
	})
	return p, nil
}

// unitsOf lays the units of prices in the order of their codes; what has none stands with the first.
func (x *Index) unitsOf(p *plan) {
	if x.c.Unit == "" {
		return
	}
	codes := p.v.codes[x.facet[x.c.Unit]]
	inOrder := slices.Sorted(slices.Values(codes))
	p.units = make([]uint8, len(codes))
	for n, c := range codes {
		at, _ := slices.BinarySearch(inOrder, c)
		p.units[n] = uint8(max(0, min(at-1, unitsOfPrice)))
	}
}

// unitsOfPrice are the most units of prices that an order keeps apart.
const unitsOfPrice = 15

// pointOf is the first place of a question that has a point on the earth; "" for none.
func (x *Index) pointOf(a *asked) string {
	for _, n := range a.notes {
		if _, known := x.c.Words.point[n.Meant]; known && n.Wish == Place {
			return n.Meant
		}
	}
	return ""
}

// measure fills the distances from p.from.
func (x *Index) measure(p *plan) {
	if x.c.Origin == "" {
		return
	}
	codes := p.v.codes[x.facet[x.c.Origin]]
	p.km = make([]float32, len(codes))
	from, known := x.c.Words.point[p.from]
	p.home = make([]bool, len(codes))
	for n, c := range codes {
		p.km[n], p.home[n] = -1, x.c.Words.provinceOf(c) == x.c.Words.provinceOf(p.from)
		if to, ok := x.c.Words.point[c]; ok && known {
			p.km[n] = float32(from.km(to))
		}
	}
}

// reach is how many listings a clause may let through.
func (c clause) reach() int {
	sum := 0
	for _, u := range c.units {
		sum += u.df
	}
	return sum
}

// found is what a worker found.
type found struct {
	total  int
	bare   int // without the filters, slots and prices
	free   []int
	counts [][]uint32
	top    top
}

// run answers a plan, with several workers where it pays.
func (x *Index) run(ctx context.Context, p *plan) (*found, error) {
	work := 0
	for _, c := range p.clauses {
		work += c.reach()
	}
	if len(p.clauses) == 0 {
		work = p.v.alive
	}
	workers := 1
	if work > segmentMax/2 {
		workers = min(runtime.GOMAXPROCS(0), workersMost, len(p.v.parts))
	}
	workers = max(1, workers)
	outs := make([]*found, workers)
	var next atomic.Int64
	var wait sync.WaitGroup
	body := func(w int) {
		sc := x.free.Get().(*scratch)
		defer x.free.Put(sc)
		out := x.newFound(p)
		outs[w] = out
		for {
			i := len(p.v.parts) - int(next.Add(1)) // the younger parts first, as collect goes
			if i < 0 || ctx.Err() != nil {
				return
			}
			x.part(p, &p.v.parts[i], i, sc, out)
		}
	}
	for w := 1; w < workers; w++ {
		wait.Add(1)
		go func() { defer wait.Done(); body(w) }()
	}
	body(0)
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, o := range outs[1:] {
		outs[0].join(o)
	}
	return outs[0], nil
}

func (x *Index) newFound(p *plan) *found {
	out := &found{free: make([]int, len(p.free)), top: top{keep: p.keep}}
	for _, f := range p.counted {
		out.counts = append(out.counts, make([]uint32, len(p.v.codes[f])))
	}
	return out
}

func (f *found) join(o *found) {
	f.total += o.total
	f.bare += o.bare
	for i, n := range o.free {
		f.free[i] += n
	}
	for i := range f.counts {
		for j, n := range o.counts[i] {
			f.counts[i][j] += n
		}
	}
	for _, e := range o.top.all {
		f.top.offer(e)
	}
}

// part answers a plan on one segment.
func (x *Index) part(p *plan, s *part, no int, sc *scratch, out *found) {
	words := (s.n + 63) / 64
	hit := sc.set(s.n)
	defer sc.back(hit)
	if len(p.clauses) == 0 {
		for i := range words {
			hit[i] = ^uint64(0)
		}
		if rest := s.n & 63; rest != 0 {
			hit[words-1] = 1<<rest - 1
		}
	}
	clear(sc.score[:s.n])
	for i := range p.clauses {
		if !s.clause(&p.clauses[i], i == 0, hit, sc) {
			return
		}
	}
	if s.dead != nil {
		for i := range words {
			hit[i] &^= s.dead[i]
		}
	}
	x.collect(p, s, no, hit, sc, out)
}

// clause keeps in hit what satisfies the clause too, and adds to the scores; false where nothing is left.
func (s *part) clause(c *clause, first bool, hit bitmap, sc *scratch) bool {
	l := sc.take()
	defer sc.give(l)
	if c.need == 0 {
		for _, u := range c.units {
			s.eval(u.node, sc, l)
			for i, at := range l.at {
				sc.score[at] += uint32(u.weight) * uint32(l.impact[i])
			}
		}
		return true
	}
	touched := sc.set(s.n)
	defer sc.back(touched)
	if len(c.units) == 1 {
		u := c.units[0]
		s.eval(u.node, sc, l)
		w := uint32(u.weight)
		for i, at := range l.at {
			sc.score[at] += w * uint32(l.impact[i])
			touched[at>>6] |= 1 << (at & 63)
		}
	} else {
		clear(sc.cover[:s.n])
		for _, u := range c.units {
			s.eval(u.node, sc, l)
			w := uint32(u.weight)
			for i, at := range l.at {
				sc.score[at] += w * uint32(l.impact[i])
				sc.cover[at] += u.weight
				touched[at>>6] |= 1 << (at & 63)
			}
		}
		for i, set := range touched {
			for rest := set; rest != 0; rest &= rest - 1 {
				if at := i<<6 + bits.TrailingZeros64(rest); int(sc.cover[at]) < c.need {
					set &^= rest & -rest
				}
			}
			touched[i] = set
		}
	}
	var any uint64
	for i := range hit {
		if first {
			hit[i] = touched[i]
		} else {
			hit[i] &= touched[i]
		}
		any |= hit[i]
	}
	return any != 0
}

// answer dresses what was found; asked is the plan of the first step.
func (x *Index) answer(l ladder, q Query, asked *plan) *Answer {
	p, out := l.plan, l.found
	a := &Answer{Total: out.total, Exact: l.exact, Free: out.free, Notes: p.notes, Places: p.places, Order: p.order, From: p.from, Near: p.around, Seq: p.v.seq,
		Facets: map[string][]Count{}, Marks: Marks{}}
	if asked.asked.missing {
		a.Exact = 0
	}
	a.Nearest = a.Exact == 0 && out.total > 0
	var hits []entry
	if p == asked {
		hits = out.top.page(q.Offset, q.Limit)
	} else {
		all := l.entries()
		hits = all[min(q.Offset, len(all)):min(q.Offset+q.Limit, len(all))]
	}
	for _, e := range hits {
		s := p.v.parts[e.part]
		h := Hit{ID: s.ids[e.at].unit(), Score: e.score, Km: -1}
		if p.km != nil {
			if km := p.km[s.value(x.seat[x.facet[x.c.Origin]], e.at)]; km >= 0 {
				h.Km = int(km + 0.5)
			}
		}
		a.Hits = append(a.Hits, h)
	}
	for i, f := range p.counted {
		var all []Count
		for n, c := range p.v.codes[f] {
			if got := out.counts[i][n]; got > 0 && n > 0 {
				all = append(all, Count{c, int(got)})
			}
		}
		slices.SortFunc(all, func(a, b Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Code, b.Code)) })
		a.Facets[x.c.Facets[f].Name] = all
	}
	for _, c := range asked.clauses {
		for _, u := range c.units {
			u.marks(a.Marks)
		}
	}
	return a
}
