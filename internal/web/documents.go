package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader"
)

const (
	pastedName     = "pasted.txt"
	documentsTitle = "文件审阅"
)

type documentsPage struct {
	Query      reader.Query
	Documents  []reader.Document
	Pager      pager
	Export     exportView
	Upload     bool
	Name, Text string // as it was pasted
	Taken      []reader.Document
	Titles     sortLink
	Times      sortLink
}

// sortLink is the head of a column by which a list can be sorted.
type sortLink struct{ Path, Sorted string }

func (v *visit) documents() error { return v.showDocuments(documentsPage{}) }

func (v *visit) showDocuments(p documentsPage) error {
	q := v.r.URL.Query()
	if v.r.Method == http.MethodGet {
		p.Query = reader.Query{Text: q.Get("q"), State: q.Get("state"), Order: reader.Order(q.Get("sort")), Page: v.pageNo()}
	}
	if v.wantsFile() {
		return v.documentsFile(p.Query)
	}
	all, total, err := v.s.c.Reader.Documents(v.ctx(), p.Query)
	if err != nil {
		return err
	}
	p.Documents, p.Pager, p.Export, p.Upload = all, v.pager(total, pageRows), v.exports(), access.MaySomewhere(v.who, access.DocumentUpload) == nil
	p.Titles, p.Times = sortLink{v.sortPath("title"), "none"}, sortLink{v.sortPath("oldest"), "descending"}
	switch p.Query.Order {
	case reader.ByTitle:
		p.Titles, p.Times = sortLink{v.sortPath("title"), "ascending"}, sortLink{v.sortPath(""), "none"}
	case reader.Oldest:
		p.Times = sortLink{v.sortPath(""), "ascending"}
	}
	v.script("upload.js")
	return v.show("documents", v.t(documentsTitle, "Documents"), p)
}

// documentsFile is the list as it is narrowed, whole.
func (v *visit) documentsFile(q reader.Query) error {
	out := &sheet{Name: "documents", Head: []string{v.t("标题", "Title"), v.t("文件", "File"), "sha256", v.t("待定", "Open"), v.t("读出", "Found"), v.t("由谁公开", "Made public by"), v.t("收件", "Taken in"), v.t("收件人", "By")}}
	return v.sendPages(out, func(n int) (rows [][]any, total int, err error) {
		q.Page = n
		all, total, err := v.s.c.Reader.Documents(v.ctx(), q)
		for _, d := range all {
			rows = append(rows, []any{d.Title, d.Name, d.Digest, d.Open, d.Total, personName(v.lang, d.PublishedBy), iso(d.At), personName(v.lang, d.By)})
		}
		return rows, total, err
	})
}

// sortPath is this list from its first page in another order.
func (v *visit) sortPath(order string) string {
	q := url.Values{}
	if v.r.Method == http.MethodGet {
		q = v.r.URL.Query()
	}
	for _, k := range []string{"page", "done", "sort"} {
		q.Del(k)
	}
	if order != "" {
		q.Set("sort", order)
	}
	return "/documents?" + q.Encode()
}

// sentFile is a file as a browser sent it.
type sentFile struct {
	name    string
	content []byte
}

// upload takes files, or a text that was pasted. Each file is taken for itself: one that cannot be read is named and does
// not stop the others.
func (v *visit) upload() error {
	v.back = "/documents"
	sent, err := v.given()
	if err != nil {
		return err
	}
	var p documentsPage
	var refused []error
	for _, f := range sent {
		d, err := v.take(f)
		switch {
		case err == nil:
			p.Taken = append(p.Taken, d)
		case fault.KindOf(err) == fault.Internal || access.MaySomewhere(v.who, access.DocumentRead) != nil:
			return err
		default:
			refused = append(refused, err)
			anchor := "file"
			if f.name == pastedName {
				anchor = "text"
			}
			p.Name, p.Text = v.r.PostFormValue("name"), v.r.PostFormValue("text")
			x := fault.Of(err)
			v.status(x.Kind.Status())
			v.problems = append(v.problems, problemView{f.name + v.t("：", ": ") + x.Sentence(v.lang), anchor})
		}
	}
	switch {
	case len(p.Taken) == 1 && len(refused) == 0:
		return v.to("/documents/"+string(p.Taken[0].ID), "uploaded")
	case len(refused) == 0:
		return v.to("/documents", "uploaded_many")
	}
	return v.showDocuments(p)
}

func (v *visit) take(f sentFile) (reader.Document, error) {
	if len(strings.TrimSpace(string(f.content))) == 0 {
		return reader.Document{}, fault.New(fault.Invalid, "web.nothing_given").On("file")
	}
	return v.s.c.Reader.Take(v.ctx(), v.who, f.name, f.content)
}

// given reads the form's files or, without one, its text.
func (v *visit) given() (all []sentFile, err error) {
	f, err := v.form()
	if err != nil {
		return nil, err
	}
	sent := f.files("file")
	if err := f.err(); err != nil {
		return nil, err
	}
	for _, h := range sent {
		r, err := h.Open()
		if err != nil {
			return nil, fmt.Errorf("open the file that was sent: %w", err)
		}
		b, err := io.ReadAll(io.LimitReader(r, files.BytesMax+1))
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("read the file that was sent: %w", err)
		}
		all = append(all, sentFile{h.Filename, b})
	}
	if len(all) > 0 {
		return all, nil
	}
	name := f.text("name")
	if name == "" {
		name = pastedName
	}
	return []sentFile{{name, []byte(f.Get("text"))}}, nil
}

// original is the file as it was found, always as a download: it is never shown as markup of ours.
func (v *visit) original() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	d, _, _, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	_, content, err := v.s.c.Files.Get(v.ctx(), files.Digest(d.Digest))
	if err != nil {
		return err
	}
	return v.download(d.Name, "application/octet-stream", content)
}

// download answers with a file to be kept.
func (v *visit) download(name, kind string, content []byte) error {
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	v.w.Header().Set("Cache-Control", "no-store")
	_, err := v.w.Write(content)
	return err
}

var exportKinds = map[reader.Format]string{reader.JSON: "application/json", reader.CSV: csvType,
	reader.XLSX: xlsxType}

// exportFacts downloads what a document says, as it stands in the review.
func (v *visit) exportFacts() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f := reader.Format(v.r.URL.Query().Get("format"))
	if f == "" {
		f = reader.JSON
	}
	content, d, err := v.s.c.Reader.Export(v.ctx(), id, f, v.lang)
	if err != nil {
		return err
	}
	return v.download(strings.TrimSuffix(d.Name, path.Ext(d.Name))+"."+string(f), exportKinds[f], content)
}
