package web

import (
	"slices"
	"time"

	"corridor/internal/casework"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// higherView is what a decision on one of several benefits that shut each other out went by: what the firm, and all of its controller, had
// already, by which case, and what this case adds to it.
type higherView struct {
	Of    []scheme.SumPart // by the number of the case
	Had   unit.Fen
	Own   unit.Fen // of this case; 0 where nothing was left
	Total unit.Fen
	At    time.Time // of the decision
}

// higherOf looks at the last decision of a case that went by what was given already; nil if there is none, or nothing was.
func higherOf(c casework.Case, s *scheme.Scheme) *higherView {
	for _, h := range slices.Backward(c.History) {
		for _, f := range h.Decision.Seen {
			if f.Name != "already" || !f.Value.Known() {
				continue
			}
			p := &higherView{Of: f.Value.SumParts(), Had: f.Value.Fen(), At: h.At}
			if len(p.Of) == 0 {
				return nil
			}
			for _, name := range s.Amounts.Names() {
				if s.AmountReads(name, "already") {
					p.Own += c.Purse.Sums[name]
				}
			}
			p.Total = p.Had + p.Own
			return p
		}
	}
	return nil
}
