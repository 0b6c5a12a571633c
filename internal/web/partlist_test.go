package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"corridor/internal/fault"
)

// roomOf serves a list of so many rows, ten on a page, as a room does: with links to the pages around it.
func roomOf(rows int, askedFor *[]string) *Server {
	s := &Server{mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /prices", func(w http.ResponseWriter, r *http.Request) {
		*askedFor = append(*askedFor, r.URL.RawQuery)
		fmt.Fprint(w, pageOfRoom(rows, r.URL.Query().Get("page")))
	})
	return s
}

func pageOfRoom(rows int, at string) string {
	n := max(int(wholeNumber(at)), 1)
	var b strings.Builder
	b.WriteString(`<main><table class="pile" data-list="no"><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>x</td><td>y</td></tr></tbody></table>
<div class="sheet flush"><table class="pile"><thead><tr><th scope="col">名称</th><th scope="col">乙</th></tr></thead><tbody>`)
	for i := (n - 1) * 10; i < min(n*10, rows); i++ {
		fmt.Fprintf(&b, `<tr><th scope="row">%04d</th><td>x</td></tr>`, i)
	}
	b.WriteString(`</tbody></table></div><nav class="pager bar"><span>of the room</span><ul>`)
	if n > 1 {
		fmt.Fprintf(&b, `<li><a href="/prices?q=a&amp;page=%d" rel="prev">x</a></li>`, n-1)
	}
	if n*10 < rows {
		fmt.Fprintf(&b, `<li><a href="/prices?q=a&amp;page=%d" rel="next">x</a></li>`, n+1)
	}
	return b.String() + `</ul></nav><p class="small take">…</p></main>`
}

// A list that a room pages is sorted, narrowed and taken whole, whichever page was open; without that it stays as the room has it.
func TestAListThatARoomPagesIsSortedNarrowedAndTakenWhole(t *testing.T) {
	var asked []string
	s := roomOf(63, &asked)
	show := func(query string) (string, *sheet) {
		t.Helper()
		v := &visit{s: s, r: httptest.NewRequest("GET", "/prices?"+query, nil), lang: fault.ZH}
		out, file, err := v.lists([]byte(pageOfRoom(63, v.r.URL.Query().Get("page"))), new(bytes.Buffer))
		if err != nil {
			t.Fatal(err)
		}
		return string(out), file
	}
	page, _ := show("q=a&page=2")
	if names := strings.Fields(namesIn(page)); len(names) != 10 || names[0] != "0010" || len(asked) != 0 {
		t.Errorf("the second page shows %v after %d more pages", names, len(asked))
	}
	for _, want := range []string{`href="/prices?q=a&amp;t1.by=1#l-t1"`, `name="t1.find"`, "of the room"} {
		if !strings.Contains(page, want) {
			t.Errorf("the second page has no %s: %s", want, page)
		}
	}
	page, _ = show("q=a&t1.by=-1")
	if names := strings.Fields(namesIn(page)); len(names) != 50 || names[0] != "0062" || names[49] != "0013" {
		t.Errorf("downwards it shows %v", names)
	}
	if strings.Contains(page, "of the room") || !strings.Contains(page, `t1.page=2`) || !strings.Contains(page, "1–50") {
		t.Errorf("the links to pages are not those of the order: %s", page)
	}
	if len(asked) != 7 || strings.Contains(strings.Join(asked, " "), "t1") {
		t.Errorf("pages read: %q", asked)
	}
	page, _ = show("q=a&t1.find=006")
	if namesIn(page) != "0060 0061 0062 0006" && namesIn(page) != "0006 0060 0061 0062" {
		t.Errorf("narrowed it shows %s", namesIn(page))
	}
	if _, file := show("t1.find=006&t1.take=csv"); file == nil || len(file.rows) != 4 {
		t.Errorf("the file is %v", file)
	}
}

// A list that is longer than what is gathered says so, and is not taken as if it were whole.
func TestAVeryLongListOfARoomSaysThatItIsNotSortedWhole(t *testing.T) {
	var asked []string
	v := &visit{s: roomOf(5000, &asked), r: httptest.NewRequest("GET", "/prices?t1.by=1", nil), lang: fault.EN}
	page, _, err := v.lists([]byte(pageOfRoom(5000, "")), new(bytes.Buffer))
	if err != nil || !strings.Contains(string(page), "Only the first 1000 rows were looked at") || len(asked) != gatherPages {
		t.Errorf("%v, %d pages: %.200s", err, len(asked), page)
	}
	v.r = httptest.NewRequest("GET", "/prices?t1.take=csv", nil)
	if _, _, err := v.lists([]byte(pageOfRoom(5000, "")), new(bytes.Buffer)); fault.CodeOf(err) != "web.export_rows" {
		t.Errorf("it is taken: %v", err)
	}
}
