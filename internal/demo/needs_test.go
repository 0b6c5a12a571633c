package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestANeedFindsItsOfferThroughThePages: a firm writes a need and publishes it in one step, sees the laboratory's offer with the
// reasons, and begins an introduction in which what both listings say is filled in; the laboratory finds the need by its offer. Pressed
// twice it is one case, and nobody else begins it.
func TestANeedFindsItsOfferThroughThePages(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		firm, lab := w.client("firm"), w.client("lab")
		enter := func(c *http.Client, kind, owner string, fields ...string) string {
			form := url.Values{"kind": {kind}, "owner": {owner}}
			for i := 0; i+1 < len(fields); i += 2 {
				form.Set("f."+fields[i], fields[i+1])
			}
			status, to, body := w.send(c, "/listings/new", form)
			if status != http.StatusSeeOther {
				w.Fatalf("a %s is not entered: %d %.400s", kind, status, body)
			}
			return to
		}
		offer := enter(lab, "technology", Lab, "name", "硫化物电解质膜卷对卷成型", "fields", "固态电池", "stage", "4", "function", "硫化物固态电解质薄膜连续成型，厚度三十微米", "ip", "本单位所有",
			"transfer", "licence", "industry_codes", "C38", "price", "800000", "region", "310115", "contact", "值班室", "phone", "021-00000000")
		if status, _, body := w.send(lab, offer+"/acts", url.Values{"act": {"submit"}, "version": {"1"}}); status != http.StatusSeeOther {
			w.Fatalf("the offer is not submitted: %.400s", body)
		}
		if status, _, body := w.send(lab, offer+"/decide", url.Values{"act": {"publish"}, "version": {"2"}}); status != http.StatusSeeOther {
			w.Fatalf("the offer is not published: %.400s", body)
		}
		need := enter(firm, "demand", ShanghaiFirm, "name", "固态电池电解质薄膜成型", "type", "enterprise", "fields", "固态电池", "industry_code", "C38", "function", "硫化物电解质做不薄，想连续成型",
			"indicator", "厚度不大于四十微米", "budget", "1000000", "deadline", "2026-12-31", "region", "310115", "contact", "经办人")
		if page := w.get(firm, need); !strings.Contains(page, "直接发布") || !strings.Contains(page, need+"/matches") {
			t.Error("the page of a need does not lead to what answers it")
		}
		id := need[strings.LastIndex(need, "/")+1:]
		status, to, body := w.send(firm, "/needs/"+id+"/publish", url.Values{"version": {"1"}})
		if status != http.StatusSeeOther || to != need+"/matches" {
			w.Fatalf("the need is not published: %d %s %.400s", status, to, body)
		}
		page := w.get(firm, to)
		first := regexp.MustCompile(`(?s)<article.*?</article>`).FindString(page)
		for _, want := range []string{"硫化物电解质膜卷对卷成型", "说到同样的", "同一行业：C38", "同一领域：固态电池", "要价在预算之内", "发起对接"} {
			if !strings.Contains(first, want) {
				t.Errorf("the best match does not say %s: %.600s", want, first)
			}
		}
		if strings.Contains(w.get(lab, to), "发起对接") {
			t.Error("somebody else may begin the introduction")
		}
		for _, x := range []struct {
			c    *http.Client
			path string
		}{{firm, "/needs"}, {firm, "/needs?mine=1"}, {firm, "/needs?format=csv"}, {firm, "/needs?industry_code=C38&type=enterprise"}, {lab, "/needs/suited"}, {lab, offer + "/matches"}} {
			if page := w.get(x.c, x.path); !strings.Contains(page, "固态电池电解质薄膜成型") {
				t.Errorf("%s does not show the need", x.path)
			}
		}
		choice := url.Values{"offer": {offer[strings.LastIndex(offer, "/")+1:]}, "key": {"once"}}
		if status, _, _ := w.send(lab, "/needs/"+id+"/introduce", choice); status == http.StatusSeeOther {
			t.Error("the other side began an introduction for the firm")
		}
		status, begun, body := w.send(firm, "/needs/"+id+"/introduce", choice)
		if status != http.StatusSeeOther {
			w.Fatalf("no introduction: %d %.400s", status, body)
		}
		if _, again, _ := w.send(firm, "/needs/"+id+"/introduce", choice); again != begun {
			t.Errorf("pressed twice it is another case: %s and %s", begun, again)
		}
		w.cases["I"] = begun
		w.play(`
firm      reach_out I                                                                  -> contacted
lab       take_up I                                                                    -> talking
firm      fills   I intended_sum=600000
firm      intend  I                                                                    -> intended
lab       confirm I                                                                    -> signing`)
	})
}
