package bench

import (
	"fmt"
	"io"
	"time"
)

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	m := f.Machine
	files := m.Files
	if files == "" {
		files = "an unknown file system"
	}
	if _, err := fmt.Fprintf(w, "%s %s, %s, %s, %d cores, %s, files on %s\n%d leaves imported, %.0f MB\n\n%-34s %9s %10s %9s %9s %9s %9s\n",
		m.Engine, m.Version, m.Go, m.CPU, m.Cores, m.System, files, f.Leaves, float64(f.Bytes)/1e6, "", "n", "a second", "p50", "p99", "max", "CPU each"); err != nil {
		return err
	}
	for _, way := range []struct {
		name string
		Way
	}{
		{"import, leaves at once", f.Import}, {"inclusion proof of a random leaf", f.Proof}, {"receipt of a random leaf", f.Receipt},
		{"checking a receipt", f.Verify}, {"act with a public leaf", f.Append}, {"receipt ready after the act", f.Ready},
	} {
		if _, err := fmt.Fprintf(w, "%-34s %9d %10.0f %9s %9s %9s %9s\n", way.name, way.N, way.PerSecond, short(way.P50), short(way.P99), short(way.Max), short(way.CPU)); err != nil {
			return err
		}
	}
	if f.Audit > 0 {
		_, err := fmt.Fprintf(w, "\naudit of the whole log %s, clean\n", short(f.Audit))
		return err
	}
	return nil
}

// short keeps three digits or so.
func short(d time.Duration) string {
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
