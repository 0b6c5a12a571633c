package bench

import (
	"fmt"
	"io"

	"corridor/internal/db/measure"
)

// Write prints the figures for a reader.
func (f Figures) Write(w io.Writer) error {
	err := measure.Write(w, f.Machine, fmt.Sprintf("%d leaves imported, %.0f MB", f.Leaves, float64(f.Bytes)/1e6), "leaves",
		measure.Row{Name: "import, leaves at once", Way: f.Import}, measure.Row{Name: "inclusion proof of a random leaf", Way: f.Proof},
		measure.Row{Name: "receipt of a random leaf", Way: f.Receipt}, measure.Row{Name: "checking a receipt", Way: f.Verify},
		measure.Row{Name: "act with a public leaf", Way: f.Append}, measure.Row{Name: "receipt ready after the act", Way: f.Ready})
	if err == nil && f.Audit > 0 {
		_, err = fmt.Fprintf(w, "\naudit of the whole log %s, clean\n", measure.Short(f.Audit))
	}
	return err
}
