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

// join keeps which case another joins by an action, by the number in a field, and adds its organisation to those that take part in that
// case where the scheme says so. Which of several reasons made a number useless is told only of a case that the actor may see.
func (s *Service) join(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, action string) error {
	j, joins := sch.Joins[action]
	if !joins {
		return nil
	}
	into, err := s.joinable(ctx, tx, who, sch, c, j)
	if err != nil {
		return err
	}
	if err := putAgainst(ctx, tx, c.ID, j.Field, into.No, "", true); err != nil || j.Adds == "" {
		return err
	}
	return s.takeIn(ctx, tx, who, sch, c, into, j.Adds)
}

// joinable is the case that one may join: an open one of the same scheme that the actor may see, under the same case where the scheme
// lives under one, and in a stage in which it can be joined.
func (s *Service) joinable(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, j scheme.Join) (into Case, err error) {
	unknown := fault.New(fault.Invalid, "casework.join_unknown").On(j.Field)
	no, err := unit.ParseCaseNo(c.Fields[j.Field].Text)
	if err != nil {
		return into, unknown
	}
	all, err := queryCases(ctx, tx, sqlByNo, string(no))
	if err != nil {
		return into, err
	}
	if len(all) == 0 || all[0].ID == c.ID || all[0].Scheme != c.Scheme || all[0].End != "" {
		return into, unknown
	}
	into, err = s.inHand(ctx, tx, who, all[0].ID)
	switch {
	case fault.KindOf(err) == fault.NotFound || err == nil && len(into.History) == 0:
		return into, unknown
	case err != nil:
		return into, err
	case into.Parent != c.Parent:
		_, up, err := s.load(ctx, tx, c.Parent)
		if err != nil {
			return into, err
		}
		return into, fault.New(fault.Conflict, "casework.join_elsewhere", "above", up.Title).On(j.Field)
	case len(j.In) > 0 && !slices.Contains(j.In, into.Stage):
		return into, fault.New(fault.Conflict, "casework.join_stage", "stage", sch.Say(into.Stage), "stages", sayAll(sch, j.In)).On(j.Field)
	}
	return into, nil
}

// sayAll are stages as a list in both languages.
func sayAll(sch *scheme.Scheme, stages []string) fault.Words {
	var zh, en []string
	for _, x := range stages {
		zh, en = append(zh, sch.Say(x)[0]), append(en, sch.Say(x)[1])
	}
	return fault.Words{strings.Join(zh, "、"), strings.Join(en, ", ")}
}

// takeIn adds the organisation of a case to a field of the case that it has joined, and tells the organisation of that one.
func (s *Service) takeIn(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c, into Case, field string) error {
	w, err := s.writing(ctx, tx, &into, 0)
	if err != nil {
		return err
	}
	part := into.Fields[field].List
	for _, x := range part {
		if x.Text == c.Org {
			return nil
		}
	}
	w.put(field, Entry{Value: scheme.ListValue(append(slices.Clone(part), scheme.OrgValue(c.Org))...)})
	if err := s.write(ctx, tx, who, w); err != nil {
		return fmt.Errorf("take %s into case %s: %w", c.No, into.No, err)
	}
	if s.c.Notices == nil {
		return nil
	}
	_, err = s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: into.Org}, Kind: "case.joined", Object: into.Object(), Path: "/cases/" + string(into.ID),
		Title: fault.Words{fmt.Sprintf("%s %s：%s 已并入，其单位列入参加单位", sch.Title[0], into.No, c.No), fmt.Sprintf("%s %s: %s has joined it, and its organisation takes part now", sch.Title[1], into.No, c.No)},
		Key:   fmt.Sprintf("%s/took-in/%s", into.Object(), c.ID)})
	return err
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
