package extract

import (
	"slices"
	"sort"
	"strings"

	"corridor/internal/fault"
)

// analysis is one article while its facts are read.
type analysis struct {
	r           *reading
	title       string
	texts       []*text
	names       *lexicon // quoted names that begin with a numeral
	tell        teller
	blockPeriod string    // of the heading over the paragraph
	titlePeriod string    // that the title of a report gives to all of it
	tableUnit   measure   // 单位：万元 over a table
	tableUnits  []measure // the same, one for each column
	clock       clock
	bodies      []body // organisations
	eventDate   string
	lastEnglish string // what the last English figure counted
	lastSubject string
	size        int // characters of all paragraphs
	counted     map[string]int
	told        map[string]float64 // counts of the text by what they count
	date        string             // of the article, "" where it is not trusted
	self        string             // whom 公司 and 本公司 mean
	headBodies  []body             // organisations of title and subtitle
	pacts       []pact             // agreements found so far
	lastDay     string             // the last day that a signing was given
	arena       []uint64           // for the marks of the texts
	seen        []sighting         // of the paragraph that is read
}

// article reads what one piece says.
func (r *reading) article(p *piece) Article {
	out := Article{Title: p.title, Kind: p.kind, Paragraphs: make([]Paragraph, 0, len(p.paras)), Figures: []Figure{}, Agreements: []Agreement{},
		Policies: []Policy{}, Organisations: []Name{}, People: []Person{}, Places: []Place{}}
	if !r.spun {
		out.Publisher = orNil(p.publisher)
	}
	out.Date = orNil(p.date)
	a := &analysis{r: r, title: p.title}
	a.clock = a.clockOf(p)
	if !r.spun {
		a.date = p.date
	}
	a.ofTitle()
	a.texts = make([]*text, 0, len(p.paras))
	for i := range p.paras {
		b := &p.paras[i]
		a.clock.said = 0
		t := newText(b, i, &a.clock, &a.arena)
		if i == 0 && a.clock.main == 0 && len(t.times) > 0 && t.times[0].start < 3 && !t.times[0].relative {
			a.clock.main = a.clock.last
		}
		t.places = placesIn(t)
		a.texts = append(a.texts, t)
		a.size += len(t.r)
		out.Paragraphs = append(out.Paragraphs, Paragraph{Text: b.String(), Span: b.whole(), Heading: b.heading, Doubts: r.doubtsIn(b.whole())})
	}
	p.paras = nil // the texts hold what they need
	a.names = quoted(a.texts)
	a.eventDate = a.event()
	out.EventDate = orNil(a.eventDate)
	a.tell.place = a.mainName()
	a.bodies = a.organisations()
	heads := a.headTexts(p)
	if a.tell.place == "" && len(a.headBodies) > 0 {
		a.tell.place = a.headBodies[0].name
	}
	a.bodies = append(a.bodies, a.headBodies...)
	a.self = a.selfOf(p)
	p.lines = nil
	out.Policies = a.policies()
	out.Agreements = a.agreements()
	out.Policies = withoutPacts(out.Policies, out.Agreements)
	out.Figures = a.allFigures()
	out.Organisations = a.named()
	n := len(a.texts)
	a.texts = append(a.texts, heads...)
	out.People = a.people()
	a.texts = a.texts[:n]
	out.Places = a.places()
	return out
}

// doubtsIn are the words of a spun text that stayed, in one range of the file.
func (r *reading) doubtsIn(s Span) []Span {
	from := sort.Search(len(r.doubts), func(k int) bool { return r.doubts[k][0] >= s[0] })
	to := sort.Search(len(r.doubts), func(k int) bool { return r.doubts[k][0] >= s[1] })
	if from >= to {
		return nil
	}
	return r.doubts[from:to]
}

// clockOf is what the article's relative times are counted from: its own date, or the first whole date of its first
// paragraphs. The date of a page that spun its text is the date of the theft and counts for nothing.
func (a *analysis) clockOf(p *piece) clock {
	if a.r.spun {
		return clock{}
	}
	if d, ok := firstDay([]rune(p.date), 0); ok {
		return clock{year: d.year, month: d.month}
	}
	for i := range p.paras {
		if i > 2 {
			break
		}
		if d, ok := firstDay(p.paras[i].r, 0); ok {
			return clock{year: d.year, month: d.month}
		}
	}
	return clock{}
}

// headTexts reads title and subtitle for the names in them; what they count is told again below.
func (a *analysis) headTexts(p *piece) []*text {
	var out []*text
	for i := range p.lines {
		l := &p.lines[i]
		if !l.used || len(l.r) > 2*titleMax || a.r.spun {
			continue
		}
		ck := a.clock
		t := newText(l.block, len(a.texts), &ck, &a.arena)
		if t.words == nil {
			t.bodies = bodiesOf(t)
		}
		a.headBodies = append(a.headBodies, t.bodies...)
		out = append(out, t)
	}
	return out
}

// selfOf is the company that speaks of itself as 公司: the one that says so, or the one that publishes.
func (a *analysis) selfOf(p *piece) string {
	for i := range a.bodies {
		if b := &a.bodies[i]; b.alias == "公司" || b.alias == "本公司" || b.alias == "甲方" {
			return b.name
		}
	}
	if strings.HasSuffix(p.publisher, "公司") {
		return p.publisher
	}
	return ""
}

// reportWords are words of a title that says of what time all of its text tells.
var reportWords = words("成效 情况 公报 总结 报告 年报 指标 统计 数据 概况 回顾 简报 一览 快报 成绩 盘点 亮点 账本 答卷 综述 评价")

// ofTitle reads the time that the title of a report gives to all of it.
func (a *analysis) ofTitle() {
	r := []rune(a.title)
	ck := a.clock
	ms := moments(marked(r), &ck)
	a.clock.main = ck.last
	if !reportWords.within(r) || endsIn(r, notices) {
		return
	}
	for _, m := range ms {
		if m.vague || m.clears || m.period == "" || m.day {
			continue
		}
		if a.titlePeriod != "" || m.until {
			a.titlePeriod = ""
			return
		}
		a.titlePeriod = m.period
	}
}

// event is the day of the first paragraphs: when what the article tells of took place.
func (a *analysis) event() string {
	for i, t := range a.texts {
		if i > 2 {
			break
		}
		for k := range t.times {
			if m := &t.times[k]; m.day && m.period != "" && !m.until {
				return m.period
			}
		}
		if len(t.sentences) > 0 && saysToday(t.words, 0, t.sentences[0].end) {
			return a.date
		}
	}
	return ""
}

// allFigures reads the figures of all paragraphs. A heading's number that the text under it tells again is left out.
func (a *analysis) allFigures() []Figure {
	out := []Figure{}
	var headings []Figure
	type told struct {
		value float64
		unit  string
	}
	seen := map[told]bool{}
	underHeading := slices.ContainsFunc(a.texts, func(t *text) bool { return t.heading })
	for i := 0; i < len(a.texts); i++ {
		t := a.texts[i]
		if t.row {
			j := i
			for j < len(a.texts) && a.texts[j].row {
				j++
			}
			out = append(out, a.table(a.texts[i:j])...)
			i = j - 1
			continue
		}
		if t.heading {
			a.blockPeriod = headed(t)
			a.tell.heading = t.String()
			a.tableUnit, _ = unitIn(t.String())
			headings = a.figures(headings, t)
			continue
		}
		if len(t.r) < 20 && hasAt(t.r, 0, "单位") {
			a.tableUnit, _ = bareUnit(t.r)
			if a.tableUnits = unitsOf(t.r); len(a.tableUnits) > 1 {
				a.tableUnit = measure{}
			}
			continue
		}
		n := len(out)
		if cap(out)-n < n/64 && n >= 1024 { // of a large text: room for as many as the rest will have at this rate
			out = slices.Grow(out, n/(i+1)*(len(a.texts)-i)+n/16)
		}
		out = a.figures(out, t)
		if underHeading {
			for i := n; i < len(out); i++ {
				seen[told{out[i].Value, out[i].Unit}] = true
			}
		}
	}
	for _, f := range headings {
		if !seen[told{f.Value, f.Unit}] {
			out = append(out, f)
		}
	}
	return out
}

// finish orders the repairs and the noise, and refuses a file that says nothing.
func (r *reading) finish() error {
	for _, kind := range repairOrder {
		if n := r.counts[kind]; n > 0 {
			r.doc.Repairs = append(r.doc.Repairs, Repair{Kind: kind, Count: n})
		}
	}
	r.orderMends()
	sort.SliceStable(r.doc.Noise, func(i, j int) bool { return r.doc.Noise[i].Span[0] < r.doc.Noise[j].Span[0] })
	if len(r.doc.Articles) == 0 {
		return fault.New(fault.Invalid, "reader.no_text")
	}
	return nil
}
