package booking

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Outcome is what became of one date of a recurring booking.
type Outcome struct {
	Span
	Booking Booking      // where it was booked
	Refused *fault.Error // why it was not
}

// Series asks for the same hours of the wall clock on several dates, every so many days: each date answers for itself,
// and those that cannot be had leave the others as they are. The first date is a's.
func (s *Service) Series(ctx context.Context, who access.Actor, a Ask, every, times int) (all []Outcome, err error) {
	if err := forWhom(who, &a); err != nil {
		return nil, err
	}
	if every < 1 || every > 366 {
		return nil, fault.New(fault.Invalid, "booking.number", "least", 1, "most", 366).On("every")
	}
	if times < 2 || times > seriesMax {
		return nil, fault.New(fault.Invalid, "booking.number", "least", 2, "most", seriesMax).On("times")
	}
	i, err := s.Instrument(ctx, a.Instrument)
	if err != nil {
		return nil, err
	}
	a.Quote = ""
	for n, span := range dates(a.Span, i.Location(), every, times) {
		one := a
		one.Span = span
		o := Outcome{Span: span}
		err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
			if n == 0 {
				a.series = unit.NewID(tx.Now())
			}
			one.series = a.series
			o.Booking, err = s.book(ctx, tx, who, one)
			return err
		})
		if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
			return all, err
		}
		if err != nil {
			o.Refused, o.Booking = fault.Of(err), Booking{}
		}
		all = append(all, o)
	}
	return all, nil
}

// dates are the same hours of the wall clock on several dates: a week later by the wall clock, also where the clock is
// set in between.
func dates(first Span, zone *time.Location, every, times int) (all []Span) {
	day, end := unit.DayOf(first.From, zone), unit.DayOf(first.To, zone)
	from, to := clockOf(first.From, zone), clockOf(first.To, zone)
	all = append(all, first)
	for n := 1; n < times; n++ {
		all = append(all, Span{from.at(day.Add(n*every), zone).UTC(), to.at(end.Add(n*every), zone).UTC()})
	}
	return all
}
