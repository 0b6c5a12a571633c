package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Used once: money is given for an invoice line one time, wherever it is claimed. One node keeps the register of a line: that
// which the community file names for the seller. A claim holds an amount there, and is then confirmed when money was paid or
// given back. A hold has no end by time. What is given back stays given back: a hold that comes late finds the tombstone.

// Kinds of letters of the used-once register.
const (
	onceHoldKind    = "once.hold"
	onceConfirmKind = "once.confirm"
	onceReleaseKind = "once.release"
	onceKeyKind     = "once.key"
)

// States of a claim.
const (
	UseWaiting   = "waiting" // for the answer to its hold
	UseHeld      = "held"
	UseRefused   = "refused"
	UseConfirmed = "confirmed"
	UseReleased  = "released"
)

const (
	onceLater    = 5 * time.Minute // until a claim that was put off is asked again
	onceTickRows = 200             // claims that one look moves
	onceOfOneMax = 1000            // claims of one case
)

// InvoiceLine is a line of an invoice as a case claims it.
type InvoiceLine struct {
	Seller unit.USCC
	Number unit.InvoiceNo
	Line   int64    // as the invoice counts them, from 1
	Total  unit.Fen // of the line; whoever claims of it says the same
	Amount unit.Fen // that is claimed of it: above zero, at most Total
}

// Check refuses a line that nobody could claim.
func (l InvoiceLine) Check() error {
	switch {
	case l.Line < 1:
		return fault.New(fault.Invalid, "federation.once_line").On("line")
	case l.Total <= 0:
		return fault.New(fault.Invalid, "federation.once_amount").On("total")
	case l.Amount <= 0 || l.Amount > l.Total:
		return fault.New(fault.Invalid, "federation.once_amount").On("amount")
	}
	return nil
}

// Claim is a line with how it stands for a case of this node.
type Claim struct {
	InvoiceLine
	ID       unit.ID
	Case     unit.ID
	Keeper   string // node that answers; "" while the community file names nobody
	State    string
	Want     string // held, confirmed or released; State gets there
	Code     string // why it was refused, or why it waits; "" for an answer that is under way
	Asked    time.Time
	Answered time.Time // zero while it waits
	Paid     time.Time // zero before it was confirmed
	Checks   []Recheck // after payment

	digest string
	letter unit.ID
	again  time.Time
}

// claims is the same line and amount.
func (c Claim) claims(l InvoiceLine) bool { return c.InvoiceLine == l && c.Want != UseReleased }

// Why is the sentence of what refused a claim or keeps it waiting; nil is none.
func (c Claim) Why() *fault.Error {
	if c.Code == "" {
		return nil
	}
	return fault.New(fault.Conflict, c.Code, "keeper", c.Keeper)
}

// Cancelled says whether the invoice was found cancelled after payment.
func (c Claim) Cancelled() bool {
	for _, x := range c.Checks {
		if x.Answer == InvoiceCancelled {
			return true
		}
	}
	return false
}

// Sent says whether the question has left for the register.
func (c Claim) Sent() bool { return c.letter != "" }

// Claims lists what a case claims and has not given back, in the order in which it was asked.
func (s *Service) Claims(ctx context.Context, tx *db.Tx, of unit.ID) ([]Claim, error) {
	all, err := selectClaimsOf(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	var out []Claim
	for _, c := range all {
		if c.Want == UseReleased {
			continue
		}
		if !c.Paid.IsZero() {
			if c.Checks, err = selectChecks(ctx, tx, c.ID); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// WouldUse says whether a line that was not claimed yet is free, where this node keeps its register. known is false where
// another does.
func (s *Service) WouldUse(ctx context.Context, tx *db.Tx, l InvoiceLine) (free, known bool, err error) {
	if s.onceKeeper(l) != s.c.Self {
		return false, false, nil
	}
	digest, err := s.onceDigest(ctx, tx, l)
	if err != nil || digest == "" {
		return false, false, err
	}
	total, used, err := selectOnceLine(ctx, tx, digest)
	if err != nil {
		return false, false, err
	}
	return total == 0 || total == l.Total && used+l.Amount <= total, true, nil
}

// TakeUses claims lines for a case in the caller's act, and gives back what the case has claimed and claims no more. A line that
// it has claimed already is left as it is.
func (s *Service) TakeUses(ctx context.Context, tx *db.Tx, of unit.ID, lines []InvoiceLine) error {
	had, err := s.Claims(ctx, tx, of)
	if err != nil {
		return err
	}
	kept := map[unit.ID]bool{}
	var fresh []InvoiceLine
	for _, l := range lines {
		if err := l.Check(); err != nil {
			return err
		}
		there := false
		for _, c := range had {
			if !kept[c.ID] && c.claims(l) {
				kept[c.ID], there = true, true
				break
			}
		}
		if !there {
			fresh = append(fresh, l)
		}
	}
	for _, c := range had {
		if !kept[c.ID] {
			if err := s.wants(ctx, tx, c, UseReleased); err != nil {
				return err
			}
		}
	}
	for _, l := range fresh {
		c := Claim{InvoiceLine: l, ID: unit.NewID(tx.Now()), Case: of, State: UseWaiting, Want: UseHeld, Asked: tx.Now()}
		if err := insertClaim(ctx, tx, c); err != nil {
			return fmt.Errorf("claim line %d of an invoice for case %s: %w", l.Line, of, err)
		}
		if err := s.push(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// SettleUses confirms what a case claims because money was paid for it, or gives it back because none will be.
func (s *Service) SettleUses(ctx context.Context, tx *db.Tx, of unit.ID, paid bool) error {
	all, err := s.Claims(ctx, tx, of)
	if err != nil {
		return err
	}
	want := UseReleased
	if paid {
		want = UseConfirmed
	}
	for _, c := range all {
		if c.Want != want {
			if err := s.wants(ctx, tx, c, want); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) wants(ctx context.Context, tx *db.Tx, c Claim, want string) error {
	c.Want = want
	if want == UseConfirmed {
		c.Paid = tx.Now()
		if err := s.planChecks(ctx, tx, c); err != nil {
			return err
		}
	}
	return s.push(ctx, tx, c)
}

// useQuestion is what a letter to the register says; a confirm or a release names the claim alone.
type useQuestion struct {
	Claim  unit.ID  `json:"claim"`
	Digest string   `json:"digest,omitempty"`
	Year   int      `json:"year,omitempty"`
	Total  unit.Fen `json:"total_fen,omitempty"`
	Amount unit.Fen `json:"amount_fen,omitempty"`
}

// useAnswer is what the register says: how the claim stands there, and why it is refused or put off.
type useAnswer struct {
	State string `json:"state"` // held, refused, later, confirmed, released
	Code  string `json:"code,omitempty"`
}

// push asks the register for what a claim wants, and writes the claim down as it stands then.
func (s *Service) push(ctx context.Context, tx *db.Tx, c Claim) (err error) {
	kind := map[string]string{UseHeld: onceHoldKind, UseConfirmed: onceConfirmKind, UseReleased: onceReleaseKind}[c.Want]
	if c.Want == UseConfirmed && c.State == UseWaiting {
		kind = onceHoldKind // it is confirmed as soon as it is held
		if c.letter != "" {
			return updateClaim(ctx, tx, c)
		}
	}
	q := useQuestion{Claim: c.ID}
	unsent := c.State == UseWaiting && c.letter == "" && c.Answered.IsZero() && c.digest == ""
	switch {
	case c.Want == UseReleased && (c.State == UseRefused || unsent):
		c.State, c.Code = UseReleased, "" // the register has nothing of it
		return updateClaim(ctx, tx, c)
	case c.Want == UseConfirmed && c.State == UseRefused:
		return updateClaim(ctx, tx, c) // money was paid without it: the page shows so
	case kind == onceHoldKind:
		if c.Keeper = s.onceKeeper(c.InvoiceLine); c.Keeper == "" {
			return s.putOff(ctx, tx, c, "federation.once_nobody")
		}
		if c.digest, err = s.onceDigest(ctx, tx, c.InvoiceLine); err != nil {
			return err
		}
		if c.digest == "" {
			if err := s.askKey(ctx, tx, c.Number.Year()); err != nil {
				return err
			}
			if c.digest, err = s.onceDigest(ctx, tx, c.InvoiceLine); err != nil { // it may have been made here
				return err
			}
		}
		if c.digest == "" {
			return s.putOff(ctx, tx, c, "federation.once_no_key")
		}
		q.Digest, q.Year, q.Total, q.Amount = c.digest, c.Number.Year(), c.Total, c.Amount
	}
	if c.Keeper == s.c.Self {
		a, err := s.answerUse(ctx, tx, s.c.Self, kind, q)
		if err != nil {
			return err
		}
		c = c.stands(a, tx.Now())
		if c.Want == UseConfirmed && c.State == UseHeld {
			return s.push(ctx, tx, c)
		}
		return updateClaim(ctx, tx, c)
	}
	c.letter, err = s.Send(ctx, tx, c.Keeper, kind, Voucher{}, q)
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		return s.putOff(ctx, tx, c, f.Code)
	}
	if err != nil {
		return err
	}
	c.Code = ""
	return updateClaim(ctx, tx, c)
}

func (s *Service) putOff(ctx context.Context, tx *db.Tx, c Claim, code string) error {
	c.Code, c.again = code, tx.Now().Add(onceLater)
	if code == "federation.once_no_key" {
		c.again = tx.Now().Add(time.Second)
	}
	return updateClaim(ctx, tx, c)
}

// onceGivenBack is the code of a claim that the register had got back when this node was set back to a backup which still has it.
const onceGivenBack = "federation.once_given_back"

// stands is the claim as the register says that it stands. One that was given back is so for ever: it is not valid any more, also
// when an answer from before is heard later.
func (c Claim) stands(a useAnswer, now time.Time) Claim {
	if c.letter, c.Answered = "", now; c.Code == onceGivenBack {
		return c
	}
	c.Code = a.Code
	switch {
	case a.State == "later":
		c.again = now.Add(onceLater)
	case a.State == UseReleased && c.Want != UseReleased:
		c.State, c.Code = UseRefused, onceGivenBack
	case a.State == UseRefused && c.Want == UseReleased:
		c.State = UseReleased
	case a.State == UseHeld, a.State == UseRefused, a.State == UseConfirmed, a.State == UseReleased:
		c.State = a.State
	}
	return c
}

// open says whether the register has still to be asked for what a claim wants. Not where it refused; nor where it says that what
// is held here was used, which a node hears that was set back to a backup.
func (c Claim) open() bool {
	return c.letter == "" && c.Want != c.State && (c.State != UseRefused || c.Want == UseReleased) && (c.State != UseConfirmed || c.Want != UseHeld)
}

// hearUse is told of an answer of the register.
func (s *Service) hearUse(ctx context.Context, tx *db.Tx, l Letter) error {
	var q useQuestion
	if err := json.Unmarshal(l.Body, &q); err != nil {
		return err
	}
	c, err := selectClaim(ctx, tx, q.Claim)
	if err != nil {
		return fmt.Errorf("the claim that letter %d of %s answers: %w", l.N, l.Peer, err)
	}
	a := useAnswer{State: "later", Code: l.Code}
	if l.State == LetterDone {
		if err := json.Unmarshal(l.Answer, &a); err != nil {
			return err
		}
	}
	under := c.letter
	c = c.stands(a, tx.Now())
	switch {
	case under != l.ID: // a later question is under way
		c.letter = under
		err = updateClaim(ctx, tx, c)
	case c.Want == UseConfirmed && c.State == UseHeld:
		err = s.push(ctx, tx, c)
	default:
		err = updateClaim(ctx, tx, c)
	}
	if err != nil {
		return err
	}
	return s.told(ctx, tx, c.Case)
}

// told says to who waits for a case that an answer is here.
func (s *Service) told(ctx context.Context, tx *db.Tx, of unit.ID) error {
	s.mu.Lock()
	tell := s.onceTold
	s.mu.Unlock()
	if tell == nil {
		return nil
	}
	return tell(ctx, tx, of)
}

// HandleUses says who is told, in the act that writes an answer of the register down, of which case it is. It is for the time
// before Run.
func (s *Service) HandleUses(tell func(ctx context.Context, tx *db.Tx, of unit.ID) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onceTold = tell
}

// TickUses asks again what was put off, fetches keys that are missing, and asks about invoices again that were paid for. It
// returns how many claims and checks it moved.
func (s *Service) TickUses(ctx context.Context) (n int, err error) {
	var open []Claim
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		open, err = selectClaimsOpen(ctx, tx, onceTickRows)
		return err
	}); err != nil {
		return 0, fmt.Errorf("claims that wait: %w", err)
	}
	for _, old := range open {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			c, err := selectClaim(ctx, tx, old.ID)
			if err != nil || !c.open() || tx.Now().Before(c.again) {
				return err
			}
			if err := s.push(ctx, tx, c); err != nil {
				return err
			}
			return s.told(ctx, tx, c.Case)
		}); err != nil {
			return n, fmt.Errorf("ask again for claim %s: %w", old.ID, err)
		}
		n++
	}
	if err := s.keepKeys(ctx); err != nil {
		return n, err
	}
	m, err := s.recheck(ctx)
	return n + m, err
}
