package web

import (
	"context"
	"net/url"
	"testing"

	"corridor/internal/unit"
)

func TestADecisionGivesALetterByWhatItLedTo(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	goes := func(c, action, reason string) {
		h.wants(h.post("/cases/"+c+"/actions/"+action, desk, url.Values{"reason": {reason}}), 303)
	}
	refused, granted := string(h.filed(who).ID), string(h.filed(who).ID)
	goes(refused, "ask_more", "缺少用途说明")
	h.wants(h.ask("GET", "/cases/"+refused+"/letters/2", token, nil), 200, "补正通知书", "缺少用途说明", "办理时限暂停计算", "<svg", "/cases/"+refused)
	if _, err := h.c.Cases.Save(context.Background(), who, unit.ID(refused), 0, map[string]string{"more": "说明"}); err != nil {
		t.Fatal(err)
	}
	h.wants(h.post("/cases/"+refused+"/actions/answer", token, nil), 303)
	goes(refused, "refuse", "用途不符")
	h.wants(h.ask("GET", "/cases/"+refused+"/letters/4", token, nil), 200, "不予支持决定书", "用途不符", "行政复议法", "本次不予支持。条件满足后可以重新提出")
	goes(granted, "approve", "")
	if _, err := h.c.Log.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/cases/"+granted+"/letters/2?lang=en", token, nil), 200, "Notice", "/log/entries/", "stands in public notice for 5 working days")
	h.wants(h.ask("GET", "/cases/"+granted, token, nil), 200, "/cases/"+granted+"/letters/2")
	h.wants(h.ask("GET", "/cases/"+granted+"/letters/1", token, nil), 404) // the firm's own step gives no letter
	h.wants(h.ask("GET", "/cases/"+granted+"/letters/2", h.person("other@node.example", "org_admin", "91340200MA0DEMQ27B"), nil), 404)
	h.wants(h.call("GET", "/api/v1/cases/"+refused+"/letters/4", token, ""), 200, `"kind":"refusal"`, "用途不符", `"text":"Not this time`)
}
