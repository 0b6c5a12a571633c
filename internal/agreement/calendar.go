package agreement

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// icalLine is how many octets a line of a calendar may have before it is folded, RFC 5545, 3.1.
const icalLine = 75

// Calendar writes the due days of tasks as an iCalendar (RFC 5545): one all-day event each, its milestones beside it. The
// UID of a task stays the same, so a moved day moves the event. site is the address of the node, for links.
func Calendar(tasks []Task, lang fault.Lang, site string, now time.Time) string {
	var b strings.Builder
	line := func(name, value string) {
		s := name + ":" + value
		for len(s) > icalLine {
			n := icalLine
			for !utf8.RuneStart(s[n]) {
				n--
			}
			b.WriteString(s[:n] + "\r\n")
			s = " " + s[n:]
		}
		b.WriteString(s + "\r\n")
	}
	text := func(s string) string {
		return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n").Replace(s)
	}
	date := func(d unit.Day) string { return strings.ReplaceAll(d.String(), "-", "") }
	stamp := now.UTC().Format("20060102T150405Z")
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Corridor//Tasks//"+strings.ToUpper(string(lang)))
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", text(fault.Words{"任务期限", "Due days of tasks"}.In(lang)))
	event := func(uid string, day unit.Day, title, more, path string) {
		line("BEGIN", "VEVENT")
		line("UID", uid)
		line("DTSTAMP", stamp)
		line("DTSTART;VALUE=DATE", date(day))
		line("DTEND;VALUE=DATE", date(day+1))
		line("SUMMARY", text(title))
		line("DESCRIPTION", text(more))
		if site != "" {
			line("URL", site+path)
		}
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	for _, t := range tasks {
		path := "/tasks/" + string(t.ID)
		event(string(t.ID)+"@corridor", t.Due, t.Title, fault.Words{"牵头：", "Lead: "}.In(lang)+t.Owner+"\n"+t.Code, path)
		for _, m := range t.Milestones {
			if !m.Done.Valid() {
				event(fmt.Sprintf("%s-%d@corridor", t.ID, m.No), m.Due, m.Title, t.Title+"\n"+t.Code, path)
			}
		}
	}
	line("END", "VCALENDAR")
	return b.String()
}
