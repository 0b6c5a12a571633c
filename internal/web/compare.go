package web

import (
	"math"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/reader/compare"
	"corridor/internal/unit"
)

type comparePage struct {
	Documents []reader.Document
	Pairs     []pairView
	Twice     []toldView
	Conflicts []conflictView
	More      bool
	Named     bool // the documents were chosen
}

// pairView is two documents that hang together.
type pairView struct {
	Older, Newer reader.Document
	Words        fault.Words
	Class        string
	Held         int // percent
	Paragraphs   int
	Figures      int
}

// toldView is one figure with every place that tells it.
type toldView struct {
	Head   string
	Places []placeView
}

// placeView is a figure where it is told.
type placeView struct {
	Document           unit.ID
	Title              string
	No, From           int
	Indicator, Subject string
	Value, Note        string
	Period             string
	Before, Quote      string // the sentence, cut at the figure
	After              string
	State              string
}

// conflictView is two sides that cannot both be true.
type conflictView struct{ A, B toldView }

// comparePage sets documents side by side: those named by ?document=, or the newest.
func (v *visit) compareDocuments() error {
	ids, err := idsOf(v.r.URL.Query()["document"])
	if err != nil {
		return err
	}
	a, err := v.s.c.Reader.Compare(v.ctx(), ids)
	if err != nil {
		return err
	}
	p := comparePage{Documents: a.Documents, More: a.More, Named: len(ids) > 0}
	for _, x := range a.Pairs {
		p.Pairs = append(p.Pairs, pairView{a.Documents[x.A], a.Documents[x.B], likenessWords(x.Is), map[compare.Likeness]string{compare.Copy: "note", compare.Edition: "warn", compare.Retold: "hand"}[x.Is],
			int(math.Round(100 * x.Held)), x.Paragraphs, x.Figures})
	}
	side := func(places []int) toldView {
		var t toldView
		for _, i := range places {
			t.Places = append(t.Places, v.placeOf(a.Places[i], a.Documents[a.Of[i]].Title))
		}
		t.Head = t.Places[0].head(v)
		return t
	}
	for _, t := range a.Twice {
		p.Twice = append(p.Twice, side(t))
	}
	for _, c := range a.Conflicts {
		p.Conflicts = append(p.Conflicts, conflictView{side(c.A), side(c.B)})
	}
	v.under("/documents", documentsTitle, "Documents")
	return v.show("compare", v.t("各文件对照", "Documents side by side"), p)
}

func likenessWords(l compare.Likeness) fault.Words {
	return map[compare.Likeness]fault.Words{compare.Copy: {"同一篇", "the same text"}, compare.Edition: {"同一文本的不同版本", "editions of one text"}, compare.Shares: {"有相同段落", "paragraphs in common"}, compare.Retold: {"措辞不同、数字相同", "other words, the same figures"}}[l]
}

func (p placeView) head(v *visit) string {
	head := p.Indicator
	if head == "" {
		head = v.t("数字", "Figure")
	}
	if p.Subject != "" && !strings.Contains(head, p.Subject) {
		head = p.Subject + v.t("：", ": ") + head
	}
	return head
}

// placeOf shows a figure in its sentence.
func (v *visit) placeOf(f reader.Finding, title string) placeView {
	p := placeView{Document: f.Document, Title: title, No: f.No, From: f.From, State: string(f.State)}
	p.Before, p.Quote, p.After = around(f.Sentence, f.Quote)
	if x := f.Figure; x != nil {
		p.Indicator, p.Subject = x.Indicator, x.Subject
		_, lines, _ := v.figureFact(f)
		p.Value, p.Note = lines[0].Value, lines[0].Note
		if x.Period != nil {
			p.Period = *x.Period
		}
	}
	return p
}

// around cuts a sentence at what is quoted from it.
func around(sentence, quote string) (before, at, after string) {
	if i := strings.Index(sentence, quote); i >= 0 {
		return sentence[:i], quote, sentence[i+len(quote):]
	}
	if sentence == "" {
		return "", quote, ""
	}
	return sentence, "", ""
}

type changesPage struct {
	Old, New reader.Document
	Changes  []changeView
}

// changeView is a paragraph that changed, cut into what stayed and what did not.
type changeView struct{ Before, Gone, Come, After string }

// changes shows what differs between two editions.
func (v *visit) changes() error {
	q := v.r.URL.Query()
	old, err := idOf(q.Get("old"))
	if err != nil {
		return err
	}
	new, err := idOf(q.Get("new"))
	if err != nil {
		return err
	}
	a, b, changes, err := v.s.c.Reader.Changes(v.ctx(), old, new)
	if err != nil {
		return err
	}
	p := changesPage{Old: a, New: b}
	for _, c := range changes {
		p.Changes = append(p.Changes, cutChange(c))
	}
	v.under("/documents", documentsTitle, "Documents")
	v.under("/documents/compare", "各文件对照", "Side by side")
	return v.show("changes", v.t("版本差异", "What changed"), p)
}

// cutChange finds what two paragraphs have in common at their ends.
func cutChange(c compare.Change) changeView {
	a, b := []rune(c.Old), []rune(c.New)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < len(a)-from && to < len(b)-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	return changeView{string(a[:from]), string(a[from : len(a)-to]), string(b[from : len(b)-to]), string(a[len(a)-to:])}
}
