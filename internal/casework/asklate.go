package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// lateSeats tells of the seats of a case whose time has passed, once for each: whoever speaks for the seat, the role that
// the scheme names for what is late, and the role that may answer instead. A row by itself that waits only for those who have time is tried again.
func (s *Service) lateSeats(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	c, sch, err := s.load(ctx, tx, id)
	if err != nil {
		return false, err
	}
	told := false
	for _, a := range c.Asks {
		for _, x := range a.Seats {
			if !x.Late || x.Provisional {
				continue
			}
			told = true
			if err := markSeatTold(ctx, tx, id, a.Ask, x); err != nil {
				return false, err
			}
			if err := s.tellLateSeat(ctx, tx, sch, c, a, x); err != nil {
				return false, fmt.Errorf("tell of late seat %s of case %s: %w", x.ID, c.No, err)
			}
		}
	}
	if !told {
		return false, nil
	}
	return true, s.onwards(ctx, tx, sch, &c) // who is silent is waited for no more
}

func (s *Service) tellLateSeat(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, x Seat) error {
	if s.c.Notices == nil {
		return nil
	}
	if !x.Vacant {
		if err := s.tellSeat(ctx, tx, sch, c, a, x, "case.late", fault.Words{"逾期未答复" + a.Words[0], "Late with " + a.Words[1]}, "/late"); err != nil {
			return err
		}
	}
	var to []notice.Audience
	for _, role := range []string{sch.Overdue, a.decl.Instead} {
		if who, ok := s.audience(sch, c, role); ok {
			to = append(to, who)
		}
	}
	return s.tellEach(ctx, tx, notice.Notice{Kind: "case.late", Object: c.Object(), Path: "/cases/" + string(c.ID) + "#ask-" + a.Ask,
		Title: fault.Words{fmt.Sprintf("逾期未答复：%s %s（%s）", sch.Title[0], c.No, a.Words[0]), fmt.Sprintf("No answer in time: %s %s (%s)", sch.Title[1], c.No, a.Words[1])},
		Key:   fmt.Sprintf("%s/%s/%d/%s/late", c.Object(), a.Ask, a.Opening, x.ID)}, to, "")
}

// recountSeats counts until when the seats of a case that wait have to answer, with another calendar.
func (s *Service) recountSeats(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	all, err := s.asksOf(ctx, tx, sch, c.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		for _, x := range a.Seats {
			if !x.Waiting || x.Vacant {
				continue
			}
			due, err := sch.AskDue(a.decl, x.asked, s.c.Calendar, s.facts(ctx, tx, sch, c))
			if err != nil {
				return err
			}
			if due.At.Equal(x.Due) && due.Provisional == x.Provisional {
				continue
			}
			x.Due, x.Provisional = due.At, due.Provisional
			if err := updateSeatDue(ctx, tx, c.ID, a.Ask, x); err != nil {
				return err
			}
		}
	}
	return nil
}
