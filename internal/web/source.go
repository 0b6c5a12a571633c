package web

import (
	"bytes"
	"html"
	"path"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	nethtml "golang.org/x/net/html"

	"corridor/internal/reader"
	"corridor/internal/reader/extract"
)

// paragraph is a block of a document's text as a page shows it.
type paragraph struct {
	Off  bool // all of it was left out as noise
	Runs []run
}

// run is a stretch of text that carries one mark, or none.
type run struct {
	Text  string
	Class string // of look.css; "" for no mark
	Off   bool
	On    bool  // the place that was asked for
	ID    int   // number of a finding that begins here, 0 for none
	More  []int // further findings that begin here
	Ends  []int // findings that end here and have a fact beside the text
	Here  bool  // the byte that was asked for

	Mended string // the kind of repair that was made here, "" for none
	Now    string // what is read here instead
	Mend   int    // number of the repair that begins here, 0 for none
}

// mendView is a line of the log of repairs.
type mendView struct {
	extract.Mend
	No  int    // among those of the document, from 1
	Was string // what stands there
}

// mendsIn are the repairs of a part of a document, at most mendsShown, and how many there are.
func mendsIn(text string, markup bool, all []extract.Mend, from, to int) (out []mendView, total int) {
	for i, m := range all {
		if m.Span[0] < from || m.Span[0] >= to || m.Span[1] > len(text) {
			continue
		}
		if total++; total > mendsShown {
			continue
		}
		was := strings.ToValidUTF8(text[m.Span[0]:m.Span[1]], "·")
		if markup {
			was = html.UnescapeString(was)
		}
		if r := []rune(was); len(r) > mendRunes {
			was = string(r[:mendRunes]) + "…"
		}
		switch {
		case m.Kind == extract.RepairInvisible:
			was = strings.Trim(strings.ToUpper(strconv.QuoteToASCII(was)), `"`)
		case strings.TrimSpace(was) == "":
			was = breakSign
		}
		out = append(out, mendView{Mend: m, No: i + 1, Was: was})
	}
	return out, total
}

const (
	mendsShown = 200 // of the log of one part
	mendRunes  = 40  // of what stood there
	breakSign  = "↵" // where a line was joined to the next
)

// classes of marks by kind.
var markClass = map[reader.Kind]string{reader.Agreement: "agreement", reader.Figure: "figure", reader.Policy: "policy",
	reader.Organisation: "org", reader.Person: "person", reader.Place: "place"}

// isFact says whether a finding stands beside the text with a number; names are only marked.
func isFact(k reader.Kind) bool {
	return k == reader.Agreement || k == reader.Figure || k == reader.Policy
}

// isMarkup says whether the bytes that spans point into are markup: as the reader found, or for a document from before it
// said so, by name and beginning.
func isMarkup(d reader.Document, text string) bool {
	if d.Format != "" {
		return d.Format == extract.FormatHTML
	}
	return isHTML(d.Name, text)
}

func isHTML(name, text string) bool {
	if ext := strings.ToLower(path.Ext(name)); ext == ".html" || ext == ".htm" {
		return true
	}
	head := strings.ToLower(strings.TrimSpace(text[:min(len(text), 200)]))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// partsOf cuts a long text at line ends into parts of about partBytes; it returns the bounds, at least two.
func partsOf(text string) []int {
	bounds := []int{0}
	for last := 0; len(text)-last > partBytes; {
		cut := last + partBytes
		if i := strings.LastIndexByte(text[last:cut], '\n'); i > 0 {
			cut = last + i + 1
		}
		bounds, last = append(bounds, cut), cut
	}
	return append(bounds, len(text))
}

// within are the findings that begin in [from, to), in their order.
func within(finds []reader.Finding, from, to int) []reader.Finding {
	var out []reader.Finding
	for _, f := range finds {
		if from <= f.From && (f.From < to || from == to) {
			out = append(out, f)
		}
	}
	return out
}

// stretch is a part of the source that is shown; a new paragraph may begin before it.
type stretch struct {
	from, to int
	block    bool
	markup   bool
}

// paragraphs shows the bytes [from, to) of a text with the marks of its findings. Where marks overlap, the innermost
// fact is shown, else the innermost name; every finding keeps its anchor. at is the byte that was asked for, or -1.
func paragraphs(text string, markup bool, from, to int, noise []extract.Noise, mends []extract.Mend, finds []reader.Finding, at int) []paragraph {
	cuts := map[int]bool{}
	for _, f := range finds {
		cuts[f.From], cuts[f.To] = true, true
	}
	for _, n := range noise {
		cuts[n.Span[0]], cuts[n.Span[1]] = true, true
	}
	for _, x := range mends {
		cuts[x.Span[0]], cuts[x.Span[1]] = true, true
	}
	edges := make([]int, 0, len(cuts))
	for c := range cuts {
		edges = append(edges, c)
	}
	sort.Ints(edges)
	m := marker{text: text, noise: noise, mends: mends, finds: finds, at: at, begun: map[int]bool{}}
	for _, s := range stretches(text, markup) {
		s.from, s.to = max(s.from, from), min(s.to, to)
		if s.from >= s.to {
			continue
		}
		if s.block {
			m.paragraph()
		}
		last := s.from
		for _, e := range edges[sort.SearchInts(edges, s.from+1):] {
			if e >= s.to {
				break
			}
			m.add(last, e, s.markup)
			last = e
		}
		m.add(last, s.to, s.markup)
	}
	m.paragraph()
	return m.out
}

// marker collects paragraphs.
type marker struct {
	text  string
	noise []extract.Noise
	finds []reader.Finding
	at    int
	next  int // of the noise
	mends []extract.Mend
	mend  int // the next of them
	open  []reader.Finding
	begun map[int]bool
	now   paragraph
	out   []paragraph
}

// paragraph ends the one that is being collected.
func (m *marker) paragraph() {
	if len(m.now.Runs) == 0 {
		return
	}
	blank := true
	m.now.Off = true
	for _, r := range m.now.Runs {
		blank = blank && strings.TrimSpace(r.Text) == "" && r.ID == 0
		m.now.Off = m.now.Off && (r.Off || strings.TrimSpace(r.Text) == "")
	}
	if !blank {
		m.out = append(m.out, m.now)
	}
	m.now = paragraph{}
}

// add takes a stretch over which no mark begins or ends.
func (m *marker) add(from, to int, markup bool) {
	if from >= to {
		return
	}
	for len(m.finds) > 0 && m.finds[0].From < to {
		m.open = append(m.open, m.finds[0])
		m.finds = m.finds[1:]
	}
	r := run{Text: strings.ToValidUTF8(m.text[from:to], "·"), Here: from == m.at}
	if markup {
		r.Text = html.UnescapeString(r.Text)
	}
	for m.next < len(m.noise) && m.noise[m.next].Span[1] <= from {
		m.next++
	}
	for m.mend < len(m.mends) && m.mends[m.mend].Span[1] <= from {
		m.mend++
	}
	for i := m.mend; i < len(m.mends) && m.mends[i].Span[0] <= from; i++ { // the innermost is shown, as of findings
		x := m.mends[i]
		if x.Span[1] <= from {
			continue
		}
		r.Mended, r.Now = x.Kind, x.Now
		if x.Span[0] == from {
			r.Mend = i + 1
			if strings.TrimSpace(r.Text) == "" {
				r.Text = breakSign
			}
		}
	}
	r.Off = m.next < len(m.noise) && m.noise[m.next].Span[0] <= from
	var best *reader.Finding
	keep := m.open[:0]
	for i := range m.open {
		f := m.open[i]
		if f.To <= from {
			continue
		}
		keep = append(keep, f)
		if !m.begun[f.No] {
			m.begun[f.No] = true
			if r.ID == 0 {
				r.ID = f.No
			} else {
				r.More = append(r.More, f.No)
			}
		}
		if f.To == to && isFact(f.Kind) {
			r.Ends = append(r.Ends, f.No)
		}
		r.On = r.On || f.From == m.at
		if best == nil || isFact(f.Kind) || !isFact(best.Kind) {
			best = &f
		}
	}
	m.open = keep
	if best != nil {
		r.Class = markClass[best.Kind]
	}
	m.now.Runs = append(m.now.Runs, r)
}

// stretches cuts a text into what is shown: lines, or the text of markup without its tags.
func stretches(text string, markup bool) []stretch {
	if !markup {
		var out []stretch
		for from := 0; from < len(text); {
			to := len(text)
			if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
				to = from + i + 1
			}
			out = append(out, stretch{from, to, true, false})
			from = to
		}
		return out
	}
	return visible(text)
}

// inline are the tags that do not begin a new paragraph.
var inline = map[atom.Atom]bool{atom.A: true, atom.B: true, atom.I: true, atom.Em: true, atom.Strong: true, atom.Span: true, atom.Font: true,
	atom.U: true, atom.Sup: true, atom.Sub: true, atom.Small: true, atom.Mark: true, atom.Code: true, atom.Time: true, atom.Label: true}

// visible are the texts of markup, with the places of their bytes.
func visible(text string) []stretch {
	var out []stretch
	z := nethtml.NewTokenizer(bytes.NewReader([]byte(text)))
	at, block, hidden := 0, true, atom.Atom(0)
	for {
		kind := z.Next()
		raw := len(z.Raw())
		switch kind {
		case nethtml.ErrorToken:
			return out
		case nethtml.TextToken:
			if hidden == 0 {
				out = append(out, stretch{at, at + raw, block, true})
				block = false
			}
		case nethtml.StartTagToken, nethtml.EndTagToken, nethtml.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			block = block || !inline[tag]
			switch {
			case kind == nethtml.StartTagToken && hidden == 0 && (tag == atom.Script || tag == atom.Style || tag == atom.Noscript):
				hidden = tag
			case kind == nethtml.EndTagToken && tag == hidden:
				hidden = 0
			}
		}
		at += raw
	}
}
