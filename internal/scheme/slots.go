package scheme

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// SlotLine is one line of `slots`, at one action: what it does with the slot that a field names.
type SlotLine struct {
	Action string
	Verb   string // hold, confirm, release
	Field  string
	Text   string
	At     Pos
}

// The verbs of a slot line.
const (
	HoldSlot    = "hold"
	ConfirmSlot = "confirm"
	ReleaseSlot = "release"
)

// SlotEffect is what follows from a slot line, for a field that names a slot. Casework asks the calendar for it in the
// action's transaction.
type SlotEffect struct {
	Verb  string // hold, confirm, release
	Field string
	Slot  SlotRef
}

// SlotRef is what a field of type slot says: a time of a listing in the calendar of a node, and how it is to be used.
type SlotRef struct {
	Node     string    // six digits: whose calendar it is
	Listing  string    // id of the listing there
	From, To time.Time // UTC, whole minutes; [From, To)
	Samples  int
	Operator bool // the laboratory's operator runs it
}

const (
	slotForm       = "2006-01-02T15:04Z"
	slotSamplesMax = 10_000
	slotOperator   = "operator"
)

// String is the slot as it is typed and kept: node, listing, from, to, and samples and `operator` where there are any.
func (r SlotRef) String() string {
	out := r.Node + " " + r.Listing + " " + r.From.UTC().Format(slotForm) + " " + r.To.UTC().Format(slotForm)
	if r.Samples > 0 {
		out += " " + strconv.Itoa(r.Samples)
	}
	if r.Operator {
		out += " " + slotOperator
	}
	return out
}

// ParseSlot reads a slot; times may have any zone.
func ParseSlot(text string) (r SlotRef, err error) {
	bad := fault.New(fault.Invalid, "scheme.slot_form")
	w := strings.Fields(text)
	if len(w) > 4 && w[len(w)-1] == slotOperator {
		r.Operator, w = true, w[:len(w)-1]
	}
	if len(w) == 5 {
		if r.Samples, err = strconv.Atoi(w[4]); err != nil || r.Samples < 1 || r.Samples > slotSamplesMax {
			return r, bad
		}
		w = w[:4]
	}
	if len(w) != 4 {
		return r, bad
	}
	region, err := unit.ParseRegion(w[0])
	if err != nil {
		return r, bad
	}
	id, err := unit.ParseID(w[1])
	if err != nil {
		return r, bad
	}
	r.Node, r.Listing = string(region), string(id)
	for i, at := range []*time.Time{&r.From, &r.To} {
		if *at, err = slotTime(w[2+i]); err != nil {
			return r, bad
		}
	}
	if !r.From.Before(r.To) {
		return r, bad
	}
	return r, nil
}

func slotTime(text string) (time.Time, error) {
	for _, form := range []string{slotForm, "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			if !t.Equal(t.Truncate(time.Minute)) {
				break
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "scheme.slot_form")
}

// Slot is the slot that a value names; ok is false for any other value.
func (v Value) Slot() (r SlotRef, ok bool) {
	if v.Kind != Slot {
		return r, false
	}
	r, err := ParseSlot(v.Text)
	return r, err == nil
}

// slotWords is a slot for a reader who knows no names: its times in UTC.
func (r SlotRef) slotWords() string {
	return r.From.UTC().Format("2006-01-02 15:04") + "–" + r.To.UTC().Format("01-02 15:04") + " UTC"
}

// SlotsAt are the slot lines of an action, in the order in which they are written.
func (s *Scheme) SlotsAt(action string) []SlotLine {
	var out []SlotLine
	for _, l := range s.Slots {
		if l.Action == action {
			out = append(out, l)
		}
	}
	return out
}

// HoldsFrom says whether an action out of a stage holds the slot of a field: only then it is chosen there.
func (s *Scheme) HoldsFrom(stage, field string) bool {
	for _, row := range s.RowsFrom(stage) {
		for _, l := range s.SlotsAt(row.Action) {
			if l.Verb == "hold" && l.Field == field {
				return true
			}
		}
	}
	return false
}

// PricedBy is the slot field whose price fills a field of money; "" for none.
func (s *Scheme) PricedBy(money string) string {
	for f := range s.Form.All() {
		if f.Type == "slot" && f.Price == money {
			return f.Name
		}
	}
	return ""
}

// slotEffects are what the slot lines of an action do, for the fields that are filled in.
func (s *Scheme) slotEffects(r *reading, action string) (out []SlotEffect) {
	for _, l := range s.SlotsAt(action) {
		if ref, ok := r.fact("form." + l.Field).Slot(); ok {
			out = append(out, SlotEffect{l.Verb, l.Field, ref})
		}
	}
	return out
}

// parseSlotLine reads `hold F`, `confirm F`, `release F`.
func parseSlotLine(text string) (SlotLine, bool) {
	w := strings.Fields(text)
	if len(w) != 2 || !slices.Contains([]string{"hold", "confirm", "release"}, w[0]) || !isWord(w[1]) {
		return SlotLine{}, false
	}
	return SlotLine{Verb: w[0], Field: w[1], Text: text}, true
}

// slotLines reads the lines of slots.
func (d *decoder) slotLines() {
	d.each("slots", nil, func(name string, k, v *node) {
		lines := []*node{v}
		if v.kind == listNode {
			lines = v.items
		}
		for _, n := range lines {
			if !d.want(n, textNode, "时段条目", "a slot line") {
				continue
			}
			l, ok := parseSlotLine(n.text)
			if !ok {
				d.at(n.pos, "slot.line", "text", n.text)
				continue
			}
			l.At = n.pos
			for _, action := range parted(name) {
				l.Action = action
				d.s.Slots = append(d.s.Slots, l)
			}
		}
	})
}

// slotNames: a line names an action and a field of type slot; a field of type slot is held somewhere, by who fills it in,
// and its price goes into a sum of the same hands.
func (c *checker) slotNames() {
	s := c.s
	held := map[string]bool{}
	for _, l := range s.Slots {
		c.action(l.At, l.Action)
		f, ok := s.Field(l.Field)
		switch {
		case !ok:
			c.unknown(l.At, "field", l.Field, c.fieldNames())
			continue
		case f.Type != "slot":
			c.at(l.At, "rule.unit", "why", both(kindWords[fieldShapes[f.Type].kind], kindWords[Slot]))
			continue
		}
		if l.Verb == "confirm" && !c.needsFact(l.Action, "form."+l.Field+".ready") {
			c.at(l.At, "slot.unready", "name", l.Field, "action", l.Action)
		}
		if l.Verb != "hold" {
			continue
		}
		held[l.Field] = true
		for _, row := range s.rowsOf(l.Action) {
			if !row.Allows(f.By) {
				c.at(l.At, "slot.held_by", "name", l.Field, "role", f.By)
			}
		}
	}
	for f := range s.Form.All() {
		switch {
		case f.Price != "" && f.Type != "slot":
			c.at(f.At, "file.shape", "want", fault.Words{"price 只配 slot", "price only with slot"})
		case f.Type != "slot":
			continue
		case !held[f.Name]:
			c.at(f.At, "slot.unused", "name", f.Name)
		}
		if f.Price == "" {
			continue
		}
		switch sum, ok := s.Field(f.Price); {
		case !ok:
			c.unknown(f.At, "field", f.Price, c.fieldNames())
		case sum.Type != "money" || sum.By != f.By:
			c.at(f.At, "slot.price", "name", f.Price)
		}
	}
}

// alone are the types of a field whose thing is one for the whole form.
var alone = map[string]bool{"slot": true, "plan": true, "disclosure": true}

// notAlone refuses such a field in a group, whose rows nothing would look at.
func (c *checker) notAlone() {
	for f := range c.s.Form.All() {
		for _, sub := range f.Fields {
			if alone[sub.Type] {
				c.at(sub.At, "group.alone", "type", sub.Type, "name", sub.Name)
			}
		}
	}
}

// needsFact says whether a rule that an action needs demands a fact of yes or no.
func (c *checker) needsFact(action, fact string) bool {
	for _, need := range c.s.Needs[action] {
		for _, p := range c.s.conjunctsOf(need) {
			if p.yes && p.fact == fact {
				return true
			}
		}
	}
	return false
}

// together are the holds of money that are taken at an action which holds the slot of a field.
func (s *Scheme) together(field string) (out []string) {
	for _, l := range s.Slots {
		if l.Verb != "hold" || l.Field != field {
			continue
		}
		for _, m := range s.MoneyAt(l.Action) {
			if m.Verb == "hold" && !contains(out, m.Hold) {
				out = append(out, m.Hold)
			}
		}
	}
	return out
}

// slotLines does the slot lines of a row. What was held together is given back together: the money with the slot, the slot
// with the money. before is the state that the row leaves.
func (p *prover) slotLines(before, st *state, row Row) {
	back := map[string]bool{}
	for _, l := range p.s.SlotsAt(row.Action) {
		p.slotLine(st, l)
		back[l.Field] = back[l.Field] || l.Verb == "release"
		if l.Verb != "release" {
			continue
		}
		if with := p.s.together(l.Field); len(with) > 0 && !p.releases(row.Action, with) {
			p.say(st, l.At, "slot.apart", "name", l.Field)
		}
	}
	for _, f := range sortedKeys(before.slots) {
		if with := p.s.together(f); !back[f] && p.releases(row.Action, with) {
			p.say(st, row.At, "slot.apart", "name", f)
		}
	}
	for _, f := range sortedKeys(st.slots) {
		if _, isEnd := p.s.IsEnd(row.To); st.slots[f] == "held" && !isEnd && !p.hears(row.To, f) {
			p.say(st, row.At, "slot.unheard", "name", f, "stage", row.To)
		}
	}
}

// releases says whether an action gives back one of the holds.
func (p *prover) releases(action string, holds []string) bool {
	for _, m := range p.s.MoneyAt(action) {
		if m.Verb == "release" && contains(holds, m.Hold) {
			return true
		}
	}
	return false
}

// hears says whether a row by itself out of a stage goes when the slot of a field is lost.
func (p *prover) hears(stage, field string) bool {
	for _, row := range p.s.RowsFrom(stage) {
		if row.ByItself() && p.needsFact(row.Action, "form."+field+".lost") {
			return true
		}
	}
	return false
}

// slotLine does one slot line on a state of the machine: a slot is held once, confirmed or given back while it is held,
// and given back while it is confirmed. Whatever the calendar answers, the scheme says what becomes of it.
func (p *prover) slotLine(st *state, l SlotLine) {
	is := st.slots[l.Field]
	switch {
	case l.Verb == "hold" && is != "":
		p.say(st, l.At, "slot.twice", "name", l.Field)
	case l.Verb == "confirm" && is != "held", l.Verb == "release" && is == "":
		p.say(st, l.At, "slot.not_held", "name", l.Field)
	}
	switch l.Verb {
	case "hold":
		st.slots[l.Field] = "held"
	case "confirm":
		st.slots[l.Field] = "confirmed"
	default:
		delete(st.slots, l.Field)
	}
}

// slotsAtEnd: a slot that was held was confirmed or given back.
func (p *prover) slotsAtEnd(st *state) {
	for _, f := range sortedKeys(st.slots) {
		if st.slots[f] == "held" {
			p.at2(st, p.mark("ends."+st.stage), "slot.stranded", "name", f, "stage", st.stage)
		}
	}
}
