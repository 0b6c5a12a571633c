package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A part list is a table of which a room hands over one page at a time: its links to the pages before and after stand below it.
// It sorts, narrows and is taken as every other list. What is asked of one page alone would show something that is not so; so when
// it is asked, all pages of the room are read one after another, as whoever asks would read them, and their rows make a whole list.
// Nothing is asked of a room or a template for it. docs/decisions/0124 says why.

const (
	gatheredMax = 2000 // rows that are gathered; what is beyond is said, and the room's own filters narrow to it
	gatherPages = 100
)

// cursors are the words in an address that say where in a list of a room one is.
var cursors = []string{"page", "after", "before", "uses", "claims", "questions", "kept", "held"}

// footOfPart is where the links to other pages of a table's room stand, right below it; nought where there are none.
func footOfPart(page []byte, end int) (from, to int) {
	rest := page[end:]
	if next := bytes.Index(rest, []byte("<table")); next >= 0 {
		rest = rest[:next]
	}
	nav := bytes.Index(rest, []byte(`<nav class="pager`))
	if nav < 0 {
		return 0, 0
	}
	for _, other := range []string{"<h2", "<section", "<article"} { // then it is the foot of what stands there
		if at := bytes.Index(rest, []byte(other)); at >= 0 && at < nav {
			return 0, 0
		}
	}
	shut := bytes.Index(rest[nav:], []byte("</nav>"))
	if shut < 0 {
		return 0, 0
	}
	foot := rest[nav : nav+shut]
	if !bytes.Contains(foot, []byte(`rel="next"`)) && !bytes.Contains(foot, []byte(`rel="prev"`)) {
		return 0, 0
	}
	return end + nav, end + nav + shut + len("</nav>")
}

// asks says whether anything is asked of a list: an order, words, a file.
func (l *wholeList) asks(q url.Values) bool {
	return q.Get(l.name+".by") != "" || strings.TrimSpace(q.Get(l.name+".find")) != "" || q.Has(l.name+".take")
}

// gather reads the rows of every page of a part list, from the first, until there are no more or too many.
func (v *visit) gather(l *wholeList, no int) error {
	q := v.r.URL.Query()
	for name := range q {
		if slices.Contains(cursors, name) || strings.Contains(name, ".") || name == "done" {
			q.Del(name)
		}
	}
	l.rows = nil
	at := v.path() + "?" + q.Encode()
	for range gatherPages {
		page, err := v.readPage(at)
		if err != nil {
			return err
		}
		found, next := partOf(page, no)
		l.rows = append(l.rows, found...)
		if at = next; at == "" {
			return nil
		}
		if len(l.rows) >= gatheredMax {
			break
		}
	}
	l.more = true
	return nil
}

// partOf are the rows of the table of a page, the n-th of its tables from 1, and the address of the page after it.
func partOf(page []byte, n int) (rows []rowOfList, next string) {
	at := max(bytes.Index(page, []byte(`<main`)), 0)
	for ; n > 0; n-- {
		start := bytes.Index(page[at:], []byte("<table"))
		if start < 0 {
			return nil, ""
		}
		start += at
		end := bytes.Index(page[start:], []byte("</table>"))
		if end < 0 {
			return nil, ""
		}
		at = start + end + len("</table>")
		if n == 1 {
			_, l := readList(page, start, at)
			from, to := footOfPart(page, at)
			return l.rows, linkOf(page[from:to], `rel="next"`)
		}
	}
	return nil, ""
}

// linkOf is the address of the link in a piece of a page that has a mark; "" for none.
func linkOf(piece []byte, mark string) string {
	m := bytes.Index(piece, []byte(mark))
	if m < 0 {
		return ""
	}
	_, tag, _ := strings.Cut(string(piece[max(bytes.LastIndexByte(piece[:m], '<'), 0):]), `href="`)
	href, _, _ := strings.Cut(tag, `"`)
	return html.UnescapeString(href)
}

// pageRead is an answer that is kept instead of sent.
type pageRead struct {
	head http.Header
	body bytes.Buffer
	code int
}

func (p *pageRead) Header() http.Header         { return p.head }
func (p *pageRead) WriteHeader(code int)        { p.code = code }
func (p *pageRead) Write(b []byte) (int, error) { return p.body.Write(b) }

// readPage is a page of this node as whoever asks would be answered.
func (v *visit) readPage(at string) ([]byte, error) {
	r, err := http.NewRequestWithContext(v.ctx(), http.MethodGet, at, nil)
	if err != nil {
		return nil, fmt.Errorf("page %s of a list: %w", at, err)
	}
	r.Header, r.RemoteAddr, r.Host, r.RequestURI = v.r.Header.Clone(), v.r.RemoteAddr, v.r.Host, at
	r.Header.Del("Accept-Encoding")
	p := &pageRead{head: http.Header{}, code: http.StatusOK}
	v.s.mux.ServeHTTP(p, r)
	if p.code != http.StatusOK {
		return nil, fmt.Errorf("page %s of a list: answered %d", at, p.code)
	}
	return p.body.Bytes(), nil
}
