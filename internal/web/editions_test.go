package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/schemes"
)

// nextYear are the files of the voucher as an edition of the next year with a higher limit of staff.
func nextYear(t *testing.T, swaps ...string) (out [][2]string) {
	t.Helper()
	base := strings.NewReplacer("2026-1", "2027-1", "[2026-01-01, 2026-12-31]", "[2027-01-01, 2027-12-31]", "{value: 500, basis: sme", "{value: 6000, basis: sme",
		"firm.staff: 501}", "firm.staff: 6001}", "firm.staff: 500}", "firm.staff: 6000}", "firm.staff: 5200}", "firm.staff: 7200}")
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml"} {
		b, err := fs.ReadFile(schemes.FS, "cn-340000/voucher/2026/"+name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, [2]string{name, strings.NewReplacer(append(swaps, "", "")...).Replace(base.Replace(string(b)))})
	}
	return out
}

// bring sends a pack as a browser does.
func (h *house) bring(token, do string, files [][2]string) *httptest.ResponseRecorder {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("do", do)
	w.WriteField("note", "放宽人数上限")
	for _, f := range files {
		part, err := w.CreateFormFile("file", f[0])
		if err != nil {
			h.t.Fatal(err)
		}
		io.WriteString(part, f[1])
	}
	w.Close()
	return h.ask("POST", "/editions", token, &b, "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

func TestAnEditionIsBroughtTriedAndAdoptedOnThePages(t *testing.T) {
	h := open(t)
	proposer, adopter := h.person("science@node.example", "science", ""), h.person("head@node.example", "head", "")
	wants(t, h.ask("GET", "/editions", "", nil), 200, "程序自带", "!提交待批")
	// What is wrong is shown as the compiler does: the place, the line, the caret, the sentence and what to do.
	bad := nextYear(t, "payable: {at: approve", "payable: {at: aprove")
	wants(t, h.bring(proposer, "propose", bad), 422, "scheme.yaml:", "name.unknown", "aprove", "^", "检查报告", "没有收下")
	wants(t, h.ask("GET", "/editions?lang=en", proposer, nil), 200, "by the program", "Propose", "!chip warn")
	wants(t, h.bring(proposer, "check", nextYear(t)), 200, "检查通过", "2027-1", "!<td data-k=\"状态\"><span class=\"chip warn\">待批")
	w := h.bring(proposer, "propose", nextYear(t))
	wants(t, w, 303)
	at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	page := wants(t, h.ask("GET", at, proposer, nil), 200, "待批", "放宽人数上限", "由您提交", "500", "6000", "排队", "撤回")
	wants(t, h.ask("GET", at, "", nil), 404)
	wants(t, h.post(at+"/adopt", adopter, nil), 409, "还没有试算结果")
	if _, err := h.c.Cases.RunTrial(context.Background()); err != nil {
		t.Fatal(err)
	}
	trial := regexp.MustCompile(`/trials/[0-9A-Z]{26}`).FindString(page)
	wants(t, h.ask("GET", trial, adopter, nil), 200, "谁符合", "对谁有变", "职工人数不得超过上限", "<svg")
	wants(t, h.ask("GET", trial+"/sides?format=csv", adopter, nil), 200, "由哪条规则")
	wants(t, h.ask("GET", trial, h.person("firm@node.example", "org_member", "91340100MA0DEMQ19B"), nil), 404)
	wants(t, h.post(at+"/adopt", adopter, url.Values{"reason": {"同意"}}), 303)
	wants(t, h.ask("GET", at, "", nil), 200, "已批准", "同意", "SHA-256", "!撤回这个版本")
	pack := h.ask("GET", at+"/pack", "", nil)
	z, err := zip.NewReader(bytes.NewReader(pack.Body.Bytes()), int64(pack.Body.Len()))
	if err != nil || len(z.File) != 3 {
		t.Fatalf("the pack holds %v, %v", z, err)
	}
	wants(t, h.ask("GET", "/schemes/voucher?edition=2027-1", "", nil), 200, "6000")
	// The same through the API: another edition, checked and then withdrawn.
	b, kind := zippedPack(t, nextYear(t, "2027-1", "2028-1", "[2027-01-01, 2027-12-31]", "[2028-01-01, 2028-12-31]"))
	var out struct {
		Problems []struct{ Code, Says string }
		Edition  struct{ ID, State string }
	}
	if err := json.Unmarshal([]byte(wants(t, h.ask("POST", "/api/v1/editions", proposer, bytes.NewReader(b), "Content-Type", kind), 200)), &out); err != nil || out.Edition.State != "proposed" {
		t.Fatalf("%+v %v", out, err)
	}
	wants(t, h.ask("POST", "/api/v1/editions/"+out.Edition.ID+"/withdraw", proposer, strings.NewReader(`{"reason":"再议"}`), "Content-Type", "application/json"), 200, `"withdrawn"`)
	wants(t, h.ask("POST", "/api/v1/editions/"+out.Edition.ID+"/adopt", adopter, strings.NewReader(`{}`), "Content-Type", "application/json"), 409, "casework.edition_decided")
}

func zippedPack(t *testing.T, files [][2]string) (b []byte, kind string) {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.Create("pack/" + f[0])
		if err == nil {
			_, err = io.WriteString(w, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), "application/zip"
}
