package scheme

import "slices"

// Several payers are a lead case and one payer case in each jurisdiction: an entry of the lead's `cases` names in `payer` the
// column of its rows that says who pays, and the scheme that each payer runs says in `lead` what the lead is told of its stages.

// States of a payer's case, as its lead is told of them. They are what schemes of different payers have in common.
const (
	PayerAsked      = "asked"       // nothing is decided, and nothing set aside
	PayerConfirmed  = "confirmed"   // it stands by its sum, which is set aside
	PayerPaid       = "paid"        // the sum is out
	PayerBounced    = "bounced"     // the bank sent it back; it stands by it
	PayerRefused    = "refused"     // it does not pay
	PayerWithdrawn  = "withdrawn"   // it had confirmed and does not pay after all
	PayerClawedBack = "clawed_back" // what was paid, or a part of it, came back
)

// PayerStates are all of them, in the order in which people are told of them.
var PayerStates = []string{PayerAsked, PayerConfirmed, PayerPaid, PayerBounced, PayerRefused, PayerWithdrawn, PayerClawedBack}

// PayerStands says whether a payer in a state stands by its sum.
func PayerStands(state string) bool {
	return state == PayerConfirmed || state == PayerPaid || state == PayerBounced
}

// PayerReached says whether a payer in a state has come to the wanted one: who has paid has confirmed, and so has whoever was
// sent the sum back; no other state comes before another.
func PayerReached(state, wanted string) bool {
	return state == wanted || wanted == PayerConfirmed && PayerStands(state)
}

// Lead is what a scheme tells the case that it lives under, which may be in another node.
type Lead struct {
	Sum  string            // the amount that it stands by
	Says map[string]string // stage: state. A stage that is not here says what the one before it said
	At   Pos
}

// Payers says whether an entry opens a case of a payer for each row, in the jurisdiction that the row names.
func (c Children) Payers() bool { return c.Payer != "" }

// PayerState is what a case says to its lead that went through these stages, the first to the last.
func (s *Scheme) PayerState(stages []string) string {
	for _, stage := range slices.Backward(stages) {
		if said := s.Lead.Says[stage]; said != "" {
			return said
		}
	}
	return PayerAsked
}

// CutForm parts the name of a column, form.shares.payer, into group and column; ok is false for what is no field of the form.
func CutForm(fact string) (field, part string, ok bool) { return formFact(fact) }

// Takes says whether a value that another case gives fits into a field.
func (f Field) Takes(v Value) bool {
	sh := fieldShapes[f.Type]
	switch {
	case f.Type == "group" || f.Type == "slot" || !v.Known():
		return false
	case sh.kind == Choice:
		return (v.Kind == Choice || v.Kind == Text) && slices.Contains(f.Of, v.Text)
	case v.Kind != sh.kind || len([]rune(v.Text)) > typedTextMax || v.Kind == Money && v.Int < 0:
		return false
	}
	for _, x := range v.List {
		if x.Kind != sh.elem || len([]rune(x.Text)) > typedTextMax {
			return false
		}
	}
	return len(v.List) <= typedListMax
}

// Column is a column of the rows of a group, by its dotted name: form.shares.payer.
func (s *Scheme) Column(name string) (f Field, ok bool) {
	group, column, ok := formFact(name)
	if !ok {
		return f, false
	}
	g, _ := s.Field(group)
	i := slices.IndexFunc(g.Fields, func(f Field) bool { return f.Name == column })
	if i < 0 {
		return f, false
	}
	return g.Fields[i], true
}
