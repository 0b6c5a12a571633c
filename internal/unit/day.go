package unit

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"corridor/internal/fault"
)

// Day is a calendar date without a time or a zone. It counts days in the Gregorian calendar: 1 is
// 0001-01-01 and 3,652,059 is 9999-12-31, so that days compare with <, and the zero value is no day.
// Text, JSON and TEXT columns carry ISO 8601, "2026-04-30"; no day is "" there and NULL in a database.
type Day int32

// dayMax is 9999-12-31, the last day that ISO 8601 writes with four digits of a year.
const dayMax Day = 3_652_059

// epoch is 1970-01-01.
const epoch Day = 719_163

const secondsPerDay = 24 * 60 * 60

// beijing is UTC+8 without summer time, as in all China since 1992; it needs no zone database.
var beijing = time.FixedZone("CST", 8*60*60)

// Beijing is the zone of China's civil time, UTC+8.
func Beijing() *time.Location { return beijing }

// Date returns the day of a year, month and day of the month, or no day when there is none such.
func Date(year int, month time.Month, day int) Day {
	if year < 1 || year > 9999 {
		return 0
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || t.Month() != month || t.Day() != day {
		return 0
	}
	return DayOf(t, time.UTC)
}

// DayOf returns the date that the calendar on the wall shows in a place at a moment; no day outside the
// years 1 to 9999.
func DayOf(t time.Time, loc *time.Location) Day {
	local := t.In(loc)
	_, offset := local.Zone()
	s := local.Unix() + int64(offset)
	n := s / secondsPerDay
	if s%secondsPerDay < 0 {
		n--
	}
	if n += int64(epoch); n < 1 || n > int64(dayMax) {
		return 0
	}
	return Day(n)
}

// DayOfEpoch returns the day that lies n days after 1970-01-01; no day when out of range.
func DayOfEpoch(n int64) Day {
	if n < 1-int64(epoch) || n > int64(dayMax-epoch) {
		return 0
	}
	return epoch + Day(n)
}

// ParseDay reads "2026-04-30", "2026/4/30", "2026.4.30", "20260430" and "2026年4月30日". A date that is in no
// calendar, such as 30 February, is refused.
func ParseDay(s string) (Day, error) {
	bad := func() (Day, error) { return 0, fault.New(fault.Invalid, "unit.day_form", "text", shown(s)) }
	if len(s) > textMax {
		return bad()
	}
	t := narrow(s)
	if len(t) == 8 && digits(t) {
		t = t[:4] + "-" + t[4:6] + "-" + t[6:]
	}
	if rest, ok := strings.CutSuffix(t, "日"); ok {
		t = strings.Replace(strings.Replace(rest, "年", "-", 1), "月", "-", 1)
	}
	sep := "-"
	for _, other := range []string{"/", "."} {
		if strings.Contains(t, other) {
			sep = other
		}
	}
	part := strings.Split(t, sep)
	if len(part) != 3 || len(part[0]) != 4 || len(part[1]) > 2 || len(part[2]) > 2 {
		return bad()
	}
	var n [3]int
	for i, p := range part {
		if !digits(p) {
			return bad()
		}
		for j := range len(p) {
			n[i] = n[i]*10 + int(p[j]-'0')
		}
	}
	d := Date(n[0], time.Month(n[1]), n[2])
	if !d.Valid() {
		return bad()
	}
	return d, nil
}

// Valid says whether there is a day at all.
func (d Day) Valid() bool { return d >= 1 && d <= dayMax }

// Epoch is the number of days since 1970-01-01.
func (d Day) Epoch() int64 { return int64(d - epoch) }

// Add returns the day n days later, or earlier when n is below zero; no day when out of range or from none.
func (d Day) Add(n int) Day {
	to := int64(d) + int64(n)
	if !d.Valid() || to < 1 || to > int64(dayMax) {
		return 0
	}
	return Day(to)
}

// Sub returns the number of days from e to d.
func (d Day) Sub(e Day) int { return int(d - e) }

// Start is the first moment of the day in a place.
func (d Day) Start(loc *time.Location) time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, loc)
}

// Date returns year, month and day of the month; zeros for no day.
func (d Day) Date() (year int, month time.Month, day int) {
	if !d.Valid() {
		return 0, 0, 0
	}
	return time.Unix(d.Epoch()*secondsPerDay, 0).UTC().Date()
}

// Year is the year of the day; 0 for no day.
func (d Day) Year() int { y, _, _ := d.Date(); return y }

// Weekday is the day of the week; 1970-01-01 was a Thursday.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d) % 7) + 7) % 7) }

// String prints ISO 8601; no day is "".
func (d Day) String() string {
	if !d.Valid() {
		return ""
	}
	y, m, day := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// MarshalText writes ISO 8601.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDay reads; the empty text is no day.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Value is ISO 8601 for a TEXT column; no day is NULL.
func (d Day) Value() (driver.Value, error) { return textValue(d.String()) }

// Scan reads a TEXT column; NULL is no day.
func (d *Day) Scan(src any) error {
	s, err := scanText(src)
	if err != nil {
		return err
	}
	return d.UnmarshalText([]byte(s))
}
