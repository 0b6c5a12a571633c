package casework

import (
	"context"
	"errors"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	drawManyMax   = 1000 // cases of one round of draws
	drawnTogether = 50   // cases whose draws are one act
)

// DrawRound is a draw for many cases of a scheme in one go: all that wait for the action, or those under one case, or those
// that are named.
type DrawRound struct {
	Scheme  string
	Action  string          // that draws; "" where only one does
	Parent  unit.ID         // under which the cases live; "" is any
	Cases   []unit.ID       // none: all that wait
	Answers map[string]bool // to rules that ask this officer, for every case
	Key     string          // idempotency key of the whole; the same again draws nobody twice
}

// DrawPlan is what a round of draws would do; nobody is drawn for it.
type DrawPlan struct {
	Scheme  string
	Title   fault.Words
	Action  string
	Words   fault.Words // of the action
	Parent  unit.ID
	Cases   []Panel
	Short   int         // of them lack experts as it stands
	Seats   int         // to be filled
	Experts int         // of the largest pool
	Most    int         // opinions that one may owe; 0: nobody's work is looked at
	Asks    []DrawnRule // what the officer has to answer for all of them
}

// DrawnRule is a rule that asks whoever draws.
type DrawnRule struct {
	Name  string
	Words fault.Words
}

// PlanDraws is what can be drawn in one go in a scheme, by action and case above, as it stands: the counts that whoever
// draws is shown before. It changes nothing.
func (s *Service) PlanDraws(ctx context.Context, who access.Actor, schemeID string) ([]DrawPlan, error) {
	all, err := s.Panels(ctx, who, schemeID)
	if err != nil {
		return nil, err
	}
	out := DrawPlans(all)
	for i := range out {
		x := &out[i]
		sch, c, err := s.firstOf(ctx, x.Cases[0].Case)
		if err != nil {
			return nil, err
		}
		row, _ := sch.Row(c.Stage, x.Action)
		played, _ := s.plays(sch, c, who, row)
		for _, need := range sch.Needs[x.Action] {
			if r, ok := sch.Rules.Get(need); ok && r.Ask != "" && r.Ask == played.role {
				x.Asks = append(x.Asks, DrawnRule{need, r.Words})
			}
		}
	}
	return out, nil
}

// DrawPlans are the rounds in which cases can be drawn for together, without what their officer has to answer.
func DrawPlans(all []Panel) (out []DrawPlan) {
	for _, p := range all {
		i := slices.IndexFunc(out, func(x DrawPlan) bool { return x.Scheme == p.Scheme && x.Action == p.Action && x.Parent == p.Parent })
		if i < 0 {
			out, i = append(out, DrawPlan{Scheme: p.Scheme, Title: p.Title, Action: p.Action, Words: p.Draws, Parent: p.Parent}), len(out)
		}
		x := &out[i]
		x.Cases, x.Seats, x.Experts, x.Most = append(x.Cases, p), x.Seats+p.Count, max(x.Experts, p.All), max(x.Most, p.Most)
		if p.Short {
			x.Short++
		}
	}
	return out
}

// firstOf is a case with its edition.
func (s *Service) firstOf(ctx context.Context, id unit.ID) (sch *scheme.Scheme, c Case, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err = s.load(ctx, tx, id)
		return err
	})
	return sch, c, err
}

// DrawMany draws in many cases: who is tied to whom is looked up once for each act, the work is kept even, and what cannot be
// drawn in one case, or is refused for another reason, changes nothing in it and is the answer for it. The cases go in the
// order of their promised seeds, which nobody has chosen; so many at a time are one act, and what was drawn when something
// stops it stays drawn: the rest wait as before.
func (s *Service) DrawMany(ctx context.Context, who access.Actor, r DrawRound) ([]Batched, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return nil, err
	}
	if len(r.Key) > keyMax/2 {
		return nil, fault.New(fault.Invalid, "casework.key_long", "most", keyMax/2).On("key")
	}
	waits, err := s.toDraw(ctx, who, &r)
	if err != nil {
		return nil, err
	}
	b := Batch{Action: r.Action, Key: r.Key}
	var out []Batched
	for chunk := range slices.Chunk(waits, drawnTogether) {
		some, err := s.drawTogether(ctx, who, chunk, b, r.Answers)
		if err != nil {
			return out, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// toDraw are the cases of a round of draws in the order of their promises, and its action where it was not named.
func (s *Service) toDraw(ctx context.Context, who access.Actor, r *DrawRound) (out []unit.ID, err error) {
	var promised map[unit.ID]string
	var schemeID, draws string
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out = nil
		kinds := map[[2]string]bool{} // scheme and action
		if err := s.eachToDraw(ctx, tx, who, r.Scheme, func(sch *scheme.Scheme, c Case, _ string, decl scheme.Ask) error {
			action := drawsBy(sch, c.Stage, decl)
			if r.Action != "" && action != r.Action || r.Parent != "" && c.Parent != r.Parent || len(r.Cases) > 0 && !slices.Contains(r.Cases, c.ID) || slices.Contains(out, c.ID) {
				return nil
			}
			kinds[[2]string{sch.ID, action}] = true
			schemeID, draws, out = sch.ID, action, append(out, c.ID)
			return nil
		}); err != nil {
			return err
		}
		switch {
		case len(out) == 0:
			return fault.New(fault.Conflict, "casework.draw_none")
		case len(kinds) > 1:
			return fault.New(fault.Invalid, "casework.draw_which").On("action")
		case len(out) > drawManyMax:
			return fault.New(fault.TooLarge, "casework.draw_many", "most", drawManyMax)
		}
		promised, err = selectPromised(ctx, tx, schemeID)
		return err
	})
	slices.SortStableFunc(out, func(a, b unit.ID) int { return strings.Compare(promised[a], promised[b]) })
	r.Action = draws
	return out, err
}

// drawTogether draws for some cases in one act. Where one of them is refused after something of it was written, the act is
// undone and each is tried by itself.
func (s *Service) drawTogether(ctx context.Context, who access.Actor, ids []unit.ID, b Batch, answers map[string]bool) (out []Batched, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		out = nil
		h := s.hat(tx)
		for _, id := range ids {
			one, err := s.drawOne(ctx, tx, who, h, id, b, answers)
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	var late *undone
	if !errors.As(err, &late) {
		return out, err
	}
	if len(ids) == 1 {
		late.one.Refused = late.why
		return []Batched{late.one}, nil
	}
	out = nil
	for i := range ids {
		one, err := s.drawTogether(ctx, who, ids[i:i+1], b, answers)
		if err != nil {
			return out, err
		}
		out = append(out, one...)
	}
	return out, nil
}

// undone is a refusal that came after something of the case was written: the act must not be kept.
type undone struct {
	one Batched
	why *fault.Error
}

func (u *undone) Error() string { return u.why.Error() }
func (u *undone) Unwrap() error { return u.why }

// drawOne takes the action in one case, within the act of several.
func (s *Service) drawOne(ctx context.Context, tx *db.Tx, who access.Actor, h *hat, id unit.ID, b Batch, answers map[string]bool) (one Batched, err error) {
	one = Batched{ID: id}
	c, err := s.inHand(ctx, tx, who, id)
	if err != nil {
		return one, one.refuse(err)
	}
	sch, err := s.edition(c)
	if err != nil {
		return one, err
	}
	one.No, one.Stage = c.No, sch.Say(c.Stage)
	a := Action{Name: b.Action, Answers: answers}
	if b.Key != "" {
		a.Key = b.Key + "/" + string(id)
	}
	if done, err := answered(c, a, who); done || err != nil {
		return one, one.refuse(err)
	}
	if err := s.stays(ctx, tx, who, c, a.Name); err != nil {
		return one, one.refuse(err)
	}
	clear(h.ready)
	c.hat, h.writing = h, false
	if err := s.take(ctx, tx, who, &c, a); err != nil {
		if wrote := h.writing; !wrote {
			return one, one.refuse(err)
		}
		if failed := one.refuse(err); failed != nil {
			return one, failed
		}
		return one, &undone{one, one.Refused}
	}
	one.Stage = sch.Say(c.Stage)
	return one, nil
}
