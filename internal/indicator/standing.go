package indicator

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/big"
	"sync"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const standingMax = 2_000_000 // things that are kept in memory, about 150 bytes each

// standing is what the newest leaf says of a thing that counts.
type standing struct {
	place
	region unit.Region
	amount unit.Fen // of a sum
}

// standingTally is what stands by the newest leaves: for figures of things that come, change and go, as listings do.
type standingTally struct {
	d Definition

	mu     sync.Mutex
	read   map[string]int64
	all    map[string]standing // by log and thing
	sum    *big.Int            // of their amounts, which may pass any amount while a log is read
	places ordered             // of all
}

// regionField is the field by which a thing is shown on a map.
const regionField = "region"

// grow reads what is new. mu is held.
func (t *standingTally) grow(ctx context.Context, tx *db.Tx) error {
	forget := func() {
		clear(t.all)
		t.sum.SetInt64(0)
		t.places = ordered{}
	}
	return grown(ctx, tx, t.read, forget, only(t.d.Leaf), func(l leaf) error {
		key := l.Origin + "\x00" + l.text(t.d.Newest)
		for name, is := range t.d.Where {
			if l.text(name) != is {
				return t.set(key, nil)
			}
		}
		x := standing{place: place{l.Day, l.Origin, l.Index}, region: unit.Region(l.text(regionField))}
		if t.d.Value == Sum {
			var err error
			if x.amount, err = l.fen(t.d.Field); err != nil { // an entry of before the field was public, or a neighbour's wrong one
				return t.set(key, nil)
			}
		}
		return t.set(key, &x)
	})
}

// set puts what stands of a thing in the place of what stood; nil is nothing. mu is held.
func (t *standingTally) set(key string, x *standing) error {
	old, stood := t.all[key]
	if stood {
		t.sum.Sub(t.sum, big.NewInt(int64(old.amount)))
		delete(t.all, key)
		t.places.remove(old.place)
	}
	if x == nil {
		return nil
	}
	t.places.add(x.place)
	t.sum.Add(t.sum, big.NewInt(int64(x.amount)))
	if t.all[key] = *x; len(t.all) > standingMax {
		return fault.New(fault.TooLarge, "indicator.too_many", "most", standingMax)
	}
	return nil
}

// value fills in what the figure says, and of how many leaves. mu is held.
func (t *standingTally) value(ctx context.Context, tx *db.Tx, f *Figure) error {
	if err := t.grow(ctx, tx); err != nil {
		return err
	}
	f.Total, f.Definition = len(t.all), t.d
	if f.Value = int64(len(t.all)); t.d.Value == Sum {
		if f.Value = t.sum.Int64(); !t.sum.IsInt64() {
			f.Value = math.MaxInt64
		}
		_, err := unit.Fen(0).Add(unit.Fen(f.Value)) // refused where it is larger than any amount may be
		return err
	}
	return nil
}

// Places says how much of an indicator of things that stand is where, by the region that their entries name. Each cell's Sum is nought
// for an indicator that counts.
func (b *Book) Places(ctx context.Context, id string) (map[unit.Region]Cell, error) {
	t := b.standing[id]
	if t == nil {
		return nil, fault.New(fault.NotFound, "indicator.unknown", "id", id)
	}
	out := map[unit.Region]Cell{}
	err := b.c.DB.Read(ctx, func(tx *db.Tx) error {
		t.mu.Lock() // in the reading, as everywhere: who waits for it keeps one of few connections
		defer t.mu.Unlock()
		if err := t.grow(ctx, tx); err != nil {
			return err
		}
		for x := range maps.Values(t.all) {
			c := out[x.region]
			if err := c.add(x.amount); err != nil {
				return err
			}
			out[x.region] = c
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("places of %s: %w", id, err)
	}
	return out, nil
}
