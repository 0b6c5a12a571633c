package extract

import "sort"

// Where a figure's period was found.
const (
	basisStated   = "stated"
	basisRelative = "relative"
	basisInferred = "inferred"
)

var (
	comparing  = words("比 较 与 同 相比 相较于 相较 对比 超出 超 自")
	stockWords = words("已 已经 已有 现有 拥有 集聚 汇聚 聚集 累计 目前 积累 共有 现已 建有 设有 入驻 总数 存量 保有 在册 在库 达到了 累积")
	holdWords  = words("拥有 集聚 汇聚 聚集 现有 建有 设有 共有")
	eachWords  = words("每年 每月 每天 每家 每户 每个 每项 每台 每次 单笔 单户 单个 单项 单台 每人 每名 每位 每季度")
	aimWords   = words("力争 计划 预计 目标 将 拟 要 争取 确保 有望 建成后 规划 到时")
)

// period finds the time of a figure: in its clause, then in the clauses before it, then at the head of the block, then
// at the head of the sentences before it in the paragraph, else none. The page's own date is never taken.
func (a *analysis) period(s *sighting) (period, basis string) {
	t := s.t
	if m, stop := a.inClause(s); stop {
		return of(m)
	}
	stock := t.says(s.clause.start, s.start, stockWords)
	held := t.says(s.clause.start, s.start, holdWords)
	each := t.says(s.clause.start, s.start, eachWords)
	before := t.timesIn(s.sentence.start, s.clause.start)
	for k := len(before) - 1; k >= 0; k-- {
		m := &before[k]
		if m.end <= s.sentence.start {
			break
		}
		if m.clears {
			return "", ""
		}
		if m.vague || t.compared(m) {
			continue
		}
		if m.day && (!t.alone(m) || s.clause.start-m.end > 3) {
			continue // the day of an event is not the time of every number behind it
		}
		if each {
			break
		}
		if c := at1(t.r, m.start); (c == '从' || c == '由') && !m.since {
			continue // the beginning of a rise
		}
		if stock && !m.asOf && !m.since && !m.until && partOfYear(m.period) || held && !m.asOf {
			break
		}
		return of(m)
	}
	if each {
		return "", ""
	}
	if p := a.blockPeriod; p != "" && !stock {
		return p, basisInferred
	}
	if m := t.leading(s.sentence.start); m != nil && !m.day && !(stock && !m.asOf && !m.since && partOfYear(m.period)) && !held {
		p, b := of(m)
		if b == basisStated {
			b = basisInferred
		}
		return p, b
	}
	if a.blockPeriod != "" {
		return a.blockPeriod, basisInferred
	}
	return a.titlePeriod, basisIf(a.titlePeriod)
}

// partOfYear says whether a period is shorter than a year: 2024-06, 2024-Q1..Q3.
func partOfYear(p string) bool { return len(p) > 4 && p[4] == '-' }

func basisIf(p string) string {
	if p == "" {
		return ""
	}
	return basisInferred
}

func of(m *moment) (period, basis string) {
	switch {
	case m == nil || m.clears || m.vague || m.period == "" || len(m.period) == 5 && m.period[2] == '-':
		return "", ""
	case m.relative:
		return m.period, basisRelative
	}
	return m.period, basisStated
}

// inClause looks at the times of the figure's own clause. stop says that the clause decides, even if for none.
func (a *analysis) inClause(s *sighting) (found *moment, stop bool) {
	t := s.t
	near := t.timesIn(s.clause.start, s.clause.end)
	for k := range near {
		m := &near[k]
		if m.end <= s.at {
			switch {
			case t.compared(m) || s.unit.name == "times" && at1(t.r, m.end) == '的' && s.start-m.end <= 2:
			case m.day && s.at-m.end > 40:
			case m.clears:
				found, stop = nil, true
			case m.vague:
				if found == nil {
					stop = true
				}
			default:
				found, stop = m, true
			}
			continue
		}
		if found == nil && m.start-s.end <= 2 && s.end < m.start && is(t.r[s.end], cBracket) && !m.vague {
			return m, true
		}
	}
	if s.part == "to" && found != nil && found.end < s.at-24 {
		return nil, true
	}
	return found, stop
}

// alone says whether a time is a clause of its own.
func (t *text) alone(m *moment) bool {
	return m.end < len(t.r) && (t.r[m.end] == '，' || t.r[m.end] == ',')
}

// compared says whether a time only names what is compared with: 比2020年增长.
func (t *text) compared(m *moment) bool {
	_, v := comparing.endsWith(t.r, m.start, 3)
	return v != 0
}

// says reports whether a word of a lexicon stands in a range.
func (t *text) says(from, to int, l *lexicon) bool {
	start, end, v := l.find(t.r[:to], from)
	return v != 0 && start >= 0 && end <= to
}

// leadingMax is how many sentences back the time at a head still holds.
const leadingMax = 24

// leading is the time at the head of the nearest sentence before one that begins with a time.
func (t *text) leading(before int) *moment {
	last := sort.Search(len(t.sentences), func(k int) bool { return t.sentences[k].start >= before })
	for n := last - 1; n >= max(0, last-leadingMax); n-- {
		s := t.sentences[n]
		m := t.timeAt(t.skipWords(s.start, s.end))
		if m == nil {
			continue
		}
		if m.clears || m.vague {
			return nil
		}
		return m
	}
	return nil
}

// skipWords steps over what can stand before a time at the head of a sentence: 据统计，数据显示，在, 一、.
func (t *text) skipWords(i, end int) int {
	if m := itemMark(t.r[i:end]); m > 0 {
		i += m
	}
	for i < end {
		c := t.r[i]
		if isSpace(c) || c == '“' || c == '"' || c == '，' || c == ',' || c == '在' || c == '‘' || c == '：' {
			i++
			continue
		}
		if t.timeAt(i) != nil {
			return i
		}
		e, v := leadWords().longest(t.r[:end], i)
		if v == 0 {
			return i
		}
		i = e
	}
	return i
}

// headed is the time that a heading gives to what stands under it: 2024年工作成效, （2025年1—6月）.
func headed(t *text) string {
	p := ""
	for k := range t.times {
		m := &t.times[k]
		if m.vague || m.clears || m.day || m.period == "" {
			continue
		}
		if p != "" && p != m.period {
			return ""
		}
		p = m.period
	}
	return p
}
