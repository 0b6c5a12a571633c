package web

import (
	"context"
	"maps"
	"strconv"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"draft_away": {"草稿已作废；期限内可以恢复。", "The draft is put away; it can be taken up again for a while."},
		"draft_back": {"草稿已恢复，内容和原来一样。", "The draft is taken up again, as it was."},
	})
}

// discards are the addresses by which a draft of any pack is put away and taken up again.
func (s *Server) discards() {
	s.page("POST", "/cases/{id}/discard", access.CaseAct, (*visit).discardDraft)
	s.page("POST", "/cases/{id}/reopen", access.CaseAct, (*visit).reopenDraft)
}

func (s *Server) apiDiscards() {
	operate(s, "POST", "/api/v1/cases/{id}/discard", access.CaseAct, "Put a draft away; it can be taken up again for a while", func(ctx context.Context, a asked, i *byID) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Discard(ctx, a.who, id, 0)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	operate(s, "POST", "/api/v1/cases/{id}/reopen", access.CaseAct, "Take a draft up again that was put away", func(ctx context.Context, a asked, i *byID) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Reopen(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
}

func (v *visit) discardDraft() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(f.Get("version"), 10, 64)
	if _, err := v.s.c.Cases.Discard(v.ctx(), v.who, id, version); err != nil {
		v.back = "/cases/" + string(id)
		if !v.refused(err, nil) {
			return err
		}
		return v.showCase(id, typed{})
	}
	return v.to("/cases/"+string(id), "draft_away")
}

func (v *visit) reopenDraft() error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	if _, err := v.s.c.Cases.Reopen(v.ctx(), v.who, id); err != nil {
		v.back = "/cases/" + string(id)
		if !v.refused(err, nil) {
			return err
		}
		return v.showCase(id, typed{})
	}
	return v.to("/cases/"+string(id), "draft_back")
}

// discardView is how a draft is put away, or was.
type discardView struct {
	May  bool // it can be put away now
	Away *casework.Discarded
	Days int
}

// discardOf is what the page of a case says of putting a draft away.
func (v *visit) discardOf(c casework.Case) (x discardView, err error) {
	if len(c.History) > 0 {
		return x, nil
	}
	if x.May, err = v.s.c.Cases.MayDiscard(v.ctx(), v.who, c); err != nil || x.May {
		return x, err
	}
	d, ok, err := v.s.c.Cases.DiscardOf(v.ctx(), v.who, c.ID)
	if err == nil && ok && d.BackAt.IsZero() && c.End != "" {
		d.Reopens = d.Reopens && v.s.c.Cases.Joint(c, v.who)
		x.Away = &d
	}
	return x, err
}

// throwsAway says whether an action of a pack does no more than what every draft has anyway: its party ends it where
// nothing was submitted.
func throwsAway(s *scheme.Scheme, c casework.Case, a casework.Allowed) bool {
	end, ends := s.IsEnd(a.To)
	return len(c.History) == 0 && c.Stage == s.Start() && ends && end == scheme.Ended && s.Party(a.Role) && len(s.Needs[a.Action]) == 0 && len(s.MoneyAt(a.Action)) == 0
}
