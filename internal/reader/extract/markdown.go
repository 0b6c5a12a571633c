package extract

// markdown takes Markdown's own marks out of the blocks: headings, bullets, emphasis, links, quotations, fences.
func (r *reading) markdown() {
	out := r.blocks[:0]
	fenced := false
	for i := range r.blocks {
		b := r.blocks[i]
		if hasAt(b.r, 0, "```") || hasAt(b.r, 0, "~~~") {
			fenced = !fenced
			r.noise(b.whole(), NoiseMarkup)
			continue
		}
		if fenced {
			b.noise = NoiseMarkup
			out = append(out, b)
			continue
		}
		for len(b.r) > 1 && b.r[0] == '>' { // a quotation
			b.flow = b.cut(1, len(b.r)).trim()
		}
		if len(b.r) == 0 {
			continue
		}
		switch n := hashes(b.r); {
		case n > 0:
			b.flow, b.tag = b.cut(n, len(b.r)).trim(), "h"+string(rune('0'+n))
			for len(b.r) > 0 && b.r[len(b.r)-1] == '#' {
				b.flow = b.cut(0, len(b.r)-1).trim()
			}
		case len(b.r) > 2 && (b.r[0] == '-' || b.r[0] == '*' || b.r[0] == '+') && b.r[1] == ' ':
			b.flow, b.lists = b.cut(2, len(b.r)).trim(), true
		case tableRule(b.r):
			r.noise(b.whole(), NoiseMarkup)
			continue
		case b.r[0] == '|':
			b.tag = "tr"
			b.flow = strokes(b.flow)
		}
		r.inline(&b.flow)
		if b.flow = b.trim(); len(b.r) > 0 {
			out = append(out, b)
		}
	}
	r.blocks = out
}

// hashes counts the # of a heading, 0 where there is none.
func hashes(r []rune) int {
	n := 0
	for n < len(r) && n < 6 && r[n] == '#' {
		n++
	}
	if n == 0 || n == len(r) || !isSpace(r[n]) {
		return 0
	}
	return n
}

// tableRule says whether a line is the rule under the head of a table: |---|:--:|.
func tableRule(r []rune) bool {
	lines := 0
	for _, c := range r {
		switch c {
		case '-':
			lines++
		case '|', ':', ' ':
		default:
			return false
		}
	}
	return lines >= 3 && r[0] == '|'
}

// strokes turns the upright strokes between cells into tabs, which is how rows of all formats are written here.
func strokes(f flow) flow {
	for i := range f.r {
		if f.r[i] == '|' {
			f.r[i] = '\t'
		}
	}
	return f
}

// inline takes the marks inside a line: **strong**, `code`, [text](address), ![picture](address).
func (r *reading) inline(f *flow) {
	has := false
	for _, c := range f.r {
		if c == '*' || c == '`' || c == '[' || c == '_' {
			has = true
			break
		}
	}
	if !has {
		return
	}
	skip := make([]bool, len(f.r))
	for i := 0; i < len(f.r); i++ {
		switch c := f.r[i]; {
		case c == '`':
			skip[i] = true
		case c == '*' && (i+1 < len(f.r) && f.r[i+1] == '*' || i > 0 && f.r[i-1] == '*'):
			skip[i] = true
		case c == '[':
			close, end := linkEnd(f.r, i)
			if end == 0 {
				continue
			}
			skip[i] = true
			if i > 0 && f.r[i-1] == '!' {
				for k := i - 1; k < end; k++ {
					skip[k] = true
				}
				i = end - 1
				continue
			}
			for k := close; k < end; k++ {
				skip[k] = true
			}
		}
	}
	f.keep(func(i int) bool { return !skip[i] })
}

// linkMax is how many characters of a link are looked at.
const linkMax = 600

// linkEnd finds the ] and the closing bracket of a link that begins at i.
func linkEnd(r []rune, i int) (close, end int) {
	for j := i + 1; j+1 < len(r) && j < i+linkMax; j++ {
		if r[j] == '[' {
			return 0, 0
		}
		if r[j] != ']' {
			continue
		}
		if r[j+1] != '(' {
			return 0, 0
		}
		for k := j + 2; k < len(r) && k < j+linkMax; k++ {
			if r[k] == ')' {
				return j, k + 1
			}
		}
		return 0, 0
	}
	return 0, 0
}
