package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// onceRoutes are the addresses of the used-once register.
func (s *Server) onceRoutes() {
	s.page("GET", "/once", access.LetterRead, (*visit).once)
}

// apiOnce are the operations of the used-once register and of the claims of a case.
func (s *Server) apiOnce() {
	type claimOut struct {
		ID       string `json:"id"`
		Case     string `json:"case"`
		Seller   string `json:"seller"`
		Number   string `json:"number"`
		Line     int64  `json:"line"`
		Total    string `json:"total"`
		Amount   string `json:"amount"`
		Keeper   string `json:"keeper" doc:"node that answers; empty while nobody does"`
		State    string `json:"state" enum:"waiting,held,refused,confirmed,released"`
		Code     string `json:"code" doc:"of what refuses it or holds it up"`
		Asked    string `json:"asked"`
		Answered string `json:"answered"`
	}
	out := func(c federation.Claim) claimOut {
		return claimOut{string(c.ID), string(c.Case), string(c.Seller), string(c.Number), c.Line, c.Total.Yuan(), c.Amount.Yuan(), c.Keeper, c.State, c.Code, iso(c.Asked), iso(c.Answered)}
	}
	type claims struct {
		Claims []claimOut `json:"claims"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/uses", access.CaseRead, "How the invoice lines of a case stand in the used-once register", func(ctx context.Context, a asked, i *byID) (*body[claims], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.UsesOf(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := claims{Claims: []claimOut{}}
		for _, c := range all {
			o.Claims = append(o.Claims, out(c))
		}
		return answer(o)
	})
	type useOut struct {
		Node    string `json:"node"`
		Claim   string `json:"claim"`
		Digest  string `json:"digest"`
		Amount  string `json:"amount"`
		State   string `json:"state" enum:"held,confirmed,released"`
		Stale   bool   `json:"stale" doc:"held for longer than the members agreed to leave unseen"`
		Changed string `json:"changed"`
	}
	type askerOut struct {
		Node string `json:"node"`
		Hour int64  `json:"hour" doc:"holds asked for within the last hour"`
		All  int64  `json:"all"`
		Held string `json:"held"`
	}
	type registerIn struct {
		Node  string `query:"node"`
		State string `query:"state"`
		After string `query:"after"`
	}
	type registerOut struct {
		Uses   []useOut   `json:"uses"`
		Askers []askerOut `json:"askers"`
		Claims []claimOut `json:"claims" doc:"of this node's cases, the newest"`
		Next   string     `json:"next"`
	}
	operate(s, "GET", "/api/v1/once", access.LetterRead, "The used-once register that this node keeps", func(ctx context.Context, a asked, i *registerIn) (*body[registerOut], error) {
		r, _, err := s.c.Federation.Register(ctx, a.who, federation.UseQuery{Node: i.Node, State: i.State, After: i.After}, federation.UseQuery{Node: i.Node, State: i.State}, federation.UseQuery{Rows: 1})
		if err != nil {
			return nil, err
		}
		o := registerOut{Uses: []useOut{}, Askers: []askerOut{}, Claims: []claimOut{}, Next: r.UsesNext}
		for _, u := range r.Uses {
			o.Uses = append(o.Uses, useOut{u.Node, string(u.Claim), u.Digest, u.Amount.Yuan(), u.State, u.Stale(s.now(), r.Terms.StaleDays), iso(u.Changed)})
		}
		for _, x := range r.Askers {
			o.Askers = append(o.Askers, askerOut{x.Node, x.Hour, x.All, unit.Fen(x.HeldFen).Yuan()})
		}
		for _, c := range r.Claims {
			o.Claims = append(o.Claims, out(c))
		}
		return answer(o)
	})
}
