package web

import (
	"net/url"
	"strings"

	"corridor/internal/catalogue"
	"corridor/internal/unit"
)

type savedPage struct {
	All    []savedView
	Export exportView
}

// savedView is a search that a person keeps.
type savedView struct {
	catalogue.Saved
	Path    string // the search, the newest first
	Text    string
	Choices []string
}

// savedSearches lists the searches that a person keeps.
func (v *visit) savedSearches() error {
	all, err := v.s.c.Finder.Saved(v.ctx(), v.who)
	if err != nil {
		return err
	}
	p := savedPage{Export: v.exports()}
	for _, s := range all {
		view := savedView{Saved: s, Text: s.Question.Text, Path: "/search?" + addressOf(s.Question) + "&sort=newest"}
		for _, name := range sortedKeys(s.Question.Filter) {
			for _, code := range s.Question.Filter[name] {
				words := code
				if name == catalogue.FacetKind {
					if k, ok := v.s.c.Catalogue.Kinds().Of(code); ok {
						words = k.Words().In(v.lang)
					}
				} else {
					words = v.codeWords(name, code, nil, nil)
				}
				view.Choices = append(view.Choices, words)
			}
		}
		if s.Question.Least > 0 || s.Question.Most > 0 {
			view.Choices = append(view.Choices, v.t("价格 ", "price ")+s.Question.Least.String()+"–"+s.Question.Most.String())
		}
		p.All = append(p.All, view)
	}
	if v.wantsFile() {
		return v.savedFile(p.All)
	}
	v.under("/search", "找资源", "Find resources")
	return v.show("searchsaved", v.t("保存的搜索", "Saved searches"), p)
}

// addressOf is the question as the address of a search.
func addressOf(q catalogue.Question) string {
	out := url.Values{}
	if q.Text != "" {
		out.Set("q", q.Text)
	}
	if q.Literal {
		out.Set("words", "literal")
	}
	for name, codes := range q.Filter {
		if name == catalogue.FacetKind {
			out["kind"] = codes
		} else {
			out[facetPrefix+name] = codes
		}
	}
	for name, fen := range map[string]unit.Fen{"least": q.Least, "most": q.Most} {
		if fen > 0 {
			out.Set(name, strings.ReplaceAll(fen.String(), ",", ""))
		}
	}
	return out.Encode()
}

// keepSearch keeps the search whose address was sent.
func (v *visit) keepSearch() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(f.Get("search"))
	if err != nil {
		values = url.Values{} // refused as empty
	}
	q, err := v.questionOf(values)
	if err != nil {
		return err
	}
	if _, err := v.s.c.Finder.Keep(v.ctx(), v.who, catalogue.Question{Text: q.Text, Literal: q.Literal, Filter: q.Filter, Least: q.PriceLeast, Most: q.PriceMost}); err != nil {
		return err
	}
	return v.to("/search/saved", "search-kept")
}

// dropSearch ends a search that was kept.
func (v *visit) dropSearch() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Finder.Drop(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/search/saved", "search-dropped")
}
