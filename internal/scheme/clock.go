package scheme

import (
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Calendar tells which days are worked in the jurisdiction of a case.
type Calendar interface {
	// Working says whether the day is worked. published is false beyond the years whose calendar is announced;
	// the answer is then a guess from the days of the week.
	Working(day unit.Day) (works, published bool)
	// Location is where the calendar's days begin and end.
	Location() *time.Location
	// Office is when offices open and close on a working day, since midnight.
	Office() (opens, closes time.Duration)
}

// Visit is one entry into a stage. The visits of a case, in order, are its history; the last is where it stands.
type Visit struct {
	Stage string
	At    time.Time
}

// Due is when a clock runs out: the moment after the last moment in time.
type Due struct {
	At          time.Time // zero when the row has no clock
	Provisional bool      // beyond the published calendar: shown as such, counted again, never fired
}

// workdaysMax bounds the days that a clock can look ahead; no term of office is longer.
const workdaysMax = 4000

// DueAt is the due time of a row of a person, or the moment at which a row by `clock` fires, for a case with this
// history that stands in the row's stage. Facts are only read for a parameter that is a table, and for a day of the form.
func (s *Scheme) DueAt(row Row, history []Visit, cal Calendar, facts Facts) (Due, error) {
	if row.Clock == "" || row.Clock == "none" || len(history) == 0 {
		return Due{}, nil
	}
	r := s.reading(facts, row.From, &Purse{})
	term := r.fact(row.Clock)
	if r.failed != nil {
		return Due{}, r.failed
	}
	if _, _, ofForm := formFact(row.Clock); ofForm && !term.Known() {
		return Due{}, nil // nobody has named the day
	}
	if !term.Known() {
		return Due{}, fault.New(fault.Conflict, "scheme.clock_unknown", "clock", row.Clock)
	}
	return dueAt(term, s.stays(history), cal), nil
}

// FiresAt finds the row that fires by clock in the stage, and when.
func (s *Scheme) FiresAt(history []Visit, cal Calendar, facts Facts) (Row, Due, bool, error) {
	if len(history) == 0 {
		return Row{}, Due{}, false, nil
	}
	for _, row := range s.RowsFrom(history[len(history)-1].Stage) {
		if row.ByClock() {
			due, err := s.DueAt(row, history, cal, facts)
			return row, due, err == nil && !due.At.IsZero(), err
		}
	}
	return Row{}, Due{}, false, nil
}

// ItselfRows returns the rows that go as soon as their rules pass, first in the file first.
func (s *Scheme) ItselfRows(stage string) []Row {
	var out []Row
	for _, row := range s.RowsFrom(stage) {
		if row.ByItself() {
			out = append(out, row)
		}
	}
	return out
}

// stay is one time in a stage; the last one has no end yet.
type stay struct{ in, out time.Time }

// stays are the times in the present stage that one clock runs over: the last, and those before it from which
// the case only went into a pausing stage.
func (s *Scheme) stays(history []Visit) []stay {
	last := len(history) - 1
	here := history[last].Stage
	out := []stay{{in: history[last].At}}
	for i := last; i >= 2; i -= 2 {
		if s.Pauses[history[i-1].Stage] != here || history[i-2].Stage != here {
			break
		}
		out = append([]stay{{in: history[i-2].At, out: history[i-1].At}}, out...)
	}
	return out
}

// dueAt counts a term over the stays. Days are counted from the day after the entry to the end of the last day.
func dueAt(term Value, stays []stay, cal Calendar) Due {
	loc := cal.Location()
	first, now := stays[0], stays[len(stays)-1]
	switch term.Kind {
	case Day:
		return endOf(term.Day(), loc)
	case Cycle:
		return endOf(nextOf(term.Text, unit.DayOf(now.in, loc)), loc)
	}
	left := term.Int
	switch term.Text {
	case "y":
		d := unit.DayOf(first.in, loc)
		y, m, day := d.Date()
		return later(endOf(civil(y+int(left), m, day), loc), stays)
	case "wd":
		for _, st := range stays[:len(stays)-1] {
			left -= workdaysBetween(unit.DayOf(st.in, loc), unit.DayOf(st.out, loc), cal)
		}
		return workdaysAfter(unit.DayOf(now.in, loc), max(left, 0), cal)
	case "h":
		hours := time.Duration(left) * time.Hour
		for _, st := range stays[:len(stays)-1] {
			hours -= officeBetween(st.in, st.out, cal)
		}
		return officeAfter(now.in, max(hours, 0), cal)
	}
	for _, st := range stays[:len(stays)-1] {
		left -= int64(unit.DayOf(st.out, loc).Sub(unit.DayOf(st.in, loc)))
	}
	return endOf(unit.DayOf(now.in, loc).Add(int(max(left, 0))), loc)
}

// later moves a due time by the time that the clock stood still.
func later(d Due, stays []stay) Due {
	for i := 1; i < len(stays); i++ {
		d.At = d.At.Add(stays[i].in.Sub(stays[i-1].out))
	}
	return d
}

// endOf is the moment at which a day is over.
func endOf(d unit.Day, loc *time.Location) Due { return Due{At: d.Add(1).Start(loc)} }

// civil is the day of a year and month; the 29th of February falls on the 28th in a common year.
func civil(y int, m time.Month, day int) unit.Day {
	for d := day; d > 27; d-- {
		if v := unit.Date(y, m, d); v.Valid() {
			return v
		}
	}
	return unit.Date(y, m, day)
}

// nextOf is the next day of a cycle, on or after a day; months count from it.
func nextOf(cycle string, from unit.Day) unit.Day {
	if n, ok := strings.CutSuffix(cycle, " months"); ok {
		return addMonths(from, atoi(n))
	}
	for wd := time.Sunday; wd <= time.Saturday; wd++ {
		if cycle == strings.ToLower(wd.String()) {
			return from.Add((int(wd) - int(from.Weekday()) + 7) % 7)
		}
	}
	m, d, _ := strings.Cut(cycle, "-")
	for y := from.Year(); ; y++ {
		if next := civil(y, time.Month(atoi(m)), atoi(d)); next >= from {
			return next
		}
	}
}

func addMonths(from unit.Day, n int) unit.Day {
	y, m, d := from.Date()
	total := int(m) - 1 + n
	return civil(y+total/12, time.Month(total%12+1), d)
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// workdaysAfter is the end of the n-th working day after a day.
func workdaysAfter(from unit.Day, n int64, cal Calendar) Due {
	d, provisional := from, false
	for i := 0; n > 0 && i < workdaysMax; i++ {
		d = d.Add(1)
		works, published := cal.Working(d)
		provisional = provisional || !published
		if works {
			n--
		}
	}
	due := endOf(d, cal.Location())
	due.Provisional = provisional
	return due
}

// workdaysBetween counts the working days after one day up to another.
func workdaysBetween(from, to unit.Day, cal Calendar) int64 {
	var n int64
	for d, i := from, 0; d < to && i < workdaysMax; i++ {
		d = d.Add(1)
		if works, _ := cal.Working(d); works {
			n++
		}
	}
	return n
}

// officeAfter is the moment at which so many office hours have passed.
func officeAfter(from time.Time, left time.Duration, cal Calendar) Due {
	provisional := false
	opens, closes := cal.Office()
	for d, i := unit.DayOf(from, cal.Location()), 0; i < workdaysMax; d, i = d.Add(1), i+1 {
		works, published := cal.Working(d)
		provisional = provisional || !published
		if !works {
			continue
		}
		start, end := d.Start(cal.Location()).Add(opens), d.Start(cal.Location()).Add(closes)
		if from.After(start) {
			start = from
		}
		if open := end.Sub(start); open >= left {
			return Due{At: start.Add(left), Provisional: provisional}
		} else if open > 0 {
			left -= open
		}
	}
	return Due{}
}

// officeBetween counts the office hours between two moments.
func officeBetween(from, to time.Time, cal Calendar) time.Duration {
	var sum time.Duration
	opens, closes := cal.Office()
	last := unit.DayOf(to, cal.Location())
	for d, i := unit.DayOf(from, cal.Location()), 0; d <= last && i < workdaysMax; d, i = d.Add(1), i+1 {
		if works, _ := cal.Working(d); !works {
			continue
		}
		start, end := d.Start(cal.Location()).Add(opens), d.Start(cal.Location()).Add(closes)
		if from.After(start) {
			start = from
		}
		if to.Before(end) {
			end = to
		}
		if end.After(start) {
			sum += end.Sub(start)
		}
	}
	return sum
}
