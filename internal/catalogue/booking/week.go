package booking

import (
	"context"
	"sort"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Chip is one block of a calendar: a booking, a blackout, or a free part of the opening hours.
type Chip struct {
	Kind string // booking, shut, free
	Span
	Booking Seen // of a booking; to whom may not know whose it is, only its state and times
	Known   bool // whose it is may be shown
	Shut    Shut
}

// Lane is one instrument in a calendar.
type Lane struct {
	Instrument
	Plan    Plan
	Has     bool // it has a plan
	Days    []DayOf
	Manages bool
	Open    int // minutes of the span in which it is open
	Booked  int // minutes in which it is booked
	Inside  int // of them by the owner's own people
	Asked   int // requests that wait for an answer
}

// DayOf is one local day of a lane. Chips that run over midnight stand on every day that they touch, cut at midnight.
type DayOf struct {
	Day    unit.Day
	Closed bool // no opening hours
	Chips  []Chip
}

// Lanes shows instruments of an owner, or one, over days from one on: who may not know whose a booking is sees that the
// time is taken.
func (s *Service) Lanes(ctx context.Context, who access.Actor, ids []unit.ID, first unit.Day, days int) (all []Lane, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			i, err := selectInstrument(ctx, tx, id)
			if err != nil {
				return err
			}
			l, err := s.lane(ctx, tx, who, i, first, days)
			if err != nil {
				return err
			}
			all = append(all, l)
		}
		return nil
	})
	return all, err
}

func (s *Service) lane(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, first unit.Day, days int) (l Lane, err error) {
	zone := i.Location()
	span := Span{first.Start(zone), first.Add(days).Start(zone)}
	l = Lane{Instrument: i, Manages: manages(who, i.Org)}
	w, err := s.load(ctx, tx, i, "")
	if fault.KindOf(err) == fault.Conflict {
		w, err = nil, nil
	}
	if err != nil {
		return l, err
	}
	var chips []Chip
	if w != nil {
		l.Plan, l.Has = w.plan, true
		for _, o := range w.plan.Open(span, zone, w.cal) {
			l.Open += o.minutes()
		}
		for _, f := range w.Free(span) {
			if w.closed != nil {
				break
			}
			if f.From = w.plan.aligned(f.From, zone); !w.useful(f) {
				continue
			}
			chips = append(chips, Chip{Kind: "free", Span: f})
		}
	}
	shuts, err := selectShuts(ctx, tx, i.ID, span)
	if err != nil {
		return l, err
	}
	for _, x := range shuts {
		chips = append(chips, Chip{Kind: "shut", Span: x.Span, Shut: x})
	}
	in, err := selectBookingsOf(ctx, tx, i.ID, span)
	if err != nil {
		return l, err
	}
	for _, b := range in {
		x := Seen{Booking: b, Inst: i, Sides: sidesOf(who, i, b)}
		known := len(x.Sides) > 0
		switch {
		case b.State == Requested && !known, b.State == Displaced && b.Until.IsZero(), b.State.over() && !b.State.takes():
			continue
		case b.State == Requested:
			l.Asked++
		case b.State != Displaced:
			c := b.within(span)
			l.Booked += c.minutes()
			if b.Class == Inside {
				l.Inside += c.minutes()
			}
		}
		if known {
			if err := s.named(ctx, tx, &x); err != nil {
				return l, err
			}
		} else {
			x = Seen{Booking: Booking{State: b.State, Span: b.Span, Class: b.Class}, Inst: i}
		}
		chips = append(chips, Chip{Kind: "booking", Span: b.Span, Booking: x, Known: known})
	}
	l.Days = byDay(chips, first, days, zone)
	for n := range l.Days {
		l.Days[n].Closed = w == nil || len(w.plan.On(l.Days[n].Day, w.cal)) == 0
	}
	return l, nil
}

// byDay deals chips out to the days that they touch, in the order of their times.
func byDay(chips []Chip, first unit.Day, days int, zone *time.Location) []DayOf {
	out := make([]DayOf, days)
	for n := range out {
		d := first.Add(n)
		out[n].Day = d
		day := Span{d.Start(zone), d.Add(1).Start(zone)}
		for _, c := range chips {
			if c.overlaps(day) {
				c.Span = c.within(day)
				out[n].Chips = append(out[n].Chips, c)
			}
		}
		sort.SliceStable(out[n].Chips, func(i, j int) bool { return out[n].Chips[i].From.Before(out[n].Chips[j].From) })
	}
	return out
}

// Query narrows a list of bookings; the zero query is what lies ahead of the actor's organisations.
type Query struct {
	Org   string // of the user; one that the actor may book for
	Mine  bool   // only those that the actor uses
	State State
	Past  bool
	Page  int // from 1
}

// Mine lists bookings of the actor's organisations, the next first; of the past the newest first.
func (s *Service) Mine(ctx context.Context, who access.Actor, q Query) (all []Seen, more bool, err error) {
	if err := access.MaySomewhere(who, access.BookingCreate); err != nil {
		return nil, false, err
	}
	if q.Org == "" {
		q.Org = who.Org
	}
	if err := access.May(who, access.BookingCreate, access.Scope{Org: q.Org}); err != nil {
		return nil, false, err
	}
	person := ""
	if q.Mine {
		person = string(who.Person)
	}
	query := sqlBookingsFor
	if q.Past {
		query = sqlPastFor
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := db.Collect(ctx, tx, "bookings of "+q.Org, scanBooking, query, q.Org, person, db.Micros(tx.Now()), string(q.State), pageRows+1, (max(q.Page, 1)-1)*pageRows)
		if err != nil {
			return err
		}
		if more = len(found) > pageRows; more {
			found = found[:pageRows]
		}
		for _, b := range found {
			x := Seen{Booking: b}
			if x.Inst, err = selectInstrument(ctx, tx, b.Instrument); err != nil {
				return err
			}
			x.Sides, x.Allowed = sidesOf(who, x.Inst, b), allowed(b.State, User)
			if err := s.named(ctx, tx, &x); err != nil {
				return err
			}
			all = append(all, x)
		}
		return nil
	})
	return all, more, err
}

// Day lists what an operator expects on a local day at the instruments of an owner: bookings of the day, and requests of
// any day that wait for an answer.
func (s *Service) Day(ctx context.Context, who access.Actor, org string, day unit.Day) (today, asked []Seen, err error) {
	if err := access.May(who, access.BookingManage, access.Scope{Org: org}); err != nil {
		return nil, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		instruments, err := selectInstruments(ctx, tx, org, true, "", labMax)
		if err != nil {
			return err
		}
		add := func(to *[]Seen, i Instrument, all []Booking, keep func(Booking) bool) error {
			for _, b := range all {
				if !keep(b) {
					continue
				}
				x := Seen{Booking: b, Inst: i, Sides: sidesOf(who, i, b), Allowed: allowed(b.State, Owner)}
				if err := s.named(ctx, tx, &x); err != nil {
					return err
				}
				*to = append(*to, x)
			}
			return nil
		}
		for _, i := range instruments {
			zone := i.Location()
			in, err := selectBookingsOf(ctx, tx, i.ID, Span{day.Start(zone), day.Add(1).Start(zone)})
			if err != nil {
				return err
			}
			if err := add(&today, i, in, func(b Booking) bool { return b.State != Requested && b.State != Declined && b.State != Lapsed }); err != nil {
				return err
			}
			requests, err := selectAsked(ctx, tx, i.ID)
			if err != nil {
				return err
			}
			if err := add(&asked, i, requests, func(Booking) bool { return true }); err != nil {
				return err
			}
		}
		sort.SliceStable(today, func(a, b int) bool { return today[a].From.Before(today[b].From) })
		sort.SliceStable(asked, func(a, b int) bool { return asked[a].From.Before(asked[b].From) })
		return nil
	})
	return today, asked, err
}
