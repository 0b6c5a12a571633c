package usage

import (
	"context"
	"io"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// Taker takes machine logs in while nobody waits.
func (s *Service) Taker() intake.Taker { return runTaker{s} }

// runTaker takes machine logs in.
type runTaker struct{ of *Service }

func (t runTaker) May(who access.Actor, org string, _ intake.Asks) error {
	return access.May(who, access.BookingManage, access.Scope{Org: org})
}

func (t runTaker) Take(ctx context.Context, who access.Actor, w intake.Work, file io.ReadSeeker, progress func(bool, int, int)) (rep intake.Report, err error) {
	got, err := t.of.Import(ctx, who, Import{Owner: w.Org, Name: w.Name, File: file, Partial: w.Asks.Partial, Dry: w.Asks.Dry, Progress: progress})
	bad := map[string]bool{}
	for _, b := range got.Bad {
		place := registry.BadCell{Sheet: b.Sheet, Row: b.Row, Column: b.Column}
		rep.Bad = append(rep.Bad, intake.Bad{Place: place.Place(), Why: intake.Why(b.Err)})
		place.Column = ""
		bad[place.Place()] = true
	}
	rep.Rows, rep.BadRows, rep.New, rep.Same = got.Rows, len(bad), got.Taken, got.Known
	rep.Good = rep.Rows - rep.BadRows
	switch {
	case err != nil || w.Asks.Dry:
	case rep.BadRows > 0 && !w.Asks.Partial:
		err = fault.New(fault.Invalid, "usage.import_bad", "rows", rep.BadRows, "of", rep.Rows)
	default:
		rep.Written = got.Taken
	}
	return rep, err
}
