package find

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// segmentMax is the most listings of one segment: places are 16 bits, and what a search keeps for each fits a cache.
const segmentMax = 1 << 16

// segment is a set of listings that never changes, in the order of their ids.
type segment struct {
	n    int
	keys []key    // rising
	offs []uint32 // of each key's postings; one more than keys
	blob []byte

	vocab words // single words, for spelling and beginnings

	ids               []id
	version           []uint32
	price, free, made []uint32
	reduced           []uint32   // prices of those who pay less
	one               [][]uint16 // by the place of the facet among those of its sort; nil where no listing has a value
	many              []column
	sets              sets // of codes that are asked for often
}

// column holds the values of a facet that may have several.
type column struct {
	ends   []uint32 // of each listing in values; nil where no listing has one
	values []uint16
}

func (c *column) of(at int) []uint16 {
	if c.ends == nil {
		return nil
	}
	from := uint32(0)
	if at > 0 {
		from = c.ends[at-1]
	}
	return c.values[from:c.ends[at]]
}

func (s *segment) value(seat int, at uint16) uint16 {
	if col := s.one[seat]; col != nil {
		return col[at]
	}
	return 0
}

// words is a sorted list of words without a pointer for each.
type words struct {
	text string
	ends []uint32
}

func (w words) len() int { return len(w.ends) }

func (w words) at(i int) string {
	from := uint32(0)
	if i > 0 {
		from = w.ends[i-1]
	}
	return w.text[from:w.ends[i]]
}

// from is the first place whose word is not before s.
func (w words) from(s string) int {
	return sort.Search(w.len(), func(i int) bool { return w.at(i) >= s })
}

func wordsOf(sorted []string) words {
	var b strings.Builder
	w := words{ends: make([]uint32, 0, len(sorted))}
	for _, s := range sorted {
		b.WriteString(s)
		w.ends = append(w.ends, uint32(b.Len()))
	}
	w.text = b.String()
	return w
}

// postings is the list of a key as bytes; nil where nothing has it.
func (s *segment) postings(k key) []byte {
	i, ok := slices.BinarySearch(s.keys, k)
	if !ok {
		return nil
	}
	return s.blob[s.offs[i]:s.offs[i+1]]
}

// keysFrom is the range of keys from low to high, both with it.
func (s *segment) keysFrom(low, high key) (from, to int) {
	from, _ = slices.BinarySearch(s.keys, low)
	to, found := slices.BinarySearch(s.keys, high)
	if found {
		to++
	}
	return from, to
}

// place is where a listing stands in the segment.
func (s *segment) place(d id) (int, bool) {
	return slices.BinarySearchFunc(s.ids, d, compareID)
}

// BM25: how fast a repeated word stops counting, and how much a long text loses. The length that loses nothing is fixed,
// so that a listing's impact depends on nothing but the listing.
const (
	satur  = 10
	lenPow = 0.15
	pivot  = 100
)

// impact is what a term says of a listing, in 1/255: tf is the weighted count, length the number of terms.
func impact(tf, length int) uint8 {
	f := float64(tf)
	v := f / (f + satur*(1-lenPow+lenPow*float64(length)/pivot))
	return uint8(max(1, v*255))
}

// post is one posting while a segment is built.
type post struct {
	slot   uint32
	at     uint16
	impact uint8
}

// builder collects listings into a segment.
type builder struct {
	slots map[key]uint32
	keys  []key
	tf    []uint16 // of the listing at hand, by slot
	used  []uint32 // slots of the listing at hand
	posts []post
	vocab map[string]struct{}
	rows  []row
}

func newBuilder() *builder {
	return &builder{slots: map[key]uint32{}, vocab: map[string]struct{}{}}
}

// tfMax is the weighted count from which a repeated word says nothing more.
const tfMax = 10_000

// vocabMin and vocabMax are the bytes of words that spelling looks at.
const (
	vocabMin = 3
	vocabMax = 32
)

// add takes a listing; rows must come in the order of their ids.
func (b *builder) add(r row, texts []Text) {
	at := uint16(len(b.rows))
	b.rows = append(b.rows, r)
	length, bytes := 0, 0
	for _, t := range texts {
		if bytes += len(t.Text); bytes > textBytesMax {
			break
		}
		scan(t.Text, func(k token) {
			slot, ok := b.slots[k.key]
			if !ok {
				slot = uint32(len(b.keys))
				b.slots[k.key] = slot
				b.keys = append(b.keys, k.key)
				b.tf = append(b.tf, 0)
				if (k.shape == tokWord || k.shape == tokPart) && len(k.word) >= vocabMin && len(k.word) <= vocabMax {
					b.vocab[string(k.word)] = struct{}{}
				}
			}
			if b.tf[slot] == 0 {
				b.used = append(b.used, slot)
			}
			b.tf[slot] = min(b.tf[slot]+uint16(t.Weight), tfMax)
			length++
		})
	}
	for _, slot := range b.used {
		b.posts = append(b.posts, post{slot, at, impact(int(b.tf[slot]), length)})
		b.tf[slot] = 0
	}
	b.used = b.used[:0]
}

// build is the segment of what was added.
func (b *builder) build() *segment {
	s := columns(b.rows)
	order := make([]uint32, len(b.keys))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int { return cmp.Compare(b.keys[i], b.keys[j]) })

	// Postings are laid by slot in the order in which they came, which is the order of places.
	starts := make([]uint32, len(b.keys)+1)
	for _, p := range b.posts {
		starts[p.slot+1]++
	}
	for i := range b.keys {
		starts[i+1] += starts[i]
	}
	next := slices.Clone(starts)
	all := list{make([]uint16, len(b.posts)), make([]uint8, len(b.posts))}
	for _, p := range b.posts {
		all.at[next[p.slot]], all.impact[next[p.slot]] = p.at, p.impact
		next[p.slot]++
	}
	s.keys = make([]key, len(order))
	s.offs = make([]uint32, len(order)+1)
	blob := make([]byte, 0, len(b.posts)*9/4+len(order)+16)
	for i, slot := range order {
		s.keys[i] = b.keys[slot]
		from, to := starts[slot], starts[slot+1]
		blob = encode(blob, list{all.at[from:to], all.impact[from:to]})
		s.offs[i+1] = uint32(len(blob))
	}
	s.blob = slices.Clip(blob)
	if cap(blob) > len(blob)+len(blob)/16 {
		s.blob = slices.Clone(blob)
	}
	vocab := make([]string, 0, len(b.vocab))
	for w := range b.vocab {
		vocab = append(vocab, w)
	}
	slices.Sort(vocab)
	s.vocab = wordsOf(vocab)
	return s
}

// columns lays rows out as columns.
func columns(rows []row) *segment {
	n := len(rows)
	s := &segment{n: n, ids: make([]id, n), version: make([]uint32, n), price: make([]uint32, n), reduced: make([]uint32, n), free: make([]uint32, n), made: make([]uint32, n)}
	if n == 0 {
		return s
	}
	s.one, s.many = make([][]uint16, len(rows[0].one)), make([]column, len(rows[0].many))
	for i, r := range rows {
		s.ids[i], s.version[i], s.price[i], s.reduced[i], s.free[i], s.made[i] = r.id, r.version, r.price, r.reduced, r.free, r.made
		for f, v := range r.one {
			if v != 0 && s.one[f] == nil {
				s.one[f] = make([]uint16, n)
			}
			if v != 0 {
				s.one[f][i] = v
			}
		}
		for f, v := range r.many {
			if len(v) > 0 && s.many[f].ends == nil {
				s.many[f].ends = make([]uint32, n)
			}
			s.many[f].values = append(s.many[f].values, v...)
			if s.many[f].ends != nil {
				s.many[f].ends[i] = uint32(len(s.many[f].values))
			}
		}
	}
	return s
}

// row is a listing of the segment as it was given.
func (s *segment) row(i int) row {
	r := row{id: s.ids[i], version: s.version[i], price: s.price[i], reduced: s.reduced[i], free: s.free[i], made: s.made[i]}
	for f := range s.one {
		r.one = append(r.one, s.value(f, uint16(i)))
	}
	for f := range s.many {
		r.many = append(r.many, s.many[f].of(i))
	}
	return r
}
