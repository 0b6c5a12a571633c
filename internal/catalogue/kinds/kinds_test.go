package kinds_test

import (
	"testing"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
)

func carried(t testing.TB) *kinds.Set {
	t.Helper()
	s, err := kinds.Load(kinds.Files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The program carries the kinds that the community lists, and each says who may be asked, what is public and what is found.
func TestTheKindsThatAreCarried(t *testing.T) {
	s := carried(t)
	for _, id := range []string{"instrument", "facility", "lab", "service", "expert", "technology", "data", "compute", "finance", "demand", "scenario"} {
		k, ok := s.Of(id)
		if !ok {
			t.Errorf("no kind %s", id)
			continue
		}
		var facets, words int
		for _, f := range k.Fields {
			if f.Facet {
				facets++
			}
			if f.Weight > 0 {
				words++
			}
		}
		if len(k.Do) == 0 || facets == 0 || words < 3 || k.Place == "" || k.Refresh.Basis == "" {
			t.Errorf("%s: do %v, %d facets, %d fields searched, place %q", id, k.Do, facets, words, k.Place)
		}
	}
}

// What people write becomes one canonical text, and is shown and typed back as people write it.
func TestValuesAsPeopleWriteThem(t *testing.T) {
	k, _ := carried(t).Of("instrument")
	for _, c := range []struct{ field, typed, want, code string }{
		{"worth", "5300万元", "5300000000", ""},
		{"worth", "53,000,000.00", "5300000000", ""},
		{"worth", "-1", "", "catalogue.number_small"},
		{"worth", "很贵", "", "unit.fen"},
		{"run_machine", "1600.5", "16005", ""},
		{"run_machine", "1600.55", "", "catalogue.number"},
		{"run_machine", "9000", "", "catalogue.number_large"},
		{"class", "010101", "010101", ""},
		{"class", "010100 电子光学仪器", "010100", ""},
		{"class", "质谱仪器", "010200", ""},
		{"class", "019901", "", "catalogue.code"},
		{"funds", "地方财政；中央财政", "1\n2", ""},
		{"funds", "2,1,2", "1\n2", ""},
		{"duty_free", "是", "yes", ""},
		{"duty_free", "大概", "", "catalogue.yesno"},
		{"begin_date", "2021年9月1日", "2021-09-01", ""},
		{"service_url", "javascript:alert(1)", "", "catalogue.url"},
		{"email", "a@b.example", "a@b.example", ""},
		{"email", "nobody", "", "catalogue.email"},
		{"name", "两\n行", "", "catalogue.one_line"},
		{"name", "坏\x00字", "", "catalogue.text_broken"},
		{"region", "310115", "310115", ""},
		{"realm", "生物学、医学、生物学", "生物学\n医学", ""},
	} {
		f, _ := k.Field(c.field)
		got, err := f.Parse(c.typed)
		if got != c.want || c.code != "" && fault.CodeOf(err) != c.code && !(c.code == "unit.fen" && err != nil) || c.code == "" && err != nil {
			t.Errorf("%s %q: got %q %v, want %q %s", c.field, c.typed, got, err, c.want, c.code)
		}
		if again, err := f.Parse(f.Typed(got)); again != got || err != nil {
			t.Errorf("%s %q is typed back as %q and read as %q %v", c.field, got, f.Typed(got), again, err)
		}
	}
}
