package find

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Facet is a property that results are counted and filtered by.
type Facet struct {
	Name string
	Many bool // a listing may have several values
}

const (
	codesMax  = 1<<16 - 1 // values of a facet; the catalogue of a country has fewer owners
	valuesMax = 50        // of one listing in one facet; what is more is not counted
	facetsMax = 64
)

// Config makes an Index.
type Config struct {
	Facets []Facet
	// Words are the synonyms, places and wishes; nil knows none.
	Words *Words
	// Origin is the facet whose values are the places that Words knows; "" for no distance.
	Origin string
	// Unit is the facet that says what a price is for: an order by price goes unit by unit, in the order of the codes; "" where all
	// prices are for the same.
	Unit string
	// Digest says by what rules listings became Listings; a snapshot of other rules is not used.
	Digest string
	// SegmentMax is the most listings of a segment; 0 is 65,536. A test wants small ones.
	SegmentMax int
}

// Index answers questions over listings. All methods may be called at once.
type Index struct {
	c     Config
	facet map[string]int // place in c.Facets
	seat  []int          // of each facet among those of its sort
	seen  atomic.Pointer[view]

	write   sync.Mutex // guards what follows and the exchange of seen
	codes   []codebook
	merging bool
	merges  sync.WaitGroup
	free    sync.Pool // of *scratch
}

// codebook numbers the values of a facet; numbers are never used again. 0 is no value.
type codebook struct {
	number map[string]uint16
	code   []string
}

// view is what a search sees: it never changes.
type view struct {
	parts []part
	codes [][]string // by facet and number
	seq   int64
	alive int
}

// part is a segment with its dead.
type part struct {
	*segment
	dead  bitmap // nil where none is dead
	alive int
}

// bitmap is a set of places of a segment.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) has(i int) bool { return b != nil && b[i>>6]&(1<<(i&63)) != 0 }
func (b bitmap) set(i int)      { b[i>>6] |= 1 << (i & 63) }

func (b bitmap) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// New checks a Config and makes an empty index.
func New(c Config) (*Index, error) {
	if len(c.Facets) > facetsMax {
		return nil, fmt.Errorf("find: %d facets, at most %d", len(c.Facets), facetsMax)
	}
	if c.SegmentMax == 0 {
		c.SegmentMax = segmentMax
	}
	if c.SegmentMax < 1 || c.SegmentMax > segmentMax {
		return nil, fmt.Errorf("find: segments of %d listings", c.SegmentMax)
	}
	if c.Words == nil {
		c.Words = new(Words)
	}
	x := &Index{c: c, facet: map[string]int{}}
	var one, many int
	for i, f := range c.Facets {
		if _, twice := x.facet[f.Name]; twice || f.Name == "" {
			return nil, fmt.Errorf("find: facet %q stands twice or has no name", f.Name)
		}
		x.facet[f.Name] = i
		if f.Many {
			x.seat = append(x.seat, many)
			many++
		} else {
			x.seat = append(x.seat, one)
			one++
		}
		x.codes = append(x.codes, codebook{map[string]uint16{}, []string{""}})
	}
	if c.Origin != "" {
		if f, ok := x.facet[c.Origin]; !ok || c.Facets[f].Many {
			return nil, fmt.Errorf("find: distance goes by facet %q, which is none of one value", c.Origin)
		}
	}
	if f, ok := x.facet[c.Unit]; c.Unit != "" && (!ok || c.Facets[f].Many) {
		return nil, fmt.Errorf("find: prices go by facet %q, which is none of one value", c.Unit)
	}
	x.free.New = func() any { return newScratch() }
	x.seen.Store(&view{codes: x.codesNow()})
	return x, nil
}

// codesNow are the values by number, as a view keeps them. Under write, or before anybody else has the index.
func (x *Index) codesNow() [][]string {
	all := make([][]string, len(x.codes))
	for i, c := range x.codes {
		all[i] = c.code[:len(c.code):len(c.code)]
	}
	return all
}

// Change is a listing as it now is, or that it is no longer listed.
type Change struct {
	Listing Listing
	Gone    bool
}

// smallMerge is up to how many listings segments are joined while Apply waits: about a millisecond's work.
const (
	smallMerge = 256
	mergeWidth = 8 // segments of one size that are joined
)

// Apply takes changes in their order; seq is the number of the last, which Seq tells from now on. Every search that
// starts after it returned sees them, all or none. A refused listing leaves the index as it was.
func (x *Index) Apply(seq int64, changes []Change) error {
	x.write.Lock()
	defer x.write.Unlock()
	// Of several changes to one listing the last counts.
	last := make(map[id]int, len(changes))
	packed := make([]id, len(changes))
	for i, c := range changes {
		d, err := packID(c.Listing.ID)
		if err != nil {
			return fmt.Errorf("listing %q: %w", c.Listing.ID, err)
		}
		if !c.Gone {
			if err := c.Listing.check(); err != nil {
				return err
			}
		}
		last[d], packed[i] = i, d
	}
	order := make([]int, 0, len(last))
	for _, i := range last {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return compareID(packed[a], packed[b]) })

	fresh := make([]row, len(changes))
	for _, i := range order {
		if changes[i].Gone {
			continue
		}
		r, err := x.rowOf(packed[i], changes[i].Listing)
		if err != nil {
			return err
		}
		fresh[i] = r
	}
	v := x.seen.Load()
	parts := slices.Clone(v.parts)
	for _, d := range order {
		kill(parts, packed[d])
	}
	b := newBuilder()
	for _, i := range order {
		if changes[i].Gone {
			continue
		}
		if len(b.rows) == x.c.SegmentMax {
			parts = append(parts, whole(b.build()))
			b = newBuilder()
		}
		b.add(fresh[i], changes[i].Listing.Texts)
	}
	if len(b.rows) > 0 {
		parts = append(parts, whole(b.build()))
	}
	parts = joinSmall(parts, min(smallMerge, x.c.SegmentMax))
	x.publish(parts, seq)
	x.mergeLater()
	return nil
}

func whole(s *segment) part { return part{segment: s, alive: s.n} }

func compareID(a, b id) int { return bytes.Compare(a[:], b[:]) }

// kill marks a listing dead wherever it lives; the sets of dead are copied, since searches read the old ones.
func kill(parts []part, d id) {
	for i := range parts {
		p := &parts[i]
		at, ok := p.place(d)
		if !ok || p.dead.has(at) {
			continue
		}
		if p.dead == nil {
			p.dead = newBitmap(p.n)
		} else {
			p.dead = slices.Clone(p.dead)
		}
		p.dead.set(at)
		p.alive--
	}
}

// publish exchanges what searches see. Under write.
func (x *Index) publish(parts []part, seq int64) {
	v := &view{codes: x.codesNow(), seq: seq}
	for _, p := range parts {
		if p.alive > 0 {
			v.parts = append(v.parts, p)
			v.alive += p.alive
		}
	}
	x.seen.Store(v)
}

// rowOf numbers the codes of a listing. Under write.
func (x *Index) rowOf(d id, l Listing) (row, error) {
	r := row{id: d, version: uint32(l.Version), price: price32(l.Price), reduced: price32(l.Price - l.Less), free: minutes32(l.Free), made: seconds32(l.Made)}
	if l.Price < 0 {
		r.reduced = none32
	}
	for i, f := range x.c.Facets {
		values := l.Codes[f.Name]
		if !f.Many {
			var n uint16
			if len(values) > 0 && values[0] != "" {
				var err error
				if n, err = x.number(i, values[0]); err != nil {
					return row{}, err
				}
			}
			r.one = append(r.one, n)
			continue
		}
		var all []uint16
		for _, v := range values[:min(valuesMax, len(values))] {
			n, err := x.number(i, v)
			if err != nil {
				return row{}, err
			}
			if v != "" && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
		r.many = append(r.many, all)
	}
	return r, nil
}

func (x *Index) number(facet int, code string) (uint16, error) {
	b := &x.codes[facet]
	n, ok := b.number[code]
	if !ok {
		if len(b.code) >= codesMax || len(code) > codeBytesMax {
			return 0, fault.New(fault.Invalid, "find.index_codes", "facet", x.c.Facets[facet].Name, "most", codesMax)
		}
		n = uint16(len(b.code))
		b.number[code] = n
		b.code = append(b.code, code)
	}
	return n, nil
}

// Seq is the number of the last change that searches see.
func (x *Index) Seq() int64 { return x.seen.Load().seq }

// Len is how many listings searches see.
func (x *Index) Len() int { return x.seen.Load().alive }

// Newest is when the youngest listing that searches see was first published.
func (x *Index) Newest() time.Time {
	var last uint32
	for _, p := range x.seen.Load().parts {
		for i, m := range p.made {
			if m > last && !p.dead.has(i) {
				last = m
			}
		}
	}
	if last == 0 {
		return time.Time{}
	}
	return time.Unix(int64(last), 0).UTC()
}

// Each calls f with every listing that searches see and the version it was indexed with, in no order, for the audit.
func (x *Index) Each(f func(id unit.ID, version int64)) {
	for _, p := range x.seen.Load().parts {
		for i := range p.n {
			if !p.dead.has(i) {
				f(p.ids[i].unit(), int64(p.version[i]))
			}
		}
	}
}

// Same says whether a listing stands in the index with the same next free slot and the same codes of a facet.
func (x *Index) Same(l Listing, facet string) bool {
	d, err := packID(l.ID)
	f, known := x.facet[facet]
	if err != nil || !known {
		return false
	}
	v := x.seen.Load()
	for _, p := range v.parts {
		at, ok := p.place(d)
		if !ok || p.dead.has(at) {
			continue
		}
		var codes []string
		if x.c.Facets[f].Many {
			for _, n := range p.many[x.seat[f]].of(at) {
				codes = append(codes, v.codes[f][n])
			}
		} else if n := p.value(x.seat[f], uint16(at)); n > 0 {
			codes = append(codes, v.codes[f][n])
		}
		return p.free[at] == minutes32(l.Free) && slices.Equal(codes, l.Codes[facet])
	}
	return false
}
