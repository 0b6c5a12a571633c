package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// PublicRound is a closing as everybody may know it, once all its steps are taken. It names neither cases nor
// organisations (docs/decisions/0005, 0040): of an admitted case it shows what the edition publishes at that step.
type PublicRound struct {
	ID       unit.ID // of the closing
	Round    string
	Scheme   string
	Title    fault.Words
	Edition  string
	Digest   string // of the edition
	Day      unit.Day
	At       time.Time
	By       fault.Words // the role that decided
	Takes    fault.Words // the action of those that were admitted
	Total    int
	Taken    int
	Rule     fault.Words // by which what payers get back is bounded
	Verified bool        // the rule
	Returns  []Return    // as they were decided; nil where the edition does not bound them
}

// PublicLine is an admitted case: its place, and the entry of the public log that its step made.
type PublicLine struct {
	Rank int
	Leaf unit.ID // "" where the edition publishes nothing at this step
}

// PublicRounds lists the closings of all schemes, the newest first.
func (s *Service) PublicRounds(ctx context.Context, page, rows int) (out []PublicRound, total int, err error) {
	rows = rowsOf(rows)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectPublicRounds(ctx, tx, rows, min((max(page, 1)-1)*rows, countMax)); err != nil {
			return err
		}
		for i := range out {
			s.sayRound(&out[i])
		}
		return nil
	})
	return out, total, err
}

// PublicRound is a closing with so many of its admitted cases, by their place. One that is still being carried out is
// not found.
func (s *Service) PublicRound(ctx context.Context, id unit.ID, page, rows int) (r PublicRound, lines []PublicLine, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if r, err = selectPublicRound(ctx, tx, id); err != nil {
			return err
		}
		sch := s.sayRound(&r)
		if sch == nil {
			return fault.New(fault.NotFound, "casework.round_unknown")
		}
		lines, err = selectPublicLines(ctx, tx, r, sch.Round.Takes, rows, (max(page, 1)-1)*rows)
		return err
	})
	return r, lines, err
}

// sayRound adds the words of the edition; nil where the node no longer has it.
func (s *Service) sayRound(r *PublicRound) *scheme.Scheme {
	sch, err := s.edition(Case{Scheme: r.Scheme, EditionDigest: r.Digest})
	if err != nil || sch.Round == nil {
		return nil
	}
	r.Round, r.Title, r.Edition, r.By, r.Takes = roundID(sch, r.Day), sch.Title, sch.Edition, sch.Say(sch.Round.By), sch.Say(sch.Round.Takes)
	if x := sch.Round.Returns; x != nil {
		r.Rule, r.Verified = x.Words, x.Verified
	}
	return sch
}

// RoundPlace is where a case stands with a round: it waits for its day, or was decided about.
type RoundPlace struct {
	Case        Case // number, organisation and stage
	Round       string
	Day         unit.Day
	Closes      time.Time // the moment after its day
	Provisional bool      // beyond the published calendar
	Closing     unit.ID   // "" while it waits
	At          time.Time // when it was decided
	Rank, Total int
	Takes       bool
	Over        bool        // every step of the closing was taken: the public list is there
	Says        fault.Words // admitted or passed over, in the words of the edition
}

// RoundOf says for which round a case waits, or how the last one decided about it, to whoever may see the case.
func (s *Service) RoundOf(ctx context.Context, who access.Actor, id unit.ID) (p RoundPlace, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil || sch.Round == nil {
			return err
		}
		p, ok, err = s.placeOf(ctx, tx, sch, c)
		return err
	})
	return p, ok, err
}

func (s *Service) placeOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (p RoundPlace, ok bool, err error) {
	p, ok, err = selectPlace(ctx, tx, c.ID)
	if err != nil {
		return p, false, fmt.Errorf("round of case %s: %w", c.No, err)
	}
	decided := ok && !(p.Over && c.Stage == sch.Round.Waits) // in that stage again it waits for the next
	if !decided && c.Stage != sch.Round.Waits {
		return RoundPlace{}, false, nil
	}
	if !decided {
		due, err := s.due(ctx, tx, sch, c, roundRow(sch))
		if err != nil {
			return p, false, fmt.Errorf("round of case %s: %w", c.No, err)
		}
		p = RoundPlace{Day: unit.DayOf(due.At.Add(-time.Microsecond), s.c.Calendar.Location()), Closes: due.At, Provisional: due.Provisional}
	} else if p.Says = sch.Say(actionOf(sch, p.Takes)); p.Closes.IsZero() {
		p.Closes = p.Day.Add(1).Start(s.c.Calendar.Location()).UTC()
	}
	c.Title, c.StageWords = sch.Title, sch.Say(c.Stage)
	p.Case, p.Round = c, roundID(sch, p.Day)
	return p, true, nil
}

// MyRound is a round as an applicant may know it: when it closes and where the own cases stand. A round in which the actor
// has no case is not found.
func (s *Service) MyRound(ctx context.Context, who access.Actor, id string) (r Round, mine []RoundPlace, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return r, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		mine = nil
		sch, day, err := s.roundOf(id)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, g := range who.Grants {
			if g.Org == "" || seen[g.Org] {
				continue
			}
			seen[g.Org] = true
			cases, err := selectInRound(ctx, tx, sch.Digest, sch.Round.Waits, g.Org, day)
			if err != nil {
				return err
			}
			for _, c := range cases {
				if c, err = s.seen(ctx, tx, who, c.ID); fault.KindOf(err) == fault.NotFound {
					continue
				} else if err != nil {
					return err
				}
				p, ok, err := s.placeOf(ctx, tx, sch, c)
				if err != nil {
					return err
				}
				if ok && p.Day == day {
					mine = append(mine, p)
				}
			}
		}
		if len(mine) == 0 {
			return fault.New(fault.NotFound, "casework.round_unknown")
		}
		r = roundAs(id, sch, day, mine[0].Closes, tx.Now())
		return nil
	})
	return r, mine, err
}
