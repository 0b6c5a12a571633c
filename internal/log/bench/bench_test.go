package bench

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/measure"
)

func TestARunMeasuresAWholeLog(t *testing.T) {
	f, err := Run(context.Background(), Options{Dir: t.TempDir(), Leaves: 3000, Proofs: 50, Callers: 8, For: 200 * time.Millisecond, Audit: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]measure.Way{"proof": f.Proof, "receipt": f.Receipt, "verify": f.Verify, "append": f.Append, "ready": f.Ready} {
		if w.N == 0 || w.PerSecond <= 0 || w.P50 <= 0 || w.P99 < w.P50 || w.Max < w.P99 {
			t.Errorf("%s: %+v", name, w)
		}
	}
	if f.Import.N != 3000 || f.Audit <= 0 || f.Bytes == 0 || f.Machine.Engine != "sqlite" || f.Machine.Version == "" {
		t.Errorf("%+v", f)
	}
	var said strings.Builder
	if err := f.Write(&said); err != nil || !strings.Contains(said.String(), "inclusion proof of a random leaf") {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestARunRefusesWhatItCannotDo(t *testing.T) {
	for _, o := range []Options{{Leaves: -1}, {Proofs: -1}, {Callers: -1}, {For: -1}} {
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%+v was run", o)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Dir: t.TempDir(), Leaves: 10}); err == nil {
		t.Error("a run went on after its end")
	}
}

// BenchmarkLog is the run of docs/performance.md, there with CORRIDOR_BENCH_LEAVES=10000000:
// go test -run xxx -bench . -benchtime 1x -timeout 1h ./internal/log/bench
func BenchmarkLog(b *testing.B) {
	leaves, _ := strconv.Atoi(os.Getenv("CORRIDOR_BENCH_LEAVES"))
	for range b.N {
		f, err := Run(context.Background(), Options{Dir: b.TempDir(), Leaves: leaves, Audit: true})
		if err != nil {
			b.Fatal(err)
		}
		var said strings.Builder
		if err := f.Write(&said); err != nil {
			b.Fatal(err)
		}
		b.Log("\n" + said.String())
		b.ReportMetric(f.Proof.P99.Seconds()*1e3, "proof-p99-ms")
		b.ReportMetric(f.Import.PerSecond, "leaves/s")
		b.ReportMetric(f.Ready.P99.Seconds()*1e3, "ready-p99-ms")
	}
}
