package catalogue_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// shelf is a calendar as the catalogue asks it: the beginnings of free slots, in order, of each listing, and how many
// bookings lie ahead. The real one stands behind the same interface in internal/node.
type shelf struct {
	free  map[unit.ID][]time.Time
	ahead map[unit.ID]int
	asked int

	during func() // called while somebody asks for a next free slot; nil is nothing
}

func (s *shelf) Booked(_ context.Context, _ *db.Tx, ids []unit.ID) (some []unit.ID, err error) {
	for _, id := range ids {
		if s.free[id] != nil {
			some = append(some, id)
		}
	}
	return some, nil
}

func (s *shelf) NextFree(_ context.Context, tx *db.Tx, id unit.ID) (from, until time.Time, err error) {
	s.asked++
	if s.during != nil {
		s.during()
	}
	from, err = s.Within(context.Background(), nil, id, tx.Now(), tx.Now().AddDate(1, 0, 0))
	if until = from.Add(time.Minute); from.IsZero() {
		until = tx.Now().AddDate(0, 0, 1)
	}
	return from, until, err
}

func (s *shelf) Within(_ context.Context, _ *db.Tx, id unit.ID, from, to time.Time) (time.Time, error) {
	for _, t := range s.free[id] {
		if !t.Before(from) && t.Before(to) {
			return t, nil
		}
	}
	return time.Time{}, nil
}

func (s *shelf) Ahead(_ context.Context, _ *db.Tx, id unit.ID) (int, error) { return s.ahead[id], nil }

func (s *shelf) End(_ context.Context, _ *db.Tx, _ access.Actor, id unit.ID, _ string) (int, error) {
	n := s.ahead[id]
	s.ahead[id] = 0
	return n, nil
}

func (h house) set(now time.Time) { h.now.Store(&now) }

// The index knows when a listing is next free: at once after an act that changes it, and without an act when time goes by,
// also after a start from a snapshot. The audit compares.
func TestTheNextFreeSlotIsKeptCurrent(t *testing.T) {
	each(t, func(h house) {
		s := &shelf{free: map[unit.ID][]time.Time{}}
		h.Join(s)
		a, b := h.publish(h.added()), h.publish(h.added("inner_id", "EM-0002"))
		now := *h.now.Load()
		at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour).Truncate(time.Minute) }
		s.free[a.ID] = []time.Time{at(2), at(30)}
		path := filepath.Join(t.TempDir(), "index")
		var said bytes.Buffer
		f := h.finder(path, &said)
		slots := func(f *catalogue.Finder) string {
			t.Helper()
			found, err := f.Search(h.ctx, nobody, find.Query{Text: "冷冻电镜", FreeBy: []time.Time{at(24)}, Order: find.ByFree, Limit: 5})
			h.ok(err)
			got := fmt.Sprint(found.Free)
			for i, l := range found.Listings {
				when := "none"
				if n := found.Slots.Next[i]; !n.IsZero() {
					when = fmt.Sprint(n.Sub(now.Truncate(time.Minute)).Hours())
				}
				got += " " + l.OwnNo + " " + when
			}
			return got
		}
		next := func(f *catalogue.Finder, want string) {
			t.Helper()
			if got := slots(f); got != want {
				t.Errorf("found %q, want %q", got, want)
			}
			if lines, err := f.Audit(h.ctx); err != nil || len(lines) > 0 {
				t.Errorf("audit: %v %v", lines, err)
			}
		}
		freed := func(id unit.ID) {
			h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error { return h.Freed(h.ctx, tx, id) }))
		}
		next(f, "[1] EM-0001 2 EM-0002 none")
		s.free[b.ID] = []time.Time{at(1)}
		freed(b.ID)
		next(f, "[2] EM-0002 1 EM-0001 2")
		s.free[b.ID] = []time.Time{}
		freed(b.ID)
		next(f, "[1] EM-0001 2 EM-0002 none")

		// Time alone: the slot at 2 has gone by, and nobody did anything.
		asked := s.asked
		h.set(now.Add(3 * time.Hour))
		next(f, "[0] EM-0001 30 EM-0002 none")
		if s.asked == asked {
			t.Error("nobody looked again")
		}

		// A start from the snapshot, after the next one has gone by too.
		run := func(f *catalogue.Finder, want string) {
			ctx, stop := context.WithCancel(h.ctx)
			done := make(chan error)
			go func() { done <- f.Run(ctx) }()
			h.finds(f, "没有的东西")
			for deadline := time.Now().Add(5 * time.Second); slots(f) != want && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			stop()
			h.ok(<-done)
			next(f, want)
		}
		run(f, "[0] EM-0001 30 EM-0002 none")
		h.set(now.Add(31 * time.Hour))
		f = h.finder(path, &said)
		if lines, err := f.Audit(h.ctx); err != nil || len(lines) > 0 {
			t.Errorf("what time has made of a snapshot is found: %v %v", lines, err)
		}
		run(f, "[0] EM-0002 none EM-0001 none")

		// The audit finds what nobody told.
		s.free[a.ID] = []time.Time{at(40)}
		lines, err := f.Audit(h.ctx)
		if h.ok(err); len(lines) != 1 || !strings.Contains(lines[0], "is next free at") {
			t.Errorf("audit: %v", lines)
		}
	})
}

// TestWhoSearchesWhileSlotsAreLookedAtWaits: a search that comes while the slots that time has made others are looked at again does not
// show the old ones.
func TestWhoSearchesWhileSlotsAreLookedAtWaits(t *testing.T) {
	each(t, func(h house) {
		now := *h.now.Load()
		s := &shelf{free: map[unit.ID][]time.Time{}}
		h.Join(s)
		l := h.publish(h.added())
		second := now.Add(9 * time.Hour).Truncate(time.Minute)
		s.free[l.ID] = []time.Time{now.Add(time.Hour).Truncate(time.Minute), second}
		var said bytes.Buffer
		f := h.finder("", &said)
		shown := func() time.Time {
			found, err := f.Search(h.ctx, nobody, find.Query{Text: "冷冻电镜", Limit: 5})
			if err != nil || len(found.Slots.Next) != 1 {
				t.Errorf("found %v, %v", found, err)
				return time.Time{}
			}
			return found.Slots.Next[0]
		}
		shown()
		h.set(now.Add(2 * time.Hour))
		other := make(chan time.Time, 1)
		s.during = func() {
			s.during = nil
			go func() { other <- shown() }()
			select {
			case at := <-other:
				other <- at
			case <-time.After(200 * time.Millisecond): // it waits
			}
		}
		if at := shown(); !at.Equal(second) {
			t.Errorf("who looks again shows %s, free next is %s", at, second)
		}
		if at := <-other; !at.Equal(second) {
			t.Errorf("who came meanwhile was shown %s, free next is %s", at, second)
		}
	})
}

// A wished time puts first what is free then, among what answers the question alike.
func TestAWishedTimeSortsByRealSlots(t *testing.T) {
	each(t, func(h house) {
		s := &shelf{free: map[unit.ID][]time.Time{}}
		h.Join(s)
		zone := unit.Beijing()
		clock := func(text string) time.Time {
			at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
			h.ok(err)
			return at.UTC()
		}
		var ids []unit.ID
		for i := range 4 {
			ids = append(ids, h.publish(h.added("inner_id", fmt.Sprint("EM-", i))).ID)
		}
		s.free[ids[0]] = []time.Time{clock("2026-05-06 14:00")}
		s.free[ids[1]] = []time.Time{clock("2026-05-07 09:00"), clock("2026-05-09 09:00")}
		s.free[ids[2]] = []time.Time{clock("2026-05-12 09:00")}
		var said bytes.Buffer
		f := h.finder("", &said)
		for _, x := range []struct{ text, first, when string }{
			{"冷冻电镜 周末", "EM-1", "2026-05-09 09:00"},
			{"冷冻电镜 今天", "EM-0", "2026-05-06 14:00"},
			{"冷冻电镜 明天", "EM-1", "2026-05-07 09:00"},
			{"cryo-EM next week", "EM-2", "2026-05-12 09:00"},
			{"冷冻电镜 便宜 周末", "EM-1", "2026-05-09 09:00"},
		} {
			for page := range 2 { // a page of two, and the one after it
				found, err := f.Search(h.ctx, nobody, find.Query{Text: x.text, Limit: 2, Offset: 2 * page})
				h.ok(err)
				if found.Total != 4 || len(found.Listings) != 2 {
					t.Fatalf("%s: %d of %d", x.text, len(found.Listings), found.Total)
				}
				if got := found.Listings[0].OwnNo; page == 0 && (got != x.first || found.Slots.Wished[0].In(zone).Format("2006-01-02 15:04") != x.when) {
					t.Errorf("%s: first is %s, free at %s", x.text, got, found.Slots.Wished[0])
				}
				if page == 1 && (found.Listings[0].OwnNo == x.first || found.Listings[1].OwnNo == x.first) {
					t.Errorf("%s: %s stands on two pages", x.text, x.first)
				}
			}
		}
	})
}

// What is taken away with bookings ahead is refused until the officer says what becomes of them, and of how many.
func TestWithdrawingWithBookingsAhead(t *testing.T) {
	each(t, func(h house) {
		s := &shelf{ahead: map[unit.ID]int{}}
		h.Join(s)
		l := h.publish(h.added())
		s.ahead[l.ID] = 2
		for _, act := range []catalogue.Act{catalogue.Suspend, catalogue.Move, catalogue.Retire} {
			_, err := h.Step(h.ctx, admin, l.ID, l.Version, act, "报废")
			h.refused(err, "catalogue.booked_ahead")
		}
		_, err := h.StepWith(h.ctx, admin, l.ID, l.Version, catalogue.Retire, "报废", catalogue.Ending{Do: catalogue.CancelAhead, Seen: 1})
		h.refused(err, "catalogue.ahead_changed")
		l, err = h.StepWith(h.ctx, admin, l.ID, l.Version, catalogue.Suspend, "检修", catalogue.Ending{Do: catalogue.KeepAhead})
		h.ok(err)
		if n, err := h.Ahead(h.ctx, l.ID); err != nil || n != 2 {
			t.Errorf("%d ahead, %v", n, err)
		}
		_, err = h.StepWith(h.ctx, admin, l.ID, l.Version, catalogue.Retire, "报废", catalogue.Ending{Do: catalogue.CancelAhead, Seen: 2})
		h.ok(err)
		if n, err := h.Ahead(h.ctx, l.ID); err != nil || n != 0 {
			t.Errorf("%d ahead after they were cancelled, %v", n, err)
		}
	})
}
