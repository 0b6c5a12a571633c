package extract

import (
	"strconv"
	"strings"
	"sync"
)

// measure is what stands behind a number.
type measure struct {
	name    string // as in Figure.Unit
	factor  float64
	word    string // as written
	counter bool
	small   bool // goes with small Chinese numerals
}

type unitBook struct {
	lex *lexicon
	all []measure
}

var unitWords = sync.OnceValue(func() *unitBook {
	b := &unitBook{lex: newLexicon(), all: make([]measure, 1)}
	for _, line := range dataLines("units.txt") {
		f := strings.Fields(line)
		factor, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			panic("units.txt: " + line)
		}
		for _, w := range f[2:] {
			m := measure{name: f[0], factor: factor, word: w}
			switch f[0] {
			case "count+":
				m.name, m.counter, m.small = "count", true, true
			case "count-":
				m.name, m.counter = "count", true
			case "%", "times", "CNY", "pp", "days", "hours":
				m.small = true
			}
			b.all = append(b.all, m)
			b.lex.add(w, int32(len(b.all)-1))
		}
	}
	return b
})

// falseUnits are words that begin like a unit and are none, or that make of number and unit something else.
var falseUnits = words(`人工 人民 人才 人员 人口 人大 人均 人们 人形 人机 人类 人文 人社 名单 名称 名录 名义 家庭 家具 家电 家长 家属 家乡 家园 条件 条例 条款 条线
台湾 台州 台阶 台账 部分 部署 部队 部长 部委 所有 所在 所得 所需 场所 场馆 种子 种植 种业 种质 座谈 座位 位于 位列 位居 位置 位次 对于 对接 对外 对口 对应 对标 对话 道路 道德
架构 处理 处罚 处长 处级 组织 组建 组成 组长 批复 批准 批量 批发 起草 起步 起来 起点 起重 起飞 级别 区域 区块 区间 区位 区级 市场 市级 市民 市长 市区 市值 地区 地方 地铁 地址 地块 县级 县区 省级 省内 省外 国际 国家级 国内 国产 国资 国企 国有
城区 城乡 城镇 字节 字符 块链 门户 门槛 门类 节点 节能 节日 集成 集群 集团 集中 集聚 集体 票据 股东 股权 股份 股票 层面 层次 层级 章程 头部 双方 双向 队伍 班子 班列 点击 点位 点赞 大会 大学 大厦 大赛 大道 大桥 大街 大型 大数据 大家 大厅 大模型 大力 大幅 大量 次要 次数 次日 届时 期间 期望 期货 期刊 轮换 轮值 单元 单独 单一 单位 单体 单打 单纯 只有 只是 只能 支持 支撑 支付 支出 支行 支部 支柱 支线
份额 份子 件数 项下 套餐 套利 列车 列入 列为 站点 站位 类型 类别 类似 倍增 倍数 天然 天使 天津 天文 天气 天空 天下 年代 年度 年级 年龄 年轻 年报 年均 年会 年初 年末 年底 年中 年来 年前 年内 年间 年产 年终 年以来 周边 周期 周年庆 周末 周一 周二 周三 周四 周五 周岁 元素 元旦 元宇宙 元器件 成立 成员 成功 成果 成本 成熟 成长 成交 成为 成就 成效 成都 成品 成套 成人 方案 方面 方向 方位 方式 方法 方便 升级 升至 升高 克服 克隆 米兰 米粉 度假 亩均 秒级 秒杀 手机 手续 手段 本科 本土 本地 本级 本报 卷宗 封闭 封面 车间 车站 车辆 员工 标准 标杆 标志 标的 企业家 户外 户籍 幅度 张江 张家 片区 册子 席位 村庄 村民 趟次 公里处 分别 分钟 分公司 分之 分布 分析 分享 分配 分类 分级 分支 分中心 分院 分会 分区 分步 分期 分校 分行 分成 分散 分担 分子 分红 分段 分项 分局 分厂 分管 分工 分阶段 分开 分离 分流 分量 分层 分批 分拨 分拣 分明 分为 分数线 分歧 分辨率 分辨`)

// unitAt reads the unit that begins at i, behind one blank at most.
func unitAt(r []rune, i int) (m measure, end int, ok bool) {
	book := unitWords()
	j := skipBlank(r, i)
	e, v := book.lex.longest(r, j)
	if v == 0 {
		return m, i, false
	}
	m = book.all[v]
	if fe, fv := falseUnits.longest(r, j); fv != 0 && fe > e && !places().lex.at(r, e) { // 12家长三角企业
		return m, i, false
	}
	if last := r[e-1]; isLatin(last) && e < len(r) && isLatin(r[e]) {
		return m, i, false
	}
	if m.word == "米" || m.word == "元" || m.word == "公里" || m.word == "吨" || m.word == "亩" {
		if e+1 < len(r) && r[e] == '/' { // 元/人: a rate
			if _, e2, ok := unitAt(r, e+1); ok && e2 > e+1 {
				m.name, m.word = m.name+"/"+string(r[e+1:e2]), string(r[j:e2])
				e = e2
			}
		}
	}
	if m.name == "CNY" {
		if e+3 <= len(r) && string(r[e:e+3]) == "人民币" {
			e += 3
		} else if e+5 <= len(r) && (string(r[e:e+5]) == "(人民币)" || string(r[e:e+5]) == "（人民币）") {
			e += 5
		}
	}
	return m, e, true
}
