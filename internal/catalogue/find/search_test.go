package find_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"corridor/internal/catalogue/find"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

func counts(all []find.Count) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%s:%d ", c.Code, c.N)
	}
	return strings.TrimSpace(b.String())
}

// A facet counts with every filter but its own, so that what could be chosen beside is seen.
func TestFacetsIgnoreTheirOwnChoice(t *testing.T) {
	x := stocked(t, 3, 5)
	a := ask(t, x, find.Query{Facets: []string{"province", "class", "accreditation"}})
	if got, want := counts(a.Facets["province"]), "310000:3 340000:3 330000:3 320000:3"; a.Total != 12 || len(got) != len(want) {
		t.Errorf("%d in all, by province %s", a.Total, got)
	}
	a = ask(t, x, find.Query{Filter: map[string][]string{"province": {"310000", "340000"}, "accreditation": {"CMA"}}, Facets: []string{"province", "class", "accreditation"}})
	if got := numbers(a); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("found %v", got)
	}
	if got, want := counts(a.Facets["province"]), "310000:1 320000:1 330000:1 340000:1"; got != want {
		t.Errorf("by province, CMA kept: %s, want %s", got, want)
	}
	if got, want := counts(a.Facets["accreditation"]), "CMA:2 CNAS:1"; got != want {
		t.Errorf("by accreditation, provinces kept: %s, want %s", got, want)
	}
	if got, want := counts(a.Facets["class"]), "0101:2"; got != want {
		t.Errorf("by class, both kept: %s, want %s", got, want)
	}
}

// Orders put what they cannot place last, and a page goes on where the one before ended.
func TestOrdersAndPages(t *testing.T) {
	x := stocked(t, 4, 5)
	for _, c := range []struct {
		q    find.Query
		want []int
	}{
		{find.Query{Text: "孔径", Order: find.ByPrice}, []int{6, 5}},
		{find.Query{Order: find.ByNewest}, []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
		{find.Query{Filter: map[string][]string{"class": {"0101", "0103"}}, Order: find.ByDistance, From: "340100"}, []int{1, 2, 3, 0}},
		{find.Query{PriceMost: 24000}, []int{10, 8, 2}},
		{find.Query{PriceLeast: 80000}, []int{9, 0}},
		{find.Query{Text: "芯片", Order: find.ByPrice}, []int{11}},
	} {
		c.q.Limit = 20
		a := ask(t, x, c.q)
		if got := numbers(a); !slices.Equal(got, c.want) {
			t.Errorf("%+v: found %v, want %v", c.q, got, c.want)
		}
		var paged []int
		for from := 0; from < a.Total; from += 2 {
			c.q.Offset, c.q.Limit = from, 2
			paged = append(paged, numbers(ask(t, x, c.q))...)
		}
		if !slices.Equal(paged, c.want) {
			t.Errorf("%+v: page by page %v", c.q, paged)
		}
	}
	a := ask(t, x, find.Query{Text: "XRD", From: "340100"})
	if a.Hits[0].Km < 390 || a.Hits[0].Km > 420 {
		t.Errorf("from Hefei to Shanghai %d km", a.Hits[0].Km)
	}
}

// The free slot is a facet of bounds: what is free within three days is free within a week.
func TestFreeSlots(t *testing.T) {
	x := index(t, 0)
	var changes []find.Change
	for n, in := range []time.Duration{-1, time.Hour, 50 * time.Hour, 100 * time.Hour, 300 * time.Hour} {
		l := listing(n, "示波器 | 带宽 | 310000 0801 10")
		if in > 0 {
			l.Free = day.Add(in)
		}
		changes = append(changes, find.Change{Listing: l})
	}
	if err := x.Apply(1, changes); err != nil {
		t.Fatal(err)
	}
	bounds := []time.Time{day.Add(72 * time.Hour), day.Add(168 * time.Hour), day.Add(336 * time.Hour)}
	a := ask(t, x, find.Query{Text: "示波器", FreeBy: bounds, FreePick: 1, Order: find.ByFree})
	if got := numbers(a); !slices.Equal(got, []int{1, 2}) || !slices.Equal(a.Free, []int{2, 3, 4}) {
		t.Errorf("found %v, by bound %v", got, a.Free)
	}
	if got := numbers(ask(t, x, find.Query{Order: find.ByFree})); !slices.Equal(got, []int{1, 2, 3, 4, 0}) {
		t.Errorf("the earliest first: %v", got)
	}
}

// Nothing is answered with nothing while something is near, and what was left out is said.
func TestNearest(t *testing.T) {
	x := stocked(t, 0, 20)
	for _, c := range []struct {
		ask     string
		want    []int
		dropped string
	}{
		{"拉曼光谱仪 南京", []int{10}, "南京"},
		{"XRD 电弧炉", []int{3, 2}, "电弧炉"},
		{"zzzzqq 冷冻电镜", []int{0}, "zzzzqq"},
		{"zzzzqq", []int{}, ""},
	} {
		a := ask(t, x, find.Query{Text: c.ask})
		dropped := ""
		for _, n := range a.Notes {
			if n.Wish == find.Dropped {
				dropped += n.Said
			}
		}
		if got := numbers(a); !slices.Equal(got, c.want) || dropped != c.dropped || a.Nearest != (c.dropped != "") {
			t.Errorf("%s: found %v without %q (%v)", c.ask, got, dropped, a.Notes)
		}
	}
	a := ask(t, x, find.Query{Text: "XRD", Filter: map[string][]string{"province": {"340000"}}})
	if a.Total != 0 || a.Without != 2 {
		t.Errorf("a filter that leaves nothing: %d, without it %d", a.Total, a.Without)
	}
}

// What was asked is marked in the texts as they stand.
func TestMarks(t *testing.T) {
	x := stocked(t, 0, 20)
	for _, c := range []struct{ ask, text, want string }{
		{"冷冻电镜", "300 kV 冷冻透射电子显微镜，Cryo-EM", "300 kV [冷冻透射电子显微镜]，[Cryo-EM]"},
		{"XRD", "用X射线衍射（XRD）测物相", "用[X射线衍射]（[XRD]）测物相"},
		{"孔径 隔膜", "锂電池隔膜的孔徑", "锂電池[隔膜]的[孔徑]"},
		{"镜", "显微镜与镜头", "显微[镜]与[镜]头"},
		{"ICPMS", "ICP-MS 7900", "[ICP-MS] 7900"},
	} {
		a := ask(t, x, find.Query{Text: c.ask})
		var b strings.Builder
		last := 0
		for _, s := range a.Marks.In(c.text) {
			b.WriteString(c.text[last:s.From] + "[" + c.text[s.From:s.To] + "]")
			last = s.To
		}
		if got := b.String() + c.text[last:]; got != c.want {
			t.Errorf("%s: %s, want %s", c.ask, got, c.want)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	x := stocked(t, 0, 20)
	for _, c := range []struct {
		q    find.Query
		code string
	}{
		{find.Query{Text: strings.Repeat("镜", 201)}, "find.question_long"},
		{find.Query{Text: "a\xff"}, "find.question_text"},
		{find.Query{Text: "q w e r t y u o p z x v n m"}, "find.question_words"},
		{find.Query{Offset: 100_000, Limit: 1}, "find.search_depth"},
		{find.Query{Order: "beauty"}, "find.search_order"},
		{find.Query{Filter: map[string][]string{"colour": {"red"}}}, "find.search_facet"},
		{find.Query{FreePick: 1}, "find.search_free"},
	} {
		_, err := x.Search(context.Background(), c.q)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v, want %s", c.q, err, c.code)
		}
	}
	for _, l := range []find.Listing{{ID: "x"}, {ID: id(1), Texts: []find.Text{{Weight: 17, Text: "a"}}}, {ID: id(1), Version: -1},
		{ID: id(1), Codes: map[string][]string{"class": {strings.Repeat("x", 100)}}}} {
		if err := x.Apply(99, []find.Change{{Listing: l}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if x.Seq() != 12 || x.Len() != 12 {
		t.Errorf("refused changes left seq %d, %d listings", x.Seq(), x.Len())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Search(ctx, find.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzSearch: any text of a person is answered or refused in words, and every mark lies inside the text it was found in.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"冷冻电镜 上海", "\"a", "“”", "ICP-MS 1.5.2.", "镜", "x射x", "titankriosg4", "1000万以下", "𠀀𠀁", "ａ１", "lengdong", "a-b-c-d", "﷽", "\x00", "的的的", "۱۲"} {
		f.Add(s)
	}
	x := stocked(f, 3, 4)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := x.Search(context.Background(), find.Query{Text: s, Limit: 5, Facets: []string{"city"}})
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		for _, text := range []string{s, "冷冻电镜 Titan Krios G4 " + s} {
			last := 0
			for _, m := range a.Marks.In(text) {
				if m.From < last || m.To <= m.From || m.To > len(text) || !utf8.ValidString(text[m.From:m.To]) {
					t.Fatalf("%q: mark %v of %q", s, m, text)
				}
				last = m.To
			}
		}
		l := find.Listing{ID: unit.ID("01JBBBBBBBBBBBBBBBBBBBBBBB"), Texts: []find.Text{{Weight: 1, Text: s}}, Price: find.NoPrice}
		if err := x.Apply(1000, []find.Change{{Listing: l}}); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
