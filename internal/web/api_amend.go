package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// amendmentOut is a proposal of other words as a program reads it.
type amendmentOut struct {
	ID        string            `json:"id"`
	State     string            `json:"state" enum:"open,agreed,refused,withdrawn"`
	Party     int               `json:"party" doc:"number of who proposes, from 0"`
	Reason    string            `json:"reason"`
	WasDigest string            `json:"was_digest" doc:"of the text that it changes"`
	Digest    string            `json:"digest" doc:"of the text that it makes: what each party signs"`
	To        agreement.Wording `json:"to"`
	Was       agreement.Wording `json:"was"`
}

func amendmentOf(m agreement.Amendment) amendmentOut {
	return amendmentOut{string(m.ID), m.State, m.Party, m.Reason, m.WasDigest, m.Digest, m.To, m.Was}
}

// apiAmendments are the operations on the text of an agreement after it was entered.
func (s *Server) apiAmendments() {
	type amendmentList struct {
		Amendments []amendmentOut `json:"amendments"`
	}
	list := func(ctx context.Context, who access.Actor, id unit.ID) (*body[amendmentList], error) {
		all, err := s.c.Agreements.Amendments(ctx, who, id)
		if err != nil {
			return nil, err
		}
		o := amendmentList{Amendments: []amendmentOut{}}
		for _, m := range all {
			o.Amendments = append(o.Amendments, amendmentOf(m))
		}
		return answer(o)
	}
	operate(s, "GET", "/api/v1/agreements/{id}/amendments", access.AgreementRead, "What was proposed to be put in other words, the newest first", func(ctx context.Context, a asked, i *byID) (*body[amendmentList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return list(ctx, a.who, id)
	})
	type amendIn struct {
		ID   string `path:"id"`
		Body struct {
			Party   int      `json:"party" doc:"number of the party, from 0"`
			Digest  string   `json:"digest" doc:"of the text that was read"`
			Reason  string   `json:"reason"`
			Title   string   `json:"title"`
			Fields  []string `json:"fields"`
			Clauses []string `json:"clauses"`
			From    string   `json:"valid_from,omitempty" required:"false"`
			Until   string   `json:"valid_until,omitempty" required:"false"`
			Text    string   `json:"text,omitempty" required:"false" doc:"of an agreement that was entered with its own text"`
		}
	}
	operate(s, "POST", "/api/v1/agreements/{id}/amendments", access.AgreementSign, "Propose another text, which holds when all parties have signed its digest", func(ctx context.Context, a asked, i *amendIn) (*body[amendmentOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		b := i.Body
		w := agreement.Wording{Title: b.Title, Fields: b.Fields, Clauses: b.Clauses, Text: b.Text}
		if err := daysTyped(dayTyped{"valid_from", b.From, &w.From}, dayTyped{"valid_until", b.Until, &w.Until}); err != nil {
			return nil, err
		}
		m, err := s.c.Agreements.Amend(ctx, a.who, id, b.Digest, b.Party, w, b.Reason)
		if err != nil {
			return nil, err
		}
		return answer(amendmentOf(m))
	})
	type endIn struct {
		ID        string `path:"id"`
		Amendment string `path:"amendment"`
		Body      struct {
			Party int `json:"party" doc:"number of the party, from 0: the one that proposed takes it back, another refuses"`
		}
	}
	operate(s, "POST", "/api/v1/agreements/{id}/amendments/{amendment}/end", access.AgreementSign, "Refuse another text, or take it back", func(ctx context.Context, a asked, i *endIn) (*body[amendmentList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		m, err := idOf(i.Amendment)
		if err != nil {
			return nil, err
		}
		if err := s.c.Agreements.EndAmendment(ctx, a.who, id, m, i.Body.Party); err != nil {
			return nil, err
		}
		return list(ctx, a.who, id)
	})
}

// dayTyped is a day that may be left out, with the field in which it stands.
type dayTyped struct {
	field, text string
	day         *unit.Day
}

func daysTyped(all ...dayTyped) (err error) {
	for _, d := range all {
		if d.text == "" {
			continue
		}
		if *d.day, err = unit.ParseDay(d.text); err != nil {
			return fault.Of(err).On(d.field)
		}
	}
	return nil
}
