package federation_test

import "testing"

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
