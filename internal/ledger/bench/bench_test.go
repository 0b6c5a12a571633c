package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/dbtest"
	"corridor/internal/db/measure"
)

func TestARunCountsWhatIsInTheBooks(t *testing.T) {
	f, err := Run(context.Background(), Options{Dir: t.TempDir(), Callers: 8, Accounts: 50, For: 100 * time.Millisecond, Audit: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]measure.Way{"each": f.Each, "acts": f.Acts, "enter": f.Enter, "budget": f.Budget, "bulk": f.Bulk} {
		if w.N == 0 || w.PerSecond <= 0 || w.P50 <= 0 || w.P99 < w.P50 || w.Max < w.P99 {
			t.Errorf("%s: %+v", name, w)
		}
	}
	if !f.Audited || f.Times <= 0 || f.Machine.Engine != "sqlite" || f.Machine.Version == "" {
		t.Errorf("%+v", f)
	}
	var said strings.Builder
	if err := f.Write(&said); err != nil || !strings.Contains(said.String(), "one transaction each") {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestPGBenchMeasuresTheSameDatabase(t *testing.T) {
	if !dbtest.Postgres() {
		return // it knows no other
	}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if strings.HasPrefix(dsn, "sqlite:") {
			return
		}
		f, err := Run(context.Background(), Options{DSN: dsn, Callers: 4, Accounts: 50, For: 200 * time.Millisecond, Audit: true, PGBench: true})
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		if err := f.Write(&said); err != nil || !strings.Contains(said.String(), "pgbench TPC-B-like") || f.PGBench.N == 0 || f.PGBench.P99 < f.PGBench.P50 {
			t.Errorf("%v: %+v\n%s", err, f.PGBench, said.String())
		}
	})
}

func TestARunRefusesWhatItCannotDo(t *testing.T) {
	for _, o := range []Options{{Callers: -1}, {Accounts: 1}, {For: -1}, {PGBench: true}} {
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%+v was run", o)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Dir: t.TempDir(), For: time.Millisecond}); err == nil {
		t.Error("a run went on after its end")
	}
}

// BenchmarkLedger is the run of docs/performance.md: go test -bench . -benchtime 1x ./internal/ledger/bench
func BenchmarkLedger(b *testing.B) {
	for range b.N {
		f, err := Run(context.Background(), Options{Dir: b.TempDir(), Audit: true})
		if err != nil {
			b.Fatal(err)
		}
		var said strings.Builder
		if err := f.Write(&said); err != nil {
			b.Fatal(err)
		}
		b.Log("\n" + said.String())
		b.ReportMetric(f.Enter.PerSecond, "transfers/s")
		b.ReportMetric(f.Times, "times-one-each")
		b.ReportMetric(f.Enter.P99.Seconds()*1e3, "p99-ms")
		b.ReportMetric(float64(f.Enter.CPU.Microseconds()), "µs-CPU/transfer")
	}
}
