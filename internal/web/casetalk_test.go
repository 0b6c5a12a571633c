package web

import (
	"net/url"
	"strings"
	"testing"
)

func TestMessagesStandInTheHistoryOfWhomTheyAreFor(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c := h.filed(who)
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	at := "/cases/" + string(c.ID)
	h.wants(h.post(at+"/comments", desk, url.Values{"sight": {"desk"}, "text": {"内部意见"}}), 303)
	h.wants(h.post(at+"/comments", desk, url.Values{"sight": {"applicant"}, "text": {"请看附件"}}), 303)
	h.wants(h.ask("GET", at, desk, nil), 200, "内部意见", "仅经办人可见", "请看附件")
	page := h.ask("GET", at, token, nil)
	h.wants(page, 200, "请看附件")
	if strings.Contains(page.Body.String(), "内部意见") || strings.Contains(page.Body.String(), `value="desk"`) {
		t.Error("the applicant reads what is for the desks, or may write it")
	}
	h.wants(h.post(at+"/comments", token, url.Values{"sight": {"all"}, "text": {" "}}), 422, `id="say-text-e"`)
	h.wants(h.ask("GET", "/notices", token, nil), 200, "有新留言")
	h.wants(h.call("POST", "/api/v1"+at+"/comments", token, `{"sight":"all","text":"收到"}`), 200, `"sight":"all"`)
	h.wants(h.call("GET", "/api/v1"+at+"/comments", token, ""), 200, "请看附件", "收到")
}
