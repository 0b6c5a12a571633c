package web

import (
	"fmt"
	"net/url"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

const (
	pastedName     = "pasted.txt"
	namesShown     = 200  // of one kind beside a part of a document
	namesAtOnce    = 1000 // that one answer decides
	partBytes      = 96 << 10
	documentsTitle = "文件审阅"
)

type documentsPage struct {
	Documents  []reader.Document
	Pager      pager
	Upload     bool
	Name, Text string // as it was pasted
}

func (v *visit) documents() error { return v.showDocuments(documentsPage{}) }

func (v *visit) showDocuments(p documentsPage) error {
	all, total, err := v.s.c.Reader.Documents(v.ctx(), reader.Query{Page: v.pageNo()})
	if err != nil {
		return err
	}
	p.Documents, p.Pager, p.Upload = all, v.pager(total, pageRows), access.MaySomewhere(v.who, access.DocumentUpload) == nil
	return v.show("documents", v.t(documentsTitle, "Documents"), p)
}

// upload takes a file, or a text that was pasted.
func (v *visit) upload() error {
	name, content, err := v.given()
	if err != nil {
		return err
	}
	if len(strings.TrimSpace(string(content))) == 0 {
		err = fault.New(fault.Invalid, "web.nothing_given").On("file")
	} else {
		var d reader.Document
		if d, err = v.s.c.Reader.Take(v.ctx(), v.who, name, content); err == nil {
			return v.to("/documents/"+string(d.ID), "uploaded")
		}
	}
	v.back = "/documents"
	if access.MaySomewhere(v.who, access.DocumentRead) != nil || !v.refused(err, func(string) string { return "take" }) {
		return err
	}
	return v.showDocuments(documentsPage{Name: v.r.PostFormValue("name"), Text: v.r.PostFormValue("text")})
}

// given reads the form's file or, without one, its text.
func (v *visit) given() (name string, content []byte, err error) {
	f, err := v.form()
	if err != nil {
		return "", nil, err
	}
	if name, content, err = f.file("file"); err != nil || len(content) > 0 {
		return name, content, err
	}
	if name = f.text("name"); name == "" {
		name = pastedName
	}
	return name, []byte(f.Get("text")), nil
}

type documentPage struct {
	Document    reader.Document
	Part, Parts int // of a long document, from 1
	Source      []paragraph
	Facts       []factView
	Names       []namesView
	NamesOpen   int // names of this part that wait
	Decide      bool
	Indicators  []indicator.Definition
}

// document shows the source with its marks and what was read beside it, one part of a long one. ?at= opens the part in
// which a byte stands.
func (v *visit) document() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showDocument(id, wholeNumber(v.r.URL.Query().Get("part")), 0, "")
}

// showDocument shows a part; rejecting is the finding whose rejection was refused, typed the reason given.
func (v *visit) showDocument(id unit.ID, part int64, rejecting int, typed string) error {
	d, finds, text, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	at := -1
	if q := v.r.URL.Query().Get("at"); q != "" {
		at = int(wholeNumber(q))
	}
	bounds := partsOf(text)
	p := documentPage{Document: d, Parts: len(bounds) - 1, Part: min(max(int(part), 1), len(bounds)-1),
		Decide: access.MaySomewhere(v.who, access.DocumentDecide) == nil, Indicators: v.s.c.Indicators.Definitions()}
	for i := 1; part == 0 && i < len(bounds); i++ {
		if bounds[i-1] <= at && at < bounds[i] {
			p.Part = i
		}
	}
	from, to := bounds[p.Part-1], bounds[p.Part]
	shown := within(finds, from, to)
	p.Source = paragraphs(text, isHTML(d.Name, text), from, to, d.Noise, shown, at)
	p.Facts, p.Names, p.NamesOpen = v.facts(shown), v.names(shown), len(openNames(shown))
	for i := range p.Facts {
		if p.Facts[i].No == rejecting {
			p.Facts[i].Open, p.Facts[i].Typed = true, typed
		}
	}
	v.under("/documents", documentsTitle, "Documents")
	return v.show("document", d.Title, p)
}

// openNames are the findings that are names and wait, at most namesAtOnce.
func openNames(finds []reader.Finding) []reader.Finding {
	var out []reader.Finding
	for _, f := range finds {
		if !isFact(f.Kind) && f.State == reader.Waiting && len(out) < namesAtOnce {
			out = append(out, f)
		}
	}
	return out
}

// decideNames accepts or rejects all names of a part that wait: a person looks at them as a list. What somebody else has
// decided meanwhile stays as it is.
func (v *visit) decideNames() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	_, finds, text, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	bounds := partsOf(text)
	part := min(max(int(wholeNumber(f.Get("part"))), 1), len(bounds)-1)
	dec := reader.Decision{Accept: f.Get("decision") == "accept", Reason: f.Get("reason")}
	v.back = "/documents/" + string(id)
	for _, x := range openNames(within(finds, bounds[part-1], bounds[part])) {
		if _, err := v.s.c.Reader.Decide(v.ctx(), v.who, id, x.No, dec); err != nil && fault.KindOf(err) != fault.Conflict {
			if !v.refused(err, func(string) string { return "names" }) {
				return err
			}
			return v.showDocument(id, int64(part), 0, "")
		}
	}
	done := "rejected"
	if dec.Accept {
		done = "accepted"
	}
	return v.to(fmt.Sprintf("/documents/%s?part=%d#names", id, part), done)
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

// decide accepts or rejects one finding. An agreement opens where it was entered; all else goes on in the document.
func (v *visit) decide() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	no := int(wholeNumber(v.r.PathValue("no")))
	dec := reader.Decision{Accept: f.Get("decision") == "accept", Reason: f.Get("reason"), Indicator: f.Get("indicator")}
	x, err := v.s.c.Reader.Decide(v.ctx(), v.who, id, no, dec)
	if err != nil {
		v.back = "/documents/" + string(id)
		if !v.refused(err, func(string) string { return fmt.Sprintf("f%d", no) }) {
			return err
		}
		return v.showDocument(id, max(wholeNumber(f.Get("part")), 1), no, dec.Reason)
	}
	done := "rejected"
	if dec.Accept {
		done = "accepted"
	}
	if x.Became != "" && x.Kind == reader.Agreement {
		return v.to(x.Became, done)
	}
	return v.to(fmt.Sprintf("/documents/%s?part=%d#f%d", id, max(wholeNumber(f.Get("part")), 1), no), done)
}
