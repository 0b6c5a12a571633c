package extract

// lineKind is the part that a line plays in a page, told from its looks alone.
type lineKind uint8

const (
	lineShort  lineKind = iota // a title, a heading, a name: no sentence
	lineProse                  // a sentence or more
	lineItem                   // an entry of a list, a clause, a question
	lineRow                    // a row of a table
	lineByline                 // who wrote it
	lineMeta                   // when and where it was published
	lineNoise                  // names itself as no part of an article
	lineRule                   // ---- or ====
)

const (
	proseMin      = 22 // characters of a line that ends like a sentence
	proseLong     = 60 // characters of a line with commas that need no stop at its end
	strongProse   = 45 // characters of a line of prose that an article can begin or end with
	headingMax    = 48 // characters of a heading
	englishFactor = 3  // characters of a language with an alphabet for each Chinese one
)

// line is a block with its kind and the counts that the kind was told from.
type line struct {
	*block
	kind  lineKind
	noise NoiseKind
	tail  bool // what follows is noise, too
	size  int  // Chinese characters, other letters counted by their share
	han   int
	stops int
	pause int
	ends  bool // ends like a sentence
	reply bool // heads an answer in a forum
	title bool // equal to what the page calls its title
	twice bool // stood there twice, one after the other
	used  bool // taken for the head of its article
}

// look tells what a block is from its looks.
func look(b *block) line {
	l := line{block: b, twice: b.twice}
	letters, digits := 0, 0
	for i, c := range b.r {
		switch {
		case isHan(c):
			l.han++
		case isLatin(c):
			letters++
		case isDigit(c):
			digits++
		case c == '。' || c == '！' || c == '？' || c == '；' || c == '!' || c == '?' || c == ';':
			l.stops++
		case c == '.' && (i+1 == len(b.r) || isSpace(b.r[i+1])):
			l.stops++
		case c == '，' || c == ',' || c == '：' || c == '、':
			l.pause++
		}
	}
	l.size = l.han + (letters+digits)/englishFactor
	if l.han > letters {
		l.size = l.han + letters/2 + digits/2 + l.pause + l.stops
	}
	l.ends = endsSentence(b.r)
	switch {
	case b.noise != "":
		l.kind, l.noise = lineNoise, b.noise
	case b.tag == "tr" || b.gaps() && (cells(b.r) >= 3 || spaced(b.r) >= 3):
		l.kind = lineRow
	case l.han+letters+digits == 0:
		l.kind, l.noise = lineNoise, NoiseOther
		if len(b.r) >= 3 {
			l.kind = lineRule
		}
	default:
		l.kind = l.told()
	}
	return l
}

func (l *line) told() lineKind {
	if kind, tail := noiseOf(l.r); kind != "" {
		l.noise, l.tail = kind, tail
		switch kind {
		case NoiseMeta:
			return lineMeta
		case NoiseByline:
			return lineByline
		}
		return lineNoise
	}
	if n := floor(l.r); n > 0 {
		l.noise, l.reply = NoiseComments, n > 1
		if n == 1 {
			l.noise = NoiseMeta
		}
		return lineMeta
	}
	if dateLine(l.r) || stamped(l.r, l.stops) {
		l.noise = NoiseMeta
		return lineMeta
	}
	if l.links*10 > len(l.r)*6 && l.stops == 0 {
		l.noise = NoiseNavigation
		return lineNoise
	}
	if l.size >= proseMin && (l.ends || l.stops > 0 && l.pause > 0) || l.size >= proseLong && l.pause > 1 {
		return lineProse
	}
	if l.lists || itemMark(l.r) > 0 || labelled2(l.r) {
		return lineItem
	}
	if l.size >= proseMin/2 && l.ends && l.han > 0 && l.pause > 0 {
		return lineProse
	}
	return lineShort
}

// formLabels are ends of the labels of a form: 供应商名称：, 成交金额：.
var formLabels = words("名称 地址 金额 编号 时间 范围 内容 对象 方式 期限 单位 主体 标的 总额 规模 日期 预算 要求 地点 电话 价格 单价 数量 单号 供应商 采购人 联系人 申请人 负责人 承担单位 牵头单位 参与单位 条件 标准 依据 目标 任务 类别 领域 名单 结果 周期 工期 进度 面积 投资 资金 产值 用途 型号")

// labelled2 says whether a line is an entry of a form: a label, a colon and what was filled in.
func labelled2(r []rune) bool {
	for i, c := range r {
		if i > 16 {
			return false
		}
		if c == '：' || c == ':' {
			return i >= 2 && i+2 < len(r) && endsIn(trimBracket(r[:i]), formLabels)
		}
		if !isHan(c) && c != '（' && c != '）' && c != '(' && c != ')' && c != '、' {
			return false
		}
	}
	return false
}

// stamped says whether a short line is a day with who published it: 观澜智库 2024-11-05.
func stamped(r []rune, stops int) bool {
	if len(r) > 70 || stops > 0 {
		return false
	}
	d, ok := firstDay(r, 0)
	if !ok {
		_, ok := englishDay(r)
		return ok && len(r) <= 60 && !hasStop(r)
	}
	first := d.end-d.start >= 8 && d.start == 0 && (d.end == len(r) || !isHan(r[d.end]))
	rest := len(r) - (d.end - d.start)
	if rest > 45 || hasStop(r) && rest > 12 {
		return false
	}
	before := trimBlank(r[:d.start])
	if len(before) > 0 && isHan(before[len(before)-1]) && d.start > 0 && !isSpace(r[d.start-1]) && !labels.within(before) {
		return false // 截至2024年12月3日
	}
	return first || len(before) <= 24
}

// floor reads the head of a post in a forum: 楼主 is 1, 2楼 is 2; 0 is none.
func floor(r []rune) int {
	if len(r) > 60 {
		return 0
	}
	switch {
	case hasAt(r, 0, "楼主"):
		return 1
	case hasAt(r, 0, "沙发"), hasAt(r, 0, "板凳"), hasAt(r, 0, "地板"):
		return 2
	case len(r) > 1 && r[0] == '#' && isDigit(r[1]):
		return 2
	}
	n, ok := numberAt(r, 0)
	if ok && n.bare && n.end < len(r) && (r[n.end] == '楼' || r[n.end] == '#') && (n.end+1 == len(r) || !isHan(r[n.end+1])) {
		return max(1, int(n.value))
	}
	return 0
}

// endsSentence says whether a line ends with a stop, perhaps inside a quotation or bracket.
func endsSentence(r []rune) bool {
	for i := len(r) - 1; i >= 0 && i >= len(r)-3; i-- {
		switch c := r[i]; c {
		case '。', '！', '？', '；', '!', '?', ';', '：', ':', '…', '⋯':
			return true
		case '.':
			return i > 0 && !isDigit(r[i-1])
		case '”', '"', '’', '」', '』', '）', ')', '】', ' ':
			continue
		default:
			return false
		}
	}
	return false
}

// spaced counts the cells of a row that is laid out with wide gaps and has a number in most of its cells; 0 is none.
func spaced(r []rune) int {
	if len(r) > 160 {
		return 0
	}
	n, numbers := 0, 0
	for i := 0; i < len(r); {
		for i < len(r) && isSpace(r[i]) {
			i++
		}
		if i == len(r) {
			break
		}
		n++
		if isDigit(r[i]) || (r[i] == '-' || r[i] == '+') && i+1 < len(r) && isDigit(r[i+1]) {
			numbers++
		}
		for i < len(r) && !(isSpace(r[i]) && (i+1 == len(r) || isSpace(r[i+1]) || r[i] == 0x3000)) {
			if r[i] == '。' || r[i] == '，' || r[i] == '：' {
				return 0
			}
			i++
		}
	}
	if n < 3 || numbers*2 < n {
		return 0
	}
	return n
}

// cells counts the cells of a row that is laid out with tabs or upright strokes.
func cells(r []rune) int {
	tabs, strokes := 0, 0
	for _, c := range r {
		switch c {
		case '\t':
			tabs++
		case '|', '│', '┃':
			strokes++
		}
	}
	if tabs > 0 {
		return tabs + 1
	}
	if strokes >= 2 {
		return strokes + 1
	}
	return 0
}

// itemMark returns the end of a mark such as 一、（二）3. ④ 第五条 at the beginning of a line, 0 if there is none.
func itemMark(r []rune) int {
	i := 0
	for i < len(r) && isSpace(r[i]) {
		i++
	}
	if i >= len(r) {
		return 0
	}
	c := r[i]
	switch {
	case c == '·' || c == '•' || c == '●' || c == '■' || c == '◆' || c == '▪' || c == '○' || c == '※' || c == '►' || c == '★' || c == '√' || c == '–':
		return i + 1
	case c >= 0x2460 && c <= 0x24ff || c >= 0x2776 && c <= 0x2793:
		return i + 1
	case c == '(' || c == '（':
		j := i + 1
		for j < len(r) && j < i+5 && (isDigit(r[j]) || is(r[j], cNumeral)) {
			j++
		}
		if j > i+1 && j < len(r) && (r[j] == ')' || r[j] == '）') {
			return j + 1
		}
	case c == '第':
		j := i + 1
		for j < len(r) && j < i+6 && (isDigit(r[j]) || is(r[j], cNumeral)) {
			j++
		}
		if j > i+1 && j < len(r) && (r[j] == '条' || r[j] == '章' || r[j] == '款' || r[j] == '节') {
			return j + 1
		}
	case isDigit(c) || is(c, cNumeral):
		j := i
		for j < len(r) && j < i+4 && (isDigit(r[j]) || is(r[j], cNumeral)) {
			j++
		}
		if j < len(r) && (r[j] == '、' || r[j] == '．' || r[j] == '.' && (j+1 == len(r) || !isDigit(r[j+1])) || isDigit(c) && r[j] == ')') {
			return j + 1
		}
	}
	return 0
}

// dateLine says whether a line is a date or time and little else.
func dateLine(r []rune) bool {
	if len(r) > 40 {
		return false
	}
	digits, other := 0, 0
	for _, c := range r {
		switch {
		case isDigit(c):
			digits++
		case c == '年' || c == '月' || c == '日' || c == '-' || c == '/' || c == '.' || c == ':' || c == '：' || isSpace(c) || is(c, cBracket) || c == 'T' || c == 'Z' || c == '+':
		case c == '星' || c == '期' || c == '时' || c == '分' || c == '秒' || c == '周':
			other++
		case is(c, cNumeral):
			other++
		default:
			return false
		}
	}
	if digits < 6 && other < 6 {
		return false
	}
	_, ok := firstDay(r, 0)
	return ok
}
