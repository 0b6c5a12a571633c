package indicator_test

import (
	"context"
	"sync"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/indicator"
	corridorlog "corridor/internal/log"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

func pack(t *testing.T, path string) *scheme.Scheme {
	t.Helper()
	s, problems := scheme.Load(schemes.FS, path)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// TestAPackBringsItsFigures: figures that a scheme names are counted from the log beside those of the files, once for all packs of the
// scheme; an entry that does not state the amount is told apart and spoils nothing.
func TestAPackBringsItsFigures(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		acc, err := access.New(access.Config{DB: d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		b, err := indicator.New(indicator.Config{DB: d, Access: acc, Packs: func() []*scheme.Scheme {
			return []*scheme.Scheme{pack(t, "cn-320000/innovation-challenge/2026"), pack(t, "cn-310000/voucher-order/2026"), pack(t, "cn-340000/voucher-order/2026")}
		}})
		if err != nil {
			t.Fatal(err)
		}
		entry := func(kind string, fields map[string]any) corridorlog.Leaf {
			return corridorlog.Leaf{Kind: kind, Day: unit.Date(2026, 4, 1), Fields: fields, Object: "case/X"}
		}
		publish(t, d, entry("challenge.need", map[string]any{"form.wanted": "x"}),
			entry("challenge.intended", map[string]any{"form.intended_sum": 300_000_00}), entry("challenge.intended", map[string]any{"form.intended_sum": 50_000_00}),
			entry("challenge.intended", map[string]any{"form.intended_sum": "much"}), entry("challenge.intended", map[string]any{}),
			entry("voucher.approved", map[string]any{"payable": 700_00}))
		for id, want := range map[string]struct {
			value         int64
			total, unread int
		}{
			"innovation-challenge.needs":        {1, 1, 0},
			"innovation-challenge.intended":     {4, 4, 0},
			"innovation-challenge.intended_sum": {350_000_00, 4, 2},
			"innovation-challenge.paid_sum":     {0, 0, 0},
			"voucher-order.approved_sum":        {700_00, 1, 0},
		} {
			f, err := b.Figure(context.Background(), id, 1)
			unread := 0
			for _, e := range f.Entries {
				if e.Unread {
					unread++
				}
			}
			if err != nil || f.Value != want.value || f.Total != want.total || f.Unread != want.unread || unread != want.unread || len(f.Entries) != want.total || f.Scheme == "" {
				t.Errorf("%s: %d of %d, %d unread, %v; want %+v", id, f.Value, f.Total, f.Unread, err, want)
			}
		}
		seen := map[string]bool{}
		for _, x := range b.Definitions() {
			if seen[x.ID] || x.Title[0] == "" || x.Title[1] == "" || x.Unit[0] == "" || x.Unit[1] == "" {
				t.Errorf("%s stands twice or says too little", x.ID)
			}
			seen[x.ID] = true
		}
	})
}

// TestValuesAreThoseOfTheFigures: what is told of all figures at once is what each tells of itself, while the log grows, and also of a
// pack that came into force after the log was read, and by many who ask at once.
func TestValuesAreThoseOfTheFigures(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		acc, err := access.New(access.Config{DB: d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		packs := []*scheme.Scheme{pack(t, "cn-310000/voucher-order/2026")}
		b, err := indicator.New(indicator.Config{DB: d, Access: acc, Packs: func() []*scheme.Scheme { return packs }})
		if err != nil {
			t.Fatal(err)
		}
		for step := range 3 {
			publish(t, d, corridorlog.Leaf{Kind: "voucher.approved", Day: unit.Date(2026, 4, 1), Fields: map[string]any{"payable": 700_00}, Object: "case/X"},
				corridorlog.Leaf{Kind: "challenge.intended", Day: unit.Date(2026, 4, 1), Fields: map[string]any{"form.intended_sum": 300_00}, Object: "case/X"},
				corridorlog.Leaf{Kind: "listing", Day: unit.Date(2026, 4, 1), Fields: map[string]any{"id": "L", "kind": "instrument", "state": "published"}, Object: "listing/L"})
			var all []indicator.Figure
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					if _, err := b.Values(context.Background(), b.Definitions()); err != nil {
						t.Error(err)
					}
					if _, err := b.Places(context.Background(), "instruments-listed"); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if all, err = b.Values(context.Background(), b.Definitions()); err != nil || len(all) != len(b.Definitions()) {
				t.Fatalf("%d figures, %v", len(all), err)
			}
			for _, v := range all {
				f, err := b.Figure(context.Background(), v.ID, 1)
				if err != nil || f.Value != v.Value || f.Total != v.Total || f.Unread != v.Unread || f.Total != len(f.Entries) {
					t.Errorf("step %d, %s: all say %d of %d, it says %d of %d with %d entries, %v", step, v.ID, v.Value, v.Total, f.Value, f.Total, len(f.Entries), err)
				}
				if v.ID == "instruments-listed" && v.Value != 1 || v.ID == "voucher-order.approved_sum" && v.Value != int64(step+1)*700_00 || v.ID == "innovation-challenge.intended_sum" && v.Value != int64(step+1)*300_00 {
					t.Errorf("step %d: %s is %d", step, v.ID, v.Value)
				}
			}
			packs = append(packs, pack(t, "cn-320000/innovation-challenge/2026"))
		}
	})
}
