package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
)

type drawOut struct {
	Ask      string   `json:"ask"`
	Opening  int      `json:"opening"`
	Promise  string   `json:"promise" doc:"digest of the seed, public before the pool was fixed"`
	Promised string   `json:"promised"`
	Drawn    string   `json:"drawn" doc:"empty while it is only promised"`
	Seed     string   `json:"seed"`
	Pool     string   `json:"pool"`
	Field    string   `json:"field"`
	Digest   string   `json:"digest" doc:"of everybody who could be drawn"`
	Count    int      `json:"count"`
	Reserves int      `json:"reserves"`
	PerUnit  int      `json:"per_unit" doc:"so many of one organisation at most; 0 is no limit"`
	Receipts []string `json:"receipts" doc:"ids of the two public entries"`
	Lots     []lotOut `json:"lots"`
	Differ   []string `json:"differ" doc:"what does not come out when it is drawn again; empty is the rule"`
}

type lotOut struct {
	Token string              `json:"token"`
	Name  string              `json:"name" doc:"empty where it is not told"`
	Unit  string              `json:"unit"`
	No    int                 `json:"unit_no" doc:"all of one organisation have one number"`
	Kept  []map[string]string `json:"left_out" doc:"why he or she could not be drawn"`
	Place int                 `json:"place" doc:"from 1; those after count stand by; 0 was not drawn"`
	Mine  bool                `json:"mine"`
}

func (s *Server) apiDraws() {
	type drawsOut struct {
		Draws []drawOut `json:"draws"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/draws", access.CaseRead, "How the people of a case were drawn, drawn again", func(ctx context.Context, a asked, i *byID) (*body[drawsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		_, all, err := s.c.Cases.Draws(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := drawsOut{Draws: []drawOut{}}
		for _, d := range all {
			x := drawOut{Ask: d.Ask, Opening: d.Opening, Promise: d.Promise, Promised: iso(d.Promised), Drawn: iso(d.Drawn), Seed: d.Seed, Pool: d.Pool, Field: d.Field,
				Digest: d.Digest, Count: d.Count, Reserves: d.Reserves, PerUnit: d.PerUnit, Receipts: []string{string(d.PromisedIn)}, Lots: []lotOut{}, Differ: append([]string{}, d.Differ...)}
			if d.DrawnIn != "" {
				x.Receipts = append(x.Receipts, string(d.DrawnIn))
			}
			for _, l := range d.Lots {
				lot := lotOut{Token: l.Token, Name: l.Name.In(a.lang), Unit: l.Unit, No: l.UnitNo, Kept: []map[string]string{}, Place: l.Place, Mine: l.Mine}
				for _, t := range l.Kept {
					lot.Kept = append(lot.Kept, map[string]string{"why": t.Why, "org": t.Org, "note": t.Note})
				}
				x.Lots = append(x.Lots, lot)
			}
			o.Draws = append(o.Draws, x)
		}
		return answer(o)
	})
	type strikeIn struct {
		ID   string `path:"id"`
		Ask  string `path:"ask"`
		Body struct {
			Seat   string `json:"seat,omitempty" required:"false" doc:"which; not needed by whoever was drawn"`
			Why    string `json:"why" enum:"declined,conflict,late"`
			Reason string `json:"reason"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/asks/{ask}/strike", access.CaseAct, "Take somebody who was drawn off; the next who stands by is asked", func(ctx context.Context, a asked, i *strikeIn) (*body[asksOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Strike(ctx, a.who, id, casework.Strike{Ask: i.Ask, Seat: i.Body.Seat, Why: i.Body.Why, Reason: i.Body.Reason})
		if err != nil {
			return nil, err
		}
		return asksOf(c.Asks, a)
	})
	s.apiExperts()
}

type expertOut struct {
	ID     string `json:"id"`
	Pool   string `json:"pool"`
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Field  string `json:"field"`
	Since  string `json:"since"`
	Until  string `json:"until"`
	Source string `json:"source"`
}

func (s *Server) apiExperts() {
	type expertsOut struct {
		Experts []expertOut `json:"experts"`
	}
	all := func(ctx context.Context, a asked, pool string) (*body[expertsOut], error) {
		found, _, err := s.expertsOf(ctx, a.who, pool, a.lang)
		if err != nil {
			return nil, err
		}
		o := expertsOut{Experts: []expertOut{}}
		for _, e := range found {
			o.Experts = append(o.Experts, expertOut{string(e.ID), e.Pool, e.Name, e.Unit, e.Field, e.Since.String(), e.Until.String(), e.Source})
		}
		return answer(o)
	}
	type expertsIn struct {
		Pool string `query:"pool" doc:"of one pool only"`
	}
	operate(s, "GET", "/api/v1/experts", access.RegistryEdit, "Who may be drawn to judge", func(ctx context.Context, a asked, i *expertsIn) (*body[expertsOut], error) {
		return all(ctx, a, i.Pool)
	})
	type expertPutIn struct{ Body expertIn }
	operate(s, "POST", "/api/v1/experts", access.RegistryEdit, "Enter somebody in a pool of experts", func(ctx context.Context, a asked, i *expertPutIn) (*body[expertsOut], error) {
		e, err := s.putExpert(ctx, a.who, i.Body)
		if err != nil {
			return nil, err
		}
		return all(ctx, a, e.Pool)
	})
	operate(s, "POST", "/api/v1/experts/{id}/end", access.RegistryEdit, "Take an entry out of its pool after today", func(ctx context.Context, a asked, i *byID) (*body[expertsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.endExpert(ctx, a.who, id); err != nil {
			return nil, err
		}
		return all(ctx, a, "")
	})
}
