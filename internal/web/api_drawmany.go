package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// batchedOut is what became of one case of several.
type batchedOut struct {
	ID      string `json:"id"`
	No      string `json:"no"`
	Done    bool   `json:"done"`
	Refused string `json:"refused" doc:"code of why nothing was done"`
	Says    string `json:"says"`
	Back    string `json:"back" doc:"an action that leads it back to where it stood"`
}

type batchOut struct {
	Cases []batchedOut `json:"cases"`
}

// batchedAs is what became of several cases.
func batchedAs(done []casework.Batched, lang fault.Lang) batchOut {
	o := batchOut{Cases: []batchedOut{}}
	for _, x := range done {
		one := batchedOut{ID: string(x.ID), No: x.No, Done: x.Refused == nil, Back: x.Back}
		if x.Refused != nil {
			one.Refused, one.Says = x.Refused.Code, x.Refused.Sentence(lang)
		}
		o.Cases = append(o.Cases, one)
	}
	return o
}

// apiDrawMany is the operation that draws for many cases in one go.
func (s *Server) apiDrawMany() {
	type drawIn struct {
		Key  string `header:"Idempotency-Key"`
		Body struct {
			Scheme  string   `json:"scheme"`
			Action  string   `json:"action,omitempty" required:"false" doc:"that draws; empty where the cases wait for one only"`
			Parent  string   `json:"parent,omitempty" required:"false" doc:"id of the case under which they live; empty: any"`
			Cases   []string `json:"cases,omitempty" required:"false" doc:"ids; none: all that wait"`
			Answers []string `json:"answers,omitempty" required:"false" doc:"rules that ask whoever draws, and are answered with yes for every case"`
		}
	}
	operate(s, "POST", "/api/v1/panels/draw", access.CaseAct, "Draw the experts of many cases in one go, with even work; a case for which too few are left stays as it is", func(ctx context.Context, a asked, i *drawIn) (*body[batchOut], error) {
		r := casework.DrawRound{Scheme: i.Body.Scheme, Action: i.Body.Action, Parent: unit.ID(i.Body.Parent), Key: i.Key, Answers: map[string]bool{}}
		for _, name := range i.Body.Answers {
			r.Answers[name] = true
		}
		var err error
		if r.Cases, err = idsOf(i.Body.Cases); err != nil {
			return nil, err
		}
		done, err := s.c.Cases.DrawMany(ctx, a.who, r)
		if err != nil {
			return nil, err
		}
		return answer(batchedAs(done, a.lang))
	})
}
