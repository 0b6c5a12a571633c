package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/schemes"
)

var scoreLink = regexp.MustCompile(`href="(/scores/[0-9A-Z]{26})"`)

// TestABankScoresByASheetOfItsOwn: a bank brings its sheet by pages, is told what is wrong with a bad one, scores what a firm shows to it, and
// nobody else comes to the sheet or to what it gave: not the firm, another bank or the desk that passed the request on.
func TestABankScoresByASheetOfItsOwn(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
firm      opens   Q financing-request                                                  -> draft
firm      fills   Q sum=3000000 months=12 purpose=流动资金 banks=` + BankOne + "+" + BankTwo + "+" + BankThree + `
firm      agrees  Q
firm      submit  Q                                                                    -> submitted
desk      pass_on Q                                                                    -> asked
bank2     scores  Q                                                                    -> 还没有评分表`)
		text, err := schemes.FS.ReadFile("sheets/demo-bank/sheet.yaml")
		w.must(err)
		own := strings.Replace(string(text), BankOne, BankTwo, 1)
		bring := func(text, do string) (int, string) {
			status, _, body := w.send(w.client("bank2"), "/scores", url.Values{"org": {BankTwo}, "do": {do}, "file": {"file:" + text}})
			return status, body
		}
		if _, body := w.reads("bank2", "/scores"); !strings.Contains(string(body), "还没有评分表") || strings.Contains(string(body), "科创贷评分表") {
			t.Error("a bank without a sheet reads another's, or is not told that it has none")
		}
		if status, body := bring(strings.Replace(own, "paid.cases", "firm.staff", 1), "keep"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "firm.staff") || !strings.Contains(body, "sheet.yaml:23:") {
			t.Errorf("a bad sheet: %d %.600s", status, markup.ReplaceAllString(body, " "))
		}
		if status, body := bring(string(text), "keep"); status != http.StatusUnprocessableEntity || !strings.Contains(body, BankOne) {
			t.Errorf("the sheet of another bank: %d", status)
		}
		if status, body := bring(own, "check"); status != http.StatusOK || !strings.Contains(body, "检查通过") {
			t.Errorf("a sound sheet, checked: %d", status)
		}
		if status, _ := bring(own, "keep"); status != http.StatusSeeOther {
			t.Errorf("a sound sheet, kept: %d", status)
		}
		w.play(`bank2     scores  Q                                                                    -> asked`)

		page := w.cases["Q"] + "/disclosure"
		_, body := w.reads("bank2", page)
		for _, x := range []string{"本行评分 <span class=\"small\">25<", "科技型中小企业", "未核实", "有效的资质"} {
			if !strings.Contains(string(body), x) {
				t.Errorf("beside what is shown the bank does not read %s", x)
			}
		}
		score := scoreLink.FindStringSubmatch(string(body))
		if score == nil {
			t.Fatal("no way to the score by itself")
		}
		_, list := w.reads("bank2", "/scores")
		sheet := regexp.MustCompile(`href="(/scores/sheets/[0-9A-Z]{26})"`).FindStringSubmatch(string(list))
		if sheet == nil || !strings.Contains(string(list), score[1]) {
			t.Fatal("neither sheet nor score stands on the bank's page")
		}
		mine := []string{score[1], sheet[1], "/api/v1" + score[1], "/api/v1/scores?org=" + BankTwo}
		for _, path := range mine {
			if status, body := w.reads("bank2", path); status != http.StatusOK {
				t.Errorf("the bank itself: %s: %d %.300s", path, status, body)
			}
			for _, other := range []string{"firm", "bank1", "bank3", "desk", "head"} {
				if status, _ := w.reads(other, path); status != http.StatusNotFound {
					t.Errorf("%s reads %s: %d", other, path, status)
				}
			}
		}
		for _, who := range []string{"firm", "bank1", "desk"} {
			_, body := w.reads(who, page)
			if strings.Contains(string(body), score[1]) || strings.Contains(string(body), ">25<") {
				t.Errorf("%s reads what the sheet of bank 2 gave", who)
			}
			if said := strings.Contains(string(body), "按自己的评分表"); who == "firm" && !said {
				t.Error("the firm does not read that it was scored")
			}
		}
		if status, _, _ := w.send(w.client("firm"), page+"/withdraw", nil); status != http.StatusSeeOther {
			t.Fatalf("the firm takes its consent back: %d", status)
		}
		if status, _ := w.reads("bank2", page); status != http.StatusGone {
			t.Errorf("the bank reads what was taken back: %d", status)
		}
		if status, _, _ := w.send(w.client("bank2"), w.cases["Q"]+"/score", nil); status != http.StatusGone {
			t.Errorf("what was taken back is scored: %d", status)
		}
		if status, body := w.reads("bank2", score[1]); status != http.StatusOK || strings.Contains(string(body), "有效的资质") {
			t.Errorf("its own points: %d", status)
		}
	})
}
