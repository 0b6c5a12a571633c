package demo

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"corridor/internal/unit"
)

var letterLink = regexp.MustCompile(`href="(/cases/[0-9A-Za-z]{20,}/letters/\d+)"`)

// read is a page in a language, zh or en, with no mark-up and one space for each gap.
func (w *walker) read(browser *http.Client, path, lang string) string {
	r, err := http.NewRequest(http.MethodGet, w.at+path, nil)
	w.ok(err)
	r.Header.Set("Accept-Language", lang)
	answer, err := browser.Do(r)
	w.ok(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	w.ok(err)
	if answer.StatusCode != http.StatusOK {
		w.fail("GET %s: %d", path, answer.StatusCode)
	}
	return html.UnescapeString(markup.ReplaceAllString(string(b), " "))
}

// reads wants texts on a page, each after its language; a plus is a gap, and what begins with ! must not stand there.
func (w *walker) reads(browser *http.Client, path string, texts []string) string {
	if path == "" {
		return "no letter is there"
	}
	lang := "zh"
	for _, text := range texts {
		if text == "zh" || text == "en" {
			lang = text
			continue
		}
		text = strings.ReplaceAll(text, "+", " ")
		text, not := strings.CutPrefix(text, "!")
		page := strings.Join(strings.Fields(w.read(browser, path, lang)), " ")
		if strings.Contains(page, text) == not {
			return fmt.Sprintf("%s should say %q in %s: %t; it says %s", path, text, lang, !not, page)
		}
	}
	return ""
}

// lastLetter is the letter of the last decision that the page of a case links to; "" if none.
func (w *walker) lastLetter(browser *http.Client, path string) (at string) {
	most := -1
	for _, m := range letterLink.FindAllStringSubmatch(w.get(browser, path), -1) {
		var no int
		if _, err := fmt.Sscanf(m[1][strings.LastIndex(m[1], "/")+1:], "%d", &no); err == nil && no > most {
			most, at = no, m[1]
		}
	}
	return at
}

var publicLink = regexp.MustCompile(`href="(/public-notices/[0-9A-Za-z]{20,})"`)

// objects says something against the newest public notice of a scheme, as anybody may, signed in or not.
func (w *walker) objects(browser *http.Client, scheme string, said []string) string {
	newest := ""
	for _, m := range publicLink.FindAllStringSubmatch(w.get(browser, "/public-notices?scheme="+scheme), -1) {
		newest = max(newest, m[1]) // an id begins with its time
	}
	if newest == "" {
		return "nothing of " + scheme + " is in public notice"
	}
	fields := url.Values{}
	for _, x := range said {
		field, value, _ := strings.Cut(x, "=")
		if !strings.Contains(w.get(browser, newest), `name="`+field+`"`) {
			return "the public notice does not ask for " + field
		}
		fields.Set(field, value)
	}
	if status, _, body := w.send(browser, newest+"/objections", fields); status != http.StatusSeeOther {
		return fmt.Sprintf("%d %s", status, markup.ReplaceAllString(problemText.FindString(body), " "))
	}
	return ""
}

// remember keeps where the accounts stand that a register looks at later.
func (w *walker) remember(register string) {
	if w.stands == nil {
		return
	}
	w.before = map[string]unit.Fen{}
	for line := range strings.Lines(register) {
		if c := strings.Fields(line); len(c) > 0 && c[0] == "books" {
			for i := 1; i+1 < len(c); i += 2 {
				w.before[c[i]] = w.stands(w.code + "/" + c[i])
			}
		}
	}
}

// balances wants that accounts have gained so many yuan since the way began: account, yuan, account, yuan.
func (w *walker) balances(want []string) {
	for i := 0; w.stands != nil && i+1 < len(want); i += 2 {
		sum, err := unit.ParseFen(want[i+1])
		w.ok(err)
		if got := w.stands(w.code+"/"+want[i]) - w.before[want[i]]; got != sum {
			w.fail("%s has gained %s, want %s", want[i], got.Yuan(), want[i+1])
		}
	}
}
