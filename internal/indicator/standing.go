package indicator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const standingMax = 2_000_000 // things that are kept in memory, about 150 bytes each

// standing is what the newest leaf says of a thing that counts.
type standing struct {
	origin string
	index  int64
	day    unit.Day
	region unit.Region
	amount unit.Fen // of a sum
}

// standingTally is what stands by the newest leaves: for figures of things that come, change and go, as listings do.
type standingTally struct {
	d Definition

	mu   sync.Mutex
	read map[string]int64
	all  map[string]standing // by log and thing
}

// regionField is the field by which a thing is shown on a map.
const regionField = "region"

// grow reads what is new. mu is held.
func (t *standingTally) grow(ctx context.Context, tx *db.Tx, origins []string) error {
	return grown(ctx, tx, origins, t.d.Leaf, t.read, func(l leaf) error {
		key := l.Origin + "\x00" + l.text(t.d.Newest)
		for name, is := range t.d.Where {
			if l.text(name) != is {
				delete(t.all, key)
				return nil
			}
		}
		x := standing{origin: l.Origin, index: l.Index, day: l.Day, region: unit.Region(l.text(regionField))}
		if t.d.Value == Sum {
			var err error
			if x.amount, err = l.fen(t.d.Field); err != nil { // an entry of before the field was public, or a neighbour's wrong one
				delete(t.all, key)
				return nil
			}
		}
		if t.all[key] = x; len(t.all) > standingMax {
			return fault.New(fault.TooLarge, "indicator.too_many", "most", standingMax)
		}
		return nil
	})
}

// figure fills in what the figure shows: value, number and one page of the leaves that make it, the newest first.
func (t *standingTally) figure(ctx context.Context, tx *db.Tx, origins []string, f *Figure, page int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.grow(ctx, tx, origins); err != nil {
		return err
	}
	sum := unit.Fen(0)
	rows := make([]standing, 0, len(t.all))
	for x := range maps.Values(t.all) {
		var err error
		if sum, err = sum.Add(x.amount); err != nil {
			return err
		}
		rows = append(rows, x)
	}
	f.Total, f.Definition = len(rows), t.d
	if f.Value = int64(len(rows)); t.d.Value == Sum {
		f.Value = int64(sum)
	}
	slices.SortFunc(rows, func(a, b standing) int {
		return cmp.Or(cmp.Compare(b.day, a.day), cmp.Compare(a.origin, b.origin), cmp.Compare(b.index, a.index))
	})
	from := min((max(page, 1)-1)*entryPage, len(rows))
	for _, x := range rows[from:min(from+entryPage, len(rows))] {
		e := Entry{Origin: x.origin, Index: x.index, Day: x.day, Amount: x.amount}
		fields, err := selectFields(ctx, tx, x.origin, x.index)
		if err == nil {
			err = json.Unmarshal([]byte(fields), &e.Fields)
		}
		if err != nil {
			return fmt.Errorf("leaf %d of %s: %w", x.index, x.origin, err)
		}
		f.Entries = append(f.Entries, e)
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
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := b.c.DB.Read(ctx, func(tx *db.Tx) error { return t.grow(ctx, tx, b.origins()) }); err != nil {
		return nil, fmt.Errorf("places of %s: %w", id, err)
	}
	for x := range maps.Values(t.all) {
		c := out[x.region]
		if err := c.add(x.amount); err != nil {
			return nil, err
		}
		out[x.region] = c
	}
	return out, nil
}
