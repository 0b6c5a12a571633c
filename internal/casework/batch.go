package casework

import (
	"context"
	"errors"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// batchMax is how many cases one batch takes.
const batchMax = 200

// Batch is one action in several cases, with one reason.
type Batch struct {
	Cases  []unit.ID
	Action string
	Reason string
	Key    string // idempotency key of the whole; the same again does nothing twice
}

// Batched is what became of one case of a batch.
type Batched struct {
	ID      unit.ID
	No      string
	Refused *fault.Error // why nothing was done; nil when the action was taken
	Stage   fault.Words  // where the case stands now
	Back    string       // an action by which the actor can lead it back to where it stood; "" is none
	BackSay fault.Words
}

// ActMany takes one action in several cases. Each is judged by itself, in an act of its own: what is refused in one
// changes nothing in the others. What becomes of each is the answer; only what concerns the batch itself is an error.
func (s *Service) ActMany(ctx context.Context, who access.Actor, b Batch) ([]Batched, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return nil, err
	}
	switch {
	case len(b.Cases) == 0:
		return nil, fault.New(fault.Invalid, "casework.batch_empty").On("case")
	case len(b.Cases) > batchMax:
		return nil, fault.New(fault.TooLarge, "casework.batch_many", "most", batchMax).On("case")
	case b.Action == "":
		return nil, fault.New(fault.Invalid, "casework.batch_action").On("action")
	case len(b.Key) > keyMax/2:
		return nil, fault.New(fault.Invalid, "casework.key_long", "most", keyMax/2).On("key")
	}
	done := map[unit.ID]bool{}
	var out []Batched
	for _, id := range b.Cases {
		if done[id] {
			continue
		}
		done[id] = true
		one, err := s.actOne(ctx, who, id, b)
		if err != nil {
			return out, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Service) actOne(ctx context.Context, who access.Actor, id unit.ID, b Batch) (one Batched, err error) {
	one = Batched{ID: id}
	before, err := s.Get(ctx, who, id)
	if err != nil {
		return one, one.refuse(err)
	}
	one.No, one.Stage = before.No, before.StageWords
	key := b.Key
	if key != "" {
		key += "/" + string(id)
	}
	c, err := s.Act(ctx, who, id, Action{Name: b.Action, Reason: b.Reason, Key: key})
	if err != nil {
		return one, one.refuse(err)
	}
	one.Stage = c.StageWords
	if len(c.History) == 0 {
		return one, nil
	}
	from := c.History[len(c.History)-1].From
	sch, err := s.edition(c)
	if err != nil {
		return one, err
	}
	for _, row := range sch.RowsFrom(c.Stage) {
		p, mine := s.plays(sch, c, who, row)
		if _, desk := deskOf(sch, p.role); row.ByPerson() && mine && desk && row.To == from && row.To != c.Stage {
			one.Back, one.BackSay = row.Action, sch.Say(row.Action)
			break
		}
	}
	return one, nil
}

// refuse keeps why a case was not acted on; what is no refusal but a failure of the node is an error.
func (one *Batched) refuse(err error) error {
	if err == nil {
		return nil
	}
	var many fault.Many
	if errors.As(err, &many) && len(many) > 0 {
		one.Refused = many[0]
		return nil
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.SignIn {
		return err
	}
	one.Refused = f
	return nil
}

// BatchAction is an action that a batch can take in cases which wait for the actor.
type BatchAction struct {
	Action      string
	Words       fault.Words
	Scheme      fault.Words
	NeedsReason bool
}

// BatchActions are the actions of desks that the actor may take out of the stages of some cases.
func (s *Service) BatchActions(who access.Actor, cases []Waiting) (out []BatchAction) {
	seen := map[string]bool{}
	for _, w := range cases {
		sch, err := s.edition(w.Case)
		if err != nil {
			continue
		}
		for _, row := range sch.RowsFrom(w.Stage) {
			p, mine := s.plays(sch, w.Case, who, row)
			key := sch.ID + "/" + row.Action
			if _, desk := deskOf(sch, p.role); !row.ByPerson() || !mine || !desk || seen[key] {
				continue
			}
			seen[key] = true
			a := BatchAction{Action: row.Action, Words: sch.Say(row.Action), Scheme: sch.Title}
			for _, n := range sch.Needs[row.Action] {
				_, isRule := sch.Rules.Get(n)
				a.NeedsReason = a.NeedsReason || n == "reason" && !isRule
			}
			out = append(out, a)
		}
	}
	return out
}
