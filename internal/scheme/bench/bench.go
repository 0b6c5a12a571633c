// Package bench measures how fast the rules of an edition are answered for many organisations.
//
// Measured are the rules that the registry alone decides. By columns means scheme.Columns.Screen over columns that stand in
// memory; row by row means the same rules by cel-go for one organisation after the other, which is what a case does. Both are
// asked about the same organisations in one run, and every answer of the rows is held against that of the columns. The figure to
// compare is time of the processor: the clock's own is beside it, because others may be at work on the machine.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"corridor/internal/db/measure"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	orgsDefault = 1_000_000
	rowsDefault = 20_000
	runs        = 5 // of the screening, of which the middle one counts
)

// Options say what to measure.
type Options struct {
	Scheme *scheme.Scheme
	Orgs   int          // organisations; 0 is 1,000,000
	Rows   int          // of them that are judged row by row, too; 0 is 20,000
	Firms  scheme.Firms // at least Orgs of them
}

// Figures are what a run found.
type Figures struct {
	CPU     string            `json:"cpu"`
	Cores   int               `json:"cores"`
	Go      string            `json:"go"`
	System  string            `json:"system"`
	Scheme  string            `json:"scheme"`
	Edition string            `json:"edition"`
	Rules   []string          `json:"rules"` // answered by columns
	Aside   map[string]string `json:"aside,omitempty"`
	Orgs    int               `json:"orgs"`
	Qualify int               `json:"qualify"`
	Bytes   uint64            `json:"bytes"` // of the columns
	Fill    Time              `json:"fill"`  // the columns, from facts of one organisation after the other
	Screen  Time              `json:"screen"`
	Rows    int               `json:"rows"`
	Row     Time              `json:"row"` // Rows organisations
}

// Time is of the clock and of the processor.
type Time struct {
	Wall time.Duration `json:"wall_ns"`
	CPU  time.Duration `json:"cpu_ns"`
}

func timed(do func() error) (t Time, err error) {
	start, cpu := time.Now(), measure.CPU()
	err = do()
	return Time{time.Since(start), measure.CPU() - cpu}, err
}

// Run measures. It ends early with ctx, and with an error where the two ways do not say the same.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Orgs == 0 {
		o.Orgs = orgsDefault
	}
	if o.Rows == 0 {
		o.Rows = rowsDefault
	}
	o.Rows = min(o.Rows, o.Orgs)
	if o.Orgs < 1 || o.Rows < 1 || o.Scheme == nil || o.Firms == nil {
		return f, errors.New("bench: nothing to judge")
	}
	s := o.Scheme
	m := measure.Here()
	f = Figures{CPU: m.CPU, Cores: m.Cores, Go: m.Go, System: m.System, Scheme: s.ID, Edition: s.Edition, Orgs: o.Orgs, Rows: o.Rows}
	rules := s.RegistryRules()
	if len(rules) == 0 {
		return f, fmt.Errorf("bench: no rule of %s is decided by the registry alone", s.ID)
	}
	day := s.InForce[0].Day()
	if !day.Valid() {
		day = unit.Date(2026, time.January, 1)
	}
	same := scheme.Everybody{Day: day, Regions: unit.GB2260()}
	firms := make([]scheme.Firm, 0, o.Rows)
	columns := s.NewColumns(rules...)
	before := heap()
	if f.Fill, err = timed(func() error {
		for one, err := range o.Firms {
			if err != nil {
				return err
			}
			if len(firms) < o.Rows {
				firms = append(firms, one)
			}
			if err := columns.Add(one); err != nil {
				return err
			}
			if columns.Len() == o.Orgs {
				break
			}
		}
		return ctx.Err()
	}); err != nil {
		return f, err
	}
	f.Orgs = columns.Len()
	f.Bytes = heap() - min(before, heap())
	var found *scheme.Screened
	var all []Time
	for range runs {
		t, _ := timed(func() error {
			found = columns.Screen(s, rules, same)
			f.Qualify = found.Qualify()
			return nil
		})
		all = append(all, t)
	}
	f.Screen, f.Rules, f.Aside = middle(all), found.Rules, found.Aside
	f.Row, err = timed(func() error { return rowByRow(ctx, s, firms, found, same) })
	return f, err
}

// rowByRow judges by cel-go, and holds each answer against that of the columns.
func rowByRow(ctx context.Context, s *scheme.Scheme, firms []scheme.Firm, found *scheme.Screened, same scheme.Facts) error {
	for i, one := range firms {
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		facts := one.OfRegistry(same)
		for _, rule := range found.Rules {
			is, err := s.Rule(rule, facts)
			if err != nil {
				return err
			}
			if was, _ := found.Answer(rule, i); was != is {
				return fmt.Errorf("%s of %s: columns say %s, cel-go says %s", rule, one.ID, was, is)
			}
		}
	}
	return nil
}

// middle is the one of which as many are faster as slower.
func middle(all []Time) Time {
	slices.SortFunc(all, func(a, b Time) int { return cmp.Compare(a.CPU, b.CPU) })
	return all[len(all)/2]
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	perRow := f.Row.CPU / time.Duration(max(f.Rows, 1))
	_, err := fmt.Fprintf(w, `%s, %d cores, %s, %s
%s %s: %d rules of the registry %v

%-44s %12s %12s
%-44s %12s %12s
%-44s %12s %12s
%-44s %12s %12s

%d organisations qualify. Columns: %d MB. Row by row %s of CPU for each organisation; by columns %s.
The answers of both ways are the same for all %d.
`, f.CPU, f.Cores, f.Go, f.System, f.Scheme, f.Edition, len(f.Rules), f.Rules,
		"", "clock", "CPU",
		fmt.Sprintf("columns filled (cold), %d", f.Orgs), measure.Short(f.Fill.Wall), measure.Short(f.Fill.CPU),
		fmt.Sprintf("judged by columns (warm), %d", f.Orgs), measure.Short(f.Screen.Wall), measure.Short(f.Screen.CPU),
		fmt.Sprintf("judged row by row by cel-go, %d", f.Rows), measure.Short(f.Row.Wall), measure.Short(f.Row.CPU),
		f.Qualify, f.Bytes>>20, perRow, f.Screen.CPU/time.Duration(max(f.Orgs, 1)), f.Rows)
	return err
}
