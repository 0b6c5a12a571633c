package extract

import (
	"strings"
)

const policyNameMax = 90 // characters

var (
	policyEnds = words(`办法 意见 方案 规划 条例 通知 措施 若干措施 细则 纲要 规定 行动计划 计划 政策 指南 规则 决定 公告 通告 清单 倡议 法 标准 要点 指引 章程 目录 批复 决议 宣言
共识 倡议书 声明 规范 规程 制度 导则 公约 举措 实施意见 条款 白名单 路线图 协议 协议书 备忘录 合同 意向书 协定 共同宣言 体系 机制 任务书 要求 守则 准则 蓝图 十条 若干政策 政策汇编 总体规划 专项规划 年度计划 工作要点 条 本`)
	notPolicy  = words(`报告 白皮书 蓝皮书 日报 晚报 时报 周刊 杂志 新闻联播 论文 通讯 诗 歌 曲 记 传 案例集 案例 指数 年鉴 公报 快报 简报 期刊 科学 自然 细胞 教材 读本 画册 证书 执照 许可证`)
	issueVerbs = words("印发 出台 发布 制定 公布 颁布 下发 实施 制定实施 发布实施 联合发布 联合印发 编制 起草 审议 审议通过 通过 施行 修订 落实 执行 制定出台 研究制定 正式发布 推出 签署 根据 依据 按照 依照 贯彻 正式印发 联合制定 共同编制 共同制定 编制了 发布了 出台了 印发了 制定了 制定扩展")
)

// policiesMax is how many documents without 《》 are looked for in one article; each is compared with all others.
const policiesMax = 500

// policies finds the documents of authorities: between 《》, and without the marks behind a verb of issuing.
func (a *analysis) policies() []Policy {
	out := []Policy{}
	index := map[string]int{}
	alias := map[string]bool{}
	add := func(p Policy) {
		k := key([]rune(p.Name))
		if i, ok := index[k]; ok {
			if out[i].Date == nil {
				out[i].Date = p.Date
			}
			if out[i].Issuer == nil {
				out[i].Issuer = p.Issuer
			}
			return
		}
		index[k] = len(out)
		out = append(out, p)
		if p.Alias != "" {
			alias[p.Alias] = true
		}
	}
	for _, t := range a.texts {
		r := t.r
		for i := t.marks.next(markTitle, 0); i >= 0; i = t.marks.next(markTitle, i+1) {
			e := titleEnd(r, i)
			if e == 0 {
				continue
			}
			name := r[i+1 : e-1]
			if p, ok := a.policy(t, i, e, name); ok && !alias[p.Name] {
				add(p)
			}
			i = e - 1
		}
	}
	for _, t := range a.texts {
		if len(out) >= policiesMax {
			break
		}
		for _, p := range a.unmarked(t) {
			if !covered(out, p.Name) {
				add(p)
			}
		}
	}
	return out
}

// withoutPacts leaves out the titles that are agreements which the article tells of.
func withoutPacts(all []Policy, pacts []Agreement) []Policy {
	out := all[:0]
	for _, p := range all {
		name := []rune(p.Name)
		is := false
		if _, v := pactEnds.endsWith(trimBracket(name), len(trimBracket(name)), 6); v != 0 {
			for i := range pacts {
				is = is || strings.HasSuffix(key(name), key([]rune(pacts[i].Kind)))
			}
		}
		if !is {
			out = append(out, p)
		}
	}
	return out
}

func covered(all []Policy, name string) bool {
	k := key([]rune(name))
	for i := range all {
		if strings.Contains(key([]rune(all[i].Name)), k) || all[i].Alias == name {
			return true
		}
	}
	return false
}

// titleEnd returns the end of a title that begins with 《 at i; titles may hold titles.
func titleEnd(r []rune, i int) int {
	depth := 0
	for j := i; j < len(r) && j < i+policyNameMax+4; j++ {
		switch r[j] {
		case '《':
			depth++
		case '》':
			if depth--; depth == 0 {
				return j + 1
			}
		case '。':
			return 0
		}
	}
	return 0
}

func (a *analysis) policy(t *text, i, e int, name []rune) (Policy, bool) {
	if len(name) < 4 {
		return Policy{}, false
	}
	core := name
	if c := core[len(core)-1]; c == '）' || c == ')' {
		for k := len(core) - 2; k > 0; k-- {
			if core[k] == '（' || core[k] == '(' {
				core = core[:k]
				break
			}
		}
	}
	if endsIn(core, notPolicy) && !endsIn(core, policyEnds) {
		return Policy{}, false
	}
	if !endsIn(core, policyEnds) && len(core) < 10 {
		return Policy{}, false
	}
	p := Policy{Name: strings.TrimSpace(string(name)), Span: t.span(i, e)}
	j := e
	if j < len(t.r) && (t.r[j] == '（' || t.r[j] == '(') {
		if c := closing(t.r, j); c > 0 {
			in := t.r[j+1 : c-1]
			if start, end, v := calledWords.find(in, 0); v != 0 && start <= 2 {
				p.Alias = strings.Trim(string(in[end:]), " “”《》:：")
			}
		}
	}
	p.Issuer, p.Date = a.issued(t, i)
	return p, true
}

// issued reads who issued a document, and when, from the clause before it.
func (a *analysis) issued(t *text, i int) (issuer, date *string) {
	s := t.sentence(i)
	c := t.clause(s, i)
	b := i
	for b > c.start && (t.r[b-1] == '《' || isSpace(t.r[b-1]) || t.r[b-1] == '了') {
		b--
	}
	if from, v := issueVerbs.endsWith(t.r, b, 6); v != 0 {
		near := t.bodiesIn(s.start, from)
		for k := range near {
			o := &near[k]
			if o.start >= s.start && o.end <= from && from-o.end <= 16 {
				name := o.name
				issuer = &name
			}
		}
		times := t.timesIn(s.start, from)
		for k := range times {
			m := &times[k]
			if m.start >= s.start && m.end <= from && m.period != "" && !m.vague && !m.clears && !m.until && !m.since && len(m.period) >= 7 && m.period[4] == '-' {
				d := m.period
				date = &d
			}
		}
	}
	return issuer, date
}

// unmarked finds documents named without 《》 behind a verb of issuing: 发布推进……工作举措.
func (a *analysis) unmarked(t *text) []Policy {
	var out []Policy
	r := t.r
	for i := 0; ; {
		if i = t.marks.next(markIssue, i); i < 0 {
			break
		}
		e, v := issueVerbs.longest(r, i)
		if v == 0 {
			i++
			continue
		}
		for e < len(r) && (r[e] == '了' || isSpace(r[e])) {
			e++
		}
		if end := documentName(t, e); end > 0 {
			out = append(out, Policy{Name: string(r[e:end]), Span: t.span(e, end)})
			i = end
			continue
		}
		i = max(e, i+1)
	}
	// 申报指南已正式发布: the document stands before the verb.
	for i := t.marks.next(markIssued, 0); i >= 0; i = t.marks.next(markIssued, i+1) {
		if !hasAt(r, i, "已正式发布") && !hasAt(r, i, "已发布") && !hasAt(r, i, "正式发布") && !hasAt(r, i, "已印发") && !hasAt(r, i, "正式印发") && !hasAt(r, i, "正式出台") {
			continue
		}
		s := t.sentence(i)
		c := t.clause(s, i)
		from := t.skipLead(c.start, i)
		if n := i - from; n >= 8 && n <= 40 && endsIn(r[from:i], documentEnds) && specific(r[from:i]) {
			out = append(out, Policy{Name: string(trimBlank(r[from:i])), Span: t.span(from, i)})
		}
	}
	return out
}

// documentEnds are endings that make a document even without 《》.
var documentEnds = words("行动计划 实施方案 行动方案 实施意见 指导意见 管理办法 实施细则 工作方案 发展规划 专项规划 申报指南 工作举措 重点工作举措 若干措施 若干政策 暂行办法 三年计划 地方标准 工作要点 建设方案 总体方案 合作方案 条例 目录清单 操作指南 服务指南 管理规范 指导目录")

// documentName returns the end of a document's name that begins at i, 0 if there is none.
func documentName(t *text, i int) int {
	r := t.r
	best := 0
	for j := i; j < len(r) && j < i+46; j++ {
		c := r[j]
		if !isWord(c) && c != '“' && c != '”' && c != '—' && c != '-' && c != '（' && c != '）' || c == '的' && j > i+30 {
			break
		}
		if e, v := documentEnds.longest(r, j); v != 0 && e-i >= 9 && e-j < e-i {
			if e >= len(r) || !isHan(r[e]) || afterDocument.at(r, e) {
				best = e
			}
		}
	}
	if best > 0 && specific(r[i:best]) {
		return best
	}
	return 0
}

var afterDocument = words("的 和 与 及 等 并 提出 明确 要求 已 中 以来 后 ，")

// specific says whether a document's name names one document and not a number of them: not 3个行动方案.
func specific(r []rune) bool {
	for i := 0; i < len(r); i++ {
		if is(r[i], cDigit|cNumeral) {
			if n, ok := numberAt(r, i); ok {
				if m, e, ok := unitAt(r, n.end); ok && m.counter && (m.small || !n.han) && (i == 0 || r[i-1] != '第') && !(m.word == "年") && e < len(r) {
					return false
				}
				i = n.end - 1
			}
		}
	}
	return !vagueDocs.at(r, 0)
}

var vagueDocs = words("一系列 系列 相关 有关 多项 一批 具体 上述 以下 各项 配套 一揽子 首批 若干 新的 这一 该")
