package compare

import "corridor/internal/reader/extract"

// Report is what several documents say side by side, as `corridor read --across --json` prints it.
type Report struct {
	Pairs     []PairOf     `json:"pairs"`
	Twice     [][]Told     `json:"told_twice"`
	Conflicts []ConflictOf `json:"conflicts"`
}

// PairOf is two files that hang together; see Pair.
type PairOf struct {
	A          string   `json:"a"`
	B          string   `json:"b"`
	Is         Likeness `json:"is"`
	Share      float64  `json:"share"`
	Held       float64  `json:"held"`
	Paragraphs int      `json:"paragraphs"`
	Figures    int      `json:"figures"`
}

// Told is a figure where it is told.
type Told struct {
	File      string       `json:"file"`
	Span      extract.Span `json:"span"`
	Quote     string       `json:"quote"`
	Indicator string       `json:"indicator"`
	Subject   string       `json:"subject"`
	Value     float64      `json:"value"`
	Unit      string       `json:"unit"`
	Approx    string       `json:"approx"`
	Period    *string      `json:"period"`
}

// ConflictOf is two sides that cannot both be true.
type ConflictOf struct {
	A []Told `json:"a"`
	B []Told `json:"b"`
}

// Documents sets whole documents side by side, in the order in which they are given.
func Documents(all []*extract.Document) Report {
	out := Report{Pairs: []PairOf{}, Twice: [][]Told{}, Conflicts: []ConflictOf{}}
	var texts []Text
	var facts []Fact
	for i, d := range all {
		var t Text
		for _, a := range d.Articles {
			for _, p := range a.Paragraphs {
				t.Paragraphs = append(t.Paragraphs, p.Text)
			}
			for _, f := range a.Figures {
				facts = append(facts, Fact{i, f})
			}
		}
		texts = append(texts, t)
	}
	told := func(places []int) []Told {
		list := make([]Told, len(places))
		for i, n := range places {
			f := facts[n]
			list[i] = Told{all[f.Source].File, f.Span, f.Quote, f.Indicator, f.Subject, f.Value, f.Unit, f.Approx, f.Period}
		}
		return list
	}
	groups, conflicts := Figures(facts)
	for _, p := range WithFigures(Near(texts), facts, groups) {
		out.Pairs = append(out.Pairs, PairOf{all[p.A].File, all[p.B].File, p.Is, p.Share, p.Held, p.Paragraphs, p.Figures})
	}
	for _, g := range groups {
		out.Twice = append(out.Twice, told(g.Facts))
	}
	for _, c := range conflicts {
		out.Conflicts = append(out.Conflicts, ConflictOf{told(c.A), told(c.B)})
	}
	return out
}
