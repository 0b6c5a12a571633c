package web

import (
	"bytes"
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/unit"
)

type shadowLineOut struct {
	ID      string   `json:"id" doc:"of the case here"`
	Home    string   `json:"home" doc:"region code of the node in which it lives"`
	Case    string   `json:"case" doc:"id of the case there"`
	No      string   `json:"no"`
	Scheme  string   `json:"scheme"`
	Title   string   `json:"title"`
	Org     string   `json:"org" doc:"our organisation"`
	Firm    string   `json:"firm" doc:"whose case it is; empty where that is not shown"`
	Stage   string   `json:"stage"`
	End     string   `json:"end"`
	Mine    bool     `json:"mine" doc:"we can act"`
	Due     string   `json:"due"`
	Version int64    `json:"version" doc:"of the case, as shown last"`
	Seq     int64    `json:"seq" doc:"of what home has shown; only grows"`
	Actions []string `json:"actions"`
}

func shadowLine(x casework.ShadowCase, a asked) shadowLineOut {
	o := shadowLineOut{ID: string(x.ID), Home: x.Home, Case: string(x.Case), No: x.No, Scheme: x.Scheme, Title: x.Title.In(a.lang), Org: x.Org, Firm: x.Firm, Stage: x.Stage,
		End: string(x.End), Mine: x.Mine, Version: x.Version, Seq: x.Seq, Actions: []string{}}
	if !x.Due.IsZero() {
		o.Due = iso(x.Due)
	}
	for _, y := range x.Actions {
		o.Actions = append(o.Actions, y.Action)
	}
	return o
}

type shadowOut struct {
	shadowLineOut
	Fields map[string]string   `json:"fields" doc:"what is shown of the form"`
	Sums   map[string]unit.Fen `json:"sums" doc:"yuan"`
	Steps  []shadowStepOut     `json:"steps"`
	Acts   []shadowActOut      `json:"acts" doc:"what was sent from here, the newest first"`
}

type shadowStepOut struct {
	At     string `json:"at"`
	Says   string `json:"says"`
	To     string `json:"to"`
	Role   string `json:"role"`
	Reason string `json:"reason"`
}

type shadowActOut struct {
	ID       string `json:"id" doc:"of the letter"`
	Action   string `json:"action"`
	By       string `json:"by"`
	Mandate  string `json:"mandate"`
	At       string `json:"at"`
	State    string `json:"state" enum:"sent,done,refused"`
	Code     string `json:"code" doc:"of the refusal"`
	Says     string `json:"says" doc:"the refusal in words"`
	Answered string `json:"answered"`
}

func shadowAct(x casework.ShadowActed, a asked) shadowActOut {
	o := shadowActOut{ID: string(x.ID), Action: x.Action, By: x.By, Mandate: x.Mandate, At: iso(x.At), State: x.State, Code: x.Code, Says: x.Refusal.In(a.lang)}
	if !x.Answered.IsZero() {
		o.Answered = iso(x.Answered)
	}
	return o
}

func (s *Server) shadowOut(ctx context.Context, a asked, id unit.ID) (*body[shadowOut], error) {
	x, acts, err := s.c.Cases.ShadowOf(ctx, a.who, id)
	if err != nil {
		return nil, err
	}
	o := shadowOut{shadowLineOut: shadowLine(x, a), Fields: map[string]string{}, Sums: map[string]unit.Fen{}, Steps: []shadowStepOut{}, Acts: []shadowActOut{}}
	for _, f := range x.Fields {
		if o.Fields[f.Name] = f.Shown.In(a.lang); f.Value.Known() {
			o.Fields[f.Name] = typedForm(f.Value)
		}
	}
	for _, y := range x.Sums {
		o.Sums[y.Name] = y.Fen
	}
	for _, y := range x.Steps {
		o.Steps = append(o.Steps, shadowStepOut{iso(y.At), y.Words.In(a.lang), y.ToWords.In(a.lang), y.Role.In(a.lang), y.Reason})
	}
	for _, y := range acts {
		o.Acts = append(o.Acts, shadowAct(y, a))
	}
	return answer(o)
}

// apiAbroad are the operations of cases that live in other nodes.
func (s *Server) apiAbroad() {
	type shadowListIn struct {
		State string `query:"state" enum:"mine,open,ended"`
		Home  string `query:"home"`
		No    string `query:"no"`
		Sort  string `query:"sort" enum:"due,opened,no"`
		Page  int    `query:"page"`
	}
	type shadowListOut struct {
		Cases []shadowLineOut `json:"cases"`
		Total int             `json:"total"`
	}
	operate(s, "GET", "/api/v1/abroad", access.CaseRead, "Cases of other nodes to which one's organisations are a party", func(ctx context.Context, a asked, i *shadowListIn) (*body[shadowListOut], error) {
		all, total, err := s.c.Cases.Shadows(ctx, a.who, casework.ShadowQuery{State: i.State, Home: i.Home, No: strings.ToUpper(i.No), Sort: i.Sort, Page: i.Page})
		if err != nil {
			return nil, err
		}
		o := shadowListOut{Cases: []shadowLineOut{}, Total: total}
		for _, x := range all {
			o.Cases = append(o.Cases, shadowLine(x, a))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/abroad/{id}", access.CaseRead, "A case of another node, as it was shown last", func(ctx context.Context, a asked, i *byID) (*body[shadowOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return s.shadowOut(ctx, a, id)
	})
	type shadowActIn struct {
		ID     string `path:"id"`
		Action string `path:"action"`
		Key    string `header:"Idempotency-Key"`
		Body   struct {
			Version int64             `json:"version,omitempty" required:"false"`
			Fields  map[string]string `json:"fields,omitempty" required:"false" doc:"as people type them; a file by its digest, once it was brought"`
			Reason  string            `json:"reason,omitempty" required:"false"`
			Answers map[string]bool   `json:"answers,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/abroad/{id}/actions/{action}", access.CaseAct, "Send an action to the case's home, which judges; the answer comes later", func(ctx context.Context, a asked, i *shadowActIn) (*body[shadowOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if _, err := s.c.Cases.ActAbroad(ctx, a.who, id, casework.ShadowAct{Action: i.Action, Version: i.Body.Version, Fields: i.Body.Fields, Reason: i.Body.Reason, Answers: i.Body.Answers, Key: i.Key}); err != nil {
			return nil, err
		}
		return s.shadowOut(ctx, a, id)
	})
	operate(s, "POST", "/api/v1/abroad/{id}/files", access.CaseAct, "Bring a file for a case of another node; its bytes stay here", func(ctx context.Context, a asked, i *fileIn) (*body[attachedOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		f, err := s.c.Cases.AttachAbroad(ctx, a.who, id, i.Name, bytes.NewReader(i.RawBody))
		if err != nil {
			return nil, err
		}
		return answer(attachedOf(f))
	})
}
