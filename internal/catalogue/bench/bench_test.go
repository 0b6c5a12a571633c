package bench_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"corridor/internal/catalogue/bench"
	"corridor/internal/catalogue/find"
)

func TestARunBuildsAsksAndTakesUpAgain(t *testing.T) {
	o := bench.Options{Config: find.Config{Facets: []find.Facet{{Name: "city"}, {Name: "mark", Many: true}}}, Facets: []string{"city", "mark"}, Texts: []string{"显微镜", "n7"}, Questions: 20,
		Filters: bench.Filters(5, 1, map[string][]string{"city": {"a", "b"}, "mark": {"x"}}), Dir: filepath.Join(t.TempDir(), "made")}
	next := bench.IDs()
	o.Listings = func(yield func(find.Listing) bool) {
		for n := range 2500 {
			if !yield(find.Listing{ID: next(), Texts: []find.Text{{Weight: 2, Text: fmt.Sprintf("显微镜 n%d", n)}}, Codes: map[string][]string{"city": {string(rune('a' + n%3))}, "mark": {"x", "y"}}}) {
				return
			}
		}
	}
	f, err := bench.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if f.Listings != 2500 || f.Heap <= 0 || f.File <= 0 || len(f.Asked) != 6 || f.Asked[3].Hits != 2500 {
		t.Errorf("%+v", f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2500 listings", "everything, 2 facets (2500 hits)", "until it is found", "taken up again"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
