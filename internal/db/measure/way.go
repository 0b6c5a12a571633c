package measure

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Way is one thing that was done many times.
type Way struct {
	N         int           `json:"n"`
	Refused   int           `json:"refused,omitempty"` // times that the database was too busy, and the caller went on
	PerSecond float64       `json:"per_second"`
	P50       time.Duration `json:"p50_ns"` // that one call took, as its caller waited
	P99       time.Duration `json:"p99_ns"`
	Max       time.Duration `json:"max_ns"`
	CPU       time.Duration `json:"cpu_ns"` // of this process for each; 0 where it is not known
}

// Of sums up: n things in all, the time that each call took, if it was taken, in what time and with how much of the
// processor. took is sorted.
func Of(n int, took []time.Duration, elapsed, cpu time.Duration) Way {
	w := Way{N: n}
	if n == 0 {
		return w
	}
	w.PerSecond = float64(n) / elapsed.Seconds()
	w.CPU = cpu / time.Duration(n)
	if len(took) > 0 {
		slices.Sort(took)
		at := func(q float64) time.Duration { return took[min(int(q*float64(len(took))), len(took)-1)] }
		w.P50, w.P99, w.Max = at(0.50), at(0.99), took[len(took)-1]
	}
	return w
}

// Meter takes times from its start; it is safe for concurrent use.
type Meter struct {
	from time.Time
	cpu  time.Duration
	mu   sync.Mutex
	took []time.Duration // guarded by mu
}

// Start begins to measure about n calls.
func Start(n int) *Meter {
	return &Meter{from: time.Now(), cpu: CPU(), took: make([]time.Duration, 0, n)}
}

// Time calls do and takes its time.
func (m *Meter) Time(do func() error) error {
	from := time.Now()
	err := do()
	took := time.Since(from)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took = append(m.took, took)
	return err
}

// Count is how many times were taken.
func (m *Meter) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.took)
}

// Way is what n things took until now; without single times there is only the rate.
func (m *Meter) Way(n int) Way {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Of(n, m.took, time.Since(m.from), CPU()-m.cpu)
}

// Row is a line of the table of figures.
type Row struct {
	Name string
	Way
}

// Write prints the table for a reader, with the machine above it. each is what one of N is called.
func Write(w io.Writer, m Machine, about, each string, rows ...Row) error {
	files := ""
	if m.Engine == "sqlite" {
		files = ", files on an unknown file system"
		if m.Files != "" {
			files = ", files on " + m.Files
		}
	}
	_, err := fmt.Fprintf(w, "%s %s, %s, %s, %d cores, %s%s\n%s\n\n%-36s %9s %11s %9s %9s %9s %9s\n",
		m.Engine, m.Version, m.Go, m.CPU, m.Cores, m.System, files, about, "", "n", each+"/s", "p50", "p99", "max", "CPU each")
	for _, r := range rows {
		if err == nil {
			_, err = fmt.Fprintf(w, "%-36s %9d %11.0f %9s %9s %9s %9s\n", r.Name, r.N, r.PerSecond, Short(r.P50), Short(r.P99), Short(r.Max), Short(r.Way.CPU))
		}
		if err == nil && r.Refused > 0 {
			_, err = fmt.Fprintf(w, "%36s too busy to take one %d times\n", "", r.Refused)
		}
	}
	return err
}

// Short keeps three digits or so.
func Short(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.1f µs", float64(d)/1e3)
}
