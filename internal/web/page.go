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
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages holds every template twice, once for each language, so that {{t "中文" "English"}} costs nothing.
type pages struct{ zh, en map[string]*template.Template }

func (p *pages) of(lang fault.Lang, name string) *template.Template {
	if lang == fault.EN {
		return p.en[name]
	}
	return p.zh[name]
}

func parsePages() (*pages, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{zh: map[string]*template.Template{}, en: map[string]*template.Template{}}
	for lang, set := range map[fault.Lang]map[string]*template.Template{fault.ZH: p.zh, fault.EN: p.en} {
		for _, file := range names {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if name == "layout" || strings.HasPrefix(name, "part-") {
				continue
			}
			t, err := template.New("layout.html").Funcs(functions(lang)).
				ParseFS(templateFiles, "templates/layout.html", "templates/part-*.html", file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			set[name] = t
		}
	}
	return p, nil
}

// functions are the few things a template may do besides showing.
func functions(lang fault.Lang) template.FuncMap {
	return template.FuncMap{
		"t":     func(zh, en string) string { return fault.Words{zh, en}.In(lang) },
		"words": func(w [2]string) string { return fault.Words(w).In(lang) },
		"yuan":  func(f unit.Fen) string { return f.String() },
		"time":  func(t time.Time) string { return showTime(t, lang) },
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"day":   func(d unit.Day) string { return d.String() },
		"short": func(s string) string { return shortDigest(s) },
		"query": url.QueryEscape,
		"add":   func(a, b int) int { return a + b },
		"lamp":  lamp,
		"saw":   func(a scheme.Answer) string { return casework.Saw(a).In(lang) },
		"region": func(code string) string {
			return unit.GB2260().Name(unit.Region(code), unit.DayOf(time.Now(), unit.Beijing())).In(lang)
		},
		"seal":     func(code string) string { return sealOf(code) },
		"percent":  func(r unit.Ratio) string { return r.String() },
		"value":    func(x scheme.Value) string { return x.In(lang) },
		"showDue":  func(t time.Time) string { return showDue(t, lang) },
		"join":     func(sep string, parts []string) string { return strings.Join(parts, sep) },
		"class":    func(code string) string { return "r" + code[:min(2, len(code))] },
		"sentence": func(f *fault.Error) string { return f.Sentence(lang) },
		"newKey":   func() string { return string(unit.NewID(time.Now())) },
		"fields":   func(m map[string]any) string { return plainFields(m) },
	}
}

// beijing is the civil time of the nodes we know; a node elsewhere shows its own (unit.Beijing is data there).
var beijing = unit.Beijing()

func showTime(t time.Time, lang fault.Lang) string {
	if t.IsZero() {
		return "—"
	}
	if lang == fault.EN {
		return t.In(beijing).Format("2 Jan 2006 15:04")
	}
	return t.In(beijing).Format("2006年1月2日 15:04")
}

func shortDigest(s string) string {
	if len(s) <= 16 {
		return s
	}
	return s[:6] + "…" + s[len(s)-6:]
}

// frame is what layout.html shows around every page.
type frame struct {
	Lang       fault.Lang
	Node       Node
	Who        access.Actor
	Title      string
	Path       string
	OtherLang  string // address of this page in the other language
	Nav        []navGroup
	Neighbours []federation.Neighbour
	Assets     map[string]string
	Now        time.Time
	CanAdvance bool
	Done       string // what was just done, said once
	Body       any
}

type navGroup struct {
	Name  string
	Items []navItem
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
	f := frame{Lang: v.lang, Node: v.s.c.Node, Who: v.who, Title: title, Path: v.r.URL.Path, Neighbours: neighbours,
		Nav: v.nav(), Assets: v.s.assets, Now: v.now(), CanAdvance: v.s.c.Clock != nil, Done: doneText(v), Body: body}
	q := v.r.URL.Query()
	q.Set("lang", string(other(v.lang)))
	f.OtherLang = v.r.URL.Path + "?" + q.Encode()
	if v.r.Method != http.MethodGet {
		f.OtherLang = "/?lang=" + string(other(v.lang))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, f); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if v.w.Header().Get("Content-Type") == "" {
		v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	keepLanguage(v.w, v.r)
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Content-Language", map[fault.Lang]string{fault.ZH: "zh-CN", fault.EN: "en"}[v.lang])
	if v.code != 0 {
		v.w.WriteHeader(v.code)
	}
	_, err = v.w.Write(b.Bytes())
	return err
}

// to sends the browser to a page of ours after something was done; done names what to say there.
func (v *visit) to(address, done string) error {
	if done != "" {
		sep := "?"
		if strings.Contains(address, "?") {
			sep = "&"
		}
		address += sep + "done=" + url.QueryEscape(done)
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// doneWords are the sentences that a page says once after an act; the address carries only the key, so that
// nobody can put words of their own on our pages.
var doneWords = map[string]fault.Words{
	"uploaded":  {"文件已收下并读完，请逐条核对。", "The document was taken and read. Check each finding."},
	"accepted":  {"已采纳。", "Accepted."},
	"rejected":  {"已标为不采纳，原文与读出的内容都留档。", "Rejected. The source and the finding are kept."},
	"planned":   {"任务已建立。", "The tasks have been set up."},
	"task_done": {"任务已标为完成。", "The task has been marked as done."},
	"opened":    {"草稿已建立，填好后提交。", "The draft has been opened. Fill it in and file it."},
	"saved":     {"已保存。", "Saved."},
	"acted":     {"已办理。", "Done."},
	"clock":     {"演示时钟已拨快。", "The demonstration clock has been moved forward."},
	"welcome":   {"密码已设置，请登录。", "The password is set. Sign in."},
}

func doneText(v *visit) string { return doneWords[v.r.URL.Query().Get("done")].In(v.lang) }

// language is the reader's: asked for in the address, kept in a cookie, or what the browser prefers.
func language(r *http.Request) fault.Lang {
	if l, ok := known(r.URL.Query().Get("lang")); ok {
		return l
	}
	if c, err := r.Cookie("corridor_lang"); err == nil {
		if l, ok := known(c.Value); ok {
			return l
		}
	}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if l, ok := known(strings.ToLower(strings.TrimSpace(part))); ok {
			return l
		}
	}
	return fault.ZH
}

func known(s string) (fault.Lang, bool) {
	switch {
	case strings.HasPrefix(s, "zh"):
		return fault.ZH, true
	case strings.HasPrefix(s, "en"):
		return fault.EN, true
	}
	return fault.ZH, false
}

func other(l fault.Lang) fault.Lang {
	if l == fault.ZH {
		return fault.EN
	}
	return fault.ZH
}

// number reads a page number from the address: 1 when it is missing or nonsense.
func (v *visit) pageNo() int {
	n := 0
	for _, c := range v.r.URL.Query().Get("page") {
		if c < '0' || c > '9' || n > 1e6 {
			return 1
		}
		n = n*10 + int(c-'0')
	}
	return max(n, 1)
}

// pager is the foot of a list: which rows are shown, and the pages around.
type pager struct {
	From, To, Total int
	Before, After   string // addresses; "" at the ends
}

func (v *visit) pager(total, rows int) pager {
	n := v.pageNo()
	p := pager{From: (n-1)*rows + 1, To: min(n*rows, total), Total: total}
	at := func(n int) string {
		q := v.r.URL.Query()
		q.Set("page", fmt.Sprint(n))
		q.Del("done")
		return v.r.URL.Path + "?" + q.Encode()
	}
	if n > 1 {
		p.Before = at(n - 1)
	}
	if p.To < total {
		p.After = at(n + 1)
	}
	if total == 0 || p.From > total {
		p.From, p.To = 0, 0
	}
	return p
}

func urlEscape(s string) string { return url.QueryEscape(s) }

// showDue is the last day of a due time, which is the moment after the last moment in time.
func showDue(t time.Time, lang fault.Lang) string {
	if t.IsZero() {
		return "—"
	}
	last := t.Add(-time.Second).In(beijing)
	if last.Hour() == 23 && last.Minute() == 59 {
		return unit.DayOf(last, beijing).String()
	}
	return showTime(t, lang)
}

// seals of the members, by the first two digits of their code; one without a character of its own shows its code.
var seals = map[string]string{"30": "共", "31": "沪", "32": "苏", "33": "浙", "34": "皖"}

func sealOf(code string) string {
	if s, ok := seals[code[:min(2, len(code))]]; ok {
		return s
	}
	return code[:min(2, len(code))]
}

// plainFields are the public fields of a leaf in one line.
func plainFields(m map[string]any) string {
	var parts []string
	for _, k := range sortedKeys(m) {
		if k == "edition" {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s=%v", k, m[k]))
	}
	return strings.Join(parts, "  ")
}
