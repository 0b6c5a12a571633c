package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Move is a draft's way to another edition.
type Move struct {
	At                      time.Time
	FromEdition, FromDigest string
	ToEdition, ToDigest     string
	Renamed                 []scheme.MovedField
	Dropped                 []scheme.MovedField
}

// errMoves says that a draft has to come over to another edition before anything is done with it.
var errMoves = errors.New("the draft has to move")

// draft says whether nobody has submitted the case yet: it stands where it began, without a step, and waits for a party
// that fills it in. A case that its parent's action opened is none: what it is about was decided there.
func (s *Service) draft(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (bool, error) {
	if len(c.History) > 0 || c.End != "" || c.Stage != sch.Start() {
		return false, nil
	}
	party := false
	for _, row := range sch.RowsFrom(c.Stage) {
		for _, name := range row.Who {
			party = party || sch.Party(name)
		}
	}
	if !party || c.Parent == "" {
		return party, nil
	}
	p, err := selectCase(ctx, tx, c.Parent)
	if err != nil {
		return false, err
	}
	up, err := s.edition(p)
	if err != nil {
		return false, err
	}
	for _, ch := range up.Cases.All() {
		if ch.Scheme == c.Scheme && len(ch.OpenedBy) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// moves finds the edition that a draft has to come over to, for somebody who may act for its organisation: that in force
// today, if it is another. nil where nothing has to move.
func (s *Service) moves(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (*scheme.Scheme, error) {
	sch, err := s.edition(c)
	if err != nil {
		return nil, err
	}
	if in, err := s.draft(ctx, tx, sch, c); err != nil || !in || !actsFor(who, c.Org) {
		return nil, err
	}
	now, err := s.successor(sch, s.today(tx.Now()))
	if err != nil || now.Digest == sch.Digest {
		return nil, nil // none is in force: the draft waits as it is
	}
	return now, nil
}

// stays refuses an act on a draft that has to move first; see errMoves. A draft of which no edition is in force can be
// filled in and thrown away, and not submitted.
func (s *Service) stays(ctx context.Context, tx *db.Tx, who access.Actor, c Case, action string) error {
	sch, err := s.edition(c)
	if err == nil {
		err = s.notAway(ctx, tx, sch, c)
	}
	if err != nil {
		return err
	}
	to, err := s.moves(ctx, tx, who, c)
	if err != nil {
		return err
	}
	if to != nil {
		return errMoves
	}
	if action == "" {
		return nil
	}
	if in, err := s.draft(ctx, tx, sch, c); err != nil || !in {
		return err
	}
	row, _ := sch.Row(c.Stage, action)
	if _, ends := sch.IsEnd(row.To); ends {
		return nil
	}
	_, err = s.successor(sch, s.today(tx.Now()))
	return err
}

// move brings a draft over to the edition in force, in an act of its own: fields as `migrate` says, what does not fit left
// behind and kept for the person to see. Answers of officers and sums there are none yet; the rules are judged anew
// whenever it is looked at.
func (s *Service) move(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, from, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		to, err := s.moves(ctx, tx, who, c)
		if err != nil || to == nil {
			return err // somebody else moved it meanwhile
		}
		got := to.Receive(from, c.Fields)
		m := Move{At: tx.Now(), FromEdition: c.Edition, FromDigest: c.EditionDigest, ToEdition: to.Edition, ToDigest: to.Digest,
			Renamed: got.Renamed, Dropped: got.Dropped}
		c.Fields, c.Answers, c.Edition, c.EditionDigest, c.Stage, c.Changed = got.Fields, map[string]bool{}, to.Edition, to.Digest, to.Start(), tx.Now()
		at, err := s.times(ctx, tx, to, c)
		if err != nil {
			return err
		}
		if err := updateCase(ctx, tx, &c, at); err != nil {
			return fmt.Errorf("move draft %s: %w", c.No, err)
		}
		if err := moveCase(ctx, tx, c, m); err != nil {
			return fmt.Errorf("move draft %s to edition %s: %w", c.No, to.Edition, err)
		}
		if err := s.promise(ctx, tx, to, c); err != nil {
			return err
		}
		if err := s.bind(ctx, tx, to, c); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.move", Object: c.Object(), Region: c.Region,
			Detail: m.FromEdition + " -> " + m.ToEdition})
	})
}

// afterMove moves the draft that an act found in its way, and tells the person to look at it again.
func (s *Service) afterMove(ctx context.Context, who access.Actor, id unit.ID, err error) error {
	if !errors.Is(err, errMoves) {
		return err
	}
	if err := s.move(ctx, who, id); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "casework.draft_moved").On("version")
}

// Moved is how the draft last came over to another edition; ok is false if it never did.
func (s *Service) Moved(ctx context.Context, who access.Actor, id unit.ID) (m Move, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.seen(ctx, tx, who, id); err != nil {
			return err
		}
		m, ok, err = selectMove(ctx, tx, id)
		return err
	})
	return m, ok, err
}
