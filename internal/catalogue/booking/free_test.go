package booking

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// at reads a time of the wall clock.
func at(t testing.TB, zone *time.Location, s string) time.Time {
	t.Helper()
	x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// span reads "2026-03-02 09:00–11:00", with another day after the dash where it ends on another.
func span(t testing.TB, zone *time.Location, s string) Span {
	t.Helper()
	from, to, _ := strings.Cut(s, "–")
	if len(to) == 5 {
		to = from[:11] + to
	}
	return Span{at(t, zone, from), at(t, zone, to)}
}

// weekdays is a plan that is open from 08:00 to 18:00 from Monday to Friday, with half an hour of set-up and of clean-up.
func weekdays() Plan {
	p := Plan{SetUp: 30, CleanUp: 30, Grid: 30, Limits: []Limit{{To: dayMinutes, Least: 30, Most: 600}}, Horizon: 60, OfferHours: 24, Instant: true}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Weekly[d] = []Period{{480, 1080}}
	}
	return p
}

func onPlan(t testing.TB, p Plan, zone *time.Location, now string) *world {
	t.Helper()
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return &world{plan: p, zone: zone, cal: unit.ChinaCalendar(), now: at(t, zone, now), class: Enterprise, prices: Prices{Classes: map[Class]Price{Enterprise: {Basis: ByHour}}}}
}

func TestARefusalNamesTheRule(t *testing.T) {
	zone := zoneOf(t, "Asia/Shanghai")
	p := weekdays()
	p.Lead, p.Holidays, p.WeekMost = 120, true, 900
	p.Exceptions = []Exception{{Day: unit.Date(2026, 3, 6), Open: []Period{{540, 720}}, Why: "half a day"}, {Day: unit.Date(2026, 3, 9)}}
	p.Limits = []Limit{{Days: []time.Weekday{time.Tuesday}, To: dayMinutes, Least: 60, Most: 120}, {To: dayMinutes, Least: 30, Most: 600}}
	p.Steps = []Step{{UpTo: 240, Step: 30}, {Step: 60}}
	p.Training, p.Calibrated = []string{"SEM"}, unit.Date(2026, 3, 20)
	w := onPlan(t, p, zone, "2026-03-02 08:00") // a Monday
	w.trained = func(kind string, until unit.Day) bool { return until < unit.Date(2026, 3, 19) }
	w.shut = []Shut{{Kind: Closure, Span: span(t, zone, "2026-03-04 10:00–11:00")}}
	w.busy = []Span{span(t, zone, "2026-03-05 09:30–12:30")} // a use from 10:00 to 12:00
	w.used = map[int]int{202611: 600}
	for _, c := range []struct{ ask, want string }{
		{"2026-03-02 10:00–11:00", ""},
		{"2026-03-02 09:30–11:00", "booking.lead"},
		{"2026-05-02 10:00–11:00", "booking.horizon"},
		{"2026-03-02 10:15–11:15", "booking.grid"},
		{"2026-03-02 10:00–10:40", "booking.step"},
		{"2026-03-02 10:00–14:30", "booking.step"}, // over four hours in whole hours
		{"2026-03-02 10:00–14:00", ""},
		{"2026-03-03 10:00–10:30", "booking.short"}, // a Tuesday
		{"2026-03-03 10:00–12:30", "booking.long"},
		{"2026-03-02 07:30–10:00", "booking.lead"},
		{"2026-03-02 16:00–19:00", "booking.closed"},
		{"2026-03-06 09:00–12:00", ""},
		{"2026-03-06 12:00–13:00", "booking.closed"}, // the exception
		{"2026-03-09 09:00–10:00", "booking.closed"},
		{"2026-03-07 09:00–10:00", "booking.closed"}, // a Saturday
		{"2026-04-06 09:00–10:00", "booking.training"},
		{"2026-03-04 10:00–11:00", "booking.shut"}, // one hour of a blackout blocks one hour
		{"2026-03-04 09:00–10:00", ""},
		{"2026-03-04 11:00–12:00", ""},
		{"2026-03-04 10:30–11:30", "booking.shut"},
		{"2026-03-05 10:00–11:00", "booking.taken"},
		{"2026-03-05 09:00–09:30", "booking.taken"}, // its clean-up, and their set-up
		{"2026-03-05 08:30–09:00", ""},
		{"2026-03-05 12:30–13:30", "booking.taken"},
		{"2026-03-05 13:00–14:00", ""},
		{"2026-03-10 10:00–12:00", ""}, // another two hours of the week
		{"2026-03-12 09:00–15:00", "booking.week"},
		{"2026-03-19 09:00–10:00", "booking.training"},
		{"2026-03-02 10:00–10:00", "booking.times"},
	} {
		got := ""
		if e := w.judge(span(t, zone, c.ask)); e != nil {
			got = e.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.ask, got, c.want)
		}
	}
	w.class = Inside
	if e := w.judge(span(t, zone, "2026-03-02 10:00–11:00")); e == nil || e.Code != "booking.class" {
		t.Errorf("a class without a price: %v", e)
	}
}

func TestTheFirstSlotThatPasses(t *testing.T) {
	zone := zoneOf(t, "Asia/Shanghai")
	w := onPlan(t, weekdays(), zone, "2026-03-02 08:10")
	w.busy = []Span{span(t, zone, "2026-03-02 08:30–12:30")}
	w.shut = []Shut{{Kind: Fault, Span: span(t, zone, "2026-03-02 15:00–2026-03-03 09:00")}}
	for _, c := range []struct {
		after   string
		minutes int
		want    string
	}{
		{"2026-03-02 08:00", 60, "2026-03-02 13:00–14:00"},
		{"2026-03-02 08:00", 120, "2026-03-02 13:00–15:00"},
		{"2026-03-02 08:00", 150, "2026-03-03 09:00–11:30"},
		{"2026-03-02 08:00", 600, "2026-03-04 08:00–18:00"},
		{"2026-03-06 17:10", 30, "2026-03-06 17:30–18:00"},
		{"2026-03-06 17:31", 30, "2026-03-09 08:00–08:30"},
		{"2026-03-02 08:00", 630, ""}, // longer than the limit
		{"2026-03-02 08:00", 45, ""},  // no step
		{"2026-06-01 08:00", 60, ""},  // beyond the horizon
	} {
		got := ""
		if s, ok := w.First(at(t, zone, c.after), time.Time{}, c.minutes); ok {
			got = s.Words(zone)
		}
		if got != c.want {
			t.Errorf("%d minutes after %s: %q, want %q", c.minutes, c.after, got, c.want)
		}
	}
	if s, ok := w.First(at(t, zone, "2026-03-02 08:00"), at(t, zone, "2026-03-02 14:30"), 120); ok {
		t.Errorf("a slot that ends too late: %s", s.Words(zone))
	}
}

// Two whole days run through the night: they begin and end while it is open, and only opening hours are charged.
func TestAUseRunsThroughTheNightWhereThePlanAllowsIt(t *testing.T) {
	zone := zoneOf(t, "Asia/Shanghai")
	p := weekdays()
	p.Through, p.Limits = true, []Limit{{To: dayMinutes, Least: 60, Most: 4 * dayMinutes}}
	p.Steps = []Step{{Step: 60}}
	w := onPlan(t, p, zone, "2026-03-02 07:00")
	two := span(t, zone, "2026-03-03 08:00–2026-03-04 18:00")
	if e := w.judge(two); e != nil {
		t.Fatal(e)
	}
	if e := w.judge(span(t, zone, "2026-03-03 08:00–2026-03-04 20:00")); e == nil || e.Code != "booking.closed" {
		t.Errorf("it ends while it is closed: %v", e)
	}
	if s, ok := w.First(at(t, zone, "2026-03-06 09:00"), time.Time{}, two.minutes()); !ok || s.Words(zone) != "2026-03-09 08:00–2026-03-10 18:00" {
		t.Errorf("two days: %s", s.Words(zone))
	}
	lines, sum, err := Price{Basis: ByHour, Rate: 300_000, Operator: 20_000, Consumables: 5_000}.priced(p.Open(two, zone, w.cal), zone, 3, true)
	if err != nil || sum != 20*300_000+20*20_000+3*5_000 || len(lines) != 3 {
		t.Errorf("twenty hours: %s %v %v", sum, lines, err)
	}
	if _, sum, _ := (Price{Basis: ByDay, Rate: 1_000_000}).priced(p.Open(two, zone, w.cal), zone, 0, false); sum != 2_000_000 {
		t.Errorf("two days: %s", sum)
	}
	if _, sum, _ := (Price{Basis: BySample, Rate: 100, Minimum: 5_000}).priced(p.Open(two, zone, w.cal), zone, 4, false); sum != 5_000 {
		t.Errorf("the minimum: %s", sum)
	}
}

// The hours are those of the wall clock, also on the day on which it is set.
func TestHoursFollowTheWallClock(t *testing.T) {
	zone := zoneOf(t, "Europe/Berlin")
	p := weekdays()
	for d := range p.Weekly {
		p.Weekly[d] = []Period{{0, dayMinutes}}
	}
	for _, c := range []struct {
		day  string
		want int // minutes that it is open
	}{{"2026-03-28", 1440}, {"2026-03-29", 1380}, {"2026-10-25", 1500}} {
		d, _ := unit.ParseDay(c.day)
		open := p.Open(Span{d.Start(zone), d.Add(1).Start(zone)}, zone, unit.ChinaCalendar())
		if len(open) != 1 || open[0].minutes() != c.want {
			t.Errorf("%s: %v", c.day, open)
		}
	}
	first := span(t, zone, "2026-03-27 09:00–10:30")
	var got []string
	for _, s := range dates(first, zone, 1, 4) {
		got = append(got, s.Words(zone), s.From.UTC().Format("15:04Z"))
	}
	want := "[2026-03-27 09:00–10:30 08:00Z 2026-03-28 09:00–10:30 08:00Z 2026-03-29 09:00–10:30 07:00Z 2026-03-30 09:00–10:30 07:00Z]"
	if fmt.Sprint(got) != want {
		t.Errorf("daily over the change:\n%v, want\n%v", got, want)
	}
	for _, s := range dates(span(t, zone, "2026-03-27 23:00–2026-03-28 01:00"), zone, 7, 2)[1:] {
		if s.Words(zone) != "2026-04-03 23:00–2026-04-04 01:00" {
			t.Errorf("weekly over midnight: %s", s.Words(zone))
		}
	}
}

func TestAPlanSaysEverythingThatIsWrongWithIt(t *testing.T) {
	p := Plan{Grid: 7, Lead: 5, Limits: []Limit{{From: 60, To: 50}, {To: dayMinutes, Least: 61, Most: 62}}, Steps: []Step{{Step: 60}}, Training: []string{" x"}, SetUp: -1}
	p.Weekly[1] = []Period{{600, 500}}
	err := p.Check()
	many, ok := err.(fault.Many)
	if !ok {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, e := range many {
		got[e.Field+" "+e.Code] = true
	}
	for _, want := range []string{"weekly.1 booking.period", "grid booking.grid_day", "horizon booking.number", "offer_hours booking.number", "limits booking.limit", "limits booking.limit_steps", "training booking.name", "set_up booking.number"} {
		if !got[want] {
			t.Errorf("%s is not said: %v", want, got)
		}
	}
}

// TestFreeSlotsAgreeWithTheRules compares the search with the rules asked one by one: every beginning, nothing between.
func TestFreeSlotsAgreeWithTheRules(t *testing.T) {
	zones := []*time.Location{zoneOf(t, "Asia/Shanghai"), zoneOf(t, "Europe/Berlin"), zoneOf(t, "Australia/Lord_Howe")}
	rapid.Check(t, func(r *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(r, "zone")
		p := Plan{Grid: rapid.SampledFrom([]int{15, 30, 60}).Draw(r, "grid"), SetUp: rapid.SampledFrom([]int{0, 10, 30}).Draw(r, "setup"), CleanUp: rapid.SampledFrom([]int{0, 20}).Draw(r, "cleanup"),
			Through: rapid.Bool().Draw(r, "through"), Lead: rapid.IntRange(0, 300).Draw(r, "lead"), Horizon: 5, OfferHours: 1,
			Limits: []Limit{{Days: []time.Weekday{time.Sunday}, To: dayMinutes, Least: 30, Most: 2880}, {From: 0, To: 720, Least: 60, Most: 240}, {From: 720, To: dayMinutes, Least: 15, Most: 600}}}
		for d := range p.Weekly {
			from := Wall(rapid.IntRange(0, 20).Draw(r, "from") * 60)
			if rapid.Bool().Draw(r, "open") {
				p.Weekly[d] = []Period{{from, min(from+Wall(rapid.IntRange(1, 24).Draw(r, "hours")*60), dayMinutes)}}
			}
		}
		// Around the days on which the clocks are set.
		now := rapid.SampledFrom([]time.Time{time.Date(2026, 3, 27, 5, 0, 0, 0, time.UTC), time.Date(2026, 10, 23, 22, 0, 0, 0, time.UTC), time.Date(2026, 4, 3, 1, 0, 0, 0, time.UTC)}).Draw(r, "now")
		w := &world{plan: p, zone: zone, cal: unit.ChinaCalendar(), now: now, class: Inside, prices: Prices{Classes: map[Class]Price{Inside: {}}}}
		some := func(name string) (s Span) {
			s.From = now.Add(time.Duration(rapid.IntRange(-600, 7000).Draw(r, name)) * time.Minute)
			s.To = s.From.Add(time.Duration(rapid.IntRange(1, 600).Draw(r, name+" minutes")) * time.Minute)
			return s
		}
		for range rapid.IntRange(0, 4).Draw(r, "shuts") {
			w.shut = append(w.shut, Shut{Kind: Closure, Span: some("shut")})
		}
		for range rapid.IntRange(0, 6).Draw(r, "busy") {
			w.busy = append(w.busy, some("busy"))
		}
		minutes := rapid.IntRange(1, 40).Draw(r, "length") * p.Grid
		after := now.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(r, "after")) * time.Minute)
		got, ok := w.First(after, time.Time{}, minutes)
		for s := after; s.Before(w.horizon()); s = s.Add(time.Minute) {
			one := Span{s, s.Add(time.Duration(minutes) * time.Minute)}
			if w.judge(one) != nil {
				continue
			}
			if !ok || !got.From.Equal(one.From) {
				r.Fatalf("%d minutes: found %v %v, and %s passes", minutes, ok, got.Words(zone), one.Words(zone))
			}
			return
		}
		if ok {
			r.Fatalf("%d minutes: %s was found, and the rules refuse it: %v", minutes, got.Words(zone), w.judge(got))
		}
	})
}
