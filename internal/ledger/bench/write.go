package bench

import (
	"fmt"
	"io"
	"time"
)

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	m := f.Machine
	_, err := fmt.Fprintf(w, "%s %s, %s, %s, %d cores, %s, files on %s\n%d callers, %d accounts, %s each way\n\n%-30s %9s %11s %9s %9s %9s %9s\n",
		m.Engine, m.Version, m.Go, m.CPU, m.Cores, m.System, orUnknown(m.Files), f.Callers, f.Accounts, f.For,
		"", "n", "transfers/s", "p50", "p99", "max", "CPU each")
	for _, way := range []struct {
		name string
		Way
	}{
		{"one transaction each", f.Each}, {"as callers get it", f.Grouped}, {"the same, from one budget", f.Budget},
		{fmt.Sprintf("bulk, %d lines, %d callers", bulkLines, bulkCallers), f.Bulk},
	} {
		if err == nil {
			_, err = fmt.Fprintf(w, "%-30s %9d %11.0f %9s %9s %9s %9s\n", way.name, way.N, way.PerSecond, short(way.P50), short(way.P99), short(way.Max), short(way.CPU))
		}
		if err == nil && way.Refused > 0 {
			_, err = fmt.Fprintf(w, "%30s too busy to take one %d times\n", "", way.Refused)
		}
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "\ngrouped is %.1f times one transaction each", f.Times)
	}
	if err == nil && f.Audited {
		_, err = fmt.Fprint(w, "; the books were audited and are whole")
	}
	if err == nil {
		_, err = fmt.Fprintln(w)
	}
	return err
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown file system"
	}
	return s
}

// short keeps three digits or so.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	default:
		return fmt.Sprintf("%.1f µs", float64(d)/1e3)
	}
}
