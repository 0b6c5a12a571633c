package demo

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestUnusualPatternsAreShownWithTheirReason: a firm that goes to one provider a third time is shown to the officers of its place, with
// the cases; two say nothing yet, a firm sees nothing of it, it is set aside with a reason that the journal keeps, and it shows
// again when it grows.
func TestUnusualPatternsAreShownWithTheirReason(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		firm, desk := w.client("firm"), w.client("desk")
		asks := func(name string) {
			w.play(`
firm      opens   ` + name + ` introduction                                            -> draft
firm      fills   ` + name + ` need=虚构需求 offer=虚构工艺 kind=technology provider=` + Lab + ` with_broker=false
firm      reach_out ` + name + `                                                       -> contacted`)
		}
		asks("A")
		asks("B")
		if page := w.get(desk, "/patterns"); !strings.Contains(page, "没有异常情形") {
			t.Error("two cases are a pattern")
		}
		asks("C")
		page := w.get(desk, "/patterns")
		for _, want := range []string{"可能拆分", "90 天内", "3 件指向", w.cases["A"], w.cases["C"], "依据未核实"} {
			if !strings.Contains(page, want) {
				t.Errorf("the pattern does not show %s: %.300s", want, page)
			}
		}
		if answer, err := firm.Get(w.at + "/patterns"); err != nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("a firm reads the patterns: %v %v", answer.StatusCode, err)
		}
		form := url.Values{"kind": {"split"}, "subject": {"introduction/" + ShanghaiFirm + "/" + Lab}, "reason": {""}}
		if status, _, _ := w.send(desk, "/patterns", form); status != http.StatusUnprocessableEntity {
			t.Errorf("set aside without a reason: %d", status)
		}
		form.Set("reason", "三项不同的技术，已核对")
		if status, _, body := w.send(desk, "/patterns", form); status != http.StatusSeeOther {
			t.Fatalf("not set aside: %d %.300s", status, body)
		}
		if page := w.get(desk, "/patterns"); !strings.Contains(page, "三项不同的技术，已核对") || strings.Contains(page, "待看") {
			t.Error("what was set aside still waits")
		}
		asks("D")
		if page := w.get(desk, "/patterns"); !strings.Contains(page, "待看") || !strings.Contains(page, "4 件指向") {
			t.Error("a pattern that has grown does not show again")
		}
		w.passes(100 * 24 * time.Hour)
		if page := w.get(w.client("desk"), "/patterns"); strings.Contains(page, "可能拆分") {
			t.Error("what is long past is still a pattern")
		}
	})
}
