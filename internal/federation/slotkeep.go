package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	slotKeptMax = 1000 // slots that one node may hold here at a time
	slotTextMax = 200  // characters of a name that another node gives
)

// Calendars are the calendars of this node's instruments, as slots are asked of them, in the caller's act. id is that of the
// slot: the same again answers as the first time. from is the node that asks, and vouches for org and person; it is Self for a
// case of this node. What cannot be held is refused by a fault that names the rule and the first slot that would pass.
type Calendars interface {
	// Free lists free slots of a listing with the price for an organisation.
	Free(ctx context.Context, tx *db.Tx, from string, q FreeQuestion) (FreeAnswer, error)
	// Hold keeps a slot at the price that was offered.
	Hold(ctx context.Context, tx *db.Tx, who access.Actor, from string, k SlotAsk) (SlotAnswer, error)
	// Confirm makes it a booking; state lost: it was given up before.
	Confirm(ctx context.Context, tx *db.Tx, who access.Actor, id string) (SlotAnswer, error)
	// Release gives it back, for ever: lapsed, cancelled by the rules of the booking, or used where it has begun.
	Release(ctx context.Context, tx *db.Tx, who access.Actor, id string) (SlotAnswer, error)
}

// SlotAsk is what a calendar is asked to keep.
type SlotAsk struct {
	ID       string // of the hold: unique among all nodes
	CaseNo   string
	Org      SlotOrg
	Person   string // in the node that asks
	Listing  unit.ID
	From, To time.Time
	Samples  int
	Operator bool
	Price    unit.Fen
}

// JoinCalendars says whose calendars slots are asked of. It is for the time before Run.
func (s *Service) JoinCalendars(c Calendars) { s.calendars = c }

// holdID names a slot among the holds of the calendars.
func holdID(node string, id unit.ID) string { return "slot/" + node + "/" + string(id) }

// SlotOfHold is the node and the slot that a hold of the calendars is for; ok is false for any other hold.
func SlotOfHold(hold string) (node string, id unit.ID, ok bool) {
	const lead = len("slot/")
	if len(hold) < lead+7 || hold[:lead] != "slot/" || hold[lead+6] != '/' {
		return "", "", false
	}
	return hold[lead : lead+6], unit.ID(hold[lead+7:]), true
}

func (s *Service) calendar() (Calendars, error) {
	if s.calendars == nil {
		return nil, fault.New(fault.Unavailable, "federation.slot_no_calendar")
	}
	return s.calendars, nil
}

// holdHere keeps a slot of this node for a case of its own.
func (s *Service) holdHere(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, q slotQuestion) (a SlotAnswer, err error) {
	c, err := s.calendar()
	if err != nil {
		return a, err
	}
	return c.Hold(ctx, tx, who, s.c.Self, q.ask(s.c.Self, string(who.Person)))
}

// settleHere confirms or gives back a slot of this node for a case of its own.
func (s *Service) settleHere(ctx context.Context, tx *db.Tx, who access.Actor, kind string, id unit.ID) (a SlotAnswer, err error) {
	c, err := s.calendar()
	if err != nil {
		return a, err
	}
	if kind == slotConfirmKind {
		return c.Confirm(ctx, tx, who, holdID(s.c.Self, id))
	}
	return c.Release(ctx, tx, who, holdID(s.c.Self, id))
}

func (q slotQuestion) ask(node, person string) SlotAsk {
	return SlotAsk{ID: holdID(node, q.ID), CaseNo: q.CaseNo, Org: q.Org, Person: person, Listing: q.Listing, From: q.From, To: q.To, Samples: q.Samples, Operator: q.Operator, Price: q.Price}
}

// KeptSlot is a slot that this node's calendars keep for a case of another node.
type KeptSlot struct {
	Node     string
	ID       unit.ID
	CaseNo   string
	Org      SlotOrg
	Person   string
	Listing  unit.ID
	From, To time.Time
	Price    unit.Fen
	Booking  unit.ID
	State    string // held, confirmed, lost, used, released
	At       time.Time
	Changed  time.Time

	digest string
}

// Stale says whether a hold is older than the community has agreed to leave unseen. It stays a hold.
func (k KeptSlot) Stale(now time.Time, days int64) bool {
	return k.State == SlotHeld && now.Sub(k.Changed) >= time.Duration(days)*24*time.Hour
}

// digest is what a hold asks for, to tell the same question from another under its id.
func (q slotQuestion) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d\n%d\n%t\n%d\n%s", q.Org.Code, q.Listing, db.Micros(q.From), db.Micros(q.To), q.Samples, q.Operator, q.Price, q.CaseNo))
	return hex.EncodeToString(sum[:])
}

// check refuses a question for a hold that nobody could answer.
func (q slotQuestion) check() error {
	bad := func(what string) error { return fault.New(fault.Invalid, "federation.letter_form", "what", what) }
	if _, err := unit.ParseID(string(q.Listing)); err != nil {
		return bad("listing")
	}
	if _, err := unit.ParseUSCC(q.Org.Code); err != nil {
		return bad("org")
	}
	for _, t := range []string{q.Org.Name[0], q.Org.Name[1], q.Org.Kind, q.CaseNo} {
		if len([]rune(t)) > slotTextMax {
			return bad("a name is too long")
		}
	}
	if q.From.IsZero() || !q.From.Before(q.To) || q.Samples < 0 || q.Price < 0 {
		return bad("from, to, samples or price")
	}
	return nil
}

// takeSlot answers a letter of another node about a slot. The refusals of a hold, first that fails: the form, other words under
// its id, too many at once, then those of the calendar.
func (s *Service) takeSlot(ctx context.Context, tx *db.Tx, l Letter) (any, error) {
	a, err := s.takeSlotAsk(ctx, tx, l)
	a.At = tx.Now()
	return a, err
}

func (s *Service) takeSlotAsk(ctx context.Context, tx *db.Tx, l Letter) (a SlotAnswer, err error) {
	var q slotQuestion
	if err := json.Unmarshal(l.Body, &q); err != nil {
		return a, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	if _, err := unit.ParseID(string(q.ID)); err != nil {
		return a, fault.New(fault.Invalid, "federation.letter_form", "what", "id")
	}
	c, err := s.calendar()
	if err != nil {
		return a, fault.New(fault.Conflict, "federation.slot_no_calendar")
	}
	had, err := selectKept(ctx, tx, l.Peer, q.ID)
	if err != nil {
		return a, err
	}
	who := access.System("node:" + l.Peer)
	switch l.Kind {
	case slotHoldKind:
		return s.keepSlot(ctx, tx, c, who, l, q, had)
	case slotConfirmKind:
		return s.settleKept(ctx, tx, had, q, l.Peer, func(id string) (SlotAnswer, error) { return c.Confirm(ctx, tx, who, id) })
	}
	return s.settleKept(ctx, tx, had, q, l.Peer, func(id string) (SlotAnswer, error) { return c.Release(ctx, tx, who, id) })
}

func (s *Service) keepSlot(ctx context.Context, tx *db.Tx, c Calendars, who access.Actor, l Letter, q slotQuestion, had KeptSlot) (a SlotAnswer, err error) {
	if err := q.check(); err != nil {
		return a, err
	}
	switch {
	case had.State == SlotReleased, had.State == SlotLost:
		return SlotAnswer{State: had.State}, nil // a tombstone
	case had.State != "" && had.digest != q.digest():
		return a, fault.New(fault.Conflict, "federation.slot_other")
	case had.State == "":
		n, err := countKept(ctx, tx, l.Peer)
		if err != nil {
			return a, err
		}
		if n >= slotKeptMax {
			return a, fault.New(fault.Conflict, "federation.slot_many", "most", slotKeptMax)
		}
	}
	if a, err = c.Hold(ctx, tx, who, l.Peer, q.ask(l.Peer, clip(l.By.Person))); err != nil {
		return a, err
	}
	if had.State != "" || a.State != SlotHeld {
		return a, nil
	}
	return a, insertKept(ctx, tx, KeptSlot{Node: l.Peer, ID: q.ID, CaseNo: q.CaseNo, Org: q.Org, Person: clip(l.By.Person), Listing: q.Listing, From: q.From, To: q.To, Price: a.Price,
		Booking: a.Booking, State: SlotHeld, digest: q.digest()})
}

// settleKept confirms or gives back what is kept. What never came leaves a tombstone.
func (s *Service) settleKept(ctx context.Context, tx *db.Tx, had KeptSlot, q slotQuestion, node string, do func(id string) (SlotAnswer, error)) (a SlotAnswer, err error) {
	if had.State == SlotReleased {
		return SlotAnswer{State: SlotReleased}, nil
	}
	if a, err = do(holdID(node, q.ID)); err != nil {
		return a, err
	}
	if had.State == "" {
		return a, insertKept(ctx, tx, KeptSlot{Node: node, ID: q.ID, State: a.State})
	}
	return a, updateKept(ctx, tx, had, a.State)
}

// CalendarChanged is told, in its act, of what the people of this node did to a slot that is held for a case: the case goes on
// from there, here or at its home.
func (s *Service) CalendarChanged(ctx context.Context, tx *db.Tx, hold string, a SlotAnswer) error {
	node, id, ok := SlotOfHold(hold)
	if !ok {
		return nil
	}
	if node == s.c.Self {
		x, err := selectSlot(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.slotChanged(ctx, tx, x, a)
	}
	had, err := selectKept(ctx, tx, node, id)
	if err != nil || had.State == "" || had.State == SlotReleased {
		return err
	}
	if err := updateKept(ctx, tx, had, a.State); err != nil {
		return err
	}
	a.At = tx.Now()
	_, err = s.Send(ctx, tx, node, slotChangedKind, Voucher{}, struct {
		ID     unit.ID    `json:"id"`
		Answer SlotAnswer `json:"answer"`
	}{id, a})
	return err
}

// SlotOf is a slot of a case of this node.
func (s *Service) SlotOf(ctx context.Context, tx *db.Tx, id unit.ID) (Slot, error) {
	return selectSlot(ctx, tx, id)
}

// Kept is the slot that a hold of the calendars is for; ok is false where it is for no case of another node.
func (s *Service) Kept(ctx context.Context, tx *db.Tx, hold string) (k KeptSlot, ok bool, err error) {
	node, id, is := SlotOfHold(hold)
	if !is || node == s.c.Self {
		return k, false, nil
	}
	k, err = selectKept(ctx, tx, node, id)
	return k, k.State != "", err
}

// SlotsView is what people see of slots: what this node keeps for others, and what its cases hold.
type SlotsView struct {
	Days     int64 // after which a hold is shown as stale
	Kept     []KeptSlot
	Held     []Slot
	KeptNext string
	HeldNext string
}

// Slots reads the slots that this node keeps for others and those that its cases hold, the one that changed longest ago first.
func (s *Service) Slots(ctx context.Context, who access.Actor, kept, held UseQuery) (v SlotsView, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return v, err
	}
	v.Days = s.onceTerms().StaleDays
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if v.Kept, v.KeptNext, err = selectKeptPage(ctx, tx, kept); err != nil {
			return err
		}
		v.Held, v.HeldNext, err = selectSlotPage(ctx, tx, held)
		return err
	})
	return v, err
}

// StaleDays is after how many days a slot that is asked for or held is shown as stale.
func (s *Service) StaleDays() int64 { return s.onceTerms().StaleDays }
