package unit

import (
	"strings"

	"corridor/internal/fault"
)

// fenDigitsMax is the most digits of an amount in fen that can lie within FenMax.
const fenDigitsMax = 19

// currency is what may stand before a sum, and money what may stand behind it, in lower case. The list is
// what published documents and filled-in forms write; a foreign currency is not in it and is refused.
var (
	currency = []string{"人民币", "rmb", "cny", "¥"}
	money    = []string{"元人民币", "元整", "元", "圆", "yuan", "rmb", "cny"}
)

// magnitude is the power of ten of a word behind the number; longer words stand first.
var magnitude = []struct {
	word string
	zero int
}{
	{"万亿", 12}, {"千亿", 11}, {"百亿", 10}, {"十亿", 9}, {"亿", 8},
	{"千万", 7}, {"百万", 6}, {"十万", 5}, {"万", 4}, {"千", 3}, {"百", 2},
	{"trillion", 12}, {"billion", 9}, {"million", 6}, {"thousand", 3},
}

// ParseFen reads a sum as people write it: "1,234.56", "1.7亿元", "3万", "12 yuan", "¥１２.５０". It is
// exact: a sum that is no whole number of fen after the word (万, 亿) is applied is refused, and so is a
// comma that does not part thousands, because "1,5" means one thing in Shanghai and another in Berlin.
func ParseFen(s string) (Fen, error) {
	bad := func() (Fen, error) { return 0, fault.New(fault.Invalid, "unit.fen_form", "text", shown(s)) }
	if len(s) > textMax {
		return bad()
	}
	t := strings.ToLower(narrow(s))
	t = strings.NewReplacer("−", "-", "￥", "¥", "。", ".").Replace(t)
	t, negative := strings.CutPrefix(t, "-")
	t = cutFirst(t, currency, strings.CutPrefix)
	if !negative {
		t, negative = strings.CutPrefix(t, "-")
	}
	t = cutFirst(t, money, strings.CutSuffix)
	zeros := 2 // from yuan to fen
	for _, m := range magnitude {
		if rest, ok := strings.CutSuffix(t, m.word); ok {
			t, zeros = rest, zeros+m.zero
			break
		}
	}
	whole, decimals, dot := strings.Cut(t, ".")
	whole, ok := ungrouped(whole)
	if !ok || dot && !digits(decimals) {
		return bad()
	}
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > zeros {
		return 0, fault.New(fault.Invalid, "unit.fen_decimals", "text", shown(s))
	}
	all := strings.TrimLeft(whole+decimals+strings.Repeat("0", zeros-len(decimals)), "0")
	if len(all) > fenDigitsMax {
		return 0, outOfRange()
	}
	var n uint64 // 19 digits fit in 64 bits
	for i := range len(all) {
		n = n*10 + uint64(all[i]-'0')
	}
	if n > uint64(FenMax) {
		return 0, outOfRange()
	}
	if negative {
		return -Fen(n), nil
	}
	return Fen(n), nil
}

// cutFirst cuts the first of the words that is there.
func cutFirst(t string, words []string, cut func(s, word string) (string, bool)) string {
	for _, w := range words {
		if rest, ok := cut(t, w); ok {
			return rest
		}
	}
	return t
}

// ungrouped drops the commas between thousands: "1,234" is 1234, while "12,34" is refused.
func ungrouped(whole string) (string, bool) {
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if !digits(g) || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}
