package demo

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// hidden is a text that stands in one narrowed field of one case, and nowhere else in the world.
type hidden struct {
	scheme, field string
	marks         []string
}

// showNoCase are beginnings of addresses that show no case, whoever asks: they are long, and are not read here.
var showNoCase = []string{"/static/", "/systems", "/api/v1/systems", "/calendar", "/api/v1/calendar", "/documents", "/api/v1/documents", "/knowledge", "/api/v1/knowledge",
	"/clauses", "/api/v1/clauses", "/agreements", "/api/v1/agreements", "/plans", "/api/v1/plans", "/tasks", "/api/v1/tasks", "/practical", "/api/v1/practical", "/events", "/api/openapi.json",
	"/schemes", "/api/v1/schemes", "/editions", "/api/v1/editions", "/signin", "/forgot", "/welcome", "/code", "/enrol", "/api/v1/across", "/figures", "/api/v1/figures"}

// TestWhatASchemeNarrowsStandsOnNoPage: every person of a node reads every address that can be read, and every address
// that those lead to and that has to do with cases: pages, exports, the interface, the journal, notices, payments, search.
// What is in a field that the scheme narrows to other roles is nowhere to be found.
func TestWhatASchemeNarrowsStandsOnNoPage(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens    A enterprise-appeal                                                 -> draft
firm      fills    A kind=permits question=诉求标记甲甲甲 confidential=true evidence=file:证据标记乙乙乙
firm      submit   A                                                                   -> received
window    fills    A unit=340000.science level=ordinary co_units=340000.planning
window    dispatch A                                                                   -> dispatched
science   take     A                                                                   -> handling
planning  answers  A cohandling opinion=协办标记丙丙丙
science   fills    A answer_text=答复 root_cause=process
science   answer   A                                                                   -> answered
firm      opens    J joint-fund                                                        -> draft
firm      fills    J topic=ai title=题目 leader=负责人标记丁丁丁 plan=方案标记戊戊戊 asked=300000 account=6222029998887776661
firm      submit   J                                                                   -> submitted
desk      draw     J complete=yes                                                      -> reviewing`)
		drawn := w.drawn()
		for i, name := range drawn {
			score := []string{"70", "80", "85", "90", "95"}[i]
			w.play(name + " answers J panel no_conflict=true score_idea=" + score + " score_plan=" + score + " score_team=" + score + " remark=意见")
		}
		w.play(`head approve J -> noticed`)
		w.passes(9 * 24 * time.Hour)
		finance := w.client("finance") // the account goes on a list, into the file for the treasury, and stands with the payment
		status, list, body := w.send(finance, "/payments/lists", url.Values{"case": {strings.TrimPrefix(w.cases["J"], "/cases/")}})
		if status != http.StatusSeeOther {
			t.Fatalf("the payment is not listed: %d %.300s", status, body)
		}
		for _, x := range []struct{ who, act string }{{"finance", "close"}, {"release", "release"}} {
			if status, _, body := w.send(w.client(x.who), list+"/"+x.act, nil); status != http.StatusSeeOther {
				t.Fatalf("%s of the list: %d %.300s", x.act, status, body)
			}
		}
		if page := w.get(finance, list); !strings.Contains(page, "6222029998887776661") {
			t.Fatal("the list does not hold the account: nothing is tried")
		}
		w.list = list
		_, err := w.node.Log.Sequence(context.Background())
		w.must(err)

		secrets := []hidden{{"enterprise-appeal", "question", []string{"诉求标记甲甲甲"}}, {"enterprise-appeal", "evidence", []string{"证据标记乙乙乙"}},
			{"joint-fund", "leader", []string{"负责人标记丁丁丁"}}, {"joint-fund", "plan", []string{"方案标记戊戊戊"}}, {"joint-fund", "account", []string{"6222029998887776661"}}}
		cases := map[string]string{"enterprise-appeal": w.cases["A"], "joint-fund": w.cases["J"]}
		read := 0
		for _, x := range People {
			if x.Node != Anhui {
				continue
			}
			name, _, _ := strings.Cut(x.Email, "@")
			seen := w.everyPage(name, cases)
			read += len(seen)
			for _, h := range secrets {
				if w.mayRead(x, h, drawn) {
					continue
				}
				for at, page := range seen {
					for _, mark := range h.marks {
						if strings.Contains(page, mark) {
							t.Errorf("%s reads %s of %s at %s", name, h.field, h.scheme, at)
						}
					}
				}
			}
			// Whose the appeal is stands on many pages of other things; on those of the appeal and in lists of acts it must not.
			if !slices.Contains([]string{"firm", "window", "supervise"}, name) {
				for at, page := range seen {
					if !strings.Contains(at, cases["enterprise-appeal"]) && !strings.Contains(at, strings.TrimPrefix(cases["enterprise-appeal"], "/cases/")) {
						continue
					}
					for _, mark := range []string{SmallFirm, "巢湖电池材料", "Chaohu", "小企业经办人"} {
						if strings.Contains(page, mark) {
							t.Errorf("%s is told whose the appeal is (%s) at %s", name, mark, at)
						}
					}
				}
			}
		}
		t.Logf("%d pages read", read)
		if read < 1500 {
			t.Errorf("only %d pages were read", read)
		}
	})
}

// mayRead says whether a person plays one of the roles to which a field is narrowed, or fills it in.
func (w *town) mayRead(x Person, h hidden, drawn []string) bool {
	for _, s := range w.node.Cases.Schemes() {
		if s.ID != h.scheme {
			continue
		}
		f, _ := s.Field(h.field)
		name, _, _ := strings.Cut(x.Email, "@")
		for _, role := range append([]string{f.By}, s.See[h.field].Only...) {
			r, _ := s.Roles.Get(role)
			switch {
			case r.Party != "" && x.Org == SmallFirm,
				r.Desk != "" && slices.Contains(strings.Split(x.Role, "|"), r.Desk) && (!strings.HasPrefix(r.At, "form.") || x.Org == Anhui+".science"),
				r.Seat == "panel" && slices.Contains(drawn, name), r.Seat == "cohandling" && x.Org == Anhui+".planning":
				return true
			}
		}
	}
	return false
}

var (
	hrefs   = regexp.MustCompile(`href="(/[^"#]*)`)
	ofCases = regexp.MustCompile(`^/(cases|payments|payees|notices|queue|journal|receipts|public-notices|log/entries|open|rounds|books/entries|api/v1/(cases|payments|notices|log|receipts))`)
)

// everyPage is all that somebody can read, by its address.
func (w *town) everyPage(name string, cases map[string]string) map[string]string {
	w.Helper()
	b, err := os.ReadFile("../../api/operations.txt")
	w.must(err)
	var queue []string
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "GET" || slices.ContainsFunc(showNoCase, func(p string) bool { return strings.HasPrefix(f[1], p) }) {
			continue
		}
		for _, c := range cases {
			id := strings.TrimPrefix(c, "/cases/")
			at := strings.NewReplacer("{id}", id, "{format}", "hledger", "{code}", SmallFirm).Replace(f[1])
			for _, no := range []string{"1", "2", "3", "4", "5", "6", "7"} {
				queue = append(queue, strings.ReplaceAll(at, "{no}", no))
			}
		}
	}
	queue = append(queue, "/cases?format=csv", "/queue?format=csv", "/journal?format=csv", "/cases?q=巢湖", "/cases?q=标记", "/queue?q=标记", "/api/v1/cases?q=标记", "/books/entries?format=csv",
		"/payments?format=csv", "/payments/owed?format=csv", "/payments/lists", "/payments/unanswered?format=csv", "/payments/reconcile", w.list, w.list+"/letter", w.list+"/file?format=csv", w.list+"/file?format=xlsx", "/api/v1"+w.list, "/api/v1/payments/unanswered", "/public-notices?format=csv", "/public-notices?past=1&format=csv", "/registry?q=巢湖")
	for _, c := range cases {
		queue = append(queue, "/journal?object=case/"+strings.TrimPrefix(c, "/cases/"), "/api/v1/journal?object=case/"+strings.TrimPrefix(c, "/cases/"), "/journal?format=csv&object=case/"+strings.TrimPrefix(c, "/cases/"))
	}
	seen, out := map[string]bool{}, map[string]string{}
	browser := w.client(name)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || strings.Contains(at, "{") || len(seen) > 600 {
			continue
		}
		seen[at] = true
		answer, err := browser.Get(w.at + at)
		w.must(err)
		page, err := io.ReadAll(answer.Body)
		w.must(err)
		answer.Body.Close()
		if answer.StatusCode >= http.StatusInternalServerError {
			w.Errorf("%s at %s: %d", name, at, answer.StatusCode)
		}
		if answer.StatusCode >= 400 && answer.StatusCode != http.StatusConflict && answer.StatusCode != 422 {
			continue
		}
		out[at] = string(page)
		for _, m := range hrefs.FindAllStringSubmatch(string(page), -1) {
			if to := strings.ReplaceAll(m[1], "&amp;", "&"); ofCases.MatchString(to) && !strings.Contains(to, "lang=") {
				queue = append(queue, to)
			}
		}
	}
	return out
}
