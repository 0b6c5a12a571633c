package web

import (
	"testing"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

func TestAKeyFigureIsShortAndKeepsTheExactSum(t *testing.T) {
	for _, c := range []struct {
		sum    unit.Fen
		zh, en string
	}{
		{125_131_000_000, "12.51 亿元", "1,251.31 million yuan"},
		{10_000_000_000, "1 亿元", "100 million yuan"},
		{9_999_999_999, "10,000 万元", "100 million yuan"},
		{3_360_000, "3.36 万元", "33,600 yuan"},
		{999_999, "9,999.99 元", "9,999.99 yuan"},
		{-3_360_000, "-3.36 万元", "-33,600 yuan"},
		{0, "0 元", "0 yuan"},
	} {
		zh, en := keySumOf(c.sum, fault.ZH), keySumOf(c.sum, fault.EN)
		if got := zh.Value + " " + zh.Unit; got != c.zh || zh.Exact != c.sum.String() {
			t.Errorf("%s is %q, want %q", c.sum, got, c.zh)
		}
		if got := en.Value + " " + en.Unit; got != c.en {
			t.Errorf("%s is %q, want %q", c.sum, got, c.en)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 46441: "46,441", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := keyCount(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
