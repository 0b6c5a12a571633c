package demo

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corridor/internal/db/dbtest"
)

var (
	anyHref = regexp.MustCompile(`<a [^>]*?href="([^"]*)"`)
	aSort   = regexp.MustCompile(`\.(by|take|page)=`) // of a whole list: the same page
	aWord   = regexp.MustCompile(`^[a-z_]*$`)
)

// follower opens what one person is led to.
type follower struct {
	*town
	browser  *http.Client
	name     string
	patterns []*regexp.Regexp // of the addresses of operations, in the order of the table
	opened   map[string]bool  // by what is asked, whichever record it is about
}

// TestNoLinkLeadsAnybodyToARefusal: everybody of a node opens the home page, every section that it offers and every list behind
// them, and follows the links that stand there, one of each kind. Whoever is shown a link may open it.
func TestNoLinkLeadsAnybodyToARefusal(t *testing.T) {
	w := openTown(t, Anhui, dbtest.SQLite(t))
	w.play(`
firm      opens    V voucher-entitlement                                               -> draft
firm      opens    A enterprise-appeal                                                 -> draft
firm      fills    A kind=permits question=诉求 confidential=true evidence=file:证据
firm      submit   A                                                                   -> received
firm      opens    J joint-fund                                                        -> draft
firm      fills    J topic=ai title=题目 leader=负责人 plan=方案 asked=300000 account=6222029998887776661
firm      submit   J                                                                   -> submitted`)
	var patterns []*regexp.Regexp
	for _, line := range linesOf(t, "../../api/operations.txt") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == http.MethodGet {
			patterns = append(patterns, regexp.MustCompile("^"+regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ReplaceAll(f[1], ".", `\.`), `[^/]+`)+"$"))
		}
	}
	read := 0
	for _, name := range append([]string{""}, namesAt(Anhui)...) {
		x := follower{town: w, browser: &http.Client{}, name: name, patterns: patterns, opened: map[string]bool{}}
		if name != "" {
			x.browser = w.client(name)
		}
		x.follow()
		read += len(x.opened)
	}
	t.Logf("%d pages opened", read)
	if read < 800 {
		t.Errorf("only %d pages were opened", read)
	}
}

// namesAt are the accounts of a node, without the part after @; of several that may do the same in the same place, the first.
func namesAt(node string) (out []string) {
	seen := map[string]bool{}
	for _, p := range People {
		if holds := p.Role + " " + p.Region + " " + p.Org; p.Node == node && (p.Role != "expert" || !seen["expert"]) && !seen[holds] {
			name, _, _ := strings.Cut(p.Email, "@")
			out, seen[holds], seen[p.Role] = append(out, name), true, true
		}
	}
	return out
}

// follow opens the home page, and whatever it and each list lead to. A list is an address that names no record.
func (x *follower) follow() {
	queue := []string{"/"}
	from := map[string]string{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		page := x.open(at, from[at])
		if x.kindOf(at) != at { // of a record, or a list that is narrowed: what stands there stands in the list too
			continue
		}
		for _, m := range anyHref.FindAllStringSubmatch(page, -1) {
			to := resolve(at, strings.ReplaceAll(m[1], "&amp;", "&"))
			key := x.asks(to)
			if to == "" || x.opened[key] {
				continue
			}
			x.opened[key], from[to] = true, at
			queue = append(queue, to)
		}
	}
}

// resolve is the address that a link of a page leads to in this node, without its place on the page; "" for none.
func resolve(at, href string) string {
	base, err := url.Parse(at)
	if err != nil || strings.HasPrefix(href, "#") {
		return ""
	}
	to, err := base.Parse(href)
	if err != nil || to.Host != "" || to.Scheme != "" || to.Query().Has("lang") || aSort.MatchString(to.RawQuery) {
		return ""
	}
	to.Fragment = ""
	return to.String()
}

// kindOf is the address with what names a record left out.
func (x *follower) kindOf(at string) string {
	path := strings.SplitN(at, "?", 2)[0]
	for _, p := range x.patterns {
		if p.MatchString(path) && !strings.Contains(p.String(), "[") {
			return path
		}
	}
	i := slices.IndexFunc(x.patterns, func(p *regexp.Regexp) bool { return p.MatchString(path) })
	if i < 0 {
		return path
	}
	return x.patterns[i].String()
}

// asks is what a link asks for: its kind, the names of what it narrows by, and their values where these are words of the pages.
func (x *follower) asks(at string) string {
	_, query, _ := strings.Cut(at, "?")
	values, _ := url.ParseQuery(query)
	for name, all := range values {
		for i, v := range all {
			if !aWord.MatchString(v) || len(values) > 1 || name == "format" {
				all[i] = "*"
			}
		}
	}
	return x.kindOf(at) + "?" + values.Encode()
}

// open opens an address and says what it answers if that is a refusal.
func (x *follower) open(at, from string) string {
	answer, err := x.browser.Get(x.at + at)
	x.must(err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	x.must(err)
	if answer.StatusCode >= http.StatusBadRequest {
		x.Errorf("%q is led from %s to %s: %d", x.name, from, at, answer.StatusCode)
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	return string(page)
}
