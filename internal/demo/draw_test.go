package demo

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestAProjectIsJudgedByDrawnExpertsThroughThePages: seven stand in the pool, five are drawn, one declines and the next is
// asked; each judges alone; the draw is checked by anybody; the sum is paid.
func TestAProjectIsJudgedByDrawnExpertsThroughThePages(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens   J joint-fund                                                         -> draft
firm      fills   J topic=ai title=具身智能数据集 leader=虚构负责人甲 plan=三年方案 asked=300000 account=6222021
firm      submit  J                                                                    -> submitted`)
		if page := w.get(w.client("firm"), w.cases["J"]+"/draws"); !strings.Contains(page, "尚未抽取") {
			t.Error("no seed is promised before the draw")
		}
		if page := w.get(w.client("desk"), "/panels?scheme=joint-fund"); !strings.Contains(page, w.cases["J"]+`"`) || strings.Contains(page, "不足") {
			t.Error("the desk does not find the case among those that wait for a draw, with enough experts")
		}
		w.play(`
desk      draw    J complete=no                                                        -> 形式审查
desk      draw    J complete=yes                                                       -> reviewing
firm      answers J panel score_idea=90                                                -> the page asks for no answer`)
		page := w.get(w.client("desk"), w.cases["J"]+"/draws")
		if !strings.Contains(page, "重新抽取，结果一致") || strings.Count(page, `"chip ok">抽中`) != 5 || strings.Count(page, "备选</span>") != 2 {
			t.Errorf("the page of the draw: %d drawn, %d stand by", strings.Count(page, `"chip ok">抽中`), strings.Count(page, "备选</span>"))
		}
		if page := w.get(w.client("firm"), w.cases["J"]+"/draws"); strings.Contains(page, "评审专家 ") || !strings.Contains(page, "重新抽取，结果一致") {
			t.Error("the firm is told who judges, or cannot check the draw")
		}
		w.checkedInTheLog()
		drawn := w.drawn()
		gone := drawn[0]
		w.play(gone + ` steps_off J panel conflict 与负责人合作过`)
		if answer, err := w.client(gone).Get(w.at + w.cases["J"]); err != nil || answer.StatusCode != 404 {
			t.Errorf("who stepped off still reads the case: %v", answer.Status)
		}
		drawn = w.drawn()
		if len(drawn) != 5 {
			t.Fatalf("%v judge", drawn)
		}
		for i, name := range drawn {
			if page := w.get(w.client(name), w.cases["J"]); strings.Contains(page, "虚构负责人甲") || !strings.Contains(page, "三年方案") {
				t.Errorf("%s reads who leads it, or not the plan", name)
			}
			score := fmt.Sprint(60 + 10*i) // 60 and 100 are left out
			if i == 0 {
				w.play(name + " answers J panel score_idea=1 score_plan=1 score_team=1 -> 利害关系")
			}
			w.play(name + " answers J panel no_conflict=true score_idea=" + score + " score_plan=" + score + " score_team=" + score + " remark=意见")
		}
		if page := w.get(w.client("head"), w.cases["J"]); !strings.Contains(page, "加权平均分 <b>80</b>") {
			t.Error("the mean without the highest and the lowest is not told")
		}
		if page := w.get(w.client("head"), w.cases["J"]+"/minutes"); !strings.Contains(page, "分差") || !strings.Contains(page, "<dd>40，标准差 14.14</dd>") || strings.Count(page, "不计</span>") != 2 {
			t.Error("the minutes do not tell how far the scores lie apart, and which do not count")
		}
		if told := w.get(w.client("head"), "/api/v1"+w.cases["J"]+"/minutes"); !strings.Contains(told, `"spread":"40"`) || !strings.Contains(told, `"deviation":"14.14"`) || strings.Count(told, `"left_out":true`) != 2 || !strings.Contains(told, `"owed":"`) {
			t.Errorf("the operation tells other minutes: %s", told)
		}
		if page := w.get(w.client("firm"), w.cases["J"]+"/minutes"); strings.Contains(page, "评审专家 ") {
			t.Error("the minutes tell the firm who sat")
		}
		judge := w.client(drawn[0])
		if page := w.get(judge, "/expert"); !strings.Contains(page, "已评审") || !strings.Contains(page, "<dd>500.00 元（1 份）</dd>") {
			t.Error("an expert does not find the record and the fee")
		}
		if told := w.get(judge, "/api/v1/expert"); !strings.Contains(told, `"fee":"500.00"`) {
			t.Errorf("the operation tells another record: %s", told)
		}
		if status, _, body := w.send(judge, "/expert/ties", url.Values{"org": {SmallFirm}, "kind": {"coauthor"}, "since": {"2026-01-01"}}); status != http.StatusSeeOther || !strings.Contains(w.get(judge, "/expert"), "共同署名发表") {
			t.Errorf("an expert cannot declare a tie: %d %.300s", status, body)
		}
		w.play(`
head      approve J                                                                    -> noticed`)
		w.passes(9 * 24 * time.Hour)
		w.play(`
finance   mark_paid J                                                                  -> paid`)
		if got := w.balance(Anhui + "/bank"); got != "300000.00" {
			t.Errorf("the bank has %s", got)
		}
	})
}

// drawn are those who may answer now, by what each finds on the page of the case.
func (w *town) drawn() (out []string) {
	w.Helper()
	for _, e := range experts() {
		name, _, _ := strings.Cut(e.Email, "@")
		answer, err := w.client(name).Get(w.at + w.cases["J"])
		w.must(err)
		answer.Body.Close()
		if answer.StatusCode == 200 {
			out = append(out, name)
		}
	}
	return out
}

// checkedInTheLog opens the public entry of the draw as somebody who is not signed in.
func (w *town) checkedInTheLog() {
	w.Helper()
	ctx := w.Context()
	_, err := w.node.Log.Sequence(ctx)
	w.must(err)
	size, err := w.node.Log.Size(ctx)
	w.must(err)
	found := 0
	for i := range size {
		page := w.get(w.stranger(), fmt.Sprintf("/log/entries/%d", i))
		if strings.Contains(page, "draw.drawn") && strings.Contains(page, "只凭这一条公开内容重新抽取，结果一致") && !regexp.MustCompile("评审专家 |local:").MatchString(page) {
			found++
		}
	}
	if found != 1 {
		w.Errorf("%d public entries of a draw that anybody can check", found)
	}
}

// stranger is a browser in which nobody is signed in.
func (w *town) stranger() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar}
}
