// Package bench measures the registry: how long an import of many organisations takes, in how much memory, and how soon they are
// found.
//
// It goes the way that users go: one file through registry.Take with all of its checks, then registry.Search. The organisations
// are synthetic and the database is a new one, removed afterwards unless it was given. Searches are asked one after the other by
// one caller; beside the wall time stands the CPU time of the process, which other processes of the machine do not change.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"corridor/internal/access"
	"corridor/internal/db/measure"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

const (
	orgsDefault      = 100_000
	questionsDefault = 300
)

// Options say what to measure. The zero value takes about half a minute.
type Options struct {
	DSN       string // sqlite:PATH or postgres://… of an empty database; empty: a new SQLite file in Dir, removed afterwards
	Dir       string // of the new file; empty: the folder for temporary files
	Orgs      int    // that are imported; 0 is 100,000
	Questions int    // of each kind; 0 is 300
	Seed      uint64
	Say       io.Writer // is told of the progress; nil: nobody
}

// Figures are what a run found.
type Figures struct {
	Machine measure.Machine `json:"machine"`
	Bytes   int64           `json:"bytes"` // of the SQLite file
	Speed   registry.Speed  `json:"speed"`
}

// Run measures, and ends early with ctx.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Orgs == 0 {
		o.Orgs = orgsDefault
	}
	if o.Questions == 0 {
		o.Questions = questionsDefault
	}
	if o.Orgs < 1 || o.Questions < 1 {
		return f, errors.New("bench: organisations or questions out of range")
	}
	d, machine, at, finish, err := measure.Open(ctx, o.DSN, o.Dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, finish()) }()
	f.Machine = machine
	a, err := access.New(access.Config{DB: d})
	if err != nil {
		return f, err
	}
	r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	if err != nil {
		return f, err
	}
	var said time.Time
	f.Speed, err = r.Measure(ctx, access.System("bench"), o.Orgs, o.Questions, o.Seed, func(p registry.Progress) {
		if o.Say != nil && time.Since(said) > 2*time.Second {
			said = time.Now()
			doing := "已读 read"
			if p.Writing {
				doing = "已写 written"
			}
			fmt.Fprintf(o.Say, "%s %d / %d\n", doing, p.Done, max(p.Total, p.Done))
		}
	})
	f.Bytes = measure.FileBytes(at)
	return f, err
}

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	s := f.Speed
	rows := []measure.Row{{Name: "import: read, check, write", Way: measure.Of(s.Orgs, nil, s.Import, s.CPU)}}
	for _, a := range s.Asked {
		rows = append(rows, measure.Row{Name: "find " + a.What, Way: measure.Way{N: a.N, P50: a.P50, P99: a.P99, Max: a.Max, CPU: a.CPU}})
	}
	about := fmt.Sprintf("%d synthetic organisations, a file of %.0f MB, imported in %s; at most %d MB of memory; database %.0f MB", s.Orgs, float64(s.FileBytes)/1e6,
		measure.Short(s.Import), s.PeakBytes>>20, float64(f.Bytes)/1e6)
	return measure.Write(w, f.Machine, about, "", rows...)
}
