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

// tell says whose turn it is after a step: each role that can act now, once, and at an end the organisation whose case
// it is. Who acted knows already.
func (s *Service) tell(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case) error {
	if s.c.Notices == nil {
		return nil
	}
	if err := s.tellJoined(ctx, tx, sch, c); err != nil {
		return err
	}
	org, err := s.toldOrg(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	stage := sch.Say(c.Stage)
	n := notice.Notice{Kind: "case.turn", Object: c.Object(), Path: "/cases/" + string(c.ID), Org: org,
		Title: fault.Words{fmt.Sprintf("%s %s：%s", sch.Title[0], c.No, stage[0]), fmt.Sprintf("%s %s: %s", sch.Title[1], c.No, stage[1])},
		Key:   fmt.Sprintf("%s/%d", c.Object(), len(c.History))}
	if c.End != "" {
		n.Kind, n.To = "case.ended", notice.Audience{Org: c.Org, Except: who.Person}
		_, err := s.c.Notices.Tell(ctx, tx, n)
		return err
	}
	if n.Title, n.Text, err = s.returnNotice(ctx, tx, sch, c, n.Title, n.Text); err != nil {
		return err
	}
	if err := s.tellEach(ctx, tx, n, s.nextUp(sch, c), who.Person); err != nil {
		return err
	}
	return s.tellOwed(ctx, tx, sch, c)
}

// tellEach tells a notice to several audiences, each once, but not to a person who knows already; "" is nobody.
func (s *Service) tellEach(ctx context.Context, tx *db.Tx, n notice.Notice, to []notice.Audience, knows unit.ID) error {
	told := map[string]bool{}
	var each []notice.Audience
	for _, a := range to {
		if !told[a.String()] {
			told[a.String()] = true
			a.Except = knows
			each = append(each, a)
		}
	}
	return s.c.Notices.TellEach(ctx, tx, n, each...)
}

// nextUp are those whose turn it is in the present stage.
func (s *Service) nextUp(sch *scheme.Scheme, c Case) (to []notice.Audience) {
	for _, row := range sch.RowsFrom(c.Stage) {
		for _, role := range row.Who {
			if a, ok := s.audience(sch, c, role); ok {
				to = append(to, a)
			}
		}
	}
	return to
}

// willTell says that tell will come to the case once it is in a stage, so that who is told is asked with what is asked first.
func (s *Service) willTell(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, to string, end scheme.End) {
	if s.c.Notices == nil {
		return
	}
	audiences := []notice.Audience{{Org: c.Org}}
	if c.Stage = to; end == "" {
		audiences = s.nextUp(sch, c)
	}
	s.c.Notices.WillTell(ctx, tx, c.Org, audiences...)
}

// audience is who plays a role in a case; nobody can be told of anyone.
func (s *Service) audience(sch *scheme.Scheme, c Case, role string) (notice.Audience, bool) {
	r, ok := sch.Roles.Get(role)
	switch {
	case ok && r.Desk != "":
		region, office, there := s.deskPlace(r, c, sch)
		return notice.Audience{Role: r.Desk, Region: region, Org: office}, there
	case ok && r.Party != "" && partyOf(c, r) != "":
		return notice.Audience{Org: partyOf(c, r)}, true
	}
	return notice.Audience{}, false
}

// tellLate tells the role that the scheme names of a due time that has passed, once for each.
func (s *Service) tellLate(ctx context.Context, tx *db.Tx, id unit.ID) (bool, error) {
	c, sch, err := s.load(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if err := markTold(ctx, tx, id); err != nil || s.c.Notices == nil || c.End != "" {
		return false, err
	}
	to, ok := s.audience(sch, c, sch.Overdue)
	if !ok {
		return false, nil
	}
	org, err := s.toldOrg(ctx, tx, sch, c)
	if err != nil {
		return false, err
	}
	stage := sch.Say(c.Stage)
	_, err = s.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: "case.late", Object: c.Object(), Path: "/cases/" + string(c.ID), Org: org,
		Title: fault.Words{fmt.Sprintf("逾期未办：%s %s（%s）", sch.Title[0], c.No, stage[0]), fmt.Sprintf("Late: %s %s (%s)", sch.Title[1], c.No, stage[1])},
		Key:   fmt.Sprintf("%s/%d/late", c.Object(), len(c.History))})
	return err == nil, err
}
