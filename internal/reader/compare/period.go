package compare

import (
	"strconv"
	"strings"
)

// Period is a stretch of days, both ends included, as YYYY-MM-DD; an open end is "".
type Period struct{ From, To string }

// ParsePeriod reads 2023, 2024-06, 2021-08-18, 2024-Q1..Q3, 2022..2024, 2022.. and ..2024; false for anything else.
func ParsePeriod(s string) (p Period, ok bool) {
	from, to, ranged := strings.Cut(s, "..")
	if !ranged {
		return stretch(from)
	}
	if from != "" {
		first, ok := stretch(from)
		if !ok {
			return p, false
		}
		p.From = first.From
	}
	if to == "" {
		return p, from != ""
	}
	if to[0] == 'Q' || to[0] == 'H' {
		to = from[:min(4, len(from))] + "-" + to
	}
	last, ok := stretch(to)
	p.To = last.To
	return p, ok
}

// stretch is a year, half, quarter, month or day.
func stretch(s string) (p Period, ok bool) {
	year, rest, cut := strings.Cut(s, "-")
	if n, err := strconv.Atoi(year); err != nil || n < 1000 || n > 9999 {
		return p, false
	}
	if !cut {
		return Period{year + "-01-01", year + "-12-31"}, true
	}
	months := map[string][2]string{"Q1": {"01", "03"}, "Q2": {"04", "06"}, "Q3": {"07", "09"}, "Q4": {"10", "12"}, "H1": {"01", "06"}, "H2": {"07", "12"}}
	if m, ok := months[rest]; ok {
		return Period{year + "-" + m[0] + "-01", year + "-" + m[1] + "-31"}, true
	}
	month, day, cut := strings.Cut(rest, "-")
	if n, err := strconv.Atoi(month); err != nil || n < 1 || n > 12 || len(month) != 2 {
		return p, false
	}
	if !cut {
		return Period{s + "-01", s + "-31"}, true
	}
	if n, err := strconv.Atoi(day); err != nil || n < 1 || n > 31 || len(day) != 2 {
		return p, false
	}
	return Period{s, s}, true
}

// Meets says whether two periods share a day.
func (p Period) Meets(q Period) bool {
	return (p.From == "" || q.To == "" || p.From <= q.To) && (q.From == "" || p.To == "" || q.From <= p.To)
}

// same says whether two texts name the very same period; unsaid ones do not.
func same(a, b *string) bool {
	if a == nil || b == nil {
		return false
	}
	p, ok := ParsePeriod(*a)
	q, ok2 := ParsePeriod(*b)
	return ok && ok2 && p == q
}

// meet says whether two texts may name one period: they share a day, or one is unsaid.
func meet(a, b *string) bool {
	if a == nil || b == nil {
		return true
	}
	p, ok := ParsePeriod(*a)
	q, ok2 := ParsePeriod(*b)
	return *a == *b || ok && ok2 && p.Meets(q)
}
