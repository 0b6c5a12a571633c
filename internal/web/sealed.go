package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type sealedPage struct {
	Case     casework.Case
	Seals    []sealView
	Openings []openingView
	Waiting  *openingView // for the second person
	Due      []fault.Words
	MayAsk   bool
	MayOpen  bool
	MayEnd   bool
	Typed    string
	Problem  string
}

// sealView is a field that was sealed.
type sealView struct {
	casework.Seal
	Words fault.Words
	Over  bool
	Value string // once it was opened, for who may read it
	Files []fileView
}

type openingView struct {
	casework.Opening
	Words []fault.Words // of its fields
}

// sealed shows what is sealed in a case, until when, and how it was opened.
func (v *visit) sealed() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showSealed(id, "", "")
}

func (v *visit) showSealed(id unit.ID, typed, problem string) error {
	in, err := v.s.c.Cases.SealedIn(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(in.Case)
	if err != nil {
		return err
	}
	kept, err := v.filesOf(id)
	if err != nil {
		return err
	}
	p := sealedPage{Case: in.Case, MayAsk: in.MayAsk, MayOpen: in.MayOpen, MayEnd: in.MayEnd, Due: fieldsCalled(s, in.Due), Typed: typed, Problem: problem}
	for _, x := range in.Seals {
		y := sealView{Seal: x, Words: fieldCalled(s, x.Field), Over: !x.Opens.IsZero() && !v.now().Before(x.Opens)}
		if value := in.Case.Fields[x.Field]; !x.Opened.IsZero() && value.Known() {
			if y.Files = kept.named(value); len(y.Files) == 0 {
				y.Value = v.shown(s, value)
			}
		}
		p.Seals = append(p.Seals, y)
	}
	for _, o := range in.Openings {
		x := openingView{o, fieldsCalled(s, o.Fields)}
		if o.Ended.IsZero() {
			p.Waiting = &x
		} else {
			p.Openings = append(p.Openings, x)
		}
	}
	v.underCase(in.Case, s)
	return v.show("sealed", v.t("封存与开启", "What is sealed, and its opening"), p)
}

func fieldCalled(s *scheme.Scheme, name string) fault.Words {
	if f, ok := s.Field(name); ok {
		return f.Words
	}
	return fault.Words{name, name}
}

func fieldsCalled(s *scheme.Scheme, names []string) (out []fault.Words) {
	for _, name := range names {
		out = append(out, fieldCalled(s, name))
	}
	return out
}

func (v *visit) askOpening() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	if err := v.s.c.Cases.AskOpening(v.ctx(), v.who, id, f.Get("reason")); err != nil {
		v.back = "/cases/" + string(id) + "/sealed"
		if !v.refused(err, func(field string) string { return "reason" }) {
			return err
		}
		return v.showSealed(id, f.Get("reason"), fault.Of(err).Sentence(v.lang))
	}
	return v.to("/cases/"+string(id)+"/sealed", "opening_asked")
}

func (v *visit) unseal() error {
	return v.stepOpening("opened_seal", v.s.c.Cases.Unseal)
}

func (v *visit) endOpening() error {
	return v.stepOpening("opening_ended", v.s.c.Cases.EndOpening)
}

func (v *visit) stepOpening(done string, step func(context.Context, access.Actor, unit.ID) error) error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := step(v.ctx(), v.who, id); err != nil {
		v.back = "/cases/" + string(id) + "/sealed"
		if !v.refused(err, func(string) string { return "h-open" }) {
			return err
		}
		return v.showSealed(id, "", "")
	}
	return v.to("/cases/"+string(id)+"/sealed", done)
}

// apiSealed are the operations on what is sealed in a case.
func (s *Server) apiSealed() {
	type sealOut struct {
		Field  string `json:"field"`
		Digest string `json:"digest" doc:"SHA-256 of salt and value"`
		Sealed string `json:"sealed"`
		Opens  string `json:"opens" doc:"from then on two persons can open it; empty while the calendar does not reach so far"`
		Opened string `json:"opened" doc:"empty while it is sealed"`
	}
	type openingOut struct {
		Asked    string   `json:"asked"`
		By       string   `json:"by"`
		Reason   string   `json:"reason"`
		Fields   []string `json:"fields"`
		Ended    string   `json:"ended" doc:"empty while it waits for the second person"`
		OpenedBy string   `json:"opened_by" doc:"empty where it was taken back"`
	}
	type sealedOut struct {
		Seals    []sealOut    `json:"seals"`
		Openings []openingOut `json:"openings"`
	}
	out := func(ctx context.Context, who access.Actor, text string) (*body[sealedOut], error) {
		id, err := idOf(text)
		if err != nil {
			return nil, err
		}
		in, err := s.c.Cases.SealedIn(ctx, who, id)
		if err != nil {
			return nil, err
		}
		o := sealedOut{Seals: []sealOut{}, Openings: []openingOut{}}
		for _, x := range in.Seals {
			o.Seals = append(o.Seals, sealOut{x.Field, x.Digest, iso(x.Sealed), iso(x.Opens), iso(x.Opened)})
		}
		for _, x := range in.Openings {
			o.Openings = append(o.Openings, openingOut{iso(x.Asked), x.Name, x.Reason, x.Fields, iso(x.Ended), x.OpenedName})
		}
		return answer(o)
	}
	operate(s, "GET", "/api/v1/cases/{id}/sealed", access.CaseRead, "What is sealed in a case, and how it was opened", func(ctx context.Context, a asked, i *byID) (*body[sealedOut], error) {
		return out(ctx, a.who, i.ID)
	})
	type askIn struct {
		ID   string `path:"id"`
		Body struct {
			Reason string `json:"reason"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/sealed", access.CaseAct, "Ask that what is sealed and due be opened", func(ctx context.Context, a asked, i *askIn) (*body[sealedOut], error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = s.c.Cases.AskOpening(ctx, a.who, id, i.Body.Reason)
		}
		if err != nil {
			return nil, err
		}
		return out(ctx, a.who, i.ID)
	})
	operate(s, "POST", "/api/v1/cases/{id}/sealed/open", access.CaseAct, "Open what another person asked to open", func(ctx context.Context, a asked, i *byID) (*body[sealedOut], error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = s.c.Cases.Unseal(ctx, a.who, id)
		}
		if err != nil {
			return nil, err
		}
		return out(ctx, a.who, i.ID)
	})
}
