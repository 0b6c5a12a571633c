package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// skipReasonMax is how many characters a reason to pass over has.
const skipReasonMax = 500

// Skip is that whoever closes a round passes over a case which has its place, so that those behind it move up.
type Skip struct {
	Reason string
	By     string // name
	At     time.Time
}

// PassOver leaves a case out of a round though it has its place, with a reason; those behind it move up. With an empty reason it
// is taken in again. Only whoever closes the round may, only where the scheme bounds what payers get back, and only of a case
// that waits for it. Refused are, in this order: a round that the actor may not see or that has no bounds; a case that does not
// wait for it; an actor who does not play the role; a reason that is too long.
func (s *Service) PassOver(ctx context.Context, who access.Actor, id string, c unit.ID, reason string) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		sch, day, err := s.seenRound(who, id)
		if err != nil {
			return err
		}
		if sch.Round.Returns == nil {
			return fault.New(fault.Conflict, "casework.round_strict")
		}
		p, err := s.planned(ctx, tx, sch, day)
		if err != nil {
			return err
		}
		r, waits := p.of(c)
		if !waits {
			return fault.New(fault.NotFound, "casework.round_case")
		}
		mandate, ok := s.holds(sch, r.Case, who, sch.Round.By)
		switch {
		case !ok:
			return fault.New(fault.Denied, "casework.not_your_role", "role", sch.Say(sch.Round.By))
		case len([]rune(reason)) > skipReasonMax:
			return fault.New(fault.Invalid, "casework.reason_long", "most", skipReasonMax).On("reason")
		}
		act := "round.pass_over"
		if reason == "" {
			act = "round.take_in"
			err = deleteSkip(ctx, tx, sch.Digest, day, c)
		} else {
			err = insertSkip(ctx, tx, sch.Digest, day, c, reason, who)
		}
		if err != nil {
			return fmt.Errorf("%s of case %s: %w", act, r.Case.No, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: r.Case.Object(), Region: unit.Region(sch.Jurisdiction), Mandate: mandate, Detail: cutText(reason, 200)})
	})
}

// of is a case of a plan in its place.
func (p plan) of(c unit.ID) (Ranked, bool) {
	for _, r := range p.ranked {
		if r.Case.ID == c {
			return r, true
		}
	}
	return Ranked{}, false
}
