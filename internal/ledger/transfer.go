package ledger

import (
	"slices"
	"time"

	"corridor/internal/unit"
)

// Kind is one of the four things a transfer can do.
type Kind string

const (
	Post    Kind = "post"    // moves now
	Hold    Kind = "hold"    // sets aside
	Capture Kind = "capture" // moves what was set aside
	Release Kind = "release" // frees what was set aside
)

// Transfer is what a caller asks for. The table of its fields is in the package comment.
type Transfer struct {
	ID       string // the caller's idempotency key
	Kind     Kind
	Debit    string   // path of the account that the amount leaves
	Credit   string   // path of the account where it arrives
	Amount   unit.Fen // never below zero
	Of       string   // id of the hold
	Last     bool     // the capture frees what it does not take
	Ref      string   // the case or document it belongs to
	Note     string   // a sentence for the reader of the books
	Reverses string   // id of the entry that this one mirrors
}

// Entry is a transfer as it stands in the books.
type Entry struct {
	Transfer             // Debit is filled in for captures and releases
	Seq        int64     // place in the order of the books; there may be gaps
	At         time.Time // UTC; never before the entry before it in either account
	Asset      string
	Moved      unit.Fen // left Debit and arrived in Credit
	HeldChange unit.Fen // of Debit: above zero for a hold, below for a capture or release
	DebitNo    int64    // the place among Debit's entries, from 1 without a gap
	CreditNo   int64    // the same in Credit; 0 where there is none
	DebitNow   Balance  // of Debit after this entry
	CreditNow  Balance  // of Credit after this entry
	Digest     [32]byte // SHA-256 over all of the above but Seq, and over the digests before it in both accounts
	ReversedBy string   // id of the mirror, if there is one
}

// Change is what the entry did to the posted balance of an account.
func (e Entry) Change(path string) unit.Fen {
	switch path {
	case e.Debit:
		return -e.Moved
	case e.Credit:
		return e.Moved
	}
	return 0
}

// Now is the balance of one of the entry's two accounts after it.
func (e Entry) Now(path string) Balance {
	if path == e.Credit {
		return e.CreditNow
	}
	return e.DebitNow
}

// No is the place of the entry among those of one of its two accounts, from 1 without a gap.
func (e Entry) No(path string) int64 {
	if path == e.Credit {
		return e.CreditNo
	}
	return e.DebitNo
}

// Mirror returns the transfer that reverses an entry.
func Mirror(e Entry, id, note string) Transfer {
	return Transfer{ID: id, Kind: Post, Debit: e.Credit, Credit: e.Debit, Amount: e.Moved, Ref: e.Ref, Note: note, Reverses: e.ID}
}

// Mirrors returns the transfers that reverse entries of one batch, the last first, so that nothing is missing where
// the batch itself spent what it brought. Holds and releases have no mirror and are left out. Given to one Apply
// they are reversed together or not at all; id names each mirror.
func Mirrors(entries []Entry, id func(Entry) string, note string) []Transfer {
	var out []Transfer
	for _, e := range slices.Backward(entries) {
		if e.Credit != "" {
			out = append(out, Mirror(e, id(e), note))
		}
	}
	return out
}

// same says whether a transfer asks for what the entry did. A capture or release may leave out Debit.
func (e Entry) same(t Transfer) bool {
	if t.Of != "" && t.Debit == "" {
		t.Debit = e.Debit
	}
	return e.Transfer == t
}
