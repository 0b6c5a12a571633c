package extract

import (
	"strings"
	"sync"
)

const (
	roleMax   = 60  // characters of a role with the body that it is in
	peopleMax = 400 // people of one article
)

var roleWords = sync.OnceValue(func() *lexicon {
	l := newLexicon()
	for _, line := range dataLines("roles.txt") {
		l.addAll(line, 1)
	}
	return l
})

var surnames = sync.OnceValue(func() *lexicon {
	l := newLexicon()
	for _, line := range dataLines("surnames.txt") {
		if strings.Contains(line, " ") {
			l.addAll(line, 2)
			continue
		}
		for _, c := range line {
			l.add(string(c), 1)
		}
	}
	return l
})

// afterName are words that follow a person's name; what follows tells where a name ends.
var afterName = words(`表示 说 说道 称 认为 介绍 指出 强调 透露 告诉 分析 坦言 解释 直言 谈到 提到 建议 呼吁 宣布 出席 会见 参加 主持 致辞 讲话 作 率 一行 等 在 对 向 与 和 及 同 也 还 就 于 从 为 已 曾 将 是 带领 带队 先后 陪同 宣读 介绍说 表示说 补充 补充道 回忆 回应 看来 坦承 感慨 笑着 曾 则 又 参与 调研 走访 接受 代表 发表 做 共同 分别 签署 见证 揭牌 颁发 教授 院士 博士 研究员 先生 女士 老师 主任 书记 市长 局长 董事长 总经理 处长 院长 会长 所长 团队 的 透露说 进一步 当时 算 拿 掏 打开 所在 所 以 用 把 被 给 让 牵头 领衔 担任 兼任 任 出任 当选 获 获得 现场 宣告 深有 深有体会 一直 正在 正 没有 不 最 更 很 这样 曾经 来到 到 赴 前往 联合 以及 主讲 授课 分享 作为 因 由 补充说 说起 谈 谈及 谈起 展望 坚信 相信 希望 期待 总结 评价 点评 发言 发布 汇报 通报 解读 阐述 阐释 论述 提出 感叹 介绍道 答 问 回答 反问 写道 撰文 撰写 主编 编著 著 创办 创立 创建`)

// notNames are words that begin with a family name and are none.
var notNames = words(`高新 高质 高校 高端 高级 高效 高度 高等 高层 全国 全省 全市 全球 全面 全体 全部 全区 方面 方案 方式 方向 于是 应用 应当 成立 成为 成功 成果 成员 关于 关键 关注 关系 任务 任何 任期 时间 时期 时代 时任 安全 安排 安徽 江苏 江西 和谐 平台 平均 国家 国际 国内 国务 国企 相关 相继 强调 强化 来自 来源 都是 都在 都市 包括 包含 连续 连接 连云 明确 明显 明年 单位 公司 公共 公开 公布 路径 路线 华东 华为 金融 金额 项目 项工 万元 万人 万亿 古代 房产 计划 计算 和其 和相 和企 利用 利益 解决 解读 管理 管委 农业 农村 农民 文化 文件 文明 海外 海关 海洋 温州 苏州 杭州 常州 宁波 马上 党委 党组 党员 党工 经济 经过 商务 商业 商会 支持 支撑 支部 池州 区域 区委 南京 南通 云南 云计 阳光 余家 余人 余名 牛市 石化 石油 白皮 段时 康养 车间 车辆 龙头 钱塘 元旦 信息 信用 智能 智慧 展示 展开 展会 普通 普及 修订 修改 印发 印度 居民 居住 干部 但是 但由 由于 由此 富有 富裕 储备 储能 原则 原有 原始 初步 初创 索赔 宣布 宣传 门户 门槛 母公 银行 战略 战新 危险 毛利 林业 林地 水利 易于 何以 何种 曾经 曾在 向上 向全 向记 向社 向企 和上 和江 和浙 和安 等多 司机 司法 席位 师资 师生 强企 强省 强市 满足 满意 位于 位列 明星 时尚 余项 余种 余万 全力 全程 全年 全链 全域 应急 应对 郎溪 车企 费用 商品 商标 文旅 文艺 平方 平稳 平安 边界 边缘 卫星 卫生 党的 荣获 荣誉 章程 景区 景观 桂林 官方 官网 封面 花园 花卉 温度 温馨 成本 成效 成长 成熟 成交 成都 安装 安置 欧洲 欧盟 欧美 单一 单独 连锁 连通 石家 梅花 童装 田间 田园 江北 江南 江东 江宁 江阴 江海 江山 金山 金华 金牌 钟楼 金属 白色 米兰 米粉 黄金 黄色 黄山 黄浦 马鞍 马路 龙岩 龙湖 龙游 常熟 水平 鲁班 温室 温暖 宁夏 秦皇 丰富 丰收 国资 国有 国产 国防 相比 相当 相应 相对 相互 都会 都能 都有 于一 方便 方法 项下 余亿 计量 计入 计生 初心 初中 海南 海宁 海盐 海安 海门 海上 海报 海量 阿里 乌镇 来看 来说 来到 来宾 云端 云上 云平 万事 万象 万达 万科 万物 全资 全新 全长 全权 解放 解析 解答 解释 利润 利率 利好 强大 强劲 信心 信任 信托 元宇 元素 元件 任职 任命 时速 时效 时长 向着 向前 向好 向下 东方 向往`)

// follower says whether a name can end at i: a mark, the end, or a word that follows names.
func follower(r []rune, i int) bool {
	if i >= len(r) {
		return true
	}
	c := r[i]
	if !isHan(c) {
		return true
	}
	return afterName.at(r, i)
}

// personAt reads a name that begins at i; 0 is none. how often a candidate stands in the article decides where what
// follows leaves it open.
func (a *analysis) personAt(r []rune, i int) (end int) {
	if i >= len(r) || !isHan(r[i]) || notNames.at(r, i) {
		return 0
	}
	se, v := surnames().longest(r, i)
	if v == 0 {
		return 0
	}
	han := func(n int) bool {
		for k := i; k < se+n; k++ {
			if k >= len(r) || !isHan(r[k]) {
				return false
			}
		}
		return true
	}
	if isSpace(at1(r, se)) && se+1 < len(r) && isHan(r[se+1]) && (se+2 == len(r) || !isHan(r[se+2])) { // 刘 成
		return se + 2
	}
	two, three := han(1), han(2)
	okTwo, okThree := two && follower(r, se+1), three && follower(r, se+2)
	switch {
	case okTwo && okThree:
		if a.count(r[i:se+2]) > 1 && !afterName.at(r, se+1) || !afterName.at(r, se+1) {
			return se + 2
		}
		if a.count(r[i:se+2]) == a.count(r[i:se+1]) && a.count(r[i:se+1]) > 1 {
			return se + 2
		}
		return se + 1
	case okThree:
		return se + 2
	case okTwo:
		return se + 1
	}
	if three && a.count(r[i:se+2]) > 1 && a.count(r[i:se+2]) == a.count(r[i:se+1]) {
		return se + 2
	}
	if two && a.count(r[i:se+1]) > 1 {
		return se + 1
	}
	return 0
}

func at1(r []rune, i int) rune {
	if i < len(r) {
		return r[i]
	}
	return 0
}

// countsMax bounds how often names are counted through the whole article.
const countsMax = 2000

// count tells how often a name stands in the article.
func (a *analysis) count(name []rune) int {
	key := string(name)
	if n, ok := a.counted[key]; ok {
		return n
	}
	if a.counted == nil {
		a.counted = map[string]int{}
	}
	if len(a.counted) >= countsMax || a.size > countReach {
		return 1
	}
	n := 0
	for _, t := range a.texts {
		for i := 0; i+len(name) <= len(t.r); i++ {
			if t.r[i] == name[0] && same(t.r[i:i+len(name)], name) {
				n++
			}
		}
	}
	a.counted[key] = n
	return n
}

// countReach is the longest article, in characters, through which names are counted.
const countReach = 60_000

// people finds the people of an article with their roles.
func (a *analysis) people() []Person {
	out := []Person{}
	seen := map[string]int{}
	add := func(t *text, i, end int, role string) {
		name := string(t.r[i:end])
		if t.words == nil {
			name = strings.ReplaceAll(name, " ", "")
		}
		if k, ok := seen[name]; ok {
			if out[k].Role == "" {
				out[k].Role = role
			}
			return
		}
		if len(out) >= peopleMax {
			return
		}
		seen[name] = len(out)
		out = append(out, Person{Name: name, Role: role, Span: t.span(i, end)})
	}
	for _, t := range a.texts {
		if t.words != nil {
			englishPeople(t, add)
			continue
		}
		r := t.r
		for i := 0; ; {
			if i = t.marks.next(markRole, i); i < 0 {
				break
			}
			e, v := roleWords().longest(r, i)
			if v == 0 {
				i++
				continue
			}
			j := e
			for j < len(r) && (isSpace(r[j]) || r[j] == '：' && false) {
				j++
			}
			if end := a.personAt(r, j); end > 0 && !roleWords().at(r, j) {
				add(t, j, end, a.role(t, i, e, end))
				i = end
				continue
			}
			i = e
		}
		a.speakers(t, add)
	}
	return out
}

// role is the office before a name with the body that it is in: 上海市委副书记、市长.
func (a *analysis) role(t *text, i, e, end int) string {
	r := t.r
	j := i
	if b := a.bodyEnding(t, i); b != nil {
		j = b.start
	}
	for j > 0 && i-j < roleMax {
		if b := a.bodyEnding(t, j); b != nil && i-b.start < roleMax {
			j = b.start
			continue
		}
		c := r[j-1]
		if !isWord(c) && c != '、' && c != '（' && c != '）' && c != '(' && c != ')' && c != '·' {
			break
		}
		if c == '的' || c == '由' || c == '与' || c == '和' && !insideAt(r, j) || c == '了' || c == '据' || c == '对' || c == '向' {
			break
		}
		if b, v := phraseWords().endsWith(r, j, 4); v == wordStrong && j-b >= 2 && !orgs().verbs.whole(r[b:j]) {
			break
		}
		if _, v := meets.endsWith(r, j, 3); v != 0 {
			break
		}
		j--
	}
	role := strings.Trim(string(r[j:e]), " 、")
	if k := titleBehind(r, end); k > end {
		role += "、" + string(r[end:k])
	}
	return role
}

var meets = words("会见 会见了 出席 其中 近日 日前 当日 同日 今日 邀请 据 时任 现任 经由 担任 本报 介绍 记者")

func insideAt(r []rune, j int) bool {
	_, v := orgs().inside.endsWith(r, j, 11)
	return v != 0
}

// titleBehind reads a title behind a name: 李湛教授.
func titleBehind(r []rune, end int) int {
	if e, v := roleWords().longest(r, end); v != 0 && (e >= len(r) || !surnames().at(r, e) || follower(r, e)) {
		return e
	}
	return end
}

var speech = words("表示 说 认为 介绍 指出 强调 告诉 分析称 坦言 透露 分析 称 介绍说 表示说 告诉记者 解释说 回忆 补充道")

// speakers finds people who speak and whose office is not told: 李湛认为, ”陈强说。
func (a *analysis) speakers(t *text, add func(*text, int, int, string)) {
	r := t.r
	for i := t.marks.next(markSpeaker, 0); i >= 0; i = t.marks.next(markSpeaker, i+1) {
		if !isHan(r[i]) || !surnames().at(r, i) || notNames.at(r, i) {
			continue
		}
		se, _ := surnames().longest(r, i)
		for n := 1; n <= 2; n++ {
			end := se + n
			if end > len(r) || !isHan(r[end-1]) {
				break
			}
			if e, v := speech.longest(r, end); v != 0 && (n == 2 || !(end+1 < len(r) && speech.at(r, end+1))) {
				if a.count(r[i:end]) > 1 || e >= len(r) || !isHan(r[e]) {
					if !common(r[i:end]) {
						add(t, i, end, "")
					}
				}
				break
			}
		}
	}
}

// common says whether a would-be name is a word of the trade: 方案, 成员, 项目组.
func common(r []rune) bool {
	if notNames.at(r, 0) || places().lex.at(r, 0) || leadWords().at(r, 0) {
		return true
	}
	_, v := phraseWords().longest(r, 0)
	return v == wordStrong || v == wordAdverb || v == wordWeak
}
