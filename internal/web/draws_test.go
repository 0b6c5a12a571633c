package web

import (
	"bytes"
	"strings"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// drawBodies are pages of draws and of pools, empty and full.
func drawBodies(one casework.Case, pages pager) map[string][]any {
	drawn := casework.Drawing{Ask: "jury", Opening: 2, Words: someWords, Promise: "aa", Promised: someTime, Drawn: someTime, Seed: "bb", Pool: "experts", Field: "x", Digest: "cc", Count: 1, Reserves: 1, PerUnit: 1}
	wrongly := drawn
	wrongly.Opening, wrongly.Differ = 3, []string{"the seed is not the one that was promised"}
	return map[string][]any{
		"draws": {drawsPage{Case: one}, drawsPage{Case: one, Draws: []drawView{{Drawing: casework.Drawing{Ask: "jury", Opening: 1, Words: someWords, Promised: someTime}, Promised2: "/log/entries/1"}, {Drawing: wrongly},
			{Drawing: drawn, Drawn2: "/log/entries/2", Out: 1, Rows: []lotView{{DrawnLot: casework.DrawnLot{Token: "t1", Place: 1, Mine: true, UnitNo: 2}, Who: "甲 <b>", Unit2: "乙"}, {DrawnLot: casework.DrawnLot{Token: "t2", Place: 2}, Stand: true}, {DrawnLot: casework.DrawnLot{Token: "t3"}}, {DrawnLot: casework.DrawnLot{Token: "t4"}, Why: []string{"a", "b"}}}}}}},
		"experts": {expertsPage{Form: &form{}, Exports: exportView{"/a", "/b"}}, expertsPage{Form: wrong("pool", "email", "unit", "field", "since", "until", "source").on("e"), Pool: "a", Pools: []option{{"", "x"}, {"a", "a"}, {"b", "b"}}, Pager: pages, Exports: exportView{"/a", "/b"},
			Experts: []expertView{{Expert: registry.Expert{ID: someID, Pool: "a", Unit: "local:x", Since: someDay, Source: "s"}, Name: "甲", UnitName: "乙"}, {Expert: registry.Expert{ID: someID, Until: someDay, Field: "f"}, Ended: true}}}},
	}
}

func TestThePageOfADrawSaysWhoAndWhyNot(t *testing.T) {
	all, err := allPages()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[fault.Lang][]string{
		fault.ZH: {"重新抽取，结果一致", "重新抽取的结果不一致", "尚未抽取", "甲 &lt;b&gt;", "a；b", "同一单位至多 1", "回避或不能参加 1"},
		fault.EN: {"drawn again, the same", "drawn again, it differs", "not drawn yet", "stands by", "left out 1"},
	} {
		var b bytes.Buffer
		page, err := all.of(lang, "draws")
		if err != nil {
			t.Fatal(err)
		}
		if err := page.ExecuteTemplate(&b, "main", frame{Body: drawBodies(casework.Case{}, pager{})["draws"][1], Title: "x"}); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: the page does not say %q:\n%s", lang, w, b.String())
			}
		}
	}
}
