package soak

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/unit"
)

// evidence asks every node, by those who may know, what became of the orders.
func (r *run) evidence(ctx context.Context, orders []*order) (e Evidence, err error) {
	e.Orders = make([]Seen, len(orders))
	e.Banks = map[string]unit.Fen{}
	if err := r.all(ctx, len(orders), func(i int) (err error) {
		o := orders[i]
		s := Seen{No: o.no, Kind: o.kind, Node: o.firm.node, Host: o.lab.node, Line: o.line.seller + " " + o.line.number, Total: o.line.total, Amount: o.amount}
		var k caseAnswer
		if err := r.desks[o.firm.node].review.get(ctx, "/api/v1/cases/"+o.id, &k); err != nil {
			return fmt.Errorf("order %d: %w", o.no, err)
		}
		s.Stage, s.Payable = k.Stage, k.Amounts["payable"]
		for _, h := range k.History {
			s.Actions = append(s.Actions, h.Action)
			if h.Role == "" {
				s.Clock = append(s.Clock, h.Action)
			}
		}
		if o.lab.node != o.firm.node {
			if s.Shadow, err = r.shown(ctx, o, k.Stage); err != nil {
				return fmt.Errorf("order %d at the laboratory's node: %w", o.no, err)
			}
		}
		e.Orders[i] = s
		return nil
	}); err != nil {
		return e, err
	}
	for _, code := range payers {
		var books struct {
			Accounts []struct {
				Path   string   `json:"path"`
				Posted unit.Fen `json:"posted"`
			} `json:"accounts"`
		}
		if err := r.desks[code].finance.get(ctx, "/api/v1/books/accounts", &books); err != nil {
			return e, fmt.Errorf("books of %s: %w", code, err)
		}
		for _, a := range books.Accounts {
			if strings.HasSuffix(a.Path, "/bank") {
				e.Banks[code] += a.Posted
			}
		}
	}
	return e, nil
}
