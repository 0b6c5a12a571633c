package web

import (
	"encoding/base64"
	"net/url"
	"testing"

	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

func TestANewEpochOfANeighbourIsReadAndCountersignedOnItsPage(t *testing.T) {
	h := writing(t)
	admin := h.person("", "node_admin", "")
	h.wants(h.ask("GET", "/trust/epochs", "", nil), 200, "没有一份日志换过纪元")
	h.wants(h.ask("GET", "/trust", "", nil), 200, "日志的新纪元", "/trust/epochs")
	h.wants(h.ask("GET", "/log/epochs", "", nil), 404)
	h.wants(h.call("GET", "/api/v1/epochs", admin, ""), 200, `"epochs":[]`)
	private, public := corridorlog.NewKey("31.example/log")
	w, err := corridorlog.NewCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := h.c.Federation.PeerAt("310000")
	e := federation.Epoch{Code: "310000", Log: "31.example/log", Epoch: 2, Size: 3, Root: base64.StdEncoding.EncodeToString(make([]byte, 32)), Key: public, Witness: w.PublicKey(),
		Ended: []string{p.Key}, From: unit.Date(2026, 3, 2), Why: "数据库丢失（演示）"}
	text, err := e.Text()
	if err != nil {
		t.Fatal(err)
	}
	note, err := federation.SignEpoch([]byte(text), private)
	if err != nil {
		t.Fatal(err)
	}
	asks := func(do, note, told string) url.Values {
		return url.Values{"do": {do}, "note": {note}, "fingerprint": {told}}
	}
	h.wants(h.post("/trust/epochs", admin, asks("show", "x", "")), 422, "e-note")
	h.wants(h.post("/trust/epochs", admin, asks("show", string(note), "")), 200, "还不算数", "数据库丢失（演示）", "0 / 1", "本节点存有的比它少", corridorlog.Fingerprint(public))
	h.wants(h.post("/trust/epochs", admin, asks("sign", string(note), "0000")), 422, "e-fingerprint")
	h.wants(h.post("/trust/epochs", admin, asks("sign", string(note), corridorlog.Fingerprint(public))), 200, "已由本节点会签", "— "+testOrigin+" ")
	firm, _ := h.firm()
	h.wants(h.post("/trust/epochs", firm, asks("show", string(note), "")), 404)
}
