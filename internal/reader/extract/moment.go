package extract

import "strconv"

// moment is a time that a text names, as a period of the output: 2024, 2024-06, 2024-Q1..Q3, 2022..2024, 2022...
type moment struct {
	start, end int
	period     string
	relative   bool // 今年, 6月: needs a year that the text does not give
	asOf       bool // 截至…, …底: the state on a day
	day        bool // names a day: tells when something happened, not what a figure covers
	clears     bool // 目前, 至今: now, so that no earlier time reaches across
	since      bool // …以来, …起
	vague      bool // 近三年, 一年来: a time without a date
	until      bool // 到2025年: an aim
}

// clock is what relative times are counted from.
type clock struct {
	year  int // of the article, 0 where it is not known or not trusted
	month int
	said  int // the year that the sentence named so far
	last  int // the last year that the text named
	main  int // the year that the article is about, by its title or first words
}

var nowWords = words("截至目前 目前 截止目前 迄今 至今 当前 现在 眼下 如今 现已 现有 截至发稿")

// vagueWords are times without a date.
var vagueWords = words("近年来 一年来 多年来 近年 近期 近日 日前 此前 此后 长期以来 历年 往年 连续多年")

// moments finds all times of a text, in their order.
func moments(t *text, ck *clock) []moment {
	var out []moment
	r := t.r
	for i := 0; ; {
		if i = t.marks.next(markMoment, i); i < 0 {
			return out
		}
		m, ok := momentAt(r, i, ck)
		if !ok {
			if r[i] == '。' {
				ck.said = 0
			}
			i++
			continue
		}
		out = append(out, m)
		i = max(m.end, i+1)
	}
}

// momentStart says which characters a time can begin with; most cannot, which keeps the pass quick.
var momentStart [0x10000]bool

func init() {
	for _, c := range "0123456789二今本去前明当同上下全年一三四五六七八九十第截至到从自近数“‘\"迄目眼如现多此历长往连首" {
		momentStart[c] = true
	}
}

func momentAt(r []rune, i int, ck *clock) (m moment, ok bool) {
	c := r[i]
	if uint32(c) >= 0x10000 || !momentStart[c] {
		return m, false
	}
	m.start = i
	if e, v := nowWords.longest(r, i); v != 0 {
		m.end, m.clears = e, true
		if e+1 < len(r) && (r[e] == '年' || isDigit(r[e])) {
			return m, false
		}
		return m, true
	}
	j := i
	switch c {
	case '截':
		if j+1 < len(r) && (r[j+1] == '至' || r[j+1] == '止') {
			m.asOf = true
			j += 2
			if j < len(r) && (r[j] == '到' || r[j] == '至') {
				j++
			}
		}
	case '到', '至':
		j++
		m.until = true
	case '自', '从':
		j++
	}
	for j < len(r) && isSpace(r[j]) {
		j++
	}
	if j >= len(r) {
		return m, false
	}
	if e, ok := planAt(r, j, &m); ok {
		m.end = e
		return m, true
	}
	if y, e := yearAt(r, j); y > 0 {
		if m2, ok := yearMoment(r, j, y, e, m); ok {
			ck.said, ck.last = y, y
			return m2, true
		}
		return m, false
	}
	if y, e, ok := relativeYear(r, j, ck); ok {
		m.relative = true
		return afterYear(r, e, y, m)
	}
	if j > i && !m.asOf && c != '到' && c != '至' {
		return m, false
	}
	if m2, ok := monthDay(r, j, ck, m); ok {
		return m2, true
	}
	if e, v := vagueWords.longest(r, j); v != 0 {
		m.end, m.vague = e, true
		return m, true
	}
	if e := spanOfYears(r, j); e > 0 {
		m.end, m.vague = e, true
		return m, true
	}
	return m, false
}

// planAt reads 十四五 and its kind: five years each, the fourteenth from 2021.
func planAt(r []rune, i int, m *moment) (end int, ok bool) {
	j := i
	quoted := false
	if r[j] == '“' || r[j] == '‘' || r[j] == '"' {
		quoted = true
		j++
	}
	if j+2 >= len(r) || r[j] != '十' || r[j+2] != '五' {
		return 0, false
	}
	n := digitOf(r[j+1])
	if n < 1 {
		return 0, false
	}
	j += 3
	if quoted {
		if j >= len(r) || r[j] != '”' && r[j] != '’' && r[j] != '"' {
			return 0, false
		}
		j++
	}
	from := 2021 + 5*(n-4)
	to := from + 4
	switch {
	case hasAt(r, j, "时期末"):
		m.period, j, m.asOf = strconv.Itoa(to), j+3, true
	case hasAt(r, j, "期末"):
		m.period, j, m.asOf = strconv.Itoa(to), j+2, true
	case hasAt(r, j, "末"):
		m.period, j, m.asOf = strconv.Itoa(to), j+1, true
	case hasAt(r, j, "以来"):
		m.period, j, m.since = strconv.Itoa(from)+"..", j+2, true
	case hasAt(r, j, "期间"), hasAt(r, j, "时期"):
		m.period, j = strconv.Itoa(from)+".."+strconv.Itoa(to), j+2
	case hasAt(r, j, "开局之年"):
		m.period, j = strconv.Itoa(from), j+4
	case hasAt(r, j, "收官之年"):
		m.period, j = strconv.Itoa(to), j+4
	default:
		m.vague = true // 十四五规划: a name
	}
	return j, true
}

// hasAt says whether a text, which is not empty, stands at i. The first character turns nearly all places away.
func hasAt(r []rune, i int, s string) bool {
	return i < len(r) && r[i] == headOf(s) && goesOnAt(r, i, s)
}

// headOf is the first character of a text of ASCII or of the basic plane.
func headOf(s string) rune {
	if len(s) >= 3 && s[0] >= 0xE0 {
		return rune(s[0]&0x0F)<<12 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F)
	}
	if len(s) >= 2 && s[0] >= 0xC0 {
		return rune(s[0]&0x1F)<<6 | rune(s[1]&0x3F)
	}
	return rune(s[0])
}

func goesOnAt(r []rune, i int, s string) bool {
	for _, c := range s {
		if i >= len(r) || r[i] != c {
			return false
		}
		i++
	}
	return true
}

// yearMoment reads on behind four digits: a range of years, or a year with what follows it.
func yearMoment(r []rune, i, y, e int, m moment) (moment, bool) {
	if e < len(r) && r[e] == '年' || hasAt(r, e, "财年") {
		j := e + 1
		if r[e] != '年' {
			j = e + 2
		}
		if k := dash(r, j); k > 0 {
			if y2, e2 := yearAt(r, k); y2 > y && e2 < len(r) && r[e2] == '年' {
				m.period, m.end = strconv.Itoa(y)+".."+strconv.Itoa(y2), e2+1
				return m, true
			}
		}
		return afterYear(r, j, y, m)
	}
	if k := dash(r, e); k > 0 { // 2022-2025年
		if y2, e2 := yearAt(r, k); y2 > y {
			if e2 < len(r) && r[e2] == '年' {
				e2++
			}
			m.period, m.end = strconv.Itoa(y)+".."+strconv.Itoa(y2), e2
			return m, true
		}
	}
	if hasAt(r, e, "以来") {
		m.period, m.end, m.since = strconv.Itoa(y)+"..", e+2, true
		return m, true
	}
	if d, ok := dayAt(r, i); ok && d.day > 0 {
		m.period, m.end, m.day = d.String(), d.end, true
		return m, true
	}
	if e < len(r) && isHan(r[e]) && !m.asOf && !is(r[e], cNumeral) && r[e] != '余' && r[e] != '多' {
		if _, _, ok := unitAt(r, e); !ok { // 2024长三角论坛: a name, 2000家: a number
			m.end, m.vague = e, true
			return m, true
		}
	}
	return m, false
}

// dash skips a sign or word between the ends of a range.
func dash(r []rune, i int) int {
	if i >= len(r) {
		return 0
	}
	switch r[i] {
	case '—', '–', '-', '~', '～', '至', '到', '－', '―':
		for i < len(r) && (r[i] == '—' || r[i] == '–' || r[i] == '-' || r[i] == '~' || r[i] == '～' || r[i] == '至' || r[i] == '到' || r[i] == '－' || r[i] == '―') {
			i++
		}
		return skipBlank(r, i)
	}
	return 0
}

// relativeYear reads 今年, 去年 and their kind.
func relativeYear(r []rune, i int, ck *clock) (year, end int, ok bool) {
	if i+1 >= len(r) || r[i+1] != '年' {
		return 0, i, false
	}
	shift := 0
	switch r[i] {
	case '今', '本':
	case '去':
		shift = -1
	case '前':
		shift = -2
		if i > 0 && (isHan(r[i-1]) || isDigit(r[i-1])) { // 从前年, 3年前年…
			return 0, i, false
		}
	case '明':
		shift = 1
	case '当', '同':
		if ck.last > 0 {
			return ck.last, i + 2, true
		}
	default:
		return 0, i, false
	}
	if ck.year == 0 {
		return 0, i + 2, true
	}
	return ck.year + shift, i + 2, true
}

// afterYear reads what follows 年: a month, a day, a quarter, half, 底, 以来. year 0 is not known.
func afterYear(r []rune, j, year int, m moment) (moment, bool) {
	m.end = j
	y := ""
	if year > 0 {
		y = strconv.Itoa(year)
	}
	set := func(part string, end int) {
		m.end = end
		if y != "" {
			m.period = y + part
		}
	}
	set("", j)
	k := skipBlank(r, j)
	if k < len(r) && r[k] == '度' {
		k++
		m.end = k
	}
	if k < len(r) && r[k] == '的' && k+1 < len(r) && (r[k+1] == '第' || r[k+1] == '前') {
		k++
	}
	switch {
	case hasAt(r, k, "上半年"):
		set("-H1", k+3)
	case hasAt(r, k, "下半年"):
		set("-H2", k+3)
	case hasAt(r, k, "全年"):
		set("", k+2)
	case hasAt(r, k, "以来"), hasAt(r, k, "至今"):
		m.end, m.since = k+2, true
		if y != "" && !m.relative {
			m.period = y + ".."
		}
	case hasAt(r, k, "起"):
		m.end, m.since = k+1, true
		if y != "" {
			m.period = y + ".."
		}
	case hasAt(r, k, "年底"), hasAt(r, k, "年末"):
		m.end, m.asOf = k+2, true
	case hasAt(r, k, "底"), hasAt(r, k, "末"):
		m.end, m.asOf = k+1, true
	case hasAt(r, k, "初"), hasAt(r, k, "春"), hasAt(r, k, "夏"), hasAt(r, k, "秋"), hasAt(r, k, "冬"), hasAt(r, k, "内"):
		m.end = k + 1
	default:
		if p, e, ok := quarter(r, k); ok {
			set("-"+p, e)
			break
		}
		if p, e, ok := months(r, k, y); ok {
			m.end = e
			if y != "" {
				m.period = p
			}
			break
		}
		mo, e := smallAt(r, k)
		if e > 0 {
			e = skipBlank(r, e)
		}
		if e == 0 || mo < 1 || mo > 12 || e >= len(r) || r[e] != '月' {
			break
		}
		set("-"+two(mo), e+1)
		e++
		switch {
		case hasAt(r, e, "份"), hasAt(r, e, "底"), hasAt(r, e, "末"), hasAt(r, e, "初"):
			m.asOf = m.asOf || r[e] != '份' && r[e] != '初'
			m.end = e + 1
		case hasAt(r, e, "上旬"), hasAt(r, e, "中旬"), hasAt(r, e, "下旬"):
			m.end = e + 2
		case hasAt(r, e, "以来"), hasAt(r, e, "至今"):
			m.end, m.since = e+2, true
			if y != "" {
				m.period += ".."
			}
		case hasAt(r, e, "起"):
			m.end, m.since = e+1, true
			if y != "" {
				m.period += ".."
			}
		default:
			if k2 := dash(r, e); k2 > 0 { // 2024年1月至6月, 2023年1月至2024年6月
				if m2, e2 := smallAt(r, k2); e2 > 0 && m2 > mo && m2 <= 12 && e2 < len(r) && r[e2] == '月' {
					set("-"+two(mo)+".."+y+"-"+two(m2), e2+1)
					break
				}
				if y2, e2 := yearAt(r, k2); y2 >= year && e2 < len(r) && r[e2] == '年' {
					if m2, e3 := smallAt(r, e2+1); e3 > 0 && m2 <= 12 && e3 < len(r) && r[e3] == '月' {
						m.end = e3 + 1
						m.period = y + "-" + two(mo) + ".." + strconv.Itoa(y2) + "-" + two(m2)
						break
					}
				}
			}
			if d, e2 := dayOf(r, e); e2 > 0 {
				set("-"+two(mo)+"-"+two(d), e2)
				m.day = true
			}
		}
	}
	for _, w := range []string{"以来", "以前", "之前", "以后"} {
		if hasAt(r, m.end, w) {
			m.end += 2
			if w == "以来" {
				m.since = true
				if m.period != "" && !m.relative && len(m.period) <= 7 {
					m.period += ".."
				}
			}
		}
	}
	if m.since && m.relative && y != "" {
		m.period = y
	}
	if m.day && m.asOf {
		m.period = m.period[:min(len(m.period), 7)]
		m.day = false
	}
	return m, true
}

// dayOf reads 25日 behind a month, with blanks in it; end 0 is none.
func dayOf(r []rune, i int) (day, end int) {
	d, e := smallAt(r, skipBlank(r, i))
	if e == 0 || d < 1 || d > 31 {
		return 0, 0
	}
	e = skipBlank(r, e)
	if e >= len(r) || r[e] != '日' && r[e] != '号' {
		return 0, 0
	}
	return d, e + 1
}

// quarter reads 前三季度, 第一季度, 一季度, 四个季度.
func quarter(r []rune, i int) (period string, end int, ok bool) {
	j := i
	first := 0
	if j < len(r) && r[j] == '前' {
		first = 1
		j++
	} else if j < len(r) && r[j] == '第' {
		j++
	}
	if j >= len(r) {
		return "", 0, false
	}
	q := digitOf(r[j])
	if q < 1 || q > 4 {
		if r[j] != '两' {
			return "", 0, false
		}
		q = 2
	}
	j++
	if k := dash(r, j); k > 0 && k < len(r) && first == 0 { // 一至三季度
		if q2 := digitOf(r[k]); q2 > q && q2 <= 4 {
			first, q, j = q, q2, k+1
		}
	}
	if j < len(r) && r[j] == '个' {
		j++
	}
	if !hasAt(r, j, "季度") {
		if !hasAt(r, j, "季") || j+1 < len(r) && isHan(r[j+1]) && r[j+1] != '末' {
			return "", 0, false
		}
		j--
	}
	j += 2
	if j < len(r) && (r[j] == '末') {
		j++
	}
	if first > 0 && first < q {
		return "Q" + strconv.Itoa(first) + "..Q" + strconv.Itoa(q), j, true
	}
	return "Q" + strconv.Itoa(q), j, true
}

// months reads 前7个月, 1—6月, 1至6月份.
func months(r []rune, i int, year string) (period string, end int, ok bool) {
	j := i
	first := 0
	if j < len(r) && r[j] == '前' {
		first = 1
		j++
	}
	a, e := smallAt(r, j)
	if e == 0 || a < 1 || a > 12 {
		return "", 0, false
	}
	if first == 1 {
		if !hasAt(r, e, "个月") {
			return "", 0, false
		}
		return year + "-01.." + year + "-" + two(a), e + 2, true
	}
	k := dash(r, e)
	if k == 0 {
		return "", 0, false
	}
	b, e := smallAt(r, k)
	if e == 0 || b <= a || b > 12 || e >= len(r) || r[e] != '月' {
		return "", 0, false
	}
	e++
	if e < len(r) && r[e] == '份' {
		e++
	}
	return year + "-" + two(a) + ".." + year + "-" + two(b), e, true
}

// monthDay reads a time without its year: 3月, 3月5日, 上半年, 前三季度, 1—6月, 年底, 全年.
func monthDay(r []rune, j int, ck *clock, m moment) (moment, bool) {
	m.relative = true
	y := "" // for a part of a year
	for _, n := range []int{ck.said, ck.main, ck.year} {
		if n > 0 {
			y = strconv.Itoa(n)
			break
		}
	}
	if j > 0 && (isDigit(r[j-1]) || isLatin(r[j-1])) {
		return m, false
	}
	if c := r[j]; c != '上' && c != '下' && c != '全' && c != '年' && c != '前' && c != '第' && !is(c, cDigit|cNumeral) {
		return m, false
	}
	switch {
	case hasAt(r, j, "上半年"):
		m.end = j + 3
		if y != "" {
			m.period = y + "-H1"
		}
		return m, true
	case hasAt(r, j, "下半年"):
		m.end = j + 3
		if y != "" {
			m.period = y + "-H2"
		}
		return m, true
	case hasAt(r, j, "全年"):
		m.end, m.period = j+2, y
		return m, true
	case hasAt(r, j, "年底前"), hasAt(r, j, "年底"), hasAt(r, j, "年末"), hasAt(r, j, "年内"):
		m.end, m.period, m.asOf = j+2, y, true
		return m, true
	}
	if p, e, ok := quarter(r, j); ok {
		m.end = e
		if y != "" {
			m.period = y + "-" + p
		}
		return m, true
	}
	if p, e, ok := months(r, j, y); ok {
		m.end = e
		if y != "" {
			m.period = p
		}
		return m, true
	}
	mo, e := smallAt(r, j)
	if e > 0 {
		e = skipBlank(r, e)
	}
	if e == 0 || mo < 1 || mo > 12 || e >= len(r) || r[e] != '月' {
		return m, false
	}
	y = ""
	switch {
	case ck.said > 0:
		y = strconv.Itoa(ck.said)
	case ck.year > 0 && ck.month > 0 && mo > ck.month+1 && !m.until && !m.asOf:
		y = strconv.Itoa(ck.year - 1) // 12月 in an article of January
	case ck.year > 0:
		y = strconv.Itoa(ck.year)
	}
	m.end = e + 1
	p := "-" + two(mo)
	if d, e2 := dayOf(r, e+1); e2 > 0 {
		p += "-" + two(d)
		m.end, m.day = e2, true
		if m.asOf {
			p, m.day = p[:3], false
		}
	} else if e+1 < len(r) && (r[e+1] == '底' || r[e+1] == '初' || r[e+1] == '末' || r[e+1] == '份') {
		m.end = e + 2
	}
	if y != "" {
		m.period = y + p
	} else if m.day {
		m.period = p[1:] // MM-DD, for the date of an event
	}
	return m, true
}

// spanOfYears reads 近三年, 未来5年, 过去十年, 每年, 三年行动: a number of years that is no figure.
func spanOfYears(r []rune, i int) (end int) {
	j := i
	switch r[j] {
	case '近', '数', '多':
		j++
	}
	if hasAt(r, i, "连续") {
		j = i + 2
	}
	if j == i {
		return yearsAt(r, i)
	}
	for j < len(r) && isSpace(r[j]) {
		j++
	}
	n, ok := numberAt(r, j)
	if !ok {
		return 0
	}
	e := skipBlank(r, n.end)
	if e >= len(r) || r[e] != '年' {
		return 0
	}
	e++
	if e < len(r) && (r[e] == '来' || r[e] == '间' || r[e] == '内') {
		e++
	}
	return e
}
