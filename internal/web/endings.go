package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/unit"
)

// endingView is the early end of an edition on its page: what there is, what it does to cases, and what this person may do.
type endingView struct {
	casework.Ending
	There   bool
	Effect  casework.EndingEffect
	Shown   bool // to who may try editions out
	Leaf    string
	Propose bool
	Confirm bool
	Own     bool
	Take    bool // back
}

// endingOf fills it in.
func (v *visit) endingOf(e casework.Edition) (x endingView, err error) {
	if x.Ending, x.There, x.Effect, err = v.s.c.Cases.EndingOf(v.ctx(), v.who, e.Digest); err != nil {
		return x, err
	}
	running := e.State == casework.Carried || e.State == casework.Adopted
	place := access.Scope{Region: unit.Region(e.Jurisdiction)}
	may := func(perm access.Permission) bool { return running && access.May(v.who, perm, place) == nil }
	waits := x.There && x.Ending.State == casework.Proposed
	x.Shown = may(access.SchemeTrial)
	x.Propose = !x.There && may(access.SchemePropose) && (!e.Last.Valid() || e.Last > unit.DayOf(v.now(), beijing))
	x.Own = waits && x.Proposed.Person == v.who.Person
	x.Confirm, x.Take = waits && may(access.SchemeAdopt), waits && may(access.SchemePropose)
	x.Leaf, err = v.entryPath(x.Ending.Leaf)
	return x, err
}

// proposeEnding proposes that an edition ends early.
func (v *visit) proposeEnding() error {
	return v.stepEnding("ending_proposed", func(digest string, f *form) error {
		last := f.day("last")
		if err := f.err(); err != nil {
			return err
		}
		_, err := v.s.c.Cases.ProposeEnding(v.ctx(), v.who, digest, last, f.Get("end-reason"))
		return err
	})
}

func (v *visit) confirmEnding() error {
	return v.stepEnding("ending_confirmed", func(digest string, _ *form) error {
		_, err := v.s.c.Cases.ConfirmEnding(v.ctx(), v.who, digest)
		return err
	})
}

func (v *visit) withdrawEnding() error {
	return v.stepEnding("ending_withdrawn", func(digest string, _ *form) error {
		_, err := v.s.c.Cases.WithdrawEnding(v.ctx(), v.who, digest)
		return err
	})
}

func (v *visit) stepEnding(done string, step func(string, *form) error) error {
	e, _, err := v.findEdition()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/editions/" + editionKey(e)
	if err := step(e.Digest, f); err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showEdition(f)
	}
	return v.to(v.back, done)
}

// apiEndings are the operations on the early end of an edition.
func (s *Server) apiEndings() {
	type standingOut struct {
		Stage string `json:"stage"`
		Cases int    `json:"cases"`
	}
	type endingOut struct {
		State     string        `json:"state" doc:"empty where none is proposed"`
		Last      string        `json:"last" doc:"the last day in force"`
		Reason    string        `json:"reason"`
		Proposed  string        `json:"proposed_by"`
		Confirmed string        `json:"confirmed_by"`
		Leaf      string        `json:"leaf"`
		Drafts    int           `json:"drafts" doc:"that nobody has submitted; for officers"`
		Successor string        `json:"successor" doc:"edition to which drafts come over; empty: they can no longer be submitted"`
		Goes      int           `json:"goes_on" doc:"submitted cases, which go on by this edition"`
		Stages    []standingOut `json:"stages"`
	}
	out := func(ctx context.Context, a asked, digest string) (*body[endingOut], error) {
		e, ok, x, err := s.c.Cases.EndingOf(ctx, a.who, digest)
		if err != nil {
			return nil, err
		}
		o := endingOut{Drafts: x.Drafts, Goes: x.Goes, Stages: []standingOut{}}
		if ok {
			o.State, o.Last, o.Reason, o.Proposed, o.Confirmed, o.Leaf = string(e.State), e.Last.String(), e.Reason, e.Proposed.Name, e.Decided.Name, string(e.Leaf)
		}
		if x.Successor != nil {
			o.Successor = x.Successor.Edition
		}
		for _, st := range x.Stages {
			o.Stages = append(o.Stages, standingOut{st.Words.In(a.lang), st.N})
		}
		return answer(o)
	}
	type endingIn struct {
		Digest string `path:"digest" doc:"of the edition"`
	}
	operate(s, "GET", "/api/v1/editions/{digest}/end", access.SchemeRead, "Whether an edition ends early, and what that does to its cases", func(ctx context.Context, a asked, i *endingIn) (*body[endingOut], error) {
		return out(ctx, a, i.Digest)
	})
	type endingProposeIn struct {
		Digest string `path:"digest"`
		Body   struct {
			Last   unit.Day `json:"last" doc:"the last day in force"`
			Reason string   `json:"reason"`
		}
	}
	operate(s, "POST", "/api/v1/editions/{digest}/end", access.SchemePropose, "Propose that an edition ends early", func(ctx context.Context, a asked, i *endingProposeIn) (*body[endingOut], error) {
		if _, err := s.c.Cases.ProposeEnding(ctx, a.who, i.Digest, i.Body.Last, i.Body.Reason); err != nil {
			return nil, err
		}
		return out(ctx, a, i.Digest)
	})
	step := func(do func(context.Context, access.Actor, string) (casework.Ending, error)) func(context.Context, asked, *endingIn) (*body[endingOut], error) {
		return func(ctx context.Context, a asked, i *endingIn) (*body[endingOut], error) {
			if _, err := do(ctx, a.who, i.Digest); err != nil {
				return nil, err
			}
			return out(ctx, a, i.Digest)
		}
	}
	operate(s, "POST", "/api/v1/editions/{digest}/end/confirm", access.SchemeAdopt, "Confirm that an edition ends early; another person than who proposed it", step(s.c.Cases.ConfirmEnding))
	operate(s, "POST", "/api/v1/editions/{digest}/end/withdraw", access.SchemePropose, "Take back that an edition ends early", step(s.c.Cases.WithdrawEnding))
}
