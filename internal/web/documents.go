package web

import (
	"io"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

const pastedName = "pasted.txt"

type documentsPage struct {
	Documents []reader.Document
	Total     int
	Pager     pager
	Upload    bool
	Sentence  string
}

func (v *visit) documents() error {
	all, total, err := v.s.c.Reader.Documents(v.ctx(), v.pageNo())
	if err != nil {
		return err
	}
	return v.show("documents", v.t("文件审阅", "Documents"), documentsPage{all, total, v.pager(total, pageRows),
		access.MaySomewhere(v.who, access.DocumentUpload) == nil, ""})
}

// upload takes a file, or a text that was pasted.
func (v *visit) upload() error {
	if err := v.r.ParseMultipartForm(1 << 20); err != nil {
		return err
	}
	defer v.r.MultipartForm.RemoveAll()
	name, content := pastedName, []byte(v.r.PostFormValue("text"))
	if f, h, err := v.r.FormFile("file"); err == nil {
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, files.BytesMax+1))
		if err != nil {
			return err
		}
		if h.Filename != "" && len(b) > 0 {
			name, content = h.Filename, b
		}
	}
	if len(strings.TrimSpace(string(content))) == 0 {
		return fault.New(fault.Invalid, "web.nothing_given").On("file")
	}
	d, err := v.s.c.Reader.Take(v.ctx(), v.who, name, content)
	if err != nil {
		return err
	}
	return v.to("/documents/"+string(d.ID), "uploaded")
}

type documentPage struct {
	Document reader.Document
	Source   []piece
	Findings []reader.Finding
	Decide   bool
	Figures  []figureChoice
}

type figureChoice struct{ ID, Name string }

// piece is a stretch of a document's text: plain, or marked as what a finding says.
type piece struct {
	Text  string
	No    int    // of the finding, 0 for plain text
	Class string // of the stylesheet
	Off   bool   // noise that was left out
	Break bool   // a new line begins
}

func (v *visit) document() error {
	id, err := unit.ParseID(v.r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	d, finds, text, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	p := documentPage{Document: d, Source: pieces(text, d, finds), Findings: finds, Decide: access.MaySomewhere(v.who, access.DocumentDecide) == nil}
	for _, x := range v.s.c.Indicators.Definitions() {
		p.Figures = append(p.Figures, figureChoice{x.ID, x.Title.In(v.lang)})
	}
	return v.show("document", v.t("审阅：", "Review: ")+d.Title, p)
}

// classes of marks by kind.
var markClass = map[reader.Kind]string{reader.Agreement: "agreement", reader.Figure: "figure", reader.Policy: "policy",
	reader.Organisation: "org", reader.Person: "person", reader.Place: "place"}

// pieces cuts a text at the bounds of its findings and of its noise. Where findings overlap, the first is marked.
func pieces(text string, d reader.Document, finds []reader.Finding) []piece {
	var out []piece
	at := 0
	plain := func(to int) {
		for at < to {
			end, off := to, false
			for _, n := range d.Noise {
				if at >= n.Span[0] && at < n.Span[1] {
					end, off = min(end, n.Span[1]), true
				} else if at < n.Span[0] {
					end = min(end, n.Span[0])
				}
			}
			out = append(out, lines(text[at:end], off)...)
			at = end
		}
	}
	for _, f := range finds {
		if f.From < at || f.To > len(text) {
			continue
		}
		plain(f.From)
		out = append(out, piece{Text: text[f.From:f.To], No: f.No, Class: markClass[f.Kind]})
		at = f.To
	}
	plain(len(text))
	return out
}

// lines cuts plain text at its line ends, so that a page can show them.
func lines(text string, off bool) []piece {
	var out []piece
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			out = append(out, piece{Break: true})
		}
		if l != "" {
			out = append(out, piece{Text: strings.ToValidUTF8(l, "·"), Off: off})
		}
	}
	return out
}

// original is the file as it was found, always as a download: it is never shown as markup of ours.
func (v *visit) original() error {
	id, err := unit.ParseID(v.r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page")
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
	v.w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''`+strings.ReplaceAll(urlEscape(name), "+", "%20"))
	v.w.Header().Set("Cache-Control", "no-store")
	_, err := v.w.Write(content)
	return err
}

func (v *visit) decide() error {
	id, err := unit.ParseID(v.r.PathValue("id"))
	no, err2 := strconv.Atoi(v.r.PathValue("no"))
	if err != nil || err2 != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := v.r.PostForm
	dec := reader.Decision{Accept: f.Get("decision") == "accept", Reason: f.Get("reason"), Indicator: f.Get("indicator")}
	x, err := v.s.c.Reader.Decide(v.ctx(), v.who, id, no, dec)
	if err != nil {
		return err
	}
	done := "rejected"
	if dec.Accept {
		done = "accepted"
	}
	if x.Became != "" && x.Kind == reader.Agreement {
		return v.to(x.Became, done)
	}
	return v.to("/documents/"+string(id)+"#f"+strconv.Itoa(no), done)
}
