package scheme

import (
	"fmt"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Place is an account of the books as an action finds it.
type Place struct {
	Name      string      `json:"name"` // in the pack
	Kind      AccountKind `json:"kind"`
	Path      string      `json:"path"`              // budget, limit, out: full path; own: "own/NAME" under the case; parent: "own/NAME" under the parent case
	Owner     string      `json:"owner,omitempty"`   // of own: the organisation in whose name it stands
	OpensWith *unit.Fen   `json:"opens,omitempty"`   // of a limit: with what it opens on first use
	LentTo    string      `json:"lent_to,omitempty"` // of own: the cases that may take from it
}

// Verb is what a posting does in the books.
type Verb string

const (
	Hold    Verb = "hold"
	Capture Verb = "capture"
	Release Verb = "release"
	Post    Verb = "post"
)

// Posting is one transfer that follows from a money line. Postings of one action are done in this order, all or
// none. Sums of nothing are left out, so Amount is above zero except with Rest and Release.
type Posting struct {
	ID     string   // act id, a dot, the place of the line: the idempotency key
	Verb   Verb     //
	Amount unit.Fen // of hold, capture, post
	Name   string   // the amount's name in the pack
	Hold   string   // the hold's name in the pack
	HoldID string   // of capture and release: ID of the posting that began the hold
	From   Place    // of hold and post
	To     Place    // of capture and post
	Last   bool     // of capture: the rest is freed
	Rest   bool     // of post: all that stands on From, as the books know it
}

// LabelEffect is an entry of the registry that an action issues, renews or revokes.
type LabelEffect struct {
	Verb  string // issue, renew, revoke
	Label string
	To    Value // of whom or what
	For   Value // a Duration or Day; unknown for without end
	Next  bool  // of renew: For follows the last day of the present term, and does not count from the day
}

// Shown is one public value of a leaf.
type Shown struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

// Published is the leaf that enters the public log.
type Published struct {
	Name  string
	Shows []Shown
}

// Outcome is all that follows from an action that goes.
type Outcome struct {
	To       string // stage
	End      End    // "" if the stage is no end
	Fixed    map[string]unit.Fen
	Purse    Purse
	Postings []Posting
	Labels   []LabelEffect
	Slots    []SlotEffect
	Leaf     *Published
	Letter   []Shown // what the letter of the action names
	Seen     []SeenFact
}

// Effects evaluates what an action does: amounts are fixed, then money lines in their order, then labels and the
// public leaf. act is an id of the act, unique in the node; postings are numbered under it. It assumes that Judge
// let the action go. An amount that cannot be had or is negative refuses the action.
func (s *Scheme) Effects(q Question, act string) (Outcome, error) {
	row, ok := s.Row(q.Stage, q.Action)
	if !ok {
		return Outcome{}, fault.New(fault.Conflict, "scheme.no_row", "action", s.Say(q.Action), "stage", s.Say(q.Stage))
	}
	purse := q.Purse.clone()
	r := s.reading(q.Facts, q.Stage, &purse)
	out := Outcome{To: row.To, Fixed: map[string]unit.Fen{}}
	out.End, _ = s.IsEnd(row.To)
	if err := s.fix(r, q.Action, &purse, out.Fixed); err != nil {
		return Outcome{}, err
	}
	for i, line := range s.MoneyAt(q.Action) {
		p, err := s.post(r, line, &purse, fmt.Sprintf("%s.%d", act, i))
		if err != nil {
			return Outcome{}, err
		}
		out.Postings = append(out.Postings, p...)
	}
	for _, l := range s.Labels[q.Action] {
		out.Labels = append(out.Labels, s.labelEffect(r, l))
	}
	out.Slots = s.slotEffects(r, q.Action)
	if leaf, ok := s.Publish[q.Action]; ok {
		out.Leaf = s.published(r, leaf, purse)
	}
	if l, ok := s.Letters[q.Action]; ok {
		out.Letter = s.letter(r, l, purse)
	}
	if out.End != "" {
		for name, h := range purse.Holds {
			if h.Left == 0 {
				delete(purse.Holds, name)
			}
		}
	}
	out.Purse, out.Seen = purse, r.seen
	return out, r.failed
}

// fix evaluates the amounts of an action once and freezes them.
func (s *Scheme) fix(r *reading, action string, purse *Purse, fixed map[string]unit.Fen) error {
	for name, a := range s.Amounts.All() {
		if a.At != action {
			continue
		}
		if a.List() {
			parts, err := unit.Split(purse.Sums[a.Split], s.shares(r, a))
			if err != nil {
				return fmt.Errorf("split %s into %s: %w", a.Split, name, err)
			}
			purse.Lists[name] = Tranches{Parts: parts}
			continue
		}
		v, _, err := s.compiled.amounts[name].eval(r)
		switch {
		case err != nil:
			return err
		case r.failed != nil:
			return r.failed
		case !v.Known():
			return fault.New(fault.Conflict, "scheme.amount_unknown", "amount", s.Say(name))
		case v.Int < 0:
			return fault.New(fault.Conflict, "scheme.amount_negative", "amount", s.Say(name), "sum", v.Fen())
		}
		purse.Sums[name] = v.Fen()
		fixed[name] = v.Fen()
	}
	return nil
}

// shares is the list of shares that an amount is split by.
func (s *Scheme) shares(r *reading, a Amount) []unit.Ratio {
	v := r.fact(a.By)
	out := make([]unit.Ratio, len(v.List))
	for i, x := range v.List {
		out[i] = x.Ratio()
	}
	return out
}

// post turns one money line into postings: one, or none when it moves nothing.
func (s *Scheme) post(r *reading, l MoneyLine, purse *Purse, id string) ([]Posting, error) {
	p := Posting{ID: id, Verb: Verb(l.Verb), Name: l.Amount, Hold: l.Hold, Last: l.Last, Rest: l.Rest}
	var err error
	if l.From != "" {
		if p.From, err = s.place(r, l.From); err != nil {
			return nil, err
		}
	}
	if l.To != "" {
		if p.To, err = s.place(r, l.To); err != nil {
			return nil, err
		}
	}
	if p.Amount, err = lineAmount(l, purse); err != nil {
		return nil, err
	}
	switch p.Verb {
	case Hold:
		if h, there := purse.Holds[l.Hold]; there && h.Left > 0 {
			return nil, fault.New(fault.Conflict, "scheme.hold_twice", "hold", l.Hold)
		}
		purse.Holds[l.Hold] = Held{ID: id, Left: p.Amount, From: p.From}
	case Capture, Release:
		return takeHold(l, p, purse)
	case Post:
		moveOut(purse, p.From, -p.Amount)
		moveOut(purse, p.To, p.Amount)
	}
	if p.Amount == 0 && !p.Rest {
		return nil, nil
	}
	return []Posting{p}, nil
}

// takeHold captures or releases, and turns what moves nothing into what the books need: a last capture of
// nothing is a release, a release of nothing is no posting.
func takeHold(l MoneyLine, p Posting, purse *Purse) ([]Posting, error) {
	h, there := purse.Holds[l.Hold]
	if !there {
		return nil, fault.New(fault.Conflict, "scheme.no_hold", "hold", l.Hold)
	}
	if p.Amount > h.Left {
		return nil, fault.New(fault.Conflict, "scheme.over_hold", "hold", l.Hold, "left", h.Left, "sum", p.Amount)
	}
	p.HoldID, p.From = h.ID, h.From
	before := h.Left
	h.Left -= p.Amount
	purse.Holds[l.Hold] = h // also when nothing is left: a sum of nothing has been held and may still be released
	if p.Verb == Release || l.Last {
		delete(purse.Holds, l.Hold)
	}
	moveOut(purse, p.To, p.Amount)
	if p.Verb == Capture && p.Amount == 0 && l.Last {
		p.Verb, p.To, p.Last = Release, Place{}, false
	}
	if p.Verb == Release && before == 0 || p.Verb == Capture && p.Amount == 0 {
		return nil, nil
	}
	return []Posting{p}, nil
}

// lineAmount is the sum of a line. `next` takes the next tranche of a list, `this` is the one last taken.
func lineAmount(l MoneyLine, purse *Purse) (unit.Fen, error) {
	switch {
	case l.Verb == "release" || l.Rest:
		return 0, nil
	case l.Next || l.This:
		list, ok := purse.Lists[l.Amount]
		if !ok || l.Next && list.Taken >= len(list.Parts) || l.This && list.Taken == 0 {
			return 0, fault.New(fault.Conflict, "scheme.list_spent", "amount", l.Amount)
		}
		if l.Next {
			list.Taken++
			purse.Lists[l.Amount] = list
		}
		return list.Parts[list.Taken-1], nil
	}
	sum, ok := purse.Sums[l.Amount]
	if !ok {
		return 0, fault.New(fault.Conflict, "scheme.amount_unknown", "amount", l.Amount)
	}
	return sum, nil
}

// moveOut keeps what a case has sent out, less what came back.
func moveOut(purse *Purse, at Place, by unit.Fen) {
	if at.Kind == Out {
		purse.Out[at.Path] += by
	}
}

func (s *Scheme) labelEffect(r *reading, l LabelLine) LabelEffect {
	e := LabelEffect{Verb: l.Verb, Label: l.Label, Next: l.Next}
	if l.To != "" {
		e.To = r.fact(l.To)
	}
	if l.For != "" {
		e.For = r.fact(l.For)
	}
	return e
}

// published is the leaf of an action: only what the pack lists, in its order. A list shows the tranche last taken.
func (s *Scheme) published(r *reading, leaf Leaf, purse Purse) *Published {
	p := &Published{Name: leaf.Name}
	for _, name := range leaf.Shows {
		p.Shows = append(p.Shows, s.shownValue(r, name, purse))
	}
	return p
}

// shownValue is a value as it is shown: of a list the tranche last taken.
func (s *Scheme) shownValue(r *reading, name string, purse Purse) Shown {
	if list, ok := purse.Lists[name]; ok && list.Taken > 0 {
		return Shown{name, MoneyValue(list.Parts[list.Taken-1])}
	}
	return Shown{name, r.fact(name)}
}
