package demo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/federation"
)

// reads asks for an address, and says what was answered.
func (w *town) reads(who, path string) (status int, body []byte) {
	w.Helper()
	answer, err := w.client(who).Get(w.at + path)
	w.must(err)
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, body
}

// TestAFirmShowsBanksWhatItsNodeSigned: the firm sees what would be shown and agrees; the banks that it asked read it by page, file and
// operation, others do not; the file is true offline and with no byte changed; the firm sees who read it, and takes its consent back.
func TestAFirmShowsBanksWhatItsNodeSigned(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
firm      opens   Q financing-request                                                  -> draft
firm      fills   Q sum=3000000 months=12 purpose=流动资金 banks=` + BankOne + "+" + BankTwo + "+" + BankThree + `
firm      submit  Q                                                                    -> 同意向上述银行出示
firm      agrees  Q
firm      submit  Q                                                                    -> submitted`)
		page := w.cases["Q"] + "/disclosure"
		if status, _ := w.reads("bank1", page); status != http.StatusNotFound {
			t.Errorf("a bank reads before it is asked: %d", status)
		}
		w.play(`desk      pass_on Q                                                                    -> asked`)
		_, err := w.node.Log.Sequence(context.Background())
		w.must(err)
		for who, want := range map[string]int{"bank1": 200, "desk": 200, "lab": 404, "head": 403} {
			if status, body := w.reads(who, page); status != want {
				t.Errorf("%s: %d, want %d: %.300s", who, status, want, body)
			}
		}
		_, own := w.reads("firm", page)
		_, seen := w.reads("bank2", page)
		for _, x := range []string{"出示中", "有效的资质", "科技型中小企业"} {
			if !strings.Contains(string(own), x) || !strings.Contains(string(seen), x) {
				t.Errorf("the page does not say %s", x)
			}
		}
		if strings.Contains(string(seen), "谁看过") || !strings.Contains(string(own), "谁看过") {
			t.Error("who has read it is for the firm alone")
		}
		status, file := w.reads("bank2", page+"/file")
		if status != http.StatusOK {
			t.Fatalf("the file: %d %.300s", status, file)
		}
		shown, err := federation.VerifyCertificate(file, "")
		if err != nil || shown.Disclosure == nil || shown.Disclosure.Org != ShanghaiFirm || len(shown.Disclosure.Facts.Labels) == 0 || len(shown.Disclosure.For) != 3 {
			t.Fatalf("shown %+v, %v", shown.Disclosure, err)
		}
		for at := 0; at < len(file); at += 7 {
			b := bytes.Clone(file)
			b[at] ^= 1
			if _, err := federation.VerifyCertificate(b, ""); err == nil {
				t.Fatalf("byte %d (%q) may be changed", at, file[max(0, at-20):at+1])
			}
		}
		facts := bytes.Clone(file)
		facts[bytes.Index(file, []byte("\nfacts "))+20] ^= 1
		if _, err := federation.VerifyCertificate(facts, ""); fault.Of(err).Field != "facts" {
			t.Errorf("changed facts: %v", err)
		}
		if status, body := w.reads("bank3", "/api/v1"+page); status != http.StatusOK || !strings.Contains(string(body), `"state":"shown"`) {
			t.Errorf("by operation: %d %.300s", status, body)
		}
		_, own = w.reads("firm", page)
		for _, x := range []string{"签名文件", "接口", "银行客户经理二"} {
			if !strings.Contains(string(own), x) {
				t.Errorf("the firm does not read that it was read: %s", x)
			}
		}
		if status, body := w.verifies(string(file)); status != 200 || !strings.Contains(body, "有效的资质") {
			t.Errorf("checked on the page: %d %s", status, markup.ReplaceAllString(body, " "))
		}
		if status, _, body := w.send(w.client("bank1"), page+"/withdraw", nil); status == http.StatusSeeOther {
			t.Errorf("a bank takes the consent back: %.300s", body)
		}
		if status, _, body := w.send(w.client("firm"), page+"/withdraw", nil); status != http.StatusSeeOther {
			t.Fatalf("the firm takes its consent back: %d %.300s", status, body)
		}
		for _, x := range []string{page, page + "/file", "/api/v1" + page} {
			if status, _ := w.reads("bank1", x); status != http.StatusGone {
				t.Errorf("%s after the withdrawal: %d", x, status)
			}
		}
		_, err = w.node.Log.Sequence(context.Background())
		w.must(err)
		if _, body := w.verifies(string(file)); !strings.Contains(body, "已撤回") {
			t.Error("the page does not say that it was taken back")
		}
	})
}

// verifies pastes a file into the page that checks certificates.
func (w *town) verifies(file string) (int, string) {
	status, _, body := w.send(w.client("lab"), "/verify", url.Values{"certificate": {file}})
	return status, body
}
