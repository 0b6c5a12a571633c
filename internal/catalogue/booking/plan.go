package booking

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Bounds of a plan.
const (
	periodsMax    = 6    // of a day
	exceptionsMax = 400  // days
	stepsMax      = 10   // bands of duration
	limitsMax     = 20   // periods with limits of their own
	trainingMax   = 10   // certificates
	horizonMax    = 732  // days
	turnMax       = 1440 // minutes of set-up or of clean-up
	lengthMax     = 31 * dayMinutes
	gridLeast     = 5 // minutes
	offerHoursMax = 24 * 14
	nameMax       = 100 // characters of a certificate, of a reason
)

// Period is a part of a day by the wall clock.
type Period struct {
	From Wall `json:"from"`
	To   Wall `json:"to"`
}

// Exception is a day with other hours than its weekday's; without any it is closed.
type Exception struct {
	Day  unit.Day `json:"day"`
	Open []Period `json:"open,omitempty"`
	Why  string   `json:"why,omitempty"`
}

// Step says in which steps a duration up to UpTo minutes grows; the last one is for everything longer.
type Step struct {
	UpTo int `json:"up_to,omitempty"`
	Step int `json:"step"`
}

// Limit bounds the duration of a booking that begins on one of Days within the period, in minutes. No Days is every day.
type Limit struct {
	Days  []time.Weekday `json:"days,omitempty"`
	From  Wall           `json:"from"`
	To    Wall           `json:"to"`
	Least int            `json:"least"`
	Most  int            `json:"most"`
}

// Plan says when and by whom an instrument is booked. Durations are minutes.
type Plan struct {
	Weekly     [7][]Period `json:"weekly"` // from Sunday
	Holidays   bool        `json:"holidays,omitempty"`
	Exceptions []Exception `json:"exceptions,omitempty"`
	Through    bool        `json:"through,omitempty"` // a booking may run on while it is closed, and begins and ends while it is open
	SetUp      int         `json:"set_up,omitempty"`
	CleanUp    int         `json:"clean_up,omitempty"`
	Grid       int         `json:"grid"`            // bookings begin at whole multiples of it since midnight
	Steps      []Step      `json:"steps,omitempty"` // none: whole multiples of Grid
	Limits     []Limit     `json:"limits"`          // the first that fits the beginning counts
	WeekMost   int         `json:"week_most,omitempty"`
	Lead       int         `json:"lead,omitempty"`
	Horizon    int         `json:"horizon"` // days
	Training   []string    `json:"training,omitempty"`
	Supervised bool        `json:"supervised,omitempty"` // the first use is beside an operator, and is never confirmed at once
	Rota       bool        `json:"rota,omitempty"`       // an operator has to be on duty where one is needed
	Instant    bool        `json:"instant,omitempty"`    // confirmed at once; else the owner answers
	OfferHours int         `json:"offer_hours"`          // how long a slot that came free is kept for who is first
	Remind     int         `json:"remind,omitempty"`     // hours before a use at which its user is reminded; 0 for never
	Calibrated unit.Day    `json:"calibrated,omitempty"` // the last day on which the calibration is valid; none: not bounded
}

// Check says everything that is wrong with a plan, each with its field.
func (p Plan) Check() error {
	var bad fault.Many
	say := func(field, code string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, code, args...).On(field))
	}
	hours := false
	for day, all := range p.Weekly {
		hours = hours || len(all) > 0
		checkPeriods(all, "weekly."+[]string{"0", "1", "2", "3", "4", "5", "6"}[day], say)
	}
	seen := map[unit.Day]bool{}
	for _, e := range p.Exceptions {
		if !e.Day.Valid() || seen[e.Day] || utf8.RuneCountInString(e.Why) > nameMax {
			say("exceptions", "booking.exception", "day", e.Day)
		}
		seen[e.Day] = true
		hours = hours || len(e.Open) > 0
		checkPeriods(e.Open, "exceptions", say)
	}
	if !hours {
		say("weekly", "booking.never_open")
	}
	if len(p.Exceptions) > exceptionsMax {
		say("exceptions", "booking.many", "most", exceptionsMax)
	}
	between := func(field string, n, least, most int) {
		if n < least || n > most {
			say(field, "booking.number", "least", least, "most", most)
		}
	}
	between("set_up", p.SetUp, 0, turnMax)
	between("clean_up", p.CleanUp, 0, turnMax)
	between("grid", p.Grid, gridLeast, dayMinutes)
	if p.Grid >= gridLeast && dayMinutes%p.Grid != 0 {
		say("grid", "booking.grid_day", "grid", p.Grid)
	}
	between("lead", p.Lead, 0, horizonMax*dayMinutes)
	between("horizon", p.Horizon, 1, horizonMax)
	between("week_most", p.WeekMost, 0, 7*dayMinutes)
	between("offer_hours", p.OfferHours, 1, offerHoursMax)
	between("remind", p.Remind, 0, offerHoursMax)
	if p.Lead >= p.Horizon*dayMinutes {
		say("lead", "booking.lead_horizon")
	}
	p.checkLengths(say)
	if len(p.Training) > trainingMax {
		say("training", "booking.many", "most", trainingMax)
	}
	for _, t := range p.Training {
		if strings.TrimSpace(t) != t || t == "" || utf8.RuneCountInString(t) > nameMax {
			say("training", "booking.name", "most", nameMax)
		}
	}
	if len(bad) > 0 {
		return bad
	}
	return nil
}

func (p Plan) checkLengths(say func(field, code string, args ...any)) {
	if len(p.Steps) > stepsMax {
		say("steps", "booking.many", "most", stepsMax)
	}
	for i, s := range p.Steps {
		last := i == len(p.Steps)-1
		if s.Step < gridLeast || s.Step > lengthMax || !last && (s.UpTo <= 0 || s.UpTo >= p.Steps[i+1].UpTo && p.Steps[i+1].UpTo != 0) || last && s.UpTo != 0 {
			say("steps", "booking.steps", "no", i+1)
		}
	}
	if len(p.Limits) == 0 || len(p.Limits) > limitsMax {
		say("limits", "booking.limits_many", "most", limitsMax)
	}
	for i, l := range p.Limits {
		if l.From >= l.To || l.Least < gridLeast || l.Most < l.Least || l.Most > lengthMax || slices.ContainsFunc(l.Days, func(d time.Weekday) bool { return d < 0 || d > 6 }) {
			say("limits", "booking.limit", "no", i+1)
			continue
		}
		if _, ok := p.nearestLength(l.Least, l.Most); !ok {
			say("limits", "booking.limit_steps", "no", i+1)
		}
	}
}

// nearestLength is the shortest duration of at least least that the steps allow.
func (p Plan) nearestLength(least, most int) (int, bool) {
	for n := least; n <= most; n++ {
		if n%p.stepOf(n) == 0 {
			return n, true
		}
	}
	return 0, false
}

func checkPeriods(all []Period, field string, say func(string, string, ...any)) {
	if len(all) > periodsMax {
		say(field, "booking.many", "most", periodsMax)
	}
	for i, x := range all {
		if x.From >= x.To || x.To > dayMinutes || x.From < 0 || i > 0 && x.From < all[i-1].To {
			say(field, "booking.period", "from", x.From, "to", x.To)
		}
	}
}

// stepOf is the step of a duration.
func (p Plan) stepOf(minutes int) int {
	for _, s := range p.Steps {
		if s.UpTo == 0 || minutes <= s.UpTo {
			return max(s.Step, 1)
		}
	}
	return max(p.Grid, 1)
}

// limitAt is what bounds a booking that begins at t; false: none may.
func (p Plan) limitAt(t time.Time, zone *time.Location) (Limit, bool) {
	day, c := t.In(zone).Weekday(), clockOf(t, zone)
	for _, l := range p.Limits {
		if (len(l.Days) == 0 || slices.Contains(l.Days, day)) && l.From <= c && c < l.To {
			return l, true
		}
	}
	return Limit{}, false
}

// On are the opening hours of a day: those of an exception, else of its weekday; with Holidays a day off by the calendar
// is closed, and a weekend that is worked has the hours of a Monday.
func (p Plan) On(d unit.Day, cal unit.Calendar) []Period {
	for _, e := range p.Exceptions {
		if e.Day == d {
			return e.Open
		}
	}
	if m, moved := cal.Moved(d); p.Holidays && moved {
		if m.Works {
			return p.Weekly[time.Monday]
		}
		return nil
	}
	return p.Weekly[d.Weekday()]
}

// Open are the spans from one moment to another in which it is open; hours that meet at midnight are one.
func (p Plan) Open(s Span, zone *time.Location, cal unit.Calendar) []Span {
	var all []Span
	for d := unit.DayOf(s.From, zone) - 1; d <= unit.DayOf(s.To, zone); d++ {
		for _, x := range p.On(d, cal) {
			if o := (Span{x.From.at(d, zone), x.To.at(d, zone)}).within(s); o.From.Before(o.To) {
				all = append(all, o)
			}
		}
	}
	return merged(all)
}

// keptUntil is how long a slot that begins at a moment is kept for who may take it: OfferHours, but not into the use itself.
func (p Plan) keptUntil(now, from time.Time) time.Time {
	until := now.Add(time.Duration(p.OfferHours) * time.Hour)
	if until.After(from) {
		return from
	}
	return until
}

// aligned is the first moment from t on at which a booking may begin.
func (p Plan) aligned(t time.Time, zone *time.Location) time.Time {
	if up := t.Truncate(time.Minute); up.Before(t) {
		t = up.Add(time.Minute)
	}
	for range dayMinutes {
		over := int(clockOf(t, zone)) % p.Grid
		if over == 0 {
			break
		}
		t = t.Add(time.Duration(p.Grid-over) * time.Minute)
		if clockOf(t, zone)%Wall(p.Grid) != 0 { // the clock was set in between
			t = t.Add(-time.Duration(p.Grid-over-1) * time.Minute)
		}
	}
	return t
}

func sortSpans(all []Span) {
	sort.Slice(all, func(i, j int) bool { return all[i].From.Before(all[j].From) })
}
