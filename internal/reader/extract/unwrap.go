package extract

const (
	columnMin = 8  // narrowest column in Chinese characters
	columnMax = 70 // widest line that a hard break is looked for in
	bigBlank  = 3  // blank lines that always end a paragraph
)

// unwrap joins lines that were cut at the width of a column. A line is cut when its neighbours are as wide as it is:
// paragraphs written one to a line differ in length, the lines of a column do not.
func (r *reading) unwrap(in []line) []line {
	if !r.wrapped(in) {
		return in
	}
	w := make([]float64, len(in))
	for i := range in {
		w[i] = width(in[i].r)
	}
	gap := usualGap(in)
	out := make([]line, 0, len(in))
	for i := 0; i < len(in); i++ {
		l := in[i]
		if !joinable(&l) {
			out = append(out, l)
			continue
		}
		joined := false
		for i+1 < len(in) && joinable(&in[i+1]) && in[i+1].blank <= gap && r.cut(in, w, i) {
			if !joined { // the arena of the blocks must not be written into
				b := *l.block
				b.own()
				l.block, joined = &b, true
			}
			end := l.stop(len(l.r) - 1)
			l.joinLine(in[i+1].flow)
			r.repaired(RepairBreaks, 1)
			r.mended(RepairBreaks, Span{end, in[i+1].begin(0)}, "")
			i++
		}
		if joined {
			r.closeUp(l.block)
			b := l.block
			b.signs = signsOf(b.r)
			l = look(b)
		}
		out = append(out, l)
	}
	return out
}

// wrapped says whether a text has columns at all: many unfinished lines that are about as wide as the next.
func (r *reading) wrapped(in []line) bool {
	open, even, lines := 0, 0, 0
	most, full := 0.0, 0
	for i := range in {
		if w := width(in[i].r); in[i].tag == "line" && joinable(&in[i]) && w <= columnMax {
			most = max(most, w)
		}
	}
	for i := range in {
		// a sentence that breaks off at the right edge
		if l := &in[i]; l.tag == "line" && joinable(l) && !l.ends && l.pause > 0 && i+1 < len(in) && joinable(&in[i+1]) &&
			in[i+1].blank == 0 && itemMark(in[i+1].r) == 0 && most > 2*columnMin && width(l.r) >= 0.88*most && width(l.r) <= columnMax {
			full++
		}
	}
	if full >= 3 {
		return true
	}
	for i := range in {
		if in[i].tag != "line" || !joinable(&in[i]) {
			continue
		}
		a := width(in[i].r)
		if a < columnMin {
			continue
		}
		lines++
		if in[i].ends || i+1 >= len(in) {
			continue
		}
		open++
		if b := width(in[i+1].r); near(a, b, in[i].han == 0) || i+2 < len(in) && near(a, width(in[i+2].r), in[i].han == 0) {
			even++
		}
	}
	return open >= 3 && open*5 >= lines*2 && even*5 >= open*2
}

func joinable(l *line) bool {
	return l.tag == "line" && (l.kind == lineShort || l.kind == lineProse || l.kind == lineItem) && !l.title && !l.twice
}

// width is the width of a line in Chinese characters.
func width(r []rune) float64 {
	w := 0.0
	for _, c := range r {
		if wide(c) {
			w++
		} else {
			w += 0.5
		}
	}
	return w
}

// near says whether two lines can be of one column. Words of an alphabet are not cut, so their lines are less even.
func near(a, b float64, alphabet bool) bool {
	limit := max(2, a*0.09)
	if alphabet {
		limit = max(4, a*0.2)
	}
	d := a - b
	return d <= limit && -d <= limit
}

// cut says whether the paragraph goes on behind the end of line i.
func (r *reading) cut(in []line, w []float64, i int) bool {
	l, next := &in[i], &in[i+1]
	if w[i] > columnMax || next.title || next.r[0] == '—' {
		return false
	}
	alphabet := l.han == 0
	col := columnAt(in, w, i)
	if col < columnMin {
		return false
	}
	if l.ends && !endsClause(l.r) {
		// A sentence ended here. In the last line of a paragraph there is mostly room left.
		if i > 0 && joinable(&in[i-1]) && w[i-1] >= columnMin {
			col = max(col, min(w[i-1], w[i]+4)) // what stands before in the paragraph tells better than what follows
		}
		return !alphabet && w[i] >= col-0.9 && itemMark(next.r) == 0 && (w[i+1] >= 0.6*col || next.ends)
	}
	if itemMark(next.r) > 0 && w[i] < col-2 {
		return false
	}
	if w[i] >= col || near(w[i], col, alphabet) {
		return true
	}
	// A line that stops in the middle of a sentence, with room left: the next one goes on with it.
	return w[i] >= 0.7*col && goesOn(next.r) || l.pause > 0 && l.size >= proseMin/2 && !l.ends
}

// columnAt is the width of the column that line i stands in: the widest line near it, on the narrower side.
func columnAt(in []line, w []float64, i int) float64 {
	side := func(from, to, step int) float64 {
		most := 0.0
		for j, n := from, 0; j != to && n < 3; j, n = j+step, n+1 {
			if !joinable(&in[j]) {
				break
			}
			most = max(most, w[j])
		}
		return most
	}
	before, after := side(i-1, -1, -1), side(i+1, len(in), 1)
	switch {
	case before < columnMin:
		return after
	case after < columnMin:
		return before
	}
	return min(before, after)
}

// goesOn says whether a line looks like the middle of a sentence: a mark soon, and no beginning of its own.
func goesOn(r []rune) bool {
	for i := 0; i < len(r) && i < 14; i++ {
		switch r[i] {
		case '，', '。', '、', '；', ',':
			return true
		}
	}
	return false
}

// endsClause says whether a line ends inside a sentence for all that a mark stands there.
func endsClause(r []rune) bool {
	c := r[len(r)-1]
	return c == '：' || c == ':' || c == '；' || c == ';' || c == ')' || c == '）' || c == '”' && len(r) > 1 && !is(r[len(r)-2], cStop)
}

func (b *block) joinLine(next flow) {
	last, first := b.r[len(b.r)-1], next.r[0]
	if last == '-' && first >= 'a' && first <= 'z' && len(b.r) > 1 && isLatin(b.r[len(b.r)-2]) {
		b.flow = b.cut(0, len(b.r)-1)
	} else if last < 0x80 && first < 0x80 && !(isDigit(last) && isDigit(first) && wideIn(b.r)) {
		b.add(' ', b.stop(len(b.r)-1), 0)
	}
	b.join(next)
}

// wideIn says whether a line is Chinese: there a number is cut between its digits.
func wideIn(r []rune) bool {
	for _, c := range r {
		if isHan(c) {
			return true
		}
	}
	return false
}

// usualGap is the number of blank lines that stands between lines of one paragraph: mostly none, one where the text
// is double-spaced throughout.
func usualGap(in []line) int {
	var n [bigBlank + 1]int
	for i := range in {
		if joinable(&in[i]) && !in[i].ends {
			n[min(in[i+min(1, len(in)-1-i)].blank, bigBlank)]++
		}
	}
	best := 0
	for g := 1; g < bigBlank; g++ {
		if n[g] > n[best] {
			best = g
		}
	}
	return best
}
