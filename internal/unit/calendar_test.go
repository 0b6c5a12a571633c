package unit

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"corridor/internal/fault"
)

func day(t testing.TB, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheCalendarOfTheNotices(t *testing.T) {
	c := ChinaCalendar()
	for _, x := range []struct {
		day              string
		works, published bool
	}{
		{"2026-01-01", false, true}, // a Thursday, New Year
		{"2026-01-04", true, true},  // a Sunday that is worked for it
		{"2026-01-05", true, true},
		{"2026-04-25", false, true}, // a Saturday like any other
		{"2026-04-30", true, true},
		{"2026-05-01", false, true},
		{"2020-01-31", false, true}, // moved by the notice of January 2020
		{"2018-12-29", true, true},  // moved by the notice of 2019
		{"2017-12-29", true, false}, // before the first notice that the program carries
		{"2027-01-01", false, false},
		{"2027-01-02", false, false}, // a Saturday
		{"2027-01-04", true, false},
		{"2027-02-08", false, false}, // the third day of the year of the goat, a Monday
		{"2027-10-01", false, false},
		{"2028-10-03", false, false}, // mid-autumn and a day of the national holiday
		{"2040-05-01", false, false},
		{"2040-05-03", true, false},
	} {
		works, published := c.Working(day(t, x.day))
		if works != x.works || published != x.published {
			t.Errorf("%s: works %t, published %t; want %t, %t", x.day, works, published, x.works, x.published)
		}
	}
	if first, last := c.Published(); first != 2018 || last != 2026 {
		t.Errorf("published %d to %d", first, last)
	}
	if opens, closes := c.Office(); opens >= closes || closes > 24*time.Hour {
		t.Errorf("office %s to %s", opens, closes)
	}
	if got := time.Date(2026, 1, 1, 0, 0, 0, 0, c.Location()).UTC().Hour(); got != 16 {
		t.Errorf("the day begins at %d UTC, want 16", got)
	}
}

func TestEveryAnnouncedYearIsWorkedAsTheNoticesSay(t *testing.T) {
	c := ChinaCalendar()
	// 2020 lost two days when the Spring Festival was prolonged.
	want := map[int]int{2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}
	for year, n := range want {
		got, provisional := c.WorkdaysBetween(Date(year, 1, 1)-1, Date(year, 12, 31))
		if got != n || provisional {
			t.Errorf("%d has %d working days (provisional %t), want %d", year, got, provisional, n)
		}
	}
}

func TestWorkdaysAreCountedFromTheDayAfter(t *testing.T) {
	c := ChinaCalendar()
	for _, x := range []struct {
		from, to    string
		n           int
		provisional bool
	}{
		{"2026-04-24", "2026-04-24", 0, false},
		{"2026-04-24", "2026-04-27", 1, false}, // Friday to Monday
		{"2026-04-27", "2026-04-24", 0, false},
		{"2026-12-31", "2027-01-04", 1, true},
	} {
		n, provisional := c.WorkdaysBetween(day(t, x.from), day(t, x.to))
		if n != x.n || provisional != x.provisional {
			t.Errorf("%s to %s: %d, %t; want %d, %t", x.from, x.to, n, provisional, x.n, x.provisional)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		from := Date(2018, 1, 1).Add(rapid.IntRange(0, 6000).Draw(t, "from"))
		n := rapid.IntRange(0, 300).Draw(t, "n")
		to, p1 := c.AddWorkdays(from, n)
		back, p2 := c.WorkdaysBetween(from, to)
		if back != n || p1 != p2 {
			t.Fatalf("%d working days after %s is %s, which counts %d", n, from, to, back)
		}
		if works, _ := c.Working(to); n > 0 && !works {
			t.Fatalf("the %d-th working day after %s is %s, a day off", n, from, to)
		}
	})
}

func TestANoticeIsLoaded(t *testing.T) {
	// A synthetic notice: 2027 is not announced.
	notice, err := ParseNotice("# synthetic\ndate,day,zh,source\n2026-12-26,work,元旦,test\n2027-01-01,off,元旦,test\n2027-01-04,off,元旦,test\n")
	if err != nil {
		t.Fatal(err)
	}
	before := ChinaCalendar()
	after, err := before.With(2027, notice)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		day              string
		works, published bool
	}{
		{"2026-12-26", true, true},
		{"2027-01-04", false, true},
		{"2027-02-08", true, true}, // what the notice does not name is as the weekday is
		{"2028-01-04", true, false},
	} {
		works, published := after.Working(day(t, x.day))
		if works != x.works || published != x.published {
			t.Errorf("%s: works %t, published %t; want %t, %t", x.day, works, published, x.works, x.published)
		}
	}
	if works, published := before.Working(day(t, "2027-01-04")); !works || published {
		t.Error("loading a notice changed the calendar before it")
	}
	supplement, err := after.With(2026, []Moved{{Day: day(t, "2026-09-03")}})
	if err != nil {
		t.Fatal(err)
	}
	if works, _ := supplement.Working(day(t, "2026-09-03")); works {
		t.Error("a supplement to an announced year is not followed")
	}
	if _, last := supplement.Published(); last != 2027 {
		t.Errorf("a supplement made %d the last year", last)
	}
}

func TestANoticeThatDoesNotFitIsRefused(t *testing.T) {
	c := ChinaCalendar()
	one := []Moved{{Day: day(t, "2027-01-01")}}
	for _, x := range []struct {
		year   int
		notice []Moved
		code   string
	}{
		{2028, one, "unit.calendar_year"},
		{2017, one, "unit.calendar_year"},
		{2027, nil, "unit.calendar_year"},
		{2027, []Moved{{Day: day(t, "2028-01-01")}}, "unit.calendar_day"},
		{2027, []Moved{{Day: day(t, "2026-12-24")}}, "unit.calendar_day"},
	} {
		if _, err := c.With(x.year, x.notice); fault.CodeOf(err) != x.code {
			t.Errorf("%d %v: %v, want %s", x.year, x.notice, err, x.code)
		}
	}
	const head = "date,day,zh,source\n"
	for _, x := range []struct{ text, code string }{
		{"date,zh\n2027-01-01,元旦\n", "unit.notice_head"},
		{head + "2027-01-32,off,元旦,x\n", "unit.notice_date"},
		{head + "2027-01-01,maybe,元旦,x\n", "unit.notice_word"},
		{head + "2027-01-01,off,元旦\n", "unit.notice_columns"},
		{head + "2027-01-01,off,元旦,x\n2027-01-01,work,元旦,x\n", "unit.notice_twice"},
		{head + strings.Repeat("2027-01-01,off,元旦,x\n", 2), "unit.notice_twice"},
	} {
		if _, err := ParseNotice(x.text); fault.CodeOf(err) != x.code {
			t.Errorf("%q: %v, want %s", x.text, err, x.code)
		}
	}
	var long strings.Builder
	long.WriteString(head)
	for i := range noticeRowsMax + 1 {
		long.WriteString(Date(2027, 1, 1).Add(i).String() + ",off,元旦,x\n")
	}
	if _, err := ParseNotice(long.String()); fault.CodeOf(err) != "unit.notice_long" {
		t.Errorf("a long notice: %v", err)
	}
}

func TestAWrongNoticeNamesItsLine(t *testing.T) {
	_, err := ParseNotice("# synthetic\r\ndate,day,zh,source\r\n\r\n2027-01-01,off,元旦,x\r\n# a comment\r\n2027-01-02,closed,元旦,x\r\n")
	f := fault.Of(err)
	if f.Code != "unit.notice_word" || !strings.Contains(f.Sentence(fault.EN), "Line 6") || f.Field != "notice" {
		t.Errorf("got %s on %q: %s", f.Code, f.Field, f.Sentence(fault.EN))
	}
}

func TestDaysAreReplacedWhileTheyAreUsed(t *testing.T) {
	days := NewDays(ChinaCalendar())
	d := day(t, "2027-01-04")
	if works, published := days.Working(d); !works || published {
		t.Fatalf("works %t, published %t before the notice", works, published)
	}
	next, err := days.Now().With(2027, []Moved{{Day: d, Name: "元旦", Source: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	days.Replace(next)
	if works, published := days.Working(d); works || !published {
		t.Errorf("works %t, published %t after it", works, published)
	}
	if m, ok := days.Now().Moved(d); !ok || m.Name != "元旦" {
		t.Errorf("the day is %+v, %t", m, ok)
	}
}
