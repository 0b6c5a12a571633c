package extract

import "strings"

const (
	cellsMax   = 40 // cells of a row
	labelMax   = 40 // characters of a row's label
	headersMax = 3  // rows that can head a table
)

// cell is one cell of a row: a range of its text without blanks around.
type cell struct{ start, end int }

// cellsOf cuts a row at tabs, upright strokes or wide gaps.
func cellsOf(r []rune) []cell {
	var out []cell
	start := 0
	add := func(end int) {
		s, e := start, end
		for s < e && (isSpace(r[s]) || r[s] == '|' || r[s] == '│' || r[s] == '┃') {
			s++
		}
		for e > s && (isSpace(r[e-1]) || r[e-1] == '|') {
			e--
		}
		if len(out) < cellsMax {
			out = append(out, cell{s, e})
		}
	}
	tabs := false
	for _, c := range r {
		if c == '\t' || c == '|' || c == '│' || c == '┃' {
			tabs = true
			break
		}
	}
	for i := 0; i < len(r); i++ {
		c := r[i]
		if tabs {
			if c == '\t' || c == '|' || c == '│' || c == '┃' {
				if i > 0 || c == '\t' {
					add(i)
				}
				start = i + 1
			}
			continue
		}
		if isSpace(c) && i+1 < len(r) && isSpace(r[i+1]) || c == 0x3000 {
			j := i
			for j < len(r) && isSpace(r[j]) {
				j++
			}
			add(i)
			start, i = j, j-1
		}
	}
	add(len(r))
	for len(out) > 0 && out[len(out)-1].start == out[len(out)-1].end {
		out = out[:len(out)-1]
	}
	if len(out) > 0 && out[0].start == out[0].end && tabs {
		out = out[1:]
	}
	return out
}

// column is what the head of a table says of one column.
type column struct {
	name   string
	unit   measure
	has    bool // a unit
	period string
	serial bool
	units  bool // its cells name the units of their rows
}

// table reads the figures of consecutive rows.
func (a *analysis) table(rows []*text) []Figure {
	var out []Figure
	var cols []column
	heads := 0
	label := ""
	for n, t := range rows {
		cs := cellsOf(t.r)
		if len(cs) < 2 {
			continue
		}
		if heads < headersMax && n < headersMax && isHead(t, cs) {
			cols = a.columns(t, cs, cols)
			if len(a.tableUnits) == len(cols)-1 { // 单位：亿元、家、件: one for each column behind the names
				for k := range a.tableUnits {
					if c := &cols[k+1]; !c.has {
						c.unit, c.has = a.tableUnits[k], true
					}
				}
			}
			heads++
			continue
		}
		name, first := rowLabel(t, cs, cols)
		if name == "" {
			name = label
		}
		label = name
		rowUnit, rowHas := unitIn(name)
		if !rowHas {
			for k, c := range cs {
				if k < len(cols) && cols[k].units {
					rowUnit, rowHas = bareUnit(t.r[c.start:c.end])
				}
			}
		}
		for k := first; k < len(cs); k++ {
			var col column
			if k < len(cols) {
				col = cols[k]
			}
			if col.serial || col.units {
				continue
			}
			if f, ok := a.cellFigure(t, cs[k], col, name, rowUnit, rowHas); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// unitsOf reads the row of units over a table: 单位：亿元、家、件.
func unitsOf(r []rune) []measure {
	i := 0
	for i < len(r) && r[i] != '：' && r[i] != ':' {
		i++
	}
	var out []measure
	for i < len(r) {
		j := i + 1
		for j < len(r) && r[j] != '、' && r[j] != '，' && r[j] != ',' && r[j] != '；' && r[j] != '/' {
			j++
		}
		m, ok := bareUnit(trimBlank(r[i+1 : j]))
		if !ok {
			return nil
		}
		out = append(out, m)
		i = j
	}
	return out
}

// isHead says whether a row names columns: it holds no values, or only years.
func isHead(t *text, cs []cell) bool {
	values := 0
	for k, c := range cs {
		if k > 0 && c.end > c.start && isDigit(t.r[c.start]) {
			if y, e := yearAt(t.r[c.start:c.end], 0); y == 0 || e < c.end-c.start && t.r[c.start+e] != '年' {
				values++
			}
		}
	}
	return values == 0
}

func (a *analysis) columns(t *text, cs []cell, old []column) []column {
	cols := make([]column, len(cs))
	for k, c := range cs {
		s := string(t.r[c.start:c.end])
		col := column{name: s}
		col.unit, col.has = unitIn(s)
		if col.has {
			col.name = withoutUnit(s)
		}
		switch {
		case s == "序号" || s == "编号" || s == "排名" || s == "No." || s == "No" || s == "#":
			col.serial = true
		case s == "单位" || s == "计量单位" || s == "Unit" || s == "unit":
			col.units = true
		}
		ck := a.clock
		for _, m := range moments(marked(t.r[c.start:c.end]), &ck) {
			if m.period != "" && !m.vague {
				col.period = m.period
				if m.end-m.start >= c.end-c.start-1 {
					col.name = ""
				}
			}
		}
		if col.period == "" {
			if y, e := yearAt(t.r[c.start:c.end], 0); y > 0 && e >= c.end-c.start {
				col.period, col.name = two(y), ""
			}
		}
		if k < len(old) && old[k].name != "" && len(old) == len(cs) {
			col.name = old[k].name + col.name
		}
		cols[k] = col
	}
	return cols
}

// rowLabel is the name of a row and its first cell of values.
func rowLabel(t *text, cs []cell, cols []column) (string, int) {
	for k, c := range cs {
		if k < len(cols) && cols[k].serial || c.end == c.start {
			continue
		}
		if k == 0 && len(cols) == 0 && digitsOnly(t.r[c.start:c.end]) && len(cs) > 2 {
			continue // a serial number without a head
		}
		if !isDigit(t.r[c.start]) || k == 0 {
			s := t.r[c.start:c.end]
			return string(s[:min(len(s), labelMax)]), k + 1
		}
		return "", k
	}
	return "", len(cs)
}

func digitsOnly(r []rune) bool {
	for _, c := range r {
		if !isDigit(c) {
			return false
		}
	}
	return len(r) > 0
}

// unitIn reads a unit in brackets: 兑付金额（万元）, or behind a stroke.
func unitIn(s string) (measure, bool) {
	r := []rune(s)
	for i, c := range r {
		if c != '（' && c != '(' && c != '/' && c != '：' {
			continue
		}
		e := i + 1
		for e < len(r) && r[e] != '）' && r[e] != ')' {
			e++
		}
		if m, ok := bareUnit(r[i+1 : e]); ok {
			return m, true
		}
	}
	return measure{}, false
}

func withoutUnit(s string) string {
	if i := strings.IndexAny(s, "（(/："); i > 0 {
		return strings.TrimSpace(s[:i])
	}
	return s
}

// bareUnit reads a unit that stands alone, with its scale: 万元, 台（套）, %.
func bareUnit(r []rune) (measure, bool) {
	r = trimBlank(r)
	if hasAt(r, 0, "单位") {
		r = r[2:]
		for len(r) > 0 && (r[0] == '：' || r[0] == ':' || isSpace(r[0])) {
			r = r[1:]
		}
	}
	if len(r) == 0 || len(r) > 8 {
		return measure{}, false
	}
	f, e := scaleAt(r, 0)
	m, end, ok := unitAt(r, e)
	if !ok || end < len(r) {
		return measure{}, false
	}
	m.factor *= f
	return m, true
}

// cellFigure reads a value from a cell.
func (a *analysis) cellFigure(t *text, c cell, col column, row string, rowUnit measure, rowHas bool) (f Figure, ok bool) {
	r := t.r[c.start:c.end]
	if len(r) == 0 || len(r) > 24 {
		return f, false
	}
	sign := 1.0
	i := 0
	if r[0] == '-' || r[0] == '−' || r[0] == '+' {
		if r[0] != '+' {
			sign = -1
		}
		i = 1
	}
	if i >= len(r) || !isDigit(r[i]) {
		return f, false
	}
	n, good := arabicAt(r, i)
	if !good || n.zero {
		return f, false
	}
	m, has := col.unit, col.has
	end := n.end
	if u, e, ok := unitAt(r, n.end); ok {
		m, has, end = u, true, e
	}
	if end < len(r) {
		return f, false
	}
	if !has {
		m, has = rowUnit, rowHas
	}
	if !has {
		m, has = a.tableUnit, a.tableUnit.name != ""
	}
	if !has && (countName(col.name) || countName(row)) {
		m, has = measure{name: "count", factor: 1, counter: true}, true
	}
	if !has {
		return f, false
	}
	f = Figure{Quote: string(r), Span: t.span(c.start, c.end), Value: round(sign * n.value * m.factor), Unit: m.name, Approx: "exact", Kind: "level"}
	if m.counter {
		f.Counter = m.word
	}
	label := withoutUnit(row)
	switch {
	case col.name == "":
		f.Indicator, f.Subject = label, a.tell.place
		if m.counter {
			f.Indicator = count(label)
		}
	default:
		f.Indicator, f.Subject = col.name, label
		if m.counter {
			f.Indicator = count(col.name)
		}
	}
	if r := []rune(f.Indicator); m.name == "%" && (growthWords.within(r) || strings.Contains(f.Indicator, "增")) {
		f.Change, f.Kind = true, "growth"
	}
	p := col.period
	basis := basisStated
	if p == "" {
		p, basis = a.blockPeriod, basisIf(a.blockPeriod)
	}
	if p == "" {
		p, basis = a.titlePeriod, basisIf(a.titlePeriod)
	}
	f.Period, f.PeriodBasis = orNil(p), basis
	if p == "" {
		f.PeriodBasis = ""
	}
	return f, true
}

// countName says whether a head names a count: 企业数, 台数.
func countName(s string) bool {
	return strings.HasSuffix(s, "数") || strings.HasSuffix(s, "数量") || strings.HasSuffix(s, "次数") || strings.HasSuffix(s, "人数")
}

// tables marks rows that are laid out with wide gaps: neighbours with as many cells, some of them numbers.
func tables(lines []line) {
	n := make([]int, len(lines))
	for i := range lines {
		l := &lines[i]
		if l.kind == lineNoise || len(l.r) > 200 || !l.gaps() {
			continue
		}
		if cs := cellsOf(l.r); len(cs) >= 3 {
			n[i] = len(cs)
		}
	}
	for i := range lines {
		if n[i] == 0 || lines[i].kind == lineRow {
			continue
		}
		if i > 0 && n[i-1] == n[i] || i+1 < len(lines) && n[i+1] == n[i] {
			lines[i].kind, lines[i].noise = lineRow, ""
		}
	}
}
