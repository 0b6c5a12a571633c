package unit

import (
	"encoding"
	"testing"
)

// A parser never panics, and what it takes prints as a text that it reads as the same value.
func fuzz[V comparable](f *testing.F, parse func(string) (V, error), print func(V) string, seeds ...string) {
	for _, s := range append(seeds, "", " ", "\x00", "０", "９９９９９９９９９９９９９９９９９９９９", "\xff\xfe") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parse(s)
		if err != nil {
			return
		}
		again, err := parse(print(v))
		if err != nil || again != v {
			t.Fatalf("%q is %v, which prints as %q and reads as %v, %v", s, v, print(v), again, err)
		}
		if u, ok := any(&v).(encoding.TextUnmarshaler); ok {
			if err := u.UnmarshalText([]byte(print(again))); err != nil || v != again {
				t.Fatalf("%q does not survive as text: %v", s, err)
			}
		}
	})
}

func FuzzFen(f *testing.F) {
	fuzz(f, ParseFen, Fen.String, "1,234.56", "1.7亿元", "-¥3万", "10000000000000000", "0.001万")
}

func FuzzRatio(f *testing.F) {
	fuzz(f, ParseRatio, Ratio.String, "50%", "33.3333333%", "100.0%", "00000000000000000000001%")
}

func FuzzUSCC(f *testing.F) {
	fuzz(f, ParseUSCC, func(u USCC) string { return string(u) }, "91320114580471246H", "91310000MA1FL0B00X", "９１３１００００１３２２００８２１ｈ")
}

func FuzzRegion(f *testing.F) {
	fuzz(f, ParseRegion, func(r Region) string { return string(r) }, "310000", "３２０１０３", "000000")
}

func FuzzIndustry(f *testing.F) {
	fuzz(f, ParseIndustry, Industry.Lettered, "C3841", "c", "A39", "3841")
}

func FuzzDay(f *testing.F) {
	fuzz(f, ParseDay, Day.String, "2026-04-30", "20260430", "2026年4月30日", "2024-02-29", "9999-12-31")
}

func FuzzID(f *testing.F) {
	fuzz(f, ParseID, func(id ID) string { return string(id) }, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "7zzzzzzzzzzzzzzzzzzzzzzzzz")
}

func FuzzRounding(f *testing.F) {
	fuzz(f, ParseRounding, func(r Rounding) string { return string(r) }, "down", "half_even")
}

func FuzzNotice(f *testing.F) {
	f.Add("date,day,zh,source\n2027-01-01,off,元旦,x\n")
	f.Add("#\n\"")
	f.Fuzz(func(t *testing.T, s string) {
		notice, err := ParseNotice(s)
		if err != nil || len(notice) == 0 {
			return
		}
		if len(notice) > noticeRowsMax {
			t.Fatalf("%d rows", len(notice))
		}
		if c, err := ChinaCalendar().With(2027, notice); err == nil {
			for _, m := range notice {
				if works, published := c.Working(m.Day); works != m.Works || !published {
					t.Fatalf("%s: works %t, want %t", m.Day, works, m.Works)
				}
			}
		}
	})
}
