package extract

import "strings"

const (
	titleMin   = 4  // characters of a title
	titleMax   = 60 // characters of a title
	headReach  = 5  // lines behind a title in which its byline or date is looked for
	repeatsMax = 3  // a short line that stands there so often belongs to the pages, not to the text
)

// piece is one article on its way: what stands at its head, and its paragraphs.
type piece struct {
	lines     []line // all of it, in the order of the file
	title     string
	publisher string
	date      string
	kind      string
	paras     []block
}

// split sorts the lines of a file into articles and noise.
func (r *reading) split() {
	lines := make([]line, 0, len(r.blocks))
	for i := range r.blocks {
		if len(r.blocks[i].r) == 0 {
			continue
		}
		l := look(&r.blocks[i])
		if n := len(lines); n > 0 && l.kind != lineRow && same(lines[n-1].r, l.r) {
			r.repaired(RepairDoubled, 1)
			r.mended(RepairDoubled, l.whole(), "")
			r.noise(l.whole(), NoiseTitle)
			lines[n-1].twice = true
			continue
		}
		lines = append(lines, l)
	}
	tables(lines)
	r.pageTitle(lines)
	repeated(lines)
	lines = r.unwrap(lines)
	for _, seg := range segments(lines) {
		p := piece{lines: seg}
		r.head(&p)
		r.body(&p)
		if len(p.paras) > 0 {
			r.pieces = append(r.pieces, p)
		}
	}
	if len(r.pieces) == 0 {
		r.fallback(lines)
	}
}

func same(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// pageTitle takes what the page calls its title out of the lines, and marks the lines that say the same.
func (r *reading) pageTitle(lines []line) {
	for i := range lines {
		if lines[i].tag == "title" {
			if r.meta.title == "" {
				r.meta.title = lines[i].String()
			}
			lines[i].kind, lines[i].noise = lineNoise, NoiseTitle
		}
	}
	if r.meta.title == "" {
		return
	}
	page := key([]rune(r.meta.title))
	for i := range lines {
		l := &lines[i]
		if l.kind != lineShort && l.kind != lineProse || len(l.r) > 2*titleMax || l.size < titleMin {
			continue
		}
		k := key(l.r)
		l.title = k == page || len(k) >= 3*titleMin && strings.HasPrefix(page, k)
	}
}

// key is a text without blanks and marks, to compare by.
func key(r []rune) string {
	var b strings.Builder
	for _, c := range r {
		if isWord(c) {
			b.WriteRune(lower(c))
		}
	}
	return b.String()
}

// keyed is a key that many texts are compared with.
type keyed []rune

func (k keyed) is(r []rune) bool {
	n := 0
	for _, c := range r {
		if !isWord(c) {
			continue
		}
		if n == len(k) || k[n] != lower(c) {
			return false
		}
		n++
	}
	return n == len(k)
}

// repeated marks the short lines that stand on every page: running heads, page numbers, menus.
func repeated(lines []line) {
	n := map[string]int{}
	for i := range lines {
		if lines[i].kind == lineShort && !lines[i].title {
			n[lines[i].String()]++
		}
	}
	for i := range lines {
		l := &lines[i]
		if l.kind == lineShort && (n[l.String()] >= repeatsMax || pageNumber(l.r)) {
			l.kind, l.noise = lineNoise, NoiseNavigation
		}
	}
}

// pageNumber says whether a line is the number of a page: — 3 —, 第3页, 3/12.
func pageNumber(r []rune) bool {
	if len(r) > 14 {
		return false
	}
	digits := 0
	for _, c := range r {
		switch {
		case isDigit(c):
			digits++
		case isSpace(c) || c == '-' || c == '—' || c == '–' || c == '/' || c == '第' || c == '页' || c == '共' || c == '·':
		default:
			return false
		}
	}
	return digits > 0
}

// segments cuts the lines where another article begins.
func segments(lines []line) [][]line {
	var out [][]line
	start := 0
	prose, tail := 0, false
	for i := range lines {
		l := &lines[i]
		if begins(lines, i, prose > 0, tail) {
			out = append(out, lines[start:i])
			start, prose, tail = i, 0, false
			continue
		}
		switch {
		case l.kind == lineProse && l.size >= proseMin:
			prose += l.size
		case l.tail && prose >= strongProse:
			tail = true
		}
	}
	return append(out, lines[start:])
}

// begins says whether another article begins at line i: a title with a byline, a date or a source behind it and then
// prose; or a heading of the first order; or a line that was printed twice over, as titles are; or a ruled-off one.
func begins(lines []line, i int, prose, tail bool) bool {
	l := &lines[i]
	if !prose || l.kind != lineShort || l.size < titleMin || l.size > titleMax || len(l.r) > 2*titleMax {
		return false
	}
	strong := l.tag == "h1" || l.twice && l.tag == "line" || i > 0 && lines[i-1].kind == lineRule
	signed, follows := false, 0
	for j := i + 1; j < len(lines) && j <= i+headReach+3; j++ {
		switch n := &lines[j]; {
		case n.kind == lineByline || n.kind == lineMeta:
			if j <= i+headReach && follows == 0 {
				signed = true
			}
		case n.kind == lineProse && n.size >= strongProse:
			follows++
		case n.tail:
			j = len(lines)
		case n.kind == lineShort && j > i+headReach && follows == 0:
			j = len(lines)
		}
	}
	if tail {
		return (signed || strong) && follows >= 2
	}
	if i > 0 && lines[i-1].kind != lineRule && l.tag != "h1" && lines[i-1].kind == lineShort && !lines[i-1].ends && lines[i-1].size >= titleMin && !l.twice {
		return false // its line before would have been the beginning
	}
	return follows > 0 && (strong || signed)
}

// body sorts the lines behind the head into paragraphs and noise.
func (r *reading) body(p *piece) {
	first, last := p.extent()
	title := keyed(key([]rune(p.title)))
	reply := false
	p.paras = make([]block, 0, len(p.lines))
	for i := range p.lines {
		l := &p.lines[i]
		reply = reply || l.reply
		switch {
		case l.used:
		case reply && (l.kind == lineProse || l.kind == lineShort || l.kind == lineItem) && !substantial(l):
			r.noise(l.whole(), NoiseComments)
		case l.kind == lineNoise || l.kind == lineMeta || l.kind == lineByline || l.kind == lineRule:
			if (l.kind == lineMeta || l.noise == NoiseCopyright && !l.tail) && i > first && i < last && l.size > 6 && l.tag != "tr" && !dateLine(l.r) && l.block.noise == "" && !l.reply {
				p.paras = append(p.paras, *l.block) // 时间： and 主办单位： inside a notice
				continue
			}
			if l.noise == "" {
				l.noise = NoiseOther
			}
			r.noise(l.whole(), l.noise)
		case i < first:
			r.noise(l.whole(), NoiseNavigation)
		case i > last:
			r.noise(l.whole(), NoiseRelated)
		case len(l.r) <= 2*titleMax && title.is(l.r):
			r.noise(l.whole(), NoiseTitle)
		default:
			b := *l.block
			b.heading = l.kind == lineShort && l.size <= headingMax && !l.ends || len(b.tag) == 2 && b.tag[0] == 'h'
			b.row = l.kind == lineRow
			p.paras = append(p.paras, b)
		}
	}
	for n := len(p.paras); n > 0 && p.paras[n-1].heading; n = len(p.paras) { // a heading with nothing under it
		r.noise(p.paras[n-1].whole(), NoiseOther)
		p.paras = p.paras[:n-1]
	}
}

// answerMin is how many characters an answer in a forum has that is kept, if it also says something that can be checked.
const answerMin = 30

// substantial says whether an answer in a forum tells a figure or names a document, and does not only thank.
func substantial(l *line) bool {
	if len(l.r) < answerMin {
		return false
	}
	for i, c := range l.r {
		if c == '《' {
			return true
		}
		if isDigit(c) && (i == 0 || !isDigit(l.r[i-1])) {
			if n, ok := numberAt(l.r, i); ok {
				if _, _, ok := unitAt(l.r, n.end); ok {
					return true
				}
			}
		}
	}
	return false
}

// extent finds the first and last line of the body: from the first prose, or list or table that leads to it, to the
// last before the page goes on to something else.
func (p *piece) extent() (first, last int) {
	first, last = -1, -1
	prose := 0
	for i := range p.lines {
		if l := &p.lines[i]; l.kind == lineProse && !l.used {
			prose++
		}
	}
	for i := range p.lines {
		l := &p.lines[i]
		if l.used {
			continue
		}
		if l.tail && (last >= 0 && prose > 0 || first >= 0) {
			break
		}
		switch l.kind {
		case lineProse:
			if first < 0 && (l.size >= proseMin || l.ends) {
				first = i
			}
			if first >= 0 && (l.size >= strongProse || l.stops > 0 || i-last <= 4) {
				last = i
			}
		case lineItem, lineRow:
			if first < 0 && (prose == 0 || p.leads(i)) {
				first = i
			}
			if first >= 0 && (last < 0 || i-last <= 3 || prose == 0) {
				last = i
			}
		case lineShort:
			if prose == 0 && l.size >= titleMin {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
	}
	if first < 0 {
		return len(p.lines), len(p.lines)
	}
	for first > 0 && p.lines[first-1].kind == lineShort && !p.lines[first-1].used && p.heads(first-1) {
		first--
	}
	return first, last
}

// leads says whether a list or table at i stands directly before prose, or is a long one.
func (p *piece) leads(i int) bool {
	for j := i; j < len(p.lines) && j < i+12; j++ {
		switch p.lines[j].kind {
		case lineProse:
			return true
		case lineItem, lineRow:
		case lineShort:
			if j > i+6 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// heads says whether a short line before the first prose is a heading of it and not what is left of a menu: the title
// is known, and only the heading stands between the two.
func (p *piece) heads(i int) bool {
	if p.lines[i].size < titleMin || p.title == "" {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		if p.lines[j].used {
			return p.lines[i].size >= titleMin && p.lines[i].size <= headingMax
		}
		if p.lines[j].kind == lineShort {
			return false
		}
	}
	return false
}

// fallback keeps what a file without an article says, line by line: better too much than nothing.
func (r *reading) fallback(lines []line) {
	p := piece{lines: lines}
	for i := range lines {
		if l := &lines[i]; l.kind == lineShort || l.kind == lineProse || l.kind == lineItem || l.kind == lineRow {
			p.paras = append(p.paras, *l.block)
		} else if l.kind != lineNoise {
			r.noise(l.whole(), l.noise)
		}
	}
	if len(p.paras) > 0 {
		p.title = r.meta.title
		r.pieces = append(r.pieces, p)
	}
}
