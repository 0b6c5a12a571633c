package indicator

import (
	"context"
	"sync"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// entriesTally counts the leaves of each kind that a definition names, and adds their fields. It reads on from where it was, so a
// figure costs what came since the last one was asked for.
type entriesTally struct {
	mu   sync.Mutex
	read map[string]int64 // leaves looked at, by log
	of   map[string]*kindTally
}

// kindTally is what the leaves of one kind make.
type kindTally struct {
	places ordered
	sums   map[string]*fieldSum // by the fields that are added
}

type fieldSum struct {
	sum    unit.Fen
	unread int   // leaves that do not say the field as integer fen; what a neighbour writes into its own log spoils nobody's page
	err    error // the sum is larger than any amount may be
}

// counts says whether the figures' kinds and fields are all among those that are counted. mu is held.
func (t *entriesTally) counts(figures []*Figure) bool {
	for _, d := range figures {
		if k := t.of[d.Leaf]; k == nil || d.Field != "" && k.sums[d.Field] == nil {
			return false
		}
	}
	return true
}

// begin starts again for these figures and all others that there are now, besides what it counts already. mu is held.
func (t *entriesTally) begin(figures []*Figure, others []Definition) {
	of := map[string]*kindTally{}
	add := func(kind, field string) {
		if of[kind] == nil {
			of[kind] = &kindTally{sums: map[string]*fieldSum{}}
		}
		if field != "" {
			of[kind].sums[field] = &fieldSum{}
		}
	}
	for kind, k := range t.of {
		add(kind, "")
		for field := range k.sums {
			add(kind, field)
		}
	}
	for _, d := range figures {
		add(d.Leaf, d.Field)
	}
	for _, d := range others {
		if d.Newest == "" {
			add(d.Leaf, d.Field)
		}
	}
	if t.of = of; t.read == nil {
		t.read = map[string]int64{}
	}
	clear(t.read)
}

// grow reads what is new. mu is held.
func (t *entriesTally) grow(ctx context.Context, tx *db.Tx, figures []*Figure, others func() []Definition) error {
	if !t.counts(figures) {
		t.begin(figures, others())
	}
	return grown(ctx, tx, t.read, func() { t.begin(figures, others()) }, func(kind string) bool { return t.of[kind] != nil }, func(l leaf) error {
		k := t.of[l.Kind]
		k.places.add(place{day: l.Day, origin: l.Origin, index: l.Index})
		for field, s := range k.sums {
			amount, err := l.amount(field)
			if err != nil {
				s.unread++
			} else if sum, err := s.sum.Add(amount); err != nil {
				s.err = err
			} else {
				s.sum = sum
			}
		}
		return nil
	})
}

// fill says the figure's value and of how many leaves it is made. mu is held.
func (t *entriesTally) fill(f *Figure) error {
	k := t.of[f.Leaf]
	n := len(k.places.rows)
	if f.Value, f.Total = int64(n), n; f.Definition.Value == Count {
		return nil
	}
	s := k.sums[f.Field]
	f.Value, f.Unread = int64(s.sum), s.unread
	return s.err
}
