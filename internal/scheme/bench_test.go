package scheme

import (
	"testing"

	"corridor/schemes"
)

// BenchmarkJudge judges one firm by all rules of the small voucher, row by row; it is what a faster way over columns
// has to agree with.
func BenchmarkJudge(b *testing.B) {
	s, problems := Load(schemes.FS, "cn-340000/voucher/2026")
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	facts := testFacts{s: s, f: s.tests.given.over(nil)}
	row, _ := s.Row("filed", "approve")
	q := facts.question(row, Purse{})
	b.ReportAllocs()
	for b.Loop() {
		if j, err := s.Judge(q); err != nil || !j.Goes {
			b.Fatal(j, err)
		}
	}
}

// BenchmarkLoadAndProve reads, proves and tests the small voucher.
func BenchmarkLoadAndProve(b *testing.B) {
	for b.Loop() {
		s, problems := Load(schemes.FS, "cn-340000/voucher/2026")
		if problems = append(problems, Check(s)...); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
