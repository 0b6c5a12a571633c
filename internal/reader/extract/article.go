package extract

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// titleMax is the most characters of a first line that is taken for a title.
const titleMax = 60

// piece is one article on its way: its title and its paragraphs.
type piece struct {
	title flow
	paras []block
	date  string
	from  string // publisher
}

var (
	metaLine = regexp.MustCompile(`^(来源|来源单位|发布时间|发布日期|时间|日期|作者|责任编辑|编辑|点击|浏览|字号|分享)\s*[:：]`)
	dateOnly = regexp.MustCompile(`^\s*(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?(\s+\d{1,2}:\d{2}(:\d{2})?)?\s*$`)
	dateAny  = regexp.MustCompile(`(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?`)
)

// mend drops the characters that nobody sees; what was dropped is counted.
func (r *reading) mend() {
	for i := range r.blocks {
		n := r.blocks[i].keep(func(j int) bool { c := r.blocks[i].r[j]; return c != 0x200b && c != 0xfeff })
		r.repaired("invisible", n)
	}
}

// markdown drops the marks at the beginning of lines and makes headings of those that are.
func (r *reading) markdown() {
	for i := range r.blocks {
		b := &r.blocks[i]
		n := 0
		for n < b.len() && b.r[n] == '#' {
			n++
		}
		if n > 0 && n < b.len() && b.r[n] == ' ' {
			b.flow, b.tag = b.cut(n, b.len()).trim(), "h"+string(rune('0'+min(n, 6)))
		} else if b.len() > 2 && (b.r[0] == '-' || b.r[0] == '*') && b.r[1] == ' ' {
			b.flow, b.lists = b.cut(2, b.len()), true
		}
	}
}

// split makes one article of what is not noise.
func (r *reading) split() {
	var p piece
	for _, b := range r.blocks {
		text := b.String()
		switch {
		case b.noise != "":
			r.noise(b.whole(), b.noise)
		case b.tag == "title":
			if r.meta.title == "" {
				r.meta.title = text
			}
			r.noise(b.whole(), NoiseTitle)
		case dateOnly.MatchString(text) || metaLine.MatchString(text) && b.len() < titleMax*2:
			if d := isoDay(text); d != "" && p.date == "" {
				p.date = d
			}
			if name, ok := strings.CutPrefix(strings.ReplaceAll(text, ":", "："), "来源："); ok && p.from == "" {
				p.from = strings.TrimSpace(name)
			}
			r.noise(b.whole(), NoiseMeta)
		case p.title.len() == 0 && len(p.paras) == 0 && (strings.HasPrefix(b.tag, "h") || r.meta.title == "" && b.len() <= titleMax && !is(b.r[b.len()-1], cStop)):
			p.title = b.flow
		default:
			p.paras = append(p.paras, b)
		}
	}
	if p.title.len() > 0 || len(p.paras) > 0 {
		r.pieces = append(r.pieces, p)
	}
}

// isoDay is the first whole date in a text as 2026-03-05, "" if there is none.
func isoDay(text string) string {
	m := dateAny.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1] + "-" + two(m[2]) + "-" + two(m[3])
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// orNil is a text that may be missing.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// article reads what one piece says.
func (r *reading) article(p *piece) Article {
	a := Article{Title: p.title.String(), Kind: "news", Paragraphs: []Paragraph{}, Figures: []Figure{}, Agreements: []Agreement{},
		Policies: []Policy{}, Organisations: []Name{}, People: []Person{}, Places: []Place{}}
	if a.Title == "" {
		a.Title = r.meta.title
	}
	for _, s := range []*string{&p.date, &p.from} {
		if *s == "" && s == &p.date {
			*s = r.meta.date
		} else if *s == "" {
			*s = r.meta.publisher
		}
	}
	a.Date, a.Publisher = orNil(p.date), orNil(p.from)
	for _, b := range p.paras {
		t := stretch{b.flow, b.String()}
		a.Paragraphs = append(a.Paragraphs, Paragraph{Text: t.text, Span: b.whole(), Heading: strings.HasPrefix(b.tag, "h")})
		a.Policies = append(a.Policies, t.policies()...)
		a.Agreements = append(a.Agreements, t.agreements()...)
		a.Figures = append(a.Figures, t.figures()...)
	}
	return a
}

// stretch is a paragraph as a string, which patterns are matched against, with the flow that knows where it stands.
type stretch struct {
	flow flow
	text string
}

// at is the place in the file of the bytes [i, j) of the string.
func (t stretch) at(i, j int) Span {
	from := utf8.RuneCountInString(t.text[:i])
	return t.flow.span(from, from+utf8.RuneCountInString(t.text[i:j]))
}

// sentence is the bounds of the sentence around a place of the string.
func (t stretch) sentence(i int) (from, to int) {
	from, to = 0, len(t.text)
	for at, c := range t.text {
		if !is(c, cStop) {
			continue
		}
		if at < i {
			from = at + utf8.RuneLen(c)
		} else {
			return from, at
		}
	}
	return from, to
}

// finish orders the counts of repairs and refuses a file that holds nothing to read.
func (r *reading) finish() {
	for _, kind := range []string{"bad_bytes", "invisible"} {
		if n := r.counts[kind]; n > 0 {
			r.doc.Repairs = append(r.doc.Repairs, Repair{Kind: kind, Count: n})
		}
	}
}
