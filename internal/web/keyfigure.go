package web

import (
	"fmt"
	"math/big"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// keySum is a sum as a key figure: short enough to be read at a glance, with its unit. Exact is what it stands for, to the fen.
type keySum struct{ Value, Unit, Exact string }

// keySums are the units that sums are told in, the largest first: in Chinese from a hundred million and from ten
// thousand yuan, in English from a million. Two digits follow the point, rounded half away from zero.
var keySums = map[fault.Lang][]struct {
	from unit.Fen
	unit string
}{
	fault.ZH: {{100_000_000 * unit.FenPerYuan, "亿元"}, {10_000 * unit.FenPerYuan, "万元"}},
	fault.EN: {{1_000_000 * unit.FenPerYuan, "million yuan"}},
}

func keySumOf(sum unit.Fen, lang fault.Lang) keySum {
	exact := sum.String()
	for _, u := range keySums[lang] {
		if sum < u.from && sum > -u.from {
			continue
		}
		short := new(big.Rat).SetFrac64(int64(sum), int64(u.from)).FloatString(2)
		if strings.Contains(short, ".") {
			short = strings.TrimSuffix(strings.TrimRight(short, "0"), ".")
		}
		return keySum{parted(short), u.unit, exact}
	}
	return keySum{strings.TrimSuffix(exact, ".00"), fault.Words{"元", "yuan"}.In(lang), exact}
}

// keyCount is a count with its thousands parted.
func keyCount(n int64) string { return parted(fmt.Sprint(n)) }

// parted parts the thousands before the point of a decimal number.
func parted(s string) string {
	end := len(s)
	if point := strings.IndexByte(s, '.'); point >= 0 {
		end = point
	}
	for at := end - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
