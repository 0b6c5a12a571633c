package extract

import "strings"

// media are endings of the names of those who publish; offices are endings of authorities that do.
var (
	media   = words("报 网 网站 门户网站 门户 官网 社 智库 晨报 新闻 电视台 广播电台 日报 晚报 早报 时报 商报 晨报 青年报 在线 客户端 财经 频道 周刊 杂志 融媒体中心 融媒 传媒 公众号 号 观察 发布 电台 卫视 通讯社 Daily News Times Post Agency Xinhua")
	offices = words("董事会 监事会 学院 学会 协会 商会 研究院 指挥部 领导小组 科创办 管理中心 委员会 办公室 政府 管委会 局 厅 委 办 中心 部 院 联盟 协会 大学 公司 银行 集团")
	labels  = words("来源 信息来源 文章来源 稿件来源 稿源 转自 发布机构 发文机关 发布单位 发布人 Source source")
	stopsAt = words("发表于 发表 发布于 更新于 作者 编辑 责任编辑 责编 浏览 点击 阅读 发布 时间 日期 字号 字体 分享 打印 访问 更新 记者 审核 【 [ （ ( | 大 中 小 点击数 浏览次数 Date By")
	nobody  = words("本站 本网 原创 未知 网络 互联网 转载 本网站 综合 不详 网络整理 site admin Admin")
	notices = words("通知 公告 意见 办法 公示 通告 决定 方案 细则 规定 函 批复 指南 条例 规划 措施 计划")
)

// head finds the title of a piece, who published it and when, and takes their lines out of the body.
func (r *reading) head(p *piece) {
	top := p.top()
	at := r.titleLine(p, top)
	page := despam(r.meta.title, p)
	if at >= 0 {
		p.title = despam(p.lines[at].String(), p)
		if p.lines[at].title && len(key([]rune(page))) > len(key([]rune(p.title))) && strings.Contains(key([]rune(page)), key([]rune(p.title))) {
			p.title = page
		}
		p.lines[at].used = true
		r.sayAgain(p, at, top)
	} else if p.title = page; p.title == "" {
		p.title = spamTitle(p, top)
	}
	stamp := ""
	for i := range p.lines {
		l := &p.lines[i]
		if l.kind == lineMeta && i < top {
			if p.date == "" {
				p.date = isoDay(l.String())
			}
			if p.publisher == "" {
				p.publisher = labelValue(l.r)
				stamp = firstOf(stamp, stampOf(l.r, i > at))
			}
			if i > 0 && i-1 > at && p.publisher == "" && dateLine(l.r) {
				if org := &p.lines[i-1]; org.kind == lineShort && !org.used && org.size <= 20 && (endsIn(org.r, offices) || endsIn(org.r, media)) {
					p.publisher = org.String()
					org.kind, org.noise = lineMeta, NoiseMeta
				}
			}
		}
		if l.noise == NoiseAdvert && l.size <= 4 && l.block.noise == "" {
			p.kind = "advertisement"
		}
	}
	for i := max(at, 0); i < top && i < len(p.lines); i++ {
		l := &p.lines[i]
		if l.kind == lineShort && !l.used && l.size <= 16 && endsIn(l.r, media) {
			if p.publisher == "" {
				p.publisher = strings.Trim(l.String(), "《》【】[] ")
			}
			l.kind, l.noise = lineMeta, NoiseMeta
		}
	}
	if p.publisher == "" && at > 0 && hasAt(p.lines[at].r, 0, "关于") { // the issuer stands over the title of what it issues
		if org := &p.lines[at-1]; org.kind == lineShort && !org.used && org.size <= 30 && endsIn(org.r, offices) {
			p.publisher = org.String()
			org.kind, org.noise = lineMeta, NoiseMeta
		}
	}
	p.publisher = firstOf(p.publisher, r.meta.source, r.meta.publisher)
	if p.date == "" {
		p.date = isoDay(r.meta.date)
	}
	r.signature(p, top)
	p.publisher = firstOf(p.publisher, stamp)
	if p.kind == "" {
		p.kind = "news"
		if endsIn([]rune(p.title), notices) {
			p.kind = "notice"
		}
	}
}

// spamTitle is the title that a spam site wrapped into its own name, for want of a line that is nothing but a title.
func spamTitle(p *piece, top int) string {
	for i := 0; i < top && i < len(p.lines); i++ {
		l := &p.lines[i]
		if l.noise != NoiseSpam || l.size < titleMin {
			continue
		}
		if t := despam(l.String(), p); len([]rune(t)) >= 6 && len([]rune(t)) <= titleMax && !spammy.within([]rune(t)) {
			return t
		}
	}
	return ""
}

// stampOf is who stands beside the day in a line such as 观澜智库 2024-11-05; behind the title only.
func stampOf(r []rune, behind bool) string {
	d, ok := firstDay(r, 0)
	if !ok || !behind {
		return ""
	}
	before := trimBlank(r[:d.start])
	for i, c := range before {
		if isSpace(c) || c == '|' || c == '·' || c == '　' {
			before = before[:i]
			break
		}
	}
	if n := len(before); n < 3 || n > 24 || !isHan(before[0]) && !isLatin(before[0]) || labels.at(before, 0) || floor(r) > 0 || stopsAt.at(before, 0) {
		return ""
	}
	return strings.Trim(string(before), "【】[]《》|·:： ")
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// endsIn says whether a text ends with one of some words.
func endsIn(r []rune, l *lexicon) bool {
	for len(r) > 0 && (is(r[len(r)-1], cBracket|cSpace)) {
		r = r[:len(r)-1]
	}
	_, v := l.endsWith(r, len(r), 8)
	return v != 0
}

// top is the first line of prose.
func (p *piece) top() int {
	for i := range p.lines {
		if l := &p.lines[i]; l.kind == lineProse && l.size >= proseMin && !l.title {
			return i
		}
	}
	for i := range p.lines {
		if l := &p.lines[i]; l.kind == lineItem || l.kind == lineRow {
			return i
		}
	}
	return len(p.lines)
}

// titleLine finds the line that is the title: the first that can be one and is near the text, a heading of the first
// order or the same as the page's own title before any other.
func (r *reading) titleLine(p *piece, top int) int {
	best, score := -1, -1<<30
	for i := 0; i < top && i < len(p.lines); i++ {
		l := &p.lines[i]
		if l.kind != lineShort && !l.title || l.size < titleMin || len(l.r) > 3*titleMax || l.kind == lineNoise {
			continue
		}
		s := 0
		if l.title {
			s += 40
		}
		switch l.tag {
		case "h1":
			s += 30
		case "h2":
			s += 12
		case "h3":
			s += 6
		}
		switch {
		case l.size >= 12 && l.size <= titleMax:
			s += 12
		case l.size >= 8:
			s += 7
		}
		if l.size <= 16 && (endsIn(l.r, media) || endsIn(l.r, offices)) {
			s -= 8
		}
		if r := l.r[0]; r == '—' || r == '-' || r == '（' || r == '(' {
			s -= 12
		}
		if l.links*2 > len(l.r) {
			s -= 15
		}
		if l.r[len(l.r)-1] == '。' {
			s -= 25
		}
		if l.twice {
			s += 6
		}
		s -= min(top-i, 10) // nearer is likelier
		for j := i + 1; j < top && j <= i+3; j++ {
			if k := p.lines[j].kind; k == lineMeta || k == lineByline {
				s += 6
				break
			}
		}
		if s > score+2 { // the first of two equals
			best, score = i, s
		}
	}
	return best
}

// sayAgain marks the other lines of the head that belong to the title: said again, or a subtitle.
func (r *reading) sayAgain(p *piece, at, top int) {
	for i := at + 1; i < top && i < len(p.lines); i++ {
		l := &p.lines[i]
		if l.kind != lineShort && !l.title {
			if l.kind == lineByline {
				r.strays(p, i, top)
			}
			continue
		}
		if l.r[0] == '—' || key(l.r) == key(p.lines[at].r) || l.title {
			l.used = true
			r.noise(l.whole(), NoiseTitle)
		}
	}
}

// strays marks names that a byline was broken into: 本报记者 / 刘 / 成.
func (r *reading) strays(p *piece, i, top int) {
	for j := i + 1; j < top && j < len(p.lines) && j <= i+4; j++ {
		if l := &p.lines[j]; l.kind == lineShort && len(l.r) <= 4 {
			l.kind, l.noise = lineByline, NoiseByline
		}
	}
}

// labelValue is what stands behind the label of a source in a line.
func labelValue(r []rune) string {
	start, end, _ := labels.find(r, 0)
	if start < 0 {
		return ""
	}
	for end < len(r) && (r[end] == ':' || r[end] == '：' || isSpace(r[end])) {
		end++
	}
	i := end
	for ; i < len(r) && i < end+40; i++ {
		if isSpace(r[i]) && (i+1 < len(r) && !isLatin(r[i+1]) || i == end) {
			break
		}
		if i > end && stopsAt.at(r, i) && !isHan(r[i]) {
			break
		}
		if i > end+1 && isHan(r[i]) {
			if e, v := stopsAt.longest(r, i); v != 0 && e-i >= 2 && (e >= len(r) || r[e] == ':' || r[e] == '：') {
				break
			}
		}
	}
	v := strings.Trim(string(r[end:i]), " 《》“”\"【】[]（）()|,，。")
	if v == "" || nobody.whole([]rune(v)) || len([]rune(v)) < 2 {
		return ""
	}
	return v
}

// signature reads who signed at the foot of a notice, and when; or the source at the end of news.
func (r *reading) signature(p *piece, top int) {
	end := len(p.lines)
	for i := top; i < len(p.lines); i++ {
		if p.lines[i].tail {
			end = i
			break
		}
	}
	for i := top + 1; i < end; i++ {
		l := &p.lines[i]
		if l.kind != lineMeta {
			continue
		}
		if p.publisher == "" {
			p.publisher = labelValue(l.r)
		}
		if !dateLine(l.r) {
			continue
		}
		if d, ok := firstDay(l.r, 0); ok && p.date == "" {
			p.date = d.String()
		}
		if org := &p.lines[i-1]; org.kind == lineShort && (endsIn(org.r, offices) || endsIn(org.r, media)) {
			if p.publisher == "" {
				p.publisher = strings.TrimSuffix(org.String(), "董事会")
			}
			org.kind, org.noise = lineMeta, NoiseMeta
		}
	}
}

// despam takes the name of the site off a title, and what a spam site put in front of it.
func despam(title string, p *piece) string {
	t := []rune(strings.TrimSpace(title))
	for i := range p.lines {
		if l := &p.lines[i]; l.noise == NoiseNavigation && crumbs(l.r) {
			for part := range strings.FieldsFuncSeq(l.String(), func(c rune) bool { return c == '>' || c == '＞' || c == '»' || c == ':' || c == '：' }) {
				t = cutSite(t, []rune(strings.TrimSpace(part)))
			}
		}
	}
	for {
		i := len(t) - 1
		for i > 0 && t[i] != '_' && t[i] != '|' && t[i] != '-' && t[i] != '—' && t[i] != '–' {
			i--
		}
		if i < 8 || !endsIn(t[i:], media) && !endsIn(t[i:], offices) && !spammy.within(t[i:]) {
			break
		}
		for i > 0 && (isSpace(t[i-1]) || t[i-1] == '-' || t[i-1] == '—' || t[i-1] == '_') {
			i--
		}
		t = t[:i]
	}
	if start, end, _ := spammy.find(t[:min(len(t), 30)], 0); start >= 0 && len(t)-end >= 6 {
		t = t[end:]
	}
	return strings.Trim(string(t), " -_|—\t")
}

var spammy = words("官方网站 官网 登录入口 网页版 官方版 app下载 APP下载 手机版下载 登录网址 平台登录 入口官网 官网入口")

// within says whether a word of the lexicon stands anywhere in a text.
func (l *lexicon) within(r []rune) bool {
	start, _, _ := l.find(r, 0)
	return start >= 0
}

// cutSite takes a site's own name off the end of a title.
func cutSite(t, site []rune) []rune {
	if len(site) < 4 || len(t) < len(site)+6 || !same(t[len(t)-len(site):], site) {
		return t
	}
	t = t[:len(t)-len(site)]
	for len(t) > 0 && (t[len(t)-1] == '-' || t[len(t)-1] == '_' || t[len(t)-1] == '|' || isSpace(t[len(t)-1])) {
		t = t[:len(t)-1]
	}
	return t
}
