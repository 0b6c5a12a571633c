package find_test

import (
	"slices"
	"strings"
	"testing"

	"corridor/internal/catalogue/find"
)

// Where few have all that was asked they come first and what comes near follows; who chose a filter or an order is shown just that.
func TestWhatComesNearFollows(t *testing.T) {
	x := stocked(t, 3, 5)
	for _, c := range []struct {
		q       find.Query
		exact   int
		want    []int
		dropped string
	}{
		{find.Query{Text: "XRD 上海"}, 1, []int{3, 2}, "上海"},
		{find.Query{Text: "拉曼 宁波"}, 0, []int{10}, "宁波"},       // in the province of the city first
		{find.Query{Text: "smartlab 粉末"}, 1, []int{3}, ""},    // powder only helps to sort
		{find.Query{Text: "拉曼 磁性"}, 0, []int{10}, "磁性"},       // a term that is known is kept
		{find.Query{Text: "冷冻电镜 看不懂的词"}, 0, []int{0}, "不懂的词"}, // what nothing has is left out and said
		{find.Query{Text: "拉曼 磁性 宁波"}, 0, []int{10}, "宁波磁性"},  // without place and word, where neither alone is enough
		{find.Query{Text: "XRD 上海", Exact: true}, 1, []int{3}, ""},
		{find.Query{Text: "XRD 上海", Order: find.ByPrice}, 1, []int{3}, ""},
		{find.Query{Text: "孔径 电池隔膜", Filter: map[string][]string{"province": {"340000"}}}, 1, []int{5}, ""},
		{find.Query{Text: "XRD 苏州附近"}, 2, []int{2, 3}, ""}, // near a place is not only in it
		{find.Query{Text: "rezhong"}, 0, []int{}, ""},
		{find.Query{Text: "保偏拉曼光谱分析"}, 0, []int{10}, "保偏"},
		{find.Query{Text: "SEM 300V"}, 1, []int{1}, ""}, // no unit hides a number
	} {
		a := ask(t, x, c.q)
		dropped := ""
		for _, n := range a.Notes {
			if n.Wish == find.Dropped {
				dropped += n.Said
			}
		}
		if got := numbers(a); a.Exact != c.exact || !slices.Equal(got, c.want) || dropped != c.dropped || a.Total != len(c.want) {
			t.Errorf("%+v: %d of %d exact, %v without %q, want %d, %v, %q (%+v)", c.q, a.Exact, a.Total, got, dropped, c.exact, c.want, c.dropped, a.Notes)
		}
	}
	// The pages of such an answer go on where the one before ended.
	whole := numbers(ask(t, x, find.Query{Text: "测电池隔膜孔径", Limit: 10}))
	var paged []int
	for from := range whole {
		paged = append(paged, numbers(ask(t, x, find.Query{Text: "测电池隔膜孔径", Offset: from, Limit: 1}))...)
	}
	if !slices.Equal(whole, paged) || len(whole) < 2 {
		t.Errorf("%v, page by page %v", whole, paged)
	}
}

// A weak word alone is the question; a group of synonyms does not lose weight by its length.
func TestWeakWords(t *testing.T) {
	w, err := find.NewWords(strings.NewReader("~粉末,powder\n~测试\n拉曼,raman"), strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	x, err := find.New(find.Config{Words: w})
	if err != nil {
		t.Fatal(err)
	}
	var all []find.Change
	for i, text := range []string{"粉末 压片机", "拉曼 光谱仪", "拉曼 粉末", "显微镜", "显微镜", "显微镜", "显微镜", "显微镜"} {
		all = append(all, find.Change{Listing: find.Listing{ID: id(i), Texts: []find.Text{{Weight: 4, Text: text}}, Price: find.NoPrice}})
	}
	if err := x.Apply(1, all); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string][]int{"powder": {2, 0}, "粉末拉曼测试": {2, 1}, "测试": {}, "raman powder test": {2, 1}} {
		if got := numbers(ask(t, x, find.Query{Text: q})); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", q, got, want)
		}
	}
	if _, err := find.NewWords(strings.NewReader("one"), strings.NewReader("")); err == nil {
		t.Error("a group of one term that is not weak was taken")
	}
}
