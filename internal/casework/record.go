package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	recordRows = 50    // on one page of an expert's record
	recordMax  = 5_000 // seats of one expert that are counted
)

// ExpertSeat is one time that an expert was asked to judge.
type ExpertSeat struct {
	Case     unit.ID
	No       string
	Title    fault.Words
	Ask      fault.Words
	Asked    time.Time
	Due      time.Time // zero: none
	Answered time.Time // zero: not, or by the role that answers instead of silent ones
	Late     bool      // answered, or still waiting, after the time
	Struck   string    // why the seat fell out; "" did not
	Waiting  bool
	Fee      unit.Fen // that is owed for the answer

	scheme, edition, digest, ask string
	instead                      string
}

// ExpertRecord is what an expert has been asked so far.
type ExpertRecord struct {
	Seats                             []ExpertSeat // one page, the newest first
	Total, Answered, Late, Off, Waits int
	Fees                              []YearFee // the newest year first
}

// YearFee is what is owed for the answers of one year.
type YearFee struct {
	Year    int
	Answers int
	Fee     unit.Fen
}

// Record is the actor's own: every time that he or she was drawn, in whichever case, with what is owed for the answers by the
// editions of the cases. What is said in the cases is not in it.
func (s *Service) Record(ctx context.Context, who access.Actor, page int) (out ExpertRecord, err error) {
	if who.Person == "" {
		return out, fault.New(fault.SignIn, "access.sign_in")
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectExpertSeats(ctx, tx, who.Person)
		if err != nil {
			return fmt.Errorf("record of expert %s: %w", who.Person, err)
		}
		out = ExpertRecord{Total: len(all)}
		for i := range all {
			x := &all[i]
			s.sayExpertSeat(x, tx.Now())
			out.add(*x, s.today(x.Answered).Year())
		}
		from := min((max(page, 1)-1)*recordRows, len(all))
		out.Seats = all[from:min(from+recordRows, len(all))]
		return nil
	})
	return out, err
}

// sayExpertSeat adds the words and the fee of the edition that the case keeps.
func (s *Service) sayExpertSeat(x *ExpertSeat, now time.Time) {
	sch, err := s.edition(Case{Scheme: x.scheme, Edition: x.edition, EditionDigest: x.digest})
	if err != nil {
		return
	}
	decl, _ := sch.Asks.Get(x.ask)
	x.Title, x.Ask = sch.Title, sch.Say(x.ask)
	if x.instead != "" {
		x.Answered = time.Time{}
	}
	x.Late = !x.Due.IsZero() && (!x.Answered.IsZero() && !x.Answered.Before(x.Due) || x.Waiting && !now.Before(x.Due))
	if !x.Answered.IsZero() && x.Struck == "" {
		x.Fee = sch.SeatFee(decl)
	}
}

func (r *ExpertRecord) add(x ExpertSeat, year int) {
	switch {
	case x.Struck != "":
		r.Off++
	case x.Waiting:
		r.Waits++
	case !x.Answered.IsZero():
		r.Answered++
	}
	if x.Late {
		r.Late++
	}
	if x.Answered.IsZero() || x.Struck != "" {
		return
	}
	for i := range r.Fees {
		if r.Fees[i].Year == year {
			r.Fees[i].Answers, r.Fees[i].Fee = r.Fees[i].Answers+1, r.Fees[i].Fee+x.Fee
			return
		}
	}
	r.Fees = append(r.Fees, YearFee{year, 1, x.Fee})
}
