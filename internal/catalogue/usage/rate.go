package usage

import (
	"context"
	"strconv"
	"strings"
	"time"

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

// Use is a run of an organisation at an instrument of another, as its user sees it; Stars is 0 where it was not rated.
type Use struct {
	Run
	Stars int
	Words string
}

// Uses is one page of an organisation's uses of instruments of others, the newest first, and how many there are.
func (s *Service) Uses(ctx context.Context, who access.Actor, org string, page int) (all []Use, total int, err error) {
	if err := access.May(who, access.BookingCreate, access.Scope{Org: org}); err != nil {
		return nil, 0, err
	}
	limit, offset := pageOf(page)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, total, err = selectUses(ctx, tx, org, limit, offset); err != nil {
			return err
		}
		return entitle(ctx, tx, s, all, func(x *Use) (unit.ID, *fault.Words) { return x.Instrument, &x.Title })
	})
	return all, total, err
}

// Rated is one rating.
type Rated struct {
	Run        unit.ID
	Instrument unit.ID
	Title      fault.Words // of the instrument; only where it is shown
	Org        string      // whose use it was
	Stars      int
	Words      string
	At         time.Time
}

// Ratings is one page of the ratings of an owner's instruments, the newest first, and how many there are.
func (s *Service) Ratings(ctx context.Context, who access.Actor, owner string, page int) (all []Rated, total int, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, 0, err
	}
	limit, offset := pageOf(page)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, total, err = selectRatedByOwner(ctx, tx, owner, limit, offset); err != nil {
			return err
		}
		return entitle(ctx, tx, s, all, func(x *Rated) (unit.ID, *fault.Words) { return x.Instrument, &x.Title })
	})
	return all, total, err
}

// Rating is the mean of the ratings of an instrument, in tenths of a star; N is how many there are.
type Rating struct {
	Tenths int
	N      int
}

func ratingOf(r ratings) Rating {
	if r.n == 0 {
		return Rating{}
	}
	return Rating{(20*r.stars + r.n) / (2 * r.n), r.n}
}

// String is 4.5.
func (r Rating) String() string { return strconv.FormatFloat(float64(r.Tenths)/10, 'f', 1, 64) }

// Standing is what everybody may know of an instrument before they ask for it: how its users rated it, and how requests were
// answered in the last days. Few says that the requests are too few to say much.
type Standing struct {
	Rating  Rating
	Says    []Rated // the newest with words; whose they are is left out
	Answers Answers
	Days    Number
	Least   Number
}

// Few says whether there were fewer requests than an acceptance rate needs.
func (x Standing) Few() bool { return x.Answers.Asked < int(x.Least.Value) }

const saysMax = 5

// StandingOf counts the standing of a published instrument of this node; it asks for no permission.
func (s *Service) StandingOf(ctx context.Context, instrument unit.ID) (x Standing, err error) {
	x.Days, x.Least = s.rules.StandingDays, s.rules.StandingLeast
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.c.Listings.Instrument(ctx, tx, instrument)
		if err != nil || i.Published.IsZero() {
			return fault.New(fault.NotFound, "usage.unknown")
		}
		sum, err := selectRatingOf(ctx, tx, instrument)
		if err != nil {
			return err
		}
		x.Rating = ratingOf(sum)
		said, err := selectRatedOf(ctx, tx, instrument, rowsMax)
		if err != nil {
			return err
		}
		x.Says = nil
		for _, r := range said {
			if r.Words != "" && len(x.Says) < saysMax {
				r.Org = ""
				x.Says = append(x.Says, r)
			}
		}
		if s.c.Bookings == nil {
			return nil
		}
		asked, err := s.c.Bookings.Asked(ctx, tx, instrument, tx.Now().AddDate(0, 0, -int(s.rules.StandingDays.Value)), tx.Now())
		if err != nil {
			return err
		}
		var waits []time.Duration
		x.Answers = Answers{}
		x.Answers.count(asked, &waits)
		x.Answers.Median = median(waits)
		return nil
	})
	return x, err
}
