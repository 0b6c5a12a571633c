package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"corridor/internal/fault"
)

// A whole list is a table that has all its rows on its page: what a room hands over is bounded, and no other page holds more
// of it. Such a table is sorted by any column, narrowed by words, cut into pages and taken as a file here, in one place and
// for every page alike, from the table itself: what is in the file is what the page shows. Of a list of which the room hands
// over one page at a time all pages are read first (partlist.go); docs/decisions/0083 says how the two are told apart.
//
// In a template, class="pile" makes a table a list; data-list="name" names it in addresses and files (else its place on the
// page does), and data-list="no" leaves alone what only looks like one: a week, a form, a matrix. data-v on a cell is what it
// is sorted by where its words are not.

const (
	listsMax     = 20 // on one page
	sortableFrom = 3  // rows
	findableFrom = 10 // rows: fewer are read faster than a word is typed
)

// wholeList is one such table, as it lies in the page.
type wholeList struct {
	name       string
	from, to   int // of what the controls go around: the table, or the frame in which it scrolls
	start, end int // of the table, from "<" to ">"
	heads      []headCell
	body       [2]int // of the rows
	foot       [2]int // of what adds the rows up; empty where nothing does
	rows       []rowOfList
	inForm     bool // a form cannot hold another, and what is marked must not disappear
	sorts      bool
	finds      bool
	takes      bool
	headsAsked bool   // a row of headings could be read
	part       bool   // the room hands over one page of it at a time
	more       bool   // more rows than were gathered
	pages      [2]int // of the links to the room's other pages, where it is a part
	table      int    // of the tables of the page, from 1
}

// headCell is the heading of a column: its place in the page, and its words.
type headCell struct {
	tag, inner [2]int // of the opening tag; of what stands in it
	text       string
	number     bool
	links      bool   // it has a link of its own
	order      string // in which the room has it sorted (aria-sort); "" where the room does not sort it
	to         string // the address of the link, where the room sorts
}

// lists gives the tables of a page their controls, or answers with one of them as a file. A page with controls is written to out,
// which is empty.
func (v *visit) lists(page []byte, out *bytes.Buffer) ([]byte, *sheet, error) {
	if !bytes.Contains(page, []byte(`<table`)) {
		return page, nil, nil
	}
	q := url.Values{}
	if v.r.Method == http.MethodGet {
		q = v.r.URL.Query()
	}
	at := 0
	for n, l := range findLists(page) {
		if l.name == "" {
			l.name = "t" + strconv.Itoa(n+1)
		}
		asked := l.part && l.asks(q)
		if asked {
			if err := v.gather(&l, l.table); err != nil {
				return nil, nil, err
			}
			l.takes = true
		}
		view := viewOfList(v, page, l, q)
		view.no = n + 1
		if q.Has(l.name+".take") && l.takes && v.code == 0 {
			if l.more {
				return nil, nil, fault.New(fault.TooLarge, "web.export_rows", "most", gatheredMax)
			}
			s, err := view.file()
			return nil, s, err
		}
		out.Write(page[at:l.from])
		if err := view.write(out); err != nil {
			return nil, nil, err
		}
		if at = l.to; asked && l.pages[1] > 0 {
			out.Write(page[at:l.pages[0]])
			at = l.pages[1]
		}
	}
	out.Write(page[at:])
	return out.Bytes(), nil, nil
}

// findLists finds the lists of a page. A page on which a room pages, narrows or hands out a list itself keeps to that.
func findLists(page []byte) []wholeList {
	main := max(bytes.Index(page, []byte(`<main`)), 0)
	has := func(what string) bool { return bytes.Contains(page[main:], []byte(what)) }
	if has(`<article class="sheet paper`) || has(`caseletter`) {
		return nil // what is printed and signed
	}
	paged := has(`rel="next"`) || has(`rel="prev"`)
	var out []wholeList
	taken, found := has(`class="small take"`) || has(`format=xlsx`), has(`role="search"`) || has(`class="find"`)
	for at, tables := main, 1; len(out) < listsMax; tables++ {
		start := bytes.Index(page[at:], []byte(`<table`))
		if start < 0 {
			return out
		}
		start += at
		end := bytes.Index(page[start:], []byte(`</table>`))
		if end < 0 {
			return out
		}
		end += start + len(`</table>`)
		at = end
		named, l := readList(page, start, end)
		l.pages[0], l.pages[1] = footOfPart(page, end)
		l.part, l.table = l.pages[1] > 0, tables
		if !l.headsAsked || named == "no" || paged && named == "" && !l.part {
			continue
		}
		l.name = named
		l.from, l.to = frameOf(page, start, end)
		l.inForm = bytes.Count(page[main:start], []byte("<form")) > bytes.Count(page[main:start], []byte("</form"))
		l.takes = len(l.rows) > 0 && (named != "" || !taken)
		l.finds = !l.inForm && (named != "" || !found)
		out = append(out, l)
	}
	return out
}

// frameOf is the frame in which a wide table scrolls, else the table.
func frameOf(page []byte, start, end int) (int, int) {
	before := bytes.TrimRight(page[:start], " \n")
	after := bytes.TrimLeft(page[end:], " \n")
	open := bytes.LastIndexByte(before, '<')
	if open >= 0 && bytes.HasPrefix(before[open:], []byte(`<div class="scroll`)) && bytes.HasSuffix(before, []byte(">")) && bytes.HasPrefix(after, []byte("</div>")) {
		return open, len(page) - len(after) + len("</div>")
	}
	return start, end
}

// listView is a list with what is asked of it.
type listView struct {
	*wholeList
	v     *visit
	page  []byte
	q     url.Values
	by    int // column from 1 that it is sorted by; negative: downwards; 0: as the room has it
	words string
	shown []rowOfList // sorted and narrowed
	first int         // of the rows on this page of the list
	last  int
	no    int // of the lists of the page
}

func viewOfList(v *visit, page []byte, l wholeList, q url.Values) *listView {
	x := &listView{wholeList: &l, v: v, page: page, q: q, shown: slices.Clone(l.rows)}
	l.sorts = l.sorts && len(l.rows) >= sortableFrom
	if l.finds {
		x.words = strings.TrimSpace(q.Get(l.name + ".find"))
		x.words = x.words[:min(len(x.words), 200)]
		x.shown = slices.DeleteFunc(x.shown, func(r rowOfList) bool { return !r.says(x.words) })
	}
	if by, err := strconv.Atoi(q.Get(l.name + ".by")); err == nil && l.sorts && by != 0 && max(by, -by) <= len(l.heads) {
		x.by = by
		sortRows(x.shown, max(by, -by)-1, l.heads[max(by, -by)-1].number, by < 0)
	}
	x.last = len(x.shown)
	if at, err := strconv.Atoi(q.Get(l.name + ".page")); !l.inForm && (!l.part || l.asks(q)) {
		if err != nil || at < 1 || (at-1)*pageRows >= len(x.shown) {
			at = 1
		}
		x.first, x.last = (at-1)*pageRows, min(at*pageRows, len(x.shown))
	}
	return x
}

// link is the address of the page with this list asked otherwise, all else kept.
func (x *listView) link(name, value string) string {
	q := url.Values{}
	for k, all := range x.q {
		if k != "done" && k != "lang" && k != x.name+".page" && k != x.name+".take" && !(x.part && slices.Contains(cursors, k)) {
			q[k] = all
		}
	}
	q.Set(x.name+"."+name, value)
	if value == "" {
		q.Del(x.name + "." + name)
	}
	to := x.v.path()
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	if name != "take" {
		to += "#l-" + x.name
	}
	return to
}

var listParts = map[fault.Lang]*template.Template{}

func init() {
	const text = `{{define "before"}}<form class="bar find" role="search" aria-label="{{t "在本表中查找" "Find in this table"}}{{with .No}} {{.}}{{end}}" method="get" action="{{.Action}}"><label class="sr" for="{{.Name}}-find">{{t "在本表中查找" "Find in this table"}}{{with .No}} {{.}}{{end}}</label>{{range .Kept}}<input type="hidden" name="{{index . 0}}" value="{{index . 1}}">{{end}}<input type="search" id="{{.Name}}-find" name="{{.Name}}.find" maxlength="200" value="{{.Words}}" placeholder="{{t "在本表中查找" "Find in this table"}}"><button class="btn min">{{t "筛选" "Filter"}}</button>{{if .Words}} <a href="{{.All}}">{{t "看全部" "See all"}} {{.Rows}}</a>{{end}}</form>{{end}}
{{define "sortby"}}<details class="bar sortby"><summary>{{t "排序" "Sort"}}{{range .Ways}}{{if .Sorted}}{{t "：" ": "}}{{.Words}}{{template "order" .Order}}{{end}}{{end}}</summary><nav aria-label="{{t "本表排序" "Order of this table"}}{{with .No}} {{.}}{{end}}"><ul>{{range .Ways}}<li><a href="{{.To}}"{{if .Sorted}} aria-current="true"{{end}}>{{.Words}}{{template "order" .Order}}</a></li>{{end}}</ul></nav></details>{{end}}
{{define "order"}}{{if eq . "ascending"}} ↑<span class="sr">{{t "升序" "ascending"}}</span>{{else if eq . "descending"}} ↓<span class="sr">{{t "降序" "descending"}}</span>{{end}}{{end}}
{{define "none"}}<tr><td colspan="{{.Columns}}">{{t "没有符合的行：" "No row says "}}<b>{{.Words}}</b> <a href="{{.All}}">{{t "看全部" "See all"}} {{.Rows}}</a></td></tr>{{end}}
{{define "after"}}{{if .More}}<p class="small">{{t "只查看和排列了前" "Only the first"}} {{count .Rows "条；要看其余的，先用上面的条件缩小范围。" "row was looked at and sorted; narrow the list above to reach the others." "rows were looked at and sorted; narrow the list above to reach the others."}}</p>{{end}}<div class="bar listfoot">{{if .Paged}}<nav class="pager" aria-label="{{t "本表分页" "Pages of this table"}}{{with .No}} {{.}}{{end}}"><span>{{t "第" ""}} {{.From}}–{{.To}} {{t "条，共" "of"}} {{.Shown}} {{t "条" ""}}</span><ul>{{if .Before}}<li><a href="{{.Before}}" rel="prev">{{t "上一页" "Previous"}}</a></li>{{end}}{{if .After}}<li><a href="{{.After}}" rel="next">{{t "下一页" "Next"}}</a></li>{{end}}</ul></nav>{{else if not .Part}}<span class="small">{{if .Words}}{{.Shown}} / {{end}}{{count .Rows "条" "row" "rows"}}</span>{{end}}{{if .XLSX}}<span class="small take">{{t "下载本表：" "Take this table:"}} <a href="{{.XLSX}}">XLSX</a> · <a href="{{.CSV}}">CSV</a></span>{{end}}</div>{{end}}`
	for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
		listParts[lang] = template.Must(template.New("list").Funcs(functions(lang)).Parse(text))
	}
}

// listWords is what the controls of a list show.
type listWords struct {
	Name, Action, Words, All, XLSX, CSV, Before, After string
	Kept                                               [][2]string
	Rows, Shown, From, To, Columns                     int
	Paged, Part, More                                  bool // More: there are rows beyond those that were gathered
	No                                                 int  // of the lists of a page; 0 for the only one
}

// write writes the list with its controls in the place of its table.
func (x *listView) write(out *bytes.Buffer) error {
	w := listWords{Name: x.name, Action: x.v.path(), Words: x.words, All: x.link("find", ""), Rows: len(x.rows), Shown: len(x.shown), From: x.first + 1, To: x.last,
		Columns: len(x.heads), Paged: x.last-x.first < len(x.shown), Part: x.part && !x.asks(x.q), More: x.more}
	if bytes.Count(x.page, []byte(`<table class="pile`)) > 1 {
		w.No = x.no
	}
	for _, k := range sortedKeys(x.q) {
		if k != x.name+".find" && k != x.name+".page" && k != x.name+".take" && k != "done" && k != "lang" && !(x.part && slices.Contains(cursors, k)) {
			for _, one := range x.q[k] {
				w.Kept = append(w.Kept, [2]string{k, one})
			}
		}
	}
	if x.takes {
		w.XLSX, w.CSV = x.link("take", "xlsx"), x.link("take", "csv")
	}
	page := func(n int) string { return strconv.Itoa(n) }
	if x.first > 0 {
		w.Before = x.link("page", page(x.first/pageRows))
	}
	if x.last < len(x.shown) {
		w.After = x.link("page", page(x.first/pageRows+2))
	}
	parts := listParts[x.v.lang]
	if x.finds && (len(x.rows) >= findableFrom || x.words != "" || x.part) {
		if err := parts.ExecuteTemplate(out, "before", w); err != nil {
			return fmt.Errorf("list %s: %w", x.name, err)
		}
	}
	if ways := x.ways(); len(ways) > 0 {
		if err := parts.ExecuteTemplate(out, "sortby", sortBy{ways, w.No}); err != nil {
			return fmt.Errorf("list %s: %w", x.name, err)
		}
	}
	out.Write(x.page[x.from:x.start])
	x.writeHead(out)
	for _, r := range x.shown[x.first:x.last] {
		out.Write(r.raw)
		out.WriteByte('\n')
	}
	if len(x.shown) == 0 && x.words != "" {
		if err := parts.ExecuteTemplate(out, "none", w); err != nil {
			return fmt.Errorf("list %s: %w", x.name, err)
		}
	}
	rest := x.page[x.body[1]:x.to]
	if x.words != "" && x.foot[1] > x.foot[0] { // what adds up all rows does not stand under some of them
		out.Write(x.page[x.body[1]:x.foot[0]])
		rest = x.page[x.foot[1]:x.to]
	}
	out.Write(rest)
	if len(x.rows) == 0 || w.XLSX == "" && !w.Paged && w.Words == "" {
		return nil // nothing to say below it
	}
	if err := parts.ExecuteTemplate(out, "after", w); err != nil {
		return fmt.Errorf("list %s: %w", x.name, err)
	}
	return nil
}

// writeHead writes the table up to its first row, with a link in each heading that sorts by it.
func (x *listView) writeHead(out *bytes.Buffer) {
	tag := bytes.IndexByte(x.page[x.start:], '>') + x.start
	if !bytes.Contains(x.page[x.start:tag], []byte(` id="`)) {
		fmt.Fprintf(out, `<table id="l-%s"`, html.EscapeString(x.name))
		out.Write(x.page[x.start+len("<table") : tag])
	} else {
		out.Write(x.page[x.start:tag])
	}
	at := tag
	for i, h := range x.heads {
		if !x.sorted(i) {
			continue
		}
		order, to := x.sorting(i)
		out.Write(x.page[at : h.tag[1]-1])
		fmt.Fprintf(out, ` aria-sort="%s"><a href="%s">`, order, html.EscapeString(to))
		out.Write(x.page[h.inner[0]:h.inner[1]])
		out.WriteString("</a>")
		at = h.inner[1]
	}
	out.Write(x.page[at:x.body[0]])
}

// file is the list as it is shown, all its pages, for a spreadsheet.
func (x *listView) file() (*sheet, error) {
	s := &sheet{As: x.q.Get(x.name + ".take"), Name: strings.ReplaceAll(strings.Trim(x.v.path(), "/")+"-"+x.name, "/", "-")}
	var columns []int
	for i, h := range x.heads {
		if h.text != "" && slices.ContainsFunc(x.rows, func(r rowOfList) bool { return r.cell(i).text != "" }) {
			columns = append(columns, i)
			s.Head = append(s.Head, h.text)
		}
	}
	for _, r := range x.shown {
		cells := make([]any, len(columns))
		for i, c := range columns {
			cells[i] = r.cell(c).value()
		}
		if err := s.put(cells...); err != nil {
			return nil, err
		}
	}
	return s, nil
}
