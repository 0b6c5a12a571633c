package booking

import (
	"fmt"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Wall is a time of the wall clock: minutes since midnight, 0 to 1440. Text is "08:30"; "24:00" is the end of the day.
type Wall int

const dayMinutes = 24 * 60

func (c Wall) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText writes HH:MM.
func (c Wall) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseWall reads.
func (c *Wall) UnmarshalText(b []byte) (err error) {
	*c, err = ParseWall(string(b))
	return err
}

// ParseWall reads HH:MM from 00:00 to 24:00.
func ParseWall(s string) (Wall, error) {
	var h, m int
	n, err := fmt.Sscanf(s, "%d:%d", &h, &m)
	if c := Wall(h*60 + m); err == nil && n == 2 && h >= 0 && m >= 0 && m < 60 && c <= dayMinutes && (s == c.String() || "0"+s == c.String()) {
		return c, nil
	}
	return 0, fault.New(fault.Invalid, "booking.clock", "text", s)
}

// at is the moment at which the wall clock of a zone shows c on a day. What summer time leaves out is the moment after.
func (c Wall) at(d unit.Day, zone *time.Location) time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, int(c), 0, 0, zone)
}

// clockOf is what the wall clock of a zone shows.
func clockOf(t time.Time, zone *time.Location) Wall {
	h, m, _ := t.In(zone).Clock()
	return Wall(h*60 + m)
}

// Span is the time from one moment to another, the second left out.
type Span struct{ From, To time.Time }

func (s Span) minutes() int { return int(s.To.Sub(s.From) / time.Minute) }

func (s Span) overlaps(o Span) bool { return s.From.Before(o.To) && o.From.Before(s.To) }

func (s Span) same(o Span) bool { return s.From.Equal(o.From) && s.To.Equal(o.To) }

func (s Span) contains(o Span) bool { return !o.From.Before(s.From) && !o.To.After(s.To) }

// within is the part of a span that lies in another; where they are apart it does not begin before it ends.
func (s Span) within(o Span) Span {
	if s.From.Before(o.From) {
		s.From = o.From
	}
	if s.To.After(o.To) {
		s.To = o.To
	}
	return s
}

// Minutes is how long the span is.
func (s Span) Minutes() int { return s.minutes() }

// localTime is a moment as people read it, in a zone: 2026-05-18 08:00.
func localTime(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04") }

// Words is the span as people read it, in a zone: 2026-05-18 08:00–18:00.
func (s Span) Words(zone *time.Location) string {
	from, to := s.From.In(zone), s.To.In(zone)
	end := to.Format("15:04")
	switch {
	case end == "00:00" && unit.DayOf(to.Add(-time.Minute), zone) == unit.DayOf(from, zone):
		end = "24:00"
	case unit.DayOf(from, zone) != unit.DayOf(to, zone):
		end = localTime(s.To, zone)
	}
	return localTime(s.From, zone) + "–" + end
}

// merged sorts spans and joins those that touch.
func merged(all []Span) []Span {
	all = append([]Span(nil), all...)
	sortSpans(all)
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// without is what is left of spans, merged and in order, after others are taken out.
func without(spans, out []Span) (left []Span) {
	out = merged(out)
	for _, s := range merged(spans) {
		for _, o := range out {
			if !o.From.Before(s.To) {
				break
			}
			if !o.overlaps(s) {
				continue
			}
			if s.From.Before(o.From) {
				left = append(left, Span{s.From, o.From})
			}
			s.From = o.To
			if !s.From.Before(s.To) {
				break
			}
		}
		if s.From.Before(s.To) {
			left = append(left, s)
		}
	}
	return left
}
