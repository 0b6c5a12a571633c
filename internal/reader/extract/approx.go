package extract

// Words directly before or behind a number that say how exact it is. The values are of approxNames.
const (
	approxNone int32 = iota
	approxOver
	approxNearly
	approxAbout
	approxAtMost
	approxOrder
)

var approxNames = []string{"", "over", "nearly", "about", "at_most", "order"}

var approxBefore = newLexicon().
	addAll("超过 超 逾 突破 多于 大于 高于 不少于 不低于 不小于 不下于 不下 至少 起码 超出 超越 已超 远超", approxOver).
	addAll("近 接近 将近 逼近 临近", approxNearly).
	addAll("约 大约 约为 约合 大概 约占 约有 约达 估计", approxAbout).
	addAll("不超过 不高于 不大于 不多于 最多 至多 最高 最高达 最高可达 最高不超过 不足 不到 低于 少于 小于 上限为", approxAtMost)

var approxBehind = newLexicon().
	addAll("以上 及以上 （含）以上 (含)以上 之上 +", approxOver).
	addAll("左右 上下", approxAbout).
	addAll("以下 及以下 以内 之内 （含）以下 (含)以下", approxAtMost).
	addAll("级", approxOrder)

// falseApprox are words that end like one of approxBefore and are none: 节约, 附近.
var falseApprox = words("节约 预约 签约 合约 公约 条约 契约 违约 续约 履约 邀约 制约 集约 大合约 附近 邻近 最近 就近 相近 亲近 临近 赶超 反超 高超 中超 英超")

// approxTo reads the word directly before start: 超, 近, 约. It returns where that word begins.
func approxTo(r []rune, start int) (begin int, approx string) {
	j := start
	if j > 0 && isSpace(r[j-1]) {
		j--
	}
	b, v := approxBefore.endsWith(r, j, 6)
	if v == 0 {
		return start, ""
	}
	if j-b == 1 && b > 0 {
		if f, _ := falseApprox.endsWith(r, j, 3); f < b {
			return start, ""
		}
	}
	return b, approxNames[v]
}

// approxAfter reads the word directly behind a unit.
func approxAfter(r []rune, end int) (int, string) {
	j := end
	if j < len(r) && isSpace(r[j]) && j+1 < len(r) && (r[j+1] == '以' || r[j+1] == '左') {
		j++
	}
	e, v := approxBehind.longest(r, j)
	if v == 0 {
		return end, ""
	}
	if v == approxOrder && e < len(r) && (r[e] == '别' || r[e] == '差') {
		return end, ""
	}
	return e, approxNames[v]
}
