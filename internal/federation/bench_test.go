package federation_test

import (
	"context"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/federation"
)

// BenchmarkFollow is how fast a neighbour's log is taken in, proved and durable, over HTTP on one machine:
// go test -run xxx -bench Follow -benchtime 50000x ./internal/federation
func BenchmarkFollow(b *testing.B) {
	anhui, shanghai := newStation(b, "340000"), newStation(b, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(b.N)
	b.ResetTimer()
	follow(b, f)
	b.StopTimer()
	if n := state(b, f, "340000"); n.Size != int64(b.N) {
		b.Fatalf("%d leaves are here, %d there", n.Size, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

// BenchmarkLetter is a letter from the act that writes it to its answer: two durable acts there, two here, two signatures, HTTP.
func BenchmarkLetter(b *testing.B) {
	anhui, shanghai := writers(b, dbtest.Open(b, nil), nil)
	shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
	anhui.write("310000", "count", 0)
	deliver(b, anhui, shanghai)
	for b.Loop() {
		anhui.write("310000", "count", 1)
		if n, err := anhui.fed.Deliver(ctx, "310000"); n != 1 || err != nil {
			b.Fatal(n, err)
		}
	}
}
