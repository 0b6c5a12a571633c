package compare_test

import (
	"fmt"
	"testing"

	"corridor/internal/reader/compare"
	"corridor/internal/reader/extract"
)

// texts are n texts of 40 paragraphs; every tenth is an edition of the one before it.
func texts(n int) (all []compare.Text) {
	seed := uint64(7)
	next := func() rune {
		seed = seed*6364136223846793005 + 1442695040888963407
		return '一' + rune(seed>>33)%3000
	}
	for i := range n {
		if i%10 == 9 {
			t := compare.Text{Paragraphs: append([]string{}, all[i-1].Paragraphs...)}
			t.Paragraphs[3] = "改了这一段，" + t.Paragraphs[3]
			all = append(all, t)
			continue
		}
		var t compare.Text
		for range 40 {
			p := make([]rune, 120)
			for j := range p {
				p[j] = next()
			}
			t.Paragraphs = append(t.Paragraphs, string(p))
		}
		all = append(all, t)
	}
	return all
}

func BenchmarkNear(b *testing.B) {
	for _, n := range []int{100, 400} {
		all := texts(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if got := compare.Near(all); len(got) != n/10 {
					b.Fatalf("%d pairs, want %d", len(got), n/10)
				}
			}
		})
	}
}

func BenchmarkFigures(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		var all []compare.Fact
		for i := range n {
			year := fmt.Sprint(2015 + i%10)
			all = append(all, compare.Fact{Source: i / 40, Figure: extract.Figure{Indicator: fmt.Sprintf("第%d类服务企业数", i%700), Subject: fmt.Sprintf("虚构%d市", i%90),
				Value: float64(100 + i*37%9000), Unit: "count", Counter: "家", Approx: "exact", Period: &year, Kind: "level", Quote: fmt.Sprintf("%d家", 100+i*37%9000)}})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				compare.Figures(all)
			}
		})
	}
}
