package extract

// number is a value as a text writes it, without its unit.
type number struct {
	start, end int
	value      float64
	high       float64 // upper end of a range such as 三五 or 10—15
	ranged     bool
	approx     string // from the number's own words: 余, 多, 数, 近百
	han        bool   // written with Chinese numerals only
	bare       bool   // of Arabic digits alone: no scale and no words
	zero       bool   // begins with 0 and has no point: a code
	scale      bool   // a scale alone: 百, 千
}

// numberAt reads the number that begins at i. What stands before i is not looked at.
func numberAt(r []rune, i int) (n number, ok bool) {
	if i >= len(r) {
		return n, false
	}
	if isDigit(r[i]) {
		return arabicAt(r, i)
	}
	if is(r[i], cNumeral) || r[i] == '几' || r[i] == '数' || r[i] == '上' {
		return hanAt(r, i)
	}
	return n, false
}

const (
	digitsMax   = 15 // digits of a number; longer rows are codes
	numeralsMax = 16 // Chinese numerals of a number
)

// arabicAt reads digits with separators of thousands and a point, then a scale: 1,234.5万.
func arabicAt(r []rune, i int) (n number, ok bool) {
	n.start = i
	j := i
	var buf [24]byte
	b := buf[:0]
	for j < len(r) && len(b) <= digitsMax+2 {
		c := r[j]
		switch {
		case isDigit(c):
			b = append(b, byte(c))
			j++
			continue
		case (c == ',' || c == '，') && thousands(r, i, j):
			j++
			continue
		case c == '.' && j+1 < len(r) && isDigit(r[j+1]) && !pointed(b):
			b = append(b, '.')
			j++
			continue
		}
		break
	}
	if j < len(r) && isDigit(r[j]) || len(b) > digitsMax {
		return n, false
	}
	v := decimal(b)
	n.zero = len(b) > 1 && b[0] == '0' && b[1] != '.'
	n.value, n.end, n.bare = v, j, true
	if j+1 < len(r) && (r[j] == '多' || r[j] == '余') && (r[j+1] == '万' || r[j+1] == '亿') { // 30多万
		n.approx = "over"
		j++
	}
	k := j
	if k < len(r) && isSpace(r[k]) && k+1 < len(r) && is(r[k+1], cNumeral) {
		k++
	}
	if f, e := scaleAt(r, k); e > k {
		n.value, n.end, n.bare = round(v*f), e, false
	} else if n.approx != "" {
		n.approx = ""
	}
	n.suffix(r)
	return n, true
}

// decimal is the value of at most digitsMax digits with one point among them: both parts of the fraction are exact, so that
// it is rounded once.
func decimal(b []byte) float64 {
	m, scale := 0, 0
	for i, c := range b {
		if c == '.' {
			scale = len(b) - 1 - i
			continue
		}
		m = m*10 + int(c-'0')
	}
	return float64(m) / tenTo[scale]
}

var tenTo = [digitsMax + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func pointed(b []byte) bool {
	for _, c := range b {
		if c == '.' {
			return true
		}
	}
	return false
}

// thousands says whether the comma at j stands between groups of three digits.
func thousands(r []rune, start, j int) bool {
	d := 0
	for k := j - 1; k >= start && isDigit(r[k]); k-- {
		d++
	}
	if d == 0 || d > 3 {
		return false
	}
	for k := j + 1; k <= j+3; k++ {
		if k >= len(r) || !isDigit(r[k]) {
			return false
		}
	}
	return j+4 >= len(r) || !isDigit(r[j+4]) && (r[j] == ',' || r[j+4] != '，')
}

// scaleAt reads 十 百 千 万 亿 and their compounds behind digits.
func scaleAt(r []rune, i int) (factor float64, end int) {
	factor, end = 1, i
	small := 1.0
	j := i
	if j < len(r) {
		switch r[j] {
		case '百':
			small, j = 1e2, j+1
		case '千':
			small, j = 1e3, j+1
		}
	}
	if j > i {
		end, factor = j, small
	}
	if j < len(r) && r[j] == '万' {
		factor, end = small*1e4, j+1
		j++
	}
	k := j
	if k < len(r) && isSpace(r[k]) && k+1 < len(r) && r[k+1] == '亿' && end > i {
		k++
	}
	if k < len(r) && r[k] == '亿' {
		factor, end = factor*1e8, k+1
	}
	if end == i+1 && small > 1 && factor == small && end < len(r) && (r[end] == '分' || r[end] == '米' && small == 1e3 || r[end] == '瓦' || r[end] == '克' || r[end] == '伏') {
		return 1, i // 50千瓦, 3千米: the scale is part of the unit
	}
	return factor, end
}

// suffix reads 余, 多, 来 between a number and its unit.
func (n *number) suffix(r []rune) {
	j := skipBlank(r, n.end)
	if j >= len(r) {
		return
	}
	switch r[j] {
	case '余':
		n.approx, n.end, n.bare = "over", j+1, false
	case '多':
		if j+1 < len(r) && r[j+1] != '方' && r[j+1] != '样' && (r[j+1] != '元' || n.value >= 10) {
			n.approx, n.end, n.bare = "over", j+1, false
		}
	case '来':
		if j+1 < len(r) && r[j+1] != '自' && r[j+1] != '源' && r[j+1] != '临' && j == n.end && n.han {
			n.approx, n.end = "about", j+1
		}
	}
}

// hanAt reads a number in Chinese numerals: 三百二十, 三千多, 百余, 数十, 十几, 两三百, 三点五.
func hanAt(r []rune, i int) (n number, ok bool) {
	n.start, n.han = i, true
	j := i
	vague := false
	if r[j] == '数' || r[j] == '上' || r[j] == '几' {
		if j+1 >= len(r) || !scaleRune(r[j+1]) {
			return n, false
		}
		vague = true
		n.approx = "order"
		if r[j] == '上' {
			n.approx = "over"
		}
		j++
	}
	k := j
	for k < len(r) && k <= j+numeralsMax && is(r[k], cNumeral) {
		k++
	}
	if k > j+numeralsMax {
		return n, false
	}
	if k < len(r) && r[k] == '几' && k > j && (r[k-1] == '十' || r[k-1] == '百') { // 十几
		n.approx = "order"
		v, good := chinese(r[j:k])
		if !good {
			return n, false
		}
		n.value, n.end = v, k+1
		return n, true
	}
	if k == j {
		return n, false
	}
	run := r[j:k]
	if vague || scaleRune(run[0]) && run[0] != '十' {
		// 数百, 上千, 百余, 千余: the scale itself is the value.
		v := 1.0
		m := 0
		for m < len(run) && scaleRune(run[m]) {
			v *= scaleValue(run[m])
			m++
		}
		if m < len(run) {
			return n, false
		}
		n.value, n.end = v, k
		if !vague {
			n.approx, n.scale = "order", true
		}
		n.suffix(r)
		return n, true
	}
	if v, good := chinese(run); good {
		n.value, n.end = v, k
		if k+1 < len(r) && r[k] == '点' && digitOf(r[k+1]) >= 0 { // 三点五
			n.end = k + 1
			for f := 0.1; n.end < len(r) && digitOf(r[n.end]) >= 0 && !scaleRune(r[n.end]); f /= 10 {
				n.value += float64(digitOf(r[n.end])) * f
				n.end++
			}
			n.value = round(n.value)
			if s, e := scaleAt(r, n.end); e > n.end {
				n.value, n.end = round(n.value*s), e
			}
			return n, true
		}
		n.suffix(r)
		return n, true
	}
	if low, high, good := pair(run); good {
		n.value, n.high, n.ranged, n.approx, n.end = low, high, true, "range", k
		return n, true
	}
	return n, false
}

func scaleRune(c rune) bool {
	return c == '十' || c == '百' || c == '千' || c == '万' || c == '亿'
}

func scaleValue(c rune) float64 {
	switch c {
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	case '万':
		return 1e4
	}
	return 1e8
}

// chinese reads a well-formed Chinese numeral.
func chinese(r []rune) (v float64, ok bool) {
	if len(r) == 0 || len(r) > 14 {
		return 0, false
	}
	total, section, digit := 0.0, 0.0, -1.0
	last := 1e16 // the scale before must be larger within a section
	for i, c := range r {
		switch c {
		case '零', '〇':
			if i == 0 && len(r) > 1 || digit >= 0 {
				return 0, false
			}
		case '十', '百', '千':
			s := scaleValue(c)
			if s >= last {
				return 0, false
			}
			if digit < 0 {
				if c != '十' || section != 0 && r[i-1] != '零' {
					return 0, false
				}
				digit = 1
			}
			section += digit * s
			digit, last = -1, s
		case '万', '亿':
			s := scaleValue(c)
			if digit >= 0 {
				section += digit
			}
			if section == 0 {
				if total == 0 || c != '亿' {
					return 0, false
				}
				total *= s
			} else if c == '亿' {
				total = (total + section) * s
			} else {
				total += section * s
			}
			section, digit, last = 0, -1, 1e16
		default:
			d := digitOf(c)
			if c == '两' {
				d = 2
			}
			if d < 0 || digit >= 0 {
				return 0, false
			}
			digit = float64(d)
		}
	}
	if digit >= 0 {
		section += digit
	}
	return total + section, true
}

// pair reads two neighbouring digits as a range: 三五, 七八百, 三四十万.
func pair(r []rune) (low, high float64, ok bool) {
	if len(r) < 2 || len(r) > 5 {
		return 0, 0, false
	}
	a, b := digitOf(r[0]), digitOf(r[1])
	if r[0] == '两' {
		a = 2
	}
	if a < 1 || b <= a || b-a > 2 {
		return 0, 0, false
	}
	f := 1.0
	for _, c := range r[2:] {
		if !scaleRune(c) {
			return 0, 0, false
		}
		f *= scaleValue(c)
	}
	return float64(a) * f, float64(b) * f, true
}
