package catalogue_test

import (
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/unit"
)

// A price is compared by what it is for: an hour with an eighth of a shift, a sample with no hour; a budget is nobody's price.
func TestWhatPricesAreComparedBy(t *testing.T) {
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind   string
		fields map[string]string
		price  unit.Fen
		less   unit.Fen
		per    string
		band   string
	}{
		{"instrument", map[string]string{"price_hour": "60000", "price_academic_hour": "36000"}, 600_00, 240_00, "0-hour", "300"},
		{"instrument", map[string]string{"price_hour": "60000"}, 600_00, 0, "0-hour", "300"},
		{"instrument", map[string]string{"price_academic_hour": "36000"}, -1, 0, "", ""},
		{"facility", map[string]string{"price_shift": "800000"}, 1000_00, 0, "0-hour", "3000"},
		{"lab", map[string]string{"price_day": "800000"}, 1000_00, 0, "0-hour", "3000"},
		{"service", map[string]string{"price": "80000"}, 800_00, 0, "2-item", "300"},
		{"demand", map[string]string{"budget": "80000000"}, -1, 0, "", ""},
		{"finance", map[string]string{"amount_max": "80000000"}, -1, 0, "", ""},
	} {
		e := catalogue.Indexed(set, unit.GB2260(), unit.Date(2026, 3, 2), catalogue.Listing{ID: "01JAAAAAAAAAAAAAAAAAA00001", Kind: c.kind, Region: "310000", Fields: c.fields}, nil, time.Time{})
		first := func(facet string) string {
			if all := e.Codes[facet]; len(all) > 0 {
				return all[0]
			}
			return ""
		}
		if e.Price != c.price || e.Less != c.less || first(catalogue.FacetPer) != c.per || first(catalogue.FacetBand) != c.band {
			t.Errorf("%s %v: %d less %d by %q in %q", c.kind, c.fields, e.Price, e.Less, first(catalogue.FacetPer), first(catalogue.FacetBand))
		}
	}
}

// Cheap is what is cheap for the one who asks: the same two instruments stand in another order for a firm and for an institute, in an
// order by price as by the word, and a limit of price is of the asker's own price.
func TestCheapIsCheapForTheAsker(t *testing.T) {
	each(t, func(h house) {
		dear := h.published("inner_id", "A", "price_hour", "9000", "price_academic_hour", "1000").ID
		cheap := h.published("inner_id", "B", "price_hour", "6000", "price_academic_hour", "5800").ID
		f, err := catalogue.NewFinder(catalogue.FinderConfig{Catalogue: h.Service, Academic: func(kind string) bool { return kind == "institute" }})
		h.ok(err)
		institute := access.Actor{Person: operator.Person, Org: lab, Grants: operator.Grants}
		for _, c := range []struct {
			who   access.Actor
			q     find.Query
			want  []unit.ID
			lower bool
		}{
			{nobody, find.Query{Text: "冷冻电镜 便宜"}, []unit.ID{cheap, dear}, false},
			{access.Actor{Person: ofFirm.Person, Org: firm}, find.Query{Text: "冷冻电镜 便宜"}, []unit.ID{cheap, dear}, false},
			{institute, find.Query{Text: "冷冻电镜 便宜"}, []unit.ID{dear, cheap}, true},
			{institute, find.Query{Text: "冷冻电镜", Order: find.ByPrice}, []unit.ID{dear, cheap}, true},
			{nobody, find.Query{Text: "冷冻电镜", Order: find.ByPrice}, []unit.ID{cheap, dear}, false},
			{institute, find.Query{Text: "冷冻电镜", PriceMost: 2000_00}, []unit.ID{dear}, true},
			{nobody, find.Query{Text: "冷冻电镜", PriceMost: 7000_00}, []unit.ID{cheap}, false},
		} {
			c.q.Limit = 10
			a, err := f.Search(h.ctx, c.who, c.q)
			h.ok(err)
			if len(a.Hits) != len(c.want) || a.Reduced != c.lower {
				t.Fatalf("%+v: %d hits, lower price %v", c.q, len(a.Hits), a.Reduced)
			}
			for i, hit := range a.Hits {
				if hit.ID != c.want[i] {
					t.Errorf("%+v of %q: %d is %s, want %s", c.q, c.who.Org, i, hit.ID, c.want[i])
				}
			}
		}
	})
}
