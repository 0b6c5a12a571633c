package extract

import "strings"

const (
	partiesMax = 24
	partyMax   = 30 // characters
)

var (
	// partyTail are words between the last party and the verb.
	partyTail = words("共同 正式 现场 分别 先后 成功 联合 当场 集中 在线 线上 就 已 还 也 又 再次 陆续 相继 今日 当日 当天 顺利 携手 代表 三方 双方 共 将 上 拟 首次 近日 日前 会上 率先 一起 进行 举行 完成 继续 此前 随后 最终 间 之间 云 纷纷 同步 并 集体 通过视频")
	// nobodies are parties that name nobody: 三家企业, 各方.
	nobodies = words("双方 各方 三方 多方 企业 公司 机构 单位 合作方 对方 其 该公司 多家 多个 有关方面 相关单位 相关企业 园区 项目 代表 负责人 我们 他们 合作 意向 客户")
	groups   = words("三省一市 一市三省 四省市 沪苏浙皖 九城市 九市 四地 三地 两地 五地 苏浙皖 两省 三省 四省 沪苏浙 京津冀 六地")
)

// parties reads who signs from the words before a verb of signing at i. from is where the first of them begins; each
// says that the first party signs with every other one by one.
func (a *analysis) parties(t *text, s, c part, i int) (ps []string, from int, each bool) {
	end := a.partyEnd(t, c.start, i, &each)
	start := t.skipLead(c.start, end)
	segs := a.row(t, start, end) // the row of names, taken apart from its end
	if len(segs) == 0 {
		return nil, 0, false
	}
	from = segs[0].start
	linked, ahead := false, 0
	pivot := pivotIn(t.r, start, end)
	for k, g := range segs {
		name, b := a.party(t, g, k == 0)
		if name == "" {
			continue
		}
		if k == 0 {
			from = b
		}
		if !contains(ps, name) && len(ps) < partiesMax {
			ps = append(ps, name)
			if g.start < pivot {
				ahead++
			}
		}
		linked = linked || k > 0
	}
	if first := at1(t.r, t.skipLead(c.start, end)); (first == '与' || first == '同' || first == '和') && len(ps) > 0 && start == t.skipLead(c.start, end) {
		// The subject stands in a clause before.
		if name, at := a.subjectBefore(t, s, c.start); name != "" && !contains(ps, name) {
			ps, from = append([]string{name}, ps...), at
		}
	}
	if n := len(ps); each && ahead > 1 && ahead == n-1 { // A、B分别与C: C signs with each
		ps = append([]string{ps[n-1]}, ps[:n-1]...)
		return ps, from, each
	}
	if len(ps) >= 2 {
		return expand(ps), from, each
	}
	if len(ps) == 1 && (collective(ps[0]) || strings.HasSuffix(ps[0], "五区")) {
		return expand(ps), from, false
	}
	if len(ps) <= 1 && (hasAt(t.r, start, "双方") || hasAt(t.r, start, "三方") || hasAt(t.r, start, "各方")) {
		return a.bothSides(t, s, start)
	}
	return nil, 0, false
}

// works are ends of names that cannot sign.
var works = words("项目 工程 课题 产品 平台上 方案")

// pivotIn is where 分别与 stands between those who sign and those they sign with; 0 is nowhere.
func pivotIn(r []rune, from, to int) int {
	for i := from; i+2 < to; i++ {
		if hasAt(r, i, "分别与") || hasAt(r, i, "分别和") || hasAt(r, i, "先后与") || hasAt(r, i, "陆续与") {
			return i
		}
	}
	return 0
}

// partyEnd goes back from the verb over what is no name: 在沪, 于8月17日, 共同, 分别.
func (a *analysis) partyEnd(t *text, from, i int, each *bool) int {
	r := t.r
	for {
		for i > from && (isSpace(r[i-1]) || r[i-1] == '“') {
			i--
		}
		if b, v := partyTail.endsWith(r, i, 4); v != 0 && b >= from && b < i {
			if w := string(r[b:i]); w == "分别" || w == "先后" || w == "还" || w == "陆续" || w == "相继" {
				*each = true
			}
			i = b
			continue
		}
		if k := a.timeBack(t, from, i); k < i {
			i = k
			continue
		}
		if k := prepositional(r, from, i); k < i {
			i = k
			continue
		}
		break
	}
	for j := from; j < i; j++ { // 上海还与中科院…
		if hasAt(r, j, "还与") || hasAt(r, j, "分别与") || hasAt(r, j, "先后与") || hasAt(r, j, "又与") || hasAt(r, j, "也与") || hasAt(r, j, "分别和") || hasAt(r, j, "陆续与") {
			*each = true
		}
	}
	return i
}

func (a *analysis) timeBack(t *text, from, i int) int {
	near := t.timesIn(max(from, i-24), i)
	for k := range near {
		m := &near[k]
		if m.end == i && m.start >= from {
			b := m.start
			if b > from && (t.r[b-1] == '于' || t.r[b-1] == '在') {
				b--
			}
			return b
		}
	}
	return i
}

// prepositional goes back over 在某地, 就某事, 围绕某事 at the end of a range.
func prepositional(r []rune, from, i int) int {
	for j := i - 1; j >= from && i-j <= 22; j-- {
		c := r[j]
		if c == '与' || c == '和' || c == '，' || c == '、' && i-j < 4 {
			return i
		}
		if (c == '在' || c == '就' || c == '于') && i-j >= 2 && i-j <= 20 && j > from {
			return j
		}
		if hasAt(r, j, "围绕") && j > from {
			return j
		}
	}
	return i
}

// row splits the names before a verb: A与B、C和D. It does not split inside a known name.
func (a *analysis) row(t *text, from, end int) []part {
	r := t.r
	var segs []part
	stop := end
	i := end
	for i > from {
		if b := a.bodyEnding(t, i); b != nil && b.start >= from {
			i = b.start
			if i <= from {
				break
			}
			c := r[i-1]
			if c == '、' || c == '与' || c == '和' || c == '及' || c == '同' || c == '跟' {
				segs = append(segs, part{i, stop})
				i--
				if c == '及' && i > from && r[i-1] == '以' {
					i--
				}
				stop = i
			}
			continue
		}
		c := r[i-1]
		if c == '）' || c == ')' {
			if k := opening(r, from, i); k < i {
				i = k
				continue
			}
		}
		switch {
		case c == '、':
		case c == '与' || c == '和' || c == '及' || c == '跟':
			if insideAt(r, i) {
				i--
				continue
			}
		case c == '，' || c == ',' || c == '：':
			segs = append(segs, part{i, stop})
			return reverse(segs)
		default:
			i--
			continue
		}
		segs = append(segs, part{i, stop})
		i--
		if c == '及' && i > from && r[i-1] == '以' {
			i--
		}
		stop = i
	}
	if stop > from {
		segs = append(segs, part{from, stop})
	}
	return reverse(segs)
}

func opening(r []rune, from, i int) int {
	for j := i - 2; j >= from && i-j < 14; j-- {
		if r[j] == '（' || r[j] == '(' {
			return j
		}
	}
	return i
}

func reverse(p []part) []part {
	for i, j := 0, len(p)-1; i < j; i, j = i+1, j-1 {
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// bodyEnding is the organisation of the text that ends at i.
func (a *analysis) bodyEnding(t *text, i int) *body {
	near := t.bodiesIn(max(0, i-2*orgBack), i)
	for k := range near {
		if near[k].end == i {
			return &near[k]
		}
	}
	return nil
}

// party makes a name of one part of a row. The first may have other words before it.
func (a *analysis) party(t *text, g part, first bool) (name string, start int) {
	r := t.r
	for g.end > g.start && (isSpace(r[g.end-1]) || r[g.end-1] == '等') {
		g.end--
	}
	g.start = t.skipLead(g.start, g.end)
	for {
		b, v := partyTail.endsWith(r, g.end, 3)
		if v == 0 || b <= g.start || b == g.end || a.bodyEnding(t, g.end) != nil {
			break
		}
		g.end = b
	}
	for _, w := range []string{"等头部企业", "等龙头企业", "等企业", "等单位", "等机构", "等高校", "等"} {
		if n := len([]rune(w)); g.end-n > g.start && hasAt(r[:g.end], g.end-n, w) {
			g.end -= n
		}
	}
	if b := a.bodyEnding(t, g.end); b != nil && b.start >= g.start {
		return b.name, b.start
	}
	if first { // 落户临港的某某, 会见后某某
		for j := g.end - 1; j > g.start; j-- {
			if r[j-1] == '的' || r[j-1] == '由' || r[j-1] == '：' {
				g.start = j
				break
			}
			if b, v := phraseWords().endsWith(r, j, 4); v == wordStrong && j-b >= 2 && b >= g.start && !orgs().verbs.whole(r[b:j]) {
				g.start = j
				break
			}
		}
	}
	for g.start < g.end && (r[g.start] == '由' || r[g.start] == '与' || r[g.start] == '同' && g.end-g.start > 3 || r[g.start] == '“' || r[g.start] == '和') {
		g.start++
	}
	s := trimBlank(r[g.start:g.end])
	n := len(s)
	if w := string(s); a.self != "" && (w == "公司" || w == "本公司" || w == "我公司" || w == "甲方") {
		return a.self, g.start
	}
	if _, v := works.endsWith(s, n, 2); v != 0 {
		return "", 0
	}
	if n < 2 || n > partyMax || is(s[0], cDigit) || nobodies.whole(s) {
		return "", 0
	}
	if num, ok := numberAt(s, 0); ok && !groups.at(s, 0) {
		if _, _, ok := unitAt(s, num.end); ok {
			return "", 0
		}
	}
	if _, v := nobodies.endsWith(s, n, 4); v != 0 && n <= 4 && !collective(string(s)) {
		return "", 0
	}
	return strings.Trim(string(s), "“”《》 "), g.start
}

// collective says whether a name stands for several who act together: 三省一市科技部门, 西部五区.
func collective(s string) bool {
	r := []rune(s)
	if start, _, v := groups.find(r, 0); v != 0 && start >= 0 {
		return true
	}
	for i := 1; i < len(r); i++ {
		if c := r[i]; (c == '区' || c == '市' || c == '省' || c == '县' || c == '校' || c == '院') && is(r[i-1], cNumeral) && r[i-1] != '一' && (i+1 == len(r) || r[i+1] != '长') {
			return true
		}
	}
	return false
}

// expand takes the number off the last of a row of places: 闵行、嘉定、……青浦五区.
func expand(ps []string) []string {
	last := []rune(ps[len(ps)-1])
	n := len(last)
	if len(ps) >= 2 && n >= 4 && is(last[n-2], cNumeral) && (last[n-1] == '区' || last[n-1] == '市' || last[n-1] == '省' || last[n-1] == '县' || last[n-1] == '地') {
		ps[len(ps)-1] = string(last[:n-2])
	}
	return ps
}

// subjectBefore is the organisation or place that an earlier clause of the sentence begins with.
func (a *analysis) subjectBefore(t *text, s part, to int) (string, int) {
	near := t.bodiesIn(s.start, to)
	for k := range near {
		if b := &near[k]; b.start >= s.start && b.end <= to {
			return b.name, b.start
		}
	}
	for _, p := range t.placesIn(s.start, to) {
		if p.start >= s.start && p.end <= to {
			return string(t.r[p.start:p.end]), p.start
		}
	}
	return "", 0
}

// bothSides are the two organisations that 双方 points back to: the last two that a sentence before named together.
func (a *analysis) bothSides(t *text, s part, at int) ([]string, int, bool) {
	var ps []string
	near := t.bodiesIn(max(0, at-4*sentenceMax), at)
	for k := len(near) - 1; k >= 0; k-- {
		b := &near[k]
		if b.start >= at {
			continue
		}
		if !contains(ps, b.name) {
			ps = append([]string{b.name}, ps...)
		}
		if len(ps) == 2 {
			return ps, at, false
		}
	}
	return nil, 0, false
}
