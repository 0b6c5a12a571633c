package extract

import "math"

var rankVerbs = words("位列 位居 排名 排 排在 列 居 名列 跻身 位次 升至 上升至 上升到 升到 跃居 跃升至 跃升至全国 进入 进位至 保持 保持在 稳居 稳居全国 位于 排行 排名第 名次 列全国 居全国 居全球 列全球 列全省 居全省 全国 全球 全省 全市 世界 挺进 迈入 前移至 获得 获 荣获 提升至 排名由 排名从 从 由 是 为 国内 国际")

// ranking reads 位列第五, 排第九, 前十位. A rank needs a verb of ranking before it, or 位 or 名 behind it.
func ranking(r []rune, i int) (s sighting, end int, ok bool) {
	j := skipBlank(r, i+1)
	n, good := numberAt(r, j)
	if !good || n.value < 1 || n.value > 1000 || n.approx != "" {
		return s, i + 1, false
	}
	e := skipBlank(r, n.end)
	placed := e < len(r) && (r[e] == '位' || r[e] == '名')
	s = sighting{start: i, at: i, num: n, value: n.value, rank: true, end: n.end, approx: "exact", unit: measure{name: "rank", factor: 1}}
	if placed {
		s.end = e + 1
	}
	_, verb := rankVerbs.endsWith(r, i, 5)
	if r[i] == '前' {
		s.approx = "at_most"
		if !placed || verb == 0 && !rankNear(r, i) {
			return s, n.end, false
		}
		return s, s.end, true
	}
	after := s.end >= len(r) || !isHan(r[s.end]) && !isLatin(r[s.end]) && !isDigit(r[s.end])
	if (verb != 0 || rankNear(r, i)) && (placed || after) && !(e < len(r) && (r[e] == '届' || r[e] == '次')) {
		return s, s.end, true
	}
	return s, n.end, false
}

// rankNear looks for a verb of ranking in the same clause.
func rankNear(r []rune, i int) bool {
	for j := i - 1; j >= 0 && j > i-16; j-- {
		if is(r[j], cPause|cStop) {
			return false
		}
		if hasAt(r, j, "位列") || hasAt(r, j, "位居") || hasAt(r, j, "排名") || hasAt(r, j, "名列") || hasAt(r, j, "稳居") || hasAt(r, j, "跻身") || hasAt(r, j, "列") && j == i-1 || hasAt(r, j, "跃居") || hasAt(r, j, "排在") {
			return true
		}
	}
	return false
}

// doubled reads 翻一番, 翻了两番, 翻番: a power of two.
func doubled(r []rune, i int) (s sighting, end int, ok bool) {
	j := i + 1
	if j < len(r) && r[j] == '了' {
		j++
	}
	s = sighting{start: i, at: i, rank: false, approx: "exact", unit: measure{name: "times", factor: 1}}
	if j < len(r) && r[j] == '番' {
		s.value, s.end = 2, j+1
		s.folded(r)
		return s, s.end, true
	}
	if b, a := approxBefore.longest(r, j); a != 0 {
		j = b
		s.approx = approxNames[a]
	}
	n, good := numberAt(r, j)
	if !good || n.end >= len(r) || r[n.end] != '番' || n.value > 20 {
		return s, i + 1, false
	}
	s.num, s.value, s.end = n, math.Pow(2, n.value), n.end+1
	s.folded(r)
	return s, s.end, true
}

// folded reads the words around 翻一番.
func (s *sighting) folded(r []rune) {
	s.fold = true
	if hasAt(r, s.end, "还多") || hasAt(r, s.end, "有余") || hasAt(r, s.end, "以上") {
		s.end += 2
		s.approx = "over"
	} else if hasAt(r, s.end, "多") {
		s.end++
		s.approx = "over"
	}
	if b, a := approxTo(r, s.start); a != "" {
		s.start, s.approx = b, a
	}
}

// fractionAt reads 三分之一, 百分之五, 千分之三, 1/3 and 一半. end beyond i without ok says that a fraction of another
// kind stands there, which is no figure.
func fractionAt(r []rune, i int) (s sighting, end int, ok bool) {
	percent := measure{name: "%", factor: 1, word: "分之"}
	s = sighting{start: i, at: i, fraction: true, unit: percent}
	if hasAt(r, i, "百分之") || hasAt(r, i, "千分之") {
		n, good := numberAt(r, i+3)
		if !good {
			return s, i, false
		}
		s.num, s.value, s.end, s.approx = n, n.value, n.end, n.approx
		if r[i] == '千' {
			s.value = round(n.value / 10)
		}
		s.dress(r)
		return s, s.end, true
	}
	if hasAt(r, i, "一半") {
		if e := i + 2; e >= len(r) || !isHan(r[e]) || hasAt(r, e, "以上") || hasAt(r, e, "左右") || hasAt(r, e, "来自") {
			if share(r, i) {
				s.value, s.end = 50, e
				s.dress(r)
				if s.approx == "exact" {
					s.approx = "about"
				}
				return s, s.end, true
			}
		}
		return s, i + 2, false
	}
	if isDigit(r[i]) {
		if f, e, ok := slash(r, i); ok || e > i {
			return f, e, ok
		}
	}
	n, good := numberAt(r, i)
	if !good || n.value < 2 || n.approx != "" {
		return s, i, false
	}
	if hasAt(r, n.end, "分之") {
		m, good := numberAt(r, n.end+2)
		if !good || m.value >= n.value || m.end < len(r) && r[m.end] == '波' {
			return s, n.end, false
		}
		s.num, s.value, s.end, s.approx = n, m.value/n.value*100, m.end, m.approx
		s.dress(r)
		return s, s.end, true
	}
	return s, i, false
}

// slash reads 1/3 where the clause speaks of a share.
func slash(r []rune, i int) (s sighting, end int, ok bool) {
	n, good := arabicAt(r, i)
	if !good || !n.bare || n.value < 1 || n.end+1 >= len(r) || r[n.end] != '/' || !isDigit(r[n.end+1]) {
		return s, i, false
	}
	m, good := arabicAt(r, n.end+1)
	if !good || !m.bare || m.value <= n.value || m.value > 100 || m.end < len(r) && (r[m.end] == '/' || isLatin(r[m.end])) || i > 0 && (r[i-1] == '/' || isLatin(r[i-1])) {
		return s, i, false
	}
	if !share(r, i) {
		return s, m.end, false
	}
	s = sighting{start: i, at: i, num: n, fraction: true, unit: measure{name: "%", factor: 1, word: "分之"}, value: n.value / m.value * 100, end: m.end}
	s.dress(r)
	return s, s.end, true
}

// share says whether the words before i speak of a part of a whole.
func share(r []rune, i int) bool {
	for j := i - 1; j >= 0 && j > i-16; j-- {
		switch r[j] {
		case '占', '比', '份', '超', '近', '过', '约':
			return true
		case '。', '，', ',', '；':
			return false
		}
	}
	return false
}

// half reads 过半 and 超半数 as over fifty per cent.
func half(r []rune, i int) (s sighting, end int, ok bool) {
	if !hasAt(r, i+1, "半") || i > 0 && (r[i-1] == '超' || r[i-1] == '经' || r[i-1] == '通' || r[i-1] == '时') {
		return s, i + 1, false
	}
	e := i + 2
	if e < len(r) && r[e] == '数' {
		e++
	}
	if e < len(r) && isHan(r[e]) && !hasAt(r, e, "来自") && !hasAt(r, e, "的") {
		return s, i + 1, false
	}
	return sighting{start: i, at: i, end: e, value: 50, approx: "over", fraction: true, unit: measure{name: "%", factor: 1, word: "半"}}, e, true
}

// ratio reads 每10辆新能源汽车中就有4辆 as forty per cent: the same measure word twice in one clause.
func ratio(t *text, i int) (s sighting, end int, ok bool) {
	r := t.r
	j := skipBlank(r, i+1)
	limit := min(len(r), i+40)
	whole, k := number{}, j
	for ; k < limit && k < j+8; k++ { // 每生产10辆
		if is(r[k], cPause|cStop) {
			return s, i + 1, false
		}
		if n, good := numberAt(r, k); good && !refused(r, n) {
			whole = n
			break
		}
	}
	if whole.value < 2 || whole.end == 0 {
		return s, i + 1, false
	}
	m, e, has := unitAt(r, whole.end)
	if !has || !m.counter {
		return s, i + 1, false
	}
	for k = e; k < limit && !is(r[k], cStop); k++ {
		if !is(r[k], cDigit|cNumeral) {
			continue
		}
		n, good := numberAt(r, k)
		if !good || n.value >= whole.value || n.value <= 0 {
			break
		}
		m2, e2, has := unitAt(r, n.end)
		if !has || m2.word != m.word || !partOf(r[e:k]) {
			break
		}
		return sighting{start: i, at: k, end: e2, num: n, value: n.value / whole.value * 100, approx: "about", ratio: true,
			unit: measure{name: "%", factor: 1, word: "每"}}, e2, true
	}
	return s, i + 1, false
}

// partOf says whether the words between two numbers make the second a part of the first: 中就有, 里有.
func partOf(r []rune) bool {
	for j := range r {
		if hasAt(r, j, "有") || hasAt(r, j, "来自") || hasAt(r, j, "出自") {
			return true
		}
	}
	return false
}
