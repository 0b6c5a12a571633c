package web

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/scheme"
)

// displayPack is a scheme of tests: a thing that is shown to the public before it is given.
func displayPack(t testing.TB) *scheme.Scheme {
	s, problems := scheme.Load(os.DirFS("../casework/testdata"), "display.yaml")
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return s
}

// filed opens a case of the display and files it.
func (h *house) filed(who access.Actor) casework.Case {
	h.t.Helper()
	ctx := context.Background()
	c, err := h.c.Cases.Create(ctx, who, "display", testFirm, "")
	if err == nil {
		c, err = h.c.Cases.Save(ctx, who, c.ID, c.Version, map[string]string{"kind": "show", "purpose": "试用", "staff": "46"})
	}
	if err == nil {
		c, err = h.c.Cases.Act(ctx, who, c.ID, casework.Action{Name: "file"})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func TestAQueueIsWorkedThroughOnItsPages(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	a, b := h.filed(who), h.filed(who)
	desk := h.officer("desk@node.example", "voucher_review", "340000")

	h.wants(h.ask("GET", "/queue", desk, nil), 200, a.No, b.No, "待审核 <b>2</b>", `name="case"`, "要求补正")
	h.wants(h.ask("GET", "/queue?due=late", desk, nil), 200, "没有符合条件的")
	h.wants(h.post("/cases/"+string(a.ID)+"/take", desk, nil), 303)
	h.wants(h.ask("GET", "/queue?hands=mine", desk, nil), 200, a.No)
	if page := h.ask("GET", "/queue?hands=mine", desk, nil).Body.String(); strings.Contains(page, b.No) {
		t.Error("what nobody took stands among mine")
	}
	h.wants(h.ask("GET", "/cases/"+string(a.ID), desk, nil), 200, "交回岗位")
	if page := h.ask("GET", "/cases/"+string(a.ID), token, nil).Body.String(); strings.Contains(page, `id="hands"`) {
		t.Error("the applicant sees who of the desk took the case")
	}
	rows := h.sheetOf(h.ask("GET", "/queue?format=csv", desk, nil))
	if len(rows) != 3 || rows[1][0] != a.No || rows[1][12] == "" {
		t.Errorf("the file holds %v", rows)
	}
	h.wants(h.ask("GET", "/queue?format=xlsx", desk, nil), 200)
	h.wants(h.ask("GET", "/queue", token, nil), 200, a.No) // the firm may withdraw

	// A batch without a case or an action is refused on its page; one is judged case by case, and led back.
	h.wants(h.post("/queue/batch", desk, url.Values{"action": {"approve"}}), 422, "请先勾选")
	both := url.Values{"case": {string(a.ID), string(b.ID)}, "action": {"approve"}, "key": {"k1"}}
	h.wants(h.post("/cases/"+string(b.ID)+"/actions/refuse", desk, url.Values{"reason": {"不符"}}), 303)
	h.wants(h.post("/queue/batch", desk, both), 200, "已办 1", "没有办成 1", "公示中", "收回公示")
	back := url.Values{"case": {string(a.ID)}, "action": {"recall"}, "reason": {"写错了"}, "key": {"k2"}}
	h.wants(h.post("/queue/batch", desk, back), 200, "已办 1", "待审核")

	// Programs do the same.
	h.wants(h.call("GET", "/api/v1/queue?hands=mine", desk, ""), 200, a.No, `"taken_by":"`)
	h.wants(h.call("POST", "/api/v1/cases/"+string(a.ID)+"/give-back", desk, ""), 204)
	h.wants(h.call("POST", "/api/v1/queue/batch", desk, `{"cases":["`+string(a.ID)+`","`+string(b.ID)+`"],"action":"ask_more","reason":"缺材料"}`), 200, `"done":true`, `"refused":"scheme.no_row"`)
	h.wants(h.call("POST", "/api/v1/cases/"+string(a.ID)+"/take", token, ""), 403, "casework.no_desk_now")
}

func TestTheSearchBoxFindsACaseByItsNumber(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c := h.filed(who)
	w := h.ask("GET", "/cases?q="+strings.ReplaceAll(c.No, "-", ""), token, nil)
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/cases/"+string(c.ID) {
		t.Errorf("%d, led to %q", w.Code, got)
	}
	wrong := c.No[:len(c.No)-1] + string('0'+(c.No[len(c.No)-1]-'0'+1)%10)
	h.wants(h.ask("GET", "/cases?q="+wrong, token, nil), 422, "校验位不对", `aria-invalid="true"`)
	h.wants(h.ask("GET", "/cases?q="+url.QueryEscape("演示企业"), token, nil), 200, c.No)
	h.wants(h.ask("GET", "/cases?q="+url.QueryEscape("没有这家"), token, nil), 200, "没有查到")
	if rows := h.sheetOf(h.ask("GET", "/cases?format=csv", token, nil)); len(rows) != 2 || rows[1][0] != c.No {
		t.Errorf("the file holds %v", rows)
	}
	_ = h.c.Clock.Advance(40 * 24 * time.Hour)
	h.wants(h.ask("GET", "/queue?due=late", h.officer("desk@node.example", "voucher_review", "340000"), nil), 200, c.No, "逾期 1")
}
