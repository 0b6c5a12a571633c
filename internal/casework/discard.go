package casework

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

//go:embed keep.yaml
var keepFile []byte

// keeping is how long things are kept; it is data.
var keeping = sync.OnceValue(func() (k struct {
	DiscardedDays int `yaml:"discarded_days"`
	Verified      bool
}) {
	if err := yaml.Unmarshal(keepFile, &k); err != nil || k.DiscardedDays < 1 {
		panic(fmt.Sprintf("keep.yaml: discarded_days is %d: %v", k.DiscardedDays, err)) // the file is part of the program
	}
	return k
})

// Discarded is a draft that was put away.
type Discarded struct {
	Person   unit.ID
	By       string
	At       time.Time
	Last     unit.Day // until which it can be taken up again
	BackBy   string   // who took it up again; "" while it is away
	BackAt   time.Time
	Reopens  bool // it is away, and can be taken up today
	Verified bool // of the number of days
}

// Discard puts a draft away, whatever its pack: nothing was submitted, so nothing is decided, no clock runs on, and the
// fields stay. Only the organisation whose draft it is does so, not whom it invited. It can be taken up again until a day
// that is the node's number of days away, or the day on which the draft would have lapsed, whichever is sooner.
func (s *Service) Discard(ctx context.Context, who access.Actor, id unit.ID, version int64) (Case, error) {
	return s.putAway(ctx, who, id, func(tx *db.Tx, sch *scheme.Scheme, c *Case) error {
		if version != 0 && version != c.Version {
			return s.changed(*c, who, "")
		}
		in, err := s.draft(ctx, tx, sch, *c)
		if err != nil {
			return err
		}
		if !in {
			return fault.New(fault.Conflict, "casework.no_draft", "case", c.No)
		}
		last := s.today(tx.Now()).Add(keeping().DiscardedDays)
		if _, due, found, err := sch.FiresAt(visits(*c, sch), s.c.Calendar, s.facts(ctx, tx, sch, *c)); err != nil {
			return err
		} else if found && !due.At.IsZero() {
			last = min(last, s.today(due.At.Add(-time.Microsecond)))
		}
		c.End = scheme.Ended
		if err := insertDiscard(ctx, tx, c.ID, Discarded{Person: who.Person, By: who.Name, At: tx.Now(), Last: max(last, s.today(tx.Now()))}); err != nil {
			return fmt.Errorf("put draft %s away: %w", c.No, err)
		}
		return s.keepAway(ctx, tx, who, sch, c, "case.discard")
	})
}

// Reopen takes a draft up again that was put away, until its last day. It is then a draft like any other: one whose edition
// is no more in force comes over to the present one.
func (s *Service) Reopen(ctx context.Context, who access.Actor, id unit.ID) (Case, error) {
	return s.putAway(ctx, who, id, func(tx *db.Tx, sch *scheme.Scheme, c *Case) error {
		d, there, err := selectDiscard(ctx, tx, id)
		if err != nil {
			return err
		}
		if !there || !d.BackAt.IsZero() {
			return fault.New(fault.Conflict, "casework.not_away", "case", c.No)
		}
		if s.today(tx.Now()) > d.Last {
			return fault.New(fault.Conflict, "casework.away_for_good", "case", c.No, "day", d.Last)
		}
		c.End = ""
		if err := updateReopened(ctx, tx, id, who.Person, who.Name); err != nil {
			return fmt.Errorf("take draft %s up again: %w", c.No, err)
		}
		return s.keepAway(ctx, tx, who, sch, c, "case.reopen")
	})
}

func (s *Service) putAway(ctx context.Context, who access.Actor, id unit.ID, do func(*db.Tx, *scheme.Scheme, *Case) error) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.inHand(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !actsFor(who, c.Org) {
			return fault.New(fault.Denied, "casework.draft_not_yours")
		}
		sch, err := s.edition(c)
		if err != nil {
			return err
		}
		return do(tx, sch, &c)
	})
	if err != nil {
		return Case{}, err
	}
	return s.Get(ctx, who, id)
}

func (s *Service) keepAway(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, act string) error {
	c.Changed = tx.Now()
	at, err := s.times(ctx, tx, sch, *c)
	if err != nil {
		return err
	}
	if err := updateCase(ctx, tx, c, at); err != nil {
		return fmt.Errorf("%s of %s: %w", act, c.No, err)
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: c.Object(), Region: c.Region, Detail: c.Scheme + " " + c.No})
}

// away says whether a case is a draft that was put away: it has ended where no case of its scheme ends.
func away(sch *scheme.Scheme, c Case) bool {
	_, ends := sch.IsEnd(c.Stage)
	return c.End != "" && !ends
}

// notAway refuses whoever wants to do something with a draft that was put away.
func (s *Service) notAway(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if !away(sch, c) {
		return nil
	}
	d, _, err := selectDiscard(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "casework.is_away", "who", d.By, "day", d.Last)
}

// DiscardOf says how a draft was last put away; ok is false if it never was.
func (s *Service) DiscardOf(ctx context.Context, who access.Actor, id unit.ID) (d Discarded, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.seen(ctx, tx, who, id); err != nil {
			return err
		}
		d, ok, err = selectDiscard(ctx, tx, id)
		d.Reopens, d.Verified = ok && d.BackAt.IsZero() && s.today(tx.Now()) <= d.Last, keeping().Verified
		return err
	})
	return d, ok, err
}

// MayDiscard says whether the actor could put the case away now.
func (s *Service) MayDiscard(ctx context.Context, who access.Actor, c Case) (may bool, err error) {
	if !actsFor(who, c.Org) {
		return false, nil
	}
	sch, err := s.edition(c)
	if err != nil {
		return false, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		may, err = s.draft(ctx, tx, sch, c)
		return err
	})
	return may, err
}
