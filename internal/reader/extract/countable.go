package extract

// nameNouns stand behind a small numeral and 个 in turns of phrase that count nothing: 三个方面.
var nameNouns = words(`方面 层面 维度 阶段 角度 坚持 关键 字 方向 环节 步骤 意识 自信 维护 确立 转变 重大转变 月 半 人 梯度 层次 字样 到位 坚决 聚焦 突出 统筹 走在前 先行
强化 优化 一批 更加 务必 必须 关系 结合 融入 服务 面向 世界 时代 世纪 时期 春秋 多月 多年 年头 回合 版本 口袋 篱笆 好汉 和尚`)

// backWords before a number point back at what was told: 这三家, 上述两项.
var backWords = words("这 该 上述 此 那 其他 其余 另外 前述 以上 另 同一 各 每 某 任何 哪 下列 如下 前 后 两者 本")

// countable says whether a number with its unit is a figure at all. names are the quoted phrases of the document that
// begin with a numeral.
func countable(r []rune, s *sighting, names *lexicon) bool {
	n, m := s.num, s.unit
	if m.name == "%" && m.word == "成" {
		return tenth(r, s)
	}
	if m.name == "times" && n.han && n.value == 1 && s.approx == "" {
		before := s.at > 0 && (r[s.at-1] == '长' || r[s.at-1] == '升' || r[s.at-1] == '加' || r[s.at-1] == '高' || r[s.at-1] == '近' || r[s.at-1] == '约' || r[s.at-1] == '超')
		return before
	}
	if names.at(r, s.at) {
		return false
	}
	if n.han && n.value < smallNumeral && m.counter && inQuotes(r, s.at) {
		return false // “一个篱笆三个桩”
	}
	if s.at > 0 && (r[s.at-1] == '“' || r[s.at-1] == '‘' || r[s.at-1] == '"') && n.han && m.counter {
		return false
	}
	switch m.name {
	case "years":
		return years(r, s)
	case "weeks", "months", "days", "minutes", "seconds", "hours", "ms":
		return duration(r, s)
	case "points":
		return !n.han && (s.at > 0 && r[s.at-1] != '第') && scored(r, s.at)
	case "m", "g", "L", "K":
		if n.han {
			return false
		}
	}
	if b, v := backWords.endsWith(r, s.at, 3); v != 0 && !(r[b] == '前' || r[b] == '后' || r[b] == '本') && (m.counter && n.value < 100) {
		return false
	}
	if !m.counter {
		return !(n.han && n.value < 2 && m.name != "CNY" && m.name != "%") || n.approx != ""
	}
	if n.han && n.approx == "" && !s.ranged {
		if n.value < 2 || n.value < smallNumeral && !m.small || n.value == smallNumeral && !m.small {
			return false
		}
		if m.word == "大" || m.word == "届" || m.word == "期" || m.word == "轮" || m.word == "批" || m.word == "级" || m.word == "次" || m.word == "位" && n.value < smallNumeral || m.word == "部" || m.word == "份" && n.value < 3 {
			return false
		}
	}
	if m.word == "票" && (hasAt(r, s.end, "同意") || hasAt(r, s.end, "反对") || hasAt(r, s.end, "弃权") || hasAt(r, s.end, "赞成")) {
		return false // how a board voted
	}
	if m.word == "个" || m.word == "项" || m.word == "种" || m.word == "类" || m.word == "大" {
		j := skipBlank(r, s.end)
		if nameNouns.at(r, j) && n.value < 20 || j < len(r) && r[j] == '“' && n.han {
			return false
		}
	}
	switch m.word {
	case "点", "层", "章", "节", "股", "字", "级", "员", "手":
		// 8点, 3层, 12章: times and places, unless the number is large or worded.
		return n.value >= 30 || s.approx != ""
	case "届", "轮", "期":
		return !n.han && (s.at == 0 || r[s.at-1] != '第') && !phase(r, s.end)
	case "批":
		return !n.han
	case "位":
		return !(s.at > 0 && (r[s.at-1] == '前' || r[s.at-1] == '第'))
	case "号":
		return false
	case "名":
		return !(s.at > 0 && (r[s.at-1] == '前' || r[s.at-1] == '第'))
	case "条":
		return !article(r, s)
	case "区", "市", "地", "县", "省", "国", "城":
		return !n.han || n.value >= smallNumeral && s.approx != ""
	case "道", "门", "面", "根", "头", "口", "盏", "块":
		return !n.han
	}
	return true
}

// scored says whether the words before a number speak of a score.
func scored(r []rune, i int) bool {
	for j := i - 1; j >= 0 && j > i-8; j-- {
		if r[j] == '分' || r[j] == '评' || r[j] == '值' || r[j] == '数' {
			return true
		}
		if is(r[j], cStop) {
			break
		}
	}
	return false
}

// inQuotes says whether i stands inside a short quotation: a saying or a name.
func inQuotes(r []rune, i int) bool {
	for j := i - 1; j >= 0 && i-j < 10; j-- {
		switch r[j] {
		case '“', '‘':
			for k := i; k < len(r) && k-j < 14; k++ {
				if r[k] == '”' || r[k] == '’' {
					return true
				}
				if is(r[k], cPause) {
					return false
				}
			}
			return false
		case '”', '’', '。', '，':
			return false
		}
	}
	return false
}

// phase says whether a phase of a project follows: 2期工程.
func phase(r []rune, i int) bool {
	return hasAt(r, i, "工程") || hasAt(r, i, "项目") || hasAt(r, i, "建设")
}

// article says whether 条 is the article of a law: 依据…第九条 is caught by 第; here 规定的9条.
func article(r []rune, s *sighting) bool {
	return s.num.bare && s.at > 0 && r[s.at-1] == '》'
}

// years takes a number of years only where it says how long something lasts.
func years(r []rune, s *sighting) bool {
	if s.num.value > 200 || s.num.han && s.num.approx != "" {
		return false
	}
	return lasts(r, s.at) && !(s.end < len(r) && (r[s.end] == '级' || r[s.end] == '行' || r[s.end] == '计' || r[s.end] == '规'))
}

var lasting = words("为期 有效期 有效期为 期限 期限为 周期 周期为 历时 期限为 不超过 不少于 不低于 至少 最长 缩短 缩短至 缩短到 缩短为 延长 延长至 延长到 任期 任期为 保存期 保质期 年限 年限为 寿命 满 寿命达 存续期 存续期为 投资期 退出期 建设期 建设期为 运营期 服务期 服务期限 租期 租赁期 工期 质保期 合作期 合作期限 有效期限 试用期 考核期 执行期 实施期 项目期 合同期 授权期 锁定期 贷款期限 服务时间 交付周期 任期届满 成立 运行 深耕 走过 满打满算 平均 用时 仅需 只需 需 需要 耗时 时长 时长为 时长达 时长约 压缩至 压缩到 压缩为 最快 达 约 超 超过 提前 滞后 公示期 公示期为 期为 时间为 时限为 由 从 减少 节省 节约 降至 减至")

func lasts(r []rune, i int) bool {
	if i > 0 && isSpace(r[i-1]) {
		i--
	}
	if b, a := approxTo(r, i); a != "" {
		if _, v := lasting.endsWith(r, b, 5); v != 0 {
			return true
		}
		if a != "nearly" {
			return true
		}
	}
	_, v := lasting.endsWith(r, i, 5)
	return v != 0
}

// duration takes hours, days and months that measure something, and leaves 24小时 services and 两天之内 with words alone.
func duration(r []rune, s *sighting) bool {
	m := s.unit
	if m.word == "周" || m.word == "秒" && s.num.han || m.word == "天" && s.num.han && s.num.value < 2 {
		return false
	}
	if s.num.han && (s.num.value < 2 || s.num.value < 4 && !lasts(r, s.at)) {
		return false
	}
	if m.name == "days" && m.word == "天" || m.name == "months" {
		if hasAt(r, s.end, "前") || hasAt(r, s.end, "后") && !s.num.bare {
			return false
		}
	}
	if m.name == "hours" && s.num.value == 24 && s.end < len(r) && !is(r[s.end], cPause|cStop) && r[s.end] != '内' && r[s.end] != '以' {
		return lasts(r, s.at) // 24小时服务热线
	}
	return true
}

// tenth takes 成 behind a number as ten per cent: 四成, 4成, 三成半; not 成立, 一成不变.
func tenth(r []rune, s *sighting) bool {
	if s.value < 1 || s.value > 10 {
		return false
	}
	if s.num.han && s.value == 1 && s.approx == "" && (s.end >= len(r) || isHan(r[s.end])) && !hasAt(r, s.end, "以") {
		return false
	}
	if s.end < len(r) && (r[s.end] == '多' || r[s.end] == '余') && !(s.end+1 < len(r) && (r[s.end+1] == '样' || r[s.end+1] == '元')) {
		s.end++
		if s.approx == "" || s.approx == "exact" {
			s.approx = "over"
		}
		return true
	}
	if s.end < len(r) && digitOf(r[s.end]) > 0 && (s.end+1 == len(r) || !isHan(r[s.end+1])) { // 四成五
		s.value += float64(digitOf(r[s.end])) / 10
		s.end++
		return true
	}
	if s.end < len(r) && r[s.end] == '半' {
		s.value += 0.5
		s.end++
	}
	return true
}
