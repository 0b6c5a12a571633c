package demo

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestProposalsAreDrawnForInOneGoThroughThePages: the page of the round tells the counts and asks what whoever draws has to
// answer; without the answer no case moves, with it all are drawn for, and nothing waits any more.
func TestProposalsAreDrawnForInOneGoThroughThePages(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens   J joint-fund                                                         -> draft
firm      fills   J topic=ai title=题目甲 leader=虚构负责人甲 plan=方案甲 asked=300000 account=6222021
firm      submit  J                                                                    -> submitted
big       opens   B joint-fund                                                         -> draft
big       fills   B topic=ai title=题目乙 leader=虚构负责人乙 plan=方案乙 asked=200000 account=6222020
big       submit  B                                                                    -> submitted`)
		desk := w.client("desk")
		if page := w.get(desk, "/panels?scheme=joint-fund"); !strings.Contains(page, "成批抽取") || !strings.Contains(page, "/panels/draw?") {
			t.Error("the page before the draw leads to no draw in one go")
		}
		if page := w.get(desk, "/panels/draw?scheme=joint-fund&action=draw&parent="); !strings.Contains(page, "2 件") || !strings.Contains(page, `name="yes" value="complete"`) || !strings.Contains(page, "<dd>10</dd>") {
			t.Error("the page of the round does not tell two cases, ten seats and the question")
		}
		round := url.Values{"scheme": {"joint-fund"}, "action": {"draw"}, "parent": {""}}
		if status, _, body := w.send(desk, "/panels/draw", round); status != http.StatusOK || strings.Count(body, "形式审查合格") != 2 {
			t.Errorf("without the answer: %d", status)
		}
		round["yes"] = []string{"complete"}
		status, _, body := w.send(desk, "/panels/draw", round)
		if status != http.StatusOK || !strings.Contains(body, w.cases["J"]+`"`) || !strings.Contains(body, w.cases["B"]+`"`) || strings.Contains(body, "没有办成") {
			t.Errorf("with the answer: %d %s", status, problemText.FindString(body))
		}
		for _, name := range []string{"J", "B"} {
			if page := w.get(desk, w.cases[name]+"/draws"); !strings.Contains(page, "重新抽取，结果一致") {
				t.Errorf("%s was not drawn for", name)
			}
		}
		if page := w.get(desk, "/panels?scheme=joint-fund"); strings.Contains(page, "/panels/draw?") {
			t.Error("something still waits for a draw")
		}
	})
}
