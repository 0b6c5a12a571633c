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

// TestNoLinkLeadsAnybodyToARefusal: everybody of every node opens the home page, every section that it offers and every list behind
// them, and follows the links that stand there, one of each kind. Whoever is shown a link may open it.
func TestNoLinkLeadsAnybodyToARefusal(t *testing.T) {
	patterns := patternsOf(t)
	for _, x := range []struct {
		code    string
		atLeast int // pages: a way that leads nowhere any more would let all behind it go unseen
	}{{Office, 1500}, {Shanghai, 4000}, {Jiangsu, 3000}, {Zhejiang, 2500}, {Anhui, 4000}} {
		t.Run(x.code, func(t *testing.T) {
			code := x.code
			w := openTown(t, code, dbtest.SQLite(t))
			w.play(halfWays(t, code))
			_, err := w.node.Log.Sequence(t.Context()) // receipts are given of what stands in it
			w.must(err)
			read := 0
			for _, name := range append([]string{""}, namesAt(code)...) {
				x := follower{town: w, browser: &http.Client{}, name: name, patterns: patterns, opened: map[string]bool{}}
				if name != "" {
					x.browser = w.client(name)
				}
				x.follow()
				read += len(x.opened)
			}
			t.Logf("%d pages opened", read)
			if read < x.atLeast {
				t.Errorf("only %d pages were opened", read)
			}
		})
	}
}

// patternsOf are the addresses of the operations that read, in the order of the table.
func patternsOf(t *testing.T) (all []*regexp.Regexp) {
	for _, line := range linesOf(t, "../../api/operations.txt") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == http.MethodGet {
			all = append(all, regexp.MustCompile("^"+regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ReplaceAll(f[1], ".", `\.`), `[^/]+`)+"$"))
		}
	}
	return all
}

// halfWays are the ways of a node's packs, each left in the middle, before days pass: somebody has something to do in every one.
func halfWays(t *testing.T, code string) string {
	if code == Office { // has no cases
		return ""
	}
	var lines []string
	for _, x := range walks(t, code[:2]) {
		if !x.shares() || acrossLine.MatchString(x.register) {
			continue
		}
		way, _, _ := strings.Cut(x.register, "\npasses")
		all := strings.Split(strings.TrimSpace(way), "\n")
		lines = append(lines, all[:(len(all)+1)/2]...)
	}
	return strings.Join(lines, "\n")
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

// follow opens the home page, and whatever it and the pages behind it lead to, one of each kind.
func (x *follower) follow() {
	queue := []string{"/"}
	from := map[string]string{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		page := x.open(at, from[at])
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
