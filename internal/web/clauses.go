package web

import (
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type clausesPage struct {
	All     []reader.Regulation
	Sources []sourceView
	Name    bool
}

// webAddress is where a browser finds a source, "" where a pack names it otherwise ("gh:…" of an archive).
func webAddress(url string) string {
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return url
	}
	return ""
}

// sourceView is a source that schemes name, with where its text stands.
type sourceView struct {
	reader.Source
	URL   string
	Label string // of the clause
	Rests []restView
}

// restView is something of a scheme that rests on a source.
type restView struct {
	Scheme, Edition string
	Title           fault.Words
	Kind            string // param or rule
	Name            string
	Words           fault.Words
	Value           string
	Verified        bool
}

// rests are the parameters and rules of every scheme, by the source that they rest on.
func (v *visit) rests() (sources []sourceView) {
	at := map[string]int{}
	for _, s := range v.s.c.Cases.Schemes() {
		names := map[string]int{}
		for name, src := range s.Sources.All() {
			key := src.Title + "\x00" + src.Doc
			if _, there := at[key]; !there {
				at[key] = len(sources)
				sources = append(sources, sourceView{Source: reader.Source{Title: src.Title, Doc: src.Doc}, URL: webAddress(src.URL)})
			}
			names[name] = at[key]
		}
		rest := func(basis string, r restView) {
			if i, ok := names[basis]; ok {
				r.Scheme, r.Edition, r.Title = s.ID, s.Edition, s.Title
				sources[i].Rests = append(sources[i].Rests, r)
			}
		}
		for name, p := range s.Params.All() {
			rest(p.Basis, restView{Kind: "param", Name: name, Words: s.Say(name), Value: s.Show(p.Value, v.lang), Verified: p.Verified})
		}
		for name, r := range s.Rules.All() {
			rest(r.Basis, restView{Kind: "rule", Name: name, Words: r.Words, Verified: r.Verified})
		}
	}
	return sources
}

// located are the sources of all schemes with where each text stands.
func (v *visit) located() ([]sourceView, error) {
	all := v.rests()
	ask := make([]reader.Source, len(all))
	for i, s := range all {
		ask[i] = s.Source
	}
	found, err := v.s.c.Reader.Locate(v.ctx(), v.who, ask)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Source = found[i]
	}
	return all, nil
}

// clausesList lists the regulations, and every source that a scheme names with where its text stands.
func (v *visit) clausesList() error { return v.showClauses() }

func (v *visit) showClauses() error {
	p := clausesPage{Name: access.MaySomewhere(v.who, access.KnowledgeEdit) == nil}
	var err error
	if p.All, err = v.s.c.Reader.Regulations(v.ctx(), v.who); err != nil {
		return err
	}
	if p.Sources, err = v.located(); err != nil {
		return err
	}
	return v.show("clauses", v.t("条文与依据", "Clauses and what rests on them"), p)
}

type regulationPage struct {
	Document reader.Document
	Clauses  []clauseView
	Whole    []sourceView // rests on the text as a whole
	Read     bool
}

type clauseView struct {
	reader.Clause
	NewChapter string
	Rests      []restView
	On         bool
}

// regulation shows a text clause by clause, each with its address and with what of the schemes rests on it; one clause
// alone has a page of its own.
func (v *visit) regulation() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	d, all, err := v.s.c.Reader.Clauses(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	sources, err := v.located()
	if err != nil {
		return err
	}
	path, title := v.r.PathValue("path"), d.Title
	p := regulationPage{Document: d, Read: access.MaySomewhere(v.who, access.DocumentRead) == nil}
	chapter := ""
	for _, c := range all {
		x := clauseView{Clause: c, Rests: restsOn(sources, id, c.Path)}
		if c.Chapter != chapter {
			chapter, x.NewChapter = c.Chapter, c.Chapter
		}
		if path == "" {
			p.Clauses = append(p.Clauses, x)
		} else if path == c.Path {
			x.NewChapter = c.Chapter
			p.Clauses, title = []clauseView{x}, d.Title+" "+c.Label
		}
	}
	if len(p.Clauses) == 0 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	for _, s := range sources {
		if s.Document == id && s.Path == "" {
			p.Whole = append(p.Whole, s)
		}
	}
	v.under("/clauses", "条文与依据", "Clauses")
	if path != "" {
		v.under("/clauses/"+string(id), d.Title, d.Title)
	}
	return v.show("regulation", title, p)
}

func restsOn(sources []sourceView, document unit.ID, path string) (out []restView) {
	for _, s := range sources {
		if s.Document == document && s.Path == path {
			out = append(out, s.Rests...)
		}
	}
	return out
}

// nameSource says which document is the text of a source.
func (v *visit) nameSource() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var document unit.ID
	if s := f.Get("document"); s != "" {
		if document, err = idOf(s); err != nil {
			return err
		}
	}
	if err := v.s.c.Reader.NameSource(v.ctx(), v.who, f.Get("title"), document); err != nil {
		v.back = "/clauses"
		if !v.refused(err, func(f string) string { return f }) {
			return err
		}
		return v.showClauses()
	}
	done := "named"
	if document == "" {
		done = "unnamed"
	}
	return v.to("/clauses", done)
}

// basisPaths are the addresses of the clauses that the sources of a scheme stand in, by the name of the source.
func (v *visit) basisPaths(s *scheme.Scheme) (map[string]string, error) {
	var names []string
	var ask []reader.Source
	for name, src := range s.Sources.All() {
		names, ask = append(names, name), append(ask, reader.Source{Title: src.Title, Doc: src.Doc})
	}
	found, err := v.s.c.Reader.Locate(v.ctx(), v.who, ask)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, s := range found {
		if s.Document != "" {
			out[names[i]] = clausePath(s)
		}
	}
	return out, nil
}

func clausePath(s reader.Source) string {
	path := "/clauses/" + string(s.Document)
	if s.Path != "" {
		path += "/" + s.Path
	}
	return path
}
