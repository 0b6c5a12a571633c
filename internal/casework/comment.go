package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	commentsMax = 500  // that are read of one case
	commentMax  = 2000 // characters
)

// Sight says who reads a comment.
type Sight string

const (
	SightDesk      Sight = "desk"      // the desks of the scheme, and who audits them
	SightApplicant Sight = "applicant" // those, and the organisation whose case it is
	SightAll       Sight = "all"       // everybody who may see the case
)

// Comment is what somebody said about a case. It decides nothing, and nothing of it becomes public.
type Comment struct {
	ID        unit.ID
	At        time.Time
	Person    unit.ID
	By        string
	Role      string
	RoleWords fault.Words
	Sight     Sight
	Text      string
}

// Say adds a comment to a case. Only who plays a role of the scheme in it says something; a party's is never for the desks
// alone. Whoever it is for and has to act, or whose case it is, is told that there is one, not what it says.
func (s *Service) Say(ctx context.Context, who access.Actor, id unit.ID, sight Sight, text string) (c Comment, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return c, err
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return c, fault.New(fault.Invalid, "casework.comment_empty").On("text")
	case len([]rune(text)) > commentMax:
		return c, fault.New(fault.Invalid, "casework.comment_long", "most", commentMax).On("text")
	case sight != SightDesk && sight != SightApplicant && sight != SightAll:
		return c, fault.New(fault.Invalid, "casework.comment_sight").On("sight")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		k, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		role, desk := s.speaks(sch, k, who)
		if role == "" {
			return fault.New(fault.Denied, "casework.comment_not_yours")
		}
		if !desk && sight == SightDesk {
			return fault.New(fault.Denied, "casework.comment_sight").On("sight")
		}
		c = Comment{ID: unit.NewID(tx.Now()), At: tx.Now(), Person: who.Person, By: who.Name, Role: role, RoleWords: sch.Say(role), Sight: sight, Text: text}
		if err := insertComment(ctx, tx, id, c); err != nil {
			return fmt.Errorf("comment on case %s: %w", k.No, err)
		}
		if err := s.tellComment(ctx, tx, who, sch, k, c); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.comment", Object: k.Object(), Region: k.Region, Detail: string(sight)})
	})
	return c, err
}

// Comments are those of a case that the actor may read, the first one first.
func (s *Service) Comments(ctx context.Context, who access.Actor, id unit.ID) (out []Comment, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		k, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		v, err := s.veilFor(ctx, tx, sch, who, k)
		if err != nil {
			return err
		}
		_, desk := s.speaks(sch, k, who)
		desk = desk || who.Holds("auditor")
		all, err := selectComments(ctx, tx, id)
		for _, c := range all {
			if c.Sight == SightDesk && !desk || c.Sight == SightApplicant && !desk && !hasOrg(who, k.Org) {
				continue
			}
			if r, ok := sch.Roles.Get(c.Role); v.firm && ok && r.Party == "firm" {
				c.Person, c.By = "", "—"
			}
			c.RoleWords = sch.Say(c.Role)
			out = append(out, c)
		}
		return err
	})
	return out, err
}

// MaySay says whether the actor may comment on a case, and whether for the desks alone.
func (s *Service) MaySay(who access.Actor, c Case) (may, desk bool) {
	sch, err := s.edition(c)
	if err != nil || access.MaySomewhere(who, access.CaseAct) != nil {
		return false, false
	}
	role, desk := s.speaks(sch, c, who)
	return role != "", desk
}

// speaks is the role by which the actor says something in a case: a desk before a party.
func (s *Service) speaks(sch *scheme.Scheme, c Case, who access.Actor) (role string, desk bool) {
	for name, r := range sch.Roles.All() {
		if _, mine := s.holds(sch, c, who, name); !mine || r.Anyone {
			continue
		}
		if r.Desk != "" {
			return name, true
		}
		if role == "" {
			role = name
		}
	}
	return role, false
}

func (s *Service) tellComment(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, said Comment) error {
	if s.c.Notices == nil {
		return nil
	}
	var to []notice.Audience
	if taken, err := selectTaken(ctx, tx, c.ID); err != nil {
		return err
	} else if taken.Person != "" {
		to = append(to, notice.Audience{Person: taken.Person})
	}
	for name, r := range sch.Roles.All() {
		if a, ok := s.audience(sch, c, name); ok && (said.Sight == SightAll || r.Desk != "") && acts(sch, c.Stage, name) {
			to = append(to, a)
		}
	}
	if said.Sight != SightDesk {
		to = append(to, notice.Audience{Org: c.Org})
	}
	n := notice.Notice{Kind: "case.comment", Object: c.Object(), Path: "/cases/" + string(c.ID) + "#m-" + string(said.ID),
		Title: fault.Words{fmt.Sprintf("有新留言：%s %s", sch.Title[0], c.No), fmt.Sprintf("A new message: %s %s", sch.Title[1], c.No)},
		Key:   c.Object() + "/comment/" + string(said.ID)}
	return s.tellEach(ctx, tx, n, to, who.Person)
}
