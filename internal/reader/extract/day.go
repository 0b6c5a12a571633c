package extract

import (
	"strconv"
	"strings"
	"time"
)

// aday is a day, a month or a year as a text states it; parts that it leaves open are 0.
type aday struct {
	year, month, day int
	start, end       int // characters of the text
}

// String is YYYY-MM-DD as far as it is known: YYYY, YYYY-MM, MM-DD.
func (d aday) String() string {
	var b strings.Builder
	if d.year > 0 {
		b.WriteString(strconv.Itoa(d.year))
		if d.month > 0 {
			b.WriteByte('-')
		}
	}
	if d.month > 0 {
		b.WriteString(two(d.month))
	}
	if d.day > 0 {
		b.WriteByte('-')
		b.WriteString(two(d.day))
	}
	return b.String()
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

const yearMin, yearMax = 1900, 2099

// firstDay finds the first whole date at or after i: 2026年3月5日, 2026-03-05, 2026/3/5, 2026.03.05, 二〇二六年三月五日.
func firstDay(r []rune, i int) (aday, bool) {
	for ; i < len(r); i++ {
		if isDigit(r[i]) && (i == 0 || !isDigit(r[i-1])) || r[i] == '二' && i+4 < len(r) && r[i+4] == '年' {
			if d, ok := dayAt(r, i); ok && d.day > 0 {
				return d, true
			}
		}
	}
	return aday{}, false
}

// dayAt reads a date that begins at i; month and day may be missing.
func dayAt(r []rune, i int) (d aday, ok bool) {
	d.start = i
	y, j := yearAt(r, i)
	if y == 0 {
		return d, false
	}
	d.year, d.end = y, j
	if j >= len(r) {
		return d, false
	}
	sep := r[j]
	switch {
	case sep == '年':
		d.end = j + 1
		k := skipBlank(r, j+1)
		m, e := smallAt(r, k)
		if e == 0 || m < 1 || m > 12 {
			return d, true
		}
		e = skipBlank(r, e)
		if e >= len(r) || r[e] != '月' {
			return d, true
		}
		d.month, d.end = m, e+1
		k = skipBlank(r, e+1)
		day, e := smallAt(r, k)
		if e == 0 || day < 1 || day > 31 || e >= len(r) || r[e] != '日' && r[e] != '号' {
			return d, true
		}
		d.day, d.end = day, e+1
		return d, true
	case sep == '-' || sep == '/' || sep == '.':
		m, e := smallAt(r, j+1)
		if e == 0 || m < 1 || m > 12 || e >= len(r) || r[e] != sep {
			return d, false
		}
		day, e := smallAt(r, e+1)
		if e == 0 || day < 1 || day > 31 || e < len(r) && isDigit(r[e]) {
			return d, false
		}
		d.month, d.day, d.end = m, day, e
		return d, true
	}
	return d, false
}

func skipBlank(r []rune, i int) int {
	if i < len(r) && isSpace(r[i]) {
		return i + 1
	}
	return i
}

// yearAt reads four digits, Arabic or Chinese, that can be a year of our time.
func yearAt(r []rune, i int) (year, end int) {
	n := 0
	j := i
	for ; j < len(r) && j < i+4; j++ {
		v := digitOf(r[j])
		if v < 0 {
			return 0, 0
		}
		n = n*10 + v
	}
	if j < i+4 || n < yearMin || n > yearMax || j < len(r) && isDigit(r[j]) {
		return 0, 0
	}
	return n, skipYearBlank(r, j)
}

// skipYearBlank skips one blank between a year's digits and 年.
func skipYearBlank(r []rune, j int) int {
	if j+1 < len(r) && isSpace(r[j]) && r[j+1] == '年' {
		return j + 1
	}
	return j
}

// smallAt reads a month or day: one or two digits, or a Chinese numeral up to 三十一.
func smallAt(r []rune, i int) (n, end int) {
	j := i
	for j < len(r) && j < i+2 && isDigit(r[j]) {
		n = n*10 + int(r[j]-'0')
		j++
	}
	if j > i {
		return n, j
	}
	for j < len(r) && j < i+3 && (digitOf(r[j]) > 0 || r[j] == '十') {
		j++
	}
	if j == i {
		return 0, 0
	}
	v, ok := chinese(r[i:j])
	if !ok {
		return 0, 0
	}
	return int(v), j
}

// digitOf is the value of one Arabic or Chinese digit, -1 for anything else.
func digitOf(c rune) int {
	if c >= '0' && c <= '9' {
		return int(c - '0')
	}
	switch c {
	case '〇', '零', '○', 'Ｏ':
		return 0
	case '一':
		return 1
	case '二':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

// englishDay finds 12 May 2025 or May 12, 2025.
func englishDay(r []rune) (string, bool) {
	if len(r) > 200 {
		return "", false
	}
	ck := clock{}
	for _, m := range englishTimes(wordsOf(r), &ck) {
		if m.day && len(m.period) == 10 {
			return m.period, true
		}
	}
	return "", false
}

// stamps are the ways in which pages write a time for programs.
var stamps = []string{time.RFC1123, time.RFC1123Z, time.RFC850, "Mon, 2 Jan 2006 15:04:05 MST", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006"}

// isoDay reads the date of a page's own statement as 2026-03-05; "" if there is none.
func isoDay(s string) string {
	if d, ok := firstDay([]rune(s), 0); ok {
		return d.String()
	}
	if d, ok := englishDay([]rune(s)); ok {
		return d
	}
	for _, form := range stamps {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
