package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Why a seat that was drawn falls out.
const (
	struckDeclined = "declined" // does not want to
	struckConflict = "conflict" // turns out to be tied to a party
	struckLate     = "late"     // did not answer in time
)

// Strike takes somebody who was drawn off an ask.
type Strike struct {
	Ask    string
	Seat   string // "" is the one that the actor speaks for
	Why    string // declined, conflict, late
	Reason string
}

// vacant begins the id of a seat for which nobody stands by any more: it is late at once, so that the role that answers
// instead of silent ones can, and is missing until then.
const vacant = "vacant/"

// Strike takes a drawn seat off: its person declines or declares a tie, before the answer; an officer who may open the
// ask, or answer instead, says that it turned out tied, or is late. The next who stands by and is still tied to nobody is
// asked in its place; where nobody is left the seat is vacant and counts as missing. An answer of a struck seat counts no
// more and is kept. The order of refusals: the case is not to be seen, no such ask, it takes no answers, not one's seat, no
// such seat, it was not drawn, it is off already, answered already, it has time, no reason.
func (s *Service) Strike(ctx context.Context, who access.Actor, id unit.ID, in Strike) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	if in.Reason = strings.TrimSpace(in.Reason); len([]rune(in.Reason)) > reasonMax {
		return Case{}, fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	}
	gone := false // whoever declines sees the case no more
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		gone, err = s.strike(ctx, tx, who, sch, &c, in)
		return err
	})
	if err != nil || gone {
		return Case{ID: id}, err
	}
	return s.Get(ctx, who, id)
}

func (s *Service) strike(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, in Strike) (gone bool, err error) {
	all, err := s.asksOf(ctx, tx, sch, c.ID)
	if err != nil {
		return false, err
	}
	a, err := takesAnswers(sch, all, in.Ask)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(a.Seats, func(x Seat) bool {
		_, mine := speaksFor(who, x)
		return in.Seat == x.ID || in.Seat == "" && mine && x.Struck == ""
	})
	own := in.Seat == ""
	if i >= 0 {
		_, own = speaksFor(who, a.Seats[i])
	}
	switch {
	case !own && !s.runs(sch, *c, who, a.decl): // who is not asked is not told either whether somebody else is
		return false, fault.New(fault.Denied, "casework.not_your_seat", "ask", a.Words)
	case i < 0:
		return false, fault.New(fault.NotFound, "casework.seat_unknown", "ask", a.Words)
	case !a.Drawn:
		return false, fault.New(fault.Conflict, "casework.seat_not_drawn", "ask", a.Words)
	case a.Seats[i].Struck != "" || a.Seats[i].Vacant:
		return false, fault.New(fault.Conflict, "casework.seat_struck", "ask", a.Words)
	}
	x := a.Seats[i]
	if err := s.mayStrike(sch, *c, who, a, x, in.Why); err != nil {
		return false, err
	}
	if in.Reason == "" {
		return false, fault.New(fault.Invalid, "casework.reason_missing").On("reason")
	}
	x.Struck, x.StruckBy, x.StruckWhy = in.Why, who.Name, in.Reason
	if ok, err := strikeSeat(ctx, tx, c.ID, a.Ask, x); err != nil || !ok {
		if err == nil {
			err = fault.New(fault.Conflict, "casework.seat_struck", "ask", a.Words)
		}
		return false, err
	}
	_, self := speaksFor(who, x)
	if err := dropReader(ctx, tx, c.ID, x.ID); err != nil {
		return false, err
	}
	next, err := s.stepIn(ctx, tx, sch, *c, a)
	if err != nil {
		return false, fmt.Errorf("who stands by for %s in case %s: %w", a.Ask, c.No, err)
	}
	if err := s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.strike", Object: c.Object(), Region: c.Region,
		Detail: fmt.Sprintf("%s %d no. %d %s, no. %d steps in", a.Ask, a.Opening, x.No, in.Why, next)}); err != nil {
		return false, err
	}
	if err := s.tellStruck(ctx, tx, sch, *c, a, x, self); err != nil {
		return false, err
	}
	return self, s.keepWaiting(ctx, tx, sch, c)
}

// tellStruck tells an expert whom an officer took off that nothing is asked of them any more, and why. They see the case no
// more, so the notice says it itself and leads to their own notices.
func (s *Service) tellStruck(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, x Seat, self bool) error {
	if s.c.Notices == nil || self || x.Kind != "person" {
		return nil
	}
	why := map[string]fault.Words{struckConflict: {"与当事方有利害关系", "a tie to a party"}, struckLate: {"逾期未答复", "no answer in time"}}[x.Struck]
	_, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Person: unit.ID(x.ID)}, Kind: "case.struck", Object: c.Object(), Path: "/notices",
		Title: fault.Words{fmt.Sprintf("您已不再参加评审：%s %s", sch.Title[0], c.No), fmt.Sprintf("You are no longer asked to judge: %s %s", sch.Title[1], c.No)},
		Text:  fault.Words{a.Words[0] + "，原因：" + why[0] + "。" + x.StruckWhy, a.Words[1] + ", because of " + why[1] + ": " + x.StruckWhy},
		Key:   fmt.Sprintf("%s/struck/%s/%d/%d", c.Object(), a.Ask, a.Opening, x.No)})
	return err
}

// mayStrike refuses who may not take a seat off for a reason.
func (s *Service) mayStrike(sch *scheme.Scheme, c Case, who access.Actor, a Asked, x Seat, why string) error {
	_, self := speaksFor(who, x)
	desk := s.runs(sch, c, who, a.decl)
	switch {
	case !slices.Contains([]string{struckDeclined, struckConflict, struckLate}, why):
		return fault.New(fault.Invalid, "casework.strike_why").On("why")
	case !self && !desk, why == struckDeclined && !self, why == struckLate && !desk:
		return fault.New(fault.Denied, "casework.not_your_seat", "ask", a.Words)
	case x.Answer != nil && (self || x.Answer.Instead != "" || why != struckConflict):
		return fault.New(fault.Conflict, "casework.seat_answered", "ask", a.Words)
	case why == struckLate && (x.Provisional || !x.Late):
		return fault.New(fault.Conflict, "casework.seat_has_time", "due", s.until(x.Due))
	}
	return nil
}

// strikes are the reasons for which somebody could take a seat off now.
func (s *Service) strikes(sch *scheme.Scheme, c Case, who access.Actor, a Asked, x Seat) (out []string) {
	if !a.Drawn || !a.open() || x.Struck != "" || x.Vacant || c.End != "" {
		return nil
	}
	for _, why := range []string{struckDeclined, struckConflict, struckLate} {
		if s.mayStrike(sch, c, who, a, x, why) == nil {
			out = append(out, why)
		}
	}
	return out
}

// runs says whether somebody at a desk may open the ask, or answer instead of a silent seat.
func (s *Service) runs(sch *scheme.Scheme, c Case, who access.Actor, decl scheme.Ask) bool {
	roles := []string{decl.Instead}
	for _, row := range sch.Stages {
		if slices.Contains(decl.OpenedBy, row.Action) {
			roles = append(roles, row.Who...)
		}
	}
	for _, name := range roles {
		if r, ok := sch.Roles.Get(name); ok && r.Desk != "" {
			if _, plays := s.holds(sch, c, who, name); plays {
				return true
			}
		}
	}
	return false
}

// stepIn asks the next who stands by and was not asked yet. Whoever is tied to a party by now is passed over; the number
// of the seat is 0 where nobody is left.
func (s *Service) stepIn(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked) (no int, err error) {
	made, err := selectDraws(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(made, func(d Drawing) bool { return d.Ask == a.Ask && d.Opening == a.Opening })
	if i < 0 {
		made, i = []Drawing{{}}, 0 // opened again for those who failed: nobody stands by
	}
	terms, err := sch.DrawTerms(*a.decl.Draw, s.facts(ctx, tx, sch, c))
	if err != nil {
		return 0, err
	}
	look, asked := s.conflictsBy(ctx, tx, s.hat(tx), sch, c, terms), map[string]bool{}
	for _, x := range a.Seats {
		asked[x.ID] = true
		no = max(no, x.No)
	}
	for _, l := range made[i].Lots {
		if l.Place <= made[i].Count || asked[string(l.Person)] {
			continue
		}
		tied, err := look.of(registry.Expert{Account: l.Person, Unit: l.Unit})
		if err != nil {
			return 0, err
		}
		if len(tied) > 0 {
			continue
		}
		x := Seat{ID: string(l.Person), Kind: "person", No: no + 1, opening: a.Opening, holds: a.Opening, Waiting: true}
		return x.No, s.seat(ctx, tx, sch, c, a, x)
	}
	x := Seat{ID: fmt.Sprint(vacant, no+1), Kind: "person", No: no + 1, opening: a.Opening, holds: a.Opening, Waiting: true, asked: tx.Now(), Due: tx.Now()}
	return 0, insertSeat(ctx, tx, c.ID, a.Ask, x)
}
