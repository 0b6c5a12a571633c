package casework_test

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// TestSchemesOfNeighboursThatAreOpenToAFirm: of what neighbours run a firm's home shows what does not ask where it is registered and does
// not exist here; what only the other node can know is unknown and no refusal, and no sum rests on books that are not here.
func TestSchemesOfNeighboursThatAreOpenToAFirm(t *testing.T) {
	timed(t, func(t *testing.T, w *world, _ *hand) {
		p := w.province("310000")
		var here, there []*scheme.Scheme
		found, err := fs.Glob(schemes.FS, "cn-*/*/*/scheme.yaml")
		w.must(err)
		for _, f := range found {
			s, problems := scheme.Load(schemes.FS, path.Dir(f))
			if len(problems) > 0 {
				t.Fatal(problems[0])
			}
			if s.Jurisdiction == "310000" {
				here = append(here, s)
			} else {
				there = append(there, s)
			}
		}
		reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		w.must(err)
		cases, err := casework.New(casework.Config{DB: w.db, Access: w.access, Registry: reg, Ledger: w.ledger, Log: w.log, Regions: unit.GB2260(), Calendar: w.days, Node: "31", Schemes: here, Elsewhere: there})
		w.must(err)
		o, err := cases.Ours(context.Background(), p.actor("firm"), p.firm)
		w.must(err)
		var ids []string
		for _, x := range o.Abroad {
			ids = append(ids, x.Scheme.Jurisdiction+" "+x.Scheme.ID)
			if x.Scheme.Jurisdiction == "310000" || x.May {
				t.Errorf("%s is shown as one of a neighbour", x.Scheme.ID)
			}
			for _, r := range x.Rules {
				for _, f := range r.Saw {
					if slices.Contains([]string{"available", "balance", "firm.open_cases", "recognised"}, f.Name) && f.Value.Known() {
						t.Errorf("%s: %s was answered here", x.Scheme.ID, f.Name)
					}
				}
			}
		}
		for _, want := range []string{"340000 call-proposal"} {
			if !slices.Contains(ids, want) {
				t.Errorf("%s is not shown: %v", want, ids)
			}
		}
		for _, not := range []string{"320000 smart-factory", "330000 specialised-sme", "320000 innovation-challenge", "340000 enterprise-appeal", "320000 voucher-entitlement", "330000 introduction", "340000 joint-fund"} {
			if slices.Contains(ids, not) {
				t.Errorf("%s is shown: it asks where one is registered, or runs here", not)
			}
		}
		// Whose home it is not reads none of it.
		other := access.Actor{Person: "01OTHER", Grants: []access.Grant{{Role: "org_admin", Org: "91340200MA0DEMQ27B"}}}
		if _, err := cases.Ours(context.Background(), other, p.firm); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another firm reads it: %v", err)
		}
		start := time.Now()
		_, err = cases.Ours(context.Background(), p.actor("firm"), p.firm)
		w.must(err)
		t.Logf("%d schemes here and %d of %d elsewhere in %s", len(o.Looks), len(o.Abroad), len(there), time.Since(start))
	})
}
