package unit

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"corridor/internal/fault"
)

func TestADayIsReadInManyForms(t *testing.T) {
	for _, text := range []string{"2026-04-30", "2026/4/30", "2026.4.30", "20260430", "2026年4月30日", "２０２６年４月３０日", " 2026-04-30 "} {
		if d, err := ParseDay(text); err != nil || d.String() != "2026-04-30" {
			t.Errorf("%q is %s, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "2026", "2026-13-01", "2026-02-29", "2026-06-31", "2026-00-10", "26-04-30", "2026-04-30T00:00", "2026年4月",
		"2026-4/30", "0000-01-01", "+026-01-01", "2026--1-01"} {
		if d, err := ParseDay(text); fault.CodeOf(err) != "unit.day_form" {
			t.Errorf("%q is %s, %v", text, d, err)
		}
	}
}

func TestDaysCountAsTheGregorianCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(1, int32(dayMax)).Draw(t, "day"))
		y, m, day := d.Date()
		if Date(y, m, day) != d || DayOfEpoch(d.Epoch()) != d {
			t.Fatalf("%d is %d-%d-%d and back %d", d, y, m, day, Date(y, m, day))
		}
		if got, err := ParseDay(d.String()); err != nil || got != d {
			t.Fatalf("%s reads as %d, %v", d, got, err)
		}
		if want := time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Weekday(); d.Weekday() != want {
			t.Fatalf("%s is a %s, want %s", d, d.Weekday(), want)
		}
		n := rapid.IntRange(-4_000_000, 4_000_000).Draw(t, "n")
		if to := d.Add(n); to.Valid() && to.Sub(d) != n {
			t.Fatalf("%s + %d is %s", d, n, to)
		}
		loc := time.FixedZone("", rapid.IntRange(-12*3600, 14*3600).Draw(t, "zone"))
		if d > 1 && d < dayMax && (DayOf(d.Start(loc), loc) != d || DayOf(d.Start(loc).Add(-1), loc) != d-1) {
			t.Fatalf("%s does not begin where it begins", d)
		}
	})
}

func TestTheEdgesOfTheCalendar(t *testing.T) {
	for _, d := range []Day{Date(0, 1, 1), Date(10000, 1, 1), Date(2023, 2, 29), dayMax.Add(1), Day(1).Add(-1), Day(0).Add(1),
		DayOfEpoch(-1 << 62), DayOfEpoch(1 << 62), DayOf(time.Unix(-1<<40, 0), time.UTC), DayOf(time.Unix(1<<50, 0), time.UTC)} {
		if d.Valid() || d.String() != "" || d.Year() != 0 {
			t.Errorf("%d is a day", d)
		}
	}
	if got := DayOf(time.Date(2026, 4, 29, 16, 0, 0, 0, time.UTC), Beijing()).String(); got != "2026-04-30" {
		t.Errorf("four in the afternoon in Greenwich is %s in Beijing", got)
	}
}

func TestNoDayIsNullAndEmpty(t *testing.T) {
	var d Day
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("value %v, %v", v, err)
	}
	if b, _ := json.Marshal(struct{ D Day }{}); string(b) != `{"D":""}` {
		t.Errorf("JSON %s", b)
	}
	d = Date(2026, 4, 30)
	if err := d.Scan(nil); err != nil || d != 0 {
		t.Errorf("NULL is %s, %v", d, err)
	}
	if err := d.Scan([]byte("2026-04-30")); err != nil || d.String() != "2026-04-30" {
		t.Errorf("text is %s, %v", d, err)
	}
	if err := d.Scan(int64(5)); err == nil {
		t.Error("a number is scanned as a day")
	}
}
