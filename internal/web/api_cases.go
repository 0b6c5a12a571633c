package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type caseOut struct {
	ID      string              `json:"id"`
	No      string              `json:"no"`
	Scheme  string              `json:"scheme"`
	Edition string              `json:"edition"`
	Digest  string              `json:"digest" doc:"of the edition"`
	Org     string              `json:"org"`
	Stage   string              `json:"stage"`
	End     string              `json:"end" doc:"granted, refused, ended; empty while it goes on"`
	Version int64               `json:"version"`
	Fields  map[string]string   `json:"fields"`
	Amounts map[string]unit.Fen `json:"amounts" doc:"yuan"`
	Waits   []waitOut           `json:"waits"`
	History []stepOut           `json:"history"`
	Allowed []allowedOut        `json:"allowed"`
}

type waitOut struct {
	Role        string `json:"role"`
	Action      string `json:"action"`
	Due         string `json:"due"`
	Provisional bool   `json:"provisional"`
	Late        bool   `json:"late"`
}

type stepOut struct {
	No      int         `json:"no"`
	At      string      `json:"at"`
	Action  string      `json:"action"`
	From    string      `json:"from"`
	To      string      `json:"to"`
	Role    string      `json:"role"`
	By      string      `json:"by"`
	Reason  string      `json:"reason"`
	Verdict string      `json:"verdict"`
	Answers []answerOut `json:"answers"`
	Receipt string      `json:"receipt" doc:"id of the receipt; empty if nothing became public"`
}

type answerOut struct {
	Need      string `json:"need"`
	Result    string `json:"result" enum:"pass,fail,unknown,manual"`
	Says      string `json:"says"`
	Saw       string `json:"saw"`
	WouldPass string `json:"would_pass"`
	Basis     string `json:"basis" doc:"title and number of what the rule rests on; empty for what is only to be filled in"`
	Verified  bool   `json:"verified"`
}

type allowedOut struct {
	Action      string      `json:"action"`
	Role        string      `json:"role"`
	Verdict     string      `json:"verdict"`
	Goes        bool        `json:"goes"`
	NeedsReason bool        `json:"needs_reason"`
	Answers     []answerOut `json:"answers"`
	Due         string      `json:"due"`
	Refused     string      `json:"refused" doc:"code of what stands in the way of this person"`
}

// answersOf are the answers of the rules of an edition.
func answersOf(s *scheme.Scheme, all []scheme.Answer, lang fault.Lang) []answerOut {
	out := []answerOut{}
	for _, a := range all {
		out = append(out, answerOut{a.Need, string(a.Result), a.Words.In(lang), casework.Saw(a).In(lang), a.WouldPass.In(lang), s.SourceText(a.Basis), a.Verified})
	}
	return out
}

// caseOf is a case with what the person may do in it.
func (s *Server) caseOut(ctx context.Context, a asked, c casework.Case) (*body[caseOut], error) {
	o := caseOut{ID: string(c.ID), No: c.No, Scheme: c.Scheme, Edition: c.Edition, Digest: c.EditionDigest, Org: c.Org, Stage: c.Stage,
		End: string(c.End), Version: c.Version, Fields: map[string]string{}, Amounts: c.Purse.Sums, Waits: []waitOut{}, History: []stepOut{}, Allowed: []allowedOut{}}
	if o.Amounts == nil {
		o.Amounts = map[string]unit.Fen{}
	}
	sch, err := s.c.Cases.Edition(c)
	if err != nil {
		return nil, err
	}
	for name, v := range c.Fields {
		o.Fields[name] = typedForm(v)
	}
	for _, w := range c.Waits {
		o.Waits = append(o.Waits, waitOut{w.Role, w.Action, iso(w.Due), w.Provisional, w.Late})
	}
	for _, h := range c.History {
		o.History = append(o.History, stepOut{h.No, iso(h.At), h.Action, h.From, h.To, h.Role, h.By, h.Reason, string(h.Decision.Verdict),
			answersOf(sch, h.Decision.Answers, a.lang), string(h.Receipt)})
	}
	allowed, err := s.c.Cases.Allowed(ctx, a.who, c.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range allowed {
		one := allowedOut{x.Action, x.Role, string(x.Judgement.Verdict), x.Judgement.Goes && x.Refused == nil, x.NeedsReason,
			answersOf(sch, x.Judgement.Answers, a.lang), iso(x.Due), ""}
		if x.Refused != nil {
			one.Refused = x.Refused.Code
		}
		o.Allowed = append(o.Allowed, one)
	}
	return answer(o)
}

func (s *Server) apiCases() {
	type schemeLine struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		Edition string `json:"edition"`
		Digest  string `json:"digest"`
	}
	type schemes struct {
		Schemes []schemeLine `json:"schemes"`
	}
	operate(s, "GET", "/api/v1/schemes", access.SchemeRead, "The schemes that this node runs", func(_ context.Context, a asked, _ *nothing) (*body[schemes], error) {
		o := schemes{Schemes: []schemeLine{}}
		for _, x := range s.c.Cases.Schemes() {
			o.Schemes = append(o.Schemes, schemeLine{x.ID, x.Title.In(a.lang), x.Edition, x.Digest})
		}
		return answer(o)
	})
	s.apiScheme()
	type createIn struct {
		Key  string `header:"Idempotency-Key"`
		Body struct {
			Scheme string `json:"scheme"`
			Org    string `json:"org,omitempty" required:"false" doc:"whose case it is; not asked under another case"`
			Parent string `json:"parent,omitempty" required:"false" doc:"the case under which it is opened"`
		}
	}
	operate(s, "POST", "/api/v1/cases", access.CaseCreate, "Open a case", func(ctx context.Context, a asked, i *createIn) (*body[caseOut], error) {
		var c casework.Case
		var err error
		if i.Body.Parent != "" {
			parent, bad := idOf(i.Body.Parent)
			if bad != nil {
				return nil, bad
			}
			c, err = s.c.Cases.CreateUnder(ctx, a.who, parent, i.Body.Scheme, i.Key)
		} else {
			c, err = s.c.Cases.Create(ctx, a.who, i.Body.Scheme, i.Body.Org, i.Key)
		}
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	type formIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int64             `json:"version,omitempty" required:"false"`
			Fields  map[string]string `json:"fields" doc:"as people type them; an empty text empties the field"`
		}
	}
	operate(s, "PUT", "/api/v1/cases/{id}/form", access.CaseAct, "Fill in fields of the form", func(ctx context.Context, a asked, i *formIn) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Save(ctx, a.who, id, i.Body.Version, i.Body.Fields)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	type actIn struct {
		ID     string `path:"id"`
		Action string `path:"action"`
		Key    string `header:"Idempotency-Key"`
		Body   struct {
			Version int64           `json:"version,omitempty" required:"false"`
			Reason  string          `json:"reason,omitempty" required:"false"`
			Answers map[string]bool `json:"answers,omitempty" required:"false"`
			Wanted  []string        `json:"wanted,omitempty" required:"false" doc:"fields that an action which sends the case back asks for"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/actions/{action}", access.CaseAct, "Take an action", func(ctx context.Context, a asked, i *actIn) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Act(ctx, a.who, id, casework.Action{Name: i.Action, Version: i.Body.Version, Reason: i.Body.Reason, Answers: i.Body.Answers, Wanted: i.Body.Wanted, Key: i.Key})
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	operate(s, "GET", "/api/v1/cases/{id}", access.CaseRead, "A case", func(ctx context.Context, a asked, i *byID) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	s.apiLists()
	s.apiCaseFiles()
	s.apiAsks()
	s.apiForm()
	s.apiDiscards()
	s.apiDraws()
	s.apiPanels()
	s.apiHomes()
	s.apiCalls()
	s.apiSealed()
}

type caseLine struct {
	ID      string `json:"id"`
	No      string `json:"no"`
	Scheme  string `json:"scheme"`
	Org     string `json:"org"`
	Stage   string `json:"stage"`
	End     string `json:"end"`
	Changed string `json:"changed"`
}

type caseLines struct {
	Cases []caseLine `json:"cases"`
	Total int        `json:"total"`
}

func linesOf(all []casework.Case, total int) (*body[caseLines], error) {
	o := caseLines{Cases: []caseLine{}, Total: total}
	for _, c := range all {
		o.Cases = append(o.Cases, lineOfCase(c))
	}
	return answer(o)
}

func (s *Server) apiLists() {
	type listIn struct {
		Scheme string `query:"scheme"`
		Stage  string `query:"stage"`
		Org    string `query:"org"`
		Page   int    `query:"page" minimum:"1" default:"1"`
	}
	operate(s, "GET", "/api/v1/cases", access.CaseRead, "The cases that one may see", func(ctx context.Context, a asked, i *listIn) (*body[caseLines], error) {
		all, total, err := s.c.Cases.List(ctx, a.who, casework.Filter{Scheme: i.Scheme, Stage: i.Stage, Org: i.Org, Page: i.Page})
		if err != nil {
			return nil, err
		}
		return linesOf(all, total)
	})
	s.apiLine()
}

func (s *Server) apiScheme() {
	type paramOut struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Basis    string `json:"basis"`
		Verified bool   `json:"verified"`
	}
	type rowOut struct {
		From   string   `json:"from"`
		Action string   `json:"action"`
		To     string   `json:"to"`
		Who    []string `json:"who"`
		Clock  string   `json:"clock"`
	}
	type fieldOut struct {
		Name string `json:"name"`
		Type string `json:"type"`
		By   string `json:"by"`
		Says string `json:"says"`
	}
	type schemeOut struct {
		ID      string     `json:"id"`
		Title   string     `json:"title"`
		Edition string     `json:"edition"`
		Digest  string     `json:"digest"`
		Params  []paramOut `json:"params"`
		Stages  []rowOut   `json:"stages"`
		Fields  []fieldOut `json:"fields"`
	}
	operate(s, "GET", "/api/v1/schemes/{id}", access.SchemeRead, "A scheme", func(_ context.Context, a asked, i *byID) (*body[schemeOut], error) {
		x, err := s.c.Cases.Scheme(i.ID)
		if err != nil {
			return nil, err
		}
		o := schemeOut{ID: x.ID, Title: x.Title.In(a.lang), Edition: x.Edition, Digest: x.Digest}
		for name, p := range x.Params.All() {
			o.Params = append(o.Params, paramOut{name, p.Value.String(), p.Basis, p.Verified})
		}
		for _, r := range x.Stages {
			o.Stages = append(o.Stages, rowOut{r.From, r.Action, r.To, r.Who, r.Clock})
		}
		for _, sec := range x.Form.Sections {
			for _, f := range sec.Fields {
				o.Fields = append(o.Fields, fieldOut{f.Name, f.Type, f.By, f.Words.In(a.lang)})
			}
		}
		return answer(o)
	})
}
