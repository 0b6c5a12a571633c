package compare

import (
	"math"
	"strings"
	"unicode"

	"corridor/internal/reader/extract"
)

// looseShare is how far from its number a figure that is told roughly may be.
const looseShare = 0.1

// wideShare is how far it may be before it is called a contradiction.
const wideShare = 0.2

// bounds is a closed stretch of numbers.
type bounds struct{ low, high float64 }

func (b bounds) meets(c bounds) bool {
	slack := 1e-9 * math.Max(math.Abs(b.low), math.Abs(c.low)) // of numbers that were multiplied
	return b.low <= c.high+slack && c.low <= b.high+slack
}

// narrow is where a figure most likely lies: 超4.6万 between 46 and 47 thousand, 1.7亿 within half of its last digit.
func narrow(f extract.Figure) bounds {
	v := f.Value
	step := math.Min(grain(f), looseShare*math.Abs(v))
	switch f.Approx {
	case "over":
		return bounds{v, v + step}
	case "nearly":
		return bounds{v - step, v}
	case "about":
		return bounds{v - step, v + step}
	case "order":
		return bounds{v, 10 * v}
	case "range":
		return bounds{v, top(f)}
	}
	return rounded(f)
}

// wide is where it can lie at all.
func wide(f extract.Figure) bounds {
	v, loose := f.Value, wideShare*math.Abs(f.Value)
	switch f.Approx {
	case "over":
		return bounds{v, math.Inf(1)}
	case "nearly":
		return bounds{v - loose, v}
	case "about":
		return bounds{v - loose, v + loose}
	case "order":
		return bounds{v - loose, 10 * v}
	case "at_most":
		return bounds{math.Inf(-1), v}
	case "range":
		return bounds{v, top(f)}
	}
	return rounded(f)
}

func top(f extract.Figure) float64 {
	if f.ValueMax != nil {
		return *f.ValueMax
	}
	return f.Value
}

// rounded is an exact number with what its writer may have rounded away: half of the last digit of one that is written
// with a decimal point or in 万 and 亿, nothing of a whole number.
func rounded(f extract.Figure) bounds {
	decimals, scale, found := written(f.Quote)
	if !found || scale == 1 && decimals == 0 {
		return bounds{f.Value, f.Value}
	}
	half := scale * math.Pow(10, -float64(decimals)) / 2
	if half > math.Abs(f.Value) {
		half = 0
	}
	return bounds{f.Value - half, f.Value + half}
}

// grain is the worth of the last digit that is not a trailing zero: 1000 of 4.6万, 100 of 1200.
func grain(f extract.Figure) float64 {
	decimals, scale, found := written(f.Quote)
	if found && (scale > 1 || decimals > 0) {
		return scale * math.Pow(10, -float64(decimals))
	}
	step := 1.0
	for v := math.Abs(f.Value); v >= 10 && math.Mod(v, 10*step) == 0 && step < v; {
		step *= 10
	}
	return step
}

// written finds the first number in digits of a quote: how many decimals it has and what it is multiplied by.
func written(quote string) (decimals int, scale float64, found bool) {
	r := []rune(quote)
	i := 0
	for i < len(r) && !(r[i] >= '0' && r[i] <= '9') {
		i++
	}
	if i == len(r) {
		return 0, 1, false
	}
	point := -1
	for ; i < len(r); i++ {
		switch c := r[i]; {
		case c >= '0' && c <= '9':
			if point >= 0 {
				decimals++
			}
			continue
		case c == '.' && point < 0:
			point = i
			continue
		case c == ',' || c == '，':
			continue
		case unicode.IsSpace(c):
			continue
		}
		break
	}
	scale = 1
	rest := string(r[i:])
	for _, u := range []struct {
		word string
		is   float64
	}{{"万亿", 1e12}, {"千亿", 1e11}, {"百亿", 1e10}, {"十亿", 1e9}, {"亿", 1e8}, {"千万", 1e7}, {"百万", 1e6}, {"万", 1e4}, {"千", 1e3},
		{"trillion", 1e12}, {"billion", 1e9}, {"million", 1e6}, {"thousand", 1e3}} {
		if strings.HasPrefix(rest, u.word) || strings.HasPrefix(strings.TrimLeft(rest, "多余 "), u.word) {
			return decimals, u.is, true
		}
	}
	return decimals, 1, true
}

// digits is how many digits a number has without trailing zeros.
func digits(v float64) int {
	v = math.Abs(v)
	for v != math.Trunc(v) && v < 1e15 {
		v *= 10
	}
	for v >= 10 && math.Mod(v, 10) == 0 {
		v /= 10
	}
	n := 0
	for ; v >= 1; v /= 10 {
		n++
	}
	return n
}
