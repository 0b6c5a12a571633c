package node

import (
	"context"
	"strconv"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/indicator"
	"corridor/internal/reader"
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
