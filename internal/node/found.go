package node

import (
	"context"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// found joins the reader to the rooms that own what was found: reader.Agreements and reader.Figures.
type found struct {
	agreements *agreement.Register
	indicators *indicator.Book
}

// EnterFound takes an accepted agreement into the register.
func (f found) EnterFound(ctx context.Context, tx *db.Tx, who access.Actor, d reader.Document, x reader.Finding) (string, error) {
	a := agreement.Agreement{Title: x.Agreement.Kind, Kind: x.Agreement.Kind, Parties: x.Agreement.Parties, About: x.Agreement.About,
		Source: agreement.Source{Document: d.ID, Digest: d.Digest, Title: d.Title, From: x.From, To: x.To, Quote: x.Quote}}
	if day := x.Agreement.Date; day != nil {
		// A day that is only a month or without a year stays out of the register: it is no day.
		a.Signed, _ = unit.ParseDay(*day)
	}
	entered, err := f.agreements.Enter(ctx, tx, who, a)
	if err != nil {
		return "", err
	}
	return "/agreements/" + string(entered.ID), nil
}

// ReportFound puts an accepted figure beside an indicator.
func (f found) ReportFound(ctx context.Context, tx *db.Tx, who access.Actor, d reader.Document, x reader.Finding, id string) (string, error) {
	r := indicator.Report{Indicator: id, Unit: x.Figure.Unit, Approx: x.Figure.Approx,
		Document: d.ID, Digest: d.Digest, Title: d.Title, From: x.From, To: x.To, Quote: x.Sentence,
		Value: strconv.FormatFloat(x.Figure.Value, 'f', -1, 64)}
	if x.Figure.Period != nil {
		r.Period = *x.Figure.Period
	}
	if err := f.indicators.Report(ctx, tx, who, r); err != nil {
		return "", err
	}
	return "/figures/" + id, nil
}

// WithdrawFound takes an accepted figure away from its indicator.
func (f found) WithdrawFound(ctx context.Context, tx *db.Tx, who access.Actor, d reader.Document, x reader.Finding) error {
	return f.indicators.Withdraw(ctx, tx, who, strings.TrimPrefix(x.Became, "/figures/"), d.Digest, x.From, x.To)
}

// registered joins the reader to the registry: reader.Registry.
type registered struct{ registry *registry.Registry }

// beginnings are how many characters of a name are looked for when the whole finds nobody.
var beginnings = []int{8, 6, 4}

// Like finds who a name may mean.
func (r registered) Like(ctx context.Context, tx *db.Tx, name string) (all []reader.Registered, err error) {
	runes := []rune(strings.TrimSpace(name))
	asks := []string{string(runes)}
	for _, n := range beginnings {
		if len(runes) > n {
			asks = append(asks, string(runes[:n]))
		}
	}
	for _, ask := range asks {
		found, err := r.registry.SearchIn(ctx, tx, registry.Query{Text: ask, Rows: 10})
		if fault.KindOf(err) == fault.Invalid {
			continue // a name that nobody could look for
		}
		if err != nil {
			return nil, err
		}
		for _, o := range found.Orgs {
			all = append(all, reader.Registered{Code: o.Code, Name: o.Name, Same: strings.EqualFold(o.Name[0], name) || strings.EqualFold(o.Name[1], name)})
		}
		if len(all) > 0 {
			return all, nil
		}
	}
	return nil, nil
}

// Called is the name that stands in the registry.
func (r registered) Called(ctx context.Context, tx *db.Tx, code string) (fault.Words, error) {
	o, err := r.registry.Org(ctx, tx, code)
	return o.Name, err
}
