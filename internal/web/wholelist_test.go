package web

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// pageOfList is a page with one list of five rows, each column of its own sort.
const pageOfList = `<main id="main"><div class="sheet flush"><table class="pile"><thead><tr><th scope="col">名称</th><th scope="col" class="n">金额<small>元</small></th><th scope="col">到期</th><th scope="col">记于</th><th scope="col"><span class="sr">勾选</span></th></tr></thead><tbody>
<tr><th scope="row"><a href="/a">苏州</a></th><td class="n">1,200.00</td><td><span class="lamp stop">已过期</span> 2026-03-05 周四</td><td>2026年10月2日 15:04</td><td><input type="checkbox" name="a"></td></tr>
<tr><th scope="row">合肥 &lt;b&gt;</th><td class="n">—</td><td>2026-12-01 周二</td><td>2026年9月30日 09:00</td><td></td></tr>
<tr><th scope="row">南京</th><td class="n">90.50</td><td>没有时限</td><td>2026年9月30日 08:00</td><td><form method="post" action="/x"><button>办</button></form></td></tr>
<tr><th scope="row">上海</th><td class="n">-3.00</td><td>2026-03-04 周三</td><td>—</td><td></td></tr>
<tr><th scope="row">=1+1</th><td class="n">200</td><td>2026-03-05 周四</td><td>2025年1月1日 00:00</td><td></td></tr>
</tbody><tfoot><tr><th scope="row">合计</th><td class="n">1,487.50</td><td></td><td></td><td></td></tr></tfoot></table></div></main>`

func listed(t *testing.T, page, query string) (string, *sheet) {
	t.Helper()
	v := &visit{r: httptest.NewRequest("GET", "/prices?"+query, nil), lang: fault.ZH}
	out, file, err := v.lists([]byte(page), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	return string(out), file
}

var rowName = regexp.MustCompile(`<tr><th scope="row">(?:<a[^>]*>)?([^<]+)`)

func namesIn(page string) string {
	var out []string
	for _, m := range rowName.FindAllStringSubmatch(page, -1) {
		out = append(out, strings.TrimSuffix(m[1], " &lt;b&gt;"))
	}
	return strings.Join(out, " ")
}

func TestAWholeListIsSortedByWhatItsColumnsSayAndNarrowedByWords(t *testing.T) {
	for query, want := range map[string]string{
		"":                        "苏州 合肥 南京 上海 =1+1 合计",
		"t1.by=1":                 "=1+1 合肥 南京 上海 苏州 合计", // the pinyin of what is Chinese
		"t1.by=2":                 "上海 南京 =1+1 苏州 合肥 合计", // numbers; what says nothing is last
		"t1.by=-2":                "苏州 =1+1 南京 上海 合肥 合计",
		"t1.by=3":                 "上海 苏州 =1+1 合肥 南京 合计", // days, whatever stands before them; equal ones as they came
		"t1.by=-4":                "苏州 合肥 南京 =1+1 上海 合计", // moments
		"t1.by=9":                 "苏州 合肥 南京 上海 =1+1 合计",
		"t1.by=x&t1.page=7":       "苏州 合肥 南京 上海 =1+1 合计",
		"other.by=1":              "苏州 合肥 南京 上海 =1+1 合计",
		"t1.find=2026-03&t1.by=1": "=1+1 上海 苏州", // a sum of all does not stand under some
		"t1.find=%3Cb%3E":         "合肥",
		"t1.find=30+南京":           "南京",
		"t1.find=none":            "",
	} {
		if page, _ := listed(t, pageOfList, query); namesIn(page) != want {
			t.Errorf("%q lists %q, want %q", query, namesIn(page), want)
		}
	}
	page, _ := listed(t, pageOfList, "q=a&t1.by=2&done=x&lang=en")
	for _, want := range []string{`<th scope="col" class="n" aria-sort="ascending"><a href="/prices?q=a&amp;t1.by=-2#l-t1">金额<small>元</small></a></th>`,
		`aria-sort="none"><a href="/prices?q=a&amp;t1.by=1#l-t1">名称`, `<table id="l-t1" class="pile">`, `href="/prices?q=a&amp;t1.by=2&amp;t1.take=csv"`, `5 条`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s in %s", want, page)
		}
	}
	if page, _ = listed(t, pageOfList, "t1.find=none"); !strings.Contains(page, "没有符合的行") || !strings.Contains(page, `value="none"`) {
		t.Errorf("nothing is said of a word that no row says: %s", page)
	}
}

func TestAWholeListIsTakenAsItIsShown(t *testing.T) {
	_, s := listed(t, pageOfList, "t1.find=2026-&t1.by=-2&t1.take=csv")
	if got, want := fmt.Sprint(s.Name, s.Head, s.rows), "prices-t1[名称 金额 元 到期 记于] ["+
		"[苏州 1,200.00 已过期 2026-03-05 周四 2026年10月2日 15:04] [=1+1 200 2026-03-05 周四 2025年1月1日 00:00] [上海 -3.00 2026-03-04 周三 —] [合肥 <b> — 2026-12-01 周二 2026年9月30日 09:00]]"; got != want {
		t.Errorf("the file holds %s, want %s", got, want)
	}
	if sum, ok := s.rows[0][1].(unit.Fen); !ok || sum != 1200_00 {
		t.Errorf("a sum is written as %T", s.rows[0][1])
	}
	if _, ok := s.rows[1][1].(int64); !ok {
		t.Errorf("a number is written as %T", s.rows[1][1])
	}
}

func TestALongWholeListIsReadPageByPage(t *testing.T) {
	var rows strings.Builder
	for i := range 120 {
		fmt.Fprintf(&rows, `<tr><th scope="row">%03d</th><td>x</td></tr>`, i)
	}
	page := `<main><div class="scroll" tabindex="0" role="region"><table class="pile" data-list="long"><thead><tr><th scope="col">甲</th><th scope="col">乙</th></tr></thead><tbody>` + rows.String() + `</tbody></table></div></main>`
	for query, want := range map[string][3]string{"": {"000", "049", "1–50"}, "long.page=3": {"100", "119", "101–120"}, "long.by=-1": {"119", "070", "1–50"}, "long.find=5&long.page=9": {"005", "115", "21 / 120"}} {
		got, _ := listed(t, page, query)
		names := strings.Fields(namesIn(got))
		if names[0] != want[0] || names[len(names)-1] != want[1] || !strings.Contains(got, want[2]) {
			t.Errorf("%q shows %s to %s, want %v", query, names[0], names[len(names)-1], want)
		}
	}
	got, _ := listed(t, page, "long.page=2")
	if strings.Index(got, `class="bar find"`) > strings.Index(got, `class="scroll"`) || strings.Index(got, "listfoot") < strings.LastIndex(got, "</table></div>") || !strings.Contains(got, `href="/prices?long.page=3#l-long" rel="next"`) {
		t.Errorf("the controls do not stand around the frame that scrolls: %.300s", got)
	}
}

// What a room pages, narrows, sorts or hands out itself is left to it; what is filled in is no list.
func TestWhatARoomDoesOrIsFilledInIsNotDoneAgain(t *testing.T) {
	table := pageOfList[strings.Index(pageOfList, "<table"):strings.Index(pageOfList, "</div>")]
	for name, c := range map[string]struct{ page, has, not string }{
		"paged by the room":   {`<main>` + table + `<a rel="next" href="/x">…</a></main>`, "", "aria-sort"},
		"named nevertheless":  {`<main>` + strings.Replace(table, "<table", `<table data-list="a"`, 1) + `<a rel="next" href="/x">…</a></main>`, "a.by=1", ""},
		"no list":             {`<main>` + strings.Replace(table, "<table", `<table data-list="no"`, 1) + `</main>`, "", "aria-sort"},
		"sorted by the room":  {`<main>` + strings.Replace(table, `scope="col"`, `scope="col" aria-sort="none"`, 1) + `</main>`, "t1.take", "t1.by"},
		"handed out as files": {`<main>` + table + `<a href="/x?format=xlsx">…</a></main>`, "t1.by=1", "listfoot"},
		"taken by the room":   {`<main>` + table + `<p class="small take">…</p></main>`, "t1.by=1", "t1.take"},
		"in a form":           {`<main><form method="post">` + strings.Repeat(table, 1) + `</form></main>`, "t1.by=1", "t1.find"},
		"filled in":           {`<main>` + strings.Replace(table, `type="checkbox"`, `type="text"`, 1) + `</main>`, "", "aria-sort"},
		"over rows":           {`<main>` + strings.Replace(table, `<td class="n">200`, `<td rowspan="2" class="n">200`, 1) + `</main>`, "", "aria-sort"},
		"not in main":         {table, "t1.by", ""},
	} {
		got, _ := listed(t, c.page, "")
		if !strings.Contains(got, c.has) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: want %q and no %q in %s", name, c.has, c.not, got)
		}
	}
}

// The living page of parts shows the stylesheet as it is and the parts from their own templates.
func TestThePageOfPartsShowsTheTokensAndTheTemplatesThatPagesUse(t *testing.T) {
	h := open(t)
	if len(tokens()) < 50 {
		t.Fatalf("only %d tokens were read", len(tokens()))
	}
	for _, lang := range []string{"zh", "en"} {
		w := h.ask("GET", "/style?parts.by=-2", "", nil, "Accept-Language", lang)
		h.wants(w, 200, `fill="var(--act)"`, "--q5", `class="lamp stop"`, `class="chip hand"`, `aria-invalid="true"`, `aria-current="step"`, `rel="next"`, `aria-sort="descending"`, `parts.take=xlsx`, `href="/style"`)
		checkHTML(t, w.Body.String())
	}
}

func BenchmarkFiftyRowsOfAWholeList(b *testing.B) {
	row := pageOfList[strings.Index(pageOfList, "<tbody>")+7 : strings.Index(pageOfList, "</tbody>")]
	page := []byte(strings.Replace(pageOfList, row, strings.Repeat(row, 10), 1))
	for _, query := range []string{"", "t1.by=1"} {
		b.Run("query="+query, func(b *testing.B) {
			v := &visit{r: httptest.NewRequest("GET", "/prices?"+query, nil), lang: fault.ZH}
			for b.Loop() {
				if _, _, err := v.lists(page, new(bytes.Buffer)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
