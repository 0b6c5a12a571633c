package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Joins is how cases that are about the same thing hang together: the one that a case has joined, and those that have
// joined it.
type Joins struct {
	Into   fault.Words // stage of the case that it joined; empty if it joined none
	Case   *Case       // that case, where the reader may see it
	Joined []Case      // as far as the reader may see them, the newest first
}

// join keeps which case another joins by an action: an open one of the same scheme that the actor may see, by the number
// in a field. Which of these it is not is not told.
func (s *Service) join(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, action string) error {
	field, joins := sch.Joins[action]
	if !joins {
		return nil
	}
	unknown := fault.New(fault.Invalid, "casework.join_unknown").On(field)
	no, err := unit.ParseCaseNo(c.Fields[field].Text)
	if err != nil {
		return unknown
	}
	all, err := queryCases(ctx, tx, sqlByNo, string(no))
	if err != nil {
		return err
	}
	if len(all) == 0 || all[0].ID == c.ID || all[0].Scheme != c.Scheme || all[0].End != "" {
		return unknown
	}
	into, err := s.seen(ctx, tx, who, all[0].ID)
	if fault.KindOf(err) == fault.NotFound || err == nil && len(into.History) == 0 {
		return unknown
	}
	if err != nil {
		return err
	}
	return putAgainst(ctx, tx, c.ID, field, into.No, "", true)
}

// tellJoined tells those whose cases have joined this one to which stage it has come, without saying whose it is.
func (s *Service) tellJoined(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if len(sch.Joins) == 0 || s.c.Notices == nil {
		return nil
	}
	ids, err := selectAgainst(ctx, tx, c.ID, "")
	if err != nil {
		return fmt.Errorf("cases that joined %s: %w", c.No, err)
	}
	stage := sch.Say(c.Stage)
	for _, id := range ids {
		x, err := selectCase(ctx, tx, id)
		if err != nil {
			return err
		}
		org, err := s.toldOrg(ctx, tx, sch, x)
		if err != nil {
			return err
		}
		if _, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: x.Org}, Kind: "case.joined", Object: x.Object(), Path: "/cases/" + string(x.ID), Org: org,
			Title: fault.Words{fmt.Sprintf("%s %s 并入的办件：%s", sch.Title[0], x.No, stage[0]), fmt.Sprintf("What %s %s has joined: %s", sch.Title[1], x.No, stage[1])},
			Key:   fmt.Sprintf("%s/joined/%s/%d", x.Object(), c.ID, len(c.History))}); err != nil {
			return err
		}
	}
	return nil
}

// JoinsOf says what a case has joined and what has joined it, to whoever may see the case.
func (s *Service) JoinsOf(ctx context.Context, who access.Actor, id unit.ID) (out Joins, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = Joins{}
		_, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil || len(sch.Joins) == 0 {
			return err
		}
		ids, err := selectAgainst(ctx, tx, id, "")
		if err != nil {
			return err
		}
		for _, other := range ids {
			if x, ok, err := s.seenShown(ctx, tx, who, other); err != nil {
				return err
			} else if ok {
				out.Joined = append(out.Joined, x)
			}
		}
		into, err := selectJoined(ctx, tx, id)
		if err != nil || into == "" {
			return err
		}
		x, err := selectCase(ctx, tx, into)
		if err != nil {
			return err
		}
		if up, err := s.edition(x); err == nil {
			out.Into = up.Say(x.Stage)
		}
		if x, ok, err := s.seenShown(ctx, tx, who, into); err != nil {
			return err
		} else if ok {
			out.Case = &x
		}
		return nil
	})
	return out, err
}

// seenShown is a case as a reader may see it; ok is false where they may not.
func (s *Service) seenShown(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (c Case, ok bool, err error) {
	if c, err = s.seen(ctx, tx, who, id); fault.KindOf(err) == fault.NotFound {
		return Case{}, false, nil
	}
	if err == nil {
		c, err = s.shown(ctx, tx, who, c)
	}
	return c, err == nil, err
}
