package booking

import (
	"context"
	"slices"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Next is the first slot of the shortest duration that the plan of an instrument allows. Without one From is zero. Until
// is the moment from which it has to be asked again, though nobody did anything: the lead time has caught up with the
// slot, or another day has come within the horizon.
type Next struct {
	Span
	Until time.Time
}

// Next is the next free slot, in the caller's act or reading. false: it is not booked here, or not now.
func (s *Service) Next(ctx context.Context, tx *db.Tx, id unit.ID) (n Next, ok bool, err error) {
	w, err := s.bookable(ctx, tx, id)
	if w == nil || err != nil {
		return n, false, err
	}
	n = Next{Span: w.shortest(w.now, time.Time{}), Until: unit.DayOf(w.now, w.zone).Add(1).Start(w.zone)}
	if !n.From.IsZero() {
		n.Until = n.From.Add(-time.Duration(w.plan.Lead)*time.Minute + time.Minute)
	}
	return n, true, nil
}

// Within is the first slot of the shortest duration between two moments, in the caller's act or reading; false: there is none.
func (s *Service) Within(ctx context.Context, tx *db.Tx, id unit.ID, from, to time.Time) (Span, bool, error) {
	w, err := s.bookable(ctx, tx, id)
	if w == nil || err != nil {
		return Span{}, false, err
	}
	x := w.shortest(from, to)
	return x, !x.From.IsZero(), nil
}

// bookable is what a use of an instrument is judged by; nil for one that is not booked here, or not now.
func (s *Service) bookable(ctx context.Context, tx *db.Tx, id unit.ID) (*world, error) {
	i, err := selectInstrument(ctx, tx, id)
	if err != nil || !i.Open() {
		return nil, butNot(err, fault.NotFound)
	}
	w, err := s.load(ctx, tx, i, "")
	if err != nil || w.closed != nil {
		return nil, butNot(err, fault.Conflict)
	}
	return w, nil
}

// butNot is an error that is none of a kind.
func butNot(err error, kind fault.Kind) error {
	if fault.KindOf(err) == kind {
		return nil
	}
	return err
}

// shortest is the first slot, between two moments, of the shortest duration of any of the limits; zero: there is none.
func (w *world) shortest(after, by time.Time) (slot Span) {
	for _, l := range w.plan.Limits {
		n, fits := w.plan.nearestLength(l.Least, l.Most)
		if !fits {
			continue
		}
		if x, found := w.First(after, by, n); found && (slot.From.IsZero() || x.From.Before(slot.From)) {
			slot = x
		}
	}
	return slot
}

// pointReads is how many instruments are looked up one by one; more are read along their ids.
const pointReads = 16

// Booked are those of the ids, in their order, that are booked here.
func (s *Service) Booked(ctx context.Context, tx *db.Tx, ids []unit.ID) (some []unit.ID, err error) {
	if len(ids) <= pointReads {
		for _, id := range ids {
			i, err := selectInstrument(ctx, tx, id)
			if err = butNot(err, fault.NotFound); err != nil {
				return nil, err
			}
			if i.Open() {
				some = append(some, id)
			}
		}
		return some, nil
	}
	asked := slices.Clone(ids)
	slices.Sort(asked)
	have := map[unit.ID]bool{}
	for from, more := asked[0], true; more; {
		page, err := selectOpen(ctx, tx, from, asked[len(asked)-1])
		if err != nil {
			return nil, err
		}
		for _, id := range page {
			have[id], from = true, id+"0" // the first id after it
		}
		more = len(page) == rowsMax
	}
	for _, id := range ids {
		if have[id] {
			some = append(some, id)
		}
	}
	return some, nil
}

// changed says that an instrument may be free at other times, in the act that makes it so.
func (s *Service) changed(ctx context.Context, tx *db.Tx, id unit.ID) error {
	if s.c.Changed == nil {
		return nil
	}
	return s.c.Changed(ctx, tx, id)
}
