package soak

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"corridor/internal/unit"
)

const (
	monthOver = 31 // days by which the clock is moved so that the last month has ended
	monthMost = 40 // months of a pair that a run may span
	statePath = "/api/v1/statements"
)

// Month is a signed statement between two jurisdictions, as each side tells it.
type Month struct {
	Payer, Host, Period string
	Paid                unit.Fen
	Differences         int
	Digests             [2]string // payer's, host's
	Signed              [2]bool   // by both, as each side sees it
}

type monthAnswer struct {
	ID          string   `json:"id"`
	State       string   `json:"state"`
	Digest      string   `json:"digest"`
	Differences int      `json:"differences"`
	Signed      []string `json:"signed"`
	Totals      *struct {
		Paid unit.Fen `json:"paid_sum"`
	} `json:"totals"`
}

// bill records at the laboratory's node what was billed for an order of another jurisdiction.
func (r *run) bill(ctx context.Context, o *order) error {
	if o.lab.node == o.firm.node {
		return nil
	}
	return every(ctx, func() (bool, error) {
		_, err := o.lab.until(ctx, http.MethodPost, "/api/v1/services", "", map[string]any{"payer": o.firm.node, "order": o.called, "billed": contract.Yuan()}, nil)
		var f *refusal
		if errors.As(err, &f) && f.Status == http.StatusNotFound {
			return false, nil // the order was not told of yet
		}
		return err == nil, err
	})
}

// settle closes, compares and signs every month between every two jurisdictions.
func (r *run) settle(ctx context.Context, orders []*order) (all []Month, err error) {
	if err := r.pass(ctx, monthOver); err != nil {
		return nil, err
	}
	for _, payer := range payers {
		crossed := slices.ContainsFunc(orders, func(o *order) bool { return o.firm.node == payer && o.lab.node != payer })
		for i := range monthMost {
			var list struct {
				Open []struct {
					Host   string `json:"host"`
					Period string `json:"period"`
				} `json:"open"`
			}
			if err := every(ctx, func() (bool, error) {
				err := r.desks[payer].finance.get(ctx, statePath, &list)
				return len(list.Open) > 0 || i > 0 || !crossed, err // its clock may not have moved yet
			}); err != nil {
				return nil, fmt.Errorf("statements of %s: %w", payer, err)
			}
			if len(list.Open) == 0 {
				break
			}
			m, err := r.month(ctx, Month{Payer: payer, Host: list.Open[0].Host, Period: list.Open[0].Period})
			if err != nil {
				return nil, fmt.Errorf("statement of %s to %s for %s: %w", payer, list.Open[0].Host, list.Open[0].Period, err)
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// month is one statement: one officer closes the month, another signs, and so does one of the host.
func (r *run) month(ctx context.Context, m Month) (Month, error) {
	here, there := r.desks[m.Payer], r.desks[m.Host]
	var x monthAnswer
	if _, err := here.finance.until(ctx, http.MethodPost, statePath, "", map[string]any{"host": m.Host, "period": m.Period}, &x); err != nil {
		var f *refusal
		if !errors.As(err, &f) || f.Code != "statement.closed" { // an answer was lost: it is closed
			return m, err
		}
	}
	id := x.ID
	if id == "" {
		return m, errors.New("the statement has no id")
	}
	for side, who := range []*client{here.release, there.finance} {
		if err := every(ctx, func() (bool, error) {
			err := who.get(ctx, statePath+"/"+id, &x)
			var f *refusal
			if errors.As(err, &f) && f.Status == http.StatusNotFound {
				return false, nil // the host was not told of it yet
			}
			return x.Digest != "" && x.State != "sent", err
		}); err != nil {
			return m, err
		}
		if _, err := who.until(ctx, http.MethodPost, statePath+"/"+id+"/sign", "", map[string]any{"digest": x.Digest}, nil); err != nil {
			return m, err
		}
		m.Digests[side], m.Differences = x.Digest, x.Differences
		if x.Totals != nil {
			m.Paid = x.Totals.Paid
		}
	}
	for side, who := range []*client{here.release, there.finance} {
		if err := every(ctx, func() (bool, error) {
			err := who.get(ctx, statePath+"/"+id, &x)
			m.Signed[side] = x.State == "signed"
			return m.Signed[side], err
		}); err != nil {
			return m, err
		}
	}
	return m, nil
}
