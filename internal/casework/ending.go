package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const leafEnded = "edition_ended"

// Ending ends an edition before its last day: one officer proposes a day and a reason, another confirms. Its files, its
// digest and the cases that were submitted under it stay what they are.
type Ending struct {
	ID           unit.ID
	Digest       string
	Scheme       string
	Edition      string
	Jurisdiction string
	Last         unit.Day // in force
	Reason       string
	State        EditionState // Proposed, Adopted or Withdrawn
	Proposed     Signed
	Decided      Signed
	Leaf         unit.ID
}

// EndingEffect is what an ending would do to the cases of the edition as they stand now.
type EndingEffect struct {
	Drafts    int            // that nobody has submitted
	Successor *scheme.Scheme // to which drafts come over after the last day; nil: they can be filled in and no longer submitted
	Goes      int            // cases that were submitted and go on by this edition to their end
	Stages    []Standing     // of those, in the order of the stages
}

// Standing is how many cases stand in a stage.
type Standing struct {
	Words fault.Words
	N     int
}

// LastDay is the last day of an edition as it runs here: its own, or an earlier one on which officers ended it.
func (s *Service) LastDay(sch *scheme.Scheme) unit.Day {
	if day, ended := s.shelf.Load().ends[sch.Digest]; ended {
		return day
	}
	return sch.InForce[1].Day()
}

// inTime says whether an edition is in force on a day.
func (s *Service) inTime(sch *scheme.Scheme, day unit.Day) bool {
	from, to := sch.InForce[0].Day(), s.LastDay(sch)
	return from <= day && (!to.Valid() || day <= to)
}

// cut gives an edition the last day on which it was ended.
func (s *Service) cut(e *Edition) {
	if day, ended := s.shelf.Load().ends[e.Digest]; ended {
		e.Last = day
	}
}

// runningAs finds an edition of this node by its digest.
func (s *Service) runningAs(digest string) (*scheme.Scheme, error) {
	if sch := s.shelf.Load().byDigest[digest]; sch != nil {
		return sch, nil
	}
	return nil, fault.New(fault.NotFound, "casework.edition_unknown")
}

// EndingOf is the ending of an edition that waits or was confirmed, with what it does; ok is false where there is none. It
// is for who may try editions out; to others only a confirmed one is there.
func (s *Service) EndingOf(ctx context.Context, who access.Actor, digest string) (e Ending, ok bool, effect EndingEffect, err error) {
	sch, err := s.runningAs(digest)
	if err != nil {
		return e, false, effect, nil
	}
	officer := access.ReachOf(who, access.SchemeTrial).Covers(access.Scope{Region: unit.Region(sch.Jurisdiction)})
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if e, ok, err = selectEnding(ctx, tx, digest); err != nil {
			return err
		}
		if ok = ok && (officer || e.State == Adopted); !officer {
			return nil
		}
		day := s.today(tx.Now())
		if ok {
			day = e.Last
		}
		effect, err = s.endingEffect(ctx, tx, sch, day)
		return err
	})
	return e, ok, effect, err
}

func (s *Service) endingEffect(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, last unit.Day) (x EndingEffect, err error) {
	drafts, at, err := countByStage(ctx, tx, sch.Digest, sch.Start())
	if err != nil {
		return x, fmt.Errorf("cases of edition %s: %w", sch.Edition, err)
	}
	x.Drafts = drafts
	for _, stage := range sch.AllStages() {
		if n := at[stage]; n > 0 {
			x.Goes += n
			x.Stages = append(x.Stages, Standing{sch.Say(stage), n})
		}
	}
	if next, err := s.successor(sch, last.Add(1)); err == nil && next.Digest != sch.Digest {
		x.Successor = next
	}
	return x, nil
}

// ProposeEnding proposes that an edition ends on a day, which is neither past nor after its own last day. Who may confirm
// it is told.
func (s *Service) ProposeEnding(ctx context.Context, who access.Actor, digest string, last unit.Day, reason string) (e Ending, err error) {
	if err := access.MaySomewhere(who, access.SchemePropose); err != nil {
		return e, err
	}
	sch, err := s.runningAs(digest)
	if err != nil {
		return e, err
	}
	mandate, err := access.Mandate(who, access.SchemePropose, access.Scope{Region: unit.Region(sch.Jurisdiction)})
	if err != nil {
		return e, err
	}
	if reason, err = reasonGiven(reason); err != nil {
		return e, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := s.endsOn(tx, sch, last); err != nil {
			return err
		}
		if was, there, err := selectEnding(ctx, tx, digest); err != nil || there {
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, "casework.ending_twice", "who", was.Proposed.Name, "day", was.Last)
		}
		e = Ending{ID: unit.NewID(tx.Now()), Digest: digest, Scheme: sch.ID, Edition: sch.Edition, Jurisdiction: sch.Jurisdiction, Last: last, Reason: reason,
			State: Proposed, Proposed: Signed{who.Person, who.Name, mandate, tx.Now()}}
		if err := insertEnding(ctx, tx, e); err != nil {
			return fmt.Errorf("propose to end edition %s of %s: %w", e.Edition, e.Scheme, err)
		}
		if err := s.recordEnding(ctx, tx, who, "edition.end_propose", mandate, e); err != nil {
			return err
		}
		return s.tellAdopters(ctx, tx, who, sch.Jurisdiction, "/editions/"+digest+"#end", "ending/"+string(e.ID),
			fault.Words{fmt.Sprintf("待确认：%s %s 提前到 %s 结束", sch.Title[0], sch.Edition, last), fmt.Sprintf("To be confirmed: %s %s ends early, on %s", sch.Title[1], sch.Edition, last)})
	})
	return e, err
}

// endsOn refuses a day that is past, before the edition began, or no earlier than its own last day.
func (s *Service) endsOn(tx *db.Tx, sch *scheme.Scheme, last unit.Day) error {
	was := s.LastDay(sch)
	if !last.Valid() || last < s.today(tx.Now()) || last < sch.InForce[0].Day() || was.Valid() && last >= was {
		return fault.New(fault.Invalid, "casework.ending_day", "today", max(s.today(tx.Now()), sch.InForce[0].Day()), "last", dayText(was)).On("last")
	}
	return nil
}

// ConfirmEnding ends the edition: by another officer than the proposer. The day becomes a public leaf with the act.
func (s *Service) ConfirmEnding(ctx context.Context, who access.Actor, digest string) (e Ending, err error) {
	s.shelving.Lock()
	defer s.shelving.Unlock()
	err = s.decideEnding(ctx, who, digest, access.SchemeAdopt, "edition.end", func(tx *db.Tx, sch *scheme.Scheme, e *Ending) error {
		if e.Proposed.Person == who.Person {
			return fault.New(fault.Denied, "casework.ending_same_person", "who", e.Proposed.Name)
		}
		if err := s.endsOn(tx, sch, e.Last); err != nil {
			return err
		}
		e.State = Adopted
		e.Leaf, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: leafEnded, Day: s.today(tx.Now()), Object: "ending/" + string(e.ID),
			Fields: map[string]any{"scheme": e.Scheme, "edition": e.Edition, "digest": e.Digest, "jurisdiction": e.Jurisdiction, "to": e.Last.String()}})
		if err != nil {
			return err
		}
		next, nextErr := s.successor(sch, e.Last.Add(1))
		if nextErr != nil || next.Digest == sch.Digest {
			next = nil
		}
		return s.tellDrafters(ctx, tx, sch, next, e.Last, "ending/"+string(e.ID))
	}, &e)
	if err == nil {
		s.shelf.Store(s.shelf.Load().ending(e.Digest, e.Last))
	}
	return e, err
}

// WithdrawEnding takes a proposed ending back: its proposer, or another who may propose there.
func (s *Service) WithdrawEnding(ctx context.Context, who access.Actor, digest string) (e Ending, err error) {
	err = s.decideEnding(ctx, who, digest, access.SchemePropose, "edition.end_withdraw", func(_ *db.Tx, _ *scheme.Scheme, e *Ending) error {
		e.State = Withdrawn
		return nil
	}, &e)
	return e, err
}

func (s *Service) decideEnding(ctx context.Context, who access.Actor, digest string, perm access.Permission, act string, decide func(*db.Tx, *scheme.Scheme, *Ending) error, out *Ending) error {
	if err := access.MaySomewhere(who, perm); err != nil {
		return err
	}
	sch, err := s.runningAs(digest)
	if err != nil {
		return err
	}
	mandate, err := access.Mandate(who, perm, access.Scope{Region: unit.Region(sch.Jurisdiction)})
	if err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		e, there, err := selectEnding(ctx, tx, digest)
		if err != nil {
			return err
		}
		if !there || e.State != Proposed {
			return fault.New(fault.Conflict, "casework.ending_none")
		}
		if err := decide(tx, sch, &e); err != nil {
			return err
		}
		e.Decided = Signed{who.Person, who.Name, mandate, tx.Now()}
		if err := updateEnding(ctx, tx, e); err != nil {
			return fmt.Errorf("decide on the end of edition %s of %s: %w", e.Edition, e.Scheme, err)
		}
		*out = e
		return s.recordEnding(ctx, tx, who, act, mandate, e)
	})
}

func (s *Service) recordEnding(ctx context.Context, tx *db.Tx, who access.Actor, act, mandate string, e Ending) error {
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: "ending/" + string(e.ID), Region: unit.Region(e.Jurisdiction), Mandate: mandate,
		Detail: e.Scheme + " " + e.Edition + " " + e.Last.String() + ": " + e.Reason})
}

// tellAdopters tells who may adopt editions of a jurisdiction that something waits for them.
func (s *Service) tellAdopters(ctx context.Context, tx *db.Tx, who access.Actor, jurisdiction, path, object string, title fault.Words) error {
	if s.c.Notices == nil {
		return nil
	}
	for _, role := range access.Holders(access.SchemeAdopt) {
		if _, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Role: role, Region: unit.Region(jurisdiction), Except: who.Person},
			Kind: "edition.waits", Object: object, Path: path, Title: title, Key: object + "/waits"}); err != nil {
			return fmt.Errorf("tell %s that %s waits: %w", role, object, err)
		}
	}
	return nil
}
