package web

import (
	"context"
	"net/url"
	"testing"
	"time"
)

func TestAnEditionIsEndedEarlyOnItsPage(t *testing.T) {
	h := open(t)
	proposer, adopter := h.person("science@node.example", "science", ""), h.person("head@node.example", "head", "")
	standing, err := h.c.Cases.Scheme("voucher")
	if err != nil {
		t.Fatal(err)
	}
	at := "/editions/" + standing.Digest
	wants(t, h.ask("GET", at, "", nil), 200, "!提前结束")
	wants(t, h.ask("GET", at, proposer, nil), 200, "提前结束", "尚未提交的草稿", "不能再提交", "提出提前结束")
	wants(t, h.post(at+"/end", proposer, url.Values{"last": {"2020-01-01"}, "end-reason": {"预算用完"}}), 422, "结束日不早于")
	wants(t, h.post(at+"/end", proposer, url.Values{"last": {"2026-06-30"}, "end-reason": {"预算用完"}}), 303)
	wants(t, h.ask("GET", at, proposer, nil), 200, "由您提出", "预算用完", "收回", "!确认提前结束")
	wants(t, h.ask("GET", "/notices", adopter, nil), 200, "待确认", "提前到 2026-06-30 结束")
	wants(t, h.ask("GET", at+"?lang=en", adopter, nil), 200, "Confirm that it ends early", "Submitted and going on")
	wants(t, h.post(at+"/end/confirm", adopter, nil), 303)
	if _, err := h.c.Log.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	wants(t, h.ask("GET", at, "", nil), 200, "2026-06-30", "已确认", "/log/entries/", "!尚未提交的草稿")
	wants(t, h.ask("GET", "/schemes/voucher", "", nil), 200, "2026-06-30", "!2026-12-31")
	wants(t, h.ask("GET", "/editions", "", nil), 200, "2026-06-30")
	_ = h.c.Clock.Advance(130 * 24 * time.Hour)
	adopter = h.signIn("head@node.example")
	wants(t, h.ask("GET", "/editions", "", nil), 200, "不在有效期")
	wants(t, h.call("GET", "/api/v1/editions/"+standing.Digest+"/end", adopter, ""), 200, `"state":"adopted"`, `"last":"2026-06-30"`)
	wants(t, h.call("POST", "/api/v1/editions/"+standing.Digest+"/end/confirm", adopter, ""), 409, "casework.ending_none")
}
