package reader_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db/dbtest"
	"corridor/internal/reader"
)

// shelf is a desk with n documents of some 2,000 characters.
func shelf(b *testing.B, n int) (*reader.Desk, access.Actor) {
	b.Helper()
	d := dbtest.Open(b, now)
	k, _, who := desk(b, d)
	seed := uint64(11)
	for i := range n {
		var s strings.Builder
		fmt.Fprintf(&s, "合成材料：第%d号简报\n\n", i)
		for p := range 16 {
			for range 110 {
				seed = seed*6364136223846793005 + 1442695040888963407
				s.WriteRune('一' + rune(seed>>33)%2500)
			}
			fmt.Fprintf(&s, "。2025年，虚构%d市科技创新券支持金额%d万元，服务企业%d家。\n\n", i%90, 100+i*7%900, 20+p)
		}
		if _, err := k.Take(context.Background(), who, fmt.Sprintf("d%d.txt", i), []byte(s.String())); err != nil {
			b.Fatal(err)
		}
	}
	return k, who
}

// BenchmarkSearch looks for words in CORRIDOR_BENCH_DOCUMENTS documents, 200 without it.
func BenchmarkSearch(b *testing.B) {
	n := 200
	if s := os.Getenv("CORRIDOR_BENCH_DOCUMENTS"); s != "" {
		fmt.Sscan(s, &n)
	}
	k, _ := shelf(b, n)
	for name, words := range map[string]string{"rare": "第77号简报", "common": "创新券支持金额", "two": "虚构8市 服务企业"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := k.Search(context.Background(), words, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("subjects", func(b *testing.B) {
		for b.Loop() {
			if _, _, _, err := k.Subjects(context.Background(), officer, reader.SubjectQuery{Text: "支持金额"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("compare", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.Compare(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
