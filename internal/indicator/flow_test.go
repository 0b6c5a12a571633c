package indicator_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/indicator"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// buys makes one purchase public: who, from whom, how much.
func buys(year int, user, host string, fen int64) corridorlog.Leaf {
	return corridorlog.Leaf{Kind: "voucher.approved", Day: unit.Date(year, 5, 6), Object: "case/X",
		Fields: map[string]any{"firm.region": user, "form.provider.region": host, "form.service": "testing", "payable": fen}}
}

func TestWhoBuysOfWhomIsWhatTheLogsTell(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := book(t, d)
		publish(t, d, buys(2025, "340100", "310115", 100), buys(2025, "340200", "310117", 50), buys(2025, "340100", "340100", 7))
		for _, x := range []struct {
			more    []corridorlog.Leaf
			q       indicator.FlowQuery
			all     indicator.Cell
			across  int
			between string
			entries []int64
		}{
			{nil, indicator.FlowQuery{}, indicator.Cell{N: 3, Sum: 157}, 2, "340000>310000 2 150", []int64{2, 1, 0}},
			{nil, indicator.FlowQuery{User: "340000", Host: "310000"}, indicator.Cell{N: 2, Sum: 150}, 2, "340000>310000 2 150", []int64{1, 0}},
			{nil, indicator.FlowQuery{User: "340100"}, indicator.Cell{N: 2, Sum: 107}, 1, "340000>310000 1 100", []int64{2, 0}},
			// What comes later is added; a leaf that names no place, and one of another kind, tells of nobody's use of anybody.
			{[]corridorlog.Leaf{buys(2026, "340100", "310115", 1000), buys(2026, "340100", "", 5), {Kind: "voucher.paid", Day: unit.Date(2026, 1, 1), Object: "case/X", Fields: map[string]any{"payable": 9}}},
				indicator.FlowQuery{}, indicator.Cell{N: 4, Sum: 1157}, 3, "340000>310000 3 1150", []int64{3, 2, 1, 0}},
			{nil, indicator.FlowQuery{Year: 2026}, indicator.Cell{N: 1, Sum: 1000}, 1, "340000>310000 1 1000", []int64{3}},
			{nil, indicator.FlowQuery{Host: "330000"}, indicator.Cell{}, 0, "340000>310000 0 0", nil},
		} {
			publish(t, d, x.more...)
			f, err := b.Flows(ctx, x.q)
			if err != nil {
				t.Fatal(err)
			}
			c := f.Between[[2]unit.Region{"340000", "310000"}]
			if got := fmt.Sprintf("340000>310000 %d %d", c.N, c.Sum); f.All != x.all || f.Across.N != x.across || got != x.between {
				t.Errorf("%+v: all %+v, across %d, %s; want %+v, %d, %s", x.q, f.All, f.Across.N, got, x.all, x.across, x.between)
			}
			rows, total, err := b.Purchases(ctx, x.q, 1)
			var at []int64
			sum := unit.Fen(0)
			for _, r := range rows {
				at, sum = append(at, r.Index), sum+r.Sum
			}
			if err != nil || total != len(rows) || !slices.Equal(at, x.entries) || sum != f.All.Sum {
				t.Errorf("%+v: entries %v of %d add up to %s, %v; want %v", x.q, at, total, sum, err, x.entries)
			}
		}
	})
}

// lists makes a version of a listing public.
func lists(id, kind, state, region, worth string) corridorlog.Leaf {
	return corridorlog.Leaf{Kind: "listing", Day: unit.Date(2026, 1, 2), Object: "listing/" + id,
		Fields: map[string]any{"id": id, "kind": kind, "state": state, "region": region, "f_worth": worth}}
}

func TestAThingCountsByItsNewestEntry(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := book(t, d)
		for _, x := range []struct {
			leaves       []corridorlog.Leaf
			n, sum, hefe int64
		}{
			{nil, 0, 0, 0},
			{[]corridorlog.Leaf{lists("A", "instrument", "published", "340100", "100"), lists("B", "instrument", "published", "310115", "7"), lists("C", "lab", "published", "340100", "")}, 2, 107, 1},
			{[]corridorlog.Leaf{lists("A", "instrument", "published", "340100", "40")}, 2, 47, 1},
			{[]corridorlog.Leaf{lists("A", "instrument", "withdrawn", "340100", "40")}, 1, 7, 0},
			{[]corridorlog.Leaf{lists("A", "instrument", "published", "340100", "41")}, 2, 48, 1},
		} {
			publish(t, d, x.leaves...)
			n, err := b.Figure(ctx, "instruments-listed", 1)
			if err != nil || n.Value != x.n || int64(len(n.Entries)) != x.n || n.Total != int(x.n) {
				t.Errorf("%d instruments of %d entries, %v; want %d", n.Value, len(n.Entries), err, x.n)
			}
			s, err := b.Figure(ctx, "instruments-worth", 1)
			if err != nil || s.Value != x.sum || !s.Money() {
				t.Errorf("worth %d, %v; want %d", s.Value, err, x.sum)
			}
			added := unit.Fen(0)
			for _, e := range s.Entries {
				if added += e.Amount; e.Fields["state"] != "published" {
					t.Errorf("entry %d says %v", e.Index, e.Fields)
				}
			}
			places, err := b.Places(ctx, "instruments-listed")
			if err != nil || int64(added) != x.sum || int64(places["340100"].N) != x.hefe {
				t.Errorf("the entries make %s, Hefei has %d, %v; want %d, %d", added, places["340100"].N, err, x.sum, x.hefe)
			}
		}
	})
}
