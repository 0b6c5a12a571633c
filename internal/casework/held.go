package casework

import (
	"context"
	"errors"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// lookAtEnded goes on with the cases whose own label is over, because it ran out or was taken back outside the case: at most ticksAtOnce of
// them, each in an act of its own. One that fails does not hold up the others.
func (s *Service) lookAtEnded(ctx context.Context) (done int, err error) {
	var ids []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = selectHeldEnded(ctx, tx, s.today(tx.Now()), ticksAtOnce)
		return err
	}); err != nil {
		return 0, fmt.Errorf("cases whose label is over: %w", err)
	}
	var errs []error
	for _, id := range ids {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.endedIn(ctx, tx, id) }); err != nil {
			errs = append(errs, fmt.Errorf("label of case %s that is over: %w", id, err))
			continue
		}
		done++
	}
	return done, errors.Join(errs...)
}

// endedIn tells the organisation of a case and whoever has to act in it, writes it into the journal, and takes what the scheme does by itself.
func (s *Service) endedIn(ctx context.Context, tx *db.Tx, id unit.ID) error {
	c, sch, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	day := s.today(tx.Now())
	all, err := selectHeldOver(ctx, tx, id, day)
	if err != nil {
		return err
	}
	if err := lookedAtHeld(ctx, tx, id, day); err != nil || c.End != "" {
		return err
	}
	for _, m := range all {
		if err := s.c.Access.Record(ctx, tx, access.System("labels"), access.Entry{Act: "case.label_over", Object: c.Object(), Region: c.Region, Detail: m.Label + " " + m.Until.String()}); err != nil {
			return err
		}
		if err := s.tellOfEnd(ctx, tx, sch, c, m); err != nil {
			return err
		}
	}
	return s.onwards(ctx, tx, sch, &c)
}

func (s *Service) tellOfEnd(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, m Marked) error {
	words := registry.LabelWords(m.Label)
	return s.tellOf(ctx, tx, sch, c, notice.Notice{Kind: "case.label_over", Path: "/cases/" + string(c.ID),
		Title: fault.Words{fmt.Sprintf("%s %s 的“%s”已到期或被撤销，最后有效日 %s", sch.Title[0], c.No, words[0], m.Until), fmt.Sprintf("%s %s: the label “%s” is over; its last day was %s", sch.Title[1], c.No, words[1], m.Until)},
		Key:   fmt.Sprintf("%s/over/%s/%s/%s", c.Object(), m.Org, m.Label, m.Until)})
}

// tellOf tells a notice of a case to the desks that have its next step, to the party whose case it is, and to others.
func (s *Service) tellOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, n notice.Notice, others ...notice.Audience) (err error) {
	if s.c.Notices == nil {
		return nil
	}
	n.Object = c.Object()
	if n.Org, err = s.toldOrg(ctx, tx, sch, c); err != nil {
		return err
	}
	to := append(s.nextUp(sch, c), notice.Audience{Org: c.Org})
	return s.tellEach(ctx, tx, n, append(to, others...), "")
}
