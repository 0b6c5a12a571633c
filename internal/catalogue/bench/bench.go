// Package bench measures the search of the catalogue: how long an index takes to be built, saved and taken up again, in how
// much memory, how soon questions are answered, and how soon a change is found.
//
// It measures the index itself (package find) over listings that it is given, with the facets that the page of a search
// counts. Questions are asked one after the other by one caller; a search may use the cores that Go may use. Beside the wall
// time stands the CPU time of the process, which other processes of the machine do not change.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"corridor/internal/catalogue/find"
	"corridor/internal/db/measure"
	"corridor/internal/unit"
)

const questionsDefault = 1000

// Options say what to measure. Config, Listings and Texts are needed.
type Options struct {
	Config    find.Config
	Listings  iter.Seq[find.Listing]
	Facets    []string // that every question counts
	Texts     []string // questions, asked in turn
	Filters   []map[string][]string
	Questions int    // of each kind; 0 is 1,000
	Dir       string // of the snapshot, made where it is not there; empty: the folder for temporary files
	Seed      uint64
	Say       io.Writer // is told of the progress; nil: nobody
}

// Asked is one kind of question.
type Asked struct {
	What string      `json:"what"`
	Way  measure.Way `json:"way"`
	Hits int         `json:"hits"` // on average
}

// Figures are what a run found.
type Figures struct {
	Machine    measure.Machine `json:"machine"`
	Listings   int             `json:"listings"`
	Characters int             `json:"characters"` // of a listing, on average
	Heap       int64           `json:"heap_bytes"` // in use with the index alone
	Build      time.Duration   `json:"build"`
	BuildCPU   time.Duration   `json:"build_cpu"`
	Save       time.Duration   `json:"save"`
	Load       time.Duration   `json:"load"`
	File       int64           `json:"file_bytes"`
	Asked      []Asked         `json:"asked"`
}

const batch = 1 << 16

// Run measures, and ends early with ctx.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Questions == 0 {
		o.Questions = questionsDefault
	}
	if o.Listings == nil || len(o.Texts) == 0 || o.Questions < 1 {
		return f, errors.New("bench: listings and questions are needed")
	}
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return f, err
		}
	}
	f.Machine = measure.Here()
	say := func(format string, args ...any) {
		if o.Say != nil {
			fmt.Fprintf(o.Say, format+"\n", args...)
		}
	}
	before := heap()
	x, err := find.New(o.Config)
	if err != nil {
		return f, err
	}
	var some []find.Listing // to be changed later
	var changes []find.Change
	characters := 0
	flush := func() error {
		cpu, at := measure.CPU(), time.Now()
		err := x.Apply(int64(f.Listings), changes)
		f.Build += time.Since(at)
		f.BuildCPU += measure.CPU() - cpu
		changes = changes[:0]
		say("%d", f.Listings)
		return err
	}
	for l := range o.Listings {
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		f.Listings++
		for _, t := range l.Texts {
			characters += len([]rune(t.Text))
		}
		if f.Listings%1000 == 1 {
			some = append(some, l)
		}
		if changes = append(changes, find.Change{Listing: l}); len(changes) == batch {
			if err := flush(); err != nil {
				return f, err
			}
		}
	}
	if err := flush(); err != nil {
		return f, err
	}
	x.Settle()
	changes = nil
	f.Characters = characters / max(1, f.Listings)
	f.Heap = heap() - before

	r := rand.New(rand.NewPCG(o.Seed, 1))
	filter := func() map[string][]string { return o.Filters[r.IntN(len(o.Filters))] }
	text := func() string { return o.Texts[r.IntN(len(o.Texts))] }
	for _, k := range []struct {
		what string
		n    int
		q    func() find.Query
	}{
		{"text, filters, all facets", o.Questions, func() find.Query { return find.Query{Text: text(), Filter: filter(), Facets: o.Facets, Limit: 20} }},
		{"text, no filter, all facets", o.Questions, func() find.Query { return find.Query{Text: text(), Facets: o.Facets, Limit: 20} }},
		{"text, no filter, no facets", o.Questions, func() find.Query { return find.Query{Text: text(), Limit: 20} }},
		{"everything, 2 facets", max(1, o.Questions/10), func() find.Query { return find.Query{Facets: o.Facets[:min(2, len(o.Facets))]} }},
		{"everything, all facets, by price", max(1, o.Questions/10), func() find.Query { return find.Query{Facets: o.Facets, Order: find.ByPrice, Limit: 20} }},
	} {
		if len(o.Filters) == 0 && strings.Contains(k.what, "filters") {
			continue
		}
		say("%s", k.what)
		a := Asked{What: k.what}
		m := measure.Start(k.n)
		for range k.n {
			q := k.q()
			var got *find.Answer
			if err := m.Time(func() (err error) { got, err = x.Search(ctx, q); return err }); err != nil {
				return f, fmt.Errorf("%s: %w", q.Text, err)
			}
			a.Hits += got.Total
		}
		a.Hits /= k.n
		a.Way = m.Way(k.n)
		f.Asked = append(f.Asked, a)
	}
	seen, err := visible(ctx, x, some, o.Questions)
	if err != nil {
		return f, err
	}
	f.Asked = append(f.Asked, seen)
	return f, snapshot(x, o, &f)
}

// visible measures how soon a change is found: from the call that makes it to the answer that has it.
func visible(ctx context.Context, x *find.Index, some []find.Listing, n int) (a Asked, err error) {
	a.What = "a change, until it is found"
	m := measure.Start(n)
	for i := range n {
		l := some[i%len(some)]
		l.Version += int64(i) + 1
		mark := fmt.Sprintf("changed%dmark", i)
		l.Texts = append([]find.Text{{Weight: 1, Text: mark}}, l.Texts...)
		var got *find.Answer
		if err := m.Time(func() error {
			err := x.Apply(x.Seq()+1, []find.Change{{Listing: l}})
			if err == nil {
				got, err = x.Search(ctx, find.Query{Text: mark, Literal: true, Limit: 1})
			}
			return err
		}); err != nil {
			return a, err
		}
		if got.Total != 1 {
			return a, fmt.Errorf("change %d is found %d times", i, got.Total)
		}
		a.Hits += got.Total
	}
	a.Way = m.Way(n)
	x.Settle()
	a.Hits /= n
	return a, nil
}

// snapshot measures saving and taking up again.
func snapshot(x *find.Index, o Options, f *Figures) error {
	dir, err := os.MkdirTemp(o.Dir, "find-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "index")
	at := time.Now()
	if err := x.Save(path); err != nil {
		return err
	}
	f.Save = time.Since(at)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f.File = info.Size()
	at = time.Now()
	y, err := find.Load(o.Config, path)
	if err != nil {
		return err
	}
	f.Load = time.Since(at)
	if y.Len() != x.Len() {
		return fmt.Errorf("%d listings were saved and %d taken up", x.Len(), y.Len())
	}
	return nil
}

// heap is what is in use after everything else was given back: what pools hold goes with the second collection.
func heap() int64 {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	var rows []measure.Row
	for _, a := range f.Asked {
		rows = append(rows, measure.Row{Name: fmt.Sprintf("%s (%d hits)", a.What, a.Hits), Way: a.Way})
	}
	about := fmt.Sprintf("%d listings of %d characters; built in %s (CPU %s), heap %d MB; saved in %s, %d MB; taken up again in %s", f.Listings, f.Characters,
		measure.Short(f.Build), measure.Short(f.BuildCPU), f.Heap>>20, measure.Short(f.Save), f.File>>20, measure.Short(f.Load))
	return measure.Write(w, f.Machine, about, "", rows...)
}

// Filters are choices of one to three facets among some codes, the same ones for the same seed.
func Filters(n int, seed uint64, choices map[string][]string) (all []map[string][]string) {
	r := rand.New(rand.NewPCG(seed, 2))
	names := slices.Sorted(maps.Keys(choices))
	for range n {
		f := map[string][]string{}
		for range 1 + r.IntN(3) {
			name := names[r.IntN(len(names))]
			f[name] = []string{choices[name][r.IntN(len(choices[name]))]}
		}
		all = append(all, f)
	}
	return all
}

// IDs makes ids of listings, rising.
func IDs() func() unit.ID {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func() unit.ID {
		at = at.Add(time.Second)
		return unit.NewID(at)
	}
}
