package web

import (
	"strings"
	"testing"
)

// Where the headings of a list are not shown, links above it sort it by the same columns: those of the face, and those of a room.
func TestAListIsSortedWithoutItsHeadingsToo(t *testing.T) {
	page, _ := listed(t, pageOfList, "q=a&t1.by=2")
	control, _, _ := strings.Cut(page, "<table")
	for _, want := range []string{`<summary>排序：金额 元 ↑<span class="sr">升序</span></summary>`, `<nav aria-label="本表排序">`,
		`<li><a href="/prices?q=a&amp;t1.by=1#l-t1">名称</a></li>`, `<li><a href="/prices?q=a&amp;t1.by=-2#l-t1" aria-current="true">金额 元 ↑`} {
		if !strings.Contains(control, want) {
			t.Errorf("above the list stands no %s: %s", want, control)
		}
	}
	if strings.Contains(page, "勾选</a>") {
		t.Error("the list sorts by a column that says nothing")
	}
	room := strings.Replace(pageOfList, `<th scope="col">名称`, `<th scope="col" aria-sort="descending"><a href="/prices?sort=name&amp;q=1">名称</a>`, 1)
	room, _ = listed(t, room, "")
	if want := `<ul><li><a href="/prices?sort=name&amp;q=1" aria-current="true">名称 ↓<span class="sr">降序</span></a></li></ul>`; !strings.Contains(room, want) {
		t.Errorf("a list that its room sorts has no %s: %s", want, room)
	}
	short := pageOfList[:strings.Index(pageOfList, "<tr><th scope=\"row\">南京")] + "</tbody></table></div></main>"
	if short, _ = listed(t, short, ""); strings.Contains(short, "sortby") {
		t.Error("two rows are sorted")
	}
}
