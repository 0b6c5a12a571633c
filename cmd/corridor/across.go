package main

import (
	"encoding/json"
	"fmt"
	"io"

	"corridor/internal/fault"
	"corridor/internal/reader/compare"
	"corridor/internal/reader/extract"
)

// acrossMax is how many documents are set side by side in one run; they are all held in memory.
const acrossMax = 2000

// across collects what is read until all of it can be set side by side.
type across struct{ all []*extract.Document }

func (a *across) add(d *extract.Document) error {
	if len(a.all) == acrossMax {
		return fault.New(fault.TooLarge, "reader.too_many_compared", "most", acrossMax)
	}
	a.all = append(a.all, d)
	return nil
}

// print prints what the documents say side by side: for people, or as one JSON object on a line.
func (a *across) print(out io.Writer, asJSON bool) error {
	r := compare.Documents(a.all)
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	fmt.Fprintf(out, "各文件对照 side by side  %d\n", len(a.all))
	for _, p := range r.Pairs {
		fmt.Fprintf(out, "  文本 texts     %s  %s ~ %s  (%.0f %%)\n", p.Is, p.A, p.B, 100*p.Held)
	}
	for _, places := range r.Twice {
		fmt.Fprintf(out, "  重复 told twice  %s\n", places[0].Indicator)
		printTold(out, places)
	}
	for _, c := range r.Conflicts {
		fmt.Fprintf(out, "  矛盾 contradiction  %s\n", c.A[0].Indicator)
		printTold(out, c.A)
		fmt.Fprintln(out, "    ≠")
		printTold(out, c.B)
	}
	return nil
}

func printTold(out io.Writer, places []compare.Told) {
	for _, p := range places {
		period := "—"
		if p.Period != nil {
			period = *p.Period
		}
		fmt.Fprintf(out, "    %s [%d,%d)  %s  %s\n", p.File, p.Span[0], p.Span[1], p.Quote, period)
	}
}
