package extract

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// indicatorMax is how many characters before a number are taken for what it counts.
const indicatorMax = 24

var (
	number = regexp.MustCompile(`(超过|超|近|约|逾|突破|不少于|至少|不超过|最多)?\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万亿|千亿|百亿|亿|千万|百万|万|千)?\s*(余|多)?\s*(个百分点|%|％|元|台（套）|台\(套\)|台|家|项|件|笔|单|人次|人|名|次|份|张|户|所|座|条|种|批|个|小时|公里|平方公里|平方米|亩|吨)(以上|左右|以内)?`)

	yearMonth = regexp.MustCompile(`(\d{4})年(?:(\d{1,2})月)?`)
	growth    = regexp.MustCompile(`(增长|增加|提高|提升|上升|下降|减少|降低|增幅|降幅|同比|环比)[^，。；]{0,6}$`)
	planned   = regexp.MustCompile(`(计划|目标|力争|预计|拟|将|到\d{4}年)[^，。；]*$`)
)

// scales and units that numbers are written with.
var (
	scales = map[string]float64{"": 1, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12}
	units  = map[string]string{"个百分点": "pp", "%": "%", "％": "%", "元": "CNY", "小时": "hours", "公里": "km", "平方公里": "km2", "平方米": "m2", "亩": "mu", "吨": "t", "人次": "times"}
	approx = map[string]string{"超过": "over", "超": "over", "逾": "over", "突破": "over", "不少于": "over", "至少": "over", "近": "nearly", "约": "about",
		"不超过": "at_most", "最多": "at_most", "余": "over", "多": "over", "以上": "over", "左右": "about", "以内": "at_most"}
)

// figures finds numbers with a unit. A number inside a code name (G60, C919) is none.
func (t stretch) figures() []Figure {
	var out []Figure
	for _, m := range number.FindAllStringSubmatchIndex(t.text, -1) {
		if before, _ := utf8.DecodeLastRuneInString(t.text[:m[4]]); isLatin(before) || before == '+' || before == '.' {
			continue
		}
		get := func(g int) string {
			if m[2*g] < 0 {
				return ""
			}
			return t.text[m[2*g]:m[2*g+1]]
		}
		v, err := strconv.ParseFloat(strings.ReplaceAll(get(2), ",", ""), 64)
		if err != nil || math.IsInf(v, 0) {
			continue
		}
		from, to := t.sentence(m[4])
		start := m[4]
		if get(1) != "" {
			start = m[2]
		}
		f := Figure{Quote: t.text[start:m[1]], Span: t.at(start, m[1]), Value: round(v * scales[get(3)]), Unit: "count", Approx: "exact", Kind: "level"}
		if u, ok := units[get(5)]; ok {
			f.Unit = u
		} else {
			f.Counter = get(5)
		}
		for _, g := range []int{6, 4, 1} {
			if a := approx[get(g)]; a != "" {
				f.Approx = a
			}
		}
		lead := t.text[from:start]
		f.Indicator = phrase(lead)
		if growth.MatchString(lead) {
			f.Change, f.Kind = true, "growth"
		} else if planned.MatchString(lead) {
			f.Kind = "target"
		}
		if p := period(t.text[from:to]); p != "" {
			f.Period, f.PeriodBasis = &p, "stated"
		}
		out = append(out, f)
	}
	return out
}

// round drops the noise of a product with a power of ten.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// phrase is what stands before a number in its clause: what it counts.
func phrase(lead string) string {
	if i := strings.LastIndexAny(lead, "，。；：,;、"); i >= 0 {
		_, n := utf8.DecodeRuneInString(lead[i:])
		if rest := lead[i+n:]; strings.TrimSpace(rest) != "" {
			lead = rest
		}
	}
	lead = strings.TrimSpace(lead)
	for _, w := range []string{"达到", "达", "为", "共", "已", "了", "有"} {
		lead = strings.TrimSuffix(lead, w)
	}
	if r := []rune(lead); len(r) > indicatorMax {
		lead = string(r[len(r)-indicatorMax:])
	}
	return strings.TrimSpace(lead)
}

// period is the year or month that a sentence names, if it names just one; never the page's own day.
func period(sentence string) string {
	all := yearMonth.FindAllStringSubmatch(sentence, -1)
	if len(all) == 0 {
		return ""
	}
	first := all[0]
	for _, m := range all[1:] {
		if m[1] != first[1] || m[2] != first[2] {
			return ""
		}
	}
	if first[2] == "" {
		return first[1]
	}
	return first[1] + "-" + two(first[2])
}
