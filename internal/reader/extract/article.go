package extract

import (
	"sort"

	"corridor/internal/fault"
)

// analysis is one article while its facts are read.
type analysis struct {
	r           *reading
	title       string
	texts       []*text
	names       *lexicon // quoted names that begin with a numeral
	tell        teller
	blockPeriod string // of the heading over the paragraph
	clock       clock
	bodies      []body // organisations
	eventDate   string
	size        int // characters of all paragraphs
	counted     map[string]int
	lastDay     string // the last day that a signing was given
}

// article reads what one piece says.
func (r *reading) article(p *piece) Article {
	out := Article{Title: p.title, Kind: p.kind, Paragraphs: []Paragraph{}, Figures: []Figure{}, Agreements: []Agreement{},
		Policies: []Policy{}, Organisations: []Name{}, People: []Person{}, Places: []Place{}}
	if !r.spun {
		out.Publisher = orNil(p.publisher)
	}
	out.Date = orNil(p.date)
	a := &analysis{r: r, title: p.title}
	a.clock = a.clockOf(p)
	for i := range p.paras {
		b := &p.paras[i]
		a.clock.said = 0
		t := newText(b, i, &a.clock)
		t.places = placesIn(t.r)
		a.texts = append(a.texts, t)
		a.size += len(t.r)
		out.Paragraphs = append(out.Paragraphs, Paragraph{Text: b.String(), Span: b.whole(), Heading: b.heading})
	}
	a.names = quoted(a.texts)
	a.eventDate = a.event()
	out.EventDate = orNil(a.eventDate)
	a.tell.place = a.mainPlace()
	a.bodies = a.organisations()
	out.Policies = a.policies()
	out.Agreements = a.agreements()
	out.Figures = a.allFigures()
	out.Organisations = a.named()
	out.People = a.people()
	out.Places = a.places()
	return out
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

// event is the day of the first paragraphs: when what the article tells of took place.
func (a *analysis) event() string {
	for i, t := range a.texts {
		if i > 2 {
			break
		}
		for k := range t.times {
			if m := &t.times[k]; m.day && m.period != "" {
				return m.period
			}
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
	for _, t := range a.texts {
		if t.heading {
			a.blockPeriod = headed(t)
			a.tell.heading = t.String()
			headings = append(headings, a.figures(t)...)
			continue
		}
		fs := a.figures(t)
		for i := range fs {
			seen[told{fs[i].Value, fs[i].Unit}] = true
		}
		out = append(out, fs...)
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
	sort.SliceStable(r.doc.Noise, func(i, j int) bool { return r.doc.Noise[i].Span[0] < r.doc.Noise[j].Span[0] })
	if len(r.doc.Articles) == 0 {
		return fault.New(fault.Invalid, "reader.no_text")
	}
	return nil
}
