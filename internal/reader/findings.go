package reader

import (
	"sort"
	"strings"
	"unicode/utf8"

	"corridor/internal/reader/extract"
)

// findings lists all that was read, in the order of the text, numbered from 1. text is what the spans point into.
func findings(d *extract.Document, text string) []Finding {
	var all []Finding
	add := func(article int, k Kind, s extract.Span, f Finding) {
		f.Article, f.Kind, f.From, f.To, f.State = article, k, s[0], s[1], Waiting
		if f.From >= 0 && f.From < f.To && f.To <= len(text) {
			f.Quote, f.Sentence = text[f.From:f.To], sentence(text, f.From, f.To)
			all = append(all, f)
		}
	}
	for i := range d.Articles {
		a := &d.Articles[i]
		for j := range a.Agreements {
			add(i, Agreement, a.Agreements[j].Span, Finding{Agreement: &a.Agreements[j]})
		}
		for j := range a.Figures {
			add(i, Figure, a.Figures[j].Span, Finding{Figure: &a.Figures[j]})
		}
		for _, p := range a.Policies {
			add(i, Policy, p.Span, Finding{Name: p.Name})
		}
		for _, o := range a.Organisations {
			add(i, Organisation, o.Span, Finding{Name: o.Name})
		}
		for _, p := range a.People {
			add(i, Person, p.Span, Finding{Name: p.Name, Role: p.Role})
		}
		for _, p := range a.Places {
			add(i, Place, p.Span, Finding{Name: p.Name})
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].From != all[j].From {
			return all[i].From < all[j].From
		}
		return all[i].To > all[j].To
	})
	for i := range all {
		all[i].No = i + 1
	}
	return all
}

// sentenceMax is the most characters of a sentence that is kept beside a finding.
const sentenceMax = 300

// sentence is the sentence around a range: from the last stop or line end before it to the first after it.
func sentence(text string, from, to int) string {
	const stops = "。！？；!?;\n"
	begin, end := 0, len(text)
	if i := strings.LastIndexAny(text[:from], stops); i >= 0 {
		_, n := utf8.DecodeRuneInString(text[i:])
		begin = i + n
	}
	if i := strings.IndexAny(text[to:], stops); i >= 0 {
		_, n := utf8.DecodeRuneInString(text[to+i:])
		end = to + i + n
	}
	s := []rune(strings.TrimSpace(text[begin:end]))
	return string(s[:min(len(s), sentenceMax)])
}
