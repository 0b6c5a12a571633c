package extract

import (
	"sort"
	"strings"
	"sync"
)

const (
	orgBack = 34 // characters before an ending that a name can have
	orgMin  = 4  // characters of a name that no list knows
)

// orgBook finds organisations: by how their names end, or as they are.
type orgBook struct {
	ends    *lexicon // endings (1), small endings (2) and known names (3)
	inside  *lexicon
	verbs   *lexicon
	cut     *lexicon
	generic *lexicon
	known   *lexicon
}

const (
	orgSuffix int32 = 1 + iota
	orgSmall
	orgKnown
)

var orgs = sync.OnceValue(func() *orgBook {
	b := &orgBook{newLexicon(), newLexicon(), newLexicon(), newLexicon(), newLexicon(), newLexicon()}
	for _, line := range dataLines("orgs.txt") {
		kind, list, _ := strings.Cut(line, " ")
		switch kind {
		case "suffix":
			b.ends.addAll(list, orgSuffix)
		case "small":
			b.ends.addAll(list, orgSmall)
		case "inside":
			b.inside.addAll(list, 1)
		case "verbs":
			b.verbs.addAll(list, 1)
		case "cut":
			b.cut.addAll(list, 1)
		case "generic":
			b.generic.addAll(list, 1)
		case "known":
			b.known.addAll(list, orgKnown)
			b.ends.addAll(list, orgKnown)
		}
	}
	return b
})

// body is one mention of an organisation.
type body struct {
	t          *text
	start, end int
	name       string
	alias      string // in the brackets behind it
}

// organisations finds the mentions of organisations in an article.
func (a *analysis) organisations() []body {
	var out []body
	for _, t := range a.texts {
		if t.words != nil {
			t.bodies = englishBodies(t)
		} else {
			t.bodies = bodiesOf(t)
		}
		out = append(out, t.bodies...)
	}
	return out
}

func bodiesOf(t *text) []body {
	book := orgs()
	var out []body
	r := t.r
	last := 0 // a name does not begin inside the one before, unless it goes on
	for i := 0; ; {
		if i = t.marks.next(markBody, i); i < 0 {
			return out
		}
		c := r[i]
		e, v := book.ends.longest(r, i)
		if v == 0 {
			i++
			continue
		}
		start := i
		switch v {
		case orgSuffix:
			start = nameStart(t, i, last)
		case orgSmall:
			if smallFalse(r, i, e) {
				i++
				continue
			}
			start = levelStart(r, i, last)
			if start == i && (c == '局' || c == '厅' || c == '院' || c == '所') {
				if b := nameStart(t, i, last); i-b >= 4 && i-b <= 8 {
					start = b
				}
			}
			if start == i {
				i++
				continue
			}
		case orgKnown:
			if e2, v2 := book.ends.longest(r, e); v2 == orgSuffix || continues(r, e) {
				_ = e2
				i = e
				continue
			}
		}
		e = trailing(r, e)
		name := r[start:e]
		if v != orgKnown && !plausible(name, i-start) {
			i = max(e, i+1)
			if start < i && e > i {
				i = e
			}
			continue
		}
		b := body{t: t, start: start, end: e, name: strings.ReplaceAll(string(name), " ", "")}
		b.alias = aliasBehind(r, e)
		if n := len(out); n > 0 && out[n-1].t == t && out[n-1].end > start {
			if out[n-1].start <= start && out[n-1].end < e { // 中国科学院 in 中国科学院上海高等研究院
				b.start, b.name = out[n-1].start, strings.ReplaceAll(string(r[out[n-1].start:e]), " ", "")
				out = out[:n-1]
			}
		}
		if n := len(out); n > 0 && out[n-1].end == start && part2.has(r[start:e]) { // 同济大学 + 经济与管理学院
			b.start, b.name = out[n-1].start, out[n-1].name+b.name
			out = out[:n-1]
		}
		out = append(out, b)
		last = e
		i = e
	}
}

// insideEnds are endings of bodies that are parts of others.
type insideEnds struct{ lex *lexicon }

func (p insideEnds) has(r []rune) bool { return endsIn(r, p.lex) }

var part2 = insideEnds{words("学院 研究所 研究院 实验室 研究中心 中心 委员会 办公室 分行 分公司 医院 部")}

// smallFalse says whether a small ending at [i, e) belongs to another word: 部门, 委托, 布局.
func smallFalse(r []rune, i, e int) bool {
	if e < len(r) && smallBehind.at(r, i) {
		if end, _ := smallBehind.longest(r, i); end > e {
			return true
		}
	}
	_, v := smallBefore.endsWith(r, e, 3)
	return v != 0
}

var (
	smallBehind = words("部门 部分 部署 部件 部队 部长 部委 部级 办法 办理 办公 办事 办学 办会 委托 委员 委派 委任 委以 局面 局部 局限 局势 局长 院士 院校 院所 院长 院系 院线 院落 院区 所有 所在 所得 所需 所以 所长 所述 所谓 所属 所用 所持 所占 署名 署于 署长 行业 行动 行为 行政 行程 行情 行驶 行列 行使 行走 行长 行人 行家 厅长 厅级 厅局 所能 所致 所示 所指 所说 所想")
	smallBefore = words("布局 格局 结局 全局 当局 大局 开局 时局 变局 破局 棋局 僵局 残局 定局 出局 大厅 客厅 餐厅 展厅 厅 住院 法院 影院 剧院 签署 场所 厕所 住所 会所 交易所 有所 无所 众所 部署 内部 外部 全部 中部 东部 西部 南部 北部 局部 头部 底部 顶部 干部 总部 俱乐部 举办 创办 主办 承办 协办 督办 代办 开办 试办 交办 包办 筹办 申办 常委 银行 发行 执行 实行 进行 举行 运行 流行 施行 试行 先行 推行 飞行 现行 履行 同行 步行 出行 通行")
)

// continues says whether a known name is only the beginning of a longer one: 中国科学院上海….
func continues(r []rune, i int) bool {
	for j := i; j < len(r) && j < i+16; j++ {
		if !isHan(r[j]) && r[j] != '（' && r[j] != '）' && r[j] != '(' && r[j] != ')' && !isDigit(r[j]) && r[j] != ' ' {
			return false
		}
		if e, v := orgs().ends.longest(r, j); v == orgSuffix && e > j {
			return j-i < 14 && !cutBetween(r, i, j)
		}
	}
	return false
}

func cutBetween(r []rune, i, j int) bool {
	for k := i; k < j; k++ {
		if e, v := orgs().inside.longest(r, k); v != 0 {
			k = e - 1
			continue
		}
		if _, v := orgs().cut.longest(r[:j], k); v != 0 {
			return true
		}
		if e, v := phraseWords().longest(r[:j], k); v == wordStrong && e-k >= 2 && !orgs().verbs.whole(r[k:e]) {
			return true
		}
	}
	return false
}

// trailing takes in what belongs to the end of a name: the brackets of 公司（上海） do not, 办公室 behind 委员会 does.
func trailing(r []rune, e int) int {
	for {
		e2, v := orgs().ends.longest(r, e)
		if v != orgSuffix {
			return e
		}
		e = e2
	}
}

// nameStart goes back from an ending to where its name begins.
func nameStart(t *text, i, last int) int {
	r := t.r
	book := orgs()
	j := i
	for j > last && i-j < orgBack {
		c := r[j-1]
		if c == '）' || c == ')' {
			k := j - 2
			for k > last && j-k < 10 && r[k] != '（' && r[k] != '(' {
				k--
			}
			if k > last && (r[k] == '（' || r[k] == '(') && isHan(r[k-1]) && j-k > 2 {
				j = k
				continue
			}
			break
		}
		if isSpace(c) {
			if j-2 >= last && (isLatin(r[j-2]) || isDigit(r[j-2])) && j < len(r) && isHan(r[j]) || j < len(r) && (isLatin(r[j]) || isDigit(r[j])) && j-2 >= last && isHan(r[j-2]) {
				j--
				continue
			}
			break
		}
		if !isWord(c) && c != '·' && c != '&' && c != '-' {
			break
		}
		if m := t.timeEnding(j); m {
			break
		}
		if b, v := book.inside.endsWith(r, j, 11); v != 0 && b >= last {
			j = b
			continue
		}
		if e, v := insideOver(book, r, j, i); v {
			j = e
			continue
		}
		if b, v := book.cut.endsWith(r, j, 3); v != 0 && b >= 0 {
			break
		}
		if b, v := phraseWords().endsWith(r, j, 4); v == wordStrong && j-b >= 2 && !book.verbs.whole(r[b:j]) && j < i {
			break
		}
		j--
	}
	return skipGeneric(r, j, i)
}

// insideOver says whether a word of the inside list lies across j: 发展和|改革.
func insideOver(book *orgBook, r []rune, j, limit int) (int, bool) {
	for b := j - 1; b >= 0 && j-b < 6; b-- {
		if e, v := book.inside.longest(r[:limit], b); v != 0 && e > j-1 && b < j {
			return b, true
		}
	}
	return 0, false
}

// timeEnding says whether a time ends at j.
func (t *text) timeEnding(j int) bool {
	n := sort.Search(len(t.times), func(k int) bool { return t.times[k].end >= j })
	return n < len(t.times) && t.times[n].end == j
}

// skipGeneric steps over what stands before a name and is no part of it: numbers with measure words.
func skipGeneric(r []rune, j, i int) int {
	for j < i {
		if is(r[j], cDigit|cNumeral) {
			if n, ok := numberAt(r[:i], j); ok {
				if _, e, ok := unitAt(r[:i], n.end); ok {
					j = e
					continue
				}
			}
		}
		if c := r[j]; c == '、' || c == '-' || c == '·' || isSpace(c) {
			j++
			continue
		}
		break
	}
	return j
}

// levelStart finds the place or level that 委, 局, 厅 need before them: 市科委, 上海市经济信息化委.
func levelStart(r []rune, i, last int) int {
	for j := i - 1; j >= last && i-j < 14; j-- {
		c := r[j]
		if !isHan(c) {
			return i
		}
		if c != '市' && c != '省' && c != '区' && c != '县' {
			continue
		}
		if i-j > 12 || cutBetween(r, j+1, i) {
			return i
		}
		if i-j < 3 {
			return i // 市委 is a suffix of its own, 市局 says nothing
		}
		k := j
		for b := max(last, j-8); b <= j; b++ {
			if e, v := places().lex.longest(r[:j+1], b); v != 0 && e == j+1 {
				return b
			}
		}
		run := k // a name that no list of places knows: up to the mark or word before it
		for run > last && isHan(r[run-1]) && k-run < 5 {
			if _, v := orgs().cut.endsWith(r, run, 3); v != 0 {
				break
			}
			if b, v := phraseWords().endsWith(r, run, 4); v == wordStrong && run-b >= 2 {
				break
			}
			run--
		}
		if k-run == 5 {
			return k - 2
		}
		return run
	}
	return i
}

// plausible says whether a name can be one. body is how many characters stand before its ending.
func plausible(name []rune, body int) bool {
	for len(name) > 0 && isSpace(name[0]) {
		name = name[1:]
	}
	if len(name) < 3 || len(name) < orgMin && !is(name[0], cHan) || body == 0 {
		return false
	}
	book := orgs()
	if book.generic.whole(name) || !balanced(name) {
		return false
	}
	if len(name) == 3 && name[0] != '市' && name[0] != '省' && name[0] != '区' {
		return false
	}
	if endsIn(name, notions) {
		return false
	}
	// 国际科技创新中心, 各类产业基金: a kind with adjectives only.
	for from := 0; from < len(name) && from < 8; from++ {
		if !book.generic.whole(name[from:]) {
			continue
		}
		head := name[:from]
		if len(head) == 0 || kinds.whole(head) {
			return false
		}
		break
	}
	return true
}

// notions are what cities want to become, and no bodies.
var notions = words("国际科技创新中心 国际科创中心 国际金融中心 国际经济中心 国际贸易中心 国际航运中心 国际消费中心 科技创新中心建设 国家科学中心 综合性国家科学中心 全球科技创新中心 区域科技创新中心 国际创新中心 科技创新共同体")

func balanced(r []rune) bool {
	n := 0
	for _, c := range r {
		switch c {
		case '（', '(':
			n++
		case '）', ')':
			n--
		}
		if n < 0 {
			return false
		}
	}
	return n == 0
}

var kinds = words("国家 省 市 区 县 国际 中国 全球 区域 地方 企业 科技 产业 创新 公共 专业 高校 行业 高新 高新技术 新型 现代 综合 技术 数字 智能 金融 政府 社会 民营 国有 商业 股份制商业 大型商业 制造业 国家级 省级 市级 区级 先进 重点 联合 综合性国家科学 五个 四个 三个 两个 三大 四大 五大 母 子 分 总 独角兽 外资 跨国 股权 创业 天使 政策性 开发性 城市商业 农村商业 双创 科创 跨区域 一体化 市场化 全市 全省 各市 各区 各省 四地 三地 两地 高水平研究型 研究型 应用型 民办 公立 三甲 综合性 三级甲等 协同创新 成果转化 工程技术 工程 校企 产学研 海内外 国内外")

// aliasBehind reads （以下简称“X”） behind a name.
func aliasBehind(r []rune, e int) string {
	if e >= len(r) || r[e] != '（' && r[e] != '(' {
		return ""
	}
	c := closing(r, e)
	if c == 0 || c-e > 24 {
		return ""
	}
	in := r[e+1 : c-1]
	start, end, v := calledWords.find(in, 0)
	if v == 0 || start > 2 {
		return ""
	}
	s := strings.Trim(string(in[end:]), " “”‘’《》:：\"为")
	if n := len([]rune(s)); n < 2 || n > 14 {
		return ""
	}
	return s
}

var calledWords = words("以下简称为 以下简称 下称 简称 以下称 又称 下同简称 hereinafter")

// sameBody says whether two names can be one organisation: equal, or the shorter made from the characters of the
// longer. 上海大学 is not 上海交通大学, so universities, banks and hospitals must be equal.
func sameBody(a, b string) bool {
	if a == b {
		return true
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 2 || len(x) == len(y) {
		return false
	}
	if endsIn(x, strictEnds) {
		return false
	}
	i := 0
	for _, c := range y {
		if i < len(x) && x[i] == c {
			i++
		}
	}
	if i < len(x) {
		return false
	}
	if x[0] != y[0] {
		// 闵行区政府 in 上海市闵行区人民政府, 市科委 in 上海市科委
		at := strings.Index(string(y), string(x[:min(2, len(x))]))
		if at < 0 && x[0] != '市' && x[0] != '省' && x[0] != '区' {
			return false
		}
	}
	if same(y[:len(x)], x) {
		_, v := orgs().ends.endsWith(x, len(x), 8)
		return v == 0 || endsIn(y, legalEnds)
	}
	if endsIn(x, officeEnds) != endsIn(y, officeEnds) {
		return false
	}
	return true
}

var (
	strictEnds = words("大学 学院 银行 医院 中学 小学 日报 晚报 时报 分行 研究所")
	legalEnds  = words("公司")
	officeEnds = words("政府 委 委员会 局 厅 部 办 办公室 管委会")
)

// named lists the organisations of an article, each once, with its other names.
func (a *analysis) named() []Name {
	out := []Name{}
	known := map[string]bool{}
	for i := range a.bodies {
		b := &a.bodies[i]
		if known[b.name] {
			continue
		}
		known[b.name] = true
		if len(known) > 4*namesMax {
			break
		}
		found := false
		for j := range out {
			o := &out[j]
			if o.Name == b.name || contains(o.Aliases, b.name) {
				found = true
				break
			}
			if sameBody(o.Name, b.name) {
				o.Aliases = append(o.Aliases, b.name)
				found = true
				break
			}
		}
		if !found && len(out) < namesMax {
			n := Name{Name: b.name, Span: b.t.span(b.start, b.end)}
			if b.alias != "" {
				n.Aliases = append(n.Aliases, b.alias)
			}
			out = append(out, n)
		}
	}
	return out
}

// namesMax is how many organisations of one article are told; comparing them with each other is quadratic.
const namesMax = 400

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}
