package casework_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) move(by time.Duration) {
	h.mu.Lock()
	h.at = h.at.Add(by)
	h.mu.Unlock()
}

func TestADraftLapsesOnceWhenItsTimeHasPassed(t *testing.T) {
	start := unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)
	h := &hand{at: start}
	dbtest.Each(t, h.now, func(t *testing.T, d *db.DB) {
		defer func() { h.at = start }() // the next database begins where this one did
		ctx := context.Background()
		w := &world{t: t, db: d}
		w.build()
		c := w.open(firm, small)
		filed := w.open(firm, small)
		_, err := w.act(firm, filed, "file", "")
		w.must(err)

		h.move(29 * 24 * time.Hour)
		if n, err := w.cases.Tick(ctx); err != nil || n != 0 {
			t.Fatalf("a day early: %d fired, %v", n, err)
		}
		// The node was down for a year: the clock fires once, and only where the stage has one.
		h.move(365 * 24 * time.Hour)
		if n, err := w.cases.Tick(ctx); err != nil || n != 1 {
			t.Fatalf("%d fired, %v; want 1", n, err)
		}
		if n, err := w.cases.Tick(ctx); err != nil || n != 0 {
			t.Fatalf("%d fired again, %v", n, err)
		}
		c, err = w.cases.Get(ctx, firm, c.ID)
		w.must(err)
		if c.Stage != "lapsed" || c.End != scheme.Ended || c.History[0].Person != "" || c.History[0].Role != "" {
			t.Errorf("stage %s, end %s, step %+v", c.Stage, c.End, c.History[0])
		}
		filed, err = w.cases.Get(ctx, reviewer, filed.ID)
		w.must(err)
		if filed.Stage != "filed" || !filed.Waits[0].Late {
			t.Errorf("silence decided: %s, late %t", filed.Stage, filed.Waits[0].Late)
		}
		var f casework.Filter
		f.Stage = "lapsed"
		if _, n, err := w.cases.List(ctx, firm, f); err != nil || n != 1 {
			t.Errorf("%d lapsed, %v", n, err)
		}
		w.clean()
	})
}
