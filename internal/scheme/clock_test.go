package scheme

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"corridor/internal/unit"
)

// clockPack has one stage for each kind of clock, and a pause.
const clockPack = `scheme: clocks
title: [时限（测试用）, Clocks for tests]
jurisdiction: "990000"
edition: 1
in_force: [2026-01-01, 2026-12-31]
params:
  days:   {value: 10 d, verified: false}
  work:   {value: 5 wd, verified: false}
  hours:  {value: 12 h, verified: false}
  years:  {value: 1 y, verified: false}
  on_day: {value: 2026-05-31, verified: false}
  yearly: {value: every 12-31, verified: false}
  weekly: {value: every monday, verified: false}
  months: {value: every 3 months, verified: false}
  leap:   {value: every 02-29, verified: false}
  by_size: {value: {small: 3 wd, else: 5 wd}, by: form.size, verified: false}
roles: {clerk: {desk: review}, firm_role: {party: firm}}
stages:
  - [ a, s_days,   z, clerk, days ]
  - [ b, s_work,   z, clerk, work ]
  - [ b, ask,      p, clerk, work ]
  - [ p, answer,   b, firm_role, days ]
  - [ c, s_hours,  z, clerk, hours ]
  - [ c, ask,      q, clerk, hours ]
  - [ q, answer,   c, firm_role, days ]
  - [ d, s_years,  z, clerk, years ]
  - [ e, s_on_day, z, clerk, on_day ]
  - [ f, s_yearly, z, clock, yearly ]
  - [ g, s_weekly, z, clock, weekly ]
  - [ h, s_months, z, clock, months ]
  - [ i, s_leap,   z, clock, leap ]
  - [ j, s_size,   z, clerk, by_size ]
ends: {z: ended}
pauses: {p: b, q: c}
form:
  sections:
    - words: [一, One]
      fields:
        size: {type: choice, of: [small, large], by: firm_role, zh: 规模, en: Size}
`

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, unit.Beijing())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestClocks reads like a calendar: what stage was entered when, and when it is due. The last moment is the end of
// the due day, so the due time is the midnight after it.
func TestClocks(t *testing.T) {
	s, problems := Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(clockPack)}}, "x.yaml")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	cal := unit.ChinaCalendar()
	for _, c := range []struct{ action, visits, due string }{
		{"s_days", "a 2026-03-02 09:00", "2026-03-13 00:00"},
		{"s_days", "a 2026-03-02 23:59", "2026-03-13 00:00"},
		{"s_work", "b 2026-03-02 09:00", "2026-03-10 00:00"},                                         // Monday; the fifth working day after it is the next Monday
		{"s_work", "b 2026-03-06 17:00", "2026-03-14 00:00"},                                         // Friday
		{"s_work", "b 2026-09-28 09:00", "2026-10-11 00:00"},                                         // across the National Day holiday, with make-up Saturday 10 October
		{"s_work", "b 2026-03-02 09:00, p 2026-03-04 10:00, b 2026-03-11 10:00", "2026-03-17 00:00"}, // two of five used before the pause
		{"s_work", "b 2026-03-02 09:00, p 2026-03-04 10:00, b 2026-03-11 10:00, p 2026-03-12 10:00, b 2026-03-20 10:00", "2026-03-25 00:00"},
		{"s_hours", "c 2026-03-02 10:00", "2026-03-03 14:00"}, // 09:00 to 17:00 are office hours
		{"s_hours", "c 2026-03-02 20:00", "2026-03-04 13:00"},
		{"s_hours", "c 2026-03-02 10:00, q 2026-03-02 12:00, c 2026-03-05 09:00", "2026-03-06 11:00"},
		{"s_years", "d 2026-03-02 09:00", "2027-03-03 00:00"},
		{"s_years", "d 2028-02-29 09:00", "2029-03-01 00:00"},
		{"s_on_day", "e 2026-03-02 09:00", "2026-06-01 00:00"},
		{"s_yearly", "f 2026-03-02 09:00", "2027-01-01 00:00"},
		{"s_yearly", "f 2026-12-31 09:00", "2027-01-01 00:00"},
		{"s_yearly", "f 2026-12-31 23:59, z 2027-01-01 00:00, f 2027-01-01 00:00", "2028-01-01 00:00"}, // entered again: the next year's
		{"s_weekly", "g 2026-03-03 09:00", "2026-03-10 00:00"},
		{"s_months", "h 2026-01-31 09:00", "2026-05-01 00:00"},
		{"s_leap", "i 2026-03-02 09:00", "2027-03-01 00:00"},
		{"s_size small", "j 2026-03-02 09:00", "2026-03-06 00:00"},
		{"s_size large", "j 2026-03-02 09:00", "2026-03-10 00:00"},
		{"s_size", "j 2026-03-02 09:00", "fault scheme.clock_unknown"},
	} {
		var history []Visit
		for _, v := range strings.Split(c.visits, ", ") {
			stage, when, _ := strings.Cut(v, " ")
			history = append(history, Visit{stage, at(t, when)})
		}
		action, size, _ := strings.Cut(c.action, " ")
		facts := testFacts{s: s, f: &factSet{values: map[string]Value{"form.size": {}}}}
		if size != "" {
			facts.f.values["form.size"] = TextOf(Choice, size)
		}
		row, ok := s.Row(history[len(history)-1].Stage, action)
		if !ok {
			t.Fatalf("no row %s", action)
		}
		due, err := s.DueAt(row, history, cal, facts)
		got := due.At.In(unit.Beijing()).Format("2006-01-02 15:04")
		if err != nil {
			got = "fault " + codeOf(err)
		}
		if got != c.due {
			t.Errorf("%s after %s: due %s, want %s", c.action, c.visits, got, c.due)
		}
	}
}

func TestADueDayBeyondTheCalendarIsProvisional(t *testing.T) {
	s, _ := Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(clockPack)}}, "x.yaml")
	row, _ := s.Row("b", "s_work")
	due, err := s.DueAt(row, []Visit{{"b", at(t, "2090-03-01 09:00")}}, unit.ChinaCalendar(), testFacts{s: s, f: &factSet{}})
	if err != nil || !due.Provisional || due.At.IsZero() {
		t.Errorf("got %v %v, want a provisional due time", due, err)
	}
}

func TestOnlyTheRowByClockFires(t *testing.T) {
	s, _ := Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(clockPack)}}, "x.yaml")
	facts := testFacts{s: s, f: &factSet{}}
	row, due, found, err := s.FiresAt([]Visit{{"f", at(t, "2026-03-02 09:00")}}, unit.ChinaCalendar(), facts)
	if err != nil || !found || row.Action != "s_yearly" || due.At.IsZero() {
		t.Errorf("got %s %v %v %v", row.Action, due, found, err)
	}
	if _, _, found, _ := s.FiresAt([]Visit{{"a", at(t, "2026-03-02 09:00")}}, unit.ChinaCalendar(), facts); found {
		t.Error("a stage without a row by clock fires")
	}
}
