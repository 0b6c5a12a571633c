package booking

import (
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/fault"
)

// icalLine is how many octets a line of a calendar may have before it is folded, RFC 5545, 3.1.
const icalLine = 75

// ownUID ends the UIDs of our events, so that our own feed, subscribed to elsewhere and read back, blocks nothing.
const ownUID = "@booking.corridor"

// icalendar writes RFC 5545. Times are UTC: every reader shows the same instants, whatever it knows of zones.
type icalendar struct{ b strings.Builder }

func (c *icalendar) line(name, value string) {
	s := name + ":" + value
	for len(s) > icalLine {
		n := icalLine
		for !utf8.RuneStart(s[n]) {
			n--
		}
		c.b.WriteString(s[:n] + "\r\n")
		s = " " + s[n:]
	}
	c.b.WriteString(s + "\r\n")
}

func icalText(s string) string {
	return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n", "\r", "").Replace(s)
}

func icalTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// Event is one entry of a calendar that is given out.
type Event struct {
	UID                  string
	Span                 Span
	Title, Text, URL, At string
	Status               string // CONFIRMED, TENTATIVE or CANCELLED
	Changed              time.Time
	Busy                 bool
}

// CalendarOf writes events as a calendar with a name, RFC 5545, for who gives out a calendar of more than bookings.
func CalendarOf(name string, events []Event, now time.Time) string {
	return calendarOf(name, events, now)
}

// calendarOf writes events as a calendar with a name.
func calendarOf(name string, events []Event, now time.Time) string {
	var c icalendar
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Corridor//Bookings//EN")
	c.line("METHOD", "PUBLISH")
	c.line("NAME", icalText(name))
	c.line("X-WR-CALNAME", icalText(name))
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
	for _, e := range events {
		c.line("BEGIN", "VEVENT")
		c.line("UID", e.UID)
		c.line("DTSTAMP", icalTime(now))
		c.line("DTSTART", icalTime(e.Span.From))
		c.line("DTEND", icalTime(e.Span.To))
		c.line("SUMMARY", icalText(e.Title))
		if !e.Changed.IsZero() {
			c.line("LAST-MODIFIED", icalTime(e.Changed))
		}
		for _, x := range [][2]string{{"DESCRIPTION", icalText(e.Text)}, {"LOCATION", icalText(e.At)}, {"URL", e.URL}, {"STATUS", e.Status}} {
			if x[1] != "" {
				c.line(x[0], x[1])
			}
		}
		c.line("TRANSP", map[bool]string{true: "OPAQUE", false: "TRANSPARENT"}[e.Busy])
		c.line("END", "VEVENT")
	}
	c.line("END", "VCALENDAR")
	return c.b.String()
}

// freeBusyOf writes when an instrument is taken, and nothing about by whom (RFC 5545, 3.6.4); busy is merged.
func freeBusyOf(uid string, span Span, busy []Span, now time.Time) string {
	var c icalendar
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Corridor//Bookings//EN")
	c.line("METHOD", "PUBLISH")
	c.line("BEGIN", "VFREEBUSY")
	c.line("UID", uid)
	c.line("DTSTAMP", icalTime(now))
	c.line("DTSTART", icalTime(span.From))
	c.line("DTEND", icalTime(span.To))
	for _, b := range busy {
		c.line("FREEBUSY;FBTYPE=BUSY", icalTime(b.From)+"/"+icalTime(b.To))
	}
	c.line("END", "VFREEBUSY")
	c.line("END", "VCALENDAR")
	return c.b.String()
}

// eventOf is a booking as an event, in one language.
func (s *Service) eventOf(x Seen, lang fault.Lang, forOwner bool) Event {
	e := Event{UID: string(x.ID) + ownUID, Span: x.Span, Title: x.Inst.Title.In(lang), At: x.Inst.Place, Status: "CONFIRMED", Busy: true, Changed: x.Decided}
	if forOwner {
		e.Title += " · " + x.OrgName.In(lang)
	}
	e.Text = StateWords(x.State).In(lang)
	switch {
	case x.State == Requested || x.State == Offered || x.State == Held || x.State == Displaced:
		e.Status = "TENTATIVE"
	case x.State.over() && !x.State.takes():
		e.Status, e.Busy = "CANCELLED", false
	}
	if s.c.Site != "" {
		e.URL = s.c.Site + "/bookings/" + string(x.ID)
	}
	return e
}
