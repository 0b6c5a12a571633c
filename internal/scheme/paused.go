package scheme

import (
	"time"

	"corridor/internal/unit"
)

// Paused is a clock that stands still.
type Paused struct {
	Action string
	Who    []string
	Since  time.Time
	Left   Value // what is left of the term when it goes on: a duration in its own unit
}

// PausedClocks are the clocks that stand still while a case with this history stands in a pausing stage, with what is
// left of each. Terms that are a day or a cycle do not stand still.
func (s *Scheme) PausedClocks(history []Visit, cal Calendar, facts Facts) (out []Paused, err error) {
	last := len(history) - 1
	if last < 1 || s.Pauses[history[last].Stage] == "" || s.Pauses[history[last].Stage] != history[last-1].Stage {
		return nil, nil
	}
	at := history[last].At
	stays := s.stays(history[:last])
	stays[len(stays)-1].out = at
	r := s.reading(facts, history[last-1].Stage, &Purse{})
	for _, row := range s.RowsFrom(history[last-1].Stage) {
		if row.Clock == "" || row.Clock == "none" {
			continue
		}
		term := r.fact(row.Clock)
		if r.failed != nil {
			return nil, r.failed
		}
		if term.Kind == Duration {
			out = append(out, Paused{Action: row.Action, Who: row.Who, Since: at, Left: leftOf(term, stays, cal)})
		}
	}
	return out, nil
}

// leftOf is what is left of a term after some stays. Of a term in years the time that the clock stood still is added to its
// end, so its rest is told in days.
func leftOf(term Value, stays []stay, cal Calendar) Value {
	loc, last := cal.Location(), stays[len(stays)-1]
	left := term
	switch term.Text {
	case "wd":
		for _, st := range stays {
			left.Int -= workdaysBetween(unit.DayOf(st.in, loc), unit.DayOf(st.out, loc), cal)
		}
	case "h":
		rest := time.Duration(term.Int) * time.Hour
		for _, st := range stays {
			rest -= officeBetween(st.in, st.out, cal)
		}
		left.Int = int64((rest + time.Hour - 1) / time.Hour)
	case "y":
		end := dueAt(term, stays, cal).At
		left.Text, left.Int = "d", int64(unit.DayOf(end.Add(-time.Second), loc).Sub(unit.DayOf(last.out, loc)))
	default:
		for _, st := range stays {
			left.Int -= int64(unit.DayOf(st.out, loc).Sub(unit.DayOf(st.in, loc)))
		}
	}
	left.Int = max(left.Int, 0)
	return left
}
