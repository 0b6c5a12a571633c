package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestAPublishedNeedOfACaseMeetsOffers: what an organiser publishes stands among the needs; the firm and the organiser see ranked offers
// with reasons on the page of the case, a button fills the solver, and the need follows the case: away while they talk, open again when the
// solver turns it down, withdrawn at the end. Nobody changes it but the case.
func TestAPublishedNeedOfACaseMeetsOffers(t *testing.T) {
	eachTown(t, Jiangsu, func(w *town) {
		firm, lab, desk := w.client("firm"), w.client("lab"), w.client("desk")
		w.offersCoating(lab)
		w.play(`
firm      opens   N innovation-challenge                                               -> draft
firm      fills   N field=materials need=隔膜涂层孔径不匀，想让孔径均匀 now=偏差百分之十五 wanted=偏差不高于百分之五 test=压汞法 budget=800000
firm      submit  N                                                                    -> submitted`)
		page := w.cases["N"]
		if strings.Contains(w.get(firm, page), "谁能解决") {
			t.Error("a need that is not published is matched")
		}
		w.play(`desk publish N real_need=yes measurable=yes -> published`)
		for name, c := range map[string]*http.Client{"firm": firm, "desk": desk} {
			shown := demandPart(w.get(c, page))
			for _, want := range []string{"隔膜涂层造孔工艺", "说到同样的", "要价在预算之内"} {
				if !strings.Contains(shown, want) {
					t.Errorf("the %s does not read %s beside the case: %.800s", name, want, shown)
				}
			}
			if fills := strings.Contains(shown, "填入：解决方"); fills != (name == "firm") {
				t.Errorf("the %s may fill the solver: %v", name, fills)
			}
		}
		need := regexp.MustCompile(`href="(/listings/[0-9A-Za-z]{20,})/matches"`).FindStringSubmatch(w.get(firm, page))
		if need == nil {
			t.Fatal("the case does not lead to its need")
		}
		if page := w.get(lab, "/needs/suited"); !strings.Contains(page, "隔膜涂层孔径不匀") {
			t.Error("the laboratory does not find the need by its offer")
		}
		if page := w.get(firm, need[1]); strings.Contains(page, need[1]+"/edit") || !strings.Contains(page, "由办件发布") || strings.Contains(w.get(firm, need[1]+"/matches"), "发起对接") {
			t.Error("the need of a case can be changed or introduced beside it")
		}
		shown := demandPart(w.get(firm, page))
		form := url.Values{"version": {hiddenVersion.FindStringSubmatch(shown)[1]}, "f.solver": {regexp.MustCompile(`name="f.solver" value="([^"]+)"`).FindStringSubmatch(shown)[1]}}
		if status, _, body := w.send(firm, page+"/form", form); status != http.StatusSeeOther {
			w.Fatalf("the button does not fill the solver: %d %.400s", status, body)
		}
		if !strings.Contains(demandPart(w.get(firm, page)), "已填入") {
			t.Error("the offer is not shown as the one that is filled in")
		}
		among := func(c *http.Client) bool { return strings.Contains(w.get(c, "/needs"), "隔膜涂层孔径不匀") }
		w.play(`firm introduce N -> introduced`)
		if among(lab) || !strings.Contains(w.get(firm, need[1]), "办件") {
			t.Error("the need stands open while the solver is asked")
		}
		w.play(`lab turn_down N 排期已满 -> published`)
		if !among(lab) {
			t.Error("the need does not stand open again")
		}
		w.play(`firm withdraw N -> dropped`)
		if among(lab) || !strings.Contains(demandPart(w.get(firm, page)), "现在不在") {
			t.Error("the need outlives its case")
		}
	})
}

// offersCoating publishes what answers the need of the test.
func (w *town) offersCoating(lab *http.Client) {
	form := url.Values{"kind": {"technology"}, "owner": {JiangsuLab}}
	for _, x := range [][2]string{{"name", "隔膜涂层造孔工艺"}, {"fields", "新材料"}, {"stage", "4"}, {"function", "锂电池隔膜涂层造孔，孔径均匀，偏差百分之三"}, {"ip", "本单位所有"},
		{"transfer", "licence"}, {"industry_codes", "C38"}, {"price", "500000"}, {"region", "320500"}, {"contact", "值班室"}, {"phone", "0512-00000000"}} {
		form.Set("f."+x[0], x[1])
	}
	status, offer, body := w.send(lab, "/listings/new", form)
	if status != http.StatusSeeOther {
		w.Fatalf("the offer is not entered: %d %.400s", status, body)
	}
	for _, x := range [][3]string{{"/acts", "submit", "1"}, {"/decide", "publish", "2"}} {
		if status, _, body := w.send(lab, offer+x[0], url.Values{"act": {x[1]}, "version": {x[2]}}); status != http.StatusSeeOther {
			w.Fatalf("the offer is not published: %.400s", body)
		}
	}
}

var demandSection = regexp.MustCompile(`(?s)<section[^>]*id="demand".*?</section>`)

// demandPart is what the page of a case shows of who can help.
func demandPart(page string) string { return demandSection.FindString(page) }
