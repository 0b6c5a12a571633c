package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"corridor/internal/unit"
)

// walkerLooks is between two looks whether what a line waits for has come.
const walkerLooks = 100 * time.Millisecond

// walker goes the ways that stand in the walk.txt of packs: it uses a node as people do, by its pages, over HTTP. A test and a tour go
// the same ways.
type walker struct {
	at, code string                        // of the node
	who      map[string]*http.Client       // signed in, by the first part of the address
	cases    map[string]string             // address of a case, by its name in the register
	clock    func() time.Time              // of the world
	move     func(days int)                // lets days pass, and what is due happen; sessions end
	again    func()                        // lets what waits happen
	shared   func(instrument string)       // enters that an instrument ran for others; nil where nobody can
	stands   func(account string) unit.Fen // what is left in an account of this node's books; nil where nobody can look
	before   map[string]unit.Fen           // what it was when the way began
	patience time.Duration                 // how long a line may wait for what comes by itself
	told     func(line, became string)
	fail     func(format string, args ...any) // does not return
}

func (w *walker) ok(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

// client is somebody's browser.
func (w *walker) client(name string) *http.Client {
	if c := w.who[name]; c != nil {
		return c
	}
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	email := ""
	for _, p := range People {
		if p.Node == w.code && strings.HasPrefix(p.Email, name+"@") {
			email = p.Email
		}
	}
	status, to, body := w.send(c, "/signin", url.Values{"email": {email}, "password": {Password}})
	for end := time.Now().Add(w.patience); status == http.StatusServiceUnavailable && time.Now().Before(end); time.Sleep(walkerLooks) {
		status, to, body = w.send(c, "/signin", url.Values{"email": {email}, "password": {Password}})
	}
	if status != http.StatusSeeOther || to == "" {
		w.fail("%s cannot sign in: %d %.300s", name, status, body)
	}
	w.who[name] = c
	return c
}

func (w *walker) get(c *http.Client, path string) string {
	answer, err := c.Get(w.at + path)
	w.ok(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	w.ok(err)
	if answer.StatusCode != http.StatusOK {
		w.fail("GET %s: %d", path, answer.StatusCode)
	}
	return string(b)
}

// send posts a form; where it leads is "" unless the answer leads on. A value that begins with file: is a file's content.
func (w *walker) send(c *http.Client, path string, fields url.Values) (status int, to, body string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if content, isFile := strings.CutPrefix(v, "file:"); isFile {
				part, err := form.CreateFormFile(name, name[2:]+".txt")
				w.ok(err)
				_, _ = part.Write([]byte(content))
			} else {
				w.ok(form.WriteField(name, v))
			}
		}
	}
	w.ok(form.Close())
	r, err := http.NewRequest(http.MethodPost, w.at+path, &b)
	w.ok(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", "zh")
	answer, err := c.Do(r)
	w.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.ok(err)
	to = answer.Header.Get("Location")
	to, _, _ = strings.Cut(to, "?")
	return answer.StatusCode, to, string(text)
}

var (
	caseLink      = regexp.MustCompile(`href="(/cases/[0-9A-Za-z]{20,})"`)
	laterRow      = regexp.MustCompile(`\.[1-9]\d*\.`)
	caseNumber    = regexp.MustCompile(`[0-9]{2}-[0-9]{2}-[0-9]{4}-[0-9X]`)
	hiddenVersion = regexp.MustCompile(`name="version" value="(\d+)"`)
	seenDigest    = regexp.MustCompile(`name="seen" value="([^"]+)"`)
	problemText   = regexp.MustCompile(`(?s)id="problems".*?</(?:section|div)>`)
	markup        = regexp.MustCompile(`<[^>]*>|\s+`)
)

// play goes through a register: who, does what, in which case, with what; behind the arrow the stage that follows, or a
// part of what is said in refusing.
//
//	firm   opens  A enterprise-appeal
//	firm   fills  A kind=money question=…
//	firm   submit A                       -> received
//	passes 14                             days; 12-15: until the day after the next 15 December
//	books  bank 0                         yuan that an account has gained, wherever it stood before
func (w *walker) play(register string) {
	for _, line := range strings.Split(register, "\n") {
		line, want, _ := strings.Cut(line, "->")
		c := strings.Fields(line)
		if len(c) == 0 || strings.HasPrefix(c[0], "#") {
			continue
		}
		if c[0] == "books" {
			w.balances(c[1:])
			continue
		}
		if c[0] == "passes" {
			w.move(w.days(c[1]))
			w.tell(line, "")
			continue
		}
		want = strings.TrimSpace(want)
		refused, got := w.goes(c, want)
		switch {
		case refused != "" && (want == "" || !strings.Contains(refused, want)):
			w.fail("%s: refused: %s", strings.TrimSpace(line), refused)
		case refused == "" && want != "" && got != want:
			w.fail("%s: the case stands in %s, want %s", strings.TrimSpace(line), got, want)
		}
		if refused != "" {
			want = "refused: " + want
		}
		w.tell(line, want) // what was not waited for may come a moment later, and is not told
	}
}

// days is how many days a line lets pass: a number, or those until the day after the next day of that month and day, 12-15.
func (w *walker) days(text string) int {
	if month, day, ok := strings.Cut(text, "-"); ok {
		m, err := strconv.Atoi(month)
		w.ok(err)
		d, err := strconv.Atoi(day)
		w.ok(err)
		today := w.clock().UTC().Truncate(24 * time.Hour)
		next := time.Date(today.Year(), time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if next.Before(today) {
			next = next.AddDate(1, 0, 0)
		}
		return int(next.Sub(today).Hours()/24) + 1
	}
	days, err := strconv.Atoi(text)
	w.ok(err)
	return days
}

// tell says what became of a line, to whoever wants to know.
func (w *walker) tell(line, became string) {
	if w.told != nil {
		w.told(strings.Join(strings.Fields(line), " "), became)
	}
}

// goes does a line, and where patience is set again as long as what it wants has not come: nodes that run do by themselves what a line may
// wait for, and go on from it before it is looked at: a stage that the case went through since is one that it came to. What was done is not
// done twice.
func (w *walker) goes(c []string, want string) (refused, stage string) {
	done, before := false, len(w.way(c[0], c[2]).History)
	for end := time.Now().Add(w.patience); ; time.Sleep(walkerLooks) {
		if !done {
			refused = w.step(c[0], c[1], c[2], c[3:])
			done = refused == ""
		}
		way := w.way(c[0], c[2])
		stage = way.Stage
		for i := before; done && i < len(way.History); i++ {
			if way.History[i].To == want {
				stage = want
			}
		}
		came := done && (want == "" || stage == want) || !done && want != "" && strings.Contains(refused, want)
		if came || !time.Now().Before(end) {
			return refused, stage
		}
	}
}

// step does one line as the page offers it, and returns what was said if it was refused.
func (w *walker) step(who, verb, name string, rest []string) string {
	browser := w.client(who)
	fields := url.Values{}
	path := w.cases[name]
	switch verb {
	case "shared": // an instrument, which ran for another firm in the year before
		w.shared(name)
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
			w.again()
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
	case "skips": // Q why: along the ranking of the round for which it waits
		return w.skips(browser, path, rest[0])
	case "closes": // P: the round for which it waits
		return w.closes(browser, path)
	case "hears": // P panel 90: everybody who was drawn answers
		return w.hears(name, rest[0], rest[1])
	case "fills":
		page := w.get(browser, path)
		version := hiddenVersion.FindStringSubmatch(page)
		if version == nil {
			return "the page does not offer a form"
		}
		fields.Set("version", version[1])
		for _, x := range rest {
			field, value, _ := strings.Cut(x, "=")
			if first := laterRow.ReplaceAllString(field, ".0."); !strings.Contains(page, `name="f.`+first+`"`) { // rows are added to the first
				return "the page does not offer the field " + field
			}
			if other, of := strings.CutPrefix(value, "#"); of { // the number of another case
				value = w.named(browser, other)
			}
			if in, day := strings.CutPrefix(value, "today"); day { // today, today+7
				days, _ := strconv.Atoi(in)
				value = w.clock().AddDate(0, 0, days).Format("2006-01-02")
			}
			fields.Set("f."+field, strings.ReplaceAll(value, "+", "\n"))
		}
		path += "/form"
	case "plans": // G 三年任务 PARTY+PARTY 隔膜量产@9
		return w.plans(browser, name, rest)
	case "proves": // G 1 报告: evidence of a task of a plan, for who verifies
		return w.onTask(browser, name, rest[0], "/done", url.Values{"evidence": {rest[1]}, "do": {"submit"}})
	case "verifies": // G 1
		return w.onTask(browser, name, rest[0], "/verdict", url.Values{"passed": {"yes"}})
	case "agrees": // Q: to what its page says would be shown
		path += "/disclosure"
		seen := seenDigest.FindStringSubmatch(w.get(browser, path))
		if seen == nil {
			return "the page does not ask to agree"
		}
		fields.Set("seen", seen[1])
	case "scores": // Q: what its page shows, by the sheet of one's own organisation
		if path += "/score"; !strings.Contains(w.get(browser, w.cases[name]+"/disclosure"), `action="`+path+`"`) {
			return "the page does not offer to score: no score sheet 还没有评分表"
		}
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
	case "reads": // Q zh 违约追回 en Recover, on the page of the case
		return w.reads(browser, path, rest)
	case "looks": // T /registry/CODE zh 登记证明 !作废, on any page
		return w.reads(browser, rest[0], rest[1:])
	case "objects": // T technology-transfer objection=…: to the newest public notice of the scheme
		return w.objects(browser, rest[0], rest[1:])
	case "letter": // Q zh 420,000 en 420,000, in the letter of the last decision
		return w.reads(browser, w.lastLetter(browser, path), rest)
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
			return "the page does not offer it" // without its name, which may hold that of a stage
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

// named is how a form names another thing of the register: a case by its number, a plan by its id.
func (w *walker) named(browser *http.Client, other string) string {
	if id, plan := strings.CutPrefix(w.cases[other], "/agreements/"); plan {
		return id
	}
	return caseNumber.FindString(w.get(browser, w.cases[other]))
}

func (w *walker) orgOf(who string) string {
	for _, p := range People {
		if p.Node == w.code && strings.HasPrefix(p.Email, who+"@") {
			return p.Org
		}
	}
	return ""
}

// stage is where a case stands, as the interface tells the same person.
func (w *walker) stage(who, name string) string { return w.way(who, name).Stage }

// caseWay is where a case stands and how it came there, oldest first.
type caseWay struct {
	Stage   string `json:"stage"`
	History []struct {
		To string `json:"to"`
	} `json:"history"`
}

// way reads a case as the API shows it to who; of one that was not opened yet it is empty.
func (w *walker) way(who, name string) (c caseWay) {
	if !strings.HasPrefix(w.cases[name], "/cases/") {
		return c
	}
	answer, err := w.client(who).Get(w.at + "/api/v1" + w.cases[name])
	w.ok(err)
	defer answer.Body.Close()
	w.ok(json.NewDecoder(answer.Body).Decode(&c))
	return c
}
