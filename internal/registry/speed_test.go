package registry_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// orgs is how many organisations a benchmark works with: CORRIDOR_BENCH_ORGS, or few enough for a quick look.
func orgs(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("CORRIDOR_BENCH_ORGS"))
	if err != nil {
		return 20_000
	}
	return n
}

func fresh(t testing.TB, d *db.DB) *registry.Registry {
	a, err := access.New(access.Config{DB: d})
	if err != nil {
		t.Fatal(err)
	}
	r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkRegistry imports organisations once and asks for them: go test -bench Registry -benchtime 1x.
func BenchmarkRegistry(b *testing.B) {
	n := orgs(b)
	for b.Loop() {
		r := fresh(b, dbtest.Open(b, nil))
		s, err := r.Measure(b.Context(), access.System("bench"), n, 1000, 1, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(s.Import.Seconds(), "s/import")
		b.ReportMetric(s.CPU.Seconds(), "cpu-s/import")
		b.ReportMetric(float64(n)/s.Import.Seconds(), "orgs/s")
		b.ReportMetric(float64(s.PeakBytes>>20), "MB-peak")
		for _, a := range s.Asked {
			b.Logf("%-34s n %d, found %d, p50 %v, p99 %v, max %v, cpu %v", a.What, a.N, a.Found, a.P50, a.P99, a.Max, a.CPU)
		}
	}
}

func TestMeasuring(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		s, err := fresh(t, d).Measure(t.Context(), access.System("bench"), 500, 20, 1, nil)
		if err != nil || s.Import <= 0 || s.PeakBytes <= 0 || len(s.Asked) == 0 {
			t.Fatalf("%+v, %v", s, err)
		}
		for _, a := range s.Asked {
			if a.Found == 0 || a.Max > time.Minute {
				t.Errorf("%+v", a)
			}
		}
	})
}
