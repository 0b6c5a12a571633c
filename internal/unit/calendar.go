package unit

import (
	_ "embed"
	"fmt"
	"maps"
	"sync"
	"time"

	"corridor/internal/fault"
)

//go:embed data/holidays.csv
var holidaysCSV string

//go:embed data/statutory.csv
var statutoryCSV string

// Calendar knows which days are worked. It is immutable and safe for concurrent use. Between the first and the last
// year that is announced it follows the yearly notices; beyond, days are worked from Monday to Friday less the
// days off by law, and every answer is provisional.
type Calendar struct {
	moved     map[Day]Moved // announced exceptions
	yearly    map[monthDay]bool
	statutory map[Day]bool // the days of the lunar calendar, as far as data/statutory.csv goes
	first     int          // years that are announced, both inclusive
	last      int
}

type monthDay struct {
	month time.Month
	day   int
}

// Moved is one exception of a yearly notice.
type Moved struct {
	Day    Day
	Works  bool   // a weekend that is worked; else a day off
	Name   string // of the holiday, as the notice calls it: 春节
	Source string // where it is announced
}

// ChinaCalendar is the calendar that the program carries: the notices up to its last year.
func ChinaCalendar() Calendar { return chinaCalendar() }

var chinaCalendar = sync.OnceValue(func() Calendar {
	c, err := readCalendar(holidaysCSV, statutoryCSV)
	if err != nil {
		panic("unit: data/holidays.csv: " + err.Error()) // the file is part of the program and tested
	}
	return c
})

func readCalendar(holidays, statutory string) (Calendar, error) {
	c := Calendar{moved: map[Day]Moved{}, yearly: map[monthDay]bool{}, statutory: map[Day]bool{}}
	for row, err := range table(holidays, "date", "day", "zh", "source") {
		if err != nil {
			return c, err
		}
		d, err := ParseDay(row[0])
		if err != nil {
			return c, err
		}
		if row[1] != "off" && row[1] != "work" {
			return c, fmt.Errorf("%s is %q, neither off nor work", row[0], row[1])
		}
		c.moved[d] = Moved{d, row[1] == "work", row[2], row[3]}
		if c.first == 0 || d.Year() < c.first {
			c.first = d.Year()
		}
		c.last = max(c.last, d.Year())
	}
	for row, err := range table(statutory, "date", "zh") {
		if err != nil {
			return c, err
		}
		everyYear := len(row[0]) == len("01-01")
		if everyYear {
			row[0] = "2000-" + row[0] // any leap year
		}
		d, err := ParseDay(row[0])
		if err != nil {
			return c, err
		}
		if everyYear {
			_, m, day := d.Date()
			c.yearly[monthDay{m, day}] = true
			continue
		}
		c.statutory[d] = true
	}
	return c, nil
}

// yearEnd is the first day of December that the next year's notice may move: 2018-12-29 was made a working day by the
// notice of 2019.
const yearEnd = 25

// With returns the calendar with a newly announced notice: of the year after the last one, or a supplement to a year
// that is announced already, whose days win. The notice may move the last days of the year before, too. A notice
// of another year, with another day or without any is refused. The receiver does not change.
func (c Calendar) With(year int, notice []Moved) (Calendar, error) {
	if year < c.first || year > c.last+1 || len(notice) == 0 {
		return c, fault.New(fault.Invalid, "unit.calendar_year", "year", year, "next", c.last+1).On("year")
	}
	next := c
	next.moved = maps.Clone(c.moved)
	for _, m := range notice {
		if m.Day.Year() != year && (m.Day < Date(year-1, time.December, yearEnd) || m.Day.Year() > year) {
			return c, fault.New(fault.Invalid, "unit.calendar_day", "day", m.Day, "year", year).On("day")
		}
		next.moved[m.Day] = m
	}
	next.last = max(c.last, year)
	return next, nil
}

// Published is the first and the last year whose calendar is announced.
func (c Calendar) Published() (first, last int) { return c.first, c.last }

// Moved is the exception that was announced for a day, if there is one.
func (c Calendar) Moved(d Day) (m Moved, ok bool) {
	m, ok = c.moved[d]
	return m, ok
}

// Working says whether the day is worked. published is false outside the announced years; the answer is then
// provisional, and after the last year of data/statutory.csv it knows no day of the lunar calendar.
func (c Calendar) Working(d Day) (works, published bool) {
	weekday := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	if y := d.Year(); y >= c.first && y <= c.last {
		if m, moved := c.moved[d]; moved {
			return m.Works, true
		}
		return weekday, true
	}
	_, m, day := d.Date()
	return weekday && !c.yearly[monthDay{m, day}] && !c.statutory[d], false
}

// WorkdaysBetween counts the working days after one day up to and including another; 0 when the other is not
// later. provisional says that one of the days lies outside the announced years.
func (c Calendar) WorkdaysBetween(from, to Day) (n int, provisional bool) {
	for d := from + 1; d <= to; d++ {
		works, published := c.Working(d)
		provisional = provisional || !published
		if works {
			n++
		}
	}
	return n, provisional
}

// AddWorkdays is the n-th working day after a day; provisional as above.
func (c Calendar) AddWorkdays(from Day, n int) (d Day, provisional bool) {
	for d = from; n > 0 && d < dayMax; {
		d++
		works, published := c.Working(d)
		provisional = provisional || !published
		if works {
			n--
		}
	}
	return d, provisional
}

// Location is where the calendar's days begin and end.
func (c Calendar) Location() *time.Location { return beijing }

// Office hours of the calendar, since midnight. The lunch break is not taken out: a due time in office hours is then at
// worst early in the day that the rule means, never late.
const (
	officeOpens  = 9 * time.Hour
	officeCloses = 17 * time.Hour
)

// Office is when offices open and close on a working day, since midnight.
func (c Calendar) Office() (opens, closes time.Duration) { return officeOpens, officeCloses }
