package usage

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Rate is what the user of a run says of it, with one to five stars; the last word counts. Only who really used an instrument
// from outside rates it: neither its owner nor who never came.
func (s *Service) Rate(ctx context.Context, who access.Actor, run unit.ID, stars int, words string) error {
	if err := access.MaySomewhere(who, access.BookingCreate); err != nil {
		return err
	}
	words, err := line("words", strings.TrimSpace(words), false)
	if err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		r, err := selectRun(ctx, tx, run)
		if err != nil {
			return err
		}
		switch {
		case r.UserOrg == "" || access.May(who, access.BookingCreate, access.Scope{Org: r.UserOrg}) != nil:
			return fault.New(fault.NotFound, "usage.unknown")
		case r.Class != Outside:
			return fault.New(fault.Conflict, "usage.rate_outside")
		case stars < 1 || stars > 5:
			return fault.New(fault.Invalid, "usage.stars").On("stars")
		}
		if err := putRating(ctx, tx, r, r.UserOrg, stars, words, who.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "rate", "run/"+string(run), "")
	})
}

// Rating is the mean of the ratings of an instrument, in tenths of a star; N is how many there are.
type Rating struct {
	Tenths int
	N      int
}
