package scheme

import (
	"fmt"
	"io"
	"strings"

	"corridor/internal/fault"
)

// Report prints problems as a good compiler does: file, line and column, the line, a caret under it, what is
// wrong, and what to do.
//
//	cn-340000/voucher/2026/scheme.yaml:46:15: money.over_hold
//	  46 |   order: [capture next parcels of held to payee]
//	     |                   ^
//	  parcels may be more than what is left of the hold held (draft file, filed approve)
//	  → Bound the amount with min(…), or change the line.
func Report(w io.Writer, problems Problems, lang fault.Lang) {
	for _, p := range problems {
		fmt.Fprintf(w, "%s:%d:%d: %s\n", p.File, p.Pos.Line, p.Col, p.Code)
		if p.Line != "" {
			no := fmt.Sprint(p.Pos.Line)
			fmt.Fprintf(w, "  %s | %s\n  %s | %s\n", no, p.Line, strings.Repeat(" ", len(no)), p.Caret)
		}
		fmt.Fprintf(w, "  %s\n", p.Words.In(lang))
		if do := p.Do.In(lang); do != "" {
			fmt.Fprintf(w, "  → %s\n", do)
		}
		fmt.Fprintln(w)
	}
}
