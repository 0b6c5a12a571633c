package web

import (
	"html/template"
	"strings"
	"time"
	"unicode"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type schemesPage struct{ All []schemeLine }

// schemeLine is an edition with the last day on which it is in force here.
type schemeLine struct {
	*scheme.Scheme
	Last unit.Day
}

func (v *visit) schemes() error {
	var p schemesPage
	for _, s := range v.s.c.Cases.Schemes() {
		p.All = append(p.All, schemeLine{s, v.s.c.Cases.LastDay(s)})
	}
	return v.show("schemes", v.t("事项", "Schemes"), p)
}

type schemePage struct {
	Scheme  *scheme.Scheme
	Last    unit.Day         // in force here
	Others  []*scheme.Scheme // editions of the same scheme
	Params  []paramView
	Rules   []ruleView
	Stages  []stageView
	Fields  []formField
	Diagram template.HTML
	Brief   schemeBrief
	Orgs    []registry.Org // for whom this person may ask
	Key     string         // of the request that opens a case
}

type paramView struct {
	Name            string
	Words           fault.Words
	Value           string
	By              string
	Basis, Doc, URL string
	Clause          string // address of the clause that it carries out, "" where its text is not known
	Verified        bool
}

type ruleView struct {
	Name     string
	Words    fault.Words
	When     string
	Ask      string
	AskWords fault.Words
	Basis    string
	Clause   string // as of a parameter
	Verified bool
}

type stageView struct {
	From, Action, To fault.Words
	End              scheme.End
	Who              []fault.Words
	Clock            string
}

type formField struct {
	scheme.Field
	ByWords fault.Words
}

// scheme shows one edition: its numbers with their basis, its rules, its stages, its form.
func (v *visit) scheme() error {
	s, others, err := v.s.edition(v.r.PathValue("id"), v.r.URL.Query().Get("edition"))
	if err != nil {
		return err
	}
	clauses, err := v.basisPaths(s)
	if err != nil {
		return err
	}
	v.under("/schemes", "事项", "Schemes")
	p := schemePage{Scheme: s, Last: v.s.c.Cases.LastDay(s), Others: others, Params: v.paramsOf(s, clauses), Rules: rulesOf(s, clauses), Stages: v.stagesOf(s), Key: string(unit.NewID(time.Now())), Brief: briefOf(s),
		// The drawing is made by our own code from a checked pack, with every word of it escaped.
		Diagram: template.HTML(scheme.Diagram(s, v.lang))}
	for _, sec := range s.Form.Sections {
		for _, f := range sec.Fields {
			p.Fields = append(p.Fields, formField{f, s.Say(f.By)})
		}
	}
	for _, code := range access.ReachOf(v.who, access.CaseCreate).Orgs {
		o, err := v.org(code)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		p.Orgs = append(p.Orgs, o)
	}
	return v.show("scheme", s.Title.In(v.lang), p)
}

// edition finds a scheme by its id and, where one is named, its edition; with it come the others.
func (s *Server) edition(id, edition string) (found *scheme.Scheme, others []*scheme.Scheme, err error) {
	if found, err = s.c.Cases.Scheme(id); err != nil {
		return nil, nil, err
	}
	for _, x := range s.c.Cases.Schemes() {
		if x.ID == id && x.Edition == edition {
			found = x
		}
	}
	if edition != "" && found.Edition != edition {
		return nil, nil, fault.New(fault.NotFound, "web.no_page")
	}
	for _, x := range s.c.Cases.Schemes() {
		if x.ID == id && x != found {
			others = append(others, x)
		}
	}
	return found, others, nil
}

// paramsOf are the policy numbers; clauses are the addresses of their sources.
func (v *visit) paramsOf(s *scheme.Scheme, clauses map[string]string) []paramView {
	var out []paramView
	for name, p := range s.Params.All() {
		x := paramView{Name: name, Words: s.Say(name), Value: s.Show(p.Value, v.lang), By: p.By, Basis: p.Basis, Clause: clauses[p.Basis], Verified: p.Verified}
		if src, ok := s.Sources.Get(p.Basis); ok {
			x.Basis, x.Doc, x.URL = src.Title, src.Doc, webAddress(src.URL)
		}
		out = append(out, x)
	}
	return out
}

func rulesOf(s *scheme.Scheme, clauses map[string]string) []ruleView {
	var out []ruleView
	for name, r := range s.Rules.All() {
		out = append(out, ruleView{name, r.Words, r.When, r.Ask, s.Say(r.Ask), s.SourceText(r.Basis), clauses[r.Basis], r.Verified || r.Basis == ""})
	}
	return out
}

func (v *visit) stagesOf(s *scheme.Scheme) []stageView {
	var out []stageView
	for _, row := range s.Stages {
		x := stageView{From: s.Say(row.From), Action: s.Say(row.Action), To: s.Say(row.To), Clock: v.clockOf(s, row)}
		x.End, _ = s.IsEnd(row.To)
		for _, w := range row.Who {
			x.Who = append(x.Who, whoWords(s, w))
		}
		out = append(out, x)
	}
	return out
}

// whoWords are the words of a role, or of what acts without a person.
func whoWords(s *scheme.Scheme, who string) fault.Words {
	switch who {
	case "clock":
		return fault.Words{"到时自动", "by the clock"}
	case "itself":
		return fault.Words{"条件满足时自动", "as soon as its rules pass"}
	case "round":
		return fault.Words{"按批次", "by the round"}
	}
	return s.Say(who)
}

// clockOf is the time that a row gives: the value of its parameter.
func (v *visit) clockOf(s *scheme.Scheme, row scheme.Row) string {
	if row.Clock == "" || row.Clock == "none" {
		return v.t("无", "none")
	}
	p, ok := s.Params.Get(row.Clock)
	if !ok {
		return s.Called(row.Clock).In(v.lang)
	}
	text := s.Show(p.Value, v.lang)
	if !p.Verified {
		text += v.t("（未核实）", " (not verified)")
	}
	return text
}

// doubtful says whether an amount rests on a number whose basis is not verified, itself or through another amount.
func doubtful(s *scheme.Scheme, amount string) bool {
	return restsOnDoubt(s, amount, map[string]bool{})
}

func restsOnDoubt(s *scheme.Scheme, amount string, seen map[string]bool) bool {
	a, ok := s.Amounts.Get(amount)
	if !ok || seen[amount] {
		return false
	}
	seen[amount] = true
	words := strings.FieldsFunc(a.Is, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range append(words, a.By, a.Split) {
		if p, ok := s.Params.Get(w); ok && !p.Verified {
			return true
		}
		if restsOnDoubt(s, w, seen) {
			return true
		}
	}
	return false
}
