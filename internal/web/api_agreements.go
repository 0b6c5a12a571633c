package web

import (
	"context"
	"fmt"
	"net/url"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/unit"
)

type agreementOut struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind"`
	Form       string     `json:"form" enum:"framework,implementing,investment,plan"`
	Parties    []string   `json:"parties"`
	Signers    []partyOut `json:"signers" doc:"the parties with their codes in the registry"`
	Signed     unit.Day   `json:"signed"`
	From       unit.Day   `json:"valid_from"`
	Until      unit.Day   `json:"valid_until"`
	State      string     `json:"state"`
	Secrecy    string     `json:"secrecy" enum:"public,internal"`
	About      string     `json:"about"`
	Fields     []string   `json:"fields"`
	Clauses    []string   `json:"clauses"`
	Investment string     `json:"investment,omitempty" doc:"yuan"`
	Tags       []string   `json:"tags" doc:"frame/item"`
	Digest     string     `json:"digest" doc:"SHA-256 of the canonical text that the parties sign"`
	Source     sourceOut  `json:"source"`
	Tasks      []taskOut  `json:"tasks,omitempty"`
}

type partyOut struct {
	Name string `json:"name"`
	Code string `json:"code" doc:"of the registry; empty where it is not linked"`
	// Budget is left out where nothing was said.
	Budget unit.Fen `json:"budget,omitempty" required:"false" doc:"what the party gives to the task, in yuan"`
}

type sourceOut struct {
	Document string `json:"document"`
	Digest   string `json:"digest"`
	Title    string `json:"title"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Quote    string `json:"quote"`
}

type taskOut struct {
	ID        string   `json:"id"`
	Code      string   `json:"code"`
	Agreement string   `json:"agreement"`
	Title     string   `json:"title"`
	Owner     string   `json:"owner" doc:"the lead"`
	State     string   `json:"state" enum:"running,submitted,done,ended"`
	Due       unit.Day `json:"due"`
	Original  unit.Day `json:"original_due"`
	Light     string   `json:"light" enum:"green,amber,red,check,done,ended"`
	LateDays  int      `json:"late_days" doc:"working days"`
	LeftDays  int      `json:"left_days" doc:"working days"`
	Pending   bool     `json:"provisional" doc:"the calendar of a year is not announced yet"`
	Done      string   `json:"done"`
	Evidence  string   `json:"evidence"`
	Verifier  string   `json:"verifier" doc:"name of the party, or office"`
	Indicator string   `json:"indicator,omitempty"`
	Baseline  string   `json:"baseline,omitempty"`
	Target    string   `json:"target,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Reached   string   `json:"reached,omitempty"`
	Sentence  string   `json:"sentence,omitempty" doc:"of the source, that promises it"`
	Version   int      `json:"version"`
}

func agreementOf(a agreement.Agreement) agreementOut {
	digest, _ := a.Digest() // a text that was entered has canonical bytes
	o := agreementOut{ID: string(a.ID), Title: a.Title, Kind: a.Kind, Form: string(a.Form), Parties: a.Parties, Signers: []partyOut{}, Signed: a.Signed,
		From: a.From, Until: a.Until, State: string(a.State), Secrecy: string(a.Secrecy), About: a.About, Fields: a.Fields, Clauses: a.Clauses, Tags: []string{}, Digest: digest,
		Source: sourceOut{string(a.Source.Document), a.Source.Digest, a.Source.Title, a.Source.From, a.Source.To, a.Source.Quote}}
	for _, p := range a.Signers {
		o.Signers = append(o.Signers, partyOut{p.Name, p.Code, p.Budget})
	}
	for _, t := range a.Tags {
		o.Tags = append(o.Tags, t.String())
	}
	if a.Investment > 0 {
		o.Investment = a.Investment.String()
	}
	o.Tasks = tasksOf(a.Tasks)
	return o
}

func tasksOf(all []agreement.Task) []taskOut {
	out := []taskOut{}
	for _, t := range all {
		m := t.Measure
		o := taskOut{ID: string(t.ID), Code: t.Code, Agreement: string(t.Agreement), Title: t.Title, Owner: t.Owner, State: string(t.State), Due: t.Due, Original: t.Original,
			Light: string(t.Lamp.Light), LateDays: t.Lamp.LateDays, LeftDays: t.Lamp.LeftDays, Pending: t.Lamp.Provisional, Done: iso(t.Done), Evidence: t.Evidence,
			Verifier: t.Verifier.Party.Name, Indicator: m.Indicator, Baseline: m.Baseline, Target: m.Target, Unit: m.Unit, Reached: m.Reached, Sentence: t.Sentence, Version: t.Version}
		if t.Verifier.Kind == agreement.ByOffice {
			o.Verifier = "office"
		}
		out = append(out, o)
	}
	return out
}

func (s *Server) apiAgreements() {
	type agreementList struct {
		Agreements []agreementOut `json:"agreements"`
		Total      int            `json:"total"`
	}
	type listIn struct {
		paged
		Form  string `query:"form"`
		Text  string `query:"q"`
		Party string `query:"party"`
		Year  int    `query:"year"`
		Tag   string `query:"tag" doc:"frame/item"`
	}
	operate(s, "GET", "/api/v1/agreements", access.AgreementRead, "The register of agreements, projects and plans", func(ctx context.Context, a asked, i *listIn) (*body[agreementList], error) {
		q := agreement.Listing{Form: agreement.Form(i.Form), Text: i.Text, Party: i.Party, Year: i.Year, Page: i.Page, Rows: 200}
		q.Tag, _ = agreement.ParseTag(i.Tag)
		all, total, err := s.c.Agreements.List(ctx, a.who, q)
		if err != nil {
			return nil, err
		}
		o := agreementList{Agreements: []agreementOut{}, Total: total}
		for _, x := range all {
			o.Agreements = append(o.Agreements, agreementOf(x))
		}
		return answer(o)
	})
	type addIn struct {
		Body map[string]any `doc:"the fields of the form /agreements/new: title, form, parties, signed, text, …; lists as arrays"`
	}
	operate(s, "POST", "/api/v1/agreements", access.AgreementPlan, "Enter an agreement, a project or a plan with its own text", func(ctx context.Context, a asked, i *addIn) (*body[agreementOut], error) {
		f := url.Values{}
		for name, value := range i.Body {
			if many, ok := value.([]any); ok {
				for _, x := range many {
					f.Add(name, fmt.Sprint(x))
				}
				continue
			}
			f.Set(name, fmt.Sprint(value))
		}
		x, err := agreementTyped(f)
		if err == nil {
			x, err = s.c.Agreements.Add(ctx, a.who, x)
		}
		if err != nil {
			return nil, err
		}
		return answer(agreementOf(x))
	})
	operate(s, "GET", "/api/v1/agreements/{id}", access.AgreementRead, "An agreement with its source and its tasks", func(ctx context.Context, a asked, i *byID) (*body[agreementOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Agreements.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(agreementOf(x))
	})
	type proposal struct {
		Title    string   `json:"title"`
		Owner    string   `json:"owner"`
		Due      unit.Day `json:"due"`
		Sentence string   `json:"sentence"`
		From     int      `json:"from"`
		To       int      `json:"to"`
	}
	type proposalList struct {
		Proposals []proposal `json:"proposals"`
	}
	operate(s, "GET", "/api/v1/agreements/{id}/proposals", access.AgreementPlan, "Tasks that the text seems to promise, each with its sentence", func(ctx context.Context, a asked, i *byID) (*body[proposalList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := a.visitOf(s).proposals(id)
		if err != nil {
			return nil, err
		}
		o := proposalList{Proposals: []proposal{}}
		for _, p := range all {
			o.Proposals = append(o.Proposals, proposal{p.Title, p.Owner, p.Due, p.Sentence, p.From, p.To})
		}
		return answer(o)
	})
	type signIn struct {
		ID   string `path:"id"`
		Body struct {
			Party  int    `json:"party" doc:"number of the party, from 0"`
			Digest string `json:"digest" doc:"of the text that was read"`
		}
	}
	type signOut struct {
		Digest  string `json:"digest"`
		Receipt string `json:"receipt" doc:"of the entry in the public log; empty for what is not public"`
	}
	operate(s, "POST", "/api/v1/agreements/{id}/signatures", access.AgreementSign, "Sign the text of an agreement for a party", func(ctx context.Context, a asked, i *signIn) (*body[signOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Agreements.Sign(ctx, a.who, id, i.Body.Party, i.Body.Digest)
		if err != nil {
			return nil, err
		}
		return answer(signOut{x.Digest, string(x.Leaf)})
	})
	s.apiAmendments()
	s.apiTasks()
}
