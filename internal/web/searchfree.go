package web

import (
	"time"

	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// freeWithin are the words of the bounds that free slots are counted by.
var freeWithin = []fault.Words{{"今天", "today"}, {"本周内", "this week"}, {"本月内", "this month"}, {"以后", "later, too"}}

// freeBounds are the ends of today, of this week, of this month but not before the week's, and of everything that is known.
func freeBounds(now time.Time) []time.Time {
	today := unit.DayOf(now, beijing)
	y, m, _ := today.Date()
	week := today.Add(7 - (int(today.Weekday())+6)%7)
	month := max(week, unit.Date(y+int(m)/12, m%12+1, 1))
	return []time.Time{today.Add(1).Start(beijing), week.Start(beijing), month.Start(beijing), today.Add(10_000).Start(beijing)}
}

// hitFree says when what was found is free.
func (v *visit) hitFree(h *hitView, found *catalogue.Found, i int) {
	if i >= len(found.Slots.Next) || found.Slots.Next[i].IsZero() {
		return
	}
	h.Free, h.FreeAt = v.slotWords(found.Slots.Next[i]), "/instruments/"+string(found.Listings[i].ID)
	if i < len(found.Slots.Wished) && !found.Slots.Wished[i].IsZero() {
		h.Wished = v.slotWords(found.Slots.Wished[i])
		h.FreeAt += "?day=" + unit.DayOf(found.Slots.Wished[i], beijing).String()
	}
}

// slotWords is when a slot begins, by day and hour.
func (v *visit) slotWords(t time.Time) string {
	d := unit.DayOf(t, beijing)
	return v.dayName(d) + " " + weekdayWords[d.Weekday()].In(v.lang) + " " + clockText(t, beijing)
}

// wishedWords says what became of a word that wishes a time.
func (v *visit) wishedWords(said string, found *catalogue.Found) string {
	if found.Slots.From.IsZero() {
		return v.t("“"+said+"”当作希望的时间，不当作内容；请看空档", "“"+said+"” is taken as a wished time, not as text; look at the free slots")
	}
	first, last := unit.DayOf(found.Slots.From, beijing), unit.DayOf(found.Slots.To.Add(-time.Minute), beijing)
	days := v.dayName(first)
	if last != first {
		days += "–" + v.dayName(last)
	}
	return v.t("“"+said+"”当作希望的时间（"+days+"）：届时有空档的排在前面", "“"+said+"” is taken as a wished time ("+days+"): what has a free slot then comes first")
}
