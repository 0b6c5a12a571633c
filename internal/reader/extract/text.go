package extract

import "sort"

// text is one paragraph that facts are read from. Its flow is the paragraph after repairs; marks that several readers
// need are found once.
type text struct {
	flow
	heading   bool
	row       bool
	no        int    // of the paragraph in its article
	sentences []part // in order, covering the text
	times     []moment
	places    []place
	bodies    []body
	words     []word // of a text in an alphabet; nil for Chinese
	marks     marks
}

const (
	sentenceMax = 1200 // characters after which a sentence is cut, so that looking around in one stays cheap
	clauseMax   = 240  // characters to each side of a place in which the ends of its clause are looked for
)

// part is a range [start, end) of a text.
type part struct{ start, end int }

// newText cuts a paragraph into sentences. A stop inside a quotation ends a sentence only where the quotation ends, too,
// because what is said in one breath is one sentence to a reader of figures.
func newText(b *block, no int, ck *clock, arena *[]uint64) *text {
	t := &text{flow: b.flow, heading: b.heading, row: b.row, no: no}
	t.mark(arena)
	start := 0
	for i := t.firstStop(0, 0); i >= 0; i = t.firstStop(i+1, start) {
		c := t.r[i]
		stop := is(c, cStop)
		if c == '.' && i+1 < len(t.r) && isSpace(t.r[i+1]) && i > 0 && (!isDigit(t.r[i-1]) || i+2 < len(t.r) && t.r[i+2] >= 'A' && t.r[i+2] <= 'Z' && i > start+3) && !abbreviated(t.r, i) {
			stop = true
		}
		if !stop && (i-start < sentenceMax || !is(c, cPause|cSpace)) && i-start < 2*sentenceMax {
			continue
		}
		end := i + 1
		for end < len(t.r) && (t.r[end] == '”' || t.r[end] == '’' || t.r[end] == '」') {
			end++
		}
		if end > start {
			t.sentences = append(t.sentences, part{start, end})
			start = end
		}
	}
	if start < len(t.r) {
		t.sentences = append(t.sentences, part{start, len(t.r)})
	}
	if t.marks.latin {
		t.words = wordsOf(t.r)
		t.times = englishTimes(t.words, ck)
		return t
	}
	t.times = moments(t, ck)
	return t
}

// firstStop is the first place at or behind i where the sentence that began at start may end: at a stop, or anywhere once it
// is too long.
func (t *text) firstStop(i, start int) int {
	n := t.marks.next(markStop, i)
	if long := max(i, start+sentenceMax); long < len(t.r) && (n < 0 || n > long) {
		return long
	}
	return n
}

// abbreviated says whether the point at i belongs to a short word such as Co. or Dr. or to an initial.
func abbreviated(r []rune, i int) bool {
	j := i
	for j > 0 && isLatin(r[j-1]) {
		j--
	}
	if i-j == 1 && r[j] >= 'A' && r[j] <= 'Z' {
		return true
	}
	w := string(r[j:i])
	switch w {
	case "Co", "Ltd", "Inc", "Dr", "Mr", "Ms", "Mrs", "Prof", "No", "St", "vs", "etc", "Corp", "approx", "ca":
		return i+2 < len(r) && !(w == "Ltd" || w == "Inc" || w == "etc" || w == "Corp") || i+2 < len(r) && r[i+2] >= 'a' && r[i+2] <= 'z'
	}
	return false
}

// sentence returns the sentence that holds i.
func (t *text) sentence(i int) part {
	n := sort.Search(len(t.sentences), func(k int) bool { return t.sentences[k].end > i })
	if n == len(t.sentences) {
		return part{max(0, len(t.r)-1), len(t.r)}
	}
	return t.sentences[n]
}

// clause returns the clause of the sentence that holds i: between commas and colons outside of brackets.
func (t *text) clause(s part, i int) part {
	s.start, s.end = max(s.start, i-clauseMax), min(s.end, i+clauseMax)
	c := s
	depth := 0
	for j := i - 1; j >= s.start; j-- {
		switch t.r[j] {
		case '）', ')', '》':
			depth++
		case '（', '(', '《':
			if depth > 0 {
				depth--
			}
		case '，', ',', '：', ':', '；', ';':
			if depth == 0 && !(t.r[j] == ',' && between(t.r, j)) {
				c.start = j + 1
				j = s.start
			}
		}
	}
	depth = 0
	for j := i; j < s.end; j++ {
		switch t.r[j] {
		case '（', '(', '《':
			depth++
		case '）', ')', '》':
			if depth > 0 {
				depth--
			}
		case '，', ',', '：', ':', '；', ';', '。', '！', '？':
			if depth == 0 && !(t.r[j] == ',' && between(t.r, j)) {
				c.end = j
				return c
			}
		}
	}
	return c
}

// between says whether the comma at j stands between digits.
func between(r []rune, j int) bool {
	return j > 0 && j+1 < len(r) && isDigit(r[j-1]) && isDigit(r[j+1])
}

// timesIn are the times that begin in a range; the times of a text are in order.
func (t *text) timesIn(from, to int) []moment {
	a := sort.Search(len(t.times), func(k int) bool { return t.times[k].start >= from })
	b := sort.Search(len(t.times), func(k int) bool { return t.times[k].start >= to })
	if b < a {
		return nil
	}
	return t.times[a:b]
}

// bodiesIn are the organisations that begin in a range.
func (t *text) bodiesIn(from, to int) []body {
	a := sort.Search(len(t.bodies), func(k int) bool { return t.bodies[k].start >= from })
	b := sort.Search(len(t.bodies), func(k int) bool { return t.bodies[k].start >= to })
	if b < a {
		return nil
	}
	return t.bodies[a:b]
}

// placesIn are the places that begin in a range.
func (t *text) placesIn(from, to int) []place {
	a := sort.Search(len(t.places), func(k int) bool { return t.places[k].start >= from })
	b := sort.Search(len(t.places), func(k int) bool { return t.places[k].start >= to })
	if b < a {
		return nil
	}
	return t.places[a:b]
}

// say makes the text of a range, with the blanks at a line's end taken out.
func (t *text) say(i, j int) string { return string(trimBlank(t.r[i:j])) }

func trimBlank(r []rune) []rune {
	for len(r) > 0 && isSpace(r[0]) {
		r = r[1:]
	}
	for len(r) > 0 && isSpace(r[len(r)-1]) {
		r = r[:len(r)-1]
	}
	return r
}
