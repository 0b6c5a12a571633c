package web

import (
	"fmt"
	"strconv"
	"time"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/unit"
)

// yearsBeyond is how many years after the last announced one the calendar shows; they are provisional.
const yearsBeyond = 2

type calendarPage struct {
	Years   []yearView
	Year    yearView // the one shown day by day
	Months  []monthView
	Moved   []unit.Moved // what its notice says
	Loaded  []calendar.Notice
	Load    bool // this person may load a notice
	Form    *form
	Plan    *calendar.Plan // what a notice would do
	Weekday []string
}

type yearView struct {
	Year      int
	Workdays  int
	Published bool
	Sources   []string
	Here      bool
}

type monthView struct {
	Name     string
	Workdays int
	Weeks    [][7]dayView
}

// dayView is one day in a month; Day 0 is a place before the first or after the last.
type dayView struct {
	Day   int
	Works bool
	Moved bool
	Name  string
}

// calendar shows the working days of a year, whence they are known, and the notices that were loaded here.
func (v *visit) calendar() error {
	return v.showCalendar(calendarPage{})
}

func (v *visit) showCalendar(p calendarPage) (err error) {
	days := v.s.c.Calendar.Days().Now()
	first, last := days.Published()
	year := unit.DayOf(v.now(), beijing).Year()
	if n, err := strconv.Atoi(v.r.URL.Query().Get("year")); err == nil && n >= first && n <= last+yearsBeyond {
		year = n
	} else if p.Plan != nil {
		year = min(p.Plan.Year, last+yearsBeyond)
	}
	for y := last + yearsBeyond; y >= first; y-- {
		line := yearOf(days, y)
		line.Here = y == year
		if line.Here {
			p.Year = line
		}
		p.Years = append(p.Years, line)
	}
	for _, w := range weekdays {
		p.Weekday = append(p.Weekday, w.In(v.lang))
	}
	p.Months = v.monthsOf(days, year)
	for d := unit.Date(year, time.January, 1); d.Year() == year; d = d.Add(1) {
		if m, ok := days.Moved(d); ok {
			p.Moved = append(p.Moved, m)
		}
	}
	if p.Loaded, err = v.s.c.Calendar.Notices(v.ctx()); err != nil {
		return err
	}
	p.Load = access.MaySomewhere(v.who, access.CalendarLoad) == nil
	if p.Form == nil {
		p.Form = v.blank("")
	}
	return v.show("calendar", v.t("工作日历", "Working days"), p)
}

// yearOf counts a year and finds where it is announced.
func yearOf(days unit.Calendar, year int) yearView {
	y := yearView{Year: year}
	_, y.Published = days.Working(unit.Date(year, time.January, 1))
	seen := map[string]bool{}
	for d := unit.Date(year, time.January, 1); d.Year() == year; d = d.Add(1) {
		if works, _ := days.Working(d); works {
			y.Workdays++
		}
		if m, ok := days.Moved(d); ok && y.Published && m.Source != "" && !seen[m.Source] {
			seen[m.Source] = true
			y.Sources = append(y.Sources, m.Source)
		}
	}
	return y
}

func (v *visit) monthsOf(days unit.Calendar, year int) (out []monthView) {
	for month := time.January; month <= time.December; month++ {
		m := monthView{Name: v.t(fmt.Sprintf("%d月", month), month.String())}
		week, at := [7]dayView{}, 0
		for d := unit.Date(year, month, 1); ; d = d.Add(1) {
			_, in, no := d.Date()
			if in != month {
				break
			}
			at = int(d.Weekday())
			works, _ := days.Working(d)
			moved, is := days.Moved(d)
			week[at] = dayView{Day: no, Works: works, Moved: is, Name: moved.Name}
			if works {
				m.Workdays++
			}
			if at == 6 {
				m.Weeks, week = append(m.Weeks, week), [7]dayView{}
			}
		}
		if at != 6 {
			m.Weeks = append(m.Weeks, week)
		}
		out = append(out, m)
	}
	return out
}

// loadNotice shows what a holiday notice would change, or takes it in. It is pasted or sent as a file.
func (v *visit) loadNotice() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/calendar"
	text := f.Get("notice")
	if _, content, err := f.file("file"); err != nil {
		return err
	} else if len(content) > 0 {
		text = string(content)
		f.Set("notice", text) // what was sent stands on the page, to be loaded after the check
	}
	p := calendarPage{Form: f}
	if f.Get("do") == "load" {
		if _, _, err = v.s.c.Calendar.Load(v.ctx(), v.who, calendar.Notice{Title: f.Get("title"), Source: f.Get("source"), Text: text}); err == nil {
			return v.to("/calendar", "calendar")
		}
	} else {
		var plan calendar.Plan
		if plan, err = v.s.c.Calendar.Try(text); err == nil {
			p.Plan = &plan
		}
	}
	if err != nil && !v.refusedForm(f, err) {
		return err
	}
	return v.showCalendar(p)
}
