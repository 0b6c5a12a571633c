package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/dbtest"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
)

// town is one node of the world over a database of the test, used as people use it: by its pages, over HTTP.
type town struct {
	*testing.T
	node  *node.Node
	now   time.Time
	at    string
	who   map[string]*http.Client // signed in, by the first part of the address
	cases map[string]string       // address of a case, by its name in the register
	list  string                  // address of a payment list
}

// eachTown opens a jurisdiction's node on every database, with everybody and everything of the demonstration.
func eachTown(t *testing.T, code string, test func(*town)) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		w := openTown(t, code, dsn)
		test(w)
		lines, err := w.node.Cases.Audit(context.Background())
		if err != nil || len(lines) > 0 {
			t.Error("audit:", lines, err)
		}
	})
}

// openTown opens a jurisdiction's node over a database.
func openTown(t *testing.T, code, dsn string) *town {
	t.Helper()
	w := &town{T: t, now: opensOn(), who: map[string]*http.Client{}, cases: map[string]string{}}
	m := memberOf(code)
	packs, err := node.Packs()
	w.must(err)
	private, _ := corridorlog.NewKey(origin(m))
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.node, err = node.Open(context.Background(), node.Config{Node: m.face(), Dir: filepath.Join(t.TempDir(), m.Short()), DSN: dsn, Origin: origin(m), Key: private,
		Schemes: node.PacksOf(packs, code), Now: func() time.Time { return w.now }, NoCodes: true, Logger: quiet})
	w.must(err)
	t.Cleanup(func() { w.node.Close() })
	w.must(build(context.Background(), w.node, nil))
	s := httptest.NewServer(w.node.Web)
	t.Cleanup(s.Close)
	w.at = s.URL
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// passes moves the clock and lets what is due happen.
func (w *town) passes(d time.Duration) {
	w.Helper()
	w.now = w.now.Add(d)
	_, err := w.node.Cases.Tick(context.Background())
	w.must(err)
	clear(w.who) // sessions have ended
}

// client is somebody's browser.
func (w *town) client(name string) *http.Client {
	w.Helper()
	if c := w.who[name]; c != nil {
		return c
	}
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	email := ""
	for _, p := range People {
		if p.Node == w.node.Node.Code && strings.HasPrefix(p.Email, name+"@") {
			email = p.Email
		}
	}
	status, to, body := w.send(c, "/signin", url.Values{"email": {email}, "password": {Password}})
	if status != http.StatusSeeOther || to == "" {
		w.Fatalf("%s cannot sign in: %d %.300s", name, status, body)
	}
	w.who[name] = c
	return c
}

func (w *town) get(c *http.Client, path string) string {
	w.Helper()
	answer, err := c.Get(w.at + path)
	w.must(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	w.must(err)
	if answer.StatusCode != http.StatusOK {
		w.Fatalf("GET %s: %d", path, answer.StatusCode)
	}
	return string(b)
}

// send posts a form; where it leads is "" unless the answer leads on. A value that begins with file: is a file's content.
func (w *town) send(c *http.Client, path string, fields url.Values) (status int, to, body string) {
	w.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if content, isFile := strings.CutPrefix(v, "file:"); isFile {
				part, err := form.CreateFormFile(name, name[2:]+".txt")
				w.must(err)
				_, _ = part.Write([]byte(content))
			} else {
				w.must(form.WriteField(name, v))
			}
		}
	}
	w.must(form.Close())
	r, err := http.NewRequest(http.MethodPost, w.at+path, &b)
	w.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", "zh")
	answer, err := c.Do(r)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	to = answer.Header.Get("Location")
	to, _, _ = strings.Cut(to, "?")
	return answer.StatusCode, to, string(text)
}

var (
	caseLink      = regexp.MustCompile(`href="(/cases/[0-9A-Za-z]{20,})"`)
	laterRow      = regexp.MustCompile(`\.[1-9]\d*\.`)
	caseNumber    = regexp.MustCompile(`[0-9]{2}-[0-9]{2}-[0-9]{4}-[0-9X]`)
	hiddenVersion = regexp.MustCompile(`name="version" value="(\d+)"`)
	problemText   = regexp.MustCompile(`(?s)id="problems".*?</(?:section|div)>`)
	markup        = regexp.MustCompile(`<[^>]*>|\s+`)
)

// play goes through a register: who, does what, in which case, with what; behind the arrow the stage that follows, or a
// part of what is said in refusing.
//
//	firm   opens  A enterprise-appeal
//	firm   fills  A kind=money question=…
//	firm   submit A                       -> received
//	passes 14                             days
func (w *town) play(register string) {
	w.Helper()
	for _, line := range strings.Split(register, "\n") {
		line, want, _ := strings.Cut(line, "->")
		c := strings.Fields(line)
		if len(c) == 0 || strings.HasPrefix(c[0], "#") {
			continue
		}
		if c[0] == "passes" {
			days, err := time.ParseDuration(c[1] + "h")
			w.must(err)
			w.passes(24 * days)
			continue
		}
		want = strings.TrimSpace(want)
		refused := w.step(c[0], c[1], c[2], c[3:])
		switch got := w.stage(c[0], c[2]); {
		case refused != "" && (want == "" || !strings.Contains(refused, want)):
			w.Fatalf("%s: refused: %s", strings.TrimSpace(line), refused)
		case refused == "" && want != "" && got != want:
			w.Fatalf("%s: the case stands in %s, want %s", strings.TrimSpace(line), got, want)
		}
	}
}

// step does one line as the page offers it, and returns what was said if it was refused.
func (w *town) step(who, verb, name string, rest []string) string {
	w.Helper()
	browser := w.client(who)
	fields := url.Values{}
	path := w.cases[name]
	switch verb {
	case "shared": // an instrument, which ran for another firm in the year before
		w.sharedLastYear(name)
		return ""
	case "opens": // E voucher-entitlement
		w.get(browser, "/schemes/"+rest[0])
		fields.Set("scheme", rest[0])
		fields.Set("org", w.orgOf(who))
		path = "/cases"
	case "finds": // B no-application-benefit: the case that the node opened for the organisation; its work goes on in parts
		for range 20 {
			if path := caseLink.FindStringSubmatch(w.get(browser, "/cases?scheme="+rest[0])); path != nil {
				w.cases[name] = path[1]
				return ""
			}
			_, err := w.node.Cases.Tick(context.Background())
			w.must(err)
		}
		return "no case of " + rest[0] + " stands there"
	case "adds": // O under-E voucher-order
		if page := w.get(browser, w.cases[rest[0]]); !strings.Contains(page, `name="scheme" value="`+rest[1]+`"`) {
			return "the page does not offer to open " + rest[1]
		}
		fields.Set("scheme", rest[1])
		fields.Set("parent", strings.TrimPrefix(w.cases[rest[0]], "/cases/"))
		path = "/cases"
	case "calls": // P call-proposal K, which another organisation posted
		var refused string
		if path, fields, refused = w.answersCall(who, rest[0], rest[1]); refused != "" {
			return refused
		}
	case "unseals": // P head: the first asks, the second opens
		return w.unseals(who, rest[0], name)
	case "hears": // P panel 90: everybody who was drawn answers
		return w.hears(name, rest[0], rest[1])
	case "fills":
		page := w.get(browser, path)
		fields.Set("version", hiddenVersion.FindStringSubmatch(page)[1])
		for _, x := range rest {
			field, value, _ := strings.Cut(x, "=")
			if first := laterRow.ReplaceAllString(field, ".0."); !strings.Contains(page, `name="f.`+first+`"`) { // rows are added to the first
				return "the page does not offer the field " + field
			}
			if other, of := strings.CutPrefix(value, "#"); of { // the number of another case
				value = caseNumber.FindString(w.get(browser, w.cases[other]))
			}
			if value == "today" {
				value = w.now.Format("2006-01-02")
			}
			fields.Set("f."+field, strings.ReplaceAll(value, "+", "\n"))
		}
		path += "/form"
	case "answers": // A cohandling opinion=… [seat=… reason]; without a seat, the one that the page offers first
		page := w.get(browser, path)
		for _, x := range rest[1:] {
			field, value, isField := strings.Cut(x, "=")
			switch {
			case !isField:
				fields.Set("reason", x)
			case field == "seat":
				fields.Set("seat", value)
			default:
				fields.Set("a."+field, value)
			}
		}
		offered := regexp.MustCompile(`(?s)action="`+path+`/asks/`+rest[0]+`".*?name="seat" value="([^"]*)"`).FindAllStringSubmatch(page, -1)
		found := false
		for _, m := range offered {
			if fields.Get("seat") == "" {
				fields.Set("seat", m[1])
			}
			found = found || m[1] == fields.Get("seat")
		}
		if !found {
			return "the page asks for no answer"
		}
		path += "/asks/" + rest[0]
	case "steps_off": // J panel why reason
		if page := w.get(browser, path); !strings.Contains(page, path+"/asks/"+rest[0]+"/strike") {
			return "the page does not offer to take off"
		}
		fields.Set("why", rest[1])
		fields.Set("reason", rest[2])
		path += "/asks/" + rest[0] + "/strike"
	default:
		page := w.get(browser, path)
		if !strings.Contains(page, path+"/actions/"+verb+`"`) && !strings.Contains(page, `name="action" value="`+verb+`"`) {
			return "the page does not offer " + verb
		}
		fields.Set("version", hiddenVersion.FindStringSubmatch(page)[1])
		for _, x := range rest {
			if rule, answer, isAsk := strings.Cut(x, "="); isAsk {
				if !strings.Contains(page, `name="ask.`+rule+`"`) {
					return "the page does not ask " + rule
				}
				fields.Set("ask."+rule, answer)
			} else {
				fields.Set("reason", x)
			}
		}
		path += "/actions/" + verb
	}
	status, to, body := w.send(browser, path, fields)
	if status == http.StatusSeeOther {
		if path == "/cases" || verb == "calls" {
			w.cases[name] = to
		}
		return ""
	}
	said := markup.ReplaceAllString(problemText.FindString(body), " ")
	return fmt.Sprintf("%d %s", status, said)
}

func (w *town) orgOf(who string) string {
	for _, p := range People {
		if p.Node == w.node.Node.Code && strings.HasPrefix(p.Email, who+"@") {
			return p.Org
		}
	}
	return ""
}

// stage is where a case stands, as the interface tells the same person.
func (w *town) stage(who, name string) string {
	w.Helper()
	if w.cases[name] == "" {
		return ""
	}
	answer, err := w.client(who).Get(w.at + "/api/v1" + w.cases[name])
	w.must(err)
	defer answer.Body.Close()
	var c struct {
		Stage string `json:"stage"`
	}
	w.must(json.NewDecoder(answer.Body).Decode(&c))
	return c.Stage
}
