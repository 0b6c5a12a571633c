package find_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"corridor/internal/catalogue/find"
	"corridor/internal/unit"
)

// A filter that was asked for often is answered from kept sets: the answer stays what it was, for facets of one code and of many, for more codes
// than are joined, for more than are kept, and when listings are gone.
func TestFiltersSayTheSameHoweverOften(t *testing.T) {
	x, err := find.New(find.Config{Facets: []find.Facet{{Name: "one"}, {Name: "many", Many: true}}})
	if err != nil {
		t.Fatal(err)
	}
	var changes []find.Change
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range 3000 {
		l := find.Listing{ID: unit.NewID(at.Add(time.Duration(n) * time.Second)), Texts: []find.Text{{Weight: 1, Text: fmt.Sprintf("meter n%d", n%7)}},
			Codes: map[string][]string{"one": {fmt.Sprint("o", n%200)}, "many": {fmt.Sprint("m", n%3), fmt.Sprint("m", 3+n%5)}}}
		changes = append(changes, find.Change{Listing: l})
	}
	if err := x.Apply(1, changes); err != nil {
		t.Fatal(err)
	}
	some := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprint("o", i))
		}
		return all
	}
	for round := range 2 {
		for i, c := range []struct {
			filter map[string][]string
			text   string
			has    func(n int) bool
		}{
			{map[string][]string{"one": some(1)}, "meter", func(n int) bool { return n%200 == 0 }},
			{map[string][]string{"one": some(40), "many": {"m1", "m4"}}, "", func(n int) bool { return n%200 < 40 && (n%3 == 1 || n%5 == 1) }},
			{map[string][]string{"many": {"m0"}}, "n3", func(n int) bool { return n%3 == 0 && n%7 == 3 }},
			{map[string][]string{"one": some(200), "many": {"m7"}}, "meter", func(n int) bool { return n%5 == 4 }},
			{map[string][]string{"one": some(1), "many": {"no such"}}, "meter", func(n int) bool { return false }},
		} {
			want := 0
			for n := range changes {
				if (round == 0 || n%3 != 0) && c.has(n) {
					want++
				}
			}
			q := find.Query{Text: c.text, Filter: c.filter, Facets: []string{"one", "many"}, Limit: 10}
			first := ask(t, x, q)
			if first.Total != want || want == 0 && first.Without == 0 {
				t.Errorf("round %d, line %d: %d, want %d; %d without filters", round, i, first.Total, want, first.Without)
			}
			for range 3 {
				if again := ask(t, x, q); !reflect.DeepEqual(again, first) {
					t.Errorf("round %d, line %d: %+v, and later %+v", round, i, first, again)
				}
			}
		}
		for _, code := range some(200) { // more than are kept
			for range 2 {
				if got := ask(t, x, find.Query{Filter: map[string][]string{"one": {code}}}).Total; got != 15-5*round {
					t.Errorf("round %d, %s: %d", round, code, got)
				}
			}
		}
		var gone []find.Change
		for n, c := range changes {
			if n%3 == 0 {
				gone = append(gone, find.Change{Listing: find.Listing{ID: c.Listing.ID, Version: 2}, Gone: true})
			}
		}
		if err := x.Apply(2, gone); err != nil {
			t.Fatal(err)
		}
	}
}
