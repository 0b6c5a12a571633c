package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// give       officer   a form with a gap     422, by its field
// give       officer   with an account       the holder finds the file, another person does not
// check      anybody   pastes the file       true, with name and number; one changed character is false, with the part
// withdraw   officer                         the name is gone from the list; the page of this node says withdrawn
func TestAPersonHoldsACertificateAsAFile(t *testing.T) {
	h := writing(t)
	holder, who := h.firm()
	officer := h.officer("talent@node.example", "science", "340000")
	h.wants(h.ask("GET", "/credentials", holder, nil), 200, "您还没有证书")
	h.wants(h.ask("GET", "/credentials/given", holder, nil), 403)
	in := url.Values{"kind": {"technology_manager"}, "name": {"示范员甲"}, "no": {"TM-0001"}, "hint": {"012X"}, "since": {"2026-01-01"}, "email": {who.Email}, "level": {"高级"}}
	gap := url.Values{"kind": {"talent"}, "name": {""}, "no": {"1"}, "since": {"2026-01-01"}}
	h.wants(h.post("/credentials/given", officer, gap), 422, "c-name")
	h.wants(h.post("/credentials/given", holder, in), 403)
	nobody := url.Values{"kind": {"talent"}, "name": {"乙"}, "no": {"1"}, "since": {"2026-01-01"}, "email": {"nobody@node.example"}}
	h.wants(h.post("/credentials/given", officer, nobody), 422, "c-email")
	h.wants(h.post("/credentials/given", officer, in), 303)
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := h.ask("GET", "/credentials/given?lang=en", officer, nil)
	h.wants(list, 200, "示范员甲", "Technology manager", "TM-0001", "in force")
	id := regexp.MustCompile(`id="c-([0-9A-Z]{26})"`).FindStringSubmatch(list.Body.String())[1]
	h.wants(h.ask("GET", "/credentials", holder, nil), 200, "/credentials/"+id+"/file", "技术经理人")
	stranger := h.person("other@node.example", "org_admin", testFirm)
	h.wants(h.ask("GET", "/credentials/"+id+"/file", "", nil), 303)
	h.wants(h.ask("GET", "/credentials/"+id+"/file", stranger, nil), 404)
	file := h.ask("GET", "/credentials/"+id+"/file", holder, nil)
	h.wants(file, 200, "corridor certificate v1", "person-salt")
	text := file.Body.String()
	h.wants(h.post("/verify", "", url.Values{"certificate": {text}}), 200, "文件属实", "示范员甲", "TM-0001", "012X")
	at := strings.Index(text, "person ") + 12
	h.wants(h.post("/verify", "", url.Values{"certificate": {text[:at] + "AA" + text[at+2:]}}), 200, "不实", "<code>person</code>")
	if rows := h.sheetOf(h.ask("GET", "/credentials/given?format=csv", officer, nil)); len(rows) != 2 || rows[1][2] != "TM-0001" {
		t.Errorf("%q", rows)
	}
	h.wants(h.post("/credentials/given/"+id+"/end", officer, url.Values{"reason": {""}}), 422)
	h.wants(h.post("/credentials/given/"+id+"/end", officer, url.Values{"reason": {"本人申请"}}), 303)
	after := h.ask("GET", "/credentials/given", officer, nil)
	h.wants(after, 200, "已撤回", "已删除")
	if strings.Contains(after.Body.String(), "示范员甲") {
		t.Error("the name stays")
	}
	h.wants(h.ask("GET", "/credentials/"+id+"/file", holder, nil), 410)
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.post("/verify", "", url.Values{"certificate": {text}}), 200, "已撤回")
}
