package catalogue

import (
	"context"
	"io"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/registry"
)

// Taker takes files of listings in while nobody waits.
func (s *Service) Taker() intake.Taker { return listingTaker{s} }

// listingTaker takes files of listings in.
type listingTaker struct{ of *Service }

func (t listingTaker) May(who access.Actor, _ string, asks intake.Asks) error {
	if asks.Publish {
		if err := access.MaySomewhere(who, access.ListingPublish); err != nil {
			return err
		}
	}
	return access.MaySomewhere(who, access.ListingEdit)
}

func (t listingTaker) Take(ctx context.Context, who access.Actor, w intake.Work, file io.ReadSeeker, progress func(bool, int, int)) (rep intake.Report, err error) {
	got, err := t.of.Take(ctx, who, Import{Kind: w.Asks.Kind, Name: w.Name, File: file, Owner: w.Org, Publish: w.Asks.Publish, Partial: w.Asks.Partial, Dry: w.Asks.Dry,
		Progress: func(p registry.Progress) { progress(p.Writing, p.Done, p.Total) }})
	rep = intake.Report{Rows: got.Rows, Good: got.Good, New: got.New, Changed: got.Changed, Same: got.Same, BadRows: got.BadRows, Written: got.Written, Unknown: got.Unknown}
	for _, b := range got.Bad {
		rep.Bad = append(rep.Bad, intake.Bad{Place: b.Place(), Header: b.Header, Text: b.Text, Why: intake.Why(b.Fault)})
	}
	return rep, err
}
