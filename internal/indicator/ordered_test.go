package indicator

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/unit"
)

// Whatever comes and goes between two looks, a page is a part of everything that stands, sorted anew, the newest first.
func TestAPageIsAPartOfEverythingInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o ordered
		var all []place
		next := map[string]int64{}
		for range rapid.IntRange(1, 12).Draw(t, "looks") {
			for range rapid.IntRange(0, 120).Draw(t, "come") {
				origin := rapid.SampledFrom([]string{"log/31", "log/32", "log/34"}).Draw(t, "log")
				p := place{day: unit.Day(rapid.IntRange(1, 9).Draw(t, "day")), origin: origin, index: next[origin]}
				next[origin]++
				all = append(all, p)
				o.add(p)
			}
			for range min(rapid.IntRange(0, 20).Draw(t, "go"), len(all)) {
				i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
				o.remove(all[i])
				all = slices.Delete(all, i, i+1)
			}
			want := slices.SortedFunc(slices.Values(all), func(a, b place) int { return older(b, a) })
			no := rapid.IntRange(1, 4).Draw(t, "page")
			from := min((no-1)*entryPage, len(want))
			if got := o.page(no); !slices.Equal(got, want[from:min(from+entryPage, len(want))]) {
				t.Fatalf("page %d of %d is %v", no, len(want), got)
			}
		}
	})
}
