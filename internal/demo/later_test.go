package demo

import (
	"strings"
	"testing"

	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// The made-up next editions say what they are, begin after the day on which the world opens, keep every proof that their packs keep, and no
// day belongs to two editions of one scheme.
func TestTheNextEditionsAreMadeUpAndSayIt(t *testing.T) {
	for _, s := range later() {
		if !strings.Contains(s.Title[0], "虚构") || s.Edition != "2027-demo" || s.InForce[0].Day() <= unit.DayOf(opensOn(), unit.Beijing()) {
			t.Errorf("%s of %s: %s %s from %s", s.ID, s.Jurisdiction, s.Title[0], s.Edition, s.InForce[0].Day())
		}
		for _, p := range scheme.Check(s) {
			if !strings.HasPrefix(p.Code, "test.") { // the tests beside a pack tell the numbers of this year
				t.Errorf("%s of %s: %s", s.ID, s.Jurisdiction, p.Words[1])
			}
		}
	}
}
