package node_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
)

// BenchmarkMirror is how long a listing takes from its publication at one node until a search at another finds it, both serving over HTTP
// on one machine: go test -run xxx -bench 'Mirror$' -benchtime 20x ./internal/node
func BenchmarkMirror(b *testing.B) {
	here, there := pair(b)
	enterLab(b, there)
	publishMicroscope(b, there, "first")
	eventually(b, "the first listing did not arrive", func() bool { return len(searched(b, here, "Titan Krios")) == 1 })
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		name := fmt.Sprintf("EM%06d", i)
		typed := microscope(name)
		typed["model"] = name
		l, err := there.Catalogue.Add(b.Context(), labHand, catalogue.Draft{Kind: "instrument", Owner: mirrorLab, Typed: typed})
		if err == nil {
			l, err = there.Catalogue.Step(b.Context(), labHand, l.ID, l.Version, catalogue.Submit, "")
		}
		if err == nil {
			_, err = there.Catalogue.Step(b.Context(), labAdmin, l.ID, l.Version, catalogue.Publish, "")
		}
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		eventually(b, "a listing did not arrive", func() bool { return len(searched(b, here, name)) == 1 })
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "s-median")
	b.ReportMetric(took[len(took)-1].Seconds(), "s-max")
}

// BenchmarkMirrorBulk is how fast listings that stand in a neighbour's log are proved, checked and kept, while the log is followed:
// go test -run xxx -bench MirrorBulk -benchtime 10000x ./internal/node
func BenchmarkMirrorBulk(b *testing.B) {
	here, there := pair(b)
	enterLab(b, there)
	ctx := context.Background()
	const chunk = 20
	for i := 0; i < b.N; i += chunk {
		if err := there.DB.Act(ctx, func(tx *db.Tx) error {
			for j := i; j < min(i+chunk, b.N); j++ {
				l, err := there.Catalogue.AddIn(ctx, tx, access.System("bench"), catalogue.Draft{Kind: "instrument", Owner: mirrorLab, Typed: microscope(fmt.Sprint("EM-", j))})
				for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
					if err == nil {
						l, err = there.Catalogue.StepIn(ctx, tx, access.System("bench"), l.ID, l.Version, act, "")
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	kept := 0
	for kept < b.N {
		counts, err := here.Catalogue.MirroredCounts(ctx)
		if err != nil {
			b.Fatal(err)
		}
		kept = 0
		for _, c := range counts {
			kept += c.N
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "listings/s")
}
