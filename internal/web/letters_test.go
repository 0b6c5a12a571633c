package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// writing gives the node a neighbour that turns letters away, and keys for letters.
func writing(t *testing.T) *house {
	h := open(t)
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(409)
		w.Write([]byte(`{"code":"federation.letter_order","detail":"out of turn"}`))
	}))
	t.Cleanup(away.Close)
	private, public := corridorlog.NewKey("31.example/log")
	_ = private
	ours, _ := corridorlog.NewKey(testOrigin)
	var err error
	h.c.Federation, err = federation.New(federation.Config{DB: h.c.DB, Self: "340000", Networks: loopback, Now: h.c.Clock.Now, Access: h.c.Access, Log: h.c.Log, Key: ours,
		Peers: []federation.Peer{{Code: "310000", Name: fault.Words{"上海（演示）", "Shanghai (demo)"}, URL: away.URL, Key: public}}})
	if err != nil {
		t.Fatal(err)
	}
	if h.s, err = New(h.c); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestLettersAreWrittenListedAndShownWithTheirState(t *testing.T) {
	h := writing(t)
	admin := h.person("", "node_admin", "")
	auditor := h.person("audit@node.example", "auditor", "")
	h.wants(h.ask("GET", "/letters", admin, nil), 200, "没有信件", "写公务函")
	h.wants(h.post("/letters", admin, url.Values{"to": {"310000"}, "subject": {""}, "text": {"x"}}), 422, "w-subject")
	h.wants(h.post("/letters", admin, url.Values{"to": {"310000"}, "subject": {"三月对账"}, "text": {"请核对结算单。"}}), 303)
	if n, err := h.c.Federation.Deliver(t.Context(), "310000"); n != 0 || err == nil {
		t.Fatalf("%d answered, %v", n, err)
	}
	page := h.ask("GET", "/letters?state=waiting&way=out&peer=310000", auditor, nil)
	h.wants(page, 200, "三月对账", "上海（演示）", "等回复", "out of turn")
	if strings.Contains(page.Body.String(), "写公务函") {
		t.Error("an auditor is offered to write")
	}
	id := regexp.MustCompile(`/letters/([0-9A-Z]{26})`).FindStringSubmatch(page.Body.String())
	if id == nil {
		t.Fatal("the list leads to no letter")
	}
	h.wants(h.ask("GET", "/letters/"+id[1]+"?lang=en", auditor, nil), 200, "请核对结算单。", "waiting", "sha256:")
	h.wants(h.ask("GET", "/letters?state=done", auditor, nil), 200, "没有信件")
	h.wants(h.post("/letters", auditor, url.Values{"to": {"310000"}, "subject": {"a"}, "text": {"b"}}), 404)
	rows := h.sheetOf(h.ask("GET", "/letters?format=csv", auditor, nil))
	if len(rows) != 2 || rows[1][1] != "out" || rows[1][5] != federation.LetterWaiting || rows[1][10] != id[1] {
		t.Errorf("%q", rows)
	}
	h.wants(h.post("/letters", admin, url.Values{"do": {"key"}}), 303)
	h.wants(h.ask("GET", "/letters", admin, nil), 200, "<dt>第几把</dt><dd>2</dd>")
	lines, _, err := h.c.Access.Journal(t.Context(), access.Actor{Person: "x", Grants: []access.Grant{{Role: "auditor"}}, Strong: true}, access.JournalQuery{Act: "letter"})
	if err != nil || len(lines) != 2 {
		t.Errorf("%d lines in the journal, %v", len(lines), err)
	}
}

// The door answers programs: a refusal is a problem with a code that both sides know.
func TestTheDoorForLettersAnswersPrograms(t *testing.T) {
	h := writing(t)
	w := h.ask("POST", "/letters/in", "", strings.NewReader(`{"v":1}`), "Content-Type", "application/json")
	h.wants(w, 422, `"code":"federation.letter_form"`)
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("answered as %q", got)
	}
}

func TestAProblemIsClearedByAPersonWithAReason(t *testing.T) {
	h := writing(t)
	admin := h.person("", "node_admin", "")
	h.wants(h.post("/neighbours/310000", admin, url.Values{"reason": {"核实过"}}), 409, "federation.no_problem")
	h.wants(h.post("/neighbours/310000", admin, url.Values{"reason": {" "}}), 422, "federation.note")
}

// What this node relies on: the logs with what is wrong of them, and every key with its algorithm, fingerprint and days.
func TestTrustShowsLogsWarningsAndKeys(t *testing.T) {
	h := writing(t)
	auditor := h.person("auditor@node.example", "auditor", "")
	admin := h.person("admin@node.example", "node_admin", "")
	h.wants(h.post("/letters", admin, url.Values{"to": {"310000"}, "subject": {"三月对账"}, "text": {"请核对结算单。"}}), 303) // makes the key of letters
	if err := h.c.Federation.Follow(t.Context()); err == nil {
		t.Fatal("the other node answers")
	}
	h.wants(h.ask("GET", "/trust", auditor, nil), 200, "上海（演示）", "没有正常回答", "没有 TLS", "Ed25519", "31.example/log", testOrigin+"/letters/1", "本节点", "信件")
	h.wants(h.ask("GET", "/trust?lang=en", auditor, nil), 200, "Shanghai (demo)", "gave no proper answer", "no TLS", "Keys that others are checked by", "no bound")
	if rows := h.sheetOf(h.ask("GET", "/trust?format=csv", auditor, nil)); len(rows) != 2 || rows[1][0] != "310000" || rows[1][5] == "" || !strings.Contains(rows[1][10], "没有 TLS") {
		t.Errorf("%q", rows)
	}
	rows := h.sheetOf(h.ask("GET", "/trust?format=csv&list=keys", auditor, nil))
	if len(rows) != 4 || rows[1][0] != "340000" || rows[2][3] != testOrigin+"/letters/1" || rows[2][7] == "" || len(rows[2][5]) != 79 || rows[3][0] != "310000" {
		t.Errorf("%q", rows)
	}
}
