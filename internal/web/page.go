package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages holds every template twice, once for each language, so that {{t "中文" "English"}} costs nothing.
type pages struct{ zh, en map[string]*template.Template }

func (p *pages) of(lang fault.Lang, name string) *template.Template {
	if lang == fault.EN {
		return p.en[name]
	}
	return p.zh[name]
}

// allPages are the pages of this program, read once: they are the same for every node that runs in it.
var allPages = sync.OnceValues(parsePages)

// parsePages reads every page in both languages. The layout and its parts are parsed once for a language; a page is a copy of
// them with its own file added.
func parsePages() (*pages, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{zh: map[string]*template.Template{}, en: map[string]*template.Template{}}
	for lang, set := range map[fault.Lang]map[string]*template.Template{fault.ZH: p.zh, fault.EN: p.en} {
		around, err := template.New("layout.html").Funcs(functions(lang)).ParseFS(templateFiles, "templates/layout.html", "templates/part-*.html")
		if err != nil {
			return nil, err
		}
		for _, file := range names {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if name == "layout" || strings.HasPrefix(name, "part-") {
				continue
			}
			page, err := around.Clone()
			if err == nil {
				set[name], err = page.ParseFS(templateFiles, file)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return p, nil
}

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
}

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
	t := v.s.pages.of(v.lang, name)
	if t == nil {
		return fmt.Errorf("there is no template %q", name)
	}
	neighbours, err := v.s.c.Federation.State(v.ctx())
	if err != nil {
		return fmt.Errorf("state of the neighbours: %w", err)
	}
	f := frame{Lang: v.lang, Node: v.s.c.Node, Who: v.who, Title: title, Path: v.path(), Neighbours: neighbours,
		Nav: v.nav(), Crumbs: v.crumbs, Assets: v.s.assets, Now: v.now(), CanAdvance: v.s.c.Clock != nil,
		Roles: v.roles(), Done: doneText(v), Problems: v.problems, Script: v.island, Body: body}
	if f.Unread, err = v.unread(); err != nil {
		return err
	}
	f.OtherLang, f.SameLang = v.inLang(other(v.lang)), v.inLang(v.lang)
	var b bytes.Buffer
	if err := t.Execute(&b, f); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	whole, file, err := v.lists(b.Bytes())
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

// script names one of our static scripts, which makes the page quicker for who has scripts; it works without.
func (v *visit) script(name string) { v.island = name }
