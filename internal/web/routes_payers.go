package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
)

// payerRoutes are the addresses of leads and payers.
func (s *Server) payerRoutes() {
	s.page("GET", "/cases/payers", access.CaseRead, (*visit).payers)
}

type payerOut struct {
	Opening string `json:"opening"`
	Entry   string `json:"entry"`
	Row     int    `json:"row"`
	Payer   string `json:"payer" doc:"region code of the jurisdiction"`
	Node    string `json:"node" doc:"that answers for it"`
	Org     string `json:"org" doc:"whose case it is"`
	Asked   string `json:"asked" doc:"yuan that are asked for"`
	State   string `json:"state" enum:"asked,confirmed,paid,bounced,refused,withdrawn,clawed_back"`
	Sum     string `json:"sum" doc:"yuan that it stands by"`
	Gone    bool   `json:"gone" doc:"the lead let it go"`
	Case    string `json:"case" doc:"id in its node; empty before it answered"`
	No      string `json:"no"`
	Edition string `json:"edition" doc:"digest of the edition by which it is decided"`
	ZH      string `json:"zh" doc:"where the case stands, or why none was opened"`
	EN      string `json:"en"`
	End     string `json:"end"`
	Reason  string `json:"reason"`
	Owed    bool   `json:"owed" doc:"a letter to it is still to be written"`
	Changed string `json:"changed"`
}

func payerShown(p casework.Payer) payerOut {
	return payerOut{string(p.ID), p.Entry, p.Row, p.Payer, p.Node, p.Org, p.Asked.Yuan(), p.State, p.Fen.Yuan(), p.Gone, string(p.News.Case), p.News.No, p.News.Digest,
		p.News.Words[0], p.News.Words[1], string(p.News.End), p.News.Reason, p.Owed, iso(p.Changed)}
}

type leadPayerOut struct {
	Payer string `json:"payer"`
	State string `json:"state"`
	Asked string `json:"asked"`
	Sum   string `json:"sum"`
	Gone  bool   `json:"gone"`
}

type leadOut struct {
	Node    string         `json:"node" doc:"in which the lead lives"`
	Opening string         `json:"opening"`
	Case    string         `json:"case" doc:"id of the lead, where it lives in this node"`
	No      string         `json:"no"`
	Scheme  string         `json:"scheme"`
	Edition string         `json:"edition" doc:"digest"`
	Org     string         `json:"org"`
	Stage   string         `json:"stage"`
	ZH      string         `json:"zh"`
	EN      string         `json:"en"`
	End     string         `json:"end"`
	Gone    bool           `json:"gone" doc:"the lead let this payer go"`
	Payers  []leadPayerOut `json:"payers"`
	Changed string         `json:"changed"`
}

func leadShown(x casework.Lead) leadOut {
	n := x.News
	o := leadOut{x.Node, string(n.Opening), string(x.Case), n.No, n.Scheme, n.Digest, n.Org, n.Stage, n.Words[0], n.Words[1], string(n.End), n.Gone, []leadPayerOut{}, iso(x.Changed)}
	for _, p := range n.Payers {
		o.Payers = append(o.Payers, leadPayerOut{p.Payer, p.State, p.Asked.Yuan(), p.Fen.Yuan(), p.Gone})
	}
	return o
}

// apiPayers are the operations of leads and payers.
func (s *Server) apiPayers() {
	type payersOut struct {
		Payers []payerOut `json:"payers"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/payers", access.CaseRead, "How the payers of a lead case stand", func(ctx context.Context, a asked, i *byID) (*body[payersOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, _, err := s.c.Cases.Payers(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := payersOut{[]payerOut{}}
		for _, p := range all {
			o.Payers = append(o.Payers, payerShown(p))
		}
		return answer(o)
	})
	type leadsOut struct {
		Lead *leadOut `json:"lead" doc:"absent for a case that answers none"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/lead", access.CaseRead, "How the lead stands that a payer's case answers", func(ctx context.Context, a asked, i *byID) (*body[leadsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, ok, err := s.c.Cases.LeadOf(ctx, a.who, id)
		if err != nil || !ok {
			return &body[leadsOut]{}, err
		}
		l := leadShown(x)
		return answer(leadsOut{&l})
	})
	type askedOut struct {
		LeadCase string   `json:"lead_case"`
		LeadNo   string   `json:"lead_no"`
		Payer    payerOut `json:"payer"`
	}
	type ledOut struct {
		Payer string  `json:"payer" doc:"id of the case here"`
		No    string  `json:"no"`
		Lead  leadOut `json:"lead"`
	}
	type allOut struct {
		Asked []askedOut `json:"asked" doc:"payers of leads here"`
		Led   []ledOut   `json:"led" doc:"cases here that answer a lead"`
	}
	operate(s, "GET", "/api/v1/payers", access.CaseRead, "Payers of leads here, and cases here that answer a lead; the newest", func(ctx context.Context, a asked, _ *struct{}) (*body[allOut], error) {
		asked, led, err := s.c.Cases.LeadsAndPayers(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := allOut{[]askedOut{}, []ledOut{}}
		for _, x := range asked {
			o.Asked = append(o.Asked, askedOut{string(x.LeadCase.ID), x.LeadCase.No, payerShown(x.Payer)})
		}
		for _, x := range led {
			o.Led = append(o.Led, ledOut{string(x.Payer.ID), x.Payer.No, leadShown(x.Lead)})
		}
		return answer(o)
	})
}
