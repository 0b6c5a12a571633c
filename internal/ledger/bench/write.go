package bench

import (
	"fmt"
	"io"

	"corridor/internal/db/measure"
)

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	rows := []measure.Row{
		{Name: "one transaction each", Way: f.Each},
		{Name: "an act each, acts share a commit", Way: f.Acts},
		{Name: "as callers of Enter get it", Way: f.Enter},
		{Name: "the same, all from one budget", Way: f.Budget},
		{Name: fmt.Sprintf("bulk, %d lines, %d callers", bulkLines, bulkCallers), Way: f.Bulk},
	}
	if f.PGBench != nil {
		rows = append(rows, measure.Row{Name: fmt.Sprintf("pgbench TPC-B-like, scale %d", f.PGScale), Way: *f.PGBench})
	}
	about := fmt.Sprintf("%d callers, %d accounts, %s each way", f.Callers, f.Accounts, f.For)
	if err := measure.Write(w, f.Machine, about, "transfers", rows...); err != nil {
		return err
	}
	audited := ""
	if f.Audited {
		audited = "; the books were audited and are whole"
	}
	_, err := fmt.Fprintf(w, "\nEnter is %.1f times one transaction each%s\n", f.Times, audited)
	return err
}
