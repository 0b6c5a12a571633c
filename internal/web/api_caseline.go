package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/unit"
)

// apiLine are the operations of queues: what waits, batches, who took a case.
func (s *Server) apiLine() {
	s.apiTalk()
	s.apiPublic()
	s.apiLetter()
	type lineOut struct {
		caseLine
		Due         string `json:"due" doc:"empty when no time is counted"`
		Provisional bool   `json:"provisional"`
		Late        bool   `json:"late"`
		TakenBy     string `json:"taken_by" doc:"name of who took it; empty while nobody did"`
	}
	type countOut struct {
		Scheme string `json:"scheme"`
		Stage  string `json:"stage"`
		N      int    `json:"n"`
		Late   int    `json:"late"`
		More   bool   `json:"more" doc:"there are more than n"`
	}
	type queueOut struct {
		Cases  []lineOut  `json:"cases"`
		Total  int        `json:"total"`
		More   bool       `json:"more" doc:"there are more than total"`
		Stages []countOut `json:"stages" doc:"of the whole queue"`
	}
	type queueIn struct {
		Scheme string `query:"scheme"`
		Stage  string `query:"stage"`
		Due    string `query:"due" enum:"late,soon"`
		Hands  string `query:"hands" enum:"mine,free"`
		Sort   string `query:"sort" enum:"age" doc:"else by due time"`
		Page   int    `query:"page" minimum:"1" default:"1"`
	}
	operate(s, "GET", "/api/v1/queue", access.CaseRead, "The cases in which one can act now", func(ctx context.Context, a asked, i *queueIn) (*body[queueOut], error) {
		p, err := s.c.Cases.Line(ctx, a.who, casework.QueueFilter{Scheme: i.Scheme, Stage: i.Stage, Due: i.Due, Hands: i.Hands, Sort: i.Sort, Page: i.Page})
		if err != nil {
			return nil, err
		}
		o := queueOut{Cases: []lineOut{}, Total: p.Total, More: p.More, Stages: []countOut{}}
		for _, c := range p.Cases {
			o.Cases = append(o.Cases, lineOut{lineOfCase(c.Case), iso(c.Due), c.Provisional, c.Late, c.Taken.Name})
		}
		for _, x := range p.Stages {
			o.Stages = append(o.Stages, countOut{x.Scheme, x.Stage, x.N, x.Late, x.More})
		}
		return answer(o)
	})

	type batchIn struct {
		Key  string `header:"Idempotency-Key"`
		Body struct {
			Cases  []string `json:"cases" doc:"ids"`
			Action string   `json:"action"`
			Reason string   `json:"reason,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/queue/batch", access.CaseAct, "Take one action in several cases, each judged by itself", func(ctx context.Context, a asked, i *batchIn) (*body[batchOut], error) {
		b := casework.Batch{Action: i.Body.Action, Reason: i.Body.Reason, Key: i.Key}
		var err error
		if b.Cases, err = idsOf(i.Body.Cases); err != nil {
			return nil, err
		}
		done, err := s.c.Cases.ActMany(ctx, a.who, b)
		if err != nil {
			return nil, err
		}
		return answer(batchedAs(done, a.lang))
	})

	type takenOut struct {
		Person string `json:"person"`
		Name   string `json:"name"`
		Role   string `json:"role"`
		At     string `json:"at"`
	}
	out := func(t casework.Taken) (*body[takenOut], error) {
		return answer(takenOut{string(t.Person), t.Name, t.Role, iso(t.At)})
	}
	operate(s, "POST", "/api/v1/cases/{id}/take", access.CaseAct, "Take a case of one's desk", func(ctx context.Context, a asked, i *byID) (*body[takenOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		t, err := s.c.Cases.Take(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return out(t)
	})
	type giveIn struct {
		ID   string `path:"id"`
		Body struct {
			To string `json:"to" doc:"id of a person who holds the same desk"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/give", access.CaseAct, "Give a case to a colleague", func(ctx context.Context, a asked, i *giveIn) (*body[takenOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		to, err := unit.ParseID(i.Body.To)
		if err != nil {
			return nil, err
		}
		t, err := s.c.Cases.Give(ctx, a.who, id, to)
		if err != nil {
			return nil, err
		}
		return out(t)
	})
	operate(s, "POST", "/api/v1/cases/{id}/give-back", access.CaseAct, "Give a case back to its desk", func(ctx context.Context, a asked, i *byID) (*nothing, error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return nil, s.c.Cases.GiveBack(ctx, a.who, id)
	})
}

func lineOfCase(c casework.Case) caseLine {
	return caseLine{string(c.ID), c.No, c.Scheme, c.Org, c.Stage, string(c.End), iso(c.Changed)}
}
