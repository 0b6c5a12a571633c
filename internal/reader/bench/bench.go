// Package bench measures how fast documents are read: bytes of text a second on one core, and whether the cost grows
// in step with the size.
//
// The text is written for the measurement (sample.txt, made up): news of the trade with about one figure in three hundred
// bytes. Numbers are what costs most, so a text with more of them is slower and one with fewer faster. Only one document is read at a time. The figure to compare is
// bytes for each second of the processor; the clock's own is beside it, because others may be at work on the machine.
// A figure is true of one machine only, which is named. The package measures extract.Read whole, nothing left out.
package bench

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	common "corridor/internal/db/measure"
	"corridor/internal/reader/extract"
)

//go:embed sample.txt
var sample []byte

const forDefault = 2 * time.Second

// sizesDefault are the sizes of document that are read: small, large, very large.
var sizesDefault = []int{64 << 10, 1 << 20, 8 << 20}

// Options say what to measure. The zero value is the run that docs/performance.md shows.
type Options struct {
	Text  []byte        // read instead of the sample, repeated up to each size
	Sizes []int         // of documents, in bytes; nil is 64 KiB, 1 MiB and 8 MiB
	For   time.Duration // of each size; 0 is two seconds
}

// Figures are what a run found.
type Figures struct {
	CPU    string `json:"cpu"`
	Go     string `json:"go"`
	System string `json:"system"`
	Sizes  []Size `json:"sizes"`
}

// Size is the reading of documents of one size.
type Size struct {
	Bytes   int     `json:"bytes"`
	N       int     `json:"n"`        // documents read
	Wall    float64 `json:"mb_wall"`  // MB (10^6 bytes) a second of the clock
	CPU     float64 `json:"mb_cpu"`   // MB a second of the processor; 0 where it is not known
	Figures int     `json:"figures"`  // found in one document
	Alloc   float64 `json:"allocate"` // bytes taken from the heap for each byte of text
}

// Run measures. It ends early with ctx.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Text == nil {
		o.Text = sample
	}
	if len(o.Sizes) == 0 {
		o.Sizes = sizesDefault
	}
	if o.For == 0 {
		o.For = forDefault
	}
	if o.For < 0 || len(o.Text) == 0 {
		return f, errors.New("nothing to measure")
	}
	f = Figures{CPU: processor(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	for _, n := range o.Sizes {
		if n <= 0 {
			return f, fmt.Errorf("a document of %d bytes", n)
		}
		s, err := measure(ctx, bytes.Repeat(o.Text, max(1, n/len(o.Text))), o.For)
		if err != nil {
			return f, err
		}
		f.Sizes = append(f.Sizes, s)
	}
	return f, nil
}

func measure(ctx context.Context, text []byte, limit time.Duration) (s Size, err error) {
	s.Bytes = len(text)
	// The word lists are loaded by the first reading, which is not counted.
	if _, err := extract.Read("bench.txt", text[:min(len(text), 4<<10)], extract.Options{}); err != nil {
		return s, err
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, cpu := time.Now(), common.CPU()
	for s.N == 0 || time.Since(start) < limit {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		d, err := extract.Read("bench.txt", text, extract.Options{MaxBytes: int64(len(text))})
		if err != nil {
			return s, err
		}
		s.N++
		s.Figures = 0
		for i := range d.Articles {
			s.Figures += len(d.Articles[i].Figures)
		}
	}
	wall, used := time.Since(start), common.CPU()-cpu
	runtime.ReadMemStats(&after)
	mb := float64(s.Bytes) * float64(s.N) / 1e6
	s.Wall = mb / wall.Seconds()
	if used > 0 {
		s.CPU = mb / used.Seconds()
	}
	s.Alloc = float64(after.TotalAlloc-before.TotalAlloc) / mb / 1e6
	return s, nil
}

// Write prints the figures as a table.
func (f Figures) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s, %s, %s, one document at a time\n\n%12s %8s %10s %12s %10s %14s\n", f.CPU, f.Go, f.System,
		"bytes", "n", "MB/s", "MB/s of CPU", "figures", "heap per byte")
	for _, s := range f.Sizes {
		if err == nil {
			_, err = fmt.Fprintf(w, "%12d %8d %10.1f %12.1f %10d %14.1f\n", s.Bytes, s.N, s.Wall, s.CPU, s.Figures, s.Alloc)
		}
	}
	return err
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
