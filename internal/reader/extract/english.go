package extract

import (
	"strconv"
	"strings"
)

// word is a word of a text in an alphabet: letters and digits, with the marks that belong to numbers.
type word struct {
	start, end int
	low        string // small letters, without a point at its end
	capital    bool
	digit      bool
	mark       rune // the first mark behind it: , . ; ( and so on, 0 if a blank
}

// wordsOf cuts a text into words.
func wordsOf(r []rune) []word {
	var out []word
	for i := 0; i < len(r); {
		c := r[i]
		if !isLatin(c) && !isDigit(c) && c != '$' && c != '€' && c != '¥' && c != '£' && c < 0xc0 {
			i++
			continue
		}
		j := i + 1
		for j < len(r) && (isLatin(r[j]) || isDigit(r[j]) || r[j] >= 0xc0 && !wide(r[j]) || j+1 < len(r) && (r[j] == ',' || r[j] == '.') && isDigit(r[j-1]) && isDigit(r[j+1]) ||
			j+1 < len(r) && (r[j] == '\'' || r[j] == '’' || r[j] == '-' || r[j] == '&') && (isLatin(r[j+1]) || isDigit(r[j+1]))) {
			j++
		}
		w := word{start: i, end: j, digit: isDigit(c), capital: c >= 'A' && c <= 'Z'}
		low := make([]rune, 0, j-i)
		for _, x := range r[i:j] {
			low = append(low, lower(x))
		}
		w.low = string(low)
		if j < len(r) && r[j] == '%' {
			w.mark = '%'
		} else if j < len(r) && !isSpace(r[j]) {
			w.mark = r[j]
		}
		out = append(out, w)
		i = j
	}
	return out
}

var (
	englishBefore = map[string]string{"more than": "over", "over": "over", "exceeding": "over", "exceeded": "over", "exceeds": "over", "above": "over", "at least": "over",
		"no fewer than": "over", "no less than": "over", "not less than": "over", "surpassed": "over", "topped": "over", "nearly": "nearly", "almost": "nearly", "close to": "nearly",
		"about": "about", "around": "about", "approximately": "about", "roughly": "about", "some": "about", "an estimated": "about", "up to": "at_most", "at most": "at_most",
		"no more than": "at_most", "less than": "at_most", "fewer than": "at_most", "under": "at_most", "below": "at_most", "not exceeding": "at_most", "within": "at_most"}
	englishScale = map[string]float64{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9, "m": 1e6}
	englishDigit = map[string]float64{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
		"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "a dozen": 12}
	englishUnit = map[string]measure{"percent": {name: "%", factor: 1}, "per cent": {name: "%", factor: 1}, "percentage points": {name: "pp", factor: 1}, "percentage point": {name: "pp", factor: 1},
		"yuan": {name: "CNY", factor: 1}, "rmb": {name: "CNY", factor: 1}, "renminbi": {name: "CNY", factor: 1}, "dollars": {name: "USD", factor: 1}, "us dollars": {name: "USD", factor: 1}, "usd": {name: "USD", factor: 1},
		"euros": {name: "EUR", factor: 1}, "times": {name: "times", factor: 1}, "hours": {name: "hours", factor: 1}, "days": {name: "days", factor: 1}, "working days": {name: "days", factor: 1},
		"months": {name: "months", factor: 1}, "years": {name: "years", factor: 1}, "minutes": {name: "minutes", factor: 1}, "kilometers": {name: "km", factor: 1}, "kilometres": {name: "km", factor: 1}, "km": {name: "km", factor: 1},
		"square meters": {name: "m2", factor: 1}, "square metres": {name: "m2", factor: 1}, "tonnes": {name: "t", factor: 1}, "tons": {name: "t", factor: 1}, "kg": {name: "kg", factor: 1}, "meters": {name: "m", factor: 1}, "metres": {name: "m", factor: 1}}
	englishMoney = map[string]string{"rmb": "CNY", "cny": "CNY", "¥": "CNY", "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "hk$": "HKD"}
	monthNames   = map[string]int{"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7,
		"august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12}
	// englishStops end a noun phrase or a subject.
	englishStops = map[string]bool{"in": true, "of": true, "from": true, "to": true, "for": true, "with": true, "by": true, "on": true, "at": true, "and": true, "or": true, "that": true, "which": true,
		"who": true, "were": true, "was": true, "is": true, "are": true, "have": true, "has": true, "had": true, "will": true, "would": true, "can": true, "could": true, "as": true, "into": true, "across": true,
		"during": true, "last": true, "this": true, "over": true, "up": true, "down": true, "than": true, "under": true, "used": true, "while": true, "after": true, "before": true, "when": true, "but": true, "per": true, "between": true, "through": true, "worth": true, "since": true, "a": true, "an": true, "the": true, "its": true, "their": true}
	englishUp    = map[string]bool{"up": true, "down": true, "rose": true, "risen": true, "grew": true, "grown": true, "increased": true, "increase": true, "growth": true, "fell": true, "declined": true, "dropped": true, "decreased": true, "climbed": true, "jumped": true, "surged": true, "expanded": true, "soared": true, "gained": true}
	englishVerbs = map[string]bool{"said": true, "opened": true, "launched": true, "lists": true, "placed": true, "paid": true, "received": true, "signed": true, "plans": true, "aims": true, "used": true, "has": true, "have": true, "had": true, "is": true, "are": true, "was": true, "were": true,
		"will": true, "would": true, "can": true, "could": true, "rose": true, "grew": true, "fell": true, "increased": true, "reached": true, "totalled": true, "totaled": true, "covers": true, "includes": true, "provides": true, "supports": true, "invested": true, "issued": true, "attracted": true,
		"completed": true, "established": true, "created": true, "added": true, "serves": true, "served": true, "accounted": true, "exceeded": true, "hosts": true, "links": true, "connects": true, "spent": true, "won": true, "granted": true, "expects": true, "announced": true, "told": true, "stood": true, "came": true, "began": true, "started": true, "offers": true, "approved": true, "published": true, "released": true, "helped": true, "brought": true, "made": true, "took": true, "gave": true, "set": true, "built": true, "raised": true, "cut": true, "filed": true, "registered": true, "employs": true, "operates": true, "runs": true, "owns": true, "holds": true}
)

// englishTimes finds the times of an English text: in 2024, by 2026, 12 May 2025, May 12, the first half of 2025.
func englishTimes(ws []word, ck *clock) []moment {
	var out []moment
	for i := 0; i < len(ws); i++ {
		w := &ws[i]
		mo := 0
		if w.capital {
			mo = monthNames[w.low]
		}
		next := func(k int) string {
			if i+k >= 0 && i+k < len(ws) {
				return ws[i+k].low
			}
			return ""
		}
		year := func(k int) int {
			if i+k < len(ws) && len(ws[i+k].low) == 4 && ws[i+k].digit {
				if n, err := strconv.Atoi(ws[i+k].low); err == nil && n >= yearMin && n <= yearMax {
					return n
				}
			}
			return 0
		}
		day := func(k int) int {
			if i+k < 0 || i+k >= len(ws) || !ws[i+k].digit || len(ws[i+k].low) > 2 {
				return 0
			}
			n, err := strconv.Atoi(ws[i+k].low)
			if err != nil || n < 1 || n > 31 {
				return 0
			}
			return n
		}
		m := moment{start: w.start, end: w.end}
		switch {
		case mo > 0:
			y, d, last := 0, 0, i
			if d = day(1); d > 0 {
				last = i + 1
				if y = year(2); y > 0 {
					last = i + 2
				}
			} else if d = day(-1); d > 0 {
				m.start = ws[i-1].start
				if y = year(1); y > 0 {
					last = i + 1
				}
			} else if y = year(1); y > 0 {
				last = i + 1
			} else if w.low == "may" || w.low == "march" {
				continue // a verb
			}
			m.end = ws[last].end
			if y > 0 {
				ck.said, ck.last = y, y
			} else if y = ck.year; y > 0 && ck.month > 0 && mo > ck.month+1 {
				y--
				m.relative = true
			}
			a := aday{year: y, month: mo, day: d}
			m.period, m.day = a.String(), d > 0
			i = last
		case year(0) > 0 && w.mark != '%':
			y := year(0)
			if u := next(1); u != "" && !englishStops[u] && w.mark == 0 && countNoun(u) && next(-1) != "in" && next(-1) != "by" && next(-1) != "since" && next(-1) != "from" && next(-1) != "of" {
				continue // 2000 firms
			}
			ck.said, ck.last = y, y
			m.period = strconv.Itoa(y)
			switch p := next(-1); p {
			case "by":
				m.until = true
			case "since":
				m.since = true
				m.period += ".."
			case "of":
				switch next(-2) {
				case "half":
					if h := map[string]string{"first": "-H1", "second": "-H2"}[next(-3)]; h != "" {
						m.period += h
					}
				case "quarter":
					if q := map[string]string{"first": "-Q1", "second": "-Q2", "third": "-Q3", "fourth": "-Q4"}[next(-3)]; q != "" {
						m.period += q
					}
				}
			}
			if next(1) == "to" && year(2) > y && next(-1) == "from" || next(1) == "and" && year(2) > y && next(-1) == "between" {
				m.period += ".." + strconv.Itoa(year(2))
				m.end = ws[i+2].end
				i += 2
			}
		case w.low == "last" && next(1) == "year", w.low == "this" && next(1) == "year":
			m.end, m.relative = ws[i+1].end, true
			if ck.year > 0 {
				y := ck.year
				if w.low == "last" {
					y--
				}
				m.period = strconv.Itoa(y)
			}
			i++
		default:
			continue
		}
		out = append(out, m)
	}
	return out
}

// countNoun says whether a word can be what is counted: a plural.
func countNoun(s string) bool {
	return len(s) > 2 && strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !englishStops[s] || s == "people" || s == "staff" || s == "companies"
}

// englishFigures reads the numbers of an English text.
func (a *analysis) englishFigures(t *text) []Figure {
	ws := t.words
	var out []Figure
	var froms []int
	for i := 0; i < len(ws); i++ {
		f, next, ok := a.englishFigure(t, ws, i)
		if !ok {
			continue
		}
		if n := len(out); n > 0 && len(froms) > 0 && out[n-1].Unit == f.Unit && between2(ws, froms[len(froms)-1], i, "to") {
			out[n-1].Part, f.Part = "from", "to"
			out[n-1].Change, f.Change = false, false
			f.Indicator, f.Subject = out[n-1].Indicator, out[n-1].Subject
		}
		out = append(out, f)
		froms = append(froms, next)
		i = next
	}
	return out
}

// between2 says whether the words between two numbers hold a word, and the first number has from before it.
func between2(ws []word, from, to int, w string) bool {
	if to-from > 6 {
		return false
	}
	for k := from + 1; k < to; k++ {
		if ws[k].low == w {
			for b := from; b >= 0 && b > from-5; b-- {
				if ws[b].low == "from" {
					return true
				}
			}
		}
	}
	return false
}

// englishFigure reads one number that begins at word i; last is its last word.
func (a *analysis) englishFigure(t *text, ws []word, i int) (f Figure, last int, ok bool) {
	w := &ws[i]
	at := func(k int) string {
		if k >= 0 && k < len(ws) {
			return ws[k].low
		}
		return ""
	}
	for k := range t.times {
		if m := &t.times[k]; m.start <= w.start && w.start < m.end {
			return f, i, false
		}
	}
	v, money, first := 0.0, "", i
	low := w.low
	spelled := false
	switch {
	case w.digit:
		x, err := strconv.ParseFloat(strings.ReplaceAll(low, ",", ""), 64)
		if err != nil || w.start > 0 && (t.r[w.start-1] == '-' || t.r[w.start-1] == '.') || len(low) > 1 && low[0] == '0' && low[1] != '.' {
			return f, i, false
		}
		v = x
	case englishDigit[low] > 0:
		v, spelled = englishDigit[low], true
	default:
		cut := strings.IndexAny(low, "0123456789")
		if cut <= 0 || englishMoney[low[:cut]] == "" {
			return f, i, false
		}
		x, err := strconv.ParseFloat(strings.ReplaceAll(low[cut:], ",", ""), 64)
		if err != nil {
			return f, i, false
		}
		v, money = x, englishMoney[low[:cut]]
	}
	last = i
	if money == "" && !spelled {
		if m := englishMoney[at(i-1)]; m != "" && ws[i-1].end+2 >= w.start {
			money, first = m, i-1
		} else if w.start > 0 && englishMoney[string(t.r[w.start-1])] != "" {
			money = englishMoney[string(t.r[w.start-1])]
		}
	}
	unit := measure{name: "count", factor: 1, counter: true}
	has := false
	if w.mark == '%' {
		unit, has = measure{name: "%", factor: 1}, true
	} else if s := englishScale[at(i+1)]; s > 0 && w.mark == 0 && (at(i+1) != "m" || money != "") {
		v *= s
		last = i + 1
	}
	if !has && ws[last].mark == 0 {
		if m, ok := englishUnit[at(last+1)+" "+at(last+2)]; ok {
			unit, has, last = m, true, last+2
		} else if m, ok := englishUnit[at(last+1)]; ok {
			unit, has, last = m, true, last+1
		}
	}
	if money != "" {
		unit, has = measure{name: money, factor: 1}, true
	}
	noun := ""
	nounEnd := last
	for k := last + 1; k < len(ws) && k <= last+5 && ws[k-1].mark == 0 || k == last+1 && k < len(ws) && ws[last].mark == 0; k++ {
		if englishStops[ws[k].low] || ws[k].digit {
			break
		}
		nounEnd = k
		if ws[k].mark != 0 {
			break
		}
	}
	if nounEnd > last {
		noun = t.say(ws[last+1].start, ws[nounEnd].end)
	}
	if !has && noun == "" && at(i-1) == "of" && gathers[at(i-2)] { // a staff of 12
		noun, has = at(i-2), true
		if at(i-2) == "total" {
			noun = ""
		}
	}
	if !has {
		plural := false
		for k := last + 1; k <= nounEnd; k++ {
			plural = plural || countNoun(ws[k].low)
		}
		prev := at(i - 1)
		if !plural && !(prev == "to" && (at(i+1) == "by" || totalled(ws, i))) || spelled && (prev == "the" || prev == "these" || prev == "those" || prev == "first" || prev == "next" || prev == "last" || prev == "past") {
			return f, i, false
		}
		if strings.HasSuffix(at(i-1), "-") || v >= yearMin && v <= yearMax && !strings.Contains(low, ",") && (prev == "in" || prev == "by" || prev == "since") {
			return f, i, false
		}
	}
	if unit.name == "years" && !spelledDuration(at(i-1)) || spelled && (unit.name == "years" || unit.name == "days" || unit.name == "months") {
		return f, i, false
	}
	start := ws[first].start
	approx := "exact"
	for n := 3; n >= 1; n-- {
		if first-n < 0 {
			continue
		}
		var parts []string
		for k := first - n; k < first; k++ {
			parts = append(parts, ws[k].low)
		}
		if x := englishBefore[strings.Join(parts, " ")]; x != "" {
			approx, start = x, ws[first-n].start
			first -= n
			break
		}
	}
	end := ws[last].end
	if w.mark == '%' && last == i {
		end++
	}
	f = Figure{Quote: t.say(start, end), Span: t.span(start, end), Value: round(v), Unit: unit.name, Approx: approx, Kind: "level"}
	if unit.counter {
		f.Counter = noun
	}
	a.englishMeaning(t, ws, first, last, noun, &f)
	a.englishPeriod(t, ws, first, last, &f)
	return f, last, true
}

// gathers are words whose number stands behind of.
var gathers = map[string]bool{"staff": true, "team": true, "total": true, "workforce": true, "membership": true, "group": true, "network": true, "fleet": true, "panel": true}

// totalled says whether a total is spoken of before i: bringing the total to 1,312.
func totalled(ws []word, i int) bool {
	for k := i - 1; k >= 0 && k > i-5; k-- {
		if ws[k].low == "total" || ws[k].low == "number" {
			return true
		}
	}
	return false
}

func spelledDuration(before string) bool {
	return before == "within" || before == "lasting" || before == "least" || before == "than" || before == "to"
}

// englishMeaning tells what a number counts: the noun behind it, or what stands before it in its clause.
func (a *analysis) englishMeaning(t *text, ws []word, first, last int, noun string, f *Figure) {
	s := t.sentence(ws[first].start)
	b := first
	for b > 0 && ws[b-1].start >= s.start {
		b--
	}
	// The subject: from the beginning of the sentence to its first verb.
	v := b
	for v < first && !englishVerbs[ws[v].low] {
		v++
	}
	if v < first && v > b {
		f.Subject = clipEnglish(t, ws[b:v])
	}
	verb := ""
	for k := first - 1; k >= b && k > first-4; k-- {
		if englishVerbs[ws[k].low] || strings.HasSuffix(ws[k].low, "ing") || strings.HasSuffix(ws[k].low, "ed") {
			verb = ws[k].low
			break
		}
	}
	for k := first - 1; k >= b && k > first-3; k-- {
		if englishUp[ws[k].low] && f.Unit != "CNY" {
			f.Change, f.Kind = f.Unit == "%" || f.Unit == "pp" || f.Unit == "times", "growth"
			if !f.Change {
				f.Kind = "level"
			}
			break
		}
	}
	switch {
	case f.Unit == "count" && noun != "":
		f.Indicator = strings.TrimSpace(noun + " " + verb)
	case last+1 < len(ws) && ws[last].mark == 0 && (ws[last+1].low == "in" || ws[last+1].low == "of" || ws[last+1].low == "for" || ws[last+1].low == "on") && last+2 < len(ws) && !ws[last+2].digit && monthNames[ws[last+2].low] == 0:
		k := last + 2
		for k < len(ws) && k < last+6 && !(englishStops[ws[k].low] && ws[k].low != "the") {
			if ws[k].mark != 0 {
				k++
				break
			}
			k++
		}
		f.Indicator = clipEnglish(t, ws[last+2:k])
	default:
		k := max(b, first-6)
		for j := first - 1; j >= k; j-- {
			if ws[j].mark == ',' || ws[j].mark == ';' || ws[j].mark == ':' {
				k = j + 1
				break
			}
		}
		if f.Change && k >= first-2 {
			f.Indicator = "growth of " + a.lastEnglish
		} else {
			f.Indicator = clipEnglish(t, ws[k:first])
		}
	}
	if !f.Change {
		a.lastEnglish = f.Indicator
	}
	if f.Subject == "" {
		f.Subject = a.lastSubject
	} else {
		a.lastSubject = f.Subject
	}
}

func clipEnglish(t *text, ws []word) string {
	for len(ws) > 0 && (ws[0].low == "the" || ws[0].low == "a" || ws[0].low == "an" || ws[0].low == "and" || ws[0].low == "in") {
		ws = ws[1:]
	}
	if len(ws) == 0 {
		return ""
	}
	if len(ws) > 8 {
		ws = ws[len(ws)-8:]
	}
	return t.say(ws[0].start, ws[len(ws)-1].end)
}

// englishPeriod finds the time of a number: behind it in its clause, else before it in its sentence.
func (a *analysis) englishPeriod(t *text, ws []word, first, last int, f *Figure) {
	s := t.sentence(ws[first].start)
	var before, after *moment
	for s.start > 0 && t.r[s.start-1] == ';' { // what a semicolon parts shares its time
		s.start = t.sentence(s.start - 1).start
	}
	for k := range t.times {
		m := &t.times[k]
		if m.start < s.start || m.start >= s.end || m.day || m.vague || m.period == "" {
			continue
		}
		if m.start < ws[first].start {
			before = m
		} else if after == nil && !numberBetween(ws, last, m.start) && m.start-ws[last].end < 90 {
			after = m
		}
	}
	m := after
	if m == nil {
		m = before
	}
	if m == nil || strings.HasPrefix(f.Approx, "x") {
		return
	}
	p, basis := of(m)
	f.Period, f.PeriodBasis = orNil(p), basis
	if m.until {
		f.Kind = "target"
	}
}

func numberBetween(ws []word, last, to int) bool {
	for k := last + 1; k < len(ws) && ws[k].start < to; k++ {
		if ws[k].digit {
			return true
		}
	}
	return false
}
