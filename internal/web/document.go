package web

import (
	"fmt"
	"net/url"
	"slices"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

const (
	namesShown  = 200  // of one kind beside a part of a document
	namesAtOnce = 1000 // that one answer decides
	partBytes   = 96 << 10

	suggestedFor   = 20 // organisations of one page for which the registry is asked
	suggestedShown = 3  // of each
)

type documentPage struct {
	Document    reader.Document
	Part, Parts int // of a long document, from 1
	Source      []paragraph
	Facts       []factView
	Names       []namesView
	NamesOpen   int // names of this part that wait
	Decide      bool
	Indicators  []indicator.Definition
	Kinds       []kindCount // what the document says, by kind
	Kind, State string      // to which the facts are narrowed; "" for none
	Decided     int         // of all findings
	Here        string      // address of this part without a filter
	Regulation  bool        // it has clauses
	Mends       []mendView  // repairs of this part
	Mended      int         // how many there are
	MoreMends   int         // of them that are not listed
}

// kindCount is a line of the legend: how much there is of a kind, how much waits, and the address that shows only it.
type kindCount struct {
	Class, Path string
	Words       fault.Words
	Open, Total int
	On          bool
}

var kindWords = map[reader.Kind]fault.Words{reader.Agreement: {"协议", "agreements"}, reader.Figure: {"数字", "figures"}, reader.Policy: {"政策", "policies"},
	reader.Organisation: {"机构", "organisations"}, reader.Person: {"人员", "people"}, reader.Place: {"地点", "places"}}

// retry is a decision that was refused: the page shows it again with what was typed.
type retry struct {
	no    int
	form  string // reject or correct
	typed url.Values
}

// document shows the source with its marks and what was read beside it, one part of a long one. ?at= opens the part in
// which a byte stands; ?kind= and ?state= narrow what stands beside the source.
func (v *visit) document() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	return v.showDocument(id, wholeNumber(q.Get("part")), q, retry{})
}

func (v *visit) showDocument(id unit.ID, part int64, q url.Values, again retry) error {
	d, finds, text, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	at := -1
	if s := q.Get("at"); s != "" {
		at = int(wholeNumber(s))
	}
	bounds := partsOf(text)
	p := documentPage{Document: d, Parts: len(bounds) - 1, Part: min(max(int(part), 1), len(bounds)-1), Decided: d.Total - d.Open,
		Decide: access.MaySomewhere(v.who, access.DocumentDecide) == nil, Indicators: v.s.c.Indicators.Filed()}
	for i := 1; part == 0 && i < len(bounds); i++ {
		if bounds[i-1] <= at && at < bounds[i] {
			p.Part = i
		}
	}
	p.Here = fmt.Sprintf("/documents/%s?part=%d", id, p.Part)
	p.Kind, p.State = q.Get("kind"), q.Get("state")
	if _, known := kindWords[reader.Kind(p.Kind)]; !known {
		p.Kind = ""
	}
	if !slices.Contains([]string{"waiting", "accepted", "rejected"}, p.State) {
		p.State = ""
	}
	from, to := bounds[p.Part-1], bounds[p.Part]
	shown := within(finds, from, to)
	p.Source = paragraphs(text, isMarkup(d, text), from, to, d.Noise, d.Mends, shown, at)
	p.Mends, p.Mended = mendsIn(text, isMarkup(d, text), d.Mends, from, to)
	p.MoreMends = p.Mended - len(p.Mends)
	p.Kinds = p.count(shown)
	var facts []reader.Finding
	for _, f := range shown {
		if (p.Kind == "" && isFact(f.Kind) || p.Kind == string(f.Kind)) && (p.State == "" || p.State == string(f.State)) {
			facts = append(facts, f)
		}
	}
	if p.Facts, err = v.reviewed(id, facts, again); err != nil {
		return err
	}
	if p.Kind == "" && p.State == "" {
		p.Names, p.NamesOpen = v.names(shown), len(openNames(shown))
	}
	if _, _, err := v.s.c.Reader.Clauses(v.ctx(), v.who, id); err == nil {
		p.Regulation = true
	} else if fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.under("/documents", documentsTitle, "Documents")
	v.script("review.js")
	return v.show("document", d.Title, p)
}

// count makes the legend of a part.
func (p *documentPage) count(shown []reader.Finding) (out []kindCount) {
	for _, k := range reader.Kinds {
		c := kindCount{Class: markClass[k], Words: kindWords[k], Path: p.Here + "&kind=" + string(k) + "#facts", On: p.Kind == string(k)}
		for _, f := range shown {
			if f.Kind == k {
				c.Total++
				if f.State == reader.Waiting {
					c.Open++
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// reviewed are findings as they stand beside the source, with what was done to each and of which subjects each speaks.
func (v *visit) reviewed(id unit.ID, finds []reader.Finding, again retry) ([]factView, error) {
	steps, err := v.s.c.Reader.Steps(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	spoken, err := v.s.c.Reader.Speaks(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	out := v.facts(finds)
	at := map[int]*factView{}
	for i := range out {
		at[out[i].No] = &out[i]
	}
	for _, s := range steps {
		if x := at[s.No]; x != nil {
			x.Steps = append(x.Steps, stepLine{stepWords(s.Act).In(v.lang), s.By, s.Reason, s.At})
		}
	}
	for _, s := range spoken {
		if x := at[s.No]; x != nil {
			x.Subjects = append(x.Subjects, subjectLink{ID: string(s.Subject.ID), Kind: subjectKindWords(s.Subject.Kind).In(v.lang), Name: s.Subject.Name, Code: s.Subject.Code,
				open: s.Subject.Kind == reader.OrganisationSubject && s.Subject.Code == "" && (s.Part == reader.Self || s.Part == reader.Party)})
		}
	}
	if err := v.suggest(out); err != nil {
		return nil, err
	}
	if x := at[again.no]; x != nil {
		x.Open, x.Typed = again.form, again.typed.Get("reason")
		for i, f := range x.Fields {
			if again.form == "correct" && again.typed.Has("f."+f.Name) {
				x.Fields[i].Value = again.typed.Get("f." + f.Name)
			}
		}
	}
	return out, nil
}

// suggest offers organisations of the registry beside the first findings that name one which nobody has linked.
func (v *visit) suggest(facts []factView) error {
	if access.MaySomewhere(v.who, access.KnowledgeEdit) != nil {
		return nil
	}
	asked := map[string][]reader.Registered{}
	for i := range facts {
		for j := range facts[i].Subjects {
			s := &facts[i].Subjects[j]
			if _, known := asked[s.ID]; !known && s.open && len(asked) < suggestedFor {
				all, err := v.s.c.Reader.Suggest(v.ctx(), s.Name)
				if err != nil {
					return err
				}
				asked[s.ID] = all[:min(len(all), suggestedShown)]
			}
			if s.open {
				s.Suggested = asked[s.ID]
			}
		}
	}
	return nil
}

func stepWords(act string) fault.Words {
	return wordOf(map[string]fault.Words{"accepted": {"采纳", "accepted"}, "corrected": {"修改后采纳", "accepted with corrections"}, "rejected": {"不采纳", "rejected"}, "undone": {"撤销决定", "undone"}}, act)
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
