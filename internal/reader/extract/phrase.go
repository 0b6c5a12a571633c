package extract

import (
	"strings"
	"sync"
)

const (
	indicatorMax = 32 // characters
	subjectMax   = 26
	nounMax      = 24 // characters of a noun behind a measure word
)

// Kinds of words in a clause; what is no word of the book is part of a name.
const (
	wordName int32 = iota
	wordStrong
	wordWeak
	wordAdverb
	wordLead
)

var phraseWords = sync.OnceValue(func() *lexicon {
	l := newLexicon()
	for _, line := range dataLines("verbs.txt") {
		f := strings.Fields(line)
		kind := map[string]int32{"strong": wordStrong, "weak": wordWeak, "adverb": wordAdverb}[f[0]]
		for _, w := range f[1:] {
			if _, v := l.longest([]rune(w), 0); v != 0 && l.whole([]rune(w)) && v == wordStrong && kind == wordWeak {
				continue
			}
			l.add(w, kind)
		}
	}
	for _, w := range strings.Fields(nounGuard) {
		l.add(w, wordGuard)
	}
	return l
})

// wordGuard marks words that begin like a verb and are none.
const wordGuard int32 = 5

const nounGuard = `有效 有限 有关 国有 所有 保有量 占比 占地 占有率 增加值 增长极 增长率 增长点 增速 增幅 增量 生产总值 生产线 生产力 生产性 生产基地 发明 出口额 进口额 进出口 交易额
交易量 交易所 成交额 成交量 投资额 投资者 融资额 融资规模 贷款余额 服务业 服务机构 服务平台 服务中心 服务站 服务器 服务券 服务商 创新券 创新中心 支持金额 支持资金 研发投入 研发经费 研发人员 研发机构 研发中心
签约金额 签约项目 签约额 授权量 申请量 注册资本 登记额 使用率 利用率 覆盖率 覆盖面 转化率 通过率 满意度 参与度 生产效率 运营成本 运行时间 建设周期 建成区 投入强度 收入 支出 销售额 销售收入 提供商 供应链 供应商
规划面积 应用场景 示范区 示范基地 示范应用 试点城市 管理委员会 管委会 创新联合体 联合体 联合国 技术合同 是否 为主 成为 作为 认为 行为 达标 位置 单位 地位 岗位 学位 由于 对外 对口 对接 在线 在校 在建 在职 在册 在孵 现场 现代 现金 正在 新能源 新材料 新兴 新型 新区 新城 新质 可再生 可持续 可穿戴 能源 能力 能级 能耗 功能 性能 智能 节能 共建 共同 公共 共享 共性 均衡 平均 人均 亩均 年均 占用 排放 排放量 列车 系列 序列 队列 居民 居住 居家 位于 就业 就医 便利 便民 再生 更新 最大 最高 最低 最终 仅有 需求 可比价 使用权 经费 经济 经营 经信 财经 按期 以上 以下 以内 以及 以来 可以 向上 方向 面向 导向 从业 从业者 从业人员 从事 把握 使命 让利 由来 来源 来访 位次 通用 通过率 提升率 保障性 保障房 促进中心 推广中心 孵化器 加速器 培训班 培训中心 组织机构 参展商 参展企业 参赛 参会 投产率 接入点 安排资金`

// token is a word of a clause.
type token struct {
	start, end int
	kind       int32
}

// tokens cuts a range into words of the book and what lies between; quotations and brackets are names.
func (t *text) tokens(from, to int) []token {
	book := phraseWords()
	out := make([]token, 0, 8)
	name := from
	flush := func(end int) {
		if end > name {
			out = append(out, token{name, end, wordName})
		}
	}
	r := t.r[:to]
	for i := from; i < to; {
		if c := r[i]; c == '“' || c == '《' || c == '（' || c == '(' || c == '‘' || c == '"' {
			if e := closing(r, i); e > 0 {
				i = e
				continue
			}
		}
		if m := t.timeAt(i); m != nil && m.end <= to {
			flush(i)
			i = m.end
			name = i
			continue
		}
		e, v := book.longest(r, i)
		if v == 0 || v == wordGuard || e-i == 1 && single(r, i, to) {
			i = max(e, i+1)
			continue
		}
		if v != wordAdverb && e < to && nounEnd(r[e]) && e+1 >= 0 { // 交易额, 支持率: a noun
			i = e + 1
			continue
		}
		flush(i)
		out = append(out, token{i, e, v})
		i, name = e, e
	}
	flush(to)
	return out
}

// timeAt returns the time that begins at i.
func (t *text) timeAt(i int) *moment {
	if ms := t.timesIn(i, i+1); len(ms) > 0 {
		return &ms[0]
	}
	return nil
}

// nounEnd says whether a character behind a verb makes a noun of the two.
func nounEnd(c rune) bool {
	switch c {
	case '额', '量', '率', '值', '者', '券', '业', '权', '费', '金', '款', '价', '度', '力', '线', '期', '面', '网', '链', '比', '器', '商', '员', '站', '所', '书', '证', '类', '型', '性', '品', '区', '点', '厅', '局', '部', '处', '室', '院', '机', '法', '库', '仪', '人', '方', '体', '群':
		return true
	}
	return false
}

// single says whether a verb of one character at i is more likely part of a longer word.
func single(r []rune, i, to int) bool {
	switch r[i] {
	case '占', '达':
		return i+1 < to && (r[i+1] == '标' || r[i+1] == '人')
	case '是', '为', '将', '把', '让', '被', '由', '在', '已', '共', '仅', '均', '就', '也', '还', '又', '只':
		return false
	}
	return i > 0 && i+1 < to && isHan(r[i+1]) && isHan(r[i-1])
}

func closing(r []rune, i int) int {
	want := map[rune]rune{'“': '”', '《': '》', '（': '）', '(': ')', '‘': '’', '"': '"'}[r[i]]
	for j := i + 1; j < len(r) && j < i+60; j++ {
		if r[j] == want || want == '）' && r[j] == ')' || want == ')' && r[j] == '）' {
			return j + 1
		}
	}
	return 0
}

// meaning is what a figure counts, of whom.
type meaning struct {
	indicator, subject string
	object             string // what was counted, where the indicator has a verb before it
	base               string // the indicator before something was put in front of it
	modifiers          []string
	growth             bool
}

var growthWords = words("增长 同比增长 环比增长 增幅 增速 增长率 降幅 涨幅 跌幅 下降 同比下降 环比下降 增加 减少 提升 提高 上升 降低 回落 上涨 下跌 扩大 缩小 压缩 缩短 压减 减排 攀升 递增 翻 提速 收窄 萎缩 下滑 增收 年均增长 平均增长 增")

// copulas stand between what is counted and the number and say nothing of it.
var copulas = words("达到 达 为 是 有 共 共有 共计 约 至 到 已 已经 已达 已有 了 超 近 合计 总计 仅 仅有 的 在 增至 升至 降至 提升至 提升到 提高至 提高到 增加至 增加到 增长至 增长到 下降至 下降到 降低到 降低至 上升至 上升到 扩大到 扩大至 缩短至 缩短到 压缩至 压缩到 攀升至 突破 就 高达 多达 接近 逾 等 均 分别 分别为 分别达 分别达到 分别是 则 还 也 均为 均达 累计 累计达 总额达 又 从 由 ： : ， 、 和 及 与 以及 以 将 可 可达 能 能达 最高 ")

// keepers are modifiers that a reader must see.
var keepers = words("累计 首批 新增 意向 计划 拟 预计 平均 年均 人均 日均 户均 力争 净增 在建 在研 存量 当年 合同 实际 实到 协议 目标 第一批 第二批 首期 总 各类 超额 力争到")

// stripEnd takes the words of a lexicon off the end of a range, again and again.
func stripEnd(r []rune, l *lexicon) []rune {
	for {
		r = trimBlank(r)
		b, v := l.endsWith(r, len(r), 5)
		if v == 0 || b == len(r) {
			return r
		}
		r = r[:b]
	}
}

var leadWords = sync.OnceValue(func() *lexicon {
	l := newLexicon()
	for _, line := range dataLines("connectives.txt") {
		l.addAll(line, wordLead)
	}
	return l
})

// skipLead steps over what opens a clause and says nothing: 其中, 据介绍, a time.
func (t *text) skipLead(from, to int) int {
	for from < to {
		c := t.r[from]
		if isSpace(c) || c == '“' || c == '‘' || c == '、' || c == '，' || c == ',' || c == '·' || c == '-' || c == '—' || c == '"' || c == '”' || c == '）' || c == ')' {
			from++
			continue
		}
		if m := t.timeAt(from); m != nil && m.end <= to {
			from = m.end
			if from < to && (t.r[from] == '的' || t.r[from] == '，' || t.r[from] == '间') {
				from++
			}
			continue
		}
		e, v := leadWords().longest(t.r[:to], from)
		if v == 0 {
			if e := yearsAt(t.r[:to], from); e > 0 {
				from = e
				continue
			}
			break
		}
		from = e
	}
	if from >= to {
		return to
	}
	if m := itemMark(t.r[from:to]); m > 0 && from == 0 {
		from += m
	}
	return min(from, to)
}

// yearsAt reads a number of years that opens a clause and counts nothing: 五年内, 5年再引进, 两年里.
func yearsAt(r []rune, i int) (end int) {
	n, ok := numberAt(r, i)
	if !ok || n.value > 30 {
		return 0
	}
	e := skipBlank(r, n.end)
	if e >= len(r) || r[e] != '年' {
		return 0
	}
	e++
	if e < len(r) && (r[e] == '内' || r[e] == '间' || r[e] == '来' || r[e] == '里') {
		return e + 1
	}
	if e < len(r) && (r[e] == '再' || r[e] == '共' || r[e] == '累' || r[e] == '总') {
		return e
	}
	return 0
}

// nounAfter is the name of what is counted behind a measure word: up to a verb or mark.
func (t *text) nounAfter(i, to int) string {
	r := t.r
	for i < to && (isSpace(r[i]) || r[i] == '的') {
		i++
	}
	if e, a := approxAfter(r, i); a != "" {
		i = e
	}
	j := i
	book := phraseWords()
	for j < to && j-i < nounMax {
		c := r[j]
		if c == '“' || c == '《' || c == '（' || c == '(' || c == '‘' {
			if e := closing(r[:to], j); e > 0 && e-i <= nounMax+8 {
				j = e
				continue
			}
		}
		if !isWord(c) && c != '·' && c != '-' && c != '/' && c != '+' {
			if !(isSpace(c) && j+1 < to && (isLatin(r[j-1]) || isLatin(r[j+1]))) {
				break
			}
		}
		if j > i && is(c, cDigit) && !isLatin(r[j-1]) {
			break
		}
		if j > i && (c == '和' || c == '与' || c == '及') && j+1 < to && (r[j+1] == '“' || isDigit(r[j+1])) {
			break
		}
		if e, v := book.longest(r[:to], j); j > i && v == wordAdverb && e-j >= 2 || v == wordStrong && e-j >= 2 && (j > i+1 || j == i && result.whole(r[j:e])) {
			if !(v == wordStrong && (e < to && (nounEnd(r[e]) || r[e] == '的') || nounLater(r, e, to))) {
				break
			}
			j = e
			continue
		} else if v == wordGuard || v == wordWeak {
			j = e
			continue
		}
		if j > i && (c == '已' || c == '将' || c == '正' || c == '均' || c == '由' || c == '被' || c == '来' && j+1 < to && r[j+1] == '自') {
			break
		}
		j++
	}
	s := trimBlank(r[i:min(j, to)])
	return string(stripEnd(s, copulas))
}

// result are verbs that say what became of the things counted, and never begin a name of them.
var result = words("实现 完成 达到 获得 获批 入选 入围 落地 签约 开工 投产 来自 属于 位于 已 超过 通过 参加 参与 得到 取得")

// nounLater says whether the words behind a verb still belong to the name: 创新服务机构.
func nounLater(r []rune, i, to int) bool {
	n := 0
	for j := i; j < to && isHan(r[j]); j++ {
		n++
	}
	if n < 2 {
		return false
	}
	_, v := nounEnds.endsWith(r[:i+n], i+n, 4)
	return v != 0 && n <= 8
}

var nounEnds = words("企业 机构 平台 项目 中心 基地 园区 产品 技术 成果 任务 标准 场景 人才 团队 机器人 仪器 设备 设施 服务 政策 措施 举措 案例 活动 专利 需求 实验室 研究院 院所 高校 城市 基金 公司 工厂 车间 产业 集群 协议 合同 计划 课题 成员 单位 高地 清单 事项 指标 订单 岗位 学员 农户 家庭 用户 代表 专家 院士 博士 硕士 学生 青年 干部 党员 志愿者 区域 领域 行业 品牌 商标 门店 车辆 线路 航线 码头 站点 桩")
