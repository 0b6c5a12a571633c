package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// answersCall opens a case under a call that another organisation posted, as the page of the call offers it.
func (w *walker) answersCall(who, scheme, call string) (path string, fields url.Values, refused string) {
	id := strings.TrimPrefix(w.cases[call], "/cases/")
	browser := w.client(who)
	if !strings.Contains(w.get(browser, "/calls"), "/calls/"+id) {
		return "", nil, "the call is not listed"
	}
	if page := w.get(browser, "/calls/"+id); !strings.Contains(page, `name="scheme" value="`+scheme+`"`) {
		return "", nil, "the page does not offer to answer with " + scheme
	}
	return "/calls/" + id, url.Values{"scheme": {scheme}, "org": {w.orgOf(who)}}, ""
}

// unseals has what is sealed in a case opened by two persons: the first asks for it, the second opens.
func (w *walker) unseals(first, second, name string) string {
	path := w.cases[name] + "/sealed"
	for _, x := range []struct {
		who, path string
		fields    url.Values
	}{{first, path, url.Values{"reason": {"揭榜截止，开启方案"}}}, {second, path + "/open", nil}} {
		if status, _, body := w.send(w.client(x.who), x.path, x.fields); status != http.StatusSeeOther {
			return markup.ReplaceAllString(problemText.FindString(body), " ")
		}
	}
	return ""
}

var scorePart = regexp.MustCompile(`name="a\.(score_[a-z_]+)"`)

// hears lets everybody who was drawn in a case answer with one score for each part.
func (w *walker) hears(name, ask, score string) string {
	heard := false
	for _, e := range experts() {
		who, _, _ := strings.Cut(e.Email, "@")
		answer, err := w.client(who).Get(w.at + w.cases[name])
		w.ok(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			continue
		}
		page := w.get(w.client(who), w.cases[name])
		if !strings.Contains(page, w.cases[name]+"/asks/"+ask+`"`) {
			continue
		}
		rest := []string{ask, "no_conflict=true", "remark=意见"}
		for _, m := range scorePart.FindAllStringSubmatch(page, -1) {
			rest = append(rest, m[1]+"="+score)
		}
		if refused := w.step(who, "answers", name, rest); refused != "" {
			return refused
		}
		heard = true
	}
	if !heard {
		return "nobody was asked"
	}
	return ""
}
