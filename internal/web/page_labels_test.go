package web

import (
	"context"
	"maps"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// labelBodies are the pages of labels outside a case, empty and full.
func labelBodies() map[string][]any {
	org := registry.Org{Code: testFirm, Name: someWords, Kind: "firm", Region: "340100", Synthetic: true}
	enter := registry.LabelChange{ID: someID, Batch: someID, Verb: registry.Enters, Label: registry.Label{Org: org.Code, Label: "tech_sme", Level: "A", Issuer: "<x>", Since: someDay, Until: someDay, Basis: "1号"}, Reason: "<b>", File: strings.Repeat("ab", 32), FileName: "a.pdf",
		State: registry.ChangeProposed, By: "甲", Asked: someTime}
	revoke, void, refused, list := enter, enter, enter, enter
	revoke.Batch, revoke.Verb, revoke.Day, revoke.State, revoke.Decider, revoke.Decided = someID[:25]+"B", registry.Revokes, someDay, registry.ChangeDone, "乙", someTime
	void.State, refused.State, refused.Note = registry.ChangeVoid, registry.ChangeRefused, "x"
	list.Batch, list.File = someID[:25]+"C", ""
	batch := func(c registry.LabelChange, rows int, own bool) labelBatch {
		return labelBatch{registry.LabelBatch{LabelChange: c, Rows: rows, Own: own}, someWords, someWords, 3}
	}
	line := func(c registry.LabelChange, why string) labelLine { return labelLine{c, someWords, why} }
	empty := func() labelsPage {
		return labelsPage{Enter: &form{}, Revoke: (&form{}).on("r"), List: (&form{}).on("l")}
	}
	full := empty()
	full.Enter, full.Revoke, full.List = wrong("org", "label", "level", "issuer", "since", "until", "basis", "reason", "document").on("e"), wrong("org", "label", "day", "reason", "document").on("r"), wrong("file", "reason", "document").on("l")
	full.Waits, full.Lines = []labelBatch{batch(enter, 1, false), batch(revoke, 1, true), batch(list, 5, false)}, []labelLine{line(enter, ""), line(revoke, ""), line(void, "为何"), line(refused, "")}
	full.Labels, full.Pager, full.Report = []option{{"tech_sme", "x"}}, pager{Total: 4, From: 1, To: 4}, &registry.Report{BadRows: 1}
	full.Export = exportView{"/a", "/b"}
	full.Bad = []badCell{{registry.BadCell{Row: 2, Column: "A", Header: "代码", Text: "<1>", Fault: fault.New(fault.Invalid, "registry.label")}, "错"}}
	return map[string][]any{
		"labels":      {empty(), full},
		"labelletter": {labelLetterPage{Change: enter, Org: org, Called: someWords, Title: someWords, Own: true}, labelLetterPage{Change: revoke, Org: org, Called: someWords, Title: someWords, Still: true, Proof: "https://x"}},
	}
}

// TestALabelIsEnteredAndRevokedByTwo: single and by a list, with a reason and a document, by the pages; the firm reads the letter and the
// document, and nobody else does.
func TestALabelIsEnteredAndRevokedByTwo(t *testing.T) {
	h := open(t)
	firm, _ := h.firm()
	desk, head, other := h.officer("desk@node.example", "science", "340000"), h.officer("head@node.example", "head", "340000"), h.person("other@node.example", "org_admin", "91340200MA0DEMQ27B")
	batch := func() registry.LabelBatch {
		t.Helper()
		who, err := h.c.Access.Session(context.Background(), head)
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.c.Registry.LabelBatches(context.Background(), who)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		return all[0]
	}
	decides := func(token, verb, note string, b registry.LabelBatch) *httptest.ResponseRecorder {
		return h.post("/labels", token, url.Values{"verb": {verb}, "batch": {string(b.Batch)}, "note": {note}})
	}
	document := sent{"document", "名单.txt", "公布的名单"}
	enter := url.Values{"verb": {"enter"}, "org": {testFirm}, "label": {"tech_sme"}, "issuer": {"示范认定机构"}, "since": {"2026-01-01"}, "reason": {"列入名单"}}
	h.wants(h.upload("/labels", firm, enter, document), 403)
	h.wants(h.upload("/labels", desk, enter), 422, `href="#e-document"`)
	silent := maps.Clone(enter)
	silent.Del("reason")
	h.wants(h.upload("/labels", desk, silent, document), 422, `href="#e-reason"`)
	h.wants(h.upload("/labels", desk, enter, document), 303)
	h.wants(h.upload("/labels", head, enter, document), 409)
	b := batch()
	letter := "/labels/" + string(b.ID)
	h.wants(h.ask("GET", "/labels", head, nil), 200, "列入名单", letter+"/document", "名单.txt")
	h.wants(h.ask("GET", "/", head, nil), 200, "1 项待第二人决定")
	h.wants(decides(desk, "adopt", "", b), 403)
	h.wants(h.ask("GET", letter, firm, nil), 404)
	h.wants(decides(head, "adopt", "", b), 303)
	h.wants(h.ask("GET", letter, firm, nil), 200, "科技型中小企业", "列入名单", "资质登记告知书")
	h.wants(h.ask("GET", letter+"/document", firm, nil), 200, "公布的名单")
	h.wants(h.ask("GET", letter, other, nil), 404)
	h.wants(h.ask("GET", letter+"/document", other, nil), 404)
	h.wants(h.ask("GET", "/notices", firm, nil), 200, "已登记你单位的资质")

	list, today := url.Values{"verb": {"list"}, "kind": {"revocations"}, "reason": {"复核未通过"}}, unit.DayOf(h.s.now(), unit.Beijing()).String()
	rows := func(label string) sent {
		return sent{"file", "r.csv", "代码,资质,撤销日期\n" + testFirm + "," + label + "," + today + "\n"}
	}
	h.wants(h.upload("/labels", desk, list, document, rows("high_tech")), 422, "B2", "没有有效的")
	h.wants(h.upload("/labels", desk, list, rows("tech_sme")), 422, `href="#l-document"`)
	h.wants(h.upload("/labels", desk, list, document, rows("科技型中小企业")), 303)
	b = batch()
	h.wants(decides(head, "refuse", "", b), 422)
	h.wants(decides(head, "adopt", "", b), 303)
	h.wants(h.ask("GET", "/labels/"+string(b.ID), firm, nil), 200, "起撤销", "复核未通过", "不服怎么办")
	h.wants(h.ask("GET", "/registry/"+testFirm, desk, nil), 200, "撤销 "+today)
	h.wants(decides(head, "adopt", "", b), 409)
	h.wants(h.ask("GET", "/labels?format=csv", desk, nil), 200, "复核未通过", testFirm)
	h.wants(h.call("GET", "/api/v1/labels/changes?state=done", desk, ""), 200, "revoke", "复核未通过")
	h.wants(h.call("POST", "/api/v1/labels/changes", desk, `{"verb":"enter","org":"`+testFirm+`","label":"smart_factory","issuer":"x","since":"2026-01-01","reason":"y","document_name":"a.txt","document":"eA=="}`), 200, `"state":"done"`)
}
