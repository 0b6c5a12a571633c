package web

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/casework"
)

func TestAnybodyReadsAPublicNoticeAndObjects(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c := h.filed(who)
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	h.wants(h.ask("GET", "/public-notices", "", nil), 200, "现在没有公示")
	h.wants(h.post("/cases/"+string(c.ID)+"/actions/approve", desk, nil), 303)
	if _, err := h.c.Log.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	list := h.ask("GET", "/public-notices", "", nil)
	h.wants(list, 200, "演示公示事项", "合肥", "展示")
	at := regexp.MustCompile(`/public-notices/[0-9A-Z]{26}`).FindString(list.Body.String())
	page := h.ask("GET", at, "", nil)
	h.wants(page, 200, "提出异议", "/log/entries/", `name="objection"`)
	for _, secret := range []string{c.No, string(c.ID), testFirm, "演示企业", "试用"} {
		if strings.Contains(page.Body.String(), secret) || strings.Contains(list.Body.String(), secret) {
			t.Errorf("the public reads %q", secret)
		}
	}
	for _, path := range []string{"/public-notices?format=docx", at + "?format=docx"} {
		if text := documentText(t, h.ask("GET", path, "", nil).Body.Bytes()); !strings.Contains(text, "合肥") || !strings.Contains(text, "异议") {
			t.Errorf("%s says %.300s", path, text)
		}
	}
	if rows := h.sheetOf(h.ask("GET", "/public-notices?format=csv", "", nil)); len(rows) != 2 {
		t.Errorf("the file holds %v", rows)
	}

	h.wants(h.post(at+"/objections", "", url.Values{"objection": {" "}, "name": {"某人"}}), 422, `id="objection-e"`, `value="某人"`)
	w := h.post(at+"/objections", "", url.Values{"objection": {"所述不实"}, "name": {"某人"}, "contact": {"x@example.com"}})
	h.wants(w, 303)
	receipt := w.Header().Get("Location")
	h.wants(h.ask("GET", receipt, "", nil), 200, "异议回执", "所述不实", "经办人正在核查")
	h.wants(h.ask("GET", "/cases/"+string(c.ID), desk, nil), 200, "收到的异议", "某人", "x@example.com")
	firm := h.ask("GET", "/cases/"+string(c.ID), token, nil)
	h.wants(firm, 200, "所述不实")
	if strings.Contains(firm.Body.String(), "某人") {
		t.Error("the firm reads who objected")
	}
	h.wants(h.ask("GET", "/public-notices?past=yes", "", nil), 200, "提出异议")
	id := strings.TrimPrefix(at, "/public-notices/")
	h.wants(h.call("GET", "/api/v1/public-notices?past=true", "", ""), 200, id, `"how":"object"`)
	h.wants(h.call("GET", "/api/v1/public-notices/"+id, "", ""), 200, `"asks":["objection"]`)
	h.wants(h.call("POST", "/api/v1/public-notices/"+id+"/objections", "", `{"fields":{"objection":"又一条"}}`), 200, `"id":"`)
	if _, err := h.c.Cases.Act(context.Background(), who, c.ID, casework.Action{Name: "withdraw"}); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", receipt, "", nil), 200, "已经处理")
	h.wants(h.ask("GET", "/public-notices/0000000000000000000000000A", "", nil), 404)
}

// documentText is what stands in a word-processing document.
func documentText(t *testing.T, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(f)
	return string(text)
}
