package unit

import (
	"sync/atomic"
	"time"
)

// Days is the calendar of a running node, shared by its rooms: when a new notice is loaded it is replaced under them, whole.
// It answers as the calendar of the moment does. Whoever asks several times in one judgement takes Now once. It is safe
// for concurrent use.
type Days struct{ now atomic.Pointer[Calendar] }

// NewDays begins with a calendar.
func NewDays(c Calendar) *Days {
	d := &Days{}
	d.now.Store(&c)
	return d
}

// Now is the calendar of the moment.
func (d *Days) Now() Calendar { return *d.now.Load() }

// Replace puts another calendar in its place.
func (d *Days) Replace(c Calendar) { d.now.Store(&c) }

// Working is that of the calendar.
func (d *Days) Working(day Day) (works, published bool) { return d.now.Load().Working(day) }

// WorkdaysBetween is that of the calendar.
func (d *Days) WorkdaysBetween(from, to Day) (n int, provisional bool) {
	return d.now.Load().WorkdaysBetween(from, to)
}

// AddWorkdays is that of the calendar.
func (d *Days) AddWorkdays(from Day, n int) (Day, bool) { return d.now.Load().AddWorkdays(from, n) }

// Location is that of the calendar.
func (d *Days) Location() *time.Location { return d.now.Load().Location() }

// Office is that of the calendar.
func (d *Days) Office() (opens, closes time.Duration) { return d.now.Load().Office() }
