package booking

import (
	"sort"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// span of time that a use takes of an instrument, with set-up and clean-up.
func (p Plan) busy(s Span) Span {
	return Span{s.From.Add(-time.Duration(p.SetUp) * time.Minute), s.To.Add(time.Duration(p.CleanUp) * time.Minute)}
}

// world is what a use of an instrument is judged by: its plan, the moment, and what is known of the time asked about.
type world struct {
	plan Plan
	zone *time.Location
	cal  unit.Calendar
	now  time.Time
	shut []Shut // in which it cannot be used
	busy []Span // that other bookings take, set-up and clean-up included
	// duty are the hours in which an operator is there; asked only where needsDuty is set.
	duty      []Span
	needsDuty bool
	used      map[int]int // minutes that the person has booked, by ISO week (year*100+week)
	trained   func(certificate string, until unit.Day) bool
	class     Class
	prices    Prices
	closed    *fault.Error // why nothing new is booked
	inside    *fault.Error // why only the owner's own people may
	free      *freeTime    // computed once
}

// horizon is the last moment at which a use may begin.
func (w *world) horizon() time.Time {
	return unit.DayOf(w.now, w.zone).Add(w.plan.Horizon).Start(w.zone)
}

// earliest is the first moment at which one may begin.
func (w *world) earliest() time.Time { return w.now.Add(time.Duration(w.plan.Lead) * time.Minute) }

// judge says why a use cannot be booked; nil when it can. The order of the refusals is part of the contract: the form of
// the times, lead and horizon, grid and steps, limits, prices, who may, training, calibration, opening hours, blackouts,
// other bookings, hours a week, operators.
func (w *world) judge(s Span) *fault.Error {
	p, minutes := w.plan, s.minutes()
	local := func(t time.Time) string { return localTime(t, w.zone) }
	refuse := func(kind fault.Kind, field, code string, args ...any) *fault.Error {
		return fault.New(kind, code, args...).On(field) // the first slot that would pass is added: refusal
	}
	invalid := func(field, code string, args ...any) *fault.Error { return refuse(fault.Invalid, field, code, args...) }
	switch {
	case !s.From.Before(s.To) || !s.From.Equal(s.From.Truncate(time.Minute)) || !s.To.Equal(s.To.Truncate(time.Minute)):
		return invalid("from", "booking.times")
	case s.From.Before(w.earliest()):
		return invalid("from", "booking.lead", "lead", lengthWords(p.Lead), "earliest", local(w.earliest()))
	case !s.From.Before(w.horizon()):
		return invalid("from", "booking.horizon", "days", p.Horizon, "latest", local(w.horizon()))
	case int(clockOf(s.From, w.zone))%p.Grid != 0:
		return invalid("from", "booking.grid", "grid", p.Grid)
	case minutes%p.stepOf(minutes) != 0:
		return invalid("to", "booking.step", "minutes", lengthWords(minutes), "step", lengthWords(p.stepOf(minutes)))
	}
	l, ok := p.limitAt(s.From, w.zone)
	switch {
	case !ok:
		return invalid("from", "booking.no_limit")
	case minutes < l.Least:
		return invalid("to", "booking.short", "least", lengthWords(l.Least), "minutes", lengthWords(minutes))
	case minutes > l.Most:
		return invalid("to", "booking.long", "most", lengthWords(l.Most), "minutes", lengthWords(minutes))
	}
	if _, ok := w.prices.Classes[w.class]; !ok {
		return fault.New(fault.Denied, "booking.class", "class", ClassWords(w.class))
	}
	if w.inside != nil && w.class != Inside {
		return w.inside
	}
	last := unit.DayOf(s.To.Add(-time.Minute), w.zone)
	for _, c := range p.Training {
		if w.trained == nil || !w.trained(c, last) {
			return fault.New(fault.Denied, "booking.training", "certificate", c, "day", last)
		}
	}
	if p.Calibrated.Valid() && last > p.Calibrated {
		return invalid("to", "booking.calibration", "day", p.Calibrated)
	}
	if !w.openFor(s) {
		return refuse(fault.Conflict, "from", "booking.closed", "day", unit.DayOf(s.From, w.zone), "hours", w.hoursWords(unit.DayOf(s.From, w.zone)))
	}
	for _, x := range w.shut {
		if x.overlaps(s) {
			return refuse(fault.Conflict, "from", "booking.shut", "from", local(x.From), "to", local(x.To), "kind", ShutWords(x.Kind))
		}
	}
	for _, b := range w.busy {
		if b.overlaps(p.busy(s)) {
			return refuse(fault.Conflict, "from", "booking.taken", "from", local(b.From), "to", local(b.To), "turn", p.SetUp+p.CleanUp)
		}
	}
	if week := weekOf(s.From, w.zone); p.WeekMost > 0 && w.used[week]+minutes > p.WeekMost {
		return refuse(fault.Conflict, "from", "booking.week", "most", lengthWords(p.WeekMost), "used", lengthWords(w.used[week]))
	}
	if w.needsDuty && !covered(s, w.duty) {
		return refuse(fault.Conflict, "from", "booking.no_operator")
	}
	return nil
}

// openFor says whether the opening hours allow a use.
func (w *world) openFor(s Span) bool {
	open := w.plan.Open(Span{s.From, s.To}, w.zone, w.cal)
	if len(open) == 0 {
		return false
	}
	if w.plan.Through {
		return open[0].From.Equal(s.From) && open[len(open)-1].To.Equal(s.To)
	}
	return len(open) == 1 && open[0].same(s)
}

func covered(s Span, by []Span) bool {
	for _, d := range merged(by) {
		if d.contains(s) {
			return true
		}
	}
	return false
}

// weekOf numbers the ISO week of a moment.
func weekOf(t time.Time, zone *time.Location) int {
	y, n := t.In(zone).ISOWeek()
	return y*100 + n
}

// freeTime is the time between now and the horizon in which a use may lie, prepared for many questions.
type freeTime struct {
	open   []Span // opening hours
	blocks []Span // that no use may touch: shut, and others' time with our set-up and clean-up around it
	duty   []Span
}

func (w *world) freeTime() *freeTime {
	if w.free == nil {
		var blocks []Span
		for _, x := range w.shut {
			blocks = append(blocks, x.Span)
		}
		for _, b := range w.busy {
			blocks = append(blocks, Span{b.From.Add(-time.Duration(w.plan.CleanUp) * time.Minute), b.To.Add(time.Duration(w.plan.SetUp) * time.Minute)})
		}
		w.free = &freeTime{open: w.plan.Open(Span{w.now, w.horizon().Add(lengthMax * time.Minute)}, w.zone, w.cal), blocks: merged(blocks), duty: merged(w.duty)}
	}
	return w.free
}

// Free are the parts of the opening hours within a span that nothing takes: what a week shows as free. Lead time and
// horizon count; the shortest duration does not.
func (w *world) Free(s Span) []Span {
	if s = s.within(Span{w.earliest(), w.horizon()}); !s.From.Before(s.To) {
		return nil
	}
	return without(w.plan.Open(s, w.zone, w.cal), w.freeTime().blocks)
}

// useful says whether any use can lie within a free span.
func (w *world) useful(s Span) bool {
	l, ok := w.plan.limitAt(w.plan.aligned(s.From, w.zone), w.zone)
	if !ok {
		return false
	}
	least, fits := w.plan.nearestLength(l.Least, l.Most)
	_, found := w.First(s.From, s.To, least)
	return fits && found
}

// First is the first slot of a duration that begins at or after a moment and ends by another (zero: whenever), by the
// same rules as judge but who asks; false: there is none before the horizon.
func (w *world) First(after, by time.Time, minutes int) (Span, bool) {
	f, length := w.freeTime(), time.Duration(minutes)*time.Minute
	if e := w.earliest(); after.Before(e) {
		after = e
	}
	if minutes <= 0 || minutes%w.plan.stepOf(minutes) != 0 {
		return Span{}, false
	}
	end := w.horizon()
	for _, o := range f.open {
		t := o.From
		if t.Before(after) {
			t = after
		}
		for t = w.plan.aligned(t, w.zone); t.Before(o.To) && t.Before(end); t = w.plan.aligned(t.Add(time.Minute), w.zone) {
			s := Span{t, t.Add(length)}
			if !by.IsZero() && s.To.After(by) {
				return Span{}, false
			}
			if s.To.After(o.To) && !w.plan.Through {
				break
			}
			if block, hit := firstOverlap(f.blocks, s); hit {
				t = block.To.Add(-time.Minute)
				continue
			}
			if w.fits(f, s) {
				return s, true
			}
		}
	}
	return Span{}, false
}

// fits are the rules of First that are not the opening of its beginning, nor a block.
func (w *world) fits(f *freeTime, s Span) bool {
	l, ok := w.plan.limitAt(s.From, w.zone)
	minutes := s.minutes()
	switch {
	case !ok || minutes < l.Least || minutes > l.Most:
		return false
	case w.plan.Calibrated.Valid() && unit.DayOf(s.To.Add(-time.Minute), w.zone) > w.plan.Calibrated:
		return false
	case w.needsDuty && !covered(s, f.duty):
		return false
	case !w.plan.Through:
		return true // it lies within one span of opening hours
	}
	i := sort.Search(len(f.open), func(i int) bool { return !f.open[i].To.Before(s.To) })
	return i < len(f.open) && f.open[i].From.Before(s.To)
}

func firstOverlap(blocks []Span, s Span) (Span, bool) {
	i := sort.Search(len(blocks), func(i int) bool { return blocks[i].To.After(s.From) })
	if i < len(blocks) && blocks[i].overlaps(s) {
		return blocks[i], true
	}
	return Span{}, false
}
