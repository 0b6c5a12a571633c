package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
)

type askOut struct {
	Ask     string     `json:"ask"`
	Says    string     `json:"says"`
	Opening int        `json:"opening" doc:"1 for the first time that it was opened"`
	Opened  string     `json:"opened"`
	Closed  string     `json:"closed" doc:"when an action was taken on it; empty while answers are taken"`
	Asked   int        `json:"asked"`
	Given   int        `json:"given"`
	Missing int        `json:"missing"`
	Passed  int        `json:"passed"`
	Failed  int        `json:"failed"`
	Score   string     `json:"score" doc:"weighted mean; empty where it cannot be told"`
	Order   string     `json:"order" doc:"what people call the answer by which those that are in are ordered, the smallest first; empty is as they were asked"`
	Hidden  string     `json:"hidden" enum:",until_all,sight" doc:"why answers of others are not shown: not all are in, or the scheme lets other roles read them"`
	Fields  []askField `json:"fields" doc:"what a seat answers"`
	Seats   []seatOut  `json:"seats"`
}

type askField struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	Of   []string `json:"of"`
	Says string   `json:"says"`
}

type seatOut struct {
	Seat        string         `json:"seat" doc:"id of an office or of a person; empty where it is not told"`
	Kind        string         `json:"kind" enum:"office,person"`
	No          int            `json:"no"`
	Name        string         `json:"name"`
	Due         string         `json:"due"`
	Provisional bool           `json:"provisional"`
	Late        bool           `json:"late"`
	Waiting     bool           `json:"waiting"`
	Carried     bool           `json:"carried" doc:"not asked again: its earlier answer counts"`
	Struck      string         `json:"struck" enum:",declined,late,conflict" doc:"why it fell out"`
	Mine        bool           `json:"mine" doc:"one can answer for it now"`
	Instead     bool           `json:"instead" doc:"one can answer now because it is silent"`
	Place       int            `json:"place" doc:"where its answer stands among those that may be read, in the order of the ask, 1 for the first; 0 where there is none"`
	Answer      *seatAnswerOut `json:"answer,omitempty"`
}

type seatAnswerOut struct {
	At      string            `json:"at"`
	By      string            `json:"by"`
	Instead string            `json:"instead" doc:"role that answered for the silent seat"`
	Reason  string            `json:"reason"`
	Fields  map[string]string `json:"fields"`
}

type asksOut struct {
	Asks []askOut `json:"asks"`
}

func asksOf(all []casework.Asked, a asked) (*body[asksOut], error) {
	o := asksOut{Asks: []askOut{}}
	for _, x := range all {
		one := askOut{Ask: x.Ask, Says: x.Words.In(a.lang), Opening: x.Opening, Opened: iso(x.Opened), Closed: iso(x.Closed), Asked: x.Asked, Given: x.Given,
			Missing: x.Missing, Passed: x.Passed, Failed: x.Failed, Order: x.OrderedBy().In(a.lang), Hidden: x.Hidden, Fields: []askField{}, Seats: []seatOut{}}
		if x.Score.Known() {
			one.Score = x.Score.String()
		}
		for _, f := range x.Fields {
			one.Fields = append(one.Fields, askField{f.Name, f.Type, append([]string{}, f.Of...), f.Words.In(a.lang)})
		}
		place := map[int]int{}
		for i, s := range x.InOrder() {
			place[s.No] = i + 1
		}
		for _, s := range x.Seats {
			seat := seatOut{Seat: s.ID, Kind: s.Kind, No: s.No, Name: s.Name.In(a.lang), Due: iso(s.Due), Provisional: s.Provisional, Late: s.Late, Waiting: s.Waiting,
				Carried: s.Carried, Struck: s.Struck, Mine: s.Mine, Instead: s.Instead, Place: place[s.No]}
			if y := s.Answer; y != nil {
				seat.Answer = &seatAnswerOut{At: iso(y.At), By: y.By, Instead: y.Instead, Reason: y.Reason, Fields: map[string]string{}}
				for name, v := range y.Given {
					seat.Answer.Fields[name] = typedForm(v)
				}
			}
			one.Seats = append(one.Seats, seat)
		}
		o.Asks = append(o.Asks, one)
	}
	return answer(o)
}

func (s *Server) apiAsks() {
	operate(s, "GET", "/api/v1/cases/{id}/asks", access.CaseRead, "Who is asked in a case, and what they answered", func(ctx context.Context, a asked, i *byID) (*body[asksOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return asksOf(c.Asks, a)
	})
	type answerIn struct {
		ID   string `path:"id"`
		Ask  string `path:"ask"`
		Key  string `header:"Idempotency-Key"`
		Body struct {
			Seat   string            `json:"seat,omitempty" required:"false" doc:"for which; not needed by who speaks for one only"`
			Fields map[string]string `json:"fields" doc:"as people type them"`
			Reason string            `json:"reason,omitempty" required:"false" doc:"needed where a silent one is answered for"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/asks/{ask}", access.CaseAct, "Answer what one is asked", func(ctx context.Context, a asked, i *answerIn) (*body[asksOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Answer(ctx, a.who, id, casework.Answer{Ask: i.Ask, Seat: i.Body.Seat, Fields: i.Body.Fields, Reason: i.Body.Reason, Key: i.Key})
		if err != nil {
			return nil, err
		}
		return asksOf(c.Asks, a)
	})
}
