package demo

import (
	"slices"
	"strings"
	"testing"

	"corridor/internal/node"
)

// offTour are the packs of which the tour goes no way, each with its reason.
var offTour = map[string]string{
	"voucher-entitlement": "the tour main goes it, over two nodes",
	"voucher-order":       "the tour main goes it, over two nodes",
	"voucher":             "the first pack of all, which the tour main came after",
	"voucher-copay":       "a city's share of a voucher of the tour main",
	"enterprise-appeal":   "one firm, one desk: its walk shows it",
	"joint-acceptance":    "several offices of one city: its walk shows it",
	"future-talent":       "written from docs/adding/scheme.md to try that page",
	"instrument-reward":   "rests on a year of usage that a running node has not got yet",
}

// TestEveryPackIsOnTheTourOrSaysWhyNot: what the program carries can be seen in a running community, by one command.
func TestEveryPackIsOnTheTourOrSaysWhyNot(t *testing.T) {
	gone := map[string]bool{}
	for _, x := range packWays {
		register, err := packWalk(x.file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(acrossLine.ReplaceAllString(register, "")) {
			if c := strings.Fields(line); len(c) > 3 && slices.Contains([]string{"opens", "finds", "calls"}, c[1]) {
				gone[c[3]] = true
			}
		}
	}
	packs, err := node.Packs()
	if err != nil {
		t.Fatal(err)
	}
	carried := map[string]bool{}
	for _, s := range packs {
		if s.Shared() || s.Lead != nil { // a payer's case is opened by its lead
			continue
		}
		carried[s.ID] = true
		if why, off := offTour[s.ID]; gone[s.ID] == off {
			t.Errorf("%s/%s is on the tour: %t; the reason why it is not: %q", s.Jurisdiction, s.ID, gone[s.ID], why)
		}
	}
	for id := range offTour {
		if !carried[id] {
			t.Errorf("%s is left off the tour, and no pack is called so", id)
		}
	}
}
