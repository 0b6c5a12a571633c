package web

import (
	"fmt"
	"net/url"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// weekView is a calendar: a row for each instrument, a column for each day.
type weekView struct {
	Days             []weekDay
	Lanes            []laneView
	Prev, This, Next string // addresses
	Title            string
	Known            bool // some bookings are shown with names
	Busy             string
}

type weekDay struct {
	Name, Date  string
	Today, Rest bool
}

type laneView struct {
	booking.Lane
	Note    []string
	Percent int
	Cells   []cellView
}

type cellView struct {
	K           string // the day, for a narrow screen
	Today, Rest bool
	Void        bool
	Chips       []chipView
}

type chipView struct {
	Class, When, What, Note, Path string
	Seal                          string // region of the user's province, for the seal
}

var weekdayWords = [7]fault.Words{{"周日", "Sun"}, {"周一", "Mon"}, {"周二", "Tue"}, {"周三", "Wed"}, {"周四", "Thu"}, {"周五", "Fri"}, {"周六", "Sat"}}

// monday is that of the week that the address asks for: day=2026-05-18, any day of it; else this week's.
func (v *visit) monday(zone *time.Location) unit.Day {
	d := v.askedDay(zone)
	return d - unit.Day((int(d.Weekday())+6)%7)
}

// askedDay is the day that the address asks for, else today.
func (v *visit) askedDay(zone *time.Location) unit.Day {
	if d, err := unit.ParseDay(v.r.URL.Query().Get("day")); err == nil {
		return d
	}
	return unit.DayOf(v.now(), zone)
}

// week shows instruments side by side over the seven days from one on.
func (v *visit) week(s *booking.Service, path string, ids []unit.ID, zone *time.Location) (w weekView, err error) {
	first := v.monday(zone)
	lanes, err := s.Lanes(v.ctx(), v.who, ids, first, 7)
	if err != nil {
		return w, err
	}
	at := func(d unit.Day) string { return path + "?day=" + d.String() }
	w = weekView{Days: v.weekDays(first, zone), Prev: at(first.Add(-7)), Next: at(first.Add(7)), This: path, Title: v.dayName(first) + "–" + v.dayName(first.Add(6))}
	for _, l := range lanes {
		x := laneView{Lane: l}
		if l.Open > 0 {
			x.Percent = min(100*l.Booked/l.Open, 100)
			x.Note = append(x.Note, fmt.Sprint(v.t("本周已约 ", "booked "), x.Percent, "%"))
		}
		if !l.Has {
			x.Note = append(x.Note, v.t("尚未公布预约规则", "no plan yet"))
		}
		for n, day := range l.Days {
			c := w.Days[n].cell()
			for _, chip := range day.Chips {
				c.Chips = append(c.Chips, v.chip(l, chip))
				w.Known = w.Known || chip.Known
			}
			c.Void = len(c.Chips) == 0
			x.Cells = append(x.Cells, c)
		}
		w.Lanes = append(w.Lanes, x)
	}
	return w, nil
}

// weekDays are the seven days from one on, as the head of a calendar.
func (v *visit) weekDays(first unit.Day, zone *time.Location) (days []weekDay) {
	today := unit.DayOf(v.now(), zone)
	for n := range 7 {
		d := first.Add(n)
		days = append(days, weekDay{Name: weekdayWords[d.Weekday()].In(v.lang), Date: v.dayName(d), Today: d == today, Rest: d.Weekday() == time.Sunday || d.Weekday() == time.Saturday})
	}
	return days
}

// cell is the field of a day in one row of a calendar, with nothing in it yet.
func (d weekDay) cell() cellView {
	return cellView{K: d.Name + " " + d.Date, Today: d.Today, Rest: d.Rest}
}

func (v *visit) dayName(d unit.Day) string {
	_, m, day := d.Date()
	if v.lang == fault.EN {
		return fmt.Sprintf("%d %s", day, m.String()[:3])
	}
	return fmt.Sprintf("%d月%d日", m, day)
}

// chip is one block of a day as a page shows it: what it is stands in words, and whoever may know reads whose it is.
func (v *visit) chip(l booking.Lane, c booking.Chip) (x chipView) {
	zone := l.Location()
	x.When = clockText(c.From, zone) + "–" + endText(c.Span, zone)
	switch c.Kind {
	case "free":
		x.Class, x.What = "free", v.t("可约", "free")
		x.Path = v.bookPath(l.ID, c.Span, zone)
	case "shut":
		x.Class, x.What = "shut", booking.ShutWords(c.Shut.Kind).In(v.lang)
		if l.Manages && c.Shut.Why != "" {
			x.Note = c.Shut.Why
		}
	default:
		b := c.Booking
		x.What = v.t("已预约", "booked")
		switch {
		case b.State == booking.Running:
			x.Class = "run"
		case b.State == booking.Requested || b.State == booking.Offered || b.State == booking.Held || b.State == booking.Displaced:
			x.Class = "ask"
		case b.Class == booking.Inside:
			x.Class = "home"
		case b.State == booking.Done || b.State == booking.Failed:
			x.Class = "idle"
		}
		if !c.Known {
			if b.Class == booking.Inside {
				x.What = v.t("本单位自用", "the owner's own use")
			}
			return x
		}
		x.What, x.Path = b.OrgName.In(v.lang), "/bookings/"+string(b.ID)
		if b.State != booking.Confirmed {
			x.Note = booking.StateWords(b.State).In(v.lang)
		}
	}
	return x
}

func clockText(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") }

// endText is when a part of a day ends: midnight is 24:00.
func endText(s booking.Span, zone *time.Location) string {
	if e := clockText(s.To, zone); e != "00:00" {
		return e
	}
	return "24:00"
}

// ledToBook says whether the forms to book are shown: to whoever may book for an organisation, and to a visitor, who is asked to sign in.
func (v *visit) ledToBook() bool {
	return v.who.Anonymous() || access.MaySomewhere(v.who, access.BookingCreate) == nil
}

// bookPath is the form to book a slot, filled in; "" where nobody is led there.
func (v *visit) bookPath(id unit.ID, s booking.Span, zone *time.Location) string {
	if !v.ledToBook() {
		return ""
	}
	q := url.Values{"day": {unit.DayOf(s.From, zone).String()}, "from": {clockText(s.From, zone)}, "to": {endText(s, zone)}}
	if last := unit.DayOf(s.To.Add(-time.Minute), zone); last != unit.DayOf(s.From, zone) {
		q.Set("until", last.String())
	}
	return "/instruments/" + string(id) + "/book?" + q.Encode()
}
