package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// frame is what layout.html shows around every page.
type frame struct {
	Lang       fault.Lang
	Node       Node
	Who        access.Actor
	Title      string
	Path       string
	OtherLang  string // address of this page in the other language
	SameLang   string // address of this page in this language
	Nav        []navGroup
	Crumbs     []navItem // the way from the home page, this page left out
	Neighbours []federation.Neighbour
	Assets     map[string]string
	Now        time.Time
	CanAdvance bool
	Roles      string // of who is signed in
	Unread     string // how many notices wait for them; "" for none
	Done       string // what was just done, said once
	Problems   []problemView
	Script     string // of our static files, "" for none
	Body       any
	leads      func(path string) bool
}

// Leads says whether a page may lead whoever reads it to another that names no record: nobody is led to a refusal.
func (f frame) Leads(path string) bool { return f.leads == nil || f.leads(path) }

// problemView is one line of what is wrong with what was sent, and the place on the page where it can be mended.
type problemView struct{ Sentence, Anchor string }

type navGroup struct {
	Name  string
	Items []navItem
	Open  bool // its pages are shown at once; else its name opens them
}

type navItem struct {
	Path, Name string
	Here       bool
}

func (v *visit) t(zh, en string) string { return fault.Words{zh, en}.In(v.lang) }

// status is the code that the page will be answered with; nothing is written before the page is whole.
func (v *visit) status(code int) { v.code = code }

// show renders a page into memory first, so that a failing template is an error and not half a page.
func (v *visit) show(name, title string, body any) error {
	t, err := v.s.pages.of(v.lang, name)
	if err != nil {
		return err
	}
	neighbours, err := v.s.c.Federation.Rail(v.ctx())
	if err != nil {
		return err
	}
	f := frame{Lang: v.lang, Node: v.s.c.Node, Who: v.who, Title: title, Path: v.path(), Neighbours: neighbours,
		Nav: v.nav(), Crumbs: v.way(), leads: v.opens, Assets: v.s.assets, Now: v.now(), CanAdvance: v.s.c.Clock != nil,
		Roles: v.roles(), Done: doneText(v), Problems: v.problems, Script: v.island, Body: body}
	if f.Unread, err = v.unread(); err != nil {
		return err
	}
	f.OtherLang, f.SameLang = v.inLang(other(v.lang)), v.inLang(v.lang)
	b, listed := buffer(), buffer()
	defer giveBuffer(b)
	defer giveBuffer(listed)
	if err := t.Execute(b, f); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	whole, file, err := v.lists(b.Bytes(), listed)
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if file != nil {
		return v.sendAs(file, file.As)
	}
	if v.w.Header().Get("Content-Type") == "" {
		v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	keepLanguage(v.w, v.r)
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Content-Language", map[fault.Lang]string{fault.ZH: "zh-CN", fault.EN: "en"}[v.lang])
	return v.writePage(whole)
}

const bufferMax = 1 << 20 // bytes of a buffer that is kept for the next page

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// buffer is an empty one; giveBuffer takes it back, once nothing looks at its bytes any more.
func buffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func giveBuffer(b *bytes.Buffer) {
	if b.Cap() <= bufferMax {
		buffers.Put(b)
	}
}

// path is the page that can be asked for again: for a form that was refused, the page it stands on.
func (v *visit) path() string {
	switch {
	case v.r.Method == http.MethodGet:
		return v.r.URL.Path
	case v.back != "":
		return v.back
	}
	return "/"
}

// inLang is the address of this page in a language, what it asks for kept.
func (v *visit) inLang(l fault.Lang) string {
	q := url.Values{}
	if v.r.Method == http.MethodGet {
		q = v.r.URL.Query()
		q.Del("done")
	}
	q.Set("lang", string(l))
	return v.path() + "?" + q.Encode()
}

// under adds a page to the way from the home page to this one.
func (v *visit) under(path, zh, en string) {
	v.crumbs = append(v.crumbs, navItem{Path: path, Name: v.t(zh, en)})
}

// way is the way from the home page, without what this person cannot open.
func (v *visit) way() []navItem {
	return slices.DeleteFunc(slices.Clone(v.crumbs), func(i navItem) bool { return !v.opens(i.Path) })
}

// script names one of our static scripts, which makes the page quicker for who has scripts; it works without.
func (v *visit) script(name string) { v.island = name }
