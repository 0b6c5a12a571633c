package casework_test

import (
	"context"
	"io/fs"
	"path"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/db/measure"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// BenchmarkOurs is a firm's home over every scheme that the program carries for a jurisdiction: what is open, nearly open, running,
// paid and ending, and those of neighbours that are open to it, each rule judged anew. The proofs of the main ways were done before, as in a node that has shown one such page.
func BenchmarkOurs(b *testing.B) {
	benchEach(b, func(b *testing.B, w *world, _ string) {
		p := w.province("340000")
		reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		w.must(err)
		var packs, others []*scheme.Scheme
		found, err := fs.Glob(schemes.FS, "cn-*/*/*/scheme.yaml")
		w.must(err)
		for _, f := range found {
			s, problems := scheme.Load(schemes.FS, path.Dir(f))
			if len(problems) > 0 {
				b.Fatal(problems[0])
			}
			if s.Jurisdiction == "340000" {
				packs = append(packs, s)
			} else {
				others = append(others, s)
			}
		}
		cases, err := casework.New(casework.Config{DB: w.db, Access: w.access, Registry: reg, Ledger: w.ledger, Log: w.log, Regions: unit.GB2260(), Calendar: w.days, Node: "34", Schemes: packs, Elsewhere: others})
		w.must(err)
		o, err := cases.Ours(context.Background(), p.actor("firm"), p.firm)
		w.must(err)
		before := measure.CPU()
		for b.Loop() {
			_, err := cases.Ours(context.Background(), p.actor("firm"), p.firm)
			w.must(err)
		}
		b.ReportMetric(float64((measure.CPU()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		b.ReportMetric(float64(len(o.Looks)), "schemes")
		b.ReportMetric(float64(len(o.Abroad)), "elsewhere")
	})
}
