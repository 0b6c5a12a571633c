package reader

import (
	"bytes"
	"html"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"corridor/internal/reader/extract"
)

// findings lists all that was read, in the order of the text, numbered from 1. bytes are what the spans point into.
func findings(d *extract.Document, bytes []byte) []Finding {
	var all []Finding
	add := func(article int, k Kind, s extract.Span, said Said) {
		f := Finding{Article: article, Kind: k, From: s[0], To: s[1], State: Waiting, Said: said}
		if f.From >= 0 && f.From < f.To && f.To <= len(bytes) {
			show := func(b []byte) string { return extract.Show(d.Encoding, b) }
			if d.Format == extract.FormatHTML {
				show = func(b []byte) string { return withoutTags(extract.Show(d.Encoding, b)) }
			}
			f.Quote = show(bytes[f.From:f.To])
			f.Sentence = sentence(show, bytes, f.From, f.To)
			all = append(all, f)
		}
	}
	for i := range d.Articles {
		a := &d.Articles[i]
		for j := range a.Agreements {
			add(i, Agreement, a.Agreements[j].Span, Said{Agreement: &a.Agreements[j]})
		}
		for j := range a.Figures {
			add(i, Figure, a.Figures[j].Span, Said{Figure: &a.Figures[j]})
		}
		for _, p := range a.Policies {
			add(i, Policy, p.Span, Said{Name: p.Name, Issuer: text(p.Issuer), Date: text(p.Date), Others: some(p.Alias)})
		}
		for _, o := range a.Organisations {
			add(i, Organisation, o.Span, Said{Name: o.Name, Others: o.Aliases})
		}
		for _, p := range a.People {
			add(i, Person, p.Span, Said{Name: p.Name, Role: p.Role})
		}
		for _, p := range a.Places {
			add(i, Place, p.Span, Said{Name: p.Name, Code: p.Code})
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

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// sentenceMax is the most characters of a sentence that is kept beside a finding.
const sentenceMax = 300

// sentence is the sentence around a range: from the last stop or line end before it to the first after it. A line end
// inside a tag of markup is none.
func sentence(show func([]byte) string, text []byte, from, to int) string {
	begin, end := max(bytes.LastIndexByte(text[:from], '\n')+1, from-lineMax), min(len(text), to+lineMax)
	if i := bytes.IndexByte(text[to:end], '\n'); i >= 0 {
		end = to + i
	}
	for begin > 0 && begin < from && !utf8.RuneStart(text[begin]) {
		begin++ // the limit may fall inside a character
	}
	before, after := show(text[begin:from]), show(text[to:end])
	if i := strings.LastIndexAny(before, stops); i >= 0 {
		_, n := utf8.DecodeRuneInString(before[i:])
		before = before[i+n:]
	}
	if i := strings.IndexAny(after, stops); i >= 0 {
		_, n := utf8.DecodeRuneInString(after[i:])
		after = after[:i+n]
	}
	s := []rune(strings.TrimSpace(before + show(text[from:to]) + after))
	return string(s[:min(len(s), sentenceMax)])
}

var (
	tag     = regexp.MustCompile(`(?s)<[!/?A-Za-z][^<>]*>`)
	halfTag = regexp.MustCompile(`^[^<>]*["']\s*/?>|<[!/?A-Za-z][^<>]*$`) // cut off by the limits of a line
)

// withoutTags is a piece of markup as its reader sees it.
func withoutTags(s string) string {
	return html.UnescapeString(halfTag.ReplaceAllString(tag.ReplaceAllString(s, ""), ""))
}

const (
	lineMax = 4 * sentenceMax // bytes to each side in which the ends of a sentence are looked for
	stops   = "。！？；!?;"       // end a sentence
)
