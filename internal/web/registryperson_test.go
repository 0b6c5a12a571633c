package web

import (
	"net/url"
	"strings"
	"testing"
)

// TestAPersonOfAFirmIsEnteredCorrectedExportedAndErased goes the whole way of a person's data, on the pages.
func TestAPersonOfAFirmIsEnteredCorrectedExportedAndErased(t *testing.T) {
	h := open(t)
	admin, _ := h.firm() // the firm's own administrator
	const code = testFirm
	stranger := h.officer("s@node.example", "science", "310000")
	at := "/registry/" + code
	h.wants(h.post(at+"/people", admin, url.Values{"name": {""}, "since": {"2026-01-01"}}), 422, `id="m-name`)
	h.wants(h.post(at+"/people", admin, url.Values{"name": {"测试员"}, "since": {"昨天"}}), 422, `id="m-since`)
	h.goes(at+"/people", admin, "name", "测试员（虚构）", "email", "a@firm.example", "since", "2026-01-01", "basis", "授权书一号")
	page := h.shows(at, admin, "谁可以代它办事", "测试员（虚构）", "全部事项")
	h.hides(at, "", "测试员")
	id := between(page, `<a href="/persons/`, `"`)
	person := "/persons/" + id
	h.wants(h.ask("GET", person, stranger, nil), 404, "")
	h.wants(h.ask("GET", person, "", nil), 303)
	h.wants(h.post(person, admin, url.Values{"name": {"x"}}), 404)
	keeper := h.person("", "node_admin", "")
	h.goes(person, keeper, "name", "测试员改（虚构）", "email", "b@firm.example")
	h.wants(h.post(person, keeper, url.Values{"name": {"甲"}, "email": {"no address"}}), 422, "")
	h.wants(h.ask("GET", person, keeper, nil), 200, "测试员改（虚构）", "b@firm.example", "授权书一号")
	if w := h.ask("GET", person+"/export", keeper, nil); w.Code != 200 || !strings.Contains(w.Body.String(), `"b@firm.example"`) || !strings.Contains(w.Body.String(), `"mandate_in_force"`) {
		t.Fatalf("%d %s", w.Code, w.Body.String())
	}
	h.wants(h.post(person+"/erase", keeper, url.Values{}), 422, `id="e-sure`)
	h.wants(h.post(person+"/erase", keeper, url.Values{"sure": {"yes"}}), 409, "有效授权")
	h.goes(at+"/mandates/"+between(page, at+"/mandates/", "/end")+"/end", admin)
	_ = h.c.Clock.Advance(2 * 24 * 60 * 60 * 1e9)
	keeper = h.person("", "node_admin", "")
	h.goes(person+"/erase", keeper, "sure", "yes")
	h.hides(person, keeper, "测试员")
	if strings.Contains(h.ask("GET", person, keeper, nil).Body.String(), "b@firm.example") {
		t.Error("the address is still there")
	}
	h.shows(person, keeper, "依法留存的", "过去的授权")
}
