package web

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// What is recognised is proposed by one officer on the page and adopted by another; everybody reads it then. A label becomes a
// certificate by its holder, and the page of any node checks the file.
func TestRecognitionIsAdoptedByASecondOfficerAndCertificatesAreCheckedOnAPage(t *testing.T) {
	h := writing(t)
	firm, who := h.firm()
	science, head := h.officer("science@node.example", "science", "340000"), h.officer("head@node.example", "head", "340000")
	h.wants(h.ask("GET", "/recognised", "", nil), 200, "还没有互认事项")
	h.wants(h.post("/recognised", science, url.Values{"list": {"Tech SME"}}), 422, "r-list")
	entry := url.Values{"list": {"tech_sme"}, "kind": {"label"}, "from": {"310000"}, "what": {"tech_sme"}, "since": {"2026-03-01"}, "basis": {"演示文件第三条"}}
	h.wants(h.post("/recognised", science, entry), 303)
	page := h.ask("GET", "/recognised", science, nil)
	h.wants(page, 200, "须由另一位人员批准", "依据未核实")
	id := regexp.MustCompile(`id="r-([0-9A-Z]{26})"`).FindStringSubmatch(page.Body.String())[1]
	if strings.Contains(h.ask("GET", "/recognised", "", nil).Body.String(), "演示文件第三条") {
		t.Error("everybody reads a proposal")
	}
	h.wants(h.post("/recognised", science, url.Values{"do": {"adopt"}, "id": {id}}), 403)
	h.wants(h.post("/recognised", firm, url.Values{"do": {"adopt"}, "id": {id}}), 403)
	h.wants(h.post("/recognised", head, url.Values{"do": {"adopt"}, "id": {id}}), 303)
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/recognised?lang=en", "", nil), 200, "Shanghai (demo)", "public entry", "counts")
	if rows := h.sheetOf(h.ask("GET", "/recognised?format=csv", "", nil)); len(rows) != 2 || rows[1][3] != "tech_sme" {
		t.Errorf("%q", rows)
	}
	h.wants(h.call("GET", "/api/v1/recognised", "", ""), 200, `"from":"310000"`, `"state":"adopted"`)

	org := who.Grants[0].Org
	var label registry.Label
	if err := h.c.DB.Act(t.Context(), func(tx *db.Tx) (err error) {
		label, err = h.c.Registry.IssueLabel(context.Background(), tx, who, registry.Label{Org: org, Label: "tech_sme", Issuer: "340000", Since: unit.Date(2026, 1, 1)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.wants(h.post("/registry/"+org+"/labels/"+string(label.ID)+"/certificate", firm, nil), 303)
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/registry/"+org, "", nil), 200, "/certificates/"+string(label.ID))
	file := h.ask("GET", "/certificates/"+string(label.ID), "", nil)
	h.wants(file, 200, "corridor certificate v1")
	text := file.Body.String()
	h.wants(h.post("/verify", "", url.Values{"certificate": {strings.ReplaceAll(text, "\n", "\r\n")}}), 200, "文件属实", org)
	h.wants(h.post("/verify", "", url.Values{"certificate": {strings.Replace(text, "tech_sme", "high_tech", 1)}}), 200, "不实", "<code>leaf</code>")
	if !federation.IsCertificate([]byte(text)) {
		t.Error("the file is no certificate")
	}
}

func TestTheRegisterShowsWhoAskedWhat(t *testing.T) {
	h := writing(t)
	admin := h.person("", "node_admin", "")
	h.wants(h.ask("GET", "/once", admin, nil), 200, "没有登记", "没有办件用到发票")
	l := federation.InvoiceLine{Seller: "12310000DEMQ000341", Number: "26312000000012345678", Line: 1, Total: 600_00, Amount: 500_00}
	if err := h.c.DB.Act(t.Context(), func(tx *db.Tx) error {
		return h.c.Federation.TakeUses(t.Context(), tx, "0000000000000000000000000A", []federation.InvoiceLine{l})
	}); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/once?lang=en", admin, nil), 200, "waits for the answer of Shanghai (demo)", "500.00", "26312000000012345678")
	h.wants(h.ask("GET", "/once?state=held", admin, nil), 200, "没有办件用到发票")
	if rows := h.sheetOf(h.ask("GET", "/once?format=csv", admin, nil)); len(rows) != 1 {
		t.Errorf("%q", rows)
	}
	firm, _ := h.firm()
	h.wants(h.ask("GET", "/once", firm, nil), 404)
	h.wants(h.call("GET", "/api/v1/once", admin, ""), 200, `"keeper":"310000"`, `"state":"waiting"`)
}

func TestADraftOfTheCommunityFileIsReadAndSignedOnItsPage(t *testing.T) {
	h := writing(t)
	admin := h.person("", "node_admin", "")
	h.wants(h.ask("GET", "/community/versions", "", nil), 200, "还没有共同体文件")
	c := federation.Community{Title: fault.Words{"演示共同体", "Demo community"}, Version: 1, From: unit.Date(2026, 3, 1), Quorum: 2}
	_, ours := corridorlog.NewKey(testOrigin)
	_, theirs := corridorlog.NewKey("31.example/log")
	for _, n := range [][2]string{{"310000", theirs}, {"340000", ours}} {
		c.Nodes = append(c.Nodes, federation.Node{Code: n[0], Name: fault.Words{"节点" + n[0], "Node " + n[0]}, URL: "http://node" + n[0], Keys: []federation.DatedKey{{Key: n[1]}}})
	}
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	h.wants(h.post("/community/versions", admin, url.Values{"do": {"show"}, "note": {"x"}}), 422, "d-note")
	h.wants(h.post("/community/versions", admin, url.Values{"do": {"show"}, "note": {text}}), 200, "还不能生效", "节点340000", "加入", "0 / 2")
	h.wants(h.post("/community/versions", admin, url.Values{"do": {"sign"}, "note": {text}}), 200, "已加本节点签名", "— "+testOrigin+" ")
	h.wants(h.post("/community/versions", admin, url.Values{"do": {"take"}, "note": {text}}), 409, "需要 2 个")
	firm, _ := h.firm()
	h.wants(h.post("/community/versions", firm, url.Values{"do": {"show"}, "note": {text}}), 404)
}
