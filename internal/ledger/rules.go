package ledger

import (
	"unicode"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// facts is what the rules of one transfer look at besides the transfer.
type facts struct {
	hold     *holdRow    // that Of names
	debit    *accountRow // nil where there is no such account
	credit   *accountRow
	reverses *Entry // that Reverses names
}

// shape refuses what is wrong with a transfer by itself: refusals 2 to 8.
func (t Transfer) shape() error {
	texts := [...]struct {
		field, text string
		max         int
		must        bool
	}{
		{"id", t.ID, textBytesMax, true},
		{"ref", t.Ref, textBytesMax, false},
		{"note", t.Note, noteBytesMax, false},
		{"of", t.Of, textBytesMax, false},
		{"reverses", t.Reverses, textBytesMax, false},
	}
	for _, x := range texts {
		if x.must && x.text == "" || len(x.text) > x.max || !printable(x.text) {
			return fault.New(fault.Invalid, "ledger.text", "max", x.max).On(x.field)
		}
	}
	uses, ok := kinds[t.Kind]
	if !ok {
		return fault.New(fault.Invalid, "ledger.kind", "kind", clip(string(t.Kind))).On("kind")
	}
	given := [...]struct {
		field string
		is    bool
		use   use
	}{
		{"debit", t.Debit != "", uses.debit},
		{"credit", t.Credit != "", uses.credit},
		{"of", t.Of != "", uses.of},
		{"amount", t.Amount != 0, uses.amount},
		{"last", t.Last, uses.last},
		{"reverses", t.Reverses != "", uses.reverses},
	}
	for _, g := range given {
		if g.use == required && !g.is {
			return fault.New(fault.Invalid, "ledger.field_missing", "kind", t.Kind, "field", g.field).On(g.field)
		}
	}
	for _, g := range given {
		if g.use == none && g.is {
			return fault.New(fault.Invalid, "ledger.field_unused", "kind", t.Kind, "field", g.field).On(g.field)
		}
	}
	if t.Amount < 0 {
		return fault.New(fault.Invalid, "ledger.amount_negative", "amount", t.Amount).On("amount")
	}
	if t.Amount > unit.FenMax {
		return outOfRange().On("amount")
	}
	if t.Credit != "" && t.Debit == t.Credit {
		return fault.New(fault.Invalid, "ledger.same_account", "path", clip(t.Debit)).On("credit")
	}
	return nil
}

// use says what a kind does with a field.
type use int

const (
	none use = iota
	optional
	required
)

// kinds is the table of the package comment. An amount is optional because zero is an amount.
var kinds = map[Kind]struct{ debit, credit, of, amount, last, reverses use }{
	Post:    {debit: required, credit: required, amount: optional, reverses: optional},
	Hold:    {debit: required, amount: optional},
	Capture: {debit: optional, credit: required, of: required, amount: optional, last: optional},
	Release: {debit: optional, of: required},
}

// decide judges a transfer of good shape that is not in the books yet: refusals 10 to 21. It returns the
// entry that the transfer makes, without its order, time and digest, and changes nothing.
func (t Transfer) decide(f facts) (Entry, error) {
	if t.Of != "" {
		if f.hold == nil {
			return Entry{}, fault.New(fault.NotFound, "ledger.no_hold", "hold", t.Of).On("of")
		}
		if t.Debit != "" && t.Debit != f.hold.account {
			return Entry{}, fault.New(fault.Conflict, "ledger.hold_account", "hold", t.Of, "path", f.hold.account).On("debit")
		}
		t.Debit = f.hold.account
	}
	if f.debit == nil {
		return Entry{}, fault.New(fault.NotFound, "ledger.no_account", "path", clip(t.Debit)).On("debit")
	}
	if t.Credit != "" {
		if f.credit == nil {
			return Entry{}, fault.New(fault.NotFound, "ledger.no_account", "path", clip(t.Credit)).On("credit")
		}
		// A capture that leaves out Debit is only now known to go back where it came from.
		if t.Debit == t.Credit {
			return Entry{}, fault.New(fault.Invalid, "ledger.same_account", "path", clip(t.Debit)).On("credit")
		}
		if f.debit.asset != f.credit.asset {
			return Entry{}, fault.New(fault.Invalid, "ledger.asset_mixed", "from", f.debit.asset, "to", f.credit.asset).On("credit")
		}
	}
	if err := t.mirrors(f); err != nil {
		return Entry{}, err
	}
	e := Entry{Transfer: t, Asset: f.debit.asset}
	switch t.Kind {
	case Post:
		e.Moved = t.Amount
	case Hold:
		e.HeldChange = t.Amount
	case Capture, Release:
		if !f.hold.open {
			return Entry{}, fault.New(fault.Conflict, "ledger.hold_gone", "hold", t.Of).On("of")
		}
		if t.Amount > f.hold.left {
			return Entry{}, fault.New(fault.Conflict, "ledger.over_hold", "hold", t.Of, "left", f.hold.left).On("amount")
		}
		e.Moved = t.Amount
		e.HeldChange = -t.Amount
		if t.Last || t.Kind == Release {
			e.HeldChange = -f.hold.left
		}
	}
	return e, e.weigh(f)
}

// mirrors refuses a reversal that is not one: refusals 14 to 17.
func (t Transfer) mirrors(f facts) error {
	if t.Reverses == "" {
		return nil
	}
	was := f.reverses
	switch {
	case was == nil:
		return fault.New(fault.NotFound, "ledger.no_entry", "entry", t.Reverses).On("reverses")
	case was.Credit == "" || was.Reverses != "":
		return fault.New(fault.Conflict, "ledger.not_reversible", "entry", t.Reverses).On("reverses")
	case t.Debit != was.Credit || t.Credit != was.Debit || t.Amount != was.Moved:
		return fault.New(fault.Invalid, "ledger.not_mirror", "entry", t.Reverses).On("reverses")
	case was.ReversedBy != "":
		return fault.New(fault.Conflict, "ledger.reversed", "entry", t.Reverses, "by", was.ReversedBy).On("reverses")
	}
	return nil
}

// weigh fills in the balances after the entry: refusals 20 and 21. Both sides of every addition are within
// ±FenMax before it, so no sum here leaves an int64.
func (e *Entry) weigh(f facts) error {
	was := f.debit.balance()
	e.DebitNo = f.debit.entries + 1
	e.DebitNow = balance(was.Posted-e.Moved, was.Held+e.HeldChange)
	// A floor is asked only when the entry takes something: to free what is held is always allowed.
	if f.debit.floored && e.DebitNow.Available < min(was.Available, 0) {
		return fault.New(fault.Conflict, "ledger.overdrawn", "path", e.Debit, "left", was.Available, "amount", e.Amount).On("amount")
	}
	if !inRange(e.DebitNow) {
		return outOfRange().On("debit")
	}
	if e.Credit == "" {
		return nil
	}
	was = f.credit.balance()
	e.CreditNo = f.credit.entries + 1
	e.CreditNow = balance(was.Posted+e.Moved, was.Held)
	if !inRange(e.CreditNow) {
		return outOfRange().On("credit")
	}
	return nil
}

func balance(posted, held unit.Fen) Balance {
	return Balance{Posted: posted, Held: held, Available: posted - held}
}

func inRange(b Balance) bool {
	return within(b.Posted) && within(b.Held) && within(b.Available)
}

func within(f unit.Fen) bool { return -unit.FenMax <= f && f <= unit.FenMax }

func outOfRange() *fault.Error {
	return fault.New(fault.Invalid, "ledger.range", "max", unit.FenMax)
}

// printable says whether a text can stand in one line of an export and in both databases.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
