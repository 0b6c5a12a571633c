package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var (
	roundLink  = regexp.MustCompile(`href="(/rounds/[0-9a-f]{16}-[0-9-]{10})"`)
	hiddenPlan = regexp.MustCompile(`name="plan" value="([0-9a-f]+)"`)
)

// roundOf is the page of the round for which a case waits.
func (w *walker) roundOf(browser *http.Client, path string) (at, page, refused string) {
	found := roundLink.FindStringSubmatch(w.get(browser, path))
	if found == nil {
		return "", "", "the case waits for no round"
	}
	return found[1], w.get(browser, found[1]), ""
}

// skips passes over a case along the ranking, as the page of its round offers it.
func (w *walker) skips(browser *http.Client, path, why string) string {
	at, page, refused := w.roundOf(browser, path)
	to := at + path + "/pass-over" // /rounds/ID/cases/ID/pass-over
	if refused == "" && !strings.Contains(page, `action="`+to+`"`) {
		refused = "the page does not offer to pass over"
	}
	if refused != "" {
		return refused
	}
	return w.sends(browser, to, url.Values{"reason": {why}})
}

// closes closes the round for which a case waits, as its page shows it.
func (w *walker) closes(browser *http.Client, path string) string {
	at, page, refused := w.roundOf(browser, path)
	plan := hiddenPlan.FindStringSubmatch(page)
	if refused == "" && plan == nil {
		refused = "the page does not offer to close the round"
	}
	if refused != "" {
		return refused
	}
	return w.sends(browser, at+"/close", url.Values{"plan": {plan[1]}})
}

// sends posts a form, and returns what was said if it was refused.
func (w *walker) sends(browser *http.Client, path string, fields url.Values) string {
	status, _, body := w.send(browser, path, fields)
	if status == http.StatusSeeOther {
		return ""
	}
	return fmt.Sprintf("%d %s", status, markup.ReplaceAllString(problemText.FindString(body), " "))
}
