package extract

import "math"

const (
	quoteMax     = 60 // characters of a figure's quote
	rangeGap     = 2  // characters between the ends of a range
	smallNumeral = 10 // Chinese numerals below this are counts only with measure words that make no names
)

// sighting is a number with its unit in a text, before anything is known of what it counts.
type sighting struct {
	t          *text
	start, end int // with the words that say how exact it is, and what stands behind the unit
	at         int // first character of the number itself
	num        number
	unit       measure
	value      float64
	high       float64
	ranged     bool
	approx     string
	rank       bool
	ratio      bool // 每10辆…4辆
	fraction   bool // 三分之一
	fold       bool // 翻一番
	bound      bool // 以上 or 以下 stands behind it
	threshold  string
	nounAt     int    // where the name of what is counted is looked for, if not at end
	part       string // from, to
	sentence   part
	clause     part
}

// round drops the noise of a product with a power of ten.
func round(v float64) float64 {
	if a := math.Abs(v); a >= 1e9 || a == 0 {
		return math.Round(v)
	}
	return math.Round(v*1e6) / 1e6
}

// sightings adds the numbers of a text that can be figures, in their order.
func sightings(out []sighting, t *text, names *lexicon) []sighting {
	if !t.marks.numeric {
		return out
	}
	next := 0 // of the times
	for i := 0; ; {
		if i = t.marks.next(markNumber, i); i < 0 {
			return out
		}
		for next < len(t.times) && t.times[next].end <= i {
			next++
		}
		if next < len(t.times) && t.times[next].start <= i {
			i = t.times[next].end
			continue
		}
		s, end, ok := sightingAt(t, i, names)
		if ok {
			s.t = t
			s.sentence = t.sentence(s.at)
			s.clause = t.clause(s.sentence, s.at)
			t.beforeColon(&s)
			out = append(out, s)
		}
		i = max(end, i+1)
	}
}

// beforeColon widens the clause of a number that stands directly behind a colon: 服务收入：5230万元.
func (t *text) beforeColon(s *sighting) {
	c := s.clause.start
	if c == 0 || t.r[c-1] != '：' && t.r[c-1] != ':' || len(trimBlank(t.r[c:s.start])) > 0 {
		return
	}
	if c-1 > s.sentence.start {
		s.clause.start = t.clause(s.sentence, c-2).start
	}
}

// sightingAt reads a figure at i; end is where to look on, whether or not there was one.
func sightingAt(t *text, i int, names *lexicon) (s sighting, end int, ok bool) {
	r := t.r
	switch r[i] {
	case '翻':
		return doubled(r, i)
	case '第', '前':
		return ranking(r, i)
	case '每':
		return ratio(t, i)
	case '过', '超':
		return half(r, i)
	}
	if s, end, ok = fractionAt(r, i); ok || end > i {
		return s, end, ok
	}
	s = sighting{}
	n, good := numberAt(r, i)
	if !good {
		return s, skipNumber(r, i), false
	}
	if refused(r, n) {
		return s, skipNumber(r, n.end), false
	}
	s.num, s.at, s.value, s.approx = n, i, n.value, n.approx
	s.high, s.ranged = n.high, n.ranged
	s.end = n.end
	m, e, has := unitAt(r, n.end)
	if k := dash(r, n.end); k > 0 && !n.ranged { // 10—15家
		if n2, ok := numberAt(r, k); ok && !refused(r, n2) {
			if m2, e2, ok := unitAt(r, n2.end); ok && (n2.value > n.value || n2.value*m2.factor > n.value) {
				low := n.value
				if n.bare && !n2.bare && n2.value >= 1e4 && n2.approx == "" && n.value < n2.value/1e4 { // 3至5万
					low = n.value * scaleOf(n2)
				}
				s.value, s.high, s.ranged, m, e, has = low, n2.value, true, m2, e2, true
			}
		}
	}
	if !has {
		return s.unitless(r)
	}
	s.unit, s.end = m, e
	if !s.ranged { // 3家至5家
		if k := dash(r, e); k > 0 {
			if n2, ok := numberAt(r, k); ok && n2.value > n.value && !refused(r, n2) {
				if m2, e2, ok := unitAt(r, n2.end); ok && m2.name == m.name && !(k-e == 1 && r[e] == '到' && s.rises(r)) {
					s.high, s.ranged, s.end = n2.value, true, e2
				}
			}
		}
	}
	if !countable(r, &s, names) {
		return s, s.end, false
	}
	s.value = round(s.value * m.factor)
	s.high = round(s.high * m.factor)
	if s.ranged {
		s.approx = "range"
	}
	s.dress(r)
	if n.scale && s.approx == "order" && m.name != "CNY" || n.scale && s.at > 0 && r[s.at-1] == '每' {
		return s, s.end, false // 百家企业 says no number
	}
	return s, s.end, true
}

// scaleOf is the scale that a number was written with: 5万 is 1e4.
func scaleOf(n number) float64 {
	f := 1.0
	for _, c := range []float64{1e12, 1e8, 1e4} {
		if n.value >= c {
			f = c
			break
		}
	}
	return f
}

// rises says whether a range with 到 is a growth: 从6个到9个 is one, 提供6到9个 is none.
func (s *sighting) rises(r []rune) bool {
	for j := s.at - 1; j >= 0 && j > s.at-14; j-- {
		if r[j] == '从' || r[j] == '由' {
			return true
		}
		if is(r[j], cPause) {
			break
		}
	}
	return false
}

// dress reads the words around a number that say how exact it is.
func (s *sighting) dress(r []rune) {
	s.start = s.at
	if b, a := approxTo(r, s.at); a != "" {
		s.start = b
		if s.approx == "" || s.approx == "order" {
			s.approx = a
		}
	}
	if e, a := approxAfter(r, s.end); a != "" {
		if a != "order" || s.num.han && s.num.scale {
			s.end = e
			s.bound = a == "over" || a == "at_most"
			if s.approx == "" || s.approx == "order" && a != "order" {
				s.approx = a
			}
		}
	} else if s.end < len(r) && r[s.end] == '内' && s.approx == "" && (s.unit.name == "days" || s.unit.name == "hours" || s.unit.name == "months") {
		s.end++
		s.approx = "at_most"
	}
	if s.start >= 3 && s.unit.name == "CNY" && string(r[s.start-3:s.start]) == "人民币" {
		s.start -= 3
	}
	if s.approx == "" {
		s.approx = "exact"
	}
}

// skipNumber steps over what looks like a number and is none, with the letters that are grown to it.
func skipNumber(r []rune, i int) int {
	j := i
	for j < len(r) && (isDigit(r[j]) || isLatin(r[j]) || (r[j] == '.' || r[j] == '-' || r[j] == '+' || r[j] == '/' || r[j] == ':') && j+1 < len(r) && (isDigit(r[j+1]) || isLatin(r[j+1]))) {
		j++
	}
	if j == i {
		for j < len(r) && is(r[j], cNumeral) {
			j++
		}
	}
	return max(j, i+1)
}

// refused says whether a number is part of a code, a name, an ordinal, a date or a sum of digits: G60, 3+6, 第五, 12:30.
func refused(r []rune, n number) bool {
	i, e := n.start, n.end
	if n.zero {
		return true
	}
	if i > 0 {
		p := r[i-1]
		switch {
		case isLatin(p) || isDigit(p):
			return !currencyBefore(r, i)
		case p == '第' || p == '+' || p == '#' || p == '№' || p == '×' || p == '〔' || p == '_' || p == '&' || p == '@' || p == '=':
			return true
		case p == '.' || p == '-' || p == '/' || p == ':' || p == '－':
			if i > 1 && (isLatin(r[i-2]) || isDigit(r[i-2])) {
				return true
			}
		case p == '之' && n.han && i > 1 && r[i-2] != '分':
			return true
		case n.han && (p == '专' || p == '统' || p == '唯' || p == '单' || p == '逐' || p == '十' || p == '周' || p == '初' || p == '高'):
			return true
		case n.han && p == '期' && i > 1 && r[i-2] == '星':
			return true
		}
	}
	if e < len(r) {
		c := r[e]
		switch {
		case isLatin(c) && !n.han:
			_, _, ok := unitAt(r, e)
			return !ok
		case c == '+':
			return e+1 < len(r) && (isDigit(r[e+1]) || r[e+1] == 'N' || r[e+1] == 'n' || r[e+1] == 'X' || is(r[e+1], cNumeral) || r[e+1] == '“')
		case c == '×' || c == '*' || c == '〕' || c == '_':
			return true
		case c == ':' || c == '：':
			return e+1 < len(r) && isDigit(r[e+1])
		case c == '.' && n.bare:
			return e+1 < len(r) && isDigit(r[e+1])
		case c == '-' && n.bare:
			return e+1 < len(r) && isLatin(r[e+1])
		}
	}
	return false
}

// currencyBefore says whether the letters before i are those of a currency.
func currencyBefore(r []rune, i int) bool {
	return i >= 3 && (string(r[i-3:i]) == "RMB" || string(r[i-3:i]) == "CNY" || string(r[i-3:i]) == "USD")
}

// unitless takes a number without a unit where its own words make it a figure: 人数为12亿, 上网人数达1.2万.
func (s sighting) unitless(r []rune) (sighting, int, bool) {
	n := s.num
	if n.bare || n.han || n.value < 1e4 || n.end < len(r) && (isHan(r[n.end]) || isLatin(r[n.end])) {
		return s, s.end, false
	}
	from := s.at
	if b, a := approxTo(r, from); a != "" {
		from = b
	}
	for from > 0 && (isSpace(r[from-1]) || r[from-1] == '达' || r[from-1] == '到' || r[from-1] == '为' || r[from-1] == '有') {
		from--
	}
	if from == 0 || r[from-1] != '数' && r[from-1] != '量' && r[from-1] != '次' && r[from-1] != '户' && r[from-1] != '口' {
		return s, s.end, false
	}
	s.unit = measure{name: "count", factor: 1, counter: true}
	s.dress(r)
	return s, s.end, true
}
