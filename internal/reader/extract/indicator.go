package extract

import (
	"strings"
	"unicode/utf8"
)

// teller tells what the figures of an article count. It remembers what the sentences before spoke of.
type teller struct {
	place    string    // of the title or, failing that, the one most named
	names    []string  // subjects of a row that 分别 shares out, one for each number to come
	base     []meaning // what the numbers before 分别 counted, one for each rate to come
	recent   []meaning // of the sentence, for 分别
	granted  string    // 对…，给予: whom the sums behind are for
	heading  string    // over the paragraph
	topic    string    // subject of the sentence so far
	topicOf  part      // that sentence
	topicIn  *text
	frame    string // a clause that ends in 中: what the ranks behind it rank
	last     meaning
	lastSeen *sighting
}

// tell says what a sighting counts. Sightings come in the order of the text.
func (w *teller) tell(s *sighting) meaning {
	t := s.t
	if w.topicIn != t {
		w.topic, w.topicIn, w.topicOf, w.lastSeen = "", t, part{}, nil
	}
	if w.topicOf != s.sentence {
		w.topicOf, w.frame, w.granted = s.sentence, "", ""
		w.lastSeen, w.recent = nil, nil
		if sub := w.opening(t, s.sentence, s.clause.start); sub != "" {
			w.topic = sub
		}
	}
	from := s.clause.start
	same := w.lastSeen != nil && w.lastSeen.clause == s.clause && w.lastSeen.end <= s.start
	if same {
		from = w.lastSeen.end
	} else if f := w.framed(t, s.sentence, s.clause.start); f != "" {
		w.frame = f
	}
	if !same {
		w.names, w.base = w.shared(s)
		if n := w.nearest(t, s.sentence, s.clause.start); n != "" {
			w.topic = n
		}
		w.granted = w.grantee(t, s.sentence, s.clause.start)
	}
	m := w.read(s, from, same)
	m = w.fill(s, m, same)
	if m.subject == "" {
		m.subject = w.topic
	} else if !s.rank && len(w.names) == 0 {
		w.topic = m.subject
	}
	if !m.growth {
		w.recent = append(w.recent, m)
	}
	if m.subject == "" {
		m.subject = w.place
	}
	m.indicator = clip(m.indicator, indicatorMax)
	m.subject = clip(m.subject, subjectMax)
	w.last, w.lastSeen = m, s
	return m
}

// clip keeps the end of a long text: what is counted stands nearest to the number.
func clip(s string, most int) string {
	for n := utf8.RuneCountInString(s) - most; n > 0; n-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return strings.TrimFunc(s, clipped)
}

func clipped(c rune) bool {
	switch c {
	case ' ', '，', ',', '、', '：', ':', '；', ';', '“', '”', '的', '和', '与', '及':
		return true
	}
	return false
}

// opening is the subject of the first clauses of a sentence, before the clause that is read now.
func (w *teller) opening(t *text, s part, to int) string {
	for i := s.start; i < to; {
		c := t.clause(s, i)
		if c.end <= i {
			break
		}
		if sub := w.subject(t, c.start, min(c.end, to)); sub != "" && !t.says(c.start, min(c.end, to), speech) {
			return sub
		}
		i = c.end + 1
	}
	return ""
}

// subject is the name before the first verb of a clause; "" where the clause begins with its verb or is all name.
func (w *teller) subject(t *text, from, to int) string {
	from = t.skipLead(from, to)
	toks := t.tokens(from, to)
	for i, k := range toks {
		switch k.kind {
		case wordName, wordWeak:
			continue
		}
		if i == 0 {
			return ""
		}
		return nameOf(t.r[from:toks[i-1].end])
	}
	return ""
}

// nameOf is a subject that can be one: not too short or long, and no turn of phrase.
func nameOf(r []rune) string {
	r = stripEnd(trimBlank(r), copulas)
	for len(r) > 0 && (is(r[0], cBracket) && r[0] != '“' && r[0] != '《' || r[0] == '、') {
		r = r[1:]
	}
	n := len(r)
	if n < 2 || n > subjectMax+10 || r[n-1] == '后' || r[n-1] == '时' || r[n-1] == '下' && n < 8 || sayers.at(r, 0) {
		return ""
	}
	if r[0] == '我' || r[0] == '他' || r[0] == '它' || r[0] == '她' || r[0] == '双' || r[0] == '其' || r[0] == '该' {
		return ""
	}
	return string(r)
}

var sayers = words("据 根据 按照 随着 围绕 经过 通过 为了 为 在 从 对 以 当 截至 自 由 针对 依托 聚焦 面对 除 除了 按 与")

// framed finds a clause before the one at to that ends in 中 or 上: 在全球百强集群排名中，….
func (w *teller) framed(t *text, s part, to int) string {
	if to <= s.start+2 {
		return ""
	}
	c := t.clause(s, to-2)
	r := trimBlank(t.r[c.start:min(c.end, to)])
	if len(r) < 4 || len(r) > 50 {
		return ""
	}
	if l := r[len(r)-1]; l != '中' && l != '里' && l != '上' && l != '名' && l != '榜' {
		return ""
	}
	b := t.skipLead(c.start, c.end)
	e := c.end
	for e > b && (t.r[e-1] == '中' || t.r[e-1] == '里' || t.r[e-1] == '上' || isSpace(t.r[e-1])) {
		e--
	}
	if b < e && t.r[b] == '在' {
		b++
	}
	return t.say(b, e)
}

// read tells a sighting from its clause.
func (w *teller) read(s *sighting, from int, same bool) meaning {
	t := s.t
	from = t.skipLead(min(from, s.start), s.start)
	pre := w.before(t, from, s.start)
	post := ""
	to := s.clause.end
	if s.unit.counter || s.unit.name == "hours" || s.unit.name == "days" {
		post = t.nounAfter(max(s.end, s.nounAt), to)
	} else if s.end < to && t.r[s.end] == '的' {
		post = t.nounAfter(s.end, to)
	}
	var m meaning
	m.modifiers = modifiers(t.r[from:s.start])
	switch {
	case s.ratio:
		e := s.end
		for e < to && !is(t.r[e], cPause) {
			e++
		}
		m.indicator, m.subject = t.say(s.start, s.at)+t.say(s.end, e), pre.subject
		return m
	case s.rank:
		return w.rank(s, pre, m)
	case s.fold:
		m.growth = true
		m.indicator, m.subject = pre.name(), pre.subject
		if m.indicator == "" {
			m.indicator, m.subject = firstOf(pre.subject, w.last.indicator), ""
		}
		return m
	case isGrowth(s, pre.rest):
		return w.growth(s, pre, m)
	}
	m.subject = pre.subject
	name := pre.name()
	if len(w.names) > 0 && m.subject == "" {
		m.subject, w.names = w.names[0], w.names[1:]
		if same && len(w.recent) > 0 {
			m.indicator = w.recent[len(w.recent)-1].indicator
			return m
		}
		name = strings.TrimSuffix(strings.TrimSuffix(name, "分别"), "分别为")
		if i := strings.LastIndex(name, m.subject); i >= 0 {
			name = ""
		}
		if name == "" {
			name = w.frame
		}
	}
	if name != "" && nameLike([]rune(name)) && len(w.recent) > 0 && w.recent[0].indicator != "" && (post == "" || !s.unit.counter) { // 怀远市4120台、定川市3566台
		m.indicator, m.subject = w.recent[0].indicator, name
		return m
	}
	switch {
	case s.unit.counter && post == "" && name == "" && pre.subject == "" && len(w.recent) > 0:
		m.indicator = w.recent[len(w.recent)-1].indicator
		if rest := t.restOf(s); rest != "" {
			m.indicator = rest + m.indicator
		}
	case s.unit.counter && post != "":
		m.object = post
		v := pre.verb()
		if v == "" && name != "" && len([]rune(name)) <= 8 && m.subject == "" {
			m.subject = name
		}
		m.indicator = count(v + post)
		if v == "" && same && name == "" && w.last.indicator != "" && w.lastVerb() != "" {
			m.indicator = count(w.lastVerb() + post)
		}
	case name != "":
		m.indicator = name
		if len([]rune(name)) <= 2 && pre.subject != "" && !s.unit.counter { // 财政投入1.8亿元
			m.indicator, m.subject = pre.subject+name, ""
		}
		if s.unit.counter {
			m.indicator = count(name)
		}
		if post != "" && !s.unit.counter {
			m.indicator = name + post
		}
	case pre.subject != "":
		m.indicator, m.subject = pre.subject, ""
		if s.unit.counter {
			m.indicator = count(pre.subject)
		}
	case post != "":
		m.indicator = post
	case w.last.indicator != "" && w.lastSeen != nil && (same || s.part == "to" || w.lastSeen.sentence == s.sentence):
		m.indicator, m.subject = firstOf(w.last.base, w.last.indicator), w.last.subject
	default:
		m.indicator = t.nounAfter(s.end, to)
	}
	return m
}

// lastVerb is the verb of the figure before in the same clause, which reigns over the list.
func (w *teller) lastVerb() string {
	if w.lastSeen == nil {
		return ""
	}
	p := w.before(w.lastSeen.t, w.lastSeen.t.skipLead(w.lastSeen.clause.start, w.lastSeen.start), w.lastSeen.start)
	return p.verb()
}

// fill completes what a clause leaves to the one before: 占比 of what, 总值 of what, 给予 to whom.
func (w *teller) fill(s *sighting, m meaning, same bool) meaning {
	r := []rune(m.indicator)
	var last *meaning
	if n := len(w.recent); n > 0 {
		last = &w.recent[n-1]
	}
	switch {
	case s.rank || m.growth || s.ratio:
	case (m.indicator == "占" || m.indicator == "占比" || m.indicator == "占比达" || m.indicator == "") && m.subject != "":
		m.indicator, m.subject = strings.TrimSuffix(m.subject, "的")+"占比", ""
	case hasAt(r, 0, "高于") || hasAt(r, 0, "低于") || hasAt(r, 0, "比"):
		m.indicator = trimCount(w.last.indicator) + m.indicator
	case last != nil && len(r) > 1 && (r[0] == '占' || r[0] == '与' && strings.HasSuffix(m.indicator, "之比") || hasAt(r, 0, "相当于")):
		m.base = firstOf(last.base, trimCount(last.indicator))
		m.indicator = m.base + m.indicator
		if m.subject == "" {
			m.subject = last.subject
		}
	case last != nil && len(r) > 0 && len(r) <= 4 && !s.unit.counter && m.subject == "" && (last.object != "" || len([]rune(last.indicator)) <= 8):
		m.base = m.indicator
		m.indicator = firstOf(last.object, trimCount(last.indicator)) + m.indicator
	case w.granted != "" && len(r) <= 10:
		m.indicator = w.granted + m.indicator
		m.subject = ""
	}
	return m
}

func trimCount(s string) string { return strings.TrimSuffix(s, "数") }

// restOf is the rest of the clause behind a number, if short: 62项实现转化.
func (t *text) restOf(s *sighting) string {
	e := min(s.clause.end, s.end+12)
	if s.clause.end > e {
		return ""
	}
	for _, c := range t.r[s.end:e] {
		if is(c, cDigit) || c == '、' {
			return ""
		}
	}
	return t.say(s.end, e)
}

// nameLike says whether a text is the name of a place or an organisation and nothing more.
func nameLike(r []rune) bool {
	n := len(r)
	if n < 2 || n > 20 {
		return false
	}
	if places().lex.whole(r) || endsIn(r, offices) {
		return true
	}
	switch r[n-1] {
	case '市', '省', '区', '县', '州', '镇', '国':
		return n <= 8 && n >= 2
	}
	_, v := orgs().ends.endsWith(r, n, 8)
	return v == orgSuffix
}

// nearest is the place or organisation that the clauses between the sentence's beginning and the number begin with,
// the last of them: 云渡市综合得分81.7分，排名第8位.
func (w *teller) nearest(t *text, s part, to int) string {
	for i := to - 2; i >= s.start; {
		c := t.clause(s, i)
		from := t.skipLead(c.start, c.end)
		for _, p := range t.placesIn(from, from+1) {
			if p.start == from && p.end <= c.end {
				e := p.end
				if ge, v := groups.longest(t.r[:c.end], e); v != 0 { // 长三角三省一市
					e = ge
				}
				return string(t.r[p.start:e])
			}
		}
		here := t.bodiesIn(from, from+1)
		for k := range here {
			if b := &here[k]; b.start == from && b.end <= c.end {
				return b.name
			}
		}
		if n := adminName(t.r[from:c.end]); n > 0 {
			return string(t.r[from : from+n])
		}
		if c.start <= s.start {
			break
		}
		i = c.start - 2
	}
	return ""
}

// adminName is the length of a name such as 嘉禾市 at the beginning of a range, 0 if there is none.
func adminName(r []rune) int {
	for n := 1; n < len(r) && n < 5; n++ {
		if !isHan(r[n-1]) {
			return 0
		}
		switch r[n] {
		case '市', '省', '区', '县':
			if n == 1 && r[0] != '全' && r[0] != '我' && r[0] != '本' {
				return 0
			}
			if n+1 < len(r) && (r[n+1] == '场' || r[n+1] == '域' || r[n+1] == '别' || r[n+1] == '级' || r[n+1] == '块' || r[n+1] == '值') || r[n] == '区' && n+1 < len(r) && r[n+1] == '间' {
				return 0
			}
			return n + 1
		}
	}
	return 0
}

// grantee reads 对新认定的中心，给予…: whom the sums of the next clause are for.
func (w *teller) grantee(t *text, s part, to int) string {
	if to <= s.start+2 {
		return ""
	}
	c := t.clause(s, to-2)
	from := t.skipLead(c.start, c.end)
	if from >= c.end || t.r[from] != '对' || hasAt(t.r, from, "对外") {
		return ""
	}
	for i := to; i < s.end && i < to+14; i++ {
		for _, give := range []string{"给予", "奖励", "补助", "补贴", "支持", "资助"} {
			if hasAt(t.r, i, give) {
				return clip(strings.TrimSuffix(t.say(from, c.end), "的"), 20)
			}
		}
	}
	return ""
}

// shared reads a row that 分别 shares out: the names before it, or the counts before it, one for each number behind.
func (w *teller) shared(s *sighting) (names []string, base []meaning) {
	t := s.t
	at := -1
	for i := s.clause.start; i < s.start; i++ {
		if hasAt(t.r, i, "分别") {
			at = i
		}
	}
	if at < 0 {
		return nil, nil
	}
	n := numbersIn(t, s)
	if n < 2 {
		return nil, nil
	}
	row := t.r[t.skipLead(s.clause.start, at):at]
	for from, i := 0, 0; i <= len(row); i++ {
		if i < len(row) && row[i] != '、' && row[i] != '和' && row[i] != '与' && row[i] != '及' {
			continue
		}
		if i > from {
			names = append(names, strings.TrimSpace(string(row[from:i])))
		}
		from = i + 1
	}
	if len(names) == n {
		return names, nil
	}
	if k := len(w.recent); k >= n {
		return nil, append([]meaning(nil), w.recent[k-n:]...)
	}
	return nil, nil
}

// numbersIn counts the numbers of a row from a sighting on: 9.6%和19.7% are two.
func numbersIn(t *text, s *sighting) int {
	n := 0
	for i := s.at; i < s.clause.end; {
		if !is(t.r[i], cDigit|cNumeral) && t.r[i] != '第' {
			i++
			continue
		}
		j := i
		if t.r[i] == '第' {
			j++
		}
		num, ok := numberAt(t.r[:s.clause.end], j)
		if !ok {
			i++
			continue
		}
		n++
		i = num.end
	}
	return n
}

// count makes the name of a count: 企业 becomes 企业数.
func count(s string) string {
	if s == "" {
		return s
	}
	switch c, _ := utf8.DecodeLastRuneInString(s); c {
	case '数', '量', '额', '率', '值', '比', '次', '度':
		return s
	}
	return s + "数"
}

// lead is what stands before a number in its clause: a subject, then verbs and names.
type lead struct {
	t       *text
	subject string
	rest    []rune  // all behind the subject, without times
	toks    []token // of the rest
}

func (w *teller) before(t *text, from, to int) lead {
	toks := t.tokens(from, to)
	l := lead{t: t}
	cut := 0
	for i, k := range toks {
		if k.kind == wordName || k.kind == wordWeak && !(i > 0 && toks[i-1].kind == wordAdverb) {
			continue
		}
		if i > 0 {
			if sub := nameOf(t.r[from:toks[i-1].end]); len([]rune(sub)) >= 3 && !copulaOnly(t, toks[i:]) {
				l.subject, cut = sub, i
			} else if place := sub; len([]rune(place)) == 2 && places().lex.whole([]rune(place)) {
				l.subject, cut = sub, i
			}
		}
		break
	}
	l.toks = toks[cut:]
	if len(l.toks) > 0 {
		l.rest = make([]rune, 0, l.toks[len(l.toks)-1].end-l.toks[0].start)
	}
	for _, k := range l.toks {
		l.rest = append(l.rest, t.r[k.start:k.end]...)
	}
	return l
}

// copulaOnly says whether what follows a name only joins it to its number: 总价值达.
func copulaOnly(t *text, toks []token) bool {
	n := 0
	for _, k := range toks {
		n += k.end - k.start
	}
	if n > 8 {
		return false
	}
	var r []rune
	for _, k := range toks {
		r = append(r, t.r[k.start:k.end]...)
	}
	r = stripEnd(r, copulas)
	if len(r) == 0 {
		return true
	}
	return len(stripEnd(r, growthWords)) == 0
}

// verb is the last verb before the number, with 累计 or 新增 before it; "" where a name stands between.
func (l lead) verb() string {
	for i := len(l.toks) - 1; i >= 0; i-- {
		k := l.toks[i]
		if k.kind == wordStrong || k.kind == wordWeak {
			tail := 0
			for _, n := range l.toks[i+1:] {
				tail += n.end - n.start
			}
			end := l.toks[len(l.toks)-1].end
			listed := end > 0 && l.t.r[end-1] == '等'
			v := l.t.r[k.start:k.end]
			if copulas.whole(v) && i > 0 {
				continue
			}
			if copulas.whole(v) {
				return ""
			}
			out := string(v)
			if i > 0 && l.toks[i-1].kind == wordAdverb {
				if a := l.t.r[l.toks[i-1].start:l.toks[i-1].end]; keepers.whole(a) {
					out = string(a) + out
				}
			}
			if i > 0 && l.toks[i-1].kind != wordAdverb && l.toks[i-1].end == k.start && l.toks[i-1].end-l.toks[i-1].start <= 4 && l.toks[i-1].kind != wordName {
				if a := l.t.r[l.toks[i-1].start:l.toks[i-1].end]; !copulas.whole(a) {
					out = string(a) + out
				}
			}
			if !listed && tail > 0 {
				rest := stripEnd(append([]rune(nil), l.t.r[k.end:end]...), copulas)
				if n := len(rest); n > 0 && n <= 16 {
					out += string(rest)
				}
			}
			return out
		}
	}
	rest := stripEnd(append([]rune(nil), l.rest...), copulas)
	if len(rest) <= 4 && l.subject == "" && len(l.toks) > 0 && l.toks[0].kind == wordName {
		return string(rest)
	}
	return ""
}

// name is the rest without what joins it to the number and without adverbs that say nothing.
func (l lead) name() string {
	var buf [2 * indicatorMax]rune
	r := buf[:0]
	for _, k := range l.toks {
		w := l.t.r[k.start:k.end]
		if k.kind == wordAdverb && !keepers.whole(w) {
			continue
		}
		r = append(r, w...)
	}
	r = stripEnd(r, copulas)
	for len(r) > 0 && (r[0] == '把' || r[0] == '将' || r[0] == '了' || r[0] == '的' || r[0] == '从' && at1(r, 1) != '业' || r[0] == '由' || r[0] == '、') {
		r = r[1:]
	}
	s := strings.ReplaceAll(string(r), "从占", "占")
	return strings.TrimSuffix(strings.Trim(s, " ，,：:、"), "从")
}

// rank tells a rank: what is ranked is the subject, the list is the frame.
func (w *teller) rank(s *sighting, pre lead, m meaning) meaning {
	r := stripEnd(append([]rune(nil), pre.rest...), rankVerbs)
	name := string(stripEnd(r, copulas))
	m.subject = pre.subject
	if len(w.names) > 0 {
		m.subject, w.names = w.names[0], w.names[1:]
		name = ""
	}
	if m.subject == "" {
		m.subject = name
		name = ""
	}
	if w.frame != "" {
		name = w.frame
	}
	if name != "" && m.subject == name && len(w.names) == 0 && !nameLike([]rune(name)) && w.topic != "" && w.frame == "" {
		m.subject = w.topic // 排名第8位: who is ranked stands before
	} else if m.subject == name {
		name = ""
	}
	if name == "" && w.last.indicator != "" && strings.HasSuffix(w.last.indicator, "排名") {
		name = strings.TrimSuffix(w.last.indicator, "排名")
	}
	m.indicator = strings.TrimSuffix(name, "排名") + "排名"
	if m.indicator == "排名" {
		if title := s.t.titleBefore(s.start); title != "" {
			m.indicator = title + "排名"
		} else {
			m.indicator, m.subject = m.subject+"排名", ""
		}
	}
	return m
}

// titleBefore is the last title between 《》 before i in its paragraph: the list that a rank is of.
func (t *text) titleBefore(i int) string {
	for j := i - 1; j > 0; j-- {
		if t.r[j] != '》' {
			continue
		}
		for k := j - 1; k >= 0 && j-k < policyNameMax; k-- {
			if t.r[k] == '《' {
				return string(t.r[k+1 : j])
			}
		}
		return ""
	}
	return ""
}

// isGrowth says whether a number tells how much something grew or shrank.
func isGrowth(s *sighting, rest []rune) bool {
	switch s.unit.name {
	case "%", "pp", "times":
	default:
		if !s.unit.counter && s.unit.name != "CNY" {
			return false
		}
	}
	r := stripEnd(append([]rune(nil), rest...), growthCopulas)
	b, v := growthWords.endsWith(r, len(r), 4)
	if v == 0 {
		return false
	}
	word := string(r[b:])
	if s.unit.counter || s.unit.name == "CNY" {
		return word == "增长" || word == "增加" || word == "减少" || word == "下降" || word == "提高" || word == "提升"
	}
	return true
}

var growthCopulas = words("了 约 达 达到 为 近 超 超过 平均 均 至少 最高 分别 高达 也 已 同比 环比 累计 仅 又 幅度 ： :")

func (w *teller) growth(s *sighting, pre lead, m meaning) meaning {
	m.growth = true
	if len(w.base) > 0 {
		b := w.base[0]
		w.base = w.base[1:]
		m.indicator, m.subject = trimCount(b.indicator)+"增长率", b.subject
		return m
	}
	r := stripEnd(append([]rune(nil), pre.rest...), growthCopulas)
	b, _ := growthWords.endsWith(r, len(r), 4)
	word := string(r[b:])
	name := string(stripEnd(r[:b], compare))
	m.subject = pre.subject
	if name == "" && pre.subject != "" {
		name, m.subject = pre.subject, ""
	}
	if name == "" || compares.at([]rune(name), 0) {
		name = strings.TrimSuffix(w.last.indicator, "增长率")
		if m.subject == "" {
			m.subject = w.last.subject
		}
		if n := len(w.recent); n > 0 {
			name, m.subject = trimCount(w.recent[n-1].indicator), w.recent[n-1].subject
		}
	}
	switch word {
	case "增长", "同比增长", "环比增长", "增":
		m.indicator, m.base = name+"增长率", name
	case "增速", "增幅", "增长率", "降幅", "涨幅", "跌幅":
		m.indicator = name + word
	default:
		m.indicator = name + word
	}
	return m
}

var (
	compare  = words("同比 环比 较上年 较去年 比上年 比去年 较上年同期 比上年同期 较去年同期 同期 平均 年均 分别 实现 总体 合计 ， 、 , 进一步 持续 将 可 每年 也 均 已 相比 比 较 以 的")
	compares = words("同比 环比 较上年 较去年 比上年 比去年 较上年同期 比上年同期 较 比 同期 与上年 与去年 相比 其中")
)

// modifiers are the words before a number that a reader must see beside it.
func modifiers(r []rune) []string {
	var out []string
	for i := 0; i < len(r); {
		e, v := keepers.longest(r, i)
		if v == 0 {
			i++
			continue
		}
		if e-i >= 2 {
			out = append(out, string(r[i:e]))
		}
		i = e
	}
	return out
}
