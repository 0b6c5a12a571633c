package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// LostLabel is a label that a decision of a case rested on and that was taken back since.
type LostLabel struct {
	Org     string
	Whose   fault.Words // "" where the organisation is the case's own, or may not be known
	Label   string
	Words   fault.Words
	Step    int      // the first whose decision saw it
	On      unit.Day // the first day without it
	Heard   time.Time
	Stage   fault.Words // in which the case stood then
	PaidOut unit.Fen    // what the case has out of the books now

	stage string
	told  bool
}

// restsOnLabels are the functions whose yes lets a decision rest on a label.
var restsOnLabels = map[string]bool{"has_label": true, "recognised": true}

// rely writes which labels the decision of a step rested on. A decision that saw a lost one again forgets the loss.
func (s *Service) rely(ctx context.Context, tx *db.Tx, c Case, step Step) error {
	for _, f := range step.Decision.Seen {
		if !restsOnLabels[f.Name] || len(f.Args) != 3 || !f.Value.True() {
			continue
		}
		org, label := f.Args[0].Text, f.Args[1].Text
		err := heldAgain(ctx, tx, c.ID, org, label)
		if err == nil {
			_, err = tx.Exec(ctx, sqlRely, string(c.ID), org, label, step.No)
		}
		if err != nil {
			return fmt.Errorf("labels that step %d of case %s rests on: %w", step.No, c.No, err)
		}
	}
	return nil
}

// LabelLost marks, in the act that takes a label back or hears of it, the cases whose decisions rested on it. Whoever has to know is told
// soon after, and what the scheme then does by itself goes: a label may have carried ten thousand orders.
func (s *Service) LabelLost(ctx context.Context, tx *db.Tx, l registry.Label) error {
	day := l.Revoked
	if !day.Valid() {
		day = s.today(tx.Now())
	}
	if _, err := tx.Exec(ctx, sqlLose, l.Org, l.Label, day.String(), db.Micros(tx.Now())); err != nil {
		return fmt.Errorf("cases that rest on label %s of %s: %w", l.Label, l.Org, err)
	}
	return loseHeld(ctx, tx, l, day)
}

// RestOn counts the cases whose decisions rest on a label that an organisation holds, for an officer who may take it back.
func (s *Service) RestOn(ctx context.Context, who access.Actor, org, label string) (n int, err error) {
	if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
		return 0, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, sqlRestOn, org, label).Scan(&n); err != nil {
			return fmt.Errorf("cases that rest on label %s of %s: %w", label, org, err)
		}
		return nil
	})
	return n, err
}

// tellLost goes on with the cases whose label was lost, at most ticksAtOnce of them, each in an act of its own. One that fails does not
// hold up the others.
func (s *Service) tellLost(ctx context.Context) (done int, err error) {
	var ids []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = selectUntold(ctx, tx, s.today(tx.Now()), ticksAtOnce)
		return err
	}); err != nil {
		return 0, fmt.Errorf("cases whose label was lost: %w", err)
	}
	var errs []error
	for _, id := range ids {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.loseIn(ctx, tx, id) }); err != nil {
			errs = append(errs, fmt.Errorf("lost label of case %s: %w", id, err))
			continue
		}
		done++
	}
	return done, errors.Join(errs...)
}

// loseIn tells the organisation of a case, whoever has to act in it and the role that is told of what is late, writes it into the
// journal, and takes what the scheme does by itself.
func (s *Service) loseIn(ctx context.Context, tx *db.Tx, id unit.ID) error {
	c, sch, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	all, err := s.untold(ctx, tx, id)
	if err != nil || len(all) == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, sqlSetTold, string(id)); err != nil {
		return fmt.Errorf("mark as told: %w", err)
	}
	if c.End != "" && out(c) == 0 { // nothing was given, and nothing can be lost
		return nil
	}
	for _, l := range all {
		if err := s.c.Access.Record(ctx, tx, access.System("labels"), access.Entry{Act: "case.label_lost", Object: c.Object(), Region: c.Region, Detail: l.Label + " " + l.On.String()}); err != nil {
			return err
		}
		if err := s.tellOfLoss(ctx, tx, sch, c, l); err != nil {
			return err
		}
	}
	if c.End != "" {
		return nil
	}
	return s.onwards(ctx, tx, sch, &c)
}

// untold are the labels that a case lost and of which nobody was told. One under whose name the organisation still stands, by a label or a
// certificate of another, was not lost, and is forgotten: when the last of them goes, that is heard anew.
func (s *Service) untold(ctx context.Context, tx *db.Tx, id unit.ID) (lost []LostLabel, err error) {
	all, err := selectLost(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.told {
			continue
		}
		v, _, err := s.stands(ctx, tx, l.Org, l.Label, max(l.On, s.today(tx.Now())))
		if err != nil {
			return nil, err
		}
		if !v.True() {
			lost = append(lost, l)
		} else if err := heldAgain(ctx, tx, id, l.Org, l.Label); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

func (s *Service) tellOfLoss(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, l LostLabel) error {
	var late []notice.Audience
	if who, ok := s.audience(sch, c, sch.Overdue); ok {
		late = append(late, who)
	}
	words := registry.LabelWords(l.Label)
	return s.tellOf(ctx, tx, sch, c, notice.Notice{Kind: "case.label_lost", Path: "/cases/" + string(c.ID) + "#h-lost",
		Title: fault.Words{fmt.Sprintf("%s %s 所依据的“%s”已被撤销", sch.Title[0], c.No, words[0]), fmt.Sprintf("%s %s rested on “%s”, which was revoked", sch.Title[1], c.No, words[1])},
		Key:   fmt.Sprintf("%s/lost/%s/%s/%d", c.Object(), l.Org, l.Label, db.Micros(l.Heard))}, late...)
}

// out is what a case has sent out of the books, less what came back.
func out(c Case) (sum unit.Fen) {
	for _, x := range c.Purse.Out {
		sum += x
	}
	return max(sum, 0)
}

// LostLabels are the labels that decisions of a case rested on and that were taken back since, for whoever may see the case. One of
// which nothing follows, because the case has ended and nothing is out, is left out.
func (s *Service) LostLabels(ctx context.Context, who access.Actor, id unit.ID) (all []LostLabel, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil || c.End != "" && out(c) == 0 {
			return err
		}
		v, err := s.veilFor(ctx, tx, sch, who, c)
		if err != nil {
			return err
		}
		if all, err = selectLost(ctx, tx, id); err != nil {
			return err
		}
		for i := range all {
			l := &all[i]
			l.Words, l.Stage, l.PaidOut = registry.LabelWords(l.Label), sch.Say(l.stage), out(c)
			if l.Org == c.Org || !v.empty() {
				continue
			}
			l.Whose = fault.Words{l.Org, l.Org}
			if o, err := s.c.Registry.Org(ctx, tx, l.Org); err == nil {
				l.Whose = o.Name
			} else if fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
		return nil
	})
	return all, err
}
