package extract

import (
	"strings"
	"time"
)

var (
	signVerbs = words("签署 签订 签约 签下 缔结 达成 签了 续签 签 互签 订立 会签")
	// signNouns are words that begin like a verb of signing and name a ceremony, a project or a sum.
	signNouns = words("签约仪式 签署仪式 签字仪式 签约项目 签约金额 签约额 签约台 签约活动 签约企业 签约率 签约方 签署方 签约暨 签约及 签约大会 签约会 签订仪式 签名 签证 签收 签发 签到 签批 签约现场 签约落地 签署国 签约总额 签约总投资 签约率 签字 签约主体 签约入驻 签约服务 签约合作项目")
	pactEnds  = words(`协议 协议书 备忘录 合同 意向书 协定 公约 框架协议 承诺书 责任书 合约 意向协议 合作协议 合作框架 战略合作 共建协议 合作备忘录 合作意向 合同书 投资意向 合作意向书 议定书 章程 联合声明 联合宣言 倡议书 订单 战略协议`)
	// pactStarts are words that the kind of an agreement begins with; what stands before them is what it is about.
	pactStarts = words(`战略合作 全面战略合作 全面深化战略合作 深化战略合作 合作框架 框架 合作 全面合作 投资 项目投资 入驻 采购 技术开发 技术服务 技术转让 技术许可 技术合作 共建 联合共建 校企合作 校地合作 产学研合作 银企合作 政银合作 授信 银团贷款 贷款 服务 委托 购销 供货 租赁 许可 转让 专利许可 专利转让 成果转化 联合研发 联合攻关 意向 谅解 互认 一体化 协同 保密 联盟 生产基地投资 人才合作 数据共享 合作共建 战略 友好合作 “十四五”战略合作 “十五五”战略合作 深化合作 合资 股权 增资 并购 收购 定向 订单 结对 共享 开放共享 科研合作 科技合作 创新合作`)
	ceremony   = words("会上 仪式上 现场 活动上 大会上 论坛上 当日 当天 同日 签约仪式 期间 开幕式上 启动仪式 同时")
)

// pact is an agreement on its way, with where its parties were found.
type pact struct {
	Agreement
	dated bool // the text itself gives the day
}

// agreements finds what was signed, merged over its mentions.
func (a *analysis) agreements() []Agreement {
	var found []pact
	for _, t := range a.texts {
		a.pacts = found
		if t.words != nil {
			found = append(found, a.englishAgreements(t)...)
			continue
		}
		r := t.r
		for i := t.marks.next(markSign, 0); i >= 0; i = t.marks.next(markSign, i+1) {
			e, v := signVerbs.longest(r, i)
			if v == 0 {
				continue
			}
			if ne, nv := signNouns.longest(r, i); nv != 0 && ne > e {
				i = ne - 1
				continue
			}
			if e-i == 1 && !(e < len(r) && (r[e] == '《' || r[e] == '了')) {
				continue
			}
			found = append(found, a.signed(t, i, e)...)
			a.pacts = found
			i = e - 1
		}
		found = append(found, a.nominal(t, found)...)
	}
	return merge(found)
}

// signed reads one signing from its verb at [i, e).
func (a *analysis) signed(t *text, i, e int) []pact {
	s := t.sentence(i)
	c := t.clause(s, i)
	kind, about, end := a.pactName(t, e, min(s.end, e+110))
	if kind == "" {
		kind, about, end = before(t, c.start, i)
		if kind == "" && hasAt(t.r, i, "签约") && !hasAt(t.r, e, "的") {
			kind = "合作协议"
		}
		if kind == "" {
			return nil
		}
		end = max(end, e)
	}
	ps, from, each := a.parties(t, s, c, i)
	if len(ps) == 0 {
		return nil
	}
	if about == "" {
		about = a.about(t, s, e, end)
	}
	date, dated := a.dateOf(t, s, c, i, ps)
	if !dated && t.says(s.start, i, ceremony) {
		date = firstOf(a.dateShared(ps), date)
	}
	whole := Span(t.span(from, end))
	make1 := func(ps []string) pact {
		return pact{Agreement{Parties: ps, Kind: kind, Date: orNil(date), About: about, Span: whole}, dated}
	}
	if each && len(ps) > 2 { // A分别与B、C签署: one with each
		var out []pact
		for _, p := range ps[1:] {
			out = append(out, make1([]string{ps[0], p}))
		}
		return out
	}
	return []pact{make1(ps)}
}

// pactName finds the kind of an agreement behind i: 签署《……合作协议》 or 签署战略合作框架协议.
func (a *analysis) pactName(t *text, i, to int) (kind, about string, end int) {
	r := t.r[:to]
	for i < to && (r[i] == '了' || isSpace(r[i])) {
		i++
	}
	start := i
	if i < to && (r[i] == '《' || r[i] == '“' && !hasAt(r, i, "“十")) {
		close := closingLong(r, i)
		if close > 0 {
			name := r[i+1 : close-1]
			kind, about = kindOf(name)
			if kind != "" {
				return kind, about, close
			}
		}
	}
	best := 0
	for j := i; j < to && j < i+56; j++ {
		c := r[j]
		if c == '。' || c == '；' || c == '！' || c == '，' && j > i || c == '：' {
			break
		}
		if c == '《' {
			if close := closingLong(r, j); close > 0 {
				if k, ab := kindOf(r[j+1 : close-1]); k != "" {
					return k, ab, close
				}
			}
		}
		if e, v := pactEnds.longest(r, j); v != 0 && e > j {
			if hasAt(r, e, "内容") || hasAt(r, e, "金额") {
				continue
			}
			best = e
			if e >= to || !isHan(r[e]) || r[e] == '的' {
				break
			}
			j = e - 1
		}
	}
	if best == 0 {
		return "", "", i
	}
	kind, about = kindOf(r[start:best])
	return kind, about, best
}

func closingLong(r []rune, i int) int {
	if r[i] == '《' {
		return titleEnd(r, i)
	}
	return closing(r, i)
}

// kindOf splits the name of an agreement into its kind and what it is about.
func kindOf(name []rune) (kind, about string) {
	name = trimBlank(name)
	if _, v := pactEnds.endsWith(trimBracket(name), len(trimBracket(name)), 6); v == 0 {
		return "", ""
	}
	for len(name) > 0 {
		n, ok := numberAt(name, 0)
		if !ok {
			break
		}
		_, e, ok := unitAt(name, n.end)
		if !ok {
			break
		}
		name = name[e:]
	}
	for from := 0; from < len(name); from++ {
		if e, v := pactStarts.longest(name, from); v != 0 && len(name)-from <= 16 && e > from {
			return string(name[from:]), strings.Trim(string(name[:from]), " 的关于《》“”")
		}
	}
	return string(name), ""
}

func trimBracket(r []rune) []rune {
	if n := len(r); n > 0 && (r[n-1] == '）' || r[n-1] == ')') {
		for k := n - 2; k > 0; k-- {
			if r[k] == '（' || r[k] == '(' {
				return r[:k]
			}
		}
	}
	return r
}

// before finds the kind in front of the verb: 就战略合作签约, 战略合作协议签署.
func before(t *text, from, i int) (kind, about string, end int) {
	for j := from; j < i; j++ {
		e, v := pactEnds.longest(t.r[:i], j)
		if v == 0 || i-e > 8 {
			continue
		}
		b := j
		for b > from && j-b < 12 {
			if se, sv := pactStarts.longest(t.r[:e], b-1); sv != 0 && se > b-1 {
				b--
				continue
			}
			break
		}
		return string(t.r[b:e]), "", e
	}
	return "", "", 0
}

// about is what the agreement is for, from the words around it.
func (a *analysis) about(t *text, s part, from, end int) string {
	r := t.r
	for j := end; j < s.end && j < end+40; j++ {
		for _, w := range []string{"将在", "将围绕", "将就", "围绕", "共同推进", "推进", "将共同", "将开展"} {
			if hasAt(r, j, w) {
				b := j + len([]rune(w))
				e := b
				for e < s.end && e-b < 60 && r[e] != '，' && r[e] != '。' && r[e] != ',' {
					e++
				}
				return t.say(b, e)
			}
		}
	}
	return ""
}

// dateOf is the day of a signing: in its sentence, else the day that the words point back to.
func (a *analysis) dateOf(t *text, s, c part, i int, ps []string) (date string, dated bool) {
	var m *moment
	timed := false
	near := t.timesIn(s.start, min(s.end, i+40))
	for k := range near {
		x := &near[k]
		if x.start < s.start || x.end > min(s.end, i+40) {
			continue
		}
		if x.start > i && !(x.day && x.start-i < 12) {
			continue
		}
		if x.until {
			continue
		}
		timed = true
		if x.vague || x.clears || x.since || x.asOf {
			continue
		}
		m = x
	}
	if m != nil && len(m.period) >= 7 && m.period[4] == '-' && !strings.ContainsAny(m.period, "QH") && !strings.Contains(m.period, "..") {
		if m.day {
			a.lastDay = m.period
		}
		return m.period, true
	}
	r := t.r
	for j := s.start; j < i; j++ {
		switch {
		case hasAt(r, j, "前一天"), hasAt(r, j, "前一日"):
			return a.shift(-1), true
		case hasAt(r, j, "次日"), hasAt(r, j, "第二天"):
			return a.shift(1), true
		case hasAt(r, j, "同日"), hasAt(r, j, "当日"), hasAt(r, j, "当天"):
			return a.lastDay, a.lastDay != ""
		case hasAt(r, j, "同期"), hasAt(r, j, "此前"), hasAt(r, j, "日前"), hasAt(r, j, "近日"), hasAt(r, j, "此后"):
			timed = true
		}
	}
	if timed && m == nil {
		return "", false
	}
	if m != nil {
		return "", false
	}
	if t.says(s.start, i, ceremony) || t.no <= 2 {
		if a.lastDay != "" {
			return a.lastDay, false
		}
	}
	// The sentences before in the paragraph, then the day of the event.
	earlier := t.timesIn(max(0, s.start-4*sentenceMax), s.start)
	for k := len(earlier) - 1; k >= 0; k-- {
		if x := &earlier[k]; x.end <= s.start && x.day && len(x.period) == 10 {
			return x.period, false
		}
	}
	if t.says(s.start, i, ceremony) && len(a.eventDate) == 10 {
		return a.eventDate, false
	}
	return "", false
}

// dateShared is the day of an agreement told before that shares a party: a ceremony's second signing.
func (a *analysis) dateShared(ps []string) string {
	for k := len(a.pacts) - 1; k >= max(0, len(a.pacts)-agreementsMax); k-- {
		o := &a.pacts[k]
		if o.Date == nil || len(*o.Date) != 10 {
			continue
		}
		for _, x := range o.Parties {
			for _, y := range ps {
				if sameBody(x, y) {
					return *o.Date
				}
			}
		}
	}
	return ""
}

// shift is the day before or after the last day that was named.
func (a *analysis) shift(days int) string {
	d, err := time.Parse(time.DateOnly, a.lastDay)
	if err != nil {
		return ""
	}
	a.lastDay = d.AddDate(0, 0, days).Format(time.DateOnly)
	return a.lastDay
}

// nominal finds agreements that are named without a verb of signing: 根据A与B的战略合作框架协议, 某某协议的签署.
func (a *analysis) nominal(t *text, found []pact) []pact {
	var out []pact
	r := t.r
	for j := t.marks.next(markPact, 0); j >= 0; j = t.marks.next(markPact, j+1) {
		if r[j] != '协' && r[j] != '备' && r[j] != '合' {
			continue
		}
		e, v := pactEnds.longest(r, j)
		if v == 0 || r[e-1] != '议' && r[e-1] != '录' && r[e-1] != '书' {
			continue
		}
		s := t.sentence(j)
		c := t.clause(s, j)
		if start, _, sv := signVerbs.find(r[:e], c.start); sv != 0 && start >= 0 && !hasAt(r, start+2, "的") {
			j = e - 1
			continue
		}
		b := j
		for b > c.start && j-b < 30 && r[b-1] != '的' && r[b-1] != '与' && r[b-1] != '和' {
			b--
		}
		if b == c.start || r[b-1] != '的' {
			j = e - 1
			continue
		}
		ps, from, _ := a.parties(t, s, c, nounBefore(r, c.start, b-1))
		if len(ps) >= 2 && a.knownParties(ps) {
			kind, about := kindOf(r[b:e])
			date, dated := a.dateOf(t, s, c, j, ps)
			if !dated {
				date = ""
			}
			out = append(out, pact{Agreement{Parties: ps, Kind: kind, Date: orNil(date), About: about, Span: t.span(from, e)}, dated})
		}
		j = e - 1
	}
	return out
}

// nounBefore steps back over 于8月17日签署 between the parties and 的.
func nounBefore(r []rune, from, i int) int {
	if b, v := signVerbs.endsWith(r, i, 3); v != 0 && b >= from {
		return b
	}
	return i
}

// knownMax is how many organisations a party is compared with.
const knownMax = 2000

// knownParties says whether all names are organisations of the article, so that 创新与发展的协议 is none.
func (a *analysis) knownParties(ps []string) bool {
	for _, p := range ps {
		ok := false
		for i := range a.bodies[:min(len(a.bodies), knownMax)] {
			if sameBody(a.bodies[i].name, p) {
				ok = true
				break
			}
		}
		if !ok && !places().lex.whole([]rune(p)) {
			return false
		}
	}
	return true
}

// merge joins the mentions of one agreement: the same parties, a kind that fits, no two days.
func merge(found []pact) []Agreement {
	out := []Agreement{}
	for _, p := range found {
		joined := false
		for i := range out {
			o := &out[i]
			if !sameParties(o.Parties, p.Parties) || !sameKind(o.Kind, p.Kind) || !sameDate(o.Date, p.Date) {
				continue
			}
			o.Mentions = append(o.Mentions, p.Span)
			if o.Date == nil || p.Date != nil && len(*p.Date) > len(*o.Date) {
				o.Date = p.Date
			}
			for k, name := range o.Parties {
				for _, n := range p.Parties {
					if len(n) > len(name) && sameBody(n, name) {
						o.Parties[k] = n
					}
				}
			}
			if len(o.Kind) < len(p.Kind) {
				o.Kind = p.Kind
			}
			if o.About == "" {
				o.About = p.About
			}
			joined = true
			break
		}
		if !joined && len(out) < agreementsMax {
			out = append(out, p.Agreement)
		}
	}
	return out
}

// agreementsMax is how many agreements of one article are told; merging is quadratic.
const agreementsMax = 300

func sameParties(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	used := make([]bool, len(b))
	for _, x := range a {
		ok := false
		for j, y := range b {
			if !used[j] && sameParty(x, y) {
				used[j], ok = true, true
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// sameParty also takes a place for its government: 上海与……签署.
func sameParty(x, y string) bool {
	if sameBody(x, y) {
		return true
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	return places().lex.whole([]rune(x)) && strings.HasPrefix(y, x) && strings.HasSuffix(y, "政府")
}

func sameKind(a, b string) bool {
	if a == b || strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	x, y := []rune(a), []rune(b)
	n := 0
	for i := 0; i+1 < len(x); i++ {
		if strings.Contains(b, string(x[i:i+2])) {
			n++
		}
	}
	return n*3 >= min(len(x), len(y))*2
}

func sameDate(a, b *string) bool {
	return a == nil || b == nil || strings.HasPrefix(*a, *b) || strings.HasPrefix(*b, *a)
}
