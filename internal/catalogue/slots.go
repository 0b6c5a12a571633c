package catalogue

import (
	"context"
	"time"

	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// The next free slot of a listing stands in the index. What people do to a calendar comes with the order of changes (Freed);
// what time alone does, a slot that has gone by or a day that came within the horizon, is kept here with its moment, and
// looked at again by the first search after it.

// frees are the next free slots of those of the listings that have one. Under mu.
func (f *Finder) frees(ctx context.Context, tx *db.Tx, all []Listing) (map[unit.ID]time.Time, error) {
	c := f.s.calendars
	if c == nil {
		return nil, nil
	}
	var ids []unit.ID
	for _, l := range all {
		delete(f.again, l.ID)
		if k, known := f.s.kinds.Of(l.Kind); known && k.Can("book") && listed(l) && l.Origin == "" {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	booked, err := c.Booked(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[unit.ID]time.Time, len(booked))
	for _, id := range booked {
		from, until, err := c.NextFree(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if !from.IsZero() {
			out[id] = from
		}
		if until.IsZero() {
			continue
		}
		f.again[id] = until
		if due := f.due.Load(); due == 0 || until.UnixMicro() < due {
			f.due.Store(until.UnixMicro())
		}
	}
	return out, nil
}

// slotsDue says whether some next free slot is another by now.
func (f *Finder) slotsDue(now time.Time) bool {
	due := f.due.Load()
	return due != 0 && now.UnixMicro() >= due
}

// slotsAgain are the listings whose next free slot is another by now. Under mu.
func (f *Finder) slotsAgain(now time.Time) (ids []unit.ID) {
	for id, at := range f.again {
		if !now.Before(at) {
			ids = append(ids, id)
		}
	}
	return ids
}

// soonest is when the next of the free slots is another, in microseconds; 0 is never. Under mu.
func (f *Finder) soonest() (next int64) {
	for _, at := range f.again {
		if us := at.UnixMicro(); next == 0 || us < next {
			next = us
		}
	}
	return next
}

// retake takes listings again as they are now. Under mu.
func (f *Finder) retake(ctx context.Context, x *find.Index, ids []unit.ID) error {
	if len(ids) == 0 {
		return nil
	}
	return f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		var all []Listing
		for _, id := range ids {
			l, found, err := selectListing(ctx, tx, id)
			if err != nil {
				return err
			}
			if !found {
				delete(f.again, id)
				continue
			}
			l.Fields = f.s.public(l)
			all = append(all, l)
		}
		changes, err := f.entries(ctx, tx, all)
		if err != nil {
			return err
		}
		return x.Apply(x.Seq(), changes)
	})
}

// slotsPage is how many listings of a snapshot are looked at again at once.
const slotsPage = 100

// sweepSlots looks again at the free slots that a snapshot brought, since time went on while nothing ran.
func (f *Finder) sweepSlots(ctx context.Context) error {
	if f.s.calendars == nil {
		return nil
	}
	x, err := f.upToDate(ctx)
	if err != nil {
		return err
	}
	var ids []unit.ID
	x.Each(func(id unit.ID, _ int64) { ids = append(ids, id) })
	var booked []unit.ID
	if err := f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		booked, err = f.s.calendars.Booked(ctx, tx, ids)
		return err
	}); err != nil {
		return err
	}
	for len(booked) > 0 {
		n := min(slotsPage, len(booked))
		f.mu.Lock()
		err := f.retake(ctx, x, booked[:n])
		f.mu.Unlock()
		if err != nil {
			return err
		}
		booked = booked[n:]
	}
	f.swept.Store(true)
	return nil
}

// wished is the time that a question wishes, by the wall clock of a zone; false: none, or one that no calendar can answer.
func wished(notes []find.Note, now time.Time, zone *time.Location) (from, to time.Time, ok bool) {
	today := unit.DayOf(now, zone)
	monday := today - unit.Day((int(today.Weekday())+6)%7)
	days := func(first, last unit.Day) (time.Time, time.Time, bool) { // both included
		from := first.Start(zone)
		if from.Before(now) {
			from = now
		}
		return from, last.Add(1).Start(zone), true
	}
	for _, n := range notes {
		if n.Wish != find.When {
			continue
		}
		switch n.Meant {
		case "today":
			return days(today, today)
		case "tomorrow":
			return days(today+1, today+1)
		case "weekend":
			return days(monday+5, monday+6)
		case "week":
			return days(today, monday+6)
		case "nextweek":
			return days(monday+7, monday+13)
		case "month":
			y, m, _ := today.Date()
			return days(today, unit.Date(y+int(m)/12, m%12+1, 1)-1)
		case "soon":
			return days(today, today+soonDays)
		}
	}
	return from, to, false
}

const (
	soonDays   = 7   // "soon" is within them: a way to sort, no rule
	wishedPool = 100 // of the best hits that a wished time sorts
)

// Slots is what a search says of the free slots of its hits.
type Slots struct {
	Next   []time.Time // of Listings, zero for none that is known
	Wished []time.Time // in the time that was wished for; nil where none was
	From   time.Time   // that time
	To     time.Time
}

// wish puts those of the best hits first that are free in the time that was wished for. q is the question with the answer a;
// what was asked for in an order of its own stays in it.
func (f *Finder) wish(ctx context.Context, x *find.Index, q find.Query, a *find.Answer) (map[unit.ID]time.Time, time.Time, time.Time, error) {
	if f.s.calendars == nil {
		return nil, time.Time{}, time.Time{}, nil
	}
	slots := map[unit.ID]time.Time{}
	var from, to time.Time
	err := f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		var asks bool
		if from, to, asks = wished(a.Notes, tx.Now(), f.s.c.Days.Location()); !asks || !from.Before(to) {
			slots = nil
			return nil
		}
		pool := a.Hits
		if q.Order == find.ByRelevance && q.Offset < wishedPool && (q.Offset > 0 || q.Limit < wishedPool) {
			wide := q
			wide.Offset, wide.Limit, wide.Facets = 0, wishedPool, nil
			b, err := x.Search(ctx, wide)
			if err != nil {
				return err
			}
			pool = b.Hits
		}
		var ids []unit.ID
		for _, h := range pool {
			if free := x.FreeOf(h.ID); !free.IsZero() && free.Before(to) { // else it has no slot before to
				ids = append(ids, h.ID)
			}
		}
		for _, id := range ids {
			at, err := f.s.calendars.Within(ctx, tx, id, from, to)
			if err != nil {
				return err
			}
			if !at.IsZero() {
				slots[id] = at
			}
		}
		if q.Order != find.ByRelevance || q.Offset >= wishedPool {
			return nil
		}
		// What has all that was asked stays before what comes near.
		sorted := make([]find.Hit, 0, len(pool))
		exact := min(a.Exact, len(pool))
		for _, tier := range [][]find.Hit{pool[:exact], pool[exact:]} {
			for _, first := range []bool{true, false} {
				for _, h := range tier {
					if _, free := slots[h.ID]; free == first {
						sorted = append(sorted, h)
					}
				}
			}
		}
		end := min(q.Offset+len(a.Hits), len(sorted))
		if q.Offset+len(a.Hits) <= len(sorted) {
			a.Hits = sorted[q.Offset:end]
		} else if q.Offset == 0 { // a longer page: the sorted ones, then the rest as it is
			a.Hits = append(sorted, a.Hits[len(sorted):]...)
		}
		return nil
	})
	return slots, from, to, err
}

// checkSlots compares the free slots in the index with those that the calendars say now. Those of a snapshot that nobody serves are
// not compared: they are of the clock by which they were looked at, and a node looks at all of them again when it starts.
func (f *Finder) checkSlots(ctx context.Context, say func(format string, args ...any)) error {
	if f.s.calendars == nil || !f.swept.Load() {
		return nil
	}
	x, err := f.upToDate(ctx)
	if err != nil {
		return err
	}
	var ids []unit.ID
	x.Each(func(id unit.ID, _ int64) { ids = append(ids, id) })
	return f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		booked, err := f.s.calendars.Booked(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, id := range booked {
			from, _, err := f.s.calendars.NextFree(ctx, tx, id)
			if err != nil {
				return err
			}
			if in := x.FreeOf(id); !in.Equal(from) {
				say("listing %s is next free at %s, in the index at %s", id, from.UTC().Format(time.RFC3339), in.UTC().Format(time.RFC3339))
			}
		}
		return nil
	})
}
