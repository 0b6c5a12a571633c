package extract

import (
	"slices"
	"strings"
)

// figures adds the numbers of one paragraph to those before.
func (a *analysis) figures(out []Figure, t *text) []Figure {
	if t.words != nil {
		return append(out, a.englishFigures(t)...)
	}
	a.seen = sightings(a.seen[:0], t, a.names)
	seen := a.linked(a.seen)
	first := len(out)
	for i := range seen {
		s := &seen[i]
		if a.again(s) {
			continue
		}
		m := a.tell.tell(s)
		f := Figure{Quote: t.say(s.start, s.end), Span: t.span(s.start, s.end), Indicator: m.indicator, Subject: m.subject,
			Value: s.value, Unit: s.unit.name, Approx: s.approx, Change: m.growth, Kind: "level", Modifiers: m.modifiers,
			Threshold: s.threshold, Part: s.part}
		if s.unit.counter {
			f.Counter = s.unit.word
		}
		if s.ranged {
			high := s.high
			f.ValueMax = &high
		}
		if s.part == "to" && i > 0 && seen[i-1].part == "from" {
			f.Indicator, f.Subject, f.Change = out[len(out)-1].Indicator, out[len(out)-1].Subject, false
		}
		if s.part == "from" {
			f.Change = false
		}
		p, basis := a.period(s)
		switch {
		case s.part == "from":
			if m, stop := a.inClause(s); !stop || m == nil || s.at-m.end > 16 {
				p, basis = "", ""
			}
		case s.part == "to" && fromPeriod(out[first:]) != "" && !a.own(s):
			p, basis = a.blockPeriod, basisIf(a.blockPeriod)
		}
		f.Period, f.PeriodBasis = orNil(p), basis
		switch {
		case f.Change:
			f.Kind = "growth"
		case a.aims(s):
			f.Kind = "target"
		}
		out = append(roomFor(out), f)
	}
	return out
}

// roomFor has room for one more. Of many things the room is doubled: append gives less, and copies more often.
func roomFor[T any](out []T) []T {
	if len(out) == cap(out) && len(out) >= 256 {
		return slices.Grow(out, len(out))
	}
	return out
}

// again says whether a count that opens a clause only takes up one that was told before: 出台3个行动方案。3个行动方案….
func (a *analysis) again(s *sighting) bool {
	if !s.unit.counter || s.approx != "exact" && s.approx != "" || s.value >= 1000 {
		return false
	}
	noun := []rune(s.t.nounAfter(s.end, s.clause.end))
	if len(noun) < 2 {
		return false
	}
	name := s.unit.word + string(noun[:min(4, len(noun))])
	if a.told == nil {
		a.told = map[string]float64{}
	}
	if v, ok := a.told[name]; ok && v == s.value && s.t.skipLead(s.clause.start, s.start) == s.start && s.clause.start == s.sentence.start {
		return true
	}
	a.told[name] = s.value
	return false
}

func fromPeriod(out []Figure) string {
	if len(out) == 0 || out[len(out)-1].Period == nil {
		return ""
	}
	return *out[len(out)-1].Period
}

// own says whether a time stands between the two ends of a rise: 从2018年的6个增加到2023年的9个.
func (a *analysis) own(s *sighting) bool {
	near := s.t.timesIn(s.clause.start, s.at)
	for k := range near {
		m := &near[k]
		if m.end <= s.at && s.at-m.end <= 2 {
			return true
		}
	}
	return false
}

// aims says whether a figure is intended and not yet so.
func (a *analysis) aims(s *sighting) bool {
	near := s.t.timesIn(s.sentence.start, s.at)
	for k := range near {
		m := &near[k]
		if m.until && m.start >= s.sentence.start && m.end <= s.at {
			return true
		}
	}
	return s.t.says(s.clause.start, s.start, aimWords)
}

var riseWords = words("提高 提升 增加 增长 上升 攀升 扩大 跃升 升 增 下降 降低 减少 降 减 缩短 压缩 缩减 压减 拓展 扩展 发展 扩容 回落 跃 变 变为 变成 增长到 成长 上涨 涨 优化 精简 扩 高涨 加多 进步 延长 调整 增至 提至")

// linked finds what several numbers say together: from and to, a threshold beside a count.
func (a *analysis) linked(in []sighting) []sighting {
	out := in[:0]
	for i := range in {
		s := in[i]
		t := s.t
		if s.bound && s.end < len(t.r) && isHan(t.r[s.end]) && !s.fraction && s.unit.name != "%" && nounFollows(t, s.end) {
			limit := t.say(s.at, s.end)
			if n := len(out); n > 0 && out[n-1].t == t && s.at-out[n-1].end <= 2 && out[n-1].unit.counter {
				out[n-1].threshold, out[n-1].nounAt = limit, s.end
				continue
			}
			if i+1 < len(in) && in[i+1].clause == s.clause && in[i+1].unit.counter && in[i+1].start-s.end <= 20 {
				in[i+1].threshold = limit
				continue
			}
			if s.unit.name == "CNY" || !s.unit.counter {
				continue
			}
		}
		if n := len(out); n > 0 && out[n-1].part == "" && out[n-1].sentence == s.sentence && out[n-1].unit.name == s.unit.name && s.start > out[n-1].end && rise(t, out[n-1].end, s.start) {
			out[n-1].part, s.part = "from", "to"
		}
		out = append(out, s)
	}
	return out
}

// nounFollows says whether the words behind 以上 name what the threshold is for.
func nounFollows(t *text, i int) bool {
	e, v := phraseWords().longest(t.r, i)
	return !(v == wordStrong || v == wordAdverb) || e == i
}

// rise says whether the words between two numbers lead from the one to the other: 提高到了2023年的.
func rise(t *text, from, to int) bool {
	r := t.r[from:to]
	if len(r) > 24 {
		return false
	}
	start, end, v := riseWords.find(r, 0)
	if v == 0 || start > 8 {
		return false
	}
	for j := end; j < len(r); j++ {
		if r[j] == '到' || r[j] == '至' || r[j] == '为' || r[j] == '了' && r[end-1] == '成' {
			return true
		}
		if is(r[j], cStop) || j > end+6 {
			return false
		}
	}
	return false
}

// quoted collects the names that begin with a numeral and stand in quotation marks: “五个中心”. Where they stand
// without the marks they are names, too.
func quoted(texts []*text) *lexicon {
	var l *lexicon
	for _, t := range texts {
		for i := t.marks.next(markQuote, 0); i >= 0; i = t.marks.next(markQuote, i+1) {
			c := t.r[i]
			e := closing(t.r, i)
			if c == '「' {
				e = 0
			}
			if e-i < 4 || e-i > 14 || !is(t.r[i+1], cNumeral|cDigit) {
				continue
			}
			if !strings.ContainsAny(string(t.r[i+1:e-1]), "%％元") {
				if l == nil {
					l = newLexicon()
				}
				l.add(string(t.r[i+1:e-1]), 1)
			}
		}
	}
	return l
}
